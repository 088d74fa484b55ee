use super::*;
use crate::error::ErrorCode;
use crate::inspection::model::State;

#[test]
fn the_basic_plan_is_sound_and_serves_chats_and_calls() {
    let rules = basic();
    let of = |kind| rules.iter().filter(|r| r.definition.applies_to.contains(&kind)).count();
    assert!(of(SubjectKind::Conversation) >= 8 && of(SubjectKind::Recording) >= 8);
    assert_eq!(rules.iter().filter(|r| r.fatal).count(), 2);
}

#[test]
fn a_rule_that_means_nothing_is_refused_with_its_reason() {
    for (definition, why) in [
        (r#"{"applies_to":[],"check":{"kind":"max_silence","seconds":5}}"#, "applies_to"),
        (r#"{"applies_to":["recording"],"check":{"kind":"max_silence","seconds":0}}"#, "seconds"),
        (r#"{"applies_to":["recording"],"check":{"kind":"max_noise","seconds":5}}"#, "max_noise"),
        (r#"{"applies_to":["recording"],"check":{"kind":"max_silence","seconds":5,"minutes":1}}"#, "minutes"),
        (r#"{"applies_to":["mail"],"check":{"kind":"max_silence","seconds":5}}"#, "mail"),
        (
            r#"{"applies_to":["recording"],"check":{"kind":"forbidden_phrase","speaker":"agent","phrases":["……"]}}"#,
            "punctuation",
        ),
        (
            r#"{"applies_to":["recording"],"check":{"kind":"forbidden_phrase","speaker":"boss","phrases":["甲"]}}"#,
            "boss",
        ),
        (
            r#"{"applies_to":["recording"],"check":{"kind":"required_phrase","speaker":"agent","any_of":["甲"],"within":{"first":0}}}"#,
            "within",
        ),
        (
            r#"{"applies_to":["recording"],"check":{"kind":"required_phrase","speaker":"agent","any_of":[],"within":"anywhere"}}"#,
            "any_of",
        ),
    ] {
        let refused = Definition::parse(definition).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::ConfigInvalid);
        assert!(refused.detail().contains(why), "{definition}: {}", refused.detail());
    }
}

#[test]
fn a_plan_with_a_code_twice_is_refused() {
    let rule = |code: &str| {
        format!(
            "[[rules]]\ncode = {code:?}\nversion = 1\nname = \"甲\"\ndeduction = 5\napplies_to = [\"recording\"]\ncheck = {{ kind = \"max_silence\", seconds = 5 }}\n"
        )
    };
    let plan = |rules: &str| Plan::parse(&format!("code = \"p\"\nversion = 1\nfull_score = 100\n{rules}"));
    assert!(plan(&(rule("a") + &rule("b"))).is_ok());
    assert!(plan(&(rule("a") + &rule("a"))).unwrap_err().detail().contains("each code once"));
    assert!(
        plan(&rule("a").replace("deduction = 5", "deduction = 101")).unwrap_err().detail().contains("a: deduction")
    );
    assert!(plan(&rule("a").replace("name", "title")).is_err());
}

#[test]
fn only_an_assigned_inspection_is_confirmed() {
    use State::{Assigned, Confirmed, Suggested};
    for from in [Suggested, Assigned, Confirmed] {
        for to in [Suggested, Assigned, Confirmed] {
            let allowed = matches!((from, to), (Suggested, Assigned) | (Assigned, Confirmed));
            assert_eq!(from.to(to).is_ok(), allowed, "{from:?} → {to:?}");
        }
    }
}
