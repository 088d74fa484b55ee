//! Rules over a dialogue, chat or call alike. Pure: the same words and rules always give the same score, and every deduction quotes its sentence.

use crate::db::ids::{MessageId, SegmentId};

use super::model::SubjectKind;
use super::rules::{Check, Occasion, Rule, Speaker, Within};
use super::text::normalise;

/// Who said what, in order of start.
#[derive(Debug, Clone)]
pub struct Dialogue {
    pub kind: SubjectKind,
    pub utterances: Vec<Utterance>,
    /// When the agent came in, milliseconds since the start: what the customer waited before is the queue's, not his.
    pub agent_from_ms: u64,
}

/// One message, or one stretch of speech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    pub speaker: Speaker,
    pub text: String,
    /// Milliseconds since the start of the conversation or call. A message has no length.
    pub start_ms: u64,
    pub end_ms: u64,
    pub source: Source,
}

/// Where an utterance stands, so that a screen can show it in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Message(MessageId),
    Segment(SegmentId),
}

/// What the rules say of a dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub score: i32,
    /// A fatal rule was broken, so the score is zero.
    pub fatal: bool,
    pub findings: Vec<Finding>,
    /// Indexes of the rules that were kept. One that had no occasion is in neither list.
    pub passed: Vec<usize>,
}

/// One deduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Index of the rule.
    pub rule: usize,
    pub deduction: i32,
    /// Verbatim what was said, or after what something was missing.
    pub quote: Utterance,
    /// In words, Chinese; made of the rule's own words and of numbers, never of the speakers'.
    pub explanation: String,
}

/// What one rule says.
enum Outcome {
    NoOccasion,
    Kept,
    /// The index of the utterance to quote, and why.
    Broken(usize, String),
}

/// Applies every rule once: a rule broken in several places costs its points once and quotes the first.
pub fn inspect(dialogue: &Dialogue, rules: &[Rule], full_score: i32) -> Verdict {
    let heard = Heard::new(dialogue);
    let mut verdict = Verdict { score: full_score, fatal: false, findings: Vec::new(), passed: Vec::new() };
    for (index, rule) in rules.iter().enumerate() {
        if !rule.definition.applies_to.contains(&dialogue.kind) {
            continue;
        }
        match heard.apply(&rule.definition.check) {
            Outcome::NoOccasion => {}
            Outcome::Kept => verdict.passed.push(index),
            Outcome::Broken(at, explanation) => {
                let Some(quote) = dialogue.utterances.get(at).cloned() else { continue };
                verdict.fatal |= rule.fatal;
                verdict.score -= rule.deduction;
                verdict.findings.push(Finding { rule: index, deduction: rule.deduction, quote, explanation });
            }
        }
    }
    verdict.score = if verdict.fatal { 0 } else { verdict.score.max(0) };
    verdict
}

/// An utterance's index, and a time or a length in milliseconds.
type Place = (usize, u64);

/// A dialogue with its words in normal form.
struct Heard<'a> {
    dialogue: &'a Dialogue,
    words: Vec<String>,
}

impl<'a> Heard<'a> {
    fn new(dialogue: &'a Dialogue) -> Self {
        Self { dialogue, words: dialogue.utterances.iter().map(|u| normalise(&u.text)).collect() }
    }

    fn apply(&self, check: &Check) -> Outcome {
        match check {
            Check::ForbiddenPhrase { speaker, phrases, unless } => self.forbidden(*speaker, phrases, unless),
            Check::RequiredPhrase { speaker, any_of, within, only_if } => {
                self.required(*speaker, any_of, *within, only_if.as_ref())
            }
            Check::MaxSilence { seconds } => self.silence(*seconds),
            Check::MaxResponse { seconds } => self.response(*seconds),
            Check::MaxOverlap { seconds } => self.overlap(*seconds),
        }
    }

    /// Index, utterance and normal form of everything that this speaker said; of everybody when `None`.
    fn said_by(&self, speaker: Option<Speaker>) -> impl DoubleEndedIterator<Item = (usize, &'a Utterance, &str)> {
        let words = self.words.iter().map(String::as_str);
        let all = self.dialogue.utterances.iter().zip(words).enumerate().map(|(i, (u, w))| (i, u, w));
        all.filter(move |(_, u, _)| speaker.is_none_or(|s| s == u.speaker))
    }

    fn forbidden(&self, speaker: Speaker, phrases: &[String], unless: &[String]) -> Outcome {
        let (phrases, unless) = (Phrases::new(phrases), Phrases::new(unless));
        let mut spoke = false;
        let mut hits = Vec::new();
        for (i, _, words) in self.said_by(Some(speaker)) {
            spoke = true;
            if let Some(phrase) = phrases.first_in(words)
                && unless.first_in(words).is_none()
            {
                hits.push((i, phrase));
            }
        }
        match hits.as_slice() {
            [] if spoke => Outcome::Kept,
            [] => Outcome::NoOccasion,
            [(i, phrase)] => Outcome::Broken(*i, format!("{}说了“{phrase}”", speaker.zh())),
            [(i, phrase), ..] => {
                Outcome::Broken(*i, format!("{}说了“{phrase}”，同类共 {} 处", speaker.zh(), hits.len()))
            }
        }
    }

    /// What was missing has no sentence of its own. Quoted is the one where it belonged: the speaker's first for an opening, his last for a
    /// closing, and the first that he said after the occasion otherwise.
    fn required(&self, speaker: Speaker, any_of: &[String], within: Within, only_if: Option<&Occasion>) -> Outcome {
        let occasion = match only_if {
            None => None,
            Some(o) => {
                let phrases = Phrases::new(&o.phrases);
                let Some((i, ..)) = self.said_by(o.speaker).find(|(_, _, words)| phrases.first_in(words).is_some())
                else {
                    return Outcome::NoOccasion;
                };
                Some(i)
            }
        };
        let wanted = Phrases::new(any_of);
        let said = |(_, _, words): (usize, &Utterance, &str)| wanted.first_in(words).is_some();
        let all = || self.said_by(Some(speaker));
        let kept = match within {
            Within::Anywhere => all().any(said),
            Within::First(n) => all().take(n as usize).any(said),
            Within::Last(n) => all().rev().take(n as usize).any(said),
        };
        if kept {
            return Outcome::Kept;
        }
        let last = all().next_back();
        let after_occasion = || all().find(|(i, ..)| occasion.is_some_and(|o| *i >= o)).or(last);
        let place = match within {
            Within::First(_) => all().next(),
            Within::Last(_) => last,
            Within::Anywhere => after_occasion(),
        };
        // A speaker who never spoke has nobody to be held to it.
        let Some((i, ..)) = place else { return Outcome::NoOccasion };
        let whole = match within {
            Within::Anywhere => "全程".to_owned(),
            Within::First(n) => format!("前 {n} 句"),
            Within::Last(n) => format!("最后 {n} 句"),
        };
        let examples: Vec<&str> = any_of.iter().take(3).map(String::as_str).collect();
        Outcome::Broken(i, format!("{}{whole}没有说“{}”等规定用语", speaker.zh(), examples.join("”“")))
    }

    fn silence(&self, seconds: u32) -> Outcome {
        let limit = u64::from(seconds) * 1_000;
        let mut spoken_until: Option<Place> = None;
        let mut longest: Option<Place> = None;
        for (i, u, _) in self.said_by(None) {
            if let Some((before, end)) = spoken_until {
                let gap = u.start_ms.saturating_sub(end);
                if gap > limit && longest.is_none_or(|(_, most)| gap > most) {
                    longest = Some((before, gap));
                }
            }
            if spoken_until.is_none_or(|(_, end)| u.end_ms >= end) {
                spoken_until = Some((i, u.end_ms));
            }
        }
        match longest {
            Some((i, gap)) => Outcome::Broken(i, format!("此后静默 {} 秒，上限 {seconds} 秒", in_seconds(gap))),
            None if self.words.len() > 1 => Outcome::Kept,
            None => Outcome::NoOccasion,
        }
    }

    fn response(&self, seconds: u32) -> Outcome {
        let limit = u64::from(seconds) * 1_000;
        let (mut waiting, mut longest, mut answered): (Option<Place>, Option<Place>, bool) = (None, None, false);
        for (i, u, _) in self.said_by(None) {
            if let Some((asked, since)) = waiting {
                let waited = u.start_ms.saturating_sub(since.max(self.dialogue.agent_from_ms));
                if waited > limit && longest.is_none_or(|(_, most)| waited > most) {
                    longest = Some((asked, waited));
                }
            }
            match u.speaker {
                Speaker::Customer => waiting = Some((i, u.end_ms)),
                Speaker::Agent => {
                    answered |= waiting.is_some();
                    waiting = None;
                }
                // The bot's words end the customer's wait for the bot, not for the agent, whose turn comes when he is there.
                Speaker::Bot => {}
            }
        }
        // Where no agent ever answered there is none whose answer was late.
        match longest {
            Some((i, waited)) if answered => {
                Outcome::Broken(i, format!("客户等待答复 {} 秒，上限 {seconds} 秒", in_seconds(waited)))
            }
            None if answered => Outcome::Kept,
            _ => Outcome::NoOccasion,
        }
    }

    fn overlap(&self, seconds: u32) -> Outcome {
        let limit = u64::from(seconds) * 1_000;
        let mut customer_until = 0;
        let (mut longest, mut spoke): (Option<Place>, bool) = (None, false);
        for (i, u, _) in self.said_by(None) {
            match u.speaker {
                Speaker::Customer => customer_until = customer_until.max(u.end_ms),
                Speaker::Agent => {
                    spoke = true;
                    let both = u.end_ms.min(customer_until).saturating_sub(u.start_ms);
                    if both > limit && longest.is_none_or(|(_, most)| both > most) {
                        longest = Some((i, both));
                    }
                }
                Speaker::Bot => {}
            }
        }
        match longest {
            Some((i, both)) => {
                Outcome::Broken(i, format!("在客户说话时插话 {} 秒，上限 {seconds} 秒", in_seconds(both)))
            }
            None if spoke => Outcome::Kept,
            None => Outcome::NoOccasion,
        }
    }
}

/// Phrases in the rule's words and in normal form.
struct Phrases<'a>(Vec<(&'a str, String)>);

impl<'a> Phrases<'a> {
    fn new(phrases: &'a [String]) -> Self {
        Self(phrases.iter().map(|p| (p.as_str(), normalise(p))).collect())
    }

    /// The first phrase of the list that stands in the text.
    fn first_in(&self, words: &str) -> Option<&'a str> {
        self.0.iter().find(|(_, normal)| words.contains(normal)).map(|(phrase, _)| *phrase)
    }
}

/// Whole seconds and a tenth.
fn in_seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}
