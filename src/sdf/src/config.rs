//! What a broker is told about its device. The program's own configuration holds the same fields and their manual.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A device and the keys in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerConfig {
    pub device: DeviceConfig,
    /// Index of the key-encryption key (KEK) under which new root keys are wrapped, from 1. Root keys remember their own.
    pub key_index: u32,
    /// The root keys as the device wrapped them, the last of which wraps; none before they are made.
    #[serde(default)]
    pub root_file: Option<PathBuf>,
    /// Index of the SM2 key pair that signs; none when nothing is signed.
    #[serde(default)]
    pub signing_key_index: Option<u32>,
    /// File with the PIN of that key pair, of mode 0600 or less.
    #[serde(default)]
    pub pin_file: Option<PathBuf>,
}

/// One device: a library, and how it is to be spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// Name for people, for example the machine's place in the rack.
    pub name: String,
    /// The vendor's library (.so), an absolute path.
    pub library: PathBuf,
    /// Handed to SDF_OpenDeviceWithPath, for libraries that have it.
    #[serde(default)]
    pub settings: Option<PathBuf>,
    /// Folder to run in, for libraries that look for their settings there.
    #[serde(default)]
    pub working_dir: Option<PathBuf>,
    /// Sessions that are opened at most. A device that grants fewer is used with fewer.
    #[serde(default = "defaults::sessions")]
    pub sessions: usize,
    #[serde(default)]
    pub algorithm_ids: AlgorithmIds,
    #[serde(default)]
    pub kek_mode: KekMode,
    #[serde(default)]
    pub hmac: HmacPlace,
    /// Bytes of one SDF_Encrypt, a multiple of 16.
    #[serde(default = "defaults::chunk_bytes")]
    pub chunk_bytes: usize,
    /// A call that takes longer has hung, in milliseconds.
    #[serde(default = "defaults::call_timeout_ms")]
    pub call_timeout_ms: u64,
    /// How long opening the device and its self-test may take, in milliseconds.
    #[serde(default = "defaults::start_timeout_ms")]
    pub start_timeout_ms: u64,
}

/// Which numbers name SM4. A wrong choice fails the self-test, because it names AES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmIds {
    /// SM4 is 0x400, as in GM/T 0006 and all current libraries.
    #[default]
    Standard,
    /// SM4 is 0x2000 and 0x400 is AES, as in some libraries of about 2015.
    Old,
}

/// How the device wraps keys under the KEK. The wrapped form is opaque to us; this picks the algorithm id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KekMode {
    #[default]
    Ecb,
    Cbc,
}

/// Where HMAC-SM3 over bulk data is computed for keys that are made from now on. Keys remember their choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HmacPlace {
    /// In the broker, under a key that the device derives for it: works with every library.
    #[default]
    Broker,
    /// In the device: the library must have the HMAC functions of GM/T 0018-2023.
    Device,
}

mod defaults {
    pub fn sessions() -> usize {
        4
    }
    pub fn chunk_bytes() -> usize {
        4096
    }
    pub fn call_timeout_ms() -> u64 {
        3_000
    }
    pub fn start_timeout_ms() -> u64 {
        15_000
    }
}

impl DeviceConfig {
    /// A device with the usual settings.
    pub fn new(name: impl Into<String>, library: impl Into<PathBuf>) -> Self {
        DeviceConfig {
            name: name.into(),
            library: library.into(),
            settings: None,
            working_dir: None,
            sessions: defaults::sessions(),
            algorithm_ids: AlgorithmIds::default(),
            kek_mode: KekMode::default(),
            hmac: HmacPlace::default(),
            chunk_bytes: defaults::chunk_bytes(),
            call_timeout_ms: defaults::call_timeout_ms(),
            start_timeout_ms: defaults::start_timeout_ms(),
        }
    }

    pub(crate) fn call_timeout(&self) -> Duration {
        Duration::from_millis(self.call_timeout_ms)
    }

    pub(crate) fn start_timeout(&self) -> Duration {
        Duration::from_millis(self.start_timeout_ms)
    }
}

impl BrokerConfig {
    /// Every fault of the configuration, in words; empty when there is none. For the program's own check at start as well.
    pub fn faults(&self) -> Vec<String> {
        let device = &self.device;
        let absolute = |path: &Option<PathBuf>| path.as_deref().is_none_or(Path::is_absolute);
        let rules = [
            (!device.name.is_empty() && device.name.len() <= 64, "name: 1 to 64 bytes"),
            (device.library.is_absolute(), "library: an absolute path"),
            (absolute(&device.settings), "settings: an absolute path"),
            (absolute(&device.working_dir), "working_dir: an absolute path"),
            (absolute(&self.root_file), "root_file: an absolute path"),
            (absolute(&self.pin_file), "pin_file: an absolute path"),
            ((1..=64).contains(&device.sessions), "sessions: 1 to 64"),
            (
                (16..=65_536).contains(&device.chunk_bytes) && device.chunk_bytes.is_multiple_of(16),
                "chunk_bytes: a multiple of 16 from 16 to 65536",
            ),
            ((100..=8_000).contains(&device.call_timeout_ms), "call_timeout_ms: 100 to 8000"),
            ((1_000..=60_000).contains(&device.start_timeout_ms), "start_timeout_ms: 1000 to 60000"),
            (self.key_index >= 1, "key_index: from 1"),
            (self.signing_key_index != Some(0), "signing_key_index: from 1"),
            (
                self.pin_file.is_none() || self.signing_key_index.is_some(),
                "pin_file: of no use without signing_key_index",
            ),
        ];
        rules.iter().filter(|(kept, _)| !kept).map(|(_, rule)| (*rule).to_owned()).collect()
    }

    pub(crate) fn check(&self) -> Result<()> {
        let faults = self.faults();
        if faults.is_empty() { Ok(()) } else { Err(Error::malformed(faults.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_listed_at_once() {
        let mut config = BrokerConfig {
            device: DeviceConfig::new("rack 3", "/opt/vendor/libsdf.so"),
            key_index: 1,
            root_file: None,
            signing_key_index: None,
            pin_file: None,
        };
        assert!(config.faults().is_empty());
        config.device.library = "libsdf.so".into();
        config.device.chunk_bytes = 100;
        config.key_index = 0;
        config.pin_file = Some("/etc/pin".into());
        assert_eq!(config.faults().len(), 4, "{:?}", config.faults());
        assert!(config.check().is_err());
    }
}
