//! Commands that make no key: seal a file, show what is in it, verify a record.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::json;

use super::ceremony::open;
use super::{SealArgs, ShowArgs, VerifyArgs, people};
use crate::cli::{Answer, Outcome, print, print_json, tell};
use crate::crypto::custody::{Part, Record, Share};
use crate::crypto::root::{KeyName, RootFile, SealedRoot};
use crate::error::{ErrorCode, Result};

/// `guitai keys seal-root`
pub fn seal(args: &SealArgs) -> Outcome {
    let keys = match RootFile::read(&args.file)? {
        RootFile::Clear(keys) => keys,
        RootFile::Sealed(sealed) => open(&sealed, args.present_passphrase_file.as_deref(), &args.file)?.1,
    };
    let passphrase = people::new_passphrase(args.passphrase_file.as_deref(), "根密钥文件 / the root key's file")?;
    let sealed = SealedRoot::seal(&keys, &passphrase, args.stretching.iterations)?;
    RootFile::replace(&args.file, &sealed)?.overwrite()?;
    if args.json {
        print_json(&json!({"file": args.file, "keys": sealed.names()}))?;
    } else {
        print_keys(sealed.names());
        tell(
            "文件已用口令加密，原内容已覆写。其他副本和备份里的明文请一并销毁。 \
             / sealed, and what was there is overwritten; destroy other copies in clear, backups too",
        );
    }
    Ok(Answer::Yes)
}

/// `guitai keys show-root`
pub fn show(args: &ShowArgs) -> Outcome {
    let (form, is_verified, names) = match RootFile::read(&args.file)? {
        RootFile::Clear(keys) => ("clear", true, keys.names()),
        RootFile::Sealed(sealed) if args.ask || args.passphrase_file.is_some() => {
            ("sealed", true, open(&sealed, args.passphrase_file.as_deref(), &args.file)?.1.names())
        }
        RootFile::Sealed(sealed) => ("sealed", false, sealed.names().to_vec()),
    };
    if args.json {
        print_json(&json!({"file": args.file, "form": form, "is_verified": is_verified, "keys": names}))?;
        return Ok(Answer::Yes);
    }
    print_keys(&names);
    if form == "clear" {
        tell("明文文件：仅限演示。 / in clear: for the demo alone");
    }
    if !is_verified {
        tell("以上为文件所写，未经口令核对（--ask）。 / as the file says; --ask verifies it with the passphrase");
    }
    Ok(Answer::Yes)
}

fn print_keys(names: &[KeyName]) {
    for (at, name) in names.iter().enumerate() {
        let mark = if at + 1 == names.len() { "  在用 / in use" } else { "" };
        print(&format!("{} v{}  KCV {}{mark}", name.id, name.version, name.check_value));
    }
}

/// What the verification of a record found.
#[derive(Serialize)]
pub struct Verified {
    pub ok: bool,
    pub ceremony: crate::crypto::custody::Ceremony,
    broken_rule: Option<crate::crypto::custody::Doubt>,
    pub signatures: Vec<crate::crypto::custody::SignedBy>,
}

/// `guitai keys verify-ceremony`
pub fn verify(args: &VerifyArgs) -> Outcome {
    let verified = verified(args)?;
    verified.tell(args.json)?;
    Ok(if verified.ok { Answer::Yes } else { Answer::No })
}

/// Holds a record against the share files.
pub fn verified(args: &VerifyArgs) -> Result<Verified> {
    let record = Record::read(&args.record)?;
    let shares = shares(&args.shares)?;
    let (broken_rule, signatures) = (record.broken_rule(), record.verify(&shares)?);
    let ok = broken_rule.is_none() && signatures.iter().all(|s| s.doubt.is_none());
    Ok(Verified { ok, ceremony: record.ceremony, broken_rule, signatures })
}

impl Verified {
    pub fn tell(&self, json: bool) -> Result<()> {
        if json {
            return print_json(self);
        }
        let c = &self.ceremony;
        print(&format!("{}  {}  {}  {}", c.act.name(), c.at, c.key, c.host));
        for s in &self.signatures {
            let part = if s.part == Part::Gave { "交出 / gave" } else { "收下 / took" };
            let mark = s.doubt.map_or_else(|| "ok".to_owned(), |d| format!("FAIL {d:?}"));
            print(&format!("{mark:6} {}  {part} {}  {}", s.name, s.share, s.fingerprint));
        }
        if let Some(rule) = self.broken_rule {
            print(&format!("FAIL {rule:?}"));
        }
        Ok(())
    }
}

/// Shares from files, and from folders all that are shares.
fn shares(given: &[PathBuf]) -> Result<Vec<Share>> {
    let mut shares = Vec::new();
    for path in given {
        if !path.is_dir() {
            shares.push(Share::read(path)?);
            continue;
        }
        for file in files_of(path)? {
            // Records and other things lie beside them.
            shares.extend(Share::read(&file).ok());
        }
    }
    Ok(shares)
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e: std::io::Error| ErrorCode::KeyUnavailable.because(format!("{}: {e}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|e| e == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
