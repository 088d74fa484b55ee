//! Digits in every writing: 1, １, 一, 幺, 壹, and as radio operators say them.

use crate::width::half_width;

/// The digit that a character stands for, 0 to 9: ASCII, full-width, Chinese (〇 and 零 for 0, 幺 for 1, 两 for 2), in the
/// forms of cheques (壹 贰 叁) or as said where noise must not swallow it (洞 0, 拐 7, 勾 9).
///
/// 两, 洞, 拐 and 勾 are ordinary words too: the caller looks at what stands around them.
pub fn digit(c: char) -> Option<u8> {
    // Most characters of a text are of these two kinds.
    match c {
        '0'..='9' => return Some(c as u8 - b'0'),
        '\u{4e00}'..='\u{9fff}' => return chinese_digit(c),
        _ if c.is_ascii() => return None,
        _ => (),
    }
    match half_width(c) {
        c @ '0'..='9' => Some(c as u8 - b'0'),
        // In circles and brackets.
        '⓪' | '⓿' => Some(0),
        c @ ('①'..='⑨' | '⑴'..='⑼' | '⒈'..='⒐' | '❶'..='❾' | '➀'..='➈' | '㊀'..='㊈' | '㈠'..='㈨') => {
            enclosed(c)
        }
        c => chinese_digit(c),
    }
}

fn enclosed(c: char) -> Option<u8> {
    const ONES: [char; 7] = ['①', '⑴', '⒈', '❶', '➀', '㊀', '㈠'];
    let code = u32::from(c);
    ONES.iter().find_map(|one| u8::try_from(code.checked_sub(u32::from(*one))?).ok().filter(|n| *n < 9)).map(|n| n + 1)
}

/// The same for Chinese characters alone.
pub fn chinese_digit(c: char) -> Option<u8> {
    Some(match c {
        '〇' | '零' | '洞' => 0,
        '一' | '幺' | '壹' | '弌' => 1,
        '二' | '两' | '贰' | '弍' | '兩' | '貳' => 2,
        '三' | '叁' | '參' | '叄' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' | '拐' => 7,
        '八' | '捌' => 8,
        '九' | '玖' | '勾' => 9,
        _ => return None,
    })
}

/// Whether the character makes a numeral larger: 十 百 千 万 亿 and their forms on cheques.
pub fn multiplies(c: char) -> bool {
    matches!(c, '十' | '百' | '千' | '万' | '亿' | '兆' | '拾' | '佰' | '仟' | '萬' | '億' | '廿' | '卅')
}
