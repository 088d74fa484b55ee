//! Digits that are an amount, a date, a time or a count, and no number of anybody's.

use super::super::source::Source;
use super::reading::Group;
use crate::numerals::{chinese_digit, digit, multiplies};

/// One digit that numbers something rather than being part of a number: 前三位, 第二段, 3次.
pub(super) fn ordinal(source: &Source, start: usize, end: usize) -> bool {
    end - start == 1
        && (matches!(
            source.folded(end),
            '位' | '段'
                | '组'
                | '遍'
                | '次'
                | '下'
                | '类'
                | '号'
                | '截'
                | '串'
                | '排'
                | '行'
                | '节'
                | '部'
                | '格'
                | '栏'
        ) || source.folded(start) == '一'
            && matches!(
                source.folded(end),
                '会' | '起' | '些' | '样' | '声' | '句' | '直' | '定' | '边' | '把' | '抖' | '般'
            )
            || matches!(source.before(start), '第' | '前' | '周' | '初')
            // 后3, not 然后3 and 最后3.
            || source.before(start) == '后' && !matches!(source.before(start - 1), '然' | '最' | '往' | '之' | '以'))
}

/// An amount with its thousands divided, 12,000.36 or 8,151,652,116: where it ends. One comma alone may divide a number, so that
/// decimals, a second comma or a unit must say that it is an amount.
pub(super) fn thousands(source: &Source, start: usize) -> Option<usize> {
    let digits = |at: usize| (at..source.len()).take(4).take_while(|at| source.folded(*at).is_ascii_digit()).count();
    // What Chinese sentences pause with divides no amount.
    let comma = |at: usize| source.str(&(at..at + 1)) == ",";
    let before = source.before(start);
    let first = digits(start);
    if !(1..=3).contains(&first) || !comma(start + first) || before.is_ascii_alphanumeric() || before == ',' {
        return None;
    }
    let (mut end, mut commas) = (start + first, 0);
    // Nobody has a thousand thousands of millions.
    while comma(end) && digits(end + 1) == 3 && commas < 3 {
        end += 4;
        commas += 1;
    }
    let decimals = source.folded(end) == '.' && (1..=2).contains(&digits(end + 1));
    let unit = matches!(source.folded(end), '元' | '块' | '以' | '万');
    if source.folded(end) == ',' && digits(end + 1) > 0 || commas == 0 {
        return None;
    }
    (decimals || commas > 1 || unit).then(|| if decimals { end + 1 + digits(end + 1) } else { end })
}

/// A year that is said digit by digit, 二零二六年, where it ends. The dictionary would take a part of it for a word.
pub(super) fn year(source: &Source, start: usize) -> Option<usize> {
    let said = |at: usize| chinese_digit(source.folded(at));
    let century = matches!((said(start), said(start + 1)), (Some(1), Some(9)) | (Some(2), Some(0)));
    let alone = start == 0 || said(start - 1).is_none();
    let end = start + 4;
    (century && alone && said(start + 2).is_some() && said(start + 3).is_some() && source.folded(end) == '年')
        .then_some(end)
}

/// Whether a currency stands before: RMB 48.
fn currency(source: &Source, start: usize) -> bool {
    const CURRENCIES: [[char; 3]; 6] =
        [['r', 'm', 'b'], ['c', 'n', 'y'], ['u', 's', 'd'], ['h', 'k', 'd'], ['人', '民', '币'], ['e', 'u', 'r']];
    let end = start - usize::from(source.before(start) == ' ');
    end.checked_sub(3).is_some_and(|from| CURRENCIES.iter().any(|currency| source.slice(from..end) == currency))
}

/// Whether the digits are followed or preceded by what makes them an amount, a date, a time or a count.
pub(super) fn counts(source: &Source, start: usize, end: usize, digits: usize) -> bool {
    let (before, after) = (source.before(start), source.folded(end));
    // 2260D: a model.
    let piece = (0..start).rev().take(2).any(|at| source.folded(at).is_ascii_digit());
    let model =
        !piece && source.folded(end).is_ascii_alphabetic() && after != 'x' && source.folded(start).is_ascii_digit();
    if model && digits == 4 && !source.folded(end + 1).is_ascii_alphanumeric() {
        return true;
    }
    // B2B.
    let lettered = before.is_ascii_alphabetic() && after.is_ascii_alphabetic() && after != 'x' && digits <= 2;
    // 2000以上, 9成.
    let bounded = after == '以' && matches!(source.folded(end + 1), '上' | '下' | '内');
    if lettered || bounded || after == '成' && digits == 1 {
        return true;
    }
    // 50k.
    if matches!(after, 'k' | 'w') && !source.folded(end + 1).is_ascii_alphanumeric() && digits <= 4 {
        return true;
    }
    // Nobody counts in the thousands of thousands of millions.
    if digits > 10 {
        return digits <= 13 && after == '元';
    }
    let blank = usize::from(after == ' ');
    let after = source.folded(end + blank);
    // 九十五 十二: the next pair.
    let pair = blank > 0 && after == '十';
    if currency(source, start)
        || multiplies(source.before(start))
        || multiplies(after) && !pair
        || matches!(before, '¥' | '$' | '€' | '£' | '￥')
    {
        return true;
    }
    if matches!(
        after,
        '元' | '块' | '毛' | '%' | '‰' | '股' | '克' | '秒' | '岁' | '折' | '倍' | '笔' | '¥' | '圆' | '圓' | '€'
    ) {
        return true;
    }
    match after {
        // 港币的 begins what is said of the next account.
        '港' | '美' | '欧' => {
            matches!(source.folded(end + blank + 1), '元' | '币' | '金' | '刀')
                && source.folded(end + blank + 2) != '的'
        }
        // 年费 and 月供 begin a word of their own.
        '年' | '月' | '日' => {
            let token = source.token(end + blank);
            let word = token.is_some_and(|t| t.start == end + blank && t.end > t.start + 1);
            let year = after == '年' && digits == 4 && matches!(digit(source.folded(start)), Some(1 | 2));
            year || digits <= 4 && !(word && (digits > 2 || blank > 0) || blank > 0 && digits > 2)
        }
        ':' => digits <= 2 && digit(source.folded(end + 1)).is_some(),
        '小' => source.folded(end + 1) == '时' || source.folded(end + 2) == '时',
        _ => before == ':' && digits == 2 && source.folded(start.wrapping_sub(2)).is_ascii_digit(),
    }
}

/// Whether the digits are a side of a decimal; a version has a dot on both sides.
pub(super) fn decimal(source: &Source, start: usize, end: usize, digits: usize) -> bool {
    if digits > 10 {
        return false;
    }
    let before = source.before(start);
    if source.folded(end) == '.' {
        let decimals = (end + 1..end + 4).take_while(|at| source.folded(*at).is_ascii_digit()).count();
        return (1..=2).contains(&decimals)
            && !matches!(source.folded(end + 1 + decimals), '.' | '-')
            && !source.folded(end + 1 + decimals).is_ascii_digit()
            && before != '.';
    }
    before == '.' && digits <= 4 && decimal_point(source, start)
}

/// Whether the group is a small count: 3次, 12号. The last piece of a longer number is none.
pub(super) fn counts_few(source: &Source, group: &Group) -> bool {
    let end = group.range.end;
    // 138点2345点6789: a dot that is said. Nobody says four digits for minutes.
    if source.folded(end) == '点' {
        let dotted = source.before(group.range.start) == '点'
            && group.range.start.checked_sub(2).is_some_and(|at| digit(source.folded(at)).is_some());
        // 9点幺八二七…: written in another way, it is the hour before a number.
        let written = |at: usize| source.folded(at).is_ascii_digit();
        let alike = written(group.range.start) == written(end + 1);
        let next = (end + 1..source.len()).take(4).take_while(|at| digit(source.folded(*at)).is_some()).count();
        // 8点9点7点0: nobody tells the time so.
        let more = source.folded(end + 1 + next) == '点';
        if next >= 3 && alike || (dotted || more) && next > 0 {
            return false;
        }
    }
    let after = source.folded(end);
    let after = if after == ' ' { source.folded(group.range.end + 1) } else { after };
    group.digits.len() <= 3
        && matches!(
            after,
            '分' | '点'
                | '时'
                | '天'
                | '期'
                | '位'
                | '次'
                | '个'
                | '份'
                | '号'
                | '张'
                | '条'
                | '米'
                | '楼'
                | '层'
                | '遍'
                | '趟'
        )
}

/// Whether the dot before `start` follows a digit with which it makes a decimal, not one of several dots.
fn decimal_point(source: &Source, start: usize) -> bool {
    let Some(dot) = start.checked_sub(1) else { return false };
    let whole = (0..dot).rev().take_while(|at| source.folded(*at).is_ascii_digit()).count();
    let end = (start..source.len()).take_while(|at| source.folded(*at).is_ascii_digit()).count();
    whole > 0 && end <= 2 && dot.checked_sub(whole + 1).is_none_or(|at| source.folded(at) != '.')
}
