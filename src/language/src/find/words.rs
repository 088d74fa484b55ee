//! Word lists that are looked up at a position of a text.

/// Words with what they mean, for longest match.
pub(super) struct Words<T> {
    forward: Index<T>,
    /// Each word from its last character on.
    backward: Index<T>,
}

/// Words sorted by their first character, the longer first.
struct Index<T> {
    words: Vec<(Vec<char>, T)>,
    starts: Chars,
}

/// A set of characters, as bits of the Basic Multilingual Plane; characters beyond it share one bit.
pub(super) struct Chars(Vec<u64>);

impl Chars {
    pub fn new(chars: impl Iterator<Item = char>) -> Self {
        let mut set = Chars(vec![0; 1024]);
        for c in chars {
            let (word, bit) = Chars::place(c);
            if let Some(bits) = set.0.get_mut(word) {
                *bits |= bit;
            }
        }
        set
    }

    fn place(c: char) -> (usize, u64) {
        let code = u32::from(c).min(0xffff) as usize;
        (code / 64, 1 << (code % 64))
    }

    pub fn has(&self, c: char) -> bool {
        let (word, bit) = Chars::place(c);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

impl<T: Copy> Index<T> {
    fn new(mut words: Vec<(Vec<char>, T)>) -> Self {
        words.sort_by(|(a, _), (b, _)| a.first().cmp(&b.first()).then(b.len().cmp(&a.len())));
        let starts = Chars::new(words.iter().filter_map(|(word, _)| word.first().copied()));
        Index { words, starts }
    }

    /// The longest word that the characters begin with.
    fn longest<'a>(&self, first: char, begins: impl Fn(&[char]) -> bool + 'a) -> Option<(usize, T)> {
        if !self.starts.has(first) {
            return None;
        }
        let from = self.words.partition_point(|(w, _)| w.first().is_some_and(|c| *c < first));
        let same = self.words.get(from..)?.iter().take_while(|(w, _)| w.first() == Some(&first));
        same.filter(|(w, _)| begins(w)).map(|(w, t)| (w.len(), *t)).next()
    }
}

impl<T: Copy> Words<T> {
    /// Each row is words divided by blanks, and what they mean; `_` stands for a blank in a word. Of a word that stands
    /// twice the first row counts.
    pub fn new(rows: &[(&str, T)]) -> Self {
        let mut words: Vec<(Vec<char>, T)> = Vec::new();
        for (row, meaning) in rows {
            let chars = |word: &str| word.chars().map(|c| if c == '_' { ' ' } else { c }).collect();
            words.extend(row.split_whitespace().map(|word| (chars(word), *meaning)));
        }
        let backward = words.iter().map(|(w, t)| (w.iter().rev().copied().collect(), *t)).collect();
        Words { forward: Index::new(words), backward: Index::new(backward) }
    }

    /// The longest word that starts at `at`: its length and meaning.
    pub fn at(&self, text: &[char], at: usize) -> Option<(usize, T)> {
        let rest = text.get(at..)?;
        self.forward.longest(*rest.first()?, |word| rest.starts_with(word))
    }

    /// The longest word that ends before `end`: its length and meaning.
    pub fn ending(&self, text: &[char], end: usize) -> Option<(usize, T)> {
        let before = text.get(..end)?;
        self.backward.longest(*before.last()?, |word| before.iter().rev().take(word.len()).eq(word.iter()))
    }
}
