//! Who takes part: custodians to be, holders of shares, and whoever knows the passphrase of the root key's file. Each comes
//! from the command line, with a file for the passphrase, or from the terminal.

use std::path::{Path, PathBuf};

use super::ask;
use crate::cli::Failure;
use crate::crypto::Passphrase;
use crate::crypto::custody::{Custodian, Holder, LONGEST_NAME, Part, SHARES, Share, THRESHOLD};
use crate::error::{Error, ErrorCode, Result};
use crate::identity;

/// The shortest new passphrase, in characters.
const SHORTEST: usize = 12;

/// A value of the command line with a passphrase file behind it: `VALUE=FILE`, or `VALUE` alone where the terminal is asked.
#[derive(Debug, Clone)]
pub struct WithPassphrase {
    pub value: String,
    pub file: Option<PathBuf>,
}

/// Reads `NAME=FILE` or `NAME`. A file may have any name, so the first sign counts.
pub fn custodian_to_be(text: &str) -> std::result::Result<WithPassphrase, String> {
    with_passphrase(text, text.split_once('='))
}

/// Reads `SHARE=FILE` or `SHARE`. Where a path has the sign in it, the last one counts.
pub fn share_held(text: &str) -> std::result::Result<WithPassphrase, String> {
    with_passphrase(text, text.rsplit_once('='))
}

fn with_passphrase(text: &str, parts: Option<(&str, &str)>) -> std::result::Result<WithPassphrase, String> {
    let (value, file) = match parts {
        Some((_, "")) => return Err("a passphrase file is missing behind =".to_owned()),
        Some((value, file)) => (value, Some(PathBuf::from(file))),
        None => (text, None),
    };
    Ok(WithPassphrase { value: value.to_owned(), file })
}

/// Whether a passphrase is good enough for something new; the detail says what is wrong, and never what was typed.
fn check_new(passphrase: &Passphrase) -> Result<()> {
    if passphrase.as_str().chars().count() < SHORTEST {
        return Err(ErrorCode::PasswordRefused.because(format!("a passphrase has at least {SHORTEST} characters")));
    }
    if identity::is_tried_first(passphrase.as_str()) {
        return Err(ErrorCode::PasswordRefused.because("it is one of those that are tried first"));
    }
    Ok(())
}

/// A new passphrase: from a file, or typed twice.
pub fn new_passphrase(file: Option<&Path>, whose: &str) -> std::result::Result<Passphrase, Failure> {
    let Some(file) = file else {
        if !ask::is_possible() {
            return Err(ask::nobody("--passphrase-file"));
        }
        return Ok(ask::again(|| {
            let first = ask::passphrase(&format!("{whose}：设置口令 / new passphrase: "))?;
            check_new(&first)?;
            let second = ask::passphrase(&format!("{whose}：再输一次 / once more: "))?;
            let differ = || ErrorCode::PasswordRefused.because("the two are not the same");
            if first.is_same_as(&second) { Ok(first) } else { Err(differ()) }
        })?);
    };
    let passphrase = Passphrase::read(file)?;
    check_new(&passphrase).map_err(|e| e.context(file.display().to_string()))?;
    Ok(passphrase)
}

/// Does something with a passphrase that exists: from a file, or typed, with three tries.
pub fn with_known<T>(
    file: Option<&Path>,
    question: &str,
    instead: &str,
    open: impl Fn(&Passphrase) -> Result<T>,
) -> std::result::Result<T, Failure> {
    match file {
        Some(file) => Ok(open(&Passphrase::read(file)?)?),
        None if ask::is_possible() => Ok(ask::again(|| open(&ask::passphrase(question)?))?),
        None => Err(ask::nobody(instead)),
    }
}

/// Three custodians for a new set of shares: all of them given, or all of them asked.
pub fn custodians(given: &[WithPassphrase]) -> std::result::Result<Vec<Custodian>, Failure> {
    let instead = "--custodian NAME=PASSPHRASE_FILE";
    let named = match given.len() {
        SHARES => given.to_vec(),
        0 if ask::is_possible() => (1..=SHARES).map(ask_name).collect::<Result<_>>()?,
        0 => return Err(ask::nobody(instead)),
        n => {
            return Err(Failure::Usage(format!(
                "需要 {SHARES} 位保管员，给了 {n} 位 / {SHARES} custodians are needed, not {n}"
            )));
        }
    };
    let take = |custodian: &WithPassphrase| {
        let passphrase = new_passphrase(custodian.file.as_deref(), &custodian.value)
            .map_err(|e| if matches!(e, Failure::Usage(_)) { ask::nobody(instead) } else { e })?;
        Ok(Custodian { name: custodian.value.clone(), passphrase })
    };
    named.iter().map(take).collect()
}

fn ask_name(number: usize) -> Result<WithPassphrase> {
    let question = format!("第 {number} 位保管员的姓名（至多 {LONGEST_NAME} 字） / name of custodian {number}: ");
    Ok(WithPassphrase { value: ask::line(&question)?, file: None })
}

/// The passphrase of the root key's file belongs to operations: no custodian's opens it.
pub fn keep_apart(operations: &Passphrase, custodians: &[Custodian]) -> Result<()> {
    match custodians.iter().find(|c| c.passphrase.is_same_as(operations)) {
        Some(c) => {
            Err(ErrorCode::PasswordRefused.because(format!("{}'s passphrase is that of the root key's file", c.name)))
        }
        None => Ok(()),
    }
}

/// The two who give their shares.
pub fn holders(given: &[WithPassphrase]) -> std::result::Result<[Holder; THRESHOLD], Failure> {
    let [one, other] = given else {
        return Err(Failure::Usage(format!(
            "需要 {THRESHOLD} 份分量，给了 {} 份：--share FILE 各一次 / {THRESHOLD} shares are needed: --share FILE for each",
            given.len()
        )));
    };
    Ok([holder(one)?, holder(other)?])
}

fn holder(given: &WithPassphrase) -> std::result::Result<Holder, Failure> {
    let share = Share::read(Path::new(&given.value))?;
    let question = format!("{}（第 {} 份）的口令 / passphrase: ", share.custodian(), share.number());
    with_known(given.file.as_deref(), &question, "--share FILE=PASSPHRASE_FILE", |p| share.clone().open(p))
}

/// What a custodian states: the usual words, or his own where he is asked.
pub fn statement(holder: &Holder, part: Part, is_asked: bool) -> Result<String> {
    let share = holder.share();
    let usual = match part {
        Part::Took => format!(
            "本人收下第 {0} 份分量，其口令只有本人知道。 / I took share {0}; I alone know its passphrase.",
            share.number()
        ),
        Part::Gave => {
            format!("本人在场，交出第 {0} 份分量并同意。 / I was present, gave share {0} and agreed.", share.number())
        }
    };
    if !is_asked {
        return Ok(usual);
    }
    let own = ask::line(&format!("{} 的陈述（回车即采用：{usual}） / statement: ", share.custodian()))?;
    if own.chars().any(char::is_control) {
        return Err(Error::from(ErrorCode::InvalidParameter).context("a statement is one line"));
    }
    Ok(if own.is_empty() { usual } else { own })
}
