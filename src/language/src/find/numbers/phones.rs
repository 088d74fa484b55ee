//! Telephone numbers that have no form of their own: lines without their area code, numbers of other countries, and those with
//! a slip in them.

use super::super::Kind;
use super::context::Context;
use super::cues::Cue;
use super::gaps::Gap;
use super::reading::{Group, run};
use super::{secrets, shapes};

/// The last group of a number as one dials it abroad: behind a plus, or 0044 where a number is announced (ITU-T E.164: 15
/// digits at most).
pub(super) fn dialled(context: &Context, groups: &[Group]) -> Option<usize> {
    let start = groups.first()?.range.start;
    let named = matches!(context.before(start), Some((Cue::Phone | Cue::Numbered, 0..=4)))
        && !matches!(context.announces(start), Some((Cue::Document, 0..=12)));
    let prefix = || matches!(groups, [first, ..] if matches!(first.digits.as_slice(), [0, 0, 1] | [0, 0, 3..=8, _]));
    if context.source.before(start) != '+' && !(named && prefix()) {
        return None;
    }
    let run = run(groups);
    let digits: Vec<u8> = run.iter().flat_map(|group| group.digits.iter().copied()).collect();
    let public = digits.strip_prefix(&[8, 6]).is_some_and(shapes::hotline);
    ((10..=15).contains(&digits.len()) && !public).then(|| run.len() - 1)
}

/// A line without its area code where a call or a place that has one is spoken of: 打我家里8765 4321, 转接王敏，54416553, 办公室8765
/// 4321.
pub(super) fn contacted(context: &Context, groups: &[Group]) -> Option<(Kind, usize)> {
    let run = run(groups);
    let start = run.first()?.range.start;
    let digits: Vec<u8> = run.iter().flat_map(|group| group.digits.iter().copied()).collect();
    let named = context.announces(start).is_some_and(|(cue, distance)| cue != Cue::Phone && distance <= 8);
    if named || !local(&digits) {
        return None;
    }
    let before = context.source.slice(start.saturating_sub(9)..start);
    let call = before.iter().rposition(|c| matches!(c, '打' | '拨' | '回' | '找' | '呼'));
    let place = before.windows(2).rposition(|pair| {
        matches!(
            pair,
            ['联', '系' | '络']
                | ['转', '接']
                | ['公', '室']
                | ['单', '位']
                | ['前', '台']
                | ['家', '里']
                | ['店', '里']
                | ['班', '室']
                | ['物', '业']
        )
    });
    let between = before.get(call.map(|at| at + 1).max(place.map(|at| at + 2))?..)?;
    let other =
        |c: &char| matches!(c, '款' | '钱' | '卡' | '户' | '账' | '折' | '了' | '到' | '单' | '号' | '码' | '。' | '?');
    (!between.iter().any(other)).then(|| (Kind::Phone, run.len() - 1))
}

/// Whether what a word for a telephone announces may be one. `behind`: the word is behind the number.
pub(super) fn announced(context: &Context, said: &[Group], distance: usize, behind: bool) -> bool {
    let (Some(first), Some(last)) = (said.first(), said.last()) else { return false };
    let all: Vec<u8> = said.iter().flat_map(|g| g.digits.iter().copied()).collect();
    let start = first.range.start;
    let day = all.len() == 8 && shapes::starts_with_a_day(&all) || secrets::date(context, said);
    if day || shapes::hotline(&all) {
        return false;
    }
    // 手机 is said of numbers of eleven digits alone.
    let name = context.last_before(start, &[Cue::Numbered, Cue::Received]).map(|m| m.range.clone());
    let mobile = name.is_some_and(|name| matches!(context.source.slice(name), ['手', '机' | '機', ..]));
    if mobile && !behind && !matches!(all.first(), Some(0 | 1 | 8)) {
        return false;
    }
    let between = context.source.slice(start.saturating_sub(distance.min(5))..start);
    let direct = !between.iter().any(|c| matches!(c, '来' | '念' | '给' | '里' | '说' | '银'));
    let is = context.source.before(start) == '是' && distance <= 8;
    if local(&all) && (behind || (distance <= 4 || is) && direct) {
        return true;
    }
    let public = matches!(all.as_slice(), [4 | 8, 0, 0, ..] | [1, 0..=2, ..]);
    let broken = said.iter().skip(1).any(|g| g.gap != Gap::Tight);
    // 8765 4321，区号0571: the area code may come last.
    let national = matches!(all.first(), Some(0 | 1))
        || all.starts_with(&[8, 6])
        || all.len() <= 11
        || last.digits.starts_with(&[0]);
    all.len() >= 10 && !public && national && (broken || all.len() <= 13)
}

/// Whether the digits may be a line without its area code.
fn local(digits: &[u8]) -> bool {
    matches!(digits.len(), 7 | 8)
        && matches!(digits.first(), Some(2..=8))
        && !(digits.len() == 8 && shapes::starts_with_a_day(digits))
}
