use super::*;
use crate::inspection::engine::{Verdict, inspect};
use crate::inspection::rules::{Occasion, Within};
use SubjectKind::{Conversation, Recording};

fn phrases(of: &[&str]) -> Vec<String> {
    of.iter().map(|p| (*p).to_owned()).collect()
}

fn one(check: Check, lines: &[Line<'_>]) -> Verdict {
    inspect(&dialogue(Recording, lines), &[rule(check, 10, false)], 100)
}

/// The quoted words, or nothing when the rule was kept or had no occasion.
fn quoted(verdict: &Verdict) -> Option<&str> {
    verdict.findings.first().map(|f| f.quote.text.as_str())
}

#[test]
fn forbidden_words_are_found_however_they_are_written() {
    let check = || Check::ForbiddenPhrase {
        speaker: Speaker::Agent,
        phrases: phrases(&["保本保收益", "ATM免费"]),
        unless: phrases(&["不能承诺"]),
    };
    let kept = one(check(), &[("a", 0, 1, "我们不能承诺保本保收益"), ("c", 2, 3, "保本保收益吗")]);
    assert!(kept.findings.is_empty() && kept.passed == [0] && kept.score == 100);
    let lines = [("c", 0, 1, "保本吗"), ("a", 2, 3, "保本，保收益！"), ("a", 4, 5, "ａｔｍ 免费")];
    let broken = one(check(), &lines);
    assert_eq!((broken.score, quoted(&broken)), (90, Some("保本，保收益！")));
    assert_eq!(broken.findings[0].explanation, "坐席说了“保本保收益”，同类共 2 处");
    // Nobody spoke to whom it applies: neither kept nor broken.
    let silent = one(check(), &[("c", 0, 1, "保本保收益")]);
    assert!(silent.findings.is_empty() && silent.passed.is_empty());
}

#[test]
fn a_missing_phrase_quotes_the_sentence_where_it_belonged() {
    let lines = [
        ("a", 0, 1, "喂"),
        ("c", 2, 3, "我的卡丢了"),
        ("a", 4, 5, "嗯"),
        ("c", 6, 7, "怎么办"),
        ("a", 8, 9, "那就这样吧"),
    ];
    let check = |within, only_if: Option<&str>| Check::RequiredPhrase {
        speaker: Speaker::Agent,
        any_of: phrases(&["工号", "再见"]),
        within,
        only_if: only_if.map(|p| Occasion { speaker: Some(Speaker::Customer), phrases: phrases(&[p]) }),
    };
    for (within, only_if, want) in [
        (Within::First(2), None, Some("喂")),
        (Within::Last(1), None, Some("那就这样吧")),
        (Within::Anywhere, None, Some("那就这样吧")),
        (Within::Anywhere, Some("卡丢了"), Some("嗯")),
        // An occasion that did not arise.
        (Within::Anywhere, Some("转账"), None),
    ] {
        assert_eq!(quoted(&one(check(within, only_if), &lines)), want, "{within:?} {only_if:?}");
    }
    let said_late = [("a", 0, 1, "喂"), ("a", 2, 3, "稍等"), ("a", 4, 5, "工号一零二六")];
    assert_eq!(quoted(&one(check(Within::First(2), None), &said_late)), Some("喂"));
    assert_eq!(quoted(&one(check(Within::Anywhere, None), &said_late)), None);
    assert_eq!(quoted(&one(check(Within::Last(1), None), &said_late)), None);
}

#[test]
fn silence_is_between_the_last_word_of_either_and_the_next() {
    let check = || Check::MaxSilence { seconds: 10 };
    // The agent speaks on under the customer's short word: the silence begins when both have ended.
    let lines = [
        ("a", 0, 20_000, "请您稍等"),
        ("c", 5_000, 6_000, "嗯"),
        ("c", 29_000, 30_000, "喂"),
        ("a", 45_500, 46_000, "好了"),
    ];
    let verdict = one(check(), &lines);
    assert_eq!(quoted(&verdict), Some("喂"));
    assert_eq!(verdict.findings[0].explanation, "此后静默 15.5 秒，上限 10 秒");
    assert_eq!(one(check(), &lines[..3]).passed, [0]);
    assert!(one(check(), &lines[..1]).passed.is_empty());
}

#[test]
fn an_answer_is_late_from_the_time_the_agent_was_there() {
    let check = || Check::MaxResponse { seconds: 60 };
    let lines = [
        ("c", 0, 0, "转人工"),
        ("c", 30_000, 30_000, "有人吗"),
        ("a", 100_000, 100_000, "您好"),
        ("c", 110_000, 110_000, "我的卡被吞了"),
        ("c", 190_000, 190_000, "在吗"),
        ("a", 195_000, 195_000, "在的"),
    ];
    let mut chat = dialogue(Conversation, &lines);
    chat.agent_from_ms = 95_000;
    let verdict = inspect(&chat, &[rule(check(), 5, false)], 100);
    assert_eq!(quoted(&verdict), Some("我的卡被吞了"));
    assert_eq!(verdict.findings[0].explanation, "客户等待答复 80.0 秒，上限 60 秒");
    let at_once = one(check(), &lines[2..4]);
    assert!(at_once.findings.is_empty());
    // Given up before an agent came: no agent is to blame.
    assert!(one(check(), &[("c", 0, 0, "有人吗"), ("c", 90_000, 90_000, "算了")]).findings.is_empty());
}

#[test]
fn interrupting_is_beginning_while_the_customer_speaks() {
    let check = || Check::MaxOverlap { seconds: 2 };
    let rude = [("c", 0, 8_000, "我想说的是"), ("a", 4_000, 9_000, "您听我说")];
    assert_eq!(quoted(&one(check(), &rude)), Some("您听我说"));
    let polite = [("c", 0, 8_000, "我想说的是"), ("a", 6_500, 9_000, "好的")];
    assert_eq!(one(check(), &polite).passed, [0]);
    let interrupted = [("a", 0, 8_000, "您听我说"), ("c", 1_000, 9_000, "不是")];
    assert_eq!(one(check(), &interrupted).passed, [0]);
}

#[test]
fn a_fatal_rule_takes_everything_and_the_floor_is_zero() {
    let no = |phrase: &str, deduction, fatal| {
        let check = Check::ForbiddenPhrase { speaker: Speaker::Agent, phrases: phrases(&[phrase]), unless: Vec::new() };
        rule(check, deduction, fatal)
    };
    let said = dialogue(Recording, &[("a", 0, 1, "保本，没有风险")]);
    let sum = |rules: &[Rule]| {
        let v = inspect(&said, rules, 100);
        (v.score, v.fatal, v.findings.len())
    };
    assert_eq!(sum(&[no("保本", 30, false), no("没有风险", 20, false)]), (50, false, 2));
    assert_eq!(sum(&[no("保本", 80, false), no("没有风险", 80, false)]), (0, false, 2));
    assert_eq!(sum(&[no("保本", 1, true), no("没有风险", 20, false)]), (0, true, 2));
}

#[test]
fn rules_for_calls_leave_chats_alone() {
    let mut calls_only = rule(Check::MaxSilence { seconds: 1 }, 5, false);
    calls_only.definition.applies_to = vec![Recording];
    let lines = [("c", 0, 0, "在吗"), ("a", 50_000, 50_000, "在的")];
    assert!(inspect(&dialogue(Conversation, &lines), std::slice::from_ref(&calls_only), 100).findings.is_empty());
    assert_eq!(inspect(&dialogue(Recording, &lines), &[calls_only], 100).score, 95);
}

/// The demonstration calls, word for word.
#[test]
fn the_basic_plan_finds_what_the_demonstration_calls_show() {
    for (call, score, fatal, want) in [
        ("refund", 100, false, &[][..]),
        ("complaint", 100, false, &[]),
        (
            "wealth",
            0,
            true,
            &[
                "greeting-call",
                "identity-check",
                "no-guarantee",
                "risk-disclosure",
                "no-brush-off",
                "apology",
                "closing",
                "silence",
            ],
        ),
    ] {
        let path = format!("{}/appliance/demo/calls/{call}.reference.json", env!("CARGO_MANIFEST_DIR"));
        let turns: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let ms = |turn: &serde_json::Value, field: &str| turn[field].as_u64().unwrap();
        let line = |turn: &'_ serde_json::Value| {
            let who = if ms(turn, "channel") == 0 { "a" } else { "c" };
            (who, ms(turn, "start_ms"), ms(turn, "end_ms"), turn["text"].as_str().unwrap().to_owned())
        };
        let lines: Vec<_> = turns.iter().map(line).collect();
        let lines: Vec<Line<'_>> =
            lines.iter().map(|(who, from, to, text)| (*who, *from, *to, text.as_str())).collect();
        let rules = basic();
        let verdict = inspect(&dialogue(Recording, &lines), &rules, 100);
        let broken: Vec<&str> = verdict.findings.iter().map(|f| rules[f.rule].code.as_str()).collect();
        assert_eq!((verdict.score, verdict.fatal, broken.as_slice()), (score, fatal, want), "{call}");
    }
}

#[test]
fn the_basic_plan_reads_a_chat() {
    let rules = basic();
    let codes = |lines: &[Line<'_>]| -> Vec<String> {
        let verdict = inspect(&dialogue(Conversation, lines), &rules, 100);
        verdict.findings.iter().map(|f| rules[f.rule].code.clone()).collect()
    };
    let good = [
        ("c", 0, 0, "信用卡被重复扣款，太慢了！"),
        ("b", 1_000, 1_000, "抱歉，我在本行知识库中没有找到可以支持回答的内容。"),
        ("a", 20_000, 20_000, "您好，非常抱歉给您带来不便，请提供一下卡号后四位。"),
        ("c", 30_000, 30_000, "6287"),
        ("a", 50_000, 50_000, "已为您登记退款，感谢您的咨询，再见。"),
    ];
    assert!(codes(&good).is_empty());
    let bad = [("c", 0, 0, "验证码没收到"), ("a", 90_000, 90_000, "验证码是多少？告诉我，我帮你弄。")];
    assert_eq!(codes(&bad), ["greeting-chat", "no-credentials", "closing", "response-time"]);
    // The bot alone: no agent, nothing to hold against one.
    assert!(codes(&good[..2]).is_empty());
}
