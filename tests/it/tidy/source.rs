//! The tree as text: every file once, and Rust with its comments, strings and tests blanked out.

use std::fs;
use std::path::Path;

/// Folders that hold nothing of ours.
const FOREIGN: &[&str] = &["target", "node_modules", "dist", "var", "__pycache__"];

pub struct Source {
    /// Relative to the root, with forward slashes.
    pub path: String,
    pub text: String,
    /// `text` without comments, the insides of string and character literals, and `#[cfg(test)]` modules. Lines keep
    /// their numbers. Only meaningful for Rust.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { without_tests(&without_literals(text)) } else { String::new() };
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    pub fn numbered_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The line of a byte position in `code`.
    pub fn line_of(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// `file:line: needle` for every place where the code has it.
    pub fn find<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = String> + 'a {
        self.positions(needle).map(move |at| format!("{}:{}: {needle}", self.path, self.line_of(at)))
    }

    /// Where the code has `needle` as a path of its own: not as the end of a longer identifier.
    pub fn positions<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.code.match_indices(needle).map(|(at, _)| at).filter(|at| {
            let before = self.code[..*at].chars().next_back();
            !needle.starts_with(is_word) || !before.is_some_and(is_word)
        })
    }

    /// Whether the file holds tests only.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every text file of the tree.
pub fn everything() -> Vec<Source> {
    let mut found = Vec::new();
    walk(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut found);
    assert!(found.iter().any(|file| file.path == "src/lib.rs"), "the tree was not read");
    found
}

pub fn all(extensions: &[&str]) -> Vec<Source> {
    let mut files = everything();
    files.retain(|file| file.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension)));
    files
}

pub fn rust() -> Vec<Source> {
    all(&["rs"])
}

/// Folders of `src` that are packages of their own.
pub const PACKAGES: [&str; 3] = ["src/kernels/", "src/language/", "src/sdf/"];

/// The program itself, without its tests and without the packages it stands on.
pub fn program() -> Vec<Source> {
    let mut files = rust();
    files.retain(|file| {
        file.path.starts_with("src/")
            && !PACKAGES.iter().any(|package| file.path.starts_with(package))
            && !file.is_test()
    });
    files
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().expect("a file name in UTF-8");
        let kind = entry.file_type().unwrap();
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            let hidden = name.starts_with('.') && name != ".ci";
            if !hidden && !FOREIGN.contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), found);
            }
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            found.push(Source::new(&path, &text));
        }
    }
}

/// Blanks comments and the insides of literals, byte for byte, keeping line ends and quotes.
fn without_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let blank = |out: &mut Vec<u8>, from: usize, to: usize| {
        for byte in &mut out[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let before = if at == 0 { b' ' } else { bytes[at - 1] };
        let end = if rest.starts_with(b"//") {
            let end = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            blank(&mut out, at, end);
            end
        } else if rest.starts_with(b"/*") {
            let end = end_of_block_comment(bytes, at);
            blank(&mut out, at, end);
            end
        } else if (rest[0] == b'r' || rest.starts_with(b"br")) && !is_word(char::from(before)) {
            match raw_string(bytes, at) {
                Some((inside, end)) => {
                    blank(&mut out, inside, end);
                    end
                }
                None => at + 1,
            }
        } else if rest[0] == b'"' {
            let end = end_of_string(bytes, at + 1);
            blank(&mut out, at + 1, end - 1);
            end
        } else if rest[0] == b'\'' {
            // A character literal closes after one character or one escape; anything else is a lifetime.
            let length = text[at + 1..].chars().next().map_or(0, char::len_utf8);
            if rest.get(1) == Some(&b'\\') {
                let end = at + 3 + rest[3..].iter().position(|byte| *byte == b'\'').unwrap_or(0) + 1;
                blank(&mut out, at + 1, end - 1);
                end
            } else if rest.get(1 + length) == Some(&b'\'') {
                blank(&mut out, at + 1, at + 1 + length);
                at + length + 2
            } else {
                at + 1
            }
        } else {
            at + 1
        };
        at = end;
    }
    String::from_utf8(out).expect("whole characters were blanked")
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The start of the inside and the end of a raw string that begins at `start`, if one does.
fn raw_string(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let mut at = start + if bytes[start] == b'b' { 2 } else { 1 };
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    at += hashes;
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let closing = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    let inside = at + 1;
    let length = bytes[inside..].windows(closing.len()).position(|window| window == closing)?;
    Some((inside, inside + length + closing.len()))
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// Blanks `#[cfg(test)] mod … { … }`; strings are already blank, so braces can be counted.
fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    let mut from = 0;
    while let Some(start) = out[from..].find("#[cfg(test)]").map(|at| from + at) {
        let rest = &out[start..];
        let (open, semicolon) = (rest.find('{'), rest.find(';'));
        let end = match (open, semicolon) {
            (Some(open), semicolon) if semicolon.is_none_or(|semicolon| open < semicolon) => {
                start + open + block(&rest[open..])
            }
            (_, Some(semicolon)) => start + semicolon + 1,
            _ => out.len(),
        };
        let blank: String = out[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blank);
        from = start + blank.len();
    }
    out
}

/// The length of the block that begins with the first brace.
fn block(code: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}
