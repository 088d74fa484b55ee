//! E-mail addresses, typed (a.b@x.com) or said (a 点 b 艾特 x 点 com).
//!
//! The sign @, or a word for it, is where an address is looked for; the domain to its right must have a dot and end as
//! domains do, and the local part to its left is read backwards.

use std::ops::Range;
use std::sync::LazyLock;

use super::source::{Source, is_han};
use super::words::Words;
use crate::numerals::digit;

/// Neither side of an address has more characters than these.
const LONGEST: usize = 80;

pub(super) fn find(source: &Source) -> Vec<Range<usize>> {
    let (mut found, mut at): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    while at < source.len() {
        let Some(length) = sign(source, at) else {
            at += 1;
            continue;
        };
        let typed = source.folded(at) == '@';
        let floor = found.last().map_or(0, |last| last.end);
        let domain = domain(source, at + length, typed);
        let start = domain.and_then(|_| local(source, at, floor, typed));
        if let (Some(end), Some(start)) = (domain, start) {
            found.push(start..end);
            at = end;
        } else {
            at += length;
        }
    }
    found
}

/// The length of the sign @ at `at`, typed or said.
fn sign(source: &Source, at: usize) -> Option<usize> {
    let c = source.folded(at);
    // zhang#qq.com, so that no machine reads it.
    if c == '#' {
        let known = || domain(source, at + 1, true).is_some();
        return (source.before(at).is_ascii_alphanumeric() && (provider(source, at + 1) || known())).then_some(1);
    }
    if c != '@' && !SIGN_STARTS.contains(&c) {
        return None;
    }
    let (length, ()) = SIGNS.at(&source.folded, at)?;
    let latin = |c: char| c.is_ascii_alphabetic();
    if source.slice(at..at + length) == ['a', 't'] {
        // In many English words; alone, or glued between a name and a known provider: zhangatqq.
        let alone = !latin(source.before(at)) && !latin(source.folded(at + length));
        let said = || domain(source, at + 2, false).is_some_and(|end| source.slice(at + 2..end).contains(&'点'));
        return (alone || provider(source, at + 2) || said()).then_some(2);
    }
    let spaced = source.slice(at..at + length) == ['a', ' ', 't'];
    (!spaced || !latin(source.before(at)) && !latin(source.folded(at + length))).then_some(length)
}

/// Whether a provider's name stands at `at`, before a dot.
fn provider(source: &Source, at: usize) -> bool {
    PROVIDERS.at(&source.folded, at).is_some_and(|(length, _)| dot(source, at + length).is_some())
}

const SIGN_STARTS: [char; 17] =
    ['{', '<', '【', '艾', '爱', '埃', 'a', '圈', '小', '花', '(', '[', '挨', '阿', '诶', '唉', '哎'];

static SIGNS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "@ @@ @符号 @号 艾特 爱特 埃特 挨特 阿特 诶特 唉特 哎特 艾塔 艾特儿 艾特符号 爱特符号 at符号 圈a 圈诶 a圈 圈圈a 圈儿a 圈里a 小圈a a加圈 a带圈 花a 花体a 艾特号 at号 小老鼠 小老鼠符号 a_t 圈_a a_圈 花_a 艾_特 小_老鼠 at (at) [at] {at} <at> 【at】 挨踢",
        (),
    )])
});

/// Providers, whose names speech recognition writes in many ways.
static PROVIDERS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "qq 163 126 139 189 188 gmail sina sohu hotmail outlook foxmail yeah aliyun icloud live yahoo msn 21cn tom wo vip mail exmail proton protonmail 263 me \
         扣扣 球球 抠抠 叩叩 新浪 搜狐 网易 雅虎 谷歌 阿里云 企鹅 鸡妹儿 吉妹儿 火狐",
        (),
    )])
});

/// What ends a domain, as it is typed or said.
static ENDS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "com cn net org edu gov io co me cc hk tw jp uk us de info biz top xyz vip ltd tech asia fr au ca sg int mil dev app site online shop club \
         康姆 康母 康木 康目 抗姆 抗母 抗木 扣姆 扣木 靠姆 考姆 坑姆 卡姆 肯姆 空姆 西恩 恩伊提 内特 耐特",
        (),
    )])
});

/// How a dot is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dot {
    Typed,
    /// A word for it.
    Said,
    /// A comma or full stop of a sentence where a dot was meant.
    Slip,
}

/// The dot behind the pause at `at`: its end, with the pause that follows, and how it is written.
fn dot(source: &Source, at: usize) -> Option<(usize, Dot)> {
    let blanks = |at: usize| at + (at..source.len()).take(2).take_while(|at| source.folded(*at) == ' ').count();
    let pause = gap_after(source, at, false);
    for start in [pause, blanks(at)] {
        let Some((length, dot)) = DOTS.at(&source.folded, start) else { continue };
        let end = start + length;
        if dot == Dot::Said {
            return Some((gap_after(source, end, false), dot));
        }
        if start == pause && start > blanks(at) {
            continue;
        }
        return Some((blanks(end), dot));
    }
    None
}

/// Behind the pause at `at`: blanks, and commas and fillers where the address is said.
fn gap_after(source: &Source, start: usize, typed: bool) -> usize {
    let mut at = start;
    while at - start < 8 {
        if source.folded(at) == ' ' || !typed && matches!(source.folded(at), ',' | '、' | '…') {
            at += 1;
        } else if let Some((length, ())) = FILLERS.at(&source.folded, at).filter(|_| !typed) {
            at += length;
        } else {
            break;
        }
    }
    at
}

static DOTS: LazyLock<Words<Dot>> = LazyLock::new(|| {
    Words::new(&[
        (". ·", Dot::Typed),
        ("。 ， ,", Dot::Slip),
        ("点 点号 点儿 典 dot (dot) [dot] {dot} 英文点 小数点 圆点 打点", Dot::Said),
    ])
});

/// The end of the domain that starts at `start`.
fn domain(source: &Source, start: usize, typed: bool) -> Option<usize> {
    let mut at = gap_after(source, start, typed);
    at = label(source, at).filter(|end| dot(source, *end).is_some()).or_else(|| unknown_label(source, at))?;
    let mut end = None;
    while let Some((next, how)) = dot(source, at) {
        let blank = how != Dot::Said && next > at + 1;
        let Some(after) = label(source, next) else { break };
        if is_end(source, next..after) && !(how == Dot::Slip && blank) {
            end = Some(after);
        } else if (how == Dot::Slip || blank) && !(typed && dot(source, after).is_some()) {
            break;
        } else if (how == Dot::Said || typed)
            && after - next >= 2
            && source.slice(next..after).iter().all(char::is_ascii_alphabetic)
        {
            // An end that is in no list.
            end = Some(after);
        }
        at = after;
        if at - start > LONGEST {
            break;
        }
    }
    end
}

/// A label in Chinese characters, of a company say, before a dot and a known end.
fn unknown_label(source: &Source, start: usize) -> Option<usize> {
    let end = (start..source.len())
        .take(12)
        .find(|at| *at > start && source.folded(*at) != ',' && dot(source, *at).is_some())?;
    let (next, _) = dot(source, end)?;
    let word = source
        .slice(start..end)
        .iter()
        .all(|c| is_han(*c) || c.is_ascii_alphanumeric() || matches!(*c, ' ' | ',' | '、' | '…'));
    (word && label(source, next).is_some_and(|after| is_end(source, next..after))).then_some(end)
}

/// Whether the label is the last of a domain, perhaps spelled: c o m.
fn is_end(source: &Source, range: Range<usize>) -> bool {
    let letters: Vec<char> = source.slice(range).iter().copied().filter(|c| *c != ' ').collect();
    ENDS.at(&letters, 0).is_some_and(|(length, ())| length == letters.len())
}

/// The end of the label at `start`: letters and digits, said or spelled one by one.
fn label(source: &Source, start: usize) -> Option<usize> {
    let (mut at, mut end) = (start, start);
    let dot = |at: usize| source.slice(at..at + 3) == ['d', 'o', 't'];
    let single = |at: usize| {
        source.folded(at).is_ascii_alphanumeric() && (!source.folded(at + 1).is_ascii_alphanumeric() || dot(at + 1))
    };
    // com一份: the sentence goes on.
    let word = |at: usize| {
        source.folded(at) == '一'
            && matches!(
                source.folded(at + 1),
                '份' | '下' | '个' | '起' | '封' | '次' | '样' | '些' | '直' | '定' | '会' | '并'
            )
    };
    let spoken = |at: usize| is_han(source.folded(at)) && digit(source.folded(at)).is_some() && !word(at);
    while at < source.len() && at - start < LONGEST {
        let c = source.folded(at);
        if at > start
            && dot(at)
            && (source.folded(at + 3) == ' ' || ENDS.at(&source.folded, at + 3).is_some())
            && !source.before(at).is_ascii_whitespace()
        {
            break;
        }
        if c.is_ascii_alphanumeric() || spoken(at) {
            at += 1;
            end = at;
        } else if c == '-' && at > start {
            at += 1;
        } else if let Some((length, ())) = HYPHENS.at(&source.folded, at).filter(|_| at > start) {
            at += length;
        } else if let Some(length) = hyphen_between(source, at).filter(|_| at > start) {
            at += length;
        } else if let Some((length, ())) =
            PROVIDERS.at(&source.folded, at).or_else(|| ENDS.at(&source.folded, at)).filter(|_| is_han(c))
        {
            at += length;
            end = at;
        } else if c == ' '
            && at > start
            && (single(at + 1) || spoken(at + 1))
            && (at < start + 2 || source.before(at - 1) == ' ' || spoken(at - 1))
        {
            at += 1;
        } else {
            break;
        }
    }
    (end > start).then_some(end)
}

/// The length of a hyphen with blanks around it, between letters that are spelled: y u e - s h.
fn hyphen_between(source: &Source, at: usize) -> Option<usize> {
    let (' ', hyphen) = (source.folded(at), at + 1) else { return None };
    let length = match source.folded(hyphen) {
        '-' => 1,
        _ => HYPHENS.at(&source.folded, hyphen)?.0,
    };
    let next = hyphen + length + usize::from(source.folded(hyphen + length) == ' ');
    let single = source.folded(next).is_ascii_alphanumeric() && !source.folded(next + 1).is_ascii_alphanumeric();
    let before = at >= 2 && !source.folded(at - 2).is_ascii_alphanumeric();
    (single && before).then_some(next - at)
}

static HYPHENS: LazyLock<Words<()>> =
    LazyLock::new(|| Words::new(&[("横杠 杠 中横线 横线 短横 短横线 减号 横杆", ())]));

/// The start of the local part that ends before `sign`, not before `floor`.
fn local(source: &Source, sign: usize, floor: usize, typed: bool) -> Option<usize> {
    let floor = floor.max(sign.saturating_sub(LONGEST));
    let mut at = sign - gap_before(source, sign, floor);
    if !typed && unit(source, at, floor).is_none() {
        // zhangsan，我想想，艾特: what is between is no part of it.
        let aside = (floor..at)
            .rev()
            .take(8)
            .take_while(|at| is_han(source.folded(*at)) && digit(source.folded(*at)).is_none())
            .count();
        let before = at - aside;
        if aside > 0 && matches!(source.before(before), ' ' | ',' | '、' | '…') {
            at = before - gap_before(source, before, floor);
        }
    }
    // 嗯@: nothing else may stand before a typed sign.
    let filler = |c: char| matches!(c, ' ' | '嗯' | '呃' | '额' | '啊' | ',' | '然' | '后' | '那' | '个');
    if typed && (at..sign).any(|at| !filler(source.folded(at))) {
        return None;
    }
    let end = at;
    let mut right: Option<Unit> = None;
    let mut start = end;
    while let Some(unit) = unit(source, at, floor) {
        if let Some(right) = &right
            && right.range.start > unit.range.end
            && !joined(source, &unit, right, typed)
        {
            break;
        }
        at = unit.range.start;
        if unit.kind != UnitKind::Word {
            start = at;
        }
        right = Some(unit);
        at -= gap_before(source, at, floor);
    }
    start = behind_a_number(source, start, end);
    for word in ["e-mail", "email", "mailto", "邮箱"] {
        let length = word.chars().count();
        let rest = end.saturating_sub(start + length);
        if rest >= 4 && source.slice(start..start + length).iter().copied().eq(word.chars()) {
            start += length;
        }
    }
    while start < end && matches!(source.folded(start), '.' | '_' | '-' | '+' | '%') {
        start += 1;
    }
    (start < end).then_some(start)
}

/// Where the local part starts if a line with its area code is glued to it: 0991-7852394zhang.
fn behind_a_number(source: &Source, start: usize, end: usize) -> usize {
    let digits = |from: usize| (from..end).take_while(|at| source.folded(*at).is_ascii_digit()).count();
    let area = digits(start);
    if !matches!(area, 3 | 4) || source.folded(start) != '0' || source.folded(start + area) != '-' {
        return start;
    }
    let line = digits(start + area + 1);
    let behind = start + area + 1 + line;
    if matches!(line, 7 | 8) && source.folded(behind).is_ascii_alphabetic() { behind } else { start }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UnitKind {
    Typed,
    /// A Chinese numeral.
    Numeral,
    /// A word for a sign or for the case of a letter.
    Word,
}

/// A piece of a local part.
struct Unit {
    range: Range<usize>,
    kind: UnitKind,
}

/// The piece that ends before `end`.
fn unit(source: &Source, end: usize, floor: usize) -> Option<Unit> {
    let typed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    let length = (floor..end).rev().take_while(|at| typed(source.folded(*at))).count();
    if length > 0 {
        let range = end - length..end;
        let content = source.slice(range.clone()).iter().any(char::is_ascii_alphanumeric);
        let word = SAID.at(source.slice(range.clone()), 0).is_some_and(|(said, ())| said == length);
        return Some(Unit { range, kind: if content && !word { UnitKind::Typed } else { UnitKind::Word } });
    }
    if let Some((length, ())) = SAID.ending(&source.folded, end).filter(|(length, ())| end - length >= floor) {
        return Some(Unit { range: end - length..end, kind: UnitKind::Word });
    }
    let last = end.checked_sub(1).filter(|at| *at >= floor)?;
    digit(source.folded(last))?;
    // 三个八.
    if last >= floor + 2 && source.folded(last - 1) == '个' && digit(source.folded(last - 2)).is_some() {
        return Some(Unit { range: last - 2..end, kind: UnitKind::Numeral });
    }
    // 八十八.
    let tens = |at: usize| at > floor && source.folded(at) == '十' && digit(source.folded(at - 1)).is_some();
    if last > floor && tens(last - 1) {
        return Some(Unit { range: last - 2..end, kind: UnitKind::Numeral });
    }
    (!source.in_a_word(last) || digit(source.before(last)).is_some())
        .then_some(Unit { range: last..end, kind: UnitKind::Numeral })
}

/// Words for signs and for the case of letters.
static SAID: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "点 点儿 英文点 点号 下滑线 下画线 底横线 横杆 小横杠 小横线 下划线 下横线 下划杠 底线 底杠 下杠 杠 横杠 中杠 中横线 横线 短横线 短横 短杠 减号 减 中划线 连接符 小写 小写的 大写 大写的 数字 字母 全小写 都是小写 dot underscore dash",
        (),
    )])
});

/// How many characters before `at` divide one piece from the next: blanks, commas, and what speakers fill pauses with.
fn gap_before(source: &Source, at: usize, floor: usize) -> usize {
    let mut left = at;
    while left > floor && at - left < 8 {
        if matches!(source.folded(left - 1), ' ' | ',' | '、' | '…') {
            left -= 1;
        } else if let Some((length, ())) =
            FILLERS.ending(&source.folded, left).filter(|(length, ())| left - length >= floor)
        {
            left -= length;
        } else {
            break;
        }
    }
    at - left
}

static FILLERS: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "嗯 呃 额 啊 哦 噢 喔 唔 诶 欸 哎 呀 对 好 就 那 稍等 等等 等一下 我想想 我看看 看一下 记一下 您记 接下来 接下来是 紧接着 跟着 跟着是 下面 下面是 最后 最后是 中间 中间是 前面 前面是 然后呢 再就是 然后 然后是 那个 这个 再 再是 后面 后面是 后边是 接着 接着是 还有 就是 是数字 加 加个 加上 再加 再加个 再来个 来个 后面加 后面加个 打个 一个 符号 完了 完了是 域名 域名是",
        (),
    )])
});

/// Whether two pieces with a gap between them belong to one address.
fn joined(source: &Source, left: &Unit, right: &Unit, typed: bool) -> bool {
    let word = |u: &Unit| u.kind == UnitKind::Word;
    let single = |u: &Unit| u.range.len() == 1;
    let numeric = |u: &Unit| source.slice(u.range.clone()).iter().all(|c| digit(*c).is_some() || *c == '个');
    // f i s h815, and r3 l e i: spelled, with digits glued to a letter.
    let letter = |at: usize| source.folded(at).is_ascii_alphabetic();
    let glued = |u: &Unit| {
        let digits = source.slice(u.range.clone()).iter().filter(|c| c.is_ascii_digit()).count();
        digits > 0 && u.range.len() <= digits + 2
    };
    let spelled = single(left) && letter(left.range.start) && glued(right) && letter(right.range.start)
        || single(right) && glued(left) && letter(left.range.end - 1)
        || single(right) && glued(left) && letter(left.range.start) && left.range.len() <= 5;
    if word(left) || word(right) || single(left) && single(right) || spelled && !typed {
        return true;
    }
    let text: String = source.slice(left.range.clone()).iter().collect();
    let announces = matches!(
        text.as_str(),
        "email" | "e-mail" | "mail" | "is" | "my" | "to" | "qq" | "address" | "add" | "tel" | "phone"
    );
    let filled = source.slice(left.range.end..right.range.start).iter().any(|c| is_han(*c));
    !announces && (numeric(left) || numeric(right) || filled) && (!typed || filled || single(left) || single(right))
}
