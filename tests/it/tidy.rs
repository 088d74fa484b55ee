//! House rules that a compiler does not know, read from the text of the tree. A breach names file and line.
//!
//! The rules themselves, with their reasons, stand in `docs/architecture.md` and `CONTRIBUTING.md`.

#![expect(
    clippy::string_slice,
    reason = "positions come from searches in the same text, and a panic here is a failing test"
)]

mod calls;
mod dependencies;
mod layers;
mod source;
mod sql;

use source::Source;

/// A file tells one story; past this many lines it tells two.
const MOST_LINES: usize = 800;
const MANY_LINES: usize = 500;
/// Written by a program from another file, so as long as that makes it.
const GENERATED: &[&str] = &["appliance/console/src/api/schema.d.ts", "src/db/schema.rs"];

/// Fails with the whole list, one breach a line.
#[track_caller]
fn assert_none(rule: &str, mut breaches: Vec<String>) {
    breaches.dedup();
    assert!(breaches.is_empty(), "{rule}\n  {}\n", breaches.join("\n  "));
}

#[test]
fn files_stay_short() {
    let mut breaches = Vec::new();
    for file in source::all(&["rs", "ts", "vue", "py", "sh"]) {
        if GENERATED.contains(&file.path.as_str()) {
            continue;
        }
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            breaches.push(format!("{}:{lines}: {lines} lines", file.path));
        } else if lines > MANY_LINES {
            println!("{}: {lines} lines: cut it by use case before it grows further", file.path);
        }
    }
    assert_none("a file has at most 800 lines", breaches);
}

#[test]
fn no_line_names_a_package_registry() {
    // Which registry or mirror answers is the machine's affair; a name here would bypass its set-up. The needles are put
    // together at run time so that this file does not find itself.
    let needles = [
        ["registry.", "npmjs"],
        ["registry.", "yarnpkg"],
        ["npm", "mirror.com"],
        ["pypi", ".org"],
        ["files.python", "hosted"],
        ["index.", "crates.io"],
        ["static.", "crates.io"],
        ["sparse", "+http"],
        ["repo.", "maven"],
        ["repo1.", "maven"],
        ["deb.", "debian.org"],
        ["archive.", "ubuntu.com"],
        ["\"resol", "ved\": \"http"],
        ["--index", "-url"],
    ]
    .map(|parts| parts.concat());
    let mut breaches = Vec::new();
    for file in source::everything().iter().filter(|file| file.path != "Cargo.lock") {
        for (number, line) in file.numbered_lines() {
            if let Some(needle) = needles.iter().find(|needle| line.contains(needle.as_str())) {
                breaches.push(format!("{}:{number}: {needle}", file.path));
            }
        }
    }
    assert_none("a line names a package registry or a mirror", breaches);
}

#[test]
fn no_test_is_switched_off() {
    let needle = ["#[ig", "nore"].concat();
    let breaches = source::rust().iter().flat_map(|file| file.find(&needle)).collect();
    assert_none("a test that does not run proves nothing: mend it or remove it", breaches);
}

/// The checks are only as good as the reader below them, so it is tried on text that would fool a plain search.
#[test]
fn comments_strings_and_tests_are_not_code() {
    let text = r###"
// crate::a
/* crate::b /* nested */ crate::c */
let s = "crate::d \" crate::e"; let r = r#"crate::f " "#; let c = '"'; let l: &'static str = "x";
crate::g();
#[cfg(test)]
mod tests { fn f() { crate::h() } }
crate::i();
"###;
    let code = Source::new("src/x/mod.rs", text).code;
    let left: Vec<&str> = code.match_indices("crate::").filter_map(|(at, _)| code.get(at..at + 8)).collect();
    assert_eq!(left, ["crate::g", "crate::i"]);
    assert_eq!(code.lines().count(), text.lines().count(), "line numbers stay true");
}
