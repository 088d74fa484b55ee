use serde_json::json;

use super::cer::character_error_rate;
use super::check::{Fields, Stop, needed, same, same_words, seen};
use super::script::Script;

#[test]
fn the_error_rate_counts_edits_per_character_of_the_truth() {
    let rate = character_error_rate;
    assert_eq!(rate("", ""), 0.0);
    assert_eq!(rate("", "多"), 1.0);
    assert_eq!(rate("您好，我行！", "您好我行"), 0.0);
    assert_eq!(rate("卡号后四位", "卡号后三位"), 0.2);
    assert_eq!(rate("卡号后四位", "卡号后位"), 0.2);
    assert_eq!(rate("卡号后四位", "卡号的后四位"), 0.2);
    assert_eq!(rate("卡号后四位", ""), 1.0);
    assert_eq!(rate("ABC", "abc"), 0.0);
}

#[test]
fn reports_name_fields_and_lengths_and_no_words() {
    let answer = json!({ "body": "秘密", "kind": "answer" });
    let missing = seen(&answer.text("/citations").unwrap_err());
    assert!(missing.contains("/citations") && missing.contains("body, kind") && !missing.contains("秘密"), "{missing}");
    assert!(answer.number("/body").is_err());
    let other = seen(&same_words("the reply", "秘密的话", "别的").unwrap_err());
    assert!(other.contains('4') && other.contains('2') && !other.contains("秘密"), "{other}");
    assert!(same("state", "open", "open").is_ok());
    assert!(matches!(needed(None::<()>, "ticket"), Err(Stop::NotRun("ticket"))));
}

#[test]
fn what_is_planted_is_new_every_time_and_asks_for_nobody() {
    let (one, other) = (Script::random().unwrap(), Script::random().unwrap());
    for ((name, a), (_, b)) in one.planted().into_iter().zip(other.planted()) {
        assert_ne!(a, b, "{name}");
        assert!(!a.contains(['人', '转', '客', '坐']), "{name} might be taken for a wish to speak to somebody");
    }
    assert_eq!(one.customer_phone.len(), 11);
}
