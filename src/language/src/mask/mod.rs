//! How personal data is shown when it is not shown in clear (control P2 of `docs/compliance.md`).
//!
//! | kind | shown | example |
//! |---|---|---|
//! | phone | first 3, last 4 of a mobile number | 138****5678 |
//! | card | first 6, last 4 | 622202******1234 |
//! | identity number | first 6, last 4 | 110101********123X |
//! | account | last 4 | ********5678 |
//! | name | surname; and the last character from three on | 张\*, 张\*三 |
//! | e-mail | first character and the domain | a\*\*\*@x.com |
//! | address | down to the district | 北京市朝阳区\*\*\* |
//!
//! The same value is masked in the same way wherever it is shown, so that two screens cannot be put together to read
//! it. Whatever does not look like its kind is masked harder, never less. Masking is done here, on the server.

mod text;

pub use text::text;

use crate::width::half_width;
const STAR: char = '*';

/// A telephone number. A mobile number keeps three digits and four; any other keeps its last four if it has eight or
/// more digits, else nothing. Separators stay where they are.
pub fn phone(number: &str) -> String {
    let digits: Vec<char> = number.chars().map(half_width).filter(char::is_ascii_digit).collect();
    match digits.as_slice() {
        ['1', '3'..='9', ..] if digits.len() == 11 => keep(number, 3, 4),
        // The country prefix says nothing about the person.
        ['8', '6', '1', '3'..='9', ..] if digits.len() == 13 => keep(number, 5, 4),
        ['0', '0', '8', '6', '1', '3'..='9', ..] if digits.len() == 15 => keep(number, 7, 4),
        _ if digits.len() >= 8 => keep(number, 0, 4),
        _ => keep(number, 0, 0),
    }
}

/// A card number of 13 to 19 digits: the issuer's six and the last four. Any other length as an account.
pub fn card(number: &str) -> String {
    match digits_and_letters(number) {
        13..=19 => keep(number, 6, 4),
        _ => account(number),
    }
}

/// An account number: its last four if it has eight characters or more, else nothing.
pub fn account(number: &str) -> String {
    if digits_and_letters(number) >= 8 { keep(number, 0, 4) } else { keep(number, 0, 0) }
}

/// The number of an identity document: the resident card's region and last four; of any other document (passport,
/// permit) the first and the last character.
pub fn id_number(number: &str) -> String {
    match digits_and_letters(number) {
        18 => keep(number, 6, 4),
        // The card of before 1999, without century and check digit.
        15 => keep(number, 6, 3),
        7.. => keep(number, 1, 1),
        _ => keep(number, 0, 0),
    }
}

/// A person's name: 张\*, 张\*三, 欧\*\*娜; each word of a Latin name keeps its first letter. A company's stays in clear.
pub fn name(name: &str) -> String {
    const COMPANY: [&str; 9] = ["公司", "集团", "银行", "支行", "分行", "事务所", "合作社", "研究院", "基金会"];
    let name = name.trim();
    if name.chars().count() > 4 && COMPANY.iter().any(|suffix| name.ends_with(suffix)) {
        return name.to_owned();
    }
    if name.chars().all(|c| c.is_ascii() || c.is_whitespace()) {
        return name.split_whitespace().map(|word| keep_chars(word, 1, 0)).collect::<Vec<_>>().join(" ");
    }
    match name.chars().count() {
        0 | 1 => keep_chars(name, 0, 0),
        2 => keep_chars(name, 1, 0),
        _ => keep_chars(name, 1, 1),
    }
}

/// An e-mail address: its first character, three stars whatever was there, and the domain.
pub fn email(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((local, domain)) => {
            let mut rest = local.chars();
            let first = rest.next().filter(|_| rest.next().is_some());
            format!("{}***@{domain}", first.map(String::from).unwrap_or_default())
        }
        None => "***".to_owned(),
    }
}

/// A postal address down to its district or county, or its city when it names none.
pub fn address(address: &str) -> String {
    let chars: Vec<char> = address.trim().chars().collect();
    let within = |limit: usize| chars.iter().copied().enumerate().take(limit);
    let before = |i: usize| i.checked_sub(1).and_then(|i| chars.get(i)).copied();
    // 自治区 is a province, and 小区, 社区 … are where somebody lives.
    let district = |(i, c): &(usize, char)| match c {
        '区' => {
            *i >= 2 && !matches!(before(*i), Some('治' | '小' | '社' | '园' | '景' | '校' | '厂' | '住' | '宅' | '街'))
        }
        '县' | '旗' => *i >= 2,
        _ => false,
    };
    let city = |(i, c): &(usize, char)| *c == '市' && *i >= 2;
    match within(16).find(district).or_else(|| within(12).rfind(city)) {
        Some((end, _)) => chars.iter().take(end + 1).chain(&[STAR; 3]).collect(),
        None => "***".to_owned(),
    }
}

fn digits_and_letters(value: &str) -> usize {
    value.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Stars for all letters and digits but the first and the last so many; separators stay.
fn keep(value: &str, first: usize, last: usize) -> String {
    let all = digits_and_letters(value);
    let mut at = 0;
    let star = |c: char| {
        if !c.is_alphanumeric() {
            return c;
        }
        at += 1;
        if at <= first || at + last > all { c } else { STAR }
    };
    value.chars().map(star).collect()
}

/// The same counting every character.
fn keep_chars(value: &str, first: usize, last: usize) -> String {
    let all = value.chars().count();
    let star = |(at, c): (usize, char)| if at < first || at + last >= all { c } else { STAR };
    value.chars().enumerate().map(star).collect()
}

#[cfg(test)]
mod tests;
