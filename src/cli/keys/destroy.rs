//! `guitai keys destroy-root`: a root key, or one version of it, ceases to be in its file.

use super::ceremony::{Made, Minutes, folder_of, in_clear, is_asked, open};
use super::{DestroyArgs, StillInUse, ask, people};
use crate::cli::{Answer, Failure, Outcome, print, print_json, tell};
use crate::crypto::RootKey;
use crate::crypto::custody::{Act, rebuild};
use crate::crypto::root::{RootFile, SealedRoot};
use crate::error::ErrorCode;

pub fn run(args: &DestroyArgs, in_use: &dyn StillInUse) -> Outcome {
    let RootFile::Sealed(sealed) = RootFile::read(&args.file)? else { return Err(in_clear(&args.file)) };
    let gave = people::holders(&args.given.held)?;
    let [one, other] = &gave;
    let root = rebuild(one, other)?;
    let (passphrase, keys) = open(&sealed, args.passphrase_file.as_deref(), &args.file)?;
    if !keys.find(root.id(), root.version()).is_some_and(|inside| inside.is_same_as(&root)) {
        let what = format!("{} does not hold {}, which the shares rebuild", args.file.display(), root.name());
        return Err(ErrorCode::Conflict.because(what).into());
    }
    let rest = keys.without(&root);
    if rest.is_some() && keys.active().is_same_as(&root) {
        let what = format!("{} is in use; rotate first, then destroy what came before", root.name());
        return Err(ErrorCode::Conflict.because(what).into());
    }
    let remark = remark(args, in_use, &root)?;
    confirm(args, &root)?;

    // The record first: what cannot be put on record is not done.
    let mut made = Made::default();
    let minutes = Minutes {
        act: Act::Destroy,
        key: root.name(),
        replaced: None,
        remark,
        gave: &gave,
        took: &[],
        is_asked: is_asked(&[&args.given.held]),
    };
    let record = minutes.write(args.record.as_deref(), folder_of(&args.file), &mut made)?;
    match &rest {
        Some(rest) => {
            let old = RootFile::replace(&args.file, &SealedRoot::seal(rest, &passphrase, sealed.iterations())?)?;
            made.keep();
            old.overwrite()?;
        }
        None => {
            let blanked = RootFile::blank(&args.file)?;
            made.keep();
            blanked.remove()?;
        }
    }
    let name = root.name();
    if args.json {
        print_json(&serde_json::json!({
            "act": Act::Destroy, "key_id": name.id, "version": name.version, "check_value": name.check_value,
            "file": args.file, "file_is_left": rest.is_some(), "record": record,
        }))?;
    } else {
        print(&format!("{} v{}  KCV {}", name.id, name.version, name.check_value));
        print(&record.display().to_string());
        tell(
            "文件已覆写并移除其中的该密钥。三份分量和其他副本仍能恢复它：请当面销毁，并把记录归档。 \
             / overwritten and removed. Shares and other copies still rebuild it: destroy them too, and file the record",
        );
    }
    Ok(Answer::Yes)
}

/// That nothing hangs on the key, by the database's word or by the operator's.
fn remark(args: &DestroyArgs, in_use: &dyn StillInUse, root: &RootKey) -> std::result::Result<String, Failure> {
    if args.no_installation {
        return Ok("经声明，没有任何安装使用此密钥 / it was stated that no installation uses this key".to_owned());
    }
    match in_use.stored_keys(&args.installation, root.id(), root.version())? {
        0 => Ok("数据库中已无由其包装的密钥 / no key in the database is wrapped under it".to_owned()),
        n => Err(ErrorCode::Conflict
            .because(format!("{n} stored keys are still wrapped under {}; what they seal would be lost", root.name()))
            .into()),
    }
}

/// Whoever destroys a key names it once more, by typing its id.
fn confirm(args: &DestroyArgs, root: &RootKey) -> std::result::Result<(), Failure> {
    let id = root.id().to_string();
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None if ask::is_possible() => ask::line(&format!(
            "销毁 {}，不可恢复。请输入密钥编号确认 / type the key's id to destroy it: ",
            root.name()
        ))?,
        None => return Err(ask::nobody("--confirm KEY_ID")),
    };
    if typed == id {
        return Ok(());
    }
    Err(ErrorCode::Conflict.because(format!("{typed:?} is not the id of the key, {id}; nothing was destroyed")).into())
}
