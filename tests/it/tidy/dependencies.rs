//! Dependencies that nothing names any more. `deny.toml` says which licences and sources are allowed.

use std::fs;
use std::path::Path;

use super::assert_none;
use super::source;

/// Used without being named in our code, and why.
const BY_FEATURE_ONLY: &[(&str, &str)] = &[];

#[test]
fn every_dependency_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let code = source::rust();
    let mut breaches = Vec::new();
    let packages =
        source::PACKAGES.into_iter().chain(["", "tests/sdf-device/", "benches/kernels/", "benches/storage/"]);
    for folder in packages {
        let manifest = format!("{folder}Cargo.toml");
        let text = fs::read_to_string(root.join(&manifest)).unwrap();
        let table: toml::Table = text.parse().expect("a manifest is TOML");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(names) = table.get(section).and_then(toml::Value::as_table) else { continue };
            for name in names.keys().filter(|name| !BY_FEATURE_ONLY.iter().any(|(known, _)| known == name)) {
                let path = format!("{}::", name.replace('-', "_"));
                let is_apart = |file: &source::Source| {
                    folder.is_empty() && source::PACKAGES.iter().any(|package| file.path.starts_with(package))
                };
                let mut files = code.iter().filter(|file| file.path.starts_with(folder) && !is_apart(file));
                if !files.any(|file| file.text.contains(&path)) {
                    let line = text.lines().position(|line| line.starts_with(name.as_str())).unwrap_or(0) + 1;
                    breaches.push(format!("{manifest}:{line}: {name} in [{section}]"));
                }
            }
        }
    }
    assert_none("a dependency that no code names", breaches);
}
