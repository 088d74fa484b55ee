//! Masking inside free text: finds phone, card, identity and account numbers, e-mail addresses and spoken secrets, and
//! masks each as its field would be.
//!
//! Digits may be ASCII, full-width or Chinese (一三八…, 幺 for one), and may be written in groups with blanks or dashes.
//! Names and addresses cannot be told from other words here; they are masked where they stand in fields of their own.

use super::super::blind_index::half_width;
use super::STAR;

/// Masks what is found in `text`; everything else stays as it is, character for character.
pub fn text(text: &str) -> String {
    let source = emails(text);
    let mut out = Out { keep: vec![true; source.len()] };
    let uuids = uuids(&source);
    let runs = runs(&source, |at| !uuids.iter().any(|r| r.contains(&at)));
    secrets(&source, &runs, &mut out);
    runs.iter().for_each(|run| numbers(&source, run, &mut out));
    source.iter().zip(&out.keep).map(|(c, keep)| if *keep { *c } else { STAR }).collect()
}

/// Which characters stay.
struct Out {
    keep: Vec<bool>,
}

impl Out {
    fn hide(&mut self, at: usize) {
        if let Some(keep) = self.keep.get_mut(at) {
            *keep = false;
        }
    }
}

/// A digit in any writing.
fn digit(c: char) -> Option<u8> {
    Some(match half_width(c) {
        c @ '0'..='9' => c as u8 - b'0',
        '〇' | '零' | '洞' => 0,
        '一' | '幺' | '壹' => 1,
        '二' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// Whether a number may be broken by this character.
fn separates(c: char) -> bool {
    matches!(half_width(c), ' ' | '-' | '\t' | '\u{a0}' | '–' | '—' | '·' | '(' | ')' | '_')
}

/// Digits that stand together.
struct Group {
    start: usize,
    digits: Vec<u8>,
    /// The last of them is the letter X, the check digit ten of an identity number.
    check_ten: bool,
}

/// Groups with at most three separating characters between them.
type Run = Vec<Group>;

fn runs(source: &[char], usable: impl Fn(usize) -> bool) -> Vec<Run> {
    let (mut runs, mut run, mut at): (Vec<Run>, Run, usize) = (Vec::new(), Run::new(), 0);
    while let Some(c) = source.get(at) {
        let Some(first) = digit(*c).filter(|_| usable(at)) else {
            at += 1;
            continue;
        };
        let near = run.last().is_some_and(|last| {
            let between = source.get(last.start + last.digits.len()..at).unwrap_or_default();
            between.len() <= 3 && between.iter().all(|c| separates(*c))
        });
        if !near && !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        let mut group = Group { start: at, digits: vec![first], check_ten: false };
        at += 1;
        while let Some(next) = source.get(at).copied().filter(|_| usable(at)) {
            let before = run.iter().map(|g| g.digits.len()).sum::<usize>() + group.digits.len();
            if let Some(next) = digit(next) {
                group.digits.push(next);
            } else if matches!(half_width(next), 'x' | 'X') && before >= 17 && !word(source, at + 1) {
                group.digits.push(10);
                group.check_ten = true;
                at += 1;
                break;
            } else {
                break;
            }
            at += 1;
        }
        run.push(group);
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// Whether a Latin letter or a digit stands at `at`.
fn word(source: &[char], at: usize) -> bool {
    source.get(at).is_some_and(|c| half_width(*c).is_ascii_alphanumeric())
}

/// What a sequence of digits is, and how many of its first and last stay.
#[derive(Clone, Copy)]
struct Shown {
    first: usize,
    last: usize,
}

/// Masks the numbers of one run. From each group on, the groups that together are a known kind are taken; then whatever
/// is left and too long to be a date or an amount keeps its last four.
fn numbers(source: &[char], run: &Run, out: &mut Out) {
    let mut from = 0;
    while let Some(group) = run.get(from) {
        let mut joined = Vec::new();
        let mut found: Option<(usize, Shown)> = None;
        for (to, next) in run.iter().enumerate().skip(from) {
            joined.extend_from_slice(&next.digits);
            let groups = run.get(from..=to).unwrap_or_default();
            if let Some(shown) = kind(&joined, groups) {
                // A later, longer match wins unless the number is already whole in one group.
                found = Some((to, shown));
                if to == from {
                    break;
                }
            }
            if joined.len() > 32 || next.check_ten {
                break;
            }
        }
        let (to, shown) = match found {
            Some(found) => found,
            None if group.digits.len() >= 9 && !service_line(&group.digits) => (from, Shown { first: 0, last: 4 }),
            None if document(source, group) => (from, Shown { first: 0, last: 1 }),
            None => {
                from += 1;
                continue;
            }
        };
        let groups = run.get(from..=to).unwrap_or_default();
        let all: usize = groups.iter().map(|g| g.digits.len()).sum();
        let places = groups.iter().flat_map(|g| g.start..g.start + g.digits.len());
        places.enumerate().filter(|(i, _)| *i >= shown.first && i + shown.last < all).for_each(|(_, at)| out.hide(at));
        from = to + 1;
    }
}

fn kind(digits: &[u8], groups: &[Group]) -> Option<Shown> {
    let shown = |first, last| Some(Shown { first, last });
    match (digits.len(), digits) {
        (18, _) if resident_id(digits) => shown(6, 4),
        (13..=19, _) if issuer(digits) && luhn(digits) => shown(6, 4),
        (11, [1, 3..=9, ..]) => shown(3, 4),
        (13, [8, 6, 1, 3..=9, ..]) => shown(5, 4),
        (15, [0, 0, 8, 6, 1, 3..=9, ..]) => shown(7, 4),
        // A line with its area code, 010 or 0755, which says no more than a city: four digits are hidden.
        (10..=12, [0, 1..=9, ..]) if groups.len() <= 3 => {
            let area = if matches!(digits, [0, 1 | 2, ..]) { 3 } else { 4 };
            (digits.len() >= area + 7).then_some(Shown { first: area, last: digits.len() - area - 4 })
        }
        // Written in fours like a card, but not one, or a card with a slip in it.
        (13..=32, _) if groups.len() > 2 && in_fours(groups) => shown(0, 4),
        _ => None,
    }
}

/// 400 and 800 numbers are the bank's own.
fn service_line(digits: &[u8]) -> bool {
    digits.len() == 10 && matches!(digits, [4 | 8, 0, 0, ..])
}

fn in_fours(groups: &[Group]) -> bool {
    groups.split_last().is_some_and(|(last, full)| last.digits.len() <= 4 && full.iter().all(|g| g.digits.len() == 4))
}

/// A resident identity number by its birth date. The check digit is not asked for: people mistype.
fn resident_id(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| {
        digits.get(from..to).unwrap_or_default().iter().fold(0u32, |n, d| n * 10 + u32::from(*d))
    };
    let decimal = digits.iter().take(17).all(|d| *d < 10);
    decimal
        && matches!(number(6, 10), 1880..=2099)
        && matches!(number(10, 12), 1..=12)
        && matches!(number(12, 14), 1..=31)
}

/// Whether a card may begin so (ISO/IEC 7812; 2 only as 2221 to 2720): a date never does.
fn issuer(digits: &[u8]) -> bool {
    match digits {
        [3..=6 | 9, ..] => true,
        [2, b, c, d, ..] => (221..=720).contains(&(u16::from(*b) * 100 + u16::from(*c) * 10 + u16::from(*d))),
        _ => false,
    }
}

/// The check digit of a card (ISO/IEC 7812-1 annex B).
fn luhn(digits: &[u8]) -> bool {
    let weigh = |(i, d): (usize, &u8)| match (i % 2, *d * (1 + (i % 2) as u8)) {
        (1, doubled) if doubled > 9 => u32::from(doubled - 9),
        (_, d) => u32::from(d),
    };
    digits.iter().all(|d| *d < 10) && digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// A passport or travel permit: its letter and eight digits, standing alone.
fn document(source: &[char], group: &Group) -> bool {
    let letter = |back: usize| group.start.checked_sub(back).and_then(|at| source.get(at)).map(|c| half_width(*c));
    group.digits.len() == 8
        && matches!(letter(1), Some('E' | 'G' | 'H' | 'M' | 'D' | 'S' | 'P' | 'e' | 'g' | 'h' | 'm'))
        && !letter(2).is_some_and(|c| c.is_ascii_alphanumeric())
        && !word(source, group.start + 8)
}

/// Hides what follows a word that announces a secret (authentication data, C3): all of it.
fn secrets(source: &[char], runs: &[Run], out: &mut Out) {
    const WORDS: [&str; 14] = [
        "密码",
        "口令",
        "验证码",
        "校验码",
        "动态码",
        "安全码",
        "支付码",
        "取款码",
        "cvn",
        "cvv",
        "cvc",
        "pin",
        "otp",
        "password",
    ];
    let lower: Vec<char> = source.iter().map(|c| half_width(*c).to_ascii_lowercase()).collect();
    for group in runs.iter().flatten().filter(|g| (3..=8).contains(&g.digits.len())) {
        // The word stands at most eight characters before the digits, in the same sentence.
        let before = lower.get(group.start.saturating_sub(20)..group.start).unwrap_or_default();
        let sentence =
            before.rsplit(|c| matches!(c, '。' | '；' | ';' | '\n' | '！' | '？')).next().unwrap_or_default();
        let sentence: String = sentence.iter().collect();
        let announced = WORDS.iter().any(|word| {
            sentence
                .rfind(word)
                .and_then(|at| sentence.get(at + word.len()..))
                .is_some_and(|gap| gap.chars().count() <= 8)
        });
        if announced {
            (group.start..group.start + group.digits.len()).for_each(|at| out.hide(at));
        }
    }
}

/// Where a UUID stands: its digits are no one's number.
fn uuids(source: &[char]) -> Vec<std::ops::Range<usize>> {
    let is_uuid = |window: &[char]| {
        window
            .iter()
            .enumerate()
            .all(|(i, c)| if matches!(i, 8 | 13 | 18 | 23) { *c == '-' } else { c.is_ascii_hexdigit() })
    };
    let alone = |at: usize| !word(source, at + 36) && at.checked_sub(1).is_none_or(|before| !word(source, before));
    let windows = source.windows(36).enumerate();
    windows.filter(|(at, window)| is_uuid(window) && alone(*at)).map(|(at, _)| at..at + 36).collect()
}

/// The text with every e-mail address masked as [`super::email`] does it, which may change its length.
fn emails(text: &str) -> Vec<char> {
    let local = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let domain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if half_width(c) == '@' {
            let host: Vec<char> = rest.clone().map(half_width).take_while(domain).collect();
            let dotted = host.iter().rposition(|c| *c == '.').is_some_and(|dot| dot > 0 && host.len() > dot + 2);
            let length = out.iter().rev().map(|c| half_width(*c)).take_while(local).count();
            if dotted && length > 0 {
                out.truncate(out.len() - if length == 1 { 1 } else { length - 1 });
                out.extend([STAR; 3]);
            }
        }
        out.push(c);
    }
    out
}
