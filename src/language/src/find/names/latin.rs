//! Names in Latin letters: two or more words with capitals (Michael Johnson, ZHANG WEI), or one where the text says
//! that it is a name.

use std::ops::Range;
use std::sync::LazyLock;

use super::super::source::{Source, is_han};
use super::super::words::Words;
use super::context;

/// A word of Latin letters.
struct Word {
    range: Range<usize>,
    /// Its first letter is a capital and another one is small, or it is an initial.
    name_like: bool,
    /// All capitals, at least two.
    capitals: bool,
}

pub(super) fn find(source: &Source, free: &[bool]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        if !letter(source.char(at)) || source.before(at).is_alphanumeric() && !is_han(source.before(at)) {
            at += 1;
            continue;
        }
        let mut words = vec![word(source, at)];
        let mut end = words.first().map_or(at + 1, |w| w.range.end);
        // Further words, each after one blank; a slash or comma divides surname and given name on some cards.
        while words.len() < 10 {
            let mut next = end;
            if matches!(source.char(next), '/' | '.') && letter(source.char(next + 1)) {
                next += 1;
            } else if source.slice(next..next + 2) == [',', ' '] && first_name_behind(source, &words, next + 2) {
                next += 2;
            } else {
                while matches!(source.char(next), ' ' | '.') && next - end < 2 {
                    next += 1;
                }
            }
            if next == end || !letter(source.char(next)) {
                break;
            }
            words.push(word(source, next));
            end = words.last().map_or(end, |w| w.range.end);
        }
        if let Some(range) = name(source, free, &words).or_else(|| small(source, free, &words)) {
            found.push(range);
        }
        at = end;
    }
    found
}

fn letter(c: char) -> bool {
    c.is_alphabetic() && !is_han(c) && (c.is_ascii() || matches!(c, 'À'..='ɏ'))
}

fn word(source: &Source, start: usize) -> Word {
    let joins = |at: usize| matches!(source.char(at), '\'' | '’' | '-') && letter(source.char(at + 1));
    let end = (start..source.len()).find(|at| !letter(source.char(*at)) && !joins(*at)).unwrap_or(source.len());
    let rest = source.chars.get(start + 1..end).unwrap_or_default();
    let upper = source.char(start).is_uppercase();
    Word {
        range: start..end,
        name_like: upper && (rest.is_empty() || rest.iter().any(|c| c.is_lowercase())),
        capitals: upper && !rest.is_empty() && !rest.iter().any(|c| c.is_lowercase()),
    }
}

/// The name among the words of one run: those in a row that are written like names.
fn name(source: &Source, free: &[bool], words: &[Word]) -> Option<Range<usize>> {
    let known =
        |w: &Word| NO_NAMES.at(&source.folded, w.range.start).is_some_and(|(length, ())| length == w.range.len());
    let fits = |w: &&Word| {
        (w.name_like || w.capitals)
            && !known(w)
            && free.get(w.range.clone()).is_some_and(|slots| slots.iter().all(|f| *f))
    };
    let skipped = words.iter().take_while(|w| !fits(w)).count();
    let particle =
        |w: &&Word| PARTICLES.at(&source.folded, w.range.start).is_some_and(|(length, ())| length == w.range.len());
    let mut row: Vec<&Word> = words.iter().skip(skipped).take_while(|w| fits(w) || particle(w)).collect();
    while row.last().is_some_and(|w| !fits(w)) {
        row.pop();
    }
    let (first, last) = (row.first()?, row.last()?);
    let range = first.range.start..last.range.end;
    let behind = source.char(range.end);
    if behind.is_ascii_digit() || matches!(behind, '@' | '_') {
        return None;
    }
    let announced = announced(source, &range);
    if !announced && words.iter().take(skipped).any(|w| w.range.len() == 1) && skipped > 1 {
        return None;
    }
    let capitals = row.iter().all(|w| w.capitals);
    let syllables = row.iter().all(|w| pinyin(source.slice(w.range.clone())));
    let long = row.iter().filter(|w| w.range.len() > 1).count();
    let alone = |at: char| matches!(at, '\0' | '\n');
    let accepted = match row.len() {
        1 if joined(source, first) => announced || alone(source.before(range.start)) && alone(behind),
        1 => announced && range.len() >= 3 && !capitals,
        // Capitals are abbreviations where they are no syllables.
        _ if capitals => announced || syllables && range.len() >= 5,
        // A product has a known word among its neighbours: Apple Pay.
        _ => long >= 1 && (skipped == 0 && row.len() == words.len() || announced),
    };
    accepted.then_some(range)
}

/// A name in small letters: zhang wei, where the text says that it is one.
fn small(source: &Source, free: &[bool], words: &[Word]) -> Option<Range<usize>> {
    let known = |w: &&Word| NO_NAMES.at(&source.folded, w.range.start).is_some_and(|(n, ())| n == w.range.len());
    let words = words.get(words.iter().take_while(known).count()..)?;
    let (first, last) = (words.first()?, words.last()?);
    let range = first.range.start..last.range.end;
    let syllables = |w: &Word| !w.capitals && !w.name_like && pinyin(source.slice(w.range.clone()));
    (matches!(words.len(), 2 | 3)
        && words.iter().all(syllables)
        && (surname(source, words) || surname(source, words.get(words.len() - 1..)?))
        && free.get(range.clone()).is_some_and(|slots| slots.iter().all(|f| *f))
        && announced(source, &range))
    .then_some(range)
}

/// Whether a given name follows the surname behind a comma: Feng, Chao.
fn first_name_behind(source: &Source, words: &[Word], at: usize) -> bool {
    let Some((last, before)) = words.split_last() else { return false };
    let given = word(source, at);
    before.last().is_none_or(|w| !w.name_like && !w.capitals)
        && last.name_like
        && surname(source, std::slice::from_ref(last))
        && given.name_like
        && pinyin(source.slice(given.range.clone()))
}

/// Whether the first of the words is a surname in Pinyin.
fn surname(source: &Source, words: &[Word]) -> bool {
    words
        .first()
        .is_some_and(|w| SURNAMES.at(&source.folded, w.range.start).is_some_and(|(length, ())| length == w.range.len()))
}

/// Whether surname and given name are one word, with two capitals: ChenPeng.
fn joined(source: &Source, word: &Word) -> bool {
    let capital = |at: &usize| source.char(*at).is_uppercase();
    let Some(given) = (word.range.start + 1..word.range.end).find(capital) else { return false };
    let parts = [word.range.start..given, given..word.range.end];
    !(given + 1..word.range.end).any(|at| capital(&at))
        && SURNAMES.at(&source.folded, word.range.start).is_some_and(|(length, ())| length == given - word.range.start)
        && parts.iter().all(|part| pinyin(source.slice(part.clone())))
}

/// Whether the text says that a name stands here.
fn announced(source: &Source, range: &Range<usize>) -> bool {
    let mut at = range.start;
    while range.start - at < 3 && matches!(source.before(at), ' ' | ':' | ',' | '\n' | '"') {
        at -= 1;
    }
    // 英文名要改成, 护照上写的是: what is said of the letters is in the same clause.
    let clause = (at.saturating_sub(8)..at).rev().take_while(|at| is_han(source.folded(*at))).last().unwrap_or(at);
    context::before(source, range.start) >= 6.0
        || context::after(source, range.end) >= 5.0
        || INTRODUCES.ending(&source.folded, at).is_some()
        || (clause..at).any(|at| LETTERS.at(&source.folded, at).is_some())
}

static INTRODUCES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "name name_is this_is i_am i'm from to dear attn regards beneficiary payee remitter sender receiver holder cardholder \
         名字是 姓名 mr mr. mrs mrs. ms ms. miss dr dr.",
        (),
    )])
});

/// What names are written on or with in Latin letters.
static LETTERS: LazyLock<Words<()>> =
    LazyLock::new(|| Words::new(&[("拼音 全拼 英文 护照 凸字 凸印 外文 卡面 报文 签证 机票", ())]));

/// Surnames in Pinyin, and as they are written in Hong Kong and Taiwan.
static SURNAMES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han feng deng cao peng zeng \
         xiao tian dong pan yuan cai jiang yu du ye cheng wei su lv lyu lu ding ren yao shen zhong cui tan fan liao shi jin jia xia fu fang zou xiong bai \
         meng qin qiu hou yin xue yan duan lei long tao gu mao hao gong shao wan qian dai mo kong xiang chang kang yi qiao lai wen pang ni zhuang nie \
         geng jiao ge yue qi mei sheng ji zuo shu bao ning xin guan miao ling fei an le ruan min che hua ouyang situ sima shangguan zhuge huangfu murong \
         wong chan cheung leung lau ng chow tsang yeung kwok choi tsai hsu hsieh hung chang chou",
        (),
    )])
});

/// Small words inside names: de la Cruz, van Dyke.
static PARTICLES: LazyLock<Words<()>> =
    LazyLock::new(|| Words::new(&[("de la del da di du van von der den bin ibn al el le mac mc dos san st", ())]));

/// Whether the letters can be read as syllables of Pinyin.
fn pinyin(word: &[char]) -> bool {
    const INITIALS: [&str; 24] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
        "y", "w", "",
    ];
    const FINALS: [&str; 38] = [
        "iang", "iong", "uang", "ueng", "ang", "eng", "ing", "ong", "ian", "iao", "uan", "uai", "üan", "van", "ai",
        "ei", "ui", "ao", "ou", "iu", "ie", "ue", "ve", "er", "an", "en", "in", "un", "vn", "ia", "ua", "uo", "a", "o",
        "e", "i", "u", "v",
    ];
    let text: String = word.iter().filter(|c| **c != '\'' && **c != '-').collect();
    let mut reach = vec![false; text.len() + 1];
    if let Some(start) = reach.first_mut() {
        *start = true;
    }
    for at in 0..text.len() {
        if reach.get(at) != Some(&true) {
            continue;
        }
        for initial in INITIALS {
            let Some(rest) = text.get(at..).and_then(|t| t.strip_prefix(initial)) else { continue };
            for end in FINALS.iter().filter(|f| rest.starts_with(**f)) {
                if let Some(slot) = reach.get_mut(at + initial.len() + end.len()) {
                    *slot = true;
                }
            }
        }
    }
    !text.is_empty() && reach.last() == Some(&true)
}

/// Words with capitals that are products, institutions and technology.
static NO_NAMES: LazyLock<Words<()>> = LazyLock::new(|| {
    Words::new(&[(
        "apple pay store app google play visa card master mastercard union unionpay american express face id touch windows office word excel iphone ipad mac pro max plus mini air note mate huawei xiaomi oppo vivo samsung galaxy android ios chrome edge safari \
         bank china of the and for to usb key wi-fi wifi ok nfc hello thank you thanks i am attn hi dear sir madam pdf jpg png vip lpr etf qdii atm pos etc cvv cvc cvn pin otp swift iban bic sms wechat alipay paypal facebook tiktok amazon ebay steam netflix \
         beneficiary payee remitter sender receiver surname given first last middle holder cardholder my name is this no yes not please help what when how bye good morning day account credit debit number password code address email tel phone mobile new york hong kong macau taiwan usd cny rmb hkd eur jpy gbp error failed invalid system service server \
         taobao weixin jingdong meituan baidu douyin http https www com ip url id ic sim sn imei mr mrs ms miss dr co ltd inc corp group limited company international home link smart token black gold platinum diamond world elite signature classic standard premium digital one",
        (),
    )])
});
