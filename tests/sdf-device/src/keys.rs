//! The folder in which the device keeps its keys, in clear.

use sm2::SecretKey;
use sm2::elliptic_curve::Generate as _;
use sm2::elliptic_curve::common::getrandom::SysRng;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn kek_file(folder: &Path, index: u32) -> PathBuf {
    folder.join(format!("kek-{index}.key"))
}

fn pair_file(folder: &Path, index: u32) -> PathBuf {
    folder.join(format!("sm2-{index}.key"))
}

/// Random bytes; all zero should the operating system fail, which a self-test notices.
pub fn random(out: &mut [u8]) {
    if getrandom::fill(out).is_err() {
        out.fill(0);
    }
}

/// Makes the folder, with a KEK and a key pair at index 1 where there are none.
///
/// # Errors
/// Those of the file system.
pub fn prepare(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    if !kek_file(folder, 1).exists() {
        let mut key = [0; 16];
        random(&mut key);
        fs::write(kek_file(folder, 1), hex::encode(key))?;
    }
    if !pair_file(folder, 1).exists() {
        let key = SecretKey::try_generate_from_rng(&mut SysRng).map_err(std::io::Error::other)?;
        fs::write(pair_file(folder, 1), hex::encode(key.to_bytes()))?;
    }
    Ok(())
}

fn digits<const N: usize>(path: &Path) -> Option<[u8; N]> {
    let mut key = [0; N];
    hex::decode_to_slice(fs::read_to_string(path).ok()?.trim(), &mut key).ok()?;
    Some(key)
}

/// The KEK at an index.
pub fn kek(folder: &Path, index: u32) -> Option<[u8; 16]> {
    digits(&kek_file(folder, index))
}

/// The private key at an index.
pub fn pair(folder: &Path, index: u32) -> Option<SecretKey> {
    SecretKey::from_slice(&digits::<32>(&pair_file(folder, index))?).ok()
}

/// Whether the PIN of an index is this one. Every attempt is written down.
pub fn pin_is(folder: &Path, index: u32, pin: &[u8]) -> bool {
    let noted = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("pin-attempts"))
        .and_then(|mut file| writeln!(file, "{index}"));
    noted.is_ok() && fs::read(folder.join(format!("pin-{index}"))).is_ok_and(|right| right == pin)
}

/// Whether an index has a PIN.
pub fn has_pin(folder: &Path, index: u32) -> bool {
    folder.join(format!("pin-{index}")).exists()
}
