use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::controls::Controls;
use super::needle::{Needle, Patterns, random_sentence};
use super::scanner::Scanner;
use super::{CONTROL, Search, blocks, check_controls, forms, scan};
use crate::error::ErrorCode;

const LIMIT: Duration = Duration::from_secs(120);

fn deadline() -> Instant {
    Instant::now() + LIMIT
}

/// The forms in which `needle` is found in a file of these bytes.
fn found_in(bytes: &[u8], needles: &[Needle]) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let patterns = Patterns::new(needles.iter().cloned()).unwrap();
    let mut scanner = Scanner::new(&patterns, deadline());
    scanner.file(file.path()).unwrap();
    assert_eq!(scanner.unread, Vec::<String>::new());
    scanner.hits.into_iter().map(|h| h.form).collect()
}

/// Twenty characters from all over the planes that programs spell differently.
fn sentence() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        8 => prop::char::range('\u{4e00}', '\u{9fa5}'),
        1 => prop::char::range('a', 'z'),
        1 => prop::char::range('\u{20000}', '\u{2a6d6}'),
    ];
    prop::collection::vec(character, 20).prop_map(|c| c.into_iter().collect())
}

fn garbage(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_sentence_is_found_in_every_spelling(text in sentence(), before in garbage(3000), after in garbage(300), pick in any::<prop::sample::Index>()) {
        let spellings = forms::of_text(&text);
        let (form, bytes) = pick.get(&spellings);
        let file = [before.as_slice(), bytes, after.as_slice()].concat();
        for needle in [Needle::sentence("n", &text), Needle::words("n", &text)] {
            let found = found_in(&file, &[needle]);
            // A piece without letters is spelt the same in upper and lower case; either may name it.
            let family = |form: &str| form.trim_end_matches("-upper").trim_end_matches("-lower").to_owned();
            prop_assert!(found.iter().any(|f| family(f) == family(form)), "{form}: {found:?}");
        }
    }

    #[test]
    fn bytes_are_found_in_every_spelling(planted in prop::collection::vec(any::<u8>(), 32), before in garbage(3000), pick in any::<prop::sample::Index>()) {
        let spellings = forms::of_bytes(&planted);
        let (form, bytes) = pick.get(&spellings);
        let found = found_in(&[before.as_slice(), bytes].concat(), &[Needle::bytes("n", &planted)]);
        prop_assert!(!found.is_empty(), "{form}");
    }

    #[test]
    fn eleven_characters_in_a_row_are_enough(text in sentence(), from in 0usize..=9) {
        let part: String = text.chars().skip(from).take(11).collect();
        prop_assert!(!found_in(part.as_bytes(), &[Needle::sentence("n", &text)]).is_empty());
        prop_assert!(found_in(part.as_bytes(), &[Needle::words("n", &text)]).is_empty());
    }

    #[test]
    fn blocks_come_out_as_they_went_in(words in prop::collection::vec("[a-e]{1,6}", 20..200), tail in garbage(50)) {
        let text = words.concat();
        let mut out = Vec::new();
        let lz4 = [lz4_flex::block::compress(text.as_bytes()), tail].concat();
        let unpacked = blocks::decode_lz4(&lz4, text.len(), &mut out);
        prop_assert!(unpacked.whole);
        prop_assert_eq!(&out, text.as_bytes());
        if let Some(pglz) = blocks::encode_pglz(text.as_bytes()) {
            let unpacked = blocks::decode_pglz(&pglz, text.len(), &mut out);
            prop_assert!(unpacked.whole && unpacked.matches > 0);
            prop_assert_eq!(&out, text.as_bytes());
        }
    }

    #[test]
    fn hostile_blocks_end_within_their_bounds(bytes in garbage(4000), most in 0usize..100_000) {
        let mut out = Vec::new();
        blocks::decode_lz4(&bytes, most, &mut out);
        prop_assert!(out.len() <= most.max(bytes.len()));
        blocks::decode_pglz(&bytes, most, &mut out);
        prop_assert!(out.len() <= most);
    }
}

#[test]
fn random_bytes_hold_nothing() {
    let needles: Vec<Needle> =
        (0..12).map(|n| Needle::sentence(&n.to_string(), &random_sentence(24).unwrap())).collect();
    let mut bytes = vec![0; 12 << 20];
    crate::crypto::random::fill(&mut bytes).unwrap();
    let found = found_in(&bytes, &needles);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_scan_says_what_it_found_and_where_but_not_the_words() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, other) = (random_sentence(24).unwrap(), random_sentence(24).unwrap());
    let deep = folder.path().join("a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("clean"), "nothing here").unwrap();
    let needles = [Needle::sentence("message", &secret), Needle::sentence("reply", &other)];

    let clean = scan(&[folder.path().to_owned()], &needles, LIMIT).unwrap();
    assert!(clean.ok && clean.hits.is_empty() && clean.unread.is_empty());
    assert_eq!((clean.files, clean.bytes, clean.needles), (1, 12, 2));
    for form in [
        "plain",
        "utf-16le",
        "gb18030",
        "json-upper",
        "octal",
        "zstd",
        "lz4-block",
        "pg-pglz",
        "json in zstd",
        "log page edge",
    ] {
        assert!(clean.controls_found.iter().any(|c| c == form), "{form}");
    }

    std::fs::write(deep.join("leak"), format!("xx{secret}yy")).unwrap();
    let dirty = scan(&[folder.path().to_owned()], &needles, LIMIT).unwrap();
    assert!(!dirty.ok);
    let hit = dirty.hits.first().unwrap();
    assert_eq!((hit.needle.as_str(), hit.form.as_str(), hit.offset), ("message", "plain", 2));
    assert!(hit.file.ends_with("a/b/leak"));
    let shown = serde_json::to_string(&dirty).unwrap();
    assert!(!secret.chars().collect::<Vec<_>>().windows(3).any(|w| shown.contains(&w.iter().collect::<String>())));
}

#[test]
fn markers_are_seen_and_are_no_hits_and_old_files_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, id) = (random_sentence(24).unwrap(), uuid::Uuid::new_v4());
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    std::fs::write(&old, &secret).unwrap();
    let an_hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
    std::fs::File::options().write(true).open(&old).unwrap().set_modified(an_hour_ago).unwrap();
    std::fs::write(&new, [b"row".as_slice(), id.as_bytes()].concat()).unwrap();
    let (needles, other) = ([Needle::sentence("message", &secret)], uuid::Uuid::new_v4());
    let markers = [Needle::bytes("other", other.as_bytes()), Needle::bytes("row", id.as_bytes())];
    let folders = [folder.path().to_owned()];
    let search = Search { folders: &folders, needles: &needles, markers: &markers, changed_since: None };
    let report = search.run(LIMIT).unwrap();
    assert_eq!((report.ok, report.hits.len(), report.markers_seen), (false, 1, vec!["row".to_owned()]));
    let since = Some(an_hour_ago + Duration::from_secs(60));
    let report = Search { changed_since: since, ..search }.run(LIMIT).unwrap();
    assert_eq!((report.ok, report.files, report.markers_seen), (true, 1, vec!["row".to_owned()]));
}

#[test]
fn a_scan_that_cannot_see_fails_and_says_to_what_it_is_blind() {
    let patterns = Patterns::new([Needle::sentence(CONTROL, &random_sentence(24).unwrap())]).unwrap();
    let error = check_controls(&patterns, &random_sentence(24).unwrap(), deadline()).unwrap_err();
    assert!(error.detail().starts_with("the scanner is blind to "), "{error}");
    assert!(error.detail().contains("zstd > json-lower"), "{error}");
}

#[test]
fn packed_controls_cannot_be_read_without_unpacking() {
    let word = random_sentence(24).unwrap();
    let controls = Controls::write(&word).unwrap();
    let patterns = Patterns::new([Needle::sentence(CONTROL, &word)]).unwrap();
    for copy in controls.copies().iter().filter(|c| c.form.contains(" > ") || c.name == "window edge") {
        let bytes = std::fs::read(&copy.file).unwrap();
        let seen = patterns.find(&bytes).count();
        assert_eq!(seen, usize::from(copy.name == "window edge"), "{}", copy.name);
    }
    let folder = controls.folder().to_owned();
    assert!(folder.exists());
    drop(controls);
    assert!(!folder.exists());
}

#[test]
fn nothing_to_look_into_is_no_clean_result() {
    let needle = [Needle::sentence("n", &random_sentence(24).unwrap())];
    let empty = tempfile::tempdir().unwrap();
    let refused = scan(&[empty.path().to_owned()], &needle, LIMIT).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::InvalidParameter);
    let absent = scan(&[empty.path().join("absent")], &needle, LIMIT).unwrap_err();
    assert_eq!(absent.code(), ErrorCode::StorageUnavailable);
    std::fs::write(empty.path().join("f"), "x").unwrap();
    let late = scan(&[empty.path().to_owned()], &needle, Duration::ZERO).unwrap_err();
    assert_eq!(late.code(), ErrorCode::Overloaded);
    assert!(scan(&[empty.path().to_owned()], &[], LIMIT).is_err());
    assert!(Patterns::new([Needle::words("n", "短")]).is_err());
}
