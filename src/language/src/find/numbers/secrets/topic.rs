//! What a text is about: messages and codes, logging in and paying, the back of a card; and what is no secret.

use std::ops::Range;

use super::super::super::Kind;
use super::super::context::Context;
use super::super::cues::Cue;
use super::super::reading::Group;
use super::super::shapes;

/// What secret is received, typed or told, by what the text is about: messages and codes, or logging in and paying.
pub(super) fn said_or_typed(context: &Context) -> Option<Kind> {
    *context.topics.said.get_or_init(|| topic(context))
}

fn topic(context: &Context) -> Option<Kind> {
    let speaks =
        |words: &[&[char]]| words.iter().any(|word| context.source.folded.windows(word.len()).any(|w| w == *word));
    let message: [&[char]; 20] = [
        &['那', '条'],
        &['这', '条'],
        &['短', '信'],
        &['验', '证'],
        &['动', '态'],
        &['过', '期'],
        &['失', '效'],
        &['收', '到'],
        &['发', '来'],
        &['校', '验'],
        &['码'],
        &['作', '废'],
        &['一', '条'],
        &['哪', '条'],
        &['几', '条'],
        &['播', '报'],
        &['刚', '发'],
        &['重', '发'],
        &['核', '验'],
        &['秒'],
    ];
    let password: [&[char]; 13] = [
        &['登', '不'],
        &['密'],
        &['口', '令'],
        &['登', '录'],
        &['登', '陆'],
        &['取', '款'],
        &['取', '钱'],
        &['a', 't', 'm'],
        &['u', '盾'],
        &['锁', '了'],
        &['被', '锁'],
        &['锁', '住'],
        &['令', '牌'],
    ];
    if speaks(&password) && !speaks(&[&['短', '信'], &['验', '证'], &['动', '态']]) {
        Some(Kind::Password)
    } else {
        speaks(&message).then_some(Kind::VerificationCode)
    }
}

/// Whether the text speaks of a device that shows codes: they came by no message.
pub(super) fn of_a_token(context: &Context) -> bool {
    let token: [&[char]; 4] = [&['令', '牌'], &['密', '码', '牌'], &['密', '码', '器'], &['口', '令', '牌']];
    *context
        .topics
        .token
        .get_or_init(|| token.iter().any(|word| context.source.folded.windows(word.len()).any(|w| w == *word)))
}

/// Whether the text speaks of a card.
pub(super) fn of_a_card(context: &Context) -> bool {
    let words: [&[char]; 7] = [
        &['卡'],
        &['v', 'i', 's', 'a'],
        &['m', 'a', 's', 't', 'e', 'r'],
        &['运', '通'],
        &['j', 'c', 'b'],
        &['a', 'm', 'e', 'x'],
        &['有', '效', '期'],
    ];
    *context
        .topics
        .card
        .get_or_init(|| words.iter().any(|word| context.source.folded.windows(word.len()).any(|w| w == *word)))
}

/// Whether 后三位 are the last of a number that the text names: 卡号后三位.
pub(super) fn of_a_number(context: &Context, start: usize) -> bool {
    let end = context.mentions.partition_point(|m| m.range.end <= start);
    let Some([.., whole, part]) = context.mentions.get(..end) else { return false };
    // 注销信用卡，后三位……: another clause.
    part.cue == Cue::LastThree
        && !context.source.slice(whole.range.end..part.range.start).contains(&',')
        && matches!(context.source.folded(part.range.start), '后' | '末' | '最')
        && part.range.start.saturating_sub(whole.range.end) <= 2
        && matches!(whole.cue, Cue::Card | Cue::Phone | Cue::Id | Cue::Account | Cue::Serial | Cue::Document)
}

/// Whether the text is about what is printed on a card: then 后三位 are the three digits of its back.
pub(super) fn speaks_of_the_back(context: &Context) -> bool {
    let words = |c: &[char]| {
        matches!(
            c,
            ['背', ..]
                | ['签', '名' | '字']
                | ['后', '边' | '面' | '头']
                | ['翻', '过' | '到' | '面' | '转']
                | ['卡', '后' | '背']
                | ['斜', '体']
                | ['安', '全']
                | ['反', '面']
                | ['有', '效']
                | ['c', 'v']
        )
    };
    *context.topics.back.get_or_init(|| context.names_the_back() || context.source.folded.windows(2).any(words))
}

/// Whether the text is about the front of a card: American Express prints four digits there.
pub(super) fn speaks_of_the_front(context: &Context) -> bool {
    let words = |c: &[char]| matches!(c, ['运', '通'] | ['正', '面']);
    *context.topics.front.get_or_init(|| context.source.folded.windows(2).any(words))
}

/// A public line, or the number that a text message came from: 来自10690000, 95588发来的.
pub(super) fn called(context: &Context, digits: &[u8], range: Range<usize>) -> bool {
    let source = context.source;
    let sends = matches!(source.folded(range.end), '发' | '打' | '来' | '客' | '热' | '的' | '给');
    let from = matches!(source.before(range.start), '自' | '从' | '由' | '到' | '打');
    let sender = digits.len() >= 7 && digits.starts_with(&[1, 0, 6]);
    // 收验证码的号码不是12378.
    let line = source.slice(0..range.start);
    let line = line.strip_suffix(&['是']).unwrap_or(line);
    let line = line.strip_suffix(&['不']).unwrap_or(line).ends_with(&['号', '码']);
    let told = matches!(context.announces(range.start), Some((Cue::Password | Cue::Code | Cue::Cvn, distance)) if distance <= 2);
    sender && (from || sends)
        || shapes::hotline(digits)
            && (digits.len() == 10 || digits.len() == 5 && (sends || from || line || !told && digits.starts_with(&[9])))
}

/// 2026-11-21 and 2026.3.1.
pub(in super::super) fn date(context: &Context, groups: &[Group]) -> bool {
    let year = |g: &Group| g.digits.len() == 4 && matches!(g.digits.as_slice(), [1, 9, ..] | [2, 0, ..]);
    let joined = |a: &Group, b: &Group| {
        let between = context.source.slice(a.range.end..b.range.start);
        matches!(between, ['-' | '.' | '/' | ' '])
    };
    match groups {
        [y, m, d, ..] => year(y) && m.digits.len() <= 2 && d.digits.len() <= 2 && joined(y, m) && joined(m, d),
        _ => false,
    }
}
