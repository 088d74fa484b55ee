//! What must not be found, and the search for all of it at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::forms::{self, Spelling};
use crate::crypto::random;
use crate::error::{ErrorCode, Result};

/// Characters of the pieces that a sentence is looked for in, and how far apart they begin: any eleven characters of it in a row hold a whole piece.
const PIECE: usize = 8;
const STRIDE: usize = 4;
/// Shorter patterns than this turn up by chance.
const SHORTEST: usize = 8;

/// Something planted. Has a name for the report and no `Debug`: its words never reach a log.
#[derive(Clone)]
pub struct Needle {
    name: String,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Sentence(String),
    Words(String),
    Bytes(Vec<u8>),
}

impl Needle {
    /// A sentence that stands nowhere else in the world: eleven characters of it in a row count as found, so that one that was shortened or
    /// wrapped is found too.
    pub fn sentence(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), content: Content::Sentence(text.to_owned()) }
    }

    /// Words of which a part may well stand elsewhere: they are found as a whole or not at all.
    pub fn words(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), content: Content::Words(text.to_owned()) }
    }

    /// Bytes, for example of a recording.
    pub fn bytes(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), content: Content::Bytes(bytes.to_vec()) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn spellings(&self) -> Vec<Spelling> {
        match &self.content {
            Content::Words(text) => forms::of_text(text),
            Content::Bytes(bytes) => forms::of_bytes(bytes),
            Content::Sentence(text) => {
                let chars: Vec<char> = text.chars().collect();
                let last = chars.len().saturating_sub(PIECE);
                let starts = (0..last).step_by(STRIDE).chain([last]);
                let pieces = starts.filter_map(|from| chars.get(from..chars.len().min(from + PIECE)));
                pieces.flat_map(|piece| forms::of_text(&piece.iter().collect::<String>())).collect()
            }
        }
    }
}

/// Every spelling of every needle, ready to be looked for in one pass.
pub(super) struct Patterns {
    automaton: AhoCorasick,
    /// The needle and the spelling of each pattern.
    meaning: Vec<(usize, &'static str)>,
    names: Vec<String>,
    longest: usize,
}

/// A pattern at a place.
pub(super) struct Found {
    pub start: usize,
    pub needle: usize,
    pub spelling: &'static str,
}

impl Patterns {
    /// `InvalidParameter` when a needle is too short to be told from chance.
    pub fn new(needles: impl IntoIterator<Item = Needle>) -> Result<Self> {
        let mut known: HashMap<Vec<u8>, usize> = HashMap::new();
        let (mut patterns, mut meaning, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (index, needle) in needles.into_iter().enumerate() {
            for (spelling, bytes) in needle.spellings() {
                if bytes.len() < SHORTEST {
                    return Err(ErrorCode::InvalidParameter.because(format!("{}: too short to look for", needle.name)));
                }
                // ASCII is spelt the same way in many forms; the first of them names it.
                if let Entry::Vacant(new) = known.entry(bytes) {
                    patterns.push(new.key().clone());
                    new.insert(index);
                    meaning.push((index, spelling));
                }
            }
            names.push(needle.name);
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(Self { automaton, meaning, names, longest })
    }

    /// The length of the longest pattern, in bytes.
    pub fn longest(&self) -> usize {
        self.longest
    }

    pub fn name(&self, needle: usize) -> &str {
        self.names.get(needle).map_or("", String::as_str)
    }

    pub fn find<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Found> + 'a {
        self.automaton.find_iter(bytes).filter_map(|m| {
            let (needle, spelling) = *self.meaning.get(m.pattern().as_usize())?;
            Some(Found { start: m.start(), needle, spelling })
        })
    }
}

/// The two halves of one of the pieces that a sentence is looked for in.
pub(super) fn halves_of_a_piece(sentence: &str) -> (String, String) {
    let half = PIECE / 2;
    (sentence.chars().take(half).collect(), sentence.chars().skip(half).take(half).collect())
}

/// Characters of everyday Chinese, each in GB 2312, none of which means much beside the others.
const HANZI: &str = "天地山川云雨风雪花草竹石鸟鱼虫马牛羊犬虎春夏秋冬晨昏东南西北金木水火土红黄蓝白黑青紫灯船车桥塔楼窗门井田禾麦豆瓜桃李杏梅松柏柳桐茶酒盐糖油米面饼碗盘杯壶笔墨纸砚琴棋书画诗歌舞鼓钟锣笛箫帆舟岸滩湾岛峰谷溪泉湖海沙泥砖瓦梁柱";

/// A sentence of `chars` random characters: as good as certain to stand nowhere else (more than six bits a character).
pub fn random_sentence(chars: usize) -> Result<String> {
    let all: Vec<char> = HANZI.chars().collect();
    (0..chars)
        .map(|_| {
            let [a, b] = random::public::<2>()?;
            let at = usize::from(u16::from_le_bytes([a, b])) % all.len().max(1);
            all.get(at).copied().ok_or_else(|| ErrorCode::Internal.because("no characters to choose from"))
        })
        .collect()
}
