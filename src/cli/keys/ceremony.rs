//! Ceremonies that make something: a root key, a new set of shares, the next version, the file anew.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::people::{self, WithPassphrase};
use super::{BackupArgs, CreateArgs, RestoreArgs, RotateArgs};
use crate::cli::{Answer, Failure, Outcome, print, print_json, tell};
use crate::crypto::custody::{self, Act, Ceremony, Custodian, Holder, Part, Record, SHARES, Statement, rebuild};
use crate::crypto::root::{KeyName, RootFile, SealedRoot};
use crate::crypto::{RootKey, RootKeys};
use crate::db::Clock;
use crate::error::Result;

/// What a ceremony made, as it is told.
#[derive(Debug, Serialize)]
struct Told {
    act: Act,
    key_id: uuid::Uuid,
    version: u32,
    check_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<uuid::Uuid>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shares: Vec<PathBuf>,
    record: PathBuf,
}

impl Told {
    fn say(&self, json: bool, advice: &str) -> Outcome {
        if json {
            print_json(self)?;
            return Ok(Answer::Yes);
        }
        print(&format!("{} v{}  KCV {}", self.key_id, self.version, self.check_value));
        for path in self.file.iter().chain(&self.shares).chain([&self.record]) {
            print(&path.display().to_string());
        }
        tell(advice);
        Ok(Answer::Yes)
    }
}

/// Files made so far. Unless the ceremony came to its end they are taken back: a set of shares without its record, or half a
/// set, is worse than none.
#[derive(Default)]
pub struct Made {
    paths: Vec<PathBuf>,
    are_kept: bool,
}

impl Made {
    pub fn add(&mut self, path: &Path) {
        self.paths.push(path.to_owned());
    }

    pub fn keep(mut self) {
        self.are_kept = true;
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if !self.are_kept {
            for path in &self.paths {
                drop(RootFile::destroy(path));
            }
        }
    }
}

/// Who gave, who took, and what was done.
pub struct Minutes<'a> {
    pub act: Act,
    pub key: KeyName,
    pub replaced: Option<KeyName>,
    pub remark: String,
    pub gave: &'a [Holder],
    pub took: &'a [Holder],
    /// Whether everybody is asked for a statement in his own words.
    pub is_asked: bool,
}

impl Minutes<'_> {
    /// Has everybody sign, and writes the record to `given` or into `folder`.
    pub fn write(self, given: Option<&Path>, folder: &Path, made: &mut Made) -> Result<PathBuf> {
        let now = Clock::system().now().with_timezone(&chrono::Local);
        let host = nix::unistd::gethostname().ok().and_then(|n| n.into_string().ok()).unwrap_or_default();
        let software = format!("guitai {}", env!("CARGO_PKG_VERSION"));
        let at = now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
        let mut ceremony = Ceremony::new(self.act, self.key, at, host, software);
        ceremony.replaced = self.replaced;
        ceremony.remark = self.remark;
        let attend = |part: Part| move |holder| Ok((holder, part, people::statement(holder, part, self.is_asked)?));
        let gave = self.gave.iter().map(attend(Part::Gave));
        let present = gave.chain(self.took.iter().map(attend(Part::Took))).collect::<Result<Vec<_>>>()?;
        let present: Vec<_> = present.iter().map(|(h, part, text)| (*h, Statement { part: *part, text })).collect();
        let record: Record = ceremony.sign(&present)?;
        let name = format!("ceremony-{}-v{}-{}.json", self.act.name(), self.key.version, now.format("%Y%m%dT%H%M%S%z"));
        let path = given.map_or_else(|| folder.join(name), Path::to_owned);
        record.create(&path)?;
        made.add(&path);
        Ok(path)
    }
}

/// Writes each share into its folder: one for all, or one for each custodian.
fn write_shares(holders: &[Holder], folders: &[PathBuf], made: &mut Made) -> Result<Vec<PathBuf>> {
    let folders = folders.iter().cycle();
    let write = |(holder, folder): (&Holder, &PathBuf)| {
        let share = holder.share();
        // A set is known by the end of its id: the beginning is the time, which two sets made in one go nearly share.
        let set: String = share.set().simple().to_string().chars().skip(24).collect();
        let path = folder.join(format!("root-v{}-{set}-share-{}.json", share.key().version, share.number()));
        share.create(&path)?;
        made.add(&path);
        Ok(path)
    };
    holders.iter().zip(folders).map(write).collect()
}

fn check_folders(folders: &[PathBuf]) -> std::result::Result<(), Failure> {
    if folders.len() == 1 || folders.len() == SHARES {
        return Ok(());
    }
    Err(Failure::Usage(
        "--shares：给一次，或每位保管员各一次 / give --shares once, or once for each custodian".to_owned(),
    ))
}

pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub fn is_asked(given: &[&[WithPassphrase]]) -> bool {
    given.iter().any(|list| list.is_empty() || list.iter().any(|p| p.file.is_none()))
}

/// Refuses early what would be refused in the end, before anybody has typed.
fn must_be_new(path: &Path) -> Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Err(crate::error::ErrorCode::Conflict
            .because(format!("{} exists; a root key is never written over", path.display()))),
        Err(_) => Ok(()),
    }
}

const KEEP: &str = "三份分量请各交其保管员，分开存放；任意两份可恢复根密钥，少于两份则任何备份都无法读取。 \
                    / give each custodian his share, keep them apart; two rebuild the root key, fewer do not";

pub fn create(args: CreateArgs) -> Outcome {
    check_folders(&args.new_set.shares)?;
    must_be_new(&args.file)?;
    let custodians = people::custodians(&args.new_set.custodians)?;
    let operations = people::new_passphrase(args.passphrase_file.as_deref(), "根密钥文件 / the root key's file")?;
    people::keep_apart(&operations, &custodians)?;
    let root = RootKey::generate()?;
    let holders = custody::split(&root, &custodians, args.stretching.iterations)?;
    let sealed = SealedRoot::seal(&RootKeys::of(root.clone()), &operations, args.stretching.iterations)?;
    let mut made = Made::default();
    let shares = write_shares(&holders, &args.new_set.shares, &mut made)?;
    RootFile::create(&args.file, &sealed)?;
    made.add(&args.file);
    let minutes = Minutes {
        act: Act::Create,
        key: root.name(),
        replaced: None,
        remark: String::new(),
        gave: &[],
        took: &holders,
        is_asked: is_asked(&[&args.new_set.custodians]),
    };
    let record = minutes.write(args.record.as_deref(), folder_of(&args.file), &mut made)?;
    made.keep();
    told(Act::Create, root.name(), Some(args.file), &holders, shares, record).say(args.json, KEEP)
}

pub fn backup(args: BackupArgs) -> Outcome {
    check_folders(&args.new_set.shares)?;
    let gave = people::holders(&args.given.held)?;
    let [one, other] = &gave;
    let root = rebuild(one, other)?;
    let custodians = people::custodians(&args.new_set.custodians)?;
    let took = custody::split(&root, &custodians, args.stretching.iterations)?;
    let mut made = Made::default();
    let shares = write_shares(&took, &args.new_set.shares, &mut made)?;
    let void = one.share().set();
    let minutes = Minutes {
        act: Act::Backup,
        key: root.name(),
        replaced: None,
        remark: format!("旧分量组 {void} 作废 / the set {void} is void"),
        gave: &gave,
        took: &took,
        is_asked: is_asked(&[&args.given.held, &args.new_set.custodians]),
    };
    let folder = args.new_set.shares.first().map_or(Path::new("."), PathBuf::as_path);
    let record = minutes.write(args.record.as_deref(), folder, &mut made)?;
    made.keep();
    let advice = format!(
        "旧分量组 {void} 作废：请收回并销毁三份旧分量，否则任意两份仍可恢复根密钥。 / the old set is void: collect and destroy it, two of it still rebuild the root key\n{KEEP}"
    );
    told(Act::Backup, root.name(), None, &took, shares, record).say(args.json, &advice)
}

pub fn rotate(args: RotateArgs) -> Outcome {
    check_folders(&args.new_set.shares)?;
    let RootFile::Sealed(sealed) = RootFile::read(&args.file)? else { return Err(in_clear(&args.file)) };
    let gave = people::holders(&args.given.held)?;
    let [one, other] = &gave;
    let before = rebuild(one, other)?;
    let (operations, keys) = open(&sealed, args.passphrase_file.as_deref(), &args.file)?;
    if !keys.active().is_same_as(&before) {
        let what = format!("{} is in use, the shares rebuild {}", keys.active().name(), before.name());
        return Err(crate::error::ErrorCode::Conflict.because(what).into());
    }
    let custodians: Vec<Custodian> = people::custodians(&args.new_set.custodians)?;
    people::keep_apart(&operations, &custodians)?;
    let next = before.generate_next()?;
    let took = custody::split(&next, &custodians, args.stretching.iterations)?;
    let sealed = SealedRoot::seal(&keys.with(next.clone())?, &operations, args.stretching.iterations)?;
    let mut made = Made::default();
    let shares = write_shares(&took, &args.new_set.shares, &mut made)?;
    let minutes = Minutes {
        act: Act::Rotate,
        key: next.name(),
        replaced: Some(before.name()),
        remark: String::new(),
        gave: &gave,
        took: &took,
        is_asked: is_asked(&[&args.given.held, &args.new_set.custodians]),
    };
    let record = minutes.write(args.record.as_deref(), folder_of(&args.file), &mut made)?;
    let old = RootFile::replace(&args.file, &sealed)?;
    // From here on the new version is in use, and its shares must stay whatever happens.
    made.keep();
    old.overwrite()?;
    let advice = format!(
        "下次启动起使用 v{0}；旧版本 v{1} 仍在文件中，待全部密钥改由新版本包装后，以 destroy-root 移除。 / v{0} is used from the next start; v{1} stays until nothing hangs on it, then remove it with destroy-root\n{KEEP}",
        next.version(),
        before.version()
    );
    told(Act::Rotate, next.name(), Some(args.file), &took, shares, record).say(args.json, &advice)
}

pub fn restore(args: RestoreArgs) -> Outcome {
    must_be_new(&args.file)?;
    let gave = people::holders(&args.given.held)?;
    let [one, other] = &gave;
    let root = rebuild(one, other)?;
    let operations = people::new_passphrase(args.passphrase_file.as_deref(), "根密钥文件 / the root key's file")?;
    let sealed = SealedRoot::seal(&RootKeys::of(root.clone()), &operations, args.stretching.iterations)?;
    let mut made = Made::default();
    RootFile::create(&args.file, &sealed)?;
    made.add(&args.file);
    let minutes = Minutes {
        act: Act::Restore,
        key: root.name(),
        replaced: None,
        remark: String::new(),
        gave: &gave,
        took: &[],
        is_asked: is_asked(&[&args.given.held]),
    };
    let record = minutes.write(args.record.as_deref(), folder_of(&args.file), &mut made)?;
    made.keep();
    let advice = "根密钥文件已恢复，校验值与两份分量相符。 / the file is there again; its check value is the one that both shares name";
    told(Act::Restore, root.name(), Some(args.file), &[], Vec::new(), record).say(args.json, advice)
}

fn told(act: Act, key: KeyName, file: Option<PathBuf>, took: &[Holder], shares: Vec<PathBuf>, record: PathBuf) -> Told {
    Told {
        act,
        key_id: key.id,
        version: key.version,
        check_value: key.check_value.to_string(),
        file,
        set: took.first().map(|holder| holder.share().set()),
        shares,
        record,
    }
}

/// The keys of a sealed file, and the passphrase that opened it.
pub fn open(
    sealed: &SealedRoot,
    passphrase_file: Option<&Path>,
    path: &Path,
) -> std::result::Result<(crate::crypto::Passphrase, RootKeys), Failure> {
    let question = format!("{} 的口令 / passphrase: ", path.display());
    people::with_known(passphrase_file, &question, "--passphrase-file", |passphrase| {
        let keys = sealed.open(passphrase).map_err(|e| e.context(path.display().to_string()))?;
        Ok((passphrase.clone(), keys))
    })
}

pub fn in_clear(path: &Path) -> Failure {
    let shown = path.display();
    let what = format!("{shown}: the root key lies there in clear: seal it first with `guitai keys seal-root {shown}`");
    crate::error::ErrorCode::Conflict.because(what).into()
}
