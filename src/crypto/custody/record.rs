//! The record of a ceremony: what was done with which root key, when, where, by whom, signed by everybody present.
//!
//! One JSON object with `ceremony` and `signatures`. What is signed is the canonical form of `ceremony`: its JSON without
//! white space, names in the order of their bytes, strings escaped as little as JSON allows, numbers whole. That is
//! RFC 8785 for what can occur here. The structures below declare their fields in that order, and a test holds them to it.
//! A signature is SM2 with SM3 under the default identity (GB/T 35276-2017), DER, in hexadecimal digits.

use super::super::private_file;
use super::super::root::KeyName;
use super::super::sm2::{self, PublicKey};
use super::super::sm3;
use super::share::{Holder, Share, Statement};
use super::{SHARES, THRESHOLD, refused};
use crate::error::{ErrorCode, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

/// The value of `format`.
const FORMAT: &str = "guitai-ceremony-1";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A root key was made and split.
    Create,
    /// A new set of shares was made; the old one is void.
    Backup,
    /// The root key's file was made anew from shares.
    Restore,
    /// The root key's file was overwritten and removed, or one version taken out of it.
    Destroy,
    /// A next version was made and split.
    Rotate,
}

impl Act {
    pub const fn name(self) -> &'static str {
        match self {
            Act::Create => "create",
            Act::Backup => "backup",
            Act::Restore => "restore",
            Act::Destroy => "destroy",
            Act::Rotate => "rotate",
        }
    }

    /// How many give the share that they held, and how many take a new one.
    const fn quorum(self) -> (usize, usize) {
        match self {
            Act::Create => (0, SHARES),
            Act::Backup | Act::Rotate => (THRESHOLD, SHARES),
            Act::Restore | Act::Destroy => (THRESHOLD, 0),
        }
    }
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Gave the share that he held, and agreed.
    Gave,
    /// Took a new share.
    Took,
}

/// A custodian who was there. Fields in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Present {
    /// SM3 of the public key's point, as the inventory shows it.
    pub fingerprint: String,
    pub name: String,
    pub part: Part,
    /// `04 ‖ x ‖ y` in hexadecimal digits.
    pub public_key: String,
    pub set: Uuid,
    pub share: u8,
    /// In his own words.
    pub statement: String,
}

/// What is signed. Fields in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceremony {
    pub act: Act,
    /// RFC 3339 with the zone.
    pub at: String,
    pub custodians: Vec<Present>,
    pub format: String,
    pub host: String,
    pub key: KeyName,
    /// What else is to be known, for example that no installation uses the key that was destroyed.
    pub remark: String,
    /// The version before, in a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<KeyName>,
    pub software: String,
}

impl Ceremony {
    /// One that nobody is present at yet. `at` is RFC 3339 with the zone.
    pub fn new(act: Act, key: KeyName, at: String, host: String, software: String) -> Self {
        let (custodians, format, remark) = (Vec::new(), FORMAT.to_owned(), String::new());
        Ceremony { act, at, custodians, format, host, key, remark, replaced: None, software }
    }

    /// The bytes that are signed.
    fn canonical(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| ErrorCode::Internal.caused_by(e))
    }

    /// SM3 of the bytes that are signed: the record by which a ledger names it.
    pub fn digest(&self) -> Result<sm3::Digest> {
        Ok(sm3::digest(&self.canonical()?))
    }

    /// Writes down everybody's part and statement, and has all of them sign. `request.invalid_parameter` when they are not
    /// those that the act takes.
    pub fn sign(mut self, present: &[(&Holder, Statement<'_>)]) -> Result<Record> {
        self.custodians =
            present.iter().map(|(holder, statement)| attend(holder.share(), statement)).collect::<Result<_>>()?;
        let message = self.canonical()?;
        let sign = |(holder, _): &(&Holder, Statement<'_>)| Ok(hex::encode(holder.sign(&message)?));
        let record = Record { signatures: present.iter().map(sign).collect::<Result<_>>()?, ceremony: self };
        match record.broken_rule() {
            Some(doubt) => Err(refused(format!("the ceremony does not stand: {doubt:?}"))),
            None => Ok(record),
        }
    }
}

fn attend(share: &Share, statement: &Statement<'_>) -> Result<Present> {
    Ok(Present {
        fingerprint: hex::encode(share.public_key()?.fingerprint()),
        name: share.custodian().to_owned(),
        part: statement.part,
        public_key: share.public_key_text().to_owned(),
        set: share.set(),
        share: share.number(),
        statement: statement.text.to_owned(),
    })
}

/// A signed ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub ceremony: Ceremony,
    /// One for each custodian, in the same order.
    signatures: Vec<String>,
}

/// Why a record, or somebody's part in it, does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Not in the format of a record.
    Format,
    /// Not as many custodians, or not as many signatures, as the act takes.
    Quorum,
    /// The same person or share twice, or shares of different sets.
    Shares,
    /// The signature is not that of this record, or not by this key.
    Signature,
    /// No share file that was shown has this custodian's key.
    NotVouched,
}

/// A custodian of a record, and whether his signature stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedBy {
    pub name: String,
    pub part: Part,
    pub share: u8,
    pub fingerprint: String,
    /// `None` when it stands.
    pub doubt: Option<Doubt>,
}

impl Record {
    /// From its file; `crypto.key_unavailable` when it cannot be read, `request.invalid_parameter` when it is no record.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&private_file::read(path)?).map_err(|e| e.context(path.display().to_string()))
    }

    pub fn parse(text: &str) -> Result<Self> {
        let record: Record =
            serde_json::from_str(text).map_err(|_| refused(format!("not a record in the format {FORMAT}")))?;
        if record.ceremony.format != FORMAT {
            return Err(refused(format!("not a record in the format {FORMAT}")));
        }
        Ok(record)
    }

    /// Writes it to a file that is not there yet, for its owner alone; `request.conflict` when it is.
    pub fn create(&self, path: &Path) -> Result<()> {
        private_file::write_new(path, &self.to_text()?)
    }

    /// The text form: indented, because people read it. Only the canonical form of `ceremony` is signed.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|e| ErrorCode::Internal.caused_by(e))?;
        Ok(text + "\n")
    }

    /// Looks at every custodian's signature. Each is held against the public key in that custodian's own share file, because
    /// a key that only the record names proves nothing. The record stands when [`Record::broken_rule`] finds nothing
    /// and no custodian is in doubt.
    pub fn verify(&self, shares: &[Share]) -> Result<Vec<SignedBy>> {
        let message = self.ceremony.canonical()?;
        let signatures = self.signatures.iter().map(String::as_str).chain(std::iter::repeat(""));
        let look = |(present, signature): (&Present, &str)| SignedBy {
            name: present.name.clone(),
            part: present.part,
            share: present.share,
            fingerprint: present.fingerprint.clone(),
            doubt: self.doubt(present, &message, signature, shares),
        };
        Ok(self.ceremony.custodians.iter().zip(signatures).map(look).collect())
    }

    fn doubt(&self, present: &Present, message: &[u8], signature: &str, shares: &[Share]) -> Option<Doubt> {
        let key = hex::decode(&present.public_key).ok().and_then(|point| PublicKey::from_bytes(&point).ok());
        let (Some(key), Ok(signature)) = (key, hex::decode(signature)) else { return Some(Doubt::Format) };
        if !sm2::verify(&key, message, &signature) || hex::encode(key.fingerprint()) != present.fingerprint {
            return Some(Doubt::Signature);
        }
        let vouched = shares.iter().any(|share| self.vouches(share, present, &key));
        (!vouched).then_some(Doubt::NotVouched)
    }

    fn vouches(&self, share: &Share, present: &Present, key: &PublicKey) -> bool {
        // In a rotation the old shares, which were given, are of the version before.
        let of = match (present.part, self.ceremony.replaced) {
            (Part::Gave, Some(replaced)) => replaced,
            _ => self.ceremony.key,
        };
        share.key() == of
            && share.set() == present.set
            && share.number() == present.share
            && share.custodian() == present.name
            && share.public_key().is_ok_and(|public| public == *key)
    }

    /// What the record itself contradicts, whoever signed it: the first rule that it breaks.
    pub fn broken_rule(&self) -> Option<Doubt> {
        let ceremony = &self.ceremony;
        let with = |part: Part| ceremony.custodians.iter().filter(move |p| p.part == part);
        let quorum = (with(Part::Gave).count(), with(Part::Took).count());
        if ceremony.format != FORMAT || ceremony.replaced.is_some() != (ceremony.act == Act::Rotate) {
            return Some(Doubt::Format);
        }
        if quorum != ceremony.act.quorum() || self.signatures.len() != ceremony.custodians.len() {
            return Some(Doubt::Quorum);
        }
        let sets = |part| with(part).map(|p| p.set).collect::<BTreeSet<_>>();
        let (gave, took) = (sets(Part::Gave), sets(Part::Took));
        let are_apart = |part: Part| {
            let (shares, names): (BTreeSet<u8>, BTreeSet<&str>) =
                with(part).map(|p| (p.share, p.name.as_str())).unzip();
            let count = with(part).count();
            shares.len() == count
                && names.len() == count
                && shares.iter().all(|s| (1..=SHARES).contains(&usize::from(*s)))
        };
        let keys: BTreeSet<&str> = ceremony.custodians.iter().map(|p| p.public_key.as_str()).collect();
        let fit = gave.len() <= 1
            && took.len() <= 1
            && gave.is_disjoint(&took)
            && are_apart(Part::Gave)
            && are_apart(Part::Took)
            && keys.len() == ceremony.custodians.len();
        (!fit).then_some(Doubt::Shares)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::root::RootKey;
    use super::super::split;
    use super::super::tests::{FEW, three};
    use super::*;
    use serde_json::Value;

    fn agree(part: Part) -> Statement<'static> {
        Statement { part, text: "本人在场并同意 \"ok\"" }
    }

    fn ceremony(act: Act, key: KeyName) -> Ceremony {
        let (at, host) = ("2026-11-21T19:00:00+08:00".to_owned(), "box-1".to_owned());
        Ceremony::new(act, key, at, host, "guitai 0.1.0".to_owned())
    }

    fn created() -> (Record, Vec<Holder>) {
        let root = RootKey::generate().unwrap();
        let holders = split(&root, &three(), FEW).unwrap();
        let present: Vec<_> = holders.iter().map(|h| (h, agree(Part::Took))).collect();
        (ceremony(Act::Create, root.name()).sign(&present).unwrap(), holders)
    }

    fn shares(holders: &[Holder]) -> Vec<Share> {
        holders.iter().map(|h| h.share().clone()).collect()
    }

    fn doubts(record: &Record, shares: &[Share]) -> Vec<Option<Doubt>> {
        record.verify(shares).unwrap().into_iter().map(|s| s.doubt).collect()
    }

    /// Names in the order of their bytes at every level, no white space: the canonical form that the manual promises.
    #[test]
    fn the_signed_form_is_canonical() {
        fn sorted(value: &Value) -> String {
            match value {
                Value::Object(fields) => {
                    let mut names: Vec<_> = fields.iter().collect();
                    names.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
                    let fields = names.iter().map(|(k, v)| format!("{}:{}", Value::from(k.as_str()), sorted(v)));
                    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
                }
                Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
                other => other.to_string(),
            }
        }
        let (mut record, _) = created();
        record.ceremony.replaced = Some(record.ceremony.key);
        let canonical = String::from_utf8(record.ceremony.canonical().unwrap()).unwrap();
        assert_eq!(canonical, sorted(&serde_json::from_str(&canonical).unwrap()));
        assert!(canonical.contains("本人在场并同意 \\\"ok\\\""), "nothing is escaped that need not be: {canonical}");
    }

    #[test]
    fn a_record_verifies_from_its_file_against_the_share_files() {
        let (record, holders) = created();
        let again = Record::parse(&record.to_text().unwrap()).unwrap();
        assert_eq!((again.broken_rule(), doubts(&again, &shares(&holders))), (None, vec![None; 3]));
        // White space is no part of what is signed.
        let squeezed = serde_json::to_string(&record).unwrap();
        assert_eq!(doubts(&Record::parse(&squeezed).unwrap(), &shares(&holders)), vec![None; 3]);
    }

    #[test]
    fn any_change_of_what_is_signed_is_found() {
        let (record, holders) = created();
        let text = record.to_text().unwrap();
        for (from, to) in [
            ("\"create\"", "\"destroy\""),
            ("19:00:00", "19:00:01"),
            ("+08:00", "+09:00"),
            ("box-1", "box-2"),
            ("王芳", "王方"),
            ("\"version\": 1", "\"version\": 2"),
            ("0.1.0", "0.1.1"),
            ("同意", "不同意"),
            ("\"remark\": \"\"", "\"remark\": \" \""),
        ] {
            let altered = text.replace(from, to);
            assert_ne!(altered, text, "{from}");
            let found = doubts(&Record::parse(&altered).unwrap(), &shares(&holders));
            assert_eq!(found, vec![Some(Doubt::Signature); 3], "{from}");
        }
        for (from, to) in
            [("ceremony-1", "ceremony-2"), ("\"host\"", "\"hosts\""), ("\"act\"", "\"extra\": 1, \"act\"")]
        {
            assert!(Record::parse(&text.replace(from, to)).is_err(), "{from}");
        }
    }

    #[test]
    fn a_signature_by_a_key_of_nobody_s_share_is_not_vouched() {
        let (record, holders) = created();
        assert_eq!(doubts(&record, &shares(&holders)[..2]), [None, None, Some(Doubt::NotVouched)]);
        let (_, others) = created();
        assert_eq!(doubts(&record, &shares(&others)), vec![Some(Doubt::NotVouched); 3]);
    }

    #[test]
    fn a_missing_or_swapped_signature_is_found() {
        let (record, holders) = created();
        let mut missing = record.clone();
        missing.signatures.pop();
        assert_eq!(missing.broken_rule(), Some(Doubt::Quorum));
        assert_eq!(doubts(&missing, &shares(&holders)), [None, None, Some(Doubt::Signature)]);
        let mut swapped = record.clone();
        swapped.signatures.swap(0, 1);
        assert_eq!(doubts(&swapped, &shares(&holders)), [Some(Doubt::Signature), Some(Doubt::Signature), None]);
        let mut rubbish = record;
        rubbish.signatures[0] = "zz".into();
        assert_eq!(doubts(&rubbish, &shares(&holders))[0], Some(Doubt::Format));
    }

    #[test]
    fn an_act_takes_its_quorum() {
        let root = RootKey::generate().unwrap();
        let (old, new) = (split(&root, &three(), FEW).unwrap(), split(&root, &three(), FEW).unwrap());
        let gave = |n: &[usize]| n.iter().map(|i| (&old[*i], agree(Part::Gave))).collect::<Vec<_>>();
        let took = || new.iter().map(|h| (h, agree(Part::Took)));
        let sign = |act, present: Vec<_>| ceremony(act, root.name()).sign(&present);
        for act in [Act::Restore, Act::Destroy] {
            assert!(sign(act, gave(&[0, 2])).is_ok());
            assert!(sign(act, gave(&[1])).is_err(), "one is not enough");
            assert!(sign(act, gave(&[1, 1])).is_err(), "one, twice");
            assert!(sign(act, vec![]).is_err());
        }
        assert!(sign(Act::Backup, gave(&[0, 1]).into_iter().chain(took()).collect()).is_ok());
        assert!(sign(Act::Backup, gave(&[0, 1])).is_err());
        assert!(sign(Act::Create, took().take(2).collect()).is_err());
        assert!(sign(Act::Rotate, gave(&[0, 1]).into_iter().chain(took()).collect()).is_err(), "what was replaced?");
        let mixed = vec![(&old[0], agree(Part::Gave)), (&new[1], agree(Part::Gave))];
        assert!(sign(Act::Destroy, mixed).is_err(), "two sets");
    }

    #[test]
    fn a_rotation_holds_old_custodians_against_the_old_version() {
        let root = RootKey::generate().unwrap();
        let next = root.generate_next().unwrap();
        let (old, new) = (split(&root, &three(), FEW).unwrap(), split(&next, &three(), FEW).unwrap());
        let mut rotation = ceremony(Act::Rotate, next.name());
        rotation.replaced = Some(root.name());
        let gave = old.iter().take(2).map(|h| (h, agree(Part::Gave)));
        let record =
            rotation.sign(&gave.chain(new.iter().map(|h| (h, agree(Part::Took)))).collect::<Vec<_>>()).unwrap();
        let all = [shares(&old), shares(&new)].concat();
        assert_eq!(doubts(&record, &all), vec![None; 5]);
    }
}
