//! `guitai keys create-device-root` and `remove-device-root`: root keys that are born in a crypto device and never leave it.

use std::path::PathBuf;

use uuid::Uuid;

use super::{DeviceRootArgs, RemoveDeviceRootArgs, StillInUse, ask};
use crate::app::broker_commands;
use crate::cli::open::{configuration_of, this_program};
use crate::cli::{Answer, Failure, Installation, Outcome, print, print_json, tell};
use crate::config::Config;
use crate::crypto::sdf;
use crate::error::{Error, ErrorCode};

/// Makes the next version of the root keys in the first device that is ready. The two people that a device asks for are its own operators with their cards; the
/// file that is written holds nothing secret.
pub fn create(args: &DeviceRootArgs) -> Outcome {
    let config = configuration_of(&args.config)?;
    let file = root_file(&config)?;
    let (id, version) = sdf::create_root(broker_commands(&config, &this_program()?, &args.config), &file)?;
    if args.json {
        print_json(&serde_json::json!({"key_id": id, "version": version, "file": file}))?;
    } else {
        print(&format!("{id} v{version}"));
        tell(&format!(
            "根密钥已在设备中生成，封装形式写入 {0}：请备份此文件。轮换时，请重启服务，再运行 guitai keys rewrap。 / made in the device; back up {0}; when this is a \
             rotation, restart the service and run guitai keys rewrap",
            file.display()
        ));
    }
    Ok(Answer::Yes)
}

/// Takes a former version of the root keys out of the file, when the database says that no stored key is wrapped under it any more.
pub fn remove(args: &RemoveDeviceRootArgs, in_use: &dyn StillInUse) -> Outcome {
    let config = configuration_of(&args.config)?;
    let file = root_file(&config)?;
    let roots = sdf::roots_in(&file)?;
    let of_version: Vec<_> = roots.iter().copied().filter(|(_, version)| *version == args.former).collect();
    let [(id, version)] = of_version.as_slice() else {
        let what = format!("{} holds {} root keys of version {}", file.display(), of_version.len(), args.former);
        return Err(ErrorCode::NotFound.because(what).into());
    };
    let root = (*id, *version);
    if roots.last() == Some(&root) {
        let what = format!("{id} v{version} is the root key that wraps; only what came before it is removed");
        return Err(ErrorCode::Conflict.because(what).into());
    }
    let installation = Installation { config: Some(args.config.clone()), data_dir: None };
    let wrapped = in_use.stored_keys(&installation, root.0, root.1)?;
    if wrapped > 0 {
        let what = format!(
            "{wrapped} stored keys are still wrapped under {id} v{version} and would be lost: restart the service, run `guitai keys rewrap`, then try again"
        );
        return Err(ErrorCode::Conflict.because(what).into());
    }
    confirm(args, root)?;
    sdf::remove_root(&file, root)?;
    if args.json {
        print_json(&serde_json::json!({"key_id": id, "version": version, "file": file}))?;
    } else {
        print(&format!("{id} v{version}"));
        tell(&format!(
            "已从 {0} 移除：请备份此文件并重启服务。轮换之前的数据库备份仍需要旧文件：请随备份保管，或与其一同销毁。 / removed from {0}: back the file up and restart \
             the service. Backups of the database from before the rotation need the former file: keep it with them, or destroy it with them",
            file.display()
        ));
    }
    Ok(Answer::Yes)
}

fn root_file(config: &Config) -> Result<PathBuf, Failure> {
    let file = config.crypto.sdf.root_file.clone();
    Ok(file
        .ok_or_else(|| Error::from(ErrorCode::ConfigInvalid).context("crypto.sdf.root_file: 必须填写 / is needed"))?)
}

/// Whoever removes a root key names it once more, by typing its id.
fn confirm(args: &RemoveDeviceRootArgs, (id, version): (Uuid, u32)) -> Result<(), Failure> {
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None if ask::is_possible() => ask::line(&format!(
            "移除 {id} v{version}，由其包装的备份将不可读。请输入密钥编号确认 / type the key's id to remove it: "
        ))?,
        None => return Err(ask::nobody("--confirm KEY_ID")),
    };
    if typed == id.to_string() {
        return Ok(());
    }
    Err(ErrorCode::Conflict.because(format!("{typed:?} is not the id of the key, {id}; nothing was removed")).into())
}
