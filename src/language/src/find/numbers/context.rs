//! The text around a number: which words announce one, and how far they are.

use std::cell::OnceCell;
use std::ops::Range;

use super::super::Kind;
use super::super::source::Source;
use super::cues::{Cue, Mention};

/// The text and the words in it that announce numbers.
pub(super) struct Context<'a> {
    pub source: &'a Source<'a>,
    pub mentions: &'a [Mention],
    /// Per character: it belongs to such a word.
    pub mentioned: Vec<bool>,
    /// What the text is about, looked up once.
    pub topics: Topics,
}

/// What a text is about; each is looked up when it is asked for.
#[derive(Default)]
pub(super) struct Topics {
    pub said: OnceCell<Option<Kind>>,
    pub back: OnceCell<bool>,
    pub front: OnceCell<bool>,
    pub card: OnceCell<bool>,
    pub token: OnceCell<bool>,
    pub cvn: OnceCell<bool>,
}

/// No more words are looked at than these to find the one that a number belongs to.
const NEAREST: usize = 24;

impl<'a> Context<'a> {
    pub fn new(source: &'a Source<'a>, mentions: &'a [Mention]) -> Self {
        let mut mentioned = vec![false; source.len()];
        for mention in mentions {
            if let Some(slots) = mentioned.get_mut(mention.range.clone()) {
                slots.fill(true);
            }
        }
        Context { source, mentions, mentioned, topics: Topics::default() }
    }

    /// Whether the text names the number on the back of a card.
    pub fn names_the_back(&self) -> bool {
        *self.topics.cvn.get_or_init(|| self.mentions.iter().any(|m| m.cue == Cue::Cvn))
    }

    /// The words that announce a number within the range.
    pub fn within(&self, range: Range<usize>) -> &[Mention] {
        let from = self.mentions.partition_point(|m| m.range.start < range.start);
        let to = self.mentions.partition_point(|m| m.range.end <= range.end);
        self.mentions.get(from..to).unwrap_or_default()
    }

    /// The nearest word before `at` that announces a number, and how many characters stand between.
    pub fn before(&self, at: usize) -> Option<(Cue, usize)> {
        let mention = self.last_before(at, &[])?;
        Some((mention.cue, at - mention.range.end))
    }

    /// The same without regard to words of these meanings.
    pub fn before_but(&self, at: usize, ignore: &[Cue]) -> Option<(Cue, usize)> {
        let mention = self.last_before(at, ignore)?;
        Some((mention.cue, at - mention.range.end))
    }

    /// The nearest word before `at` that announces a number, but for some meanings.
    pub fn last_before(&self, at: usize, ignore: &[Cue]) -> Option<&Mention> {
        let end = self.mentions.partition_point(|m| m.range.end <= at);
        self.mentions.get(..end)?.iter().rev().take(NEAREST).find(|m| !ignore.contains(&m.cue))
    }

    /// The nearest word before `at` that may be of the number there: an amount or a date is announced right before it.
    pub fn announces(&self, at: usize) -> Option<(Cue, usize)> {
        match self.before_but(at, &[Cue::Numbered, Cue::Received])? {
            (Cue::Plain, distance) if distance > 3 => self.before_but(at, &[Cue::Numbered, Cue::Received, Cue::Plain]),
            found => Some(found),
        }
    }

    /// The nearest word behind `at` that says what the number was: 这是我的验证码. Not one that announces the next number.
    pub fn after(&self, at: usize) -> Option<(Cue, usize)> {
        let next = self.mentions.partition_point(|m| m.range.start < at);
        let mention = self.mentions.get(next)?;
        let between = self.source.slice(at..mention.range.start);
        let digits = between.iter().filter(|c| crate::numerals::digit(**c).is_some()).count();
        if between.len() > 8 || digits > 1 || between.iter().any(|c| matches!(c, '。' | '\n' | '；' | ';' | '*')) {
            return None;
        }
        let behind = self.source.slice(mention.range.end..(mention.range.end + 5).min(self.source.len()));
        let announces = behind.iter().filter(|c| crate::numerals::digit(**c).is_some()).count() > 1;
        (!announces).then_some((mention.cue, between.len()))
    }

    /// The nearest word behind `at`, farther off, where nothing before says what the number was.
    pub fn later(&self, at: usize) -> Option<Cue> {
        let next = self.mentions.partition_point(|m| m.range.start < at);
        let mention = self.mentions.get(next).filter(|m| m.range.start - at <= 18)?;
        let between = self.source.slice(at..mention.range.start);
        let behind = self.source.slice(mention.range.end..(mention.range.end + 6).min(self.source.len()));
        let digits = |chars: &[char]| chars.iter().filter(|c| crate::numerals::digit(**c).is_some()).count();
        // Behind a star the text is masked already.
        (digits(between) < 2 && digits(behind) < 2 && !between.contains(&'*')).then_some(mention.cue)
    }

    /// Whether a Latin word of two letters or more is glued to the number, as in SF123 and XD-123, or 0x: a serial number or an
    /// error.
    pub fn glued(&self, start: usize) -> bool {
        let start = start - usize::from(self.source.before(start) == '-');
        let hexadecimal = self.source.slice(0..start).ends_with(&['0', 'x']);
        let letters = (0..start).rev().take_while(|at| self.source.folded(*at).is_ascii_alphabetic()).count();
        hexadecimal || letters >= 2 && self.before(start).is_none_or(|(_, distance)| distance >= letters)
    }

    /// Whether a word of no list says that it is some number: 回执号, 邮件号, 提货单. 号码 alone may be anything's, and 账号 and 户号
    /// are accounts'.
    pub fn numbered(&self, start: usize) -> bool {
        let source = self.source;
        let leads =
            |at: &usize| matches!(source.folded(*at), '是' | '为' | ',' | ':' | ' ' | '叫' | '#' | '.' | '“' | '"');
        let at = start - (0..start).rev().take(4).take_while(leads).count();
        let before = |back: usize| at.checked_sub(back).map_or('\0', |at| source.folded(at));
        // 验证码，482913: what comes behind a pause is the code.
        let pause = source.slice(at..start).contains(&',');
        match before(1) {
            '号' | '单' | '码' | '编' => {
                !(matches!(before(2), '账' | '帐' | '户' | '折' | '卡' | '的' | '个' | '串' | '\0')
                    || before(1) == '码' && (before(2) == '号' || pause))
            }
            _ => false,
        }
    }

    /// Whether "No" stands right before the number.
    pub fn number_sign(&self, start: usize) -> bool {
        let before = (0..start).rev().take(4).find(|at| !matches!(self.source.folded(*at), ' ' | '.' | ':' | '#'));
        before.is_some_and(|at| self.source.folded(at) == 'o' && self.source.before(at) == 'n')
    }

    /// Masked already: stars stand among the digits and separators around it.
    pub fn masked(&self, range: &Range<usize>) -> bool {
        let stars = |places: &mut dyn Iterator<Item = usize>| {
            let number = |c: char| crate::numerals::digit(c).is_some() || !c.is_alphanumeric();
            places.map(|at| self.source.folded(at)).take(24).take_while(|c| number(*c)).filter(|c| *c == '*').count()
        };
        stars(&mut (0..range.start).rev()) + stars(&mut (range.end..self.source.len())) >= 2
    }
}
