//! Postal addresses, from the province, city or district to the last part that has a number or a name.
//!
//! A place is where one begins; then parts follow: streets, estates, buildings, rooms, each told by the word it ends
//! with. A place by itself is no address, and neither is a place with a road but no number, unless the text says that
//! it is one.

mod parts;

use std::ops::Range;
use std::sync::LazyLock;

use super::places::PLACES;
use super::source::{Source, is_han};
use super::words::Words;
use crate::numerals::{chinese_digit, digit};
use parts::{NAMED, Part, Parts, stops};

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let (mut found, mut index) = (Vec::new(), 0);
    while let Some(token) = source.tokens.get(index) {
        index += 1;
        if free.get(token.start) != Some(&true) {
            continue;
        }
        let Some(range) = address(source, index - 1, free) else { continue };
        while source.tokens.get(index).is_some_and(|t| t.start < range.end) {
            index += 1;
        }
        found.push(range);
    }
    found
}

/// The address that begins with this word.
fn address(source: &Source, index: usize, free: &[bool]) -> Option<Range<usize>> {
    let start = source.tokens.get(index)?.start;
    let announced = announced(source, start);
    let head = place(source, index);
    let road = head.is_none() && !announced && road(source, start);
    if head.is_none() && !announced && !road {
        return None;
    }
    let mut parts = Parts {
        source,
        free,
        at: head.unwrap_or(start),
        end: None,
        numbered: 0,
        named: 0,
        places: 0,
        town: false,
        village: false,
        name: 0,
    };
    parts.read();
    // What a star follows is masked already.
    let masked = |end: usize| {
        let rest = |at: &usize| is_han(source.folded(*at)) || matches!(source.folded(*at), ' ' | ',');
        let places = (end..source.len()).take(12).take_while(rest).count();
        source.folded(end + places) == '*'
    };
    let end = parts.end.filter(|end| !masked(*end))?;
    let enough = match head {
        Some(_) => {
            parts.numbered > 0 && parts.named + parts.numbered > 1
                || parts.town && parts.village
                || announced && parts.named > 0
                || parts.places > 0 && parts.named > 0 && !is_han(source.folded(end))
        }
        // A road without a place: more than one number, or one and nothing of a sentence behind.
        None if road => parts.named > 0 && (parts.numbered > 1 || parts.numbered > 0 && !is_han(source.folded(end))),
        // Without a place it must be more than a number on a door.
        None => parts.numbered > 0 && parts.named > 0,
    };
    enough.then_some(start..end)
}

/// Whether the name of a road with a number starts here: 虎踞路1626弄.
fn road(source: &Source, start: usize) -> bool {
    let number = |at: usize| digit(source.folded(at)).is_some() || matches!(source.folded(at), '甲' | '乙');
    // Most words have no number behind them.
    let likely = |at: usize| {
        source.folded(at).is_ascii_digit() || chinese_digit(source.folded(at)).is_some() || source.folded(at) == '甲'
    };
    if !is_han(source.folded(start)) || !(start + 3..start + 8).any(likely) {
        return false;
    }
    let named = |at: usize| {
        let (length, part) = NAMED.at(&source.folded, at)?;
        let road = matches!(source.folded(at + length - 1), '路' | '街' | '道' | '巷' | '弄' | '同');
        (part == Part::Named && road).then_some(at + length)
    };
    let Some(end) = (start + 2..=start + 4).find_map(named) else { return false };
    let name = start..end - 1;
    let plain = name.clone().all(|at| is_han(source.folded(at)) && !stops(source, at));
    plain
        && number(end)
        && !matches!(source.before(start), '路' | '号' | '区' | '县' | '镇')
        && !matches!(source.folded(start), '区' | '县' | '市' | '省')
}

/// Whether the words before say that an address follows.
fn announced(source: &Source, start: usize) -> bool {
    let mut end = start;
    while end > 0
        && matches!(source.folded(end - 1), ':' | ' ' | '是' | '在' | '为' | '“' | '"' | ',' | '到' | '了' | '成')
        && start - end < 3
    {
        end -= 1;
    }
    ANNOUNCED.ending(&source.folded, end).is_some()
}

static ANNOUNCED: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "地址 住址 住处 所在地 地点 户籍 家住 我住 住在 位于 坐落 坐落于 收件 收货 邮寄 寄 寄送 家庭住址 通讯处 老家 家在 家里 搬到 送到 快递到 快递 填的 送 发到 公司在 单位在 房子在",
        (),
    )])
});

/// The end of the place that begins with this word.
fn place(source: &Source, index: usize) -> Option<usize> {
    let token = source.tokens.get(index)?;
    let text = source.slice(token.start..token.end);
    if let Some((length, ())) = PROVINCES.at(&source.folded, token.start)
        && token.end <= token.start + length
    {
        let end = token.start + length;
        return Some(end + usize::from(matches!(source.folded(end), '省' | '市')));
    }
    if token.place
        && text.len() >= 2
        && !matches!(text, ['中', '国'] | ['美', '国'] | ['英', '国'] | ['中', '华'] | ['海', '外'])
    {
        let end = token.end;
        return Some(end + usize::from(matches!(source.folded(end), '省' | '市' | '区' | '县' | '州')));
    }
    // 包头禅城区, 义乌市: a city that the dictionary does not know, and a district behind it.
    if let Some((length, _)) = PLACES.at(&source.folded, token.start) {
        let end = token.start + length;
        let district = (end..end + 5).find(|at| matches!(source.folded(*at), '区' | '县' | '市'));
        if district.is_some_and(|at| (end..at).all(|at| is_han(source.folded(at)) && !stops(source, at))) {
            return Some(end + usize::from(source.folded(end) == '市'));
        }
    }
    // A name that the dictionary does not know, of two to four characters and 市, 区, 县 …
    let mut at = token.start;
    for token in source.tokens.get(index..)?.iter().take(4) {
        let text = source.slice(token.start..token.end);
        let further = token.start > source.tokens.get(index)?.start
            && (token.place || PROVINCES.at(&source.folded, token.start).is_some());
        if further
            || token.start > at
            || stops(source, token.start)
            || !text.iter().all(|c| is_han(*c) && digit(*c).is_none())
        {
            return None;
        }
        at = token.end;
        let length = at - source.tokens.get(index)?.start;
        if length >= 3
            && (length <= 4 || text.starts_with(&['自', '治']) || text.len() >= 4)
            && matches!(text.last(), Some('省' | '市' | '区' | '县' | '旗' | '州' | '盟'))
            && !matches!(
                source.folded(at.saturating_sub(2)),
                '小' | '社'
                    | '园'
                    | '景'
                    | '校'
                    | '厂'
                    | '住'
                    | '宅'
                    | '街'
                    | '城'
                    | '超'
                    | '股'
                    | '上'
                    | '地'
                    | '专'
            )
        {
            return Some(at);
        }
    }
    None
}

static PROVINCES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 \
         内蒙古 内蒙古自治区 广西 广西壮族自治区 西藏 西藏自治区 宁夏 宁夏回族自治区 新疆 新疆维吾尔自治区 香港 香港特别行政区 澳门 澳门特别行政区",
        (),
    )])
});
