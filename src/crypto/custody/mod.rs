//! Custodians (密钥保管员): a root key in three shares, of which two rebuild it, and the record of what was done with them.
//!
//! Creating, backing up, restoring, rotating and destroying a root key takes a ceremony (control K3, split knowledge and
//! dual control). Each of three custodians keeps a [`Share`] in a file of his own, sealed under a passphrase that he alone
//! knows, together with the SM2 key by which he signs the [`Record`]. Nothing here keeps a full set: [`split`] hands three
//! shares to the caller, who writes each to its custodian's medium.

mod record;
mod shamir;
mod share;

pub use record::{Act, Ceremony, Doubt, Part, Present, Record, SignedBy};
pub use share::{Holder, Share, Statement};

use super::passphrase::Passphrase;
use super::root::RootKey;
use crate::error::{Error, ErrorCode, Result};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How many custodians there are.
pub const SHARES: usize = 3;
/// How many of them rebuild a root key.
pub const THRESHOLD: usize = 2;
/// The longest name of a custodian, in characters.
pub const LONGEST_NAME: usize = 64;

/// Somebody who is to keep a share.
#[derive(Debug, Clone)]
pub struct Custodian {
    pub name: String,
    pub passphrase: Passphrase,
}

/// Splits a root key into a new set of shares, one for each custodian. Takes half a second a share with
/// [`super::passphrase::DEFAULT_ITERATIONS`]. `request.invalid_parameter` unless they are three people with three names,
/// `identity.password_refused` when two of them chose the same passphrase.
pub fn split(root: &RootKey, custodians: &[Custodian], iterations: u32) -> Result<Vec<Holder>> {
    let mut names: Vec<&str> = custodians.iter().map(|c| c.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if custodians.len() != SHARES || names.len() != SHARES {
        return Err(refused("three custodians with three different names are needed"));
    }
    for (at, custodian) in custodians.iter().enumerate() {
        if custodians.iter().skip(at + 1).any(|other| other.passphrase.is_same_as(&custodian.passphrase)) {
            return Err(ErrorCode::PasswordRefused.because("two custodians have the same passphrase"));
        }
    }
    let set = Uuid::now_v7();
    let points = shamir::split(root.secret())?;
    custodians
        .iter()
        .zip(points)
        .map(|(custodian, point)| Holder::make(root, set, point, custodian, iterations))
        .collect()
}

/// Rebuilds the root key from two shares. `request.invalid_parameter` when they are not two different shares of one set, or
/// do not give the key that both were made from.
pub fn rebuild(one: &Holder, other: &Holder) -> Result<RootKey> {
    let (a, b) = (one.share(), other.share());
    let pair = |why: &str| refused(format!("{} and {}: {why}", a.origin(), b.origin()));
    if a.key() != b.key() {
        return Err(pair("shares of different root keys"));
    }
    if a.set() != b.set() {
        return Err(pair("shares of different sets; an older set is void once a newer one was made"));
    }
    if a.number() == b.number() {
        return Err(pair("the same share twice; two custodians are needed"));
    }
    let root = RootKey::from_parts(a.key().id, a.key().version, shamir::combine(one.point(), other.point())?);
    let check = root.check();
    let fits = check.ct_eq(one.check()) & check.ct_eq(other.check());
    if !bool::from(fits) || root.name() != a.key() {
        return Err(pair("they do not rebuild the root key that they name"));
    }
    Ok(root)
}

fn refused(why: impl Into<String>) -> Error {
    ErrorCode::InvalidParameter.because(why.into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use zeroize::Zeroizing;

    pub(crate) const FEW: u32 = 10_000;

    pub(crate) fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    pub(crate) fn custodian(name: &str) -> Custodian {
        Custodian { name: name.to_owned(), passphrase: passphrase(&format!("{name} 的口令")) }
    }

    pub(crate) fn three() -> [Custodian; 3] {
        ["王芳", "李强", "Zhao Min"].map(custodian)
    }

    /// As they come back from their files.
    pub(crate) fn reopened(holders: &[Holder]) -> Vec<Holder> {
        let open = |h: &Holder| {
            let share = Share::parse(&h.share().to_text().unwrap(), &format!("share-{}", h.share().number())).unwrap();
            let name = share.custodian().to_owned();
            share.open(&custodian(&name).passphrase).unwrap()
        };
        holders.iter().map(open).collect()
    }

    #[test]
    fn any_two_custodians_rebuild_the_root() {
        let root = RootKey::generate().unwrap();
        let holders = reopened(&split(&root, &three(), FEW).unwrap());
        for (i, j) in [(0, 1), (0, 2), (1, 2), (2, 1)] {
            assert!(rebuild(&holders[i], &holders[j]).unwrap().is_same_as(&root));
        }
    }

    #[test]
    fn two_shares_that_do_not_belong_together_are_refused_by_name() {
        let root = RootKey::generate().unwrap();
        let set = split(&root, &three(), FEW).unwrap();
        let (opened, next_set) = (reopened(&set), reopened(&split(&root, &three(), FEW).unwrap()));
        let next_version = reopened(&split(&root.generate_next().unwrap(), &three(), FEW).unwrap());
        for (other, why) in [
            (&opened[0], "the same share twice"),
            (&next_set[1], "different sets"),
            (&next_version[1], "different root keys"),
        ] {
            let error = rebuild(&opened[0], other).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidParameter);
            assert!(error.detail().contains(why) && error.detail().contains("share-1"), "{error}");
        }
    }

    /// Bytes changed anywhere in a file: it is refused or read, and never more than that.
    #[test]
    fn damaged_files_never_panic() {
        let root = RootKey::generate().unwrap();
        let holders = split(&root, &three(), FEW).unwrap();
        let present: Vec<_> = holders.iter().map(|h| (h, Statement { part: Part::Took, text: "在场" })).collect();
        let ceremony = Ceremony::new(Act::Create, root.name(), "2026-11-21".into(), "box".into(), "guitai".into());
        let record = ceremony.sign(&present).unwrap().to_text().unwrap();
        let share = holders[0].share().to_text().unwrap();
        let shares: Vec<Share> = holders.iter().map(|h| h.share().clone()).collect();
        for at in 0..share.len().max(record.len()) {
            let damage = |text: &str| {
                let mut bytes = text.as_bytes().to_vec();
                let at = at % bytes.len();
                bytes[at] = bytes[at].wrapping_add(1);
                String::from_utf8_lossy(&bytes).into_owned()
            };
            drop(Share::parse(&damage(&share), "a"));
            drop(Share::parse(share.get(..at).unwrap_or_default(), "a"));
            if let Ok(read) = Record::parse(&damage(&record)) {
                let signed = read.verify(&shares).unwrap();
                assert!(read.broken_rule().is_some() || signed.iter().any(|s| s.doubt.is_some()), "{at}");
            }
        }
    }

    #[test]
    fn three_people_with_three_passphrases_are_needed() {
        let root = RootKey::generate().unwrap();
        let [a, b, c] = three();
        let same_name = Custodian { name: a.name.clone(), ..c.clone() };
        let same_passphrase = Custodian { passphrase: a.passphrase.clone(), ..c.clone() };
        let nameless = Custodian { name: " ".into(), ..c.clone() };
        let long = Custodian { name: "长".repeat(65), ..c.clone() };
        assert!(split(&root, &[a.clone(), b.clone()], FEW).is_err());
        assert!(split(&root, &[a.clone(), b.clone(), c, custodian("第四")], FEW).is_err());
        assert!(split(&root, &[a.clone(), b.clone(), same_name], FEW).is_err());
        assert!(split(&root, &[a.clone(), b.clone(), nameless], FEW).is_err());
        assert!(split(&root, &[a.clone(), b.clone(), long], FEW).is_err());
        let error = split(&root, &[a, b, same_passphrase], FEW).unwrap_err();
        assert_eq!(error.code(), ErrorCode::PasswordRefused);
    }
}
