use proptest::prelude::*;

use crate::search::analyser::Analyser;
use crate::search::{Query, Word};

fn words(text: &str) -> Vec<Word> {
    Analyser::shared().words(text)
}

fn texts(text: &str) -> Vec<String> {
    words(text).into_iter().map(|w| w.text).collect()
}

#[test]
fn a_long_word_yields_the_words_inside_it_too() {
    assert_eq!(texts("信用卡年费"), ["信用", "信用卡", "年费"]);
    let positions: Vec<usize> = words("信用卡年费").iter().map(|w| w.position).collect();
    assert_eq!(positions, [0, 0, 1]);
}

#[test]
fn width_and_case_are_folded_and_ranges_point_into_the_original() {
    let text = "ＡＴＭ机转账５万元，App和LPR；Ⅱ类户";
    let found: Vec<(String, &str)> = words(text).into_iter().map(|w| (w.text, text.get(w.range).unwrap())).collect();
    for expected in
        [("5", "５"), ("app", "App"), ("lpr", "LPR"), ("转账", "转账"), ("ii类户", "Ⅱ类户"), ("万元", "万元")]
    {
        assert!(
            found.iter().any(|(term, original)| (term.as_str(), *original) == expected),
            "{expected:?} in {found:?}"
        );
    }
    assert!(found.iter().any(|(term, _)| term.starts_with("atm")), "{found:?}");
    assert!(found.iter().all(|(term, _)| !term.contains('，')), "{found:?}");
}

#[test]
fn latin_words_numbers_and_other_scripts_stay() {
    assert_eq!(texts("Call 95588 now"), ["call", "95588", "now"]);
    assert!(texts("Привет мир").contains(&"привет".to_owned()) || !texts("Привет мир").is_empty());
    assert_eq!(texts("，。！ \n\t"), Vec::<String>::new());
    assert_eq!(texts(&"a".repeat(10_000)), Vec::<String>::new());
}

#[test]
fn a_query_keeps_the_words_that_carry_the_subject() {
    assert!(Query::new("你好，请问一下可以吗？").is_empty());
    assert!(Query::new("").is_empty());
    let query = Query::new("请问我的信用卡年费怎么免");
    assert_eq!(query.terms(), 3, "{query:?}");
    // What looks like a query language is text.
    assert!(!Query::new("body:投诉 AND (kind:1 OR *) ~\"").is_empty());
}

proptest! {
    #[test]
    fn ranges_are_ordered_and_on_character_boundaries(text in r"(\PC|[信用卡转账Ａ５Ⅱİß，。 ]){0,60}") {
        let mut last = (0, 0);
        for word in words(&text) {
            prop_assert!(text.get(word.range.clone()).is_some_and(|original| !original.is_empty()));
            prop_assert!((word.range.start, word.position) >= last);
            last = (word.range.start, word.position);
        }
    }

    #[test]
    fn half_width_ascii_is_a_fixed_point(text in "[a-z0-9 ]{0,40}") {
        for word in words(&text) {
            prop_assert_eq!(text.get(word.range), Some(word.text.as_str()));
        }
    }
}
