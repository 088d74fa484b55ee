//! The one dictionary of the process.

use std::sync::LazyLock;

use jieba_rs::Jieba;

/// The words of retail banking, in lines `word …`, `same …` (one meaning), `weak …` and `stop …`; `#` starts a comment.
pub const LEXICON: &str = include_str!("../data/lexicon.txt");

/// The general dictionary with the words of [`LEXICON`]. The first call loads it (about 0.2 s, 60 MiB); call it once at
/// start-up where a slow first message matters.
pub fn dictionary() -> &'static Jieba {
    static SHARED: LazyLock<Jieba> = LazyLock::new(|| {
        let mut jieba = Jieba::new();
        for line in LEXICON.lines() {
            let mut words = line.split_whitespace();
            if matches!(words.next(), Some("word" | "same")) {
                // Single characters are cut as they are.
                words.filter(|word| word.chars().nth(1).is_some()).for_each(|word| {
                    jieba.add_word(word, None, Some("n"));
                });
            }
        }
        jieba
    });
    &SHARED
}
