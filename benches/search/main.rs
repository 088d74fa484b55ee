//! A million Chinese messages in a sealed index and in one that tantivy maps from clear files: the speed of indexing, and of warm searches
//! with the whole index in memory and with a budget of a quarter of it.
//!
//! `guitai-search-figures [MESSAGES]`; both indexes lie in a temporary folder, which is removed.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

mod corpus;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use corpus::{Corpus, Random};
use guitai::crypto::{DataKey, Keyring, RootKey, Suite};
use guitai::search::{Document, Filter, Index, Kind, Query, SealedDirectory};
use tantivy::Directory;
use tantivy::directory::MmapDirectory;
use uuid::Uuid;

const MESSAGES: usize = 1_000_000;
/// Parts in which both indexes are filled in turns.
const TURNS: usize = 8;
/// Messages that are handed over at once, and committed at once.
const PAGE: usize = 1_000;
const COMMIT: usize = 25_000;
const ORGS: usize = 8;
/// Different searches; each runs `ROUNDS` times in either index.
const SEARCHES: usize = 1_000;
const ROUNDS: usize = 3;
const HITS: usize = 20;
/// A budget that holds the whole index, in bytes.
const EVERYTHING: usize = 4 << 30;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let messages = arguments.next().map_or(Ok(MESSAGES), |count| count.parse())?;
    let folder = tempfile::tempdir()?;
    let (plain_at, sealed_at) = (folder.path().join("plain"), folder.path().join("sealed"));
    std::fs::create_dir(&plain_at)?;
    println!("guitai search: {messages} messages, sealed index beside tantivy's memory map, one run");
    println!("name | ours | peer | ratio | reach | ok");
    let key = new_key()?;
    let plain = || Ok(MmapDirectory::open(&plain_at)?);
    let sealed = || Ok(SealedDirectory::within(&sealed_at, Arc::clone(&key), EVERYTHING)?);
    let mut missed = Vec::new();

    let (ours, peer) = fill(messages, &sealed, &plain)?;
    let rate = |taken: Duration| messages as f64 / taken.as_secs_f64();
    let ratio = rate(ours) / rate(peer);
    line("indexing, messages/s", rate(ours), rate(peer), ratio, Some((">= 0.80", ratio >= 0.80)), &mut missed);

    let searches = searches(messages);
    let peer = Index::open_over(plain()?)?;
    {
        let ours = Index::open_over(sealed()?)?;
        warm(&ours, &peer, &searches)?;
        let (ours_took, peer_took) = interleaved(&ours, &peer, &searches)?;
        figures("all in memory", &ours_took, &peer_took, Some(1.15), &mut missed);
        let memory = ours.memory();
        println!("memory: {} MiB, {} hits, {} misses", memory.resident_bytes >> 20, memory.hits, memory.misses);
        println!("on the disk: sealed {} MiB, plain {} MiB", size(&sealed_at)? >> 20, size(&plain_at)? >> 20);
    }
    // What the files hold in clear is what they take on the disk, but for a few in a thousand.
    let budget = usize::try_from(size(&sealed_at)? / 4)?;
    let ours = Index::open_over(SealedDirectory::within(&sealed_at, key, budget)?)?;
    warm(&ours, &peer, &searches)?;
    let (ours_took, peer_took) = interleaved(&ours, &peer, &searches)?;
    figures("a quarter in memory", &ours_took, &peer_took, None, &mut missed);
    let memory = ours.memory();
    println!(
        "memory: {} MiB of {}, {} hits, {} misses",
        memory.resident_bytes >> 20,
        budget >> 20,
        memory.hits,
        memory.misses
    );
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join("; ")).into()) }
}

/// Fills both indexes part by part in turns, each with the same messages, and returns how long that took in all. A part is done when its
/// merges are; opening the index again for the next part is not counted.
fn fill<A: Directory + Clone, B: Directory + Clone>(
    messages: usize,
    ours: &dyn Fn() -> Outcome<A>,
    peer: &dyn Fn() -> Outcome<B>,
) -> Outcome<(Duration, Duration)> {
    let corpus = Corpus::new();
    let mut random = Random::new(1);
    let (mut ours_took, mut peer_took) = (Duration::ZERO, Duration::ZERO);
    let mut first = 0;
    for turn in 0..TURNS {
        let end = messages * (turn + 1) / TURNS;
        let texts: Vec<String> = (first..end).map(|_| corpus.message(&mut random)).collect();
        // Whoever goes first changes from turn to turn.
        for side in [turn % 2, 1 - turn % 2] {
            match side {
                0 => ours_took += fill_part(opened(ours()?, turn)?, &texts, first)?,
                _ => peer_took += fill_part(opened(peer()?, turn)?, &texts, first)?,
            }
        }
        first = end;
    }
    Ok((ours_took, peer_took))
}

/// An index to go on filling: a new one at first.
fn opened<D: Directory + Clone>(directory: D, turn: usize) -> Outcome<Index<D>> {
    Ok(if turn == 0 { Index::over(directory)? } else { Index::open_over(directory)? })
}

/// Returns how long it took until everything is committed and merged.
fn fill_part<D: Directory + Clone>(index: Index<D>, texts: &[String], first: usize) -> Outcome<Duration> {
    let begun = Instant::now();
    for (commit, texts) in texts.chunks(COMMIT).enumerate() {
        for (page, texts) in texts.chunks(PAGE).enumerate() {
            let first = first + commit * COMMIT + page * PAGE;
            index.upsert(texts.iter().zip(first..).map(|(text, number)| document(number, text)))?;
        }
        index.commit()?;
    }
    // Merges come to their end when it is closed.
    drop(index);
    Ok(begun.elapsed())
}

/// A message of a conversation of ten, sent ten seconds after the one before.
fn document(number: usize, body: &str) -> Document<'_> {
    Document {
        id: scattered(number),
        kind: if number.is_multiple_of(5) { Kind::Segment } else { Kind::Message },
        org_id: Uuid::from_u128((number % ORGS) as u128 + 1),
        parent_id: Some(scattered(number / 10 + (1 << 40))),
        title: "",
        body,
        at: sent(number),
    }
}

/// An id like those of version 7: it begins with the time and goes on at random.
fn scattered(number: usize) -> Uuid {
    let random = Random::new(number as u64).next();
    Uuid::from_u128((number as u128) << 80 | u128::from(random))
}

fn sent(number: usize) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(10 * number as i64)
}

/// What agents ask: common and rare words, several at once, names and numbers, in some organisations, of a kind, a conversation or a time.
fn searches(messages: usize) -> Vec<(Query, Filter)> {
    let corpus = Corpus::new();
    let mut random = Random::new(2);
    let word = |random: &mut Random, from: usize, to: usize| corpus.word(from + random.below(to - from)).to_owned();
    let last = corpus.words();
    let search = |number: usize| {
        let text = match number % 8 {
            0 => word(&mut random, 14, 40),
            1 => word(&mut random, last - 120, last),
            2 => word(&mut random, 14, 60) + &word(&mut random, 60, 200),
            3 => word(&mut random, 60, last) + &word(&mut random, 60, last),
            4 => (0..5).map(|_| word(&mut random, 6, last)).collect(),
            5 => corpus.name(&mut random),
            6 => format!("{}{}", corpus.product(&mut random), word(&mut random, 20, 90)),
            _ => format!("尾号{:04}{}", random.below(10_000), word(&mut random, 20, 200)),
        };
        let orgs = (1..=1 + random.below(ORGS) as u128).map(Uuid::from_u128).collect();
        let mut filter = Filter { orgs, ..Filter::default() };
        let number_of_some = random.below(messages);
        match random.below(8) {
            0 => filter.kinds = vec![Kind::Message],
            1 => filter.from = Some(sent(number_of_some)),
            2 => {
                filter.from = Some(sent(number_of_some));
                filter.until = Some(sent(number_of_some + messages / 20));
            }
            3 => filter.parent = Some(scattered(number_of_some / 10 + (1 << 40))),
            _ => {}
        }
        (Query::new(&text), filter)
    };
    (0..SEARCHES).map(search).collect()
}

/// Runs every search once in each, and checks that both find the same.
fn warm<A, B>(ours: &Index<A>, peer: &Index<B>, searches: &[(Query, Filter)]) -> Outcome<()> {
    let mut found = 0;
    for (query, filter) in searches {
        let (ours, peer) = (ours.search(query, filter, HITS)?, peer.search(query, filter, HITS)?);
        if ours.len() != peer.len() {
            return Err("the two indexes do not find the same".into());
        }
        found += ours.len();
    }
    println!("{} searches, {found} hits", searches.len());
    Ok(())
}

/// Runs the searches in both in turns, and returns what each run took.
fn interleaved<A, B>(
    ours: &Index<A>,
    peer: &Index<B>,
    searches: &[(Query, Filter)],
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let (mut ours_took, mut peer_took) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (number, (query, filter)) in searches.iter().enumerate() {
            for side in [(number + round) % 2, 1 - (number + round) % 2] {
                let begun = Instant::now();
                if side == 0 {
                    ours.search(query, filter, HITS)?;
                    ours_took.push(begun.elapsed());
                } else {
                    peer.search(query, filter, HITS)?;
                    peer_took.push(begun.elapsed());
                }
            }
        }
    }
    ours_took.sort_unstable();
    peer_took.sort_unstable();
    Ok((ours_took, peer_took))
}

fn figures(title: &str, ours: &[Duration], peer: &[Duration], most: Option<f64>, missed: &mut Vec<String>) {
    for (name, share, most) in [("p50", 0.50, None), ("p95", 0.95, most), ("p99", 0.99, None)] {
        let at = |took: &[Duration]| {
            let place = ((took.len() as f64 * share) as usize).min(took.len().saturating_sub(1));
            took.get(place).map_or(0.0, |took| took.as_secs_f64() * 1e3)
        };
        let (ours, peer) = (at(ours), at(peer));
        let ratio = ours / peer;
        let reach = most.map(|most| (format!("<= {most:.2}"), ratio <= most));
        line(
            &format!("search {name}, {title}, ms"),
            ours,
            peer,
            ratio,
            reach.as_ref().map(|(bar, reached)| (bar.as_str(), *reached)),
            missed,
        );
    }
}

/// One figure; one without a bar is for information.
fn line(name: &str, ours: f64, peer: f64, ratio: f64, reach: Option<(&str, bool)>, missed: &mut Vec<String>) {
    let (bar, ok) = match reach {
        Some((bar, true)) => (bar, "ok"),
        Some((bar, false)) => (bar, "MISSED"),
        None => ("-", "-"),
    };
    println!("{name} | {ours:.3} | {peer:.3} | {ratio:.3} | {bar} | {ok}");
    if ok == "MISSED" {
        missed.push(name.to_owned());
    }
}

fn size(folder: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(folder)? {
        sum += entry?.metadata()?.len();
    }
    Ok(sum)
}

fn new_key() -> Outcome<Arc<DataKey>> {
    let (class, _) = Keyring::from_root(RootKey::generate()?).generate_class_key("search", "2026-11", 1)?;
    let (key, _) = class.generate_data_key(Uuid::now_v7(), 1, Suite::Sm4Gcm)?;
    Ok(Arc::new(key))
}
