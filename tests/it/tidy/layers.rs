//! Who may name whom: the order of `src/lib.rs` between modules, `http, jobs → service → store → model` inside one.

use super::assert_none;
use super::source::{self, Source, is_word};

/// The files of a noun that have a place in its order, lowest first. A file may name those of its own rank and below.
const ROLES: &[(&str, usize)] =
    &[("model", 0), ("error", 0), ("events", 0), ("store", 1), ("service", 2), ("http", 3), ("jobs", 3)];

/// Files of the edge that put the nouns together and may therefore name a noun's `http` and `jobs`.
const COMPOSERS: &[&str] = &["src/http/routes.rs", "src/http/openapi.rs", "src/app/mod.rs"];

/// The modules in the order of `src/lib.rs`.
fn order() -> Vec<String> {
    let lib = source::program().into_iter().find(|file| file.path == "src/lib.rs").expect("src/lib.rs");
    let names: Vec<String> = lib
        .code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    assert!(names.len() > 10, "src/lib.rs lists the modules, one `pub mod` a line");
    names
}

/// The module of the crate that a file belongs to: `src/audit/store.rs` and `src/audit.rs` are both of `audit`.
fn module(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split('/').next()?;
    let name = name.strip_suffix(".rs").unwrap_or(name);
    (name != "lib" && name != "main").then_some(name)
}

/// What a file is inside its module: `store` for `src/audit/store.rs` and for `src/audit/store/query.rs`.
fn role(path: &str) -> Option<&str> {
    let second = path.strip_prefix("src/")?.split('/').nth(1)?;
    Some(second.strip_suffix(".rs").unwrap_or(second))
}

/// Every path that starts with `prefix`, as `(position, segments)`; a group in braces gives one path for each member.
fn paths(file: &Source, prefix: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for at in file.positions(prefix) {
        expand(&file.code[at + prefix.len()..], &mut Vec::new(), &mut |segments| found.push((at, segments.to_vec())));
    }
    found
}

/// Reads one path tree (`a::{b, c::d}`) and reports each leaf; returns how much it read.
fn expand(code: &str, above: &mut Vec<String>, report: &mut dyn FnMut(&[String])) -> usize {
    let mut at = code.len() - code.trim_start().len();
    if code[at..].starts_with('{') {
        at += 1;
        loop {
            at += expand(&code[at..], above, report);
            let rest = &code[at..];
            at += rest.len() - rest.trim_start().len();
            match code[at..].chars().next() {
                Some(',') => at += 1,
                Some('}') => return at + 1,
                _ => return at,
            }
        }
    }
    let word: String = code[at..].chars().take_while(|c| is_word(*c)).collect();
    at += word.len();
    if word.is_empty() {
        // `*`, or the end of a group after its last comma.
        report(above);
        return at + usize::from(code[at..].starts_with('*'));
    }
    above.push(word);
    if code[at..].starts_with("::") && !code[at..].starts_with("::<") {
        at += 2 + expand(&code[at + 2..], above, report);
    } else {
        report(above);
        // A rename in a group: `store as rows`.
        let rest = code[at..].trim_start();
        if let Some(name) = rest.strip_prefix("as ") {
            at = code.len() - name.len() + name.chars().take_while(|c| is_word(*c)).count();
        }
    }
    above.pop();
    at
}

#[test]
fn a_module_names_only_those_above_it() {
    let order = order();
    let rank = |name: &str| order.iter().position(|module| module == name);
    let mut breaches = Vec::new();
    for file in source::program() {
        let Some(own) = module(&file.path) else { continue };
        let Some(own_rank) = rank(own) else {
            breaches.push(format!("{}:1: {own} is not in the list of src/lib.rs", file.path));
            continue;
        };
        for (at, segments) in paths(&file, "crate::") {
            let Some(named) = segments.first() else { continue };
            if rank(named).is_some_and(|rank| rank > own_rank) {
                breaches.push(format!("{}:{}: {own} names {named}", file.path, file.line_of(at)));
            }
        }
    }
    assert_none("lower names higher; the order is the list in src/lib.rs", breaches);
}

#[test]
fn inside_a_module_the_order_is_http_and_jobs_then_service_then_store_then_model() {
    let rank = |name: &str| ROLES.iter().find(|(role, _)| *role == name).map(|(_, rank)| *rank);
    let mut breaches = Vec::new();
    for file in source::program() {
        let (Some(own), Some(role)) = (module(&file.path), role(&file.path)) else { continue };
        let Some(own_rank) = rank(role) else { continue };
        // From a file of the noun `super::` is the noun itself; from a file one folder deeper it is `super::super::`.
        let depth = file.path.matches('/').count() - 1 - usize::from(file.path.ends_with("/mod.rs"));
        let by_super = paths(&file, &"super::".repeat(depth.max(1)));
        let by_crate = paths(&file, &format!("crate::{own}::"));
        for (at, segments) in by_super.into_iter().chain(by_crate) {
            let Some(named) = segments.first() else { continue };
            if rank(named).is_some_and(|rank| rank > own_rank) {
                breaches.push(format!("{}:{}: {role} names {named}", file.path, file.line_of(at)));
            }
        }
    }
    assert_none("inside a module a lower file names a higher one", breaches);
}

#[test]
fn a_module_is_called_through_its_mod_rs() {
    let order = order();
    let mut breaches = Vec::new();
    for file in source::program() {
        let Some(own) = module(&file.path) else { continue };
        for (at, segments) in paths(&file, "crate::") {
            let [named, part, ..] = segments.as_slice() else { continue };
            let private = match part.as_str() {
                "store" | "service" => true,
                "http" | "jobs" => !COMPOSERS.contains(&file.path.as_str()),
                _ => false,
            };
            if named != own && order.contains(named) && private {
                breaches.push(format!("{}:{}: crate::{named}::{part}", file.path, file.line_of(at)));
            }
        }
    }
    assert_none("another module's store, service, http or jobs is its own affair", breaches);
}

#[test]
fn groups_and_renames_are_read_as_paths() {
    let text = "use crate::{audit::{self, model::Caller}, db as d, eventlog::*};\nfn f() { crate::jobs::run::<u8>(); }";
    let file = Source::new("src/x/mod.rs", text);
    let found: Vec<String> = paths(&file, "crate::").into_iter().map(|(_, segments)| segments.join("::")).collect();
    assert_eq!(found, ["audit::self", "audit::model::Caller", "db", "eventlog", "jobs::run"]);
}
