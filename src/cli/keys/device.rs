//! `guitai keys create-device-root`: root keys that are born in a crypto device and never leave it.

use super::DeviceRootArgs;
use crate::app::broker_commands;
use crate::cli::open::{configuration_of, this_program};
use crate::cli::{Answer, Outcome, print, print_json, tell};
use crate::crypto::sdf;
use crate::error::{Error, ErrorCode};

/// Makes the next version of the root keys in the first device that is ready. The two people that a device asks for are its own operators with their cards; the
/// file that is written holds nothing secret.
pub fn run(args: &DeviceRootArgs) -> Outcome {
    let config = configuration_of(&args.config)?;
    let file =
        config.crypto.sdf.root_file.clone().ok_or_else(|| {
            Error::from(ErrorCode::ConfigInvalid).context("crypto.sdf.root_file: 必须填写 / is needed")
        })?;
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
