//! What the demo brings with it: its people, its model, its call.

use std::path::Path;

use rust_embed::RustEmbed;

use crate::error::{Error, ErrorCode, Result};
use crate::identity::Role;

#[derive(RustEmbed)]
#[folder = "appliance/demo/models/asr-demo/"]
#[include = "*.safetensors"]
#[include = "*.json"]
#[include = "*.toml"]
#[exclude = "train/*"]
struct Model;

#[derive(RustEmbed)]
#[folder = "appliance/demo/calls/"]
#[include = "*.wav"]
#[include = "*.json"]
struct Calls;

/// Login, name and roles of the demo's people. Passwords are random and shown once.
pub const PEOPLE: &[(&str, &str, &[Role])] = &[
    ("agent1", "坐席 林晓", &[Role::Agent]),
    ("agent2", "坐席 周航", &[Role::Agent]),
    ("supervisor1", "班长 陈静", &[Role::Supervisor]),
    ("inspector1", "质检员 吴敏", &[Role::Inspector]),
    ("editor1", "知识编辑 何文", &[Role::KnowledgeEditor]),
    ("auditor1", "合规审计 郑岩", &[Role::Auditor]),
    ("secadmin1", "安全管理员 孙宁", &[Role::Secadmin]),
    ("sysadmin1", "系统管理员 高远", &[Role::Sysadmin]),
];

/// Writes the demo model's files where an engine can load them; files that are there already are left alone.
pub fn unpack_model(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(storage)?;
    for name in Model::iter() {
        let path = dir.join(name.as_ref());
        let Some(file) = Model::get(&name) else { continue };
        let same = std::fs::metadata(&path).is_ok_and(|m| m.len() == file.data.len() as u64);
        if !same {
            std::fs::write(path, file.data).map_err(storage)?;
        }
    }
    Ok(())
}

/// The demo model in a folder that goes with the value.
pub fn unpack_model_to_temp() -> Result<tempfile::TempDir> {
    let dir = tempfile::tempdir().map_err(storage)?;
    unpack_model(dir.path())?;
    Ok(dir)
}

/// A bundled file of the demo calls, by name.
pub fn call_file(name: &str) -> Result<Vec<u8>> {
    Calls::get(name)
        .map(|f| f.data.into_owned())
        .ok_or_else(|| ErrorCode::Internal.because(format!("no bundled {name}")))
}

fn storage(e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e).context("unpacking demo data")
}
