use super::*;
use crate::inspection::engine::inspect;
use crate::inspection::rules::{Occasion, Within};
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    // Few characters, so that phrases meet sentences often.
    proptest::collection::vec(prop_oneof!["[甲乙丙丁]", "[，。！ ]", "[aＡA]"], 0..6).prop_map(|parts| parts.concat())
}

fn phrases() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[甲乙丙丁a]{1,3}", 1..3)
}

fn whose() -> impl Strategy<Value = Speaker> {
    prop_oneof![Just(Speaker::Agent), Just(Speaker::Customer), Just(Speaker::Bot)]
}

fn check() -> impl Strategy<Value = Check> {
    let within =
        prop_oneof![Just(Within::Anywhere), (1u32..4).prop_map(Within::First), (1u32..4).prop_map(Within::Last)];
    let occasion =
        (proptest::option::of(whose()), phrases()).prop_map(|(speaker, phrases)| Occasion { speaker, phrases });
    prop_oneof![
        (whose(), phrases(), proptest::collection::vec("[甲乙]{1,2}", 0..2))
            .prop_map(|(speaker, phrases, unless)| Check::ForbiddenPhrase { speaker, phrases, unless }),
        (whose(), phrases(), within, proptest::option::of(occasion))
            .prop_map(|(speaker, any_of, within, only_if)| Check::RequiredPhrase { speaker, any_of, within, only_if }),
        (1u32..20).prop_map(|seconds| Check::MaxSilence { seconds }),
        (1u32..20).prop_map(|seconds| Check::MaxResponse { seconds }),
        (1u32..20).prop_map(|seconds| Check::MaxOverlap { seconds }),
    ]
}

fn spoken() -> impl Strategy<Value = Dialogue> {
    let line = (whose(), words(), 0u64..30_000, 0u64..30_000);
    (proptest::collection::vec(line, 0..12), any::<bool>(), 0u64..60_000).prop_map(|(lines, call, agent_from_ms)| {
        let kind = if call { SubjectKind::Recording } else { SubjectKind::Conversation };
        let mut clock = 0;
        let utterance = |(speaker, text, pause, length): (Speaker, String, u64, u64)| {
            clock += pause;
            let end_ms = if call { clock + length } else { clock };
            Utterance { speaker, text, start_ms: clock, end_ms, source: Source::Segment(SegmentId::fresh()) }
        };
        Dialogue { kind, utterances: lines.into_iter().map(utterance).collect(), agent_from_ms }
    })
}

proptest! {
    #[test]
    fn the_score_is_what_the_findings_say(
        dialogue in spoken(),
        made in proptest::collection::vec((check(), 0i32..=100, proptest::bool::weighted(0.1)), 0..8),
    ) {
        let rules: Vec<Rule> = made.into_iter().map(|(check, points, fatal)| rule(check, points, fatal)).collect();
        let verdict = inspect(&dialogue, &rules, 100);
        let lost: i32 = verdict.findings.iter().map(|f| f.deduction).sum();
        let fatal = verdict.findings.iter().any(|f| rules[f.rule].fatal);
        prop_assert_eq!(verdict.fatal, fatal);
        prop_assert_eq!(verdict.score, if fatal { 0 } else { (100 - lost).max(0) });
        for finding in &verdict.findings {
            // Verbatim, from where it stands; and what it costs is what its rule says.
            prop_assert!(dialogue.utterances.contains(&finding.quote));
            prop_assert_eq!(finding.deduction, rules[finding.rule].deduction);
            prop_assert!(!finding.explanation.is_empty());
            prop_assert!(!verdict.passed.contains(&finding.rule));
        }
        let mut judged: Vec<usize> = verdict.findings.iter().map(|f| f.rule).chain(verdict.passed.iter().copied()).collect();
        judged.sort_unstable();
        prop_assert!(judged.windows(2).all(|w| w[0] < w[1]) && judged.iter().all(|i| *i < rules.len()));
        prop_assert_eq!(inspect(&dialogue, &rules, 100), verdict);
    }

    #[test]
    fn a_definition_survives_being_stored(check in check()) {
        let definition = Definition { applies_to: vec![SubjectKind::Recording], check };
        prop_assert_eq!(Definition::parse(&definition.to_json().unwrap()).unwrap(), definition);
    }
}
