//! What a sequence of digits can be by itself.

/// A number that tells by its form what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A mobile number of 11 digits, with or without the country prefix.
    Mobile,
    /// A line with its area code.
    Landline,
    /// A resident identity number of 18 digits with a birth date and the right check digit.
    Resident,
    /// The same with a slip in it: a birth date, but another check digit.
    ResidentWithSlip,
    /// 16 to 19 digits with the right check digit, beginning as a card does.
    Card,
}

/// The check digit ten, written X.
pub(super) const TEN: u8 = 10;

pub(super) fn shape(digits: &[u8]) -> Option<Shape> {
    let decimal = !digits.contains(&TEN);
    match (digits.len(), digits) {
        (11, [1, 3..=9, ..]) if decimal => Some(Shape::Mobile),
        (13, [8, 6, 1, 3..=9, ..]) if decimal => Some(Shape::Mobile),
        (15, [0, 0, 8, 6, 1, 3..=9, ..]) if decimal => Some(Shape::Mobile),
        // Hong Kong, Macao and Taiwan as dialled from here.
        (13, [0, 0, 8, 5, 2 | 3, ..]) | (14, [0, 0, 8, 8, 6, 9, ..]) if decimal => Some(Shape::Mobile),
        (11 | 12, [0, ..]) if decimal && landline(digits) => Some(Shape::Landline),
        (12 | 13, [8, 6, rest @ ..]) if decimal && abroad(rest) => Some(Shape::Landline),
        (13..=15, [0, 0, 8, 6, rest @ ..]) if decimal && abroad(rest) => Some(Shape::Landline),
        (18, _) if resident(digits) => {
            Some(if check_digit(digits) { Shape::Resident } else { Shape::ResidentWithSlip })
        }
        _ => None,
    }
    .filter(|shape| *shape != Shape::ResidentWithSlip)
    .or_else(|| ((16..=19).contains(&digits.len()) && issuer(digits) && luhn(digits)).then_some(Shape::Card))
    .or_else(|| (digits.len() == 18 && resident(digits)).then_some(Shape::ResidentWithSlip))
}

/// An area code and a line of seven or eight digits: 010 and 02x with eight, the others with either.
fn landline(digits: &[u8]) -> bool {
    match digits {
        [0, 1, 0, first, ..] | [0, 2, 0..=9, first, ..] => digits.len() == 11 && (2..=8).contains(first),
        [0, a, b, _, first, ..] => area(*a, *b) && (2..=8).contains(first),
        _ => false,
    }
}

/// Whether area codes of four digits begin so: 031x to 099x, not all of them.
fn area(a: u8, b: u8) -> bool {
    match a {
        3 => matches!(b, 1 | 3 | 4 | 5 | 7 | 9),
        4 => matches!(b, 1..=3 | 5..=8),
        5 => (1..=9).contains(&b),
        6 => matches!(b, 3 | 6 | 9),
        7 => matches!(b, 0..=7 | 9),
        8 => matches!(b, 1..=3 | 5 | 7..=9),
        9 => matches!(b, 0 | 1 | 3..=5 | 7 | 9),
        _ => false,
    }
}

/// The same as one dials it from abroad, with the area code's nought or without.
fn abroad(digits: &[u8]) -> bool {
    let national: Vec<u8> = if digits.starts_with(&[0]) { digits.to_vec() } else { [&[0], digits].concat() };
    matches!(national.len(), 11 | 12) && landline(&national)
}

/// Region and birth date as GB 11643 lays them out.
fn resident(digits: &[u8]) -> bool {
    let region = number(digits, 0, 2);
    digits.iter().take(17).all(|d| *d < TEN)
        && (matches!(region, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91))
        && matches!(number(digits, 6, 10), 1880..=2099)
        && date(number(digits, 10, 12), number(digits, 12, 14))
}

/// The resident number of before 1999: 15 digits, a year of two, no check digit.
pub(super) fn old_resident(digits: &[u8]) -> bool {
    digits.len() == 15
        && digits.iter().all(|d| *d < TEN)
        && matches!(number(digits, 0, 2), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=82)
        && date(number(digits, 8, 10), number(digits, 10, 12))
}

/// GB 11643-1999, from ISO 7064 MOD 11-2.
fn check_digit(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [u8; 11] = [1, 0, TEN, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| u32::from(*d) * w).sum();
    digits.get(17) == CHECK.get((sum % 11) as usize)
}

fn number(digits: &[u8], from: usize, to: usize) -> u32 {
    digits.get(from..to).unwrap_or_default().iter().fold(0, |n, d| n * 10 + u32::from(*d))
}

fn date(month: u32, day: u32) -> bool {
    matches!(month, 1..=12) && matches!(day, 1..=31)
}

/// Whether the number starts with a day of our time, as serial numbers do: 20261121…
pub(super) fn starts_with_a_day(digits: &[u8]) -> bool {
    matches!(number(digits, 0, 4), 1990..=2049) && date(number(digits, 4, 6), number(digits, 6, 8))
}

/// Whether the digits are an article's bar code: EAN-13 of China (69) or a book (978), with its check digit.
pub(super) fn bar_code(digits: &[u8]) -> bool {
    let weigh = |(i, d): (usize, &u8)| u32::from(*d) * if i % 2 == 0 { 1 } else { 3 };
    digits.len() == 13
        && matches!(digits, [6, 9, ..] | [9, 7, 8, ..])
        && digits.iter().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// Whether the digits only count up, as one tries a keyboard: 123456789012.
pub(super) fn counts_up(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| matches!(pair, [a, b] if (a + 1) % 10 == *b))
}

/// Whether a card may begin so (ISO/IEC 7812; 2 only as 2221 to 2720, 9 as one bank's 9558): a date never does.
fn issuer(digits: &[u8]) -> bool {
    match digits {
        [4..=6, ..] | [3, 0 | 4..=8, ..] | [9, 5, 5, 8, ..] => true,
        [2, ..] => (2221..=2720).contains(&number(digits, 0, 4)),
        _ => false,
    }
}

/// The check digit of a card (ISO/IEC 7812-1 annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let weigh = |(i, d): (usize, &u8)| match (i % 2, *d * (1 + (i % 2) as u8)) {
        (1, doubled) if doubled > 9 => u32::from(doubled - 9),
        (_, d) => u32::from(d),
    };
    digits.iter().all(|d| *d < TEN) && digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// Lines that anybody may call: 400 and 800 numbers, banks' and authorities' short numbers, and the sender of a service's
/// text messages.
pub(super) fn hotline(digits: &[u8]) -> bool {
    match digits {
        [4 | 8, 0, 0, ..] => digits.len() == 10,
        [9, 5 | 6, ..] => digits.len() == 5,
        [1, 0..=2, ..] => matches!(digits.len(), 3 | 5),
        _ => false,
    }
}
