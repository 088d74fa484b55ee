//! A model's manifest: what the model is, what its numbers mean, and the digest of every file, checked before use.

use crate::crypto::sm3;
use crate::error::{Error, ErrorCode, Result};
use serde::Deserialize;
use std::path::{Component, Path};

/// The file's name inside a model's folder.
pub const FILE_NAME: &str = "manifest.toml";

/// No manifest is larger; anything that is, is something else.
const LARGEST: u64 = 1 << 20;

/// The manifest as it stands in `manifest.toml`. Unknown keys are refused: a newer manifest must not be half understood.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: u32,
    pub name: String,
    pub version: String,
    pub family: Family,
    pub languages: Vec<String>,
    /// The rate that the model was trained at; other recordings are converted to it.
    pub sample_rate_hz: u32,
    pub licence: String,
    /// A model for demonstrations: every transcript says so.
    pub demo: bool,
    pub card: Card,
    pub features: Features,
    pub sanm: Sanm,
    pub files: Vec<ModelFile>,
    /// SM3 of the manifest itself, which names the digests of all files: the identity of the model, in hexadecimal.
    #[serde(skip)]
    pub digest: String,
}

/// Which code runs the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Family {
    /// SANM encoder with a CTC output layer: SenseVoiceSmall's shape.
    #[serde(rename = "sanm-ctc")]
    SanmCtc,
}

/// What the model is for and what it is not, for people.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub zh: String,
    pub en: String,
}

/// The front end: log mel energies, stacked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    pub mels: usize,
    pub frame_ms: u32,
    pub shift_ms: u32,
    pub preemphasis: f32,
    pub low_hz: f32,
    pub high_hz: f32,
    /// Neighbouring frames put side by side, and how many frames the next stack is further on.
    pub stack: usize,
    pub stride: usize,
}

/// The encoder's structure and the names its tensors go by.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sanm {
    pub width: usize,
    pub heads: usize,
    /// Width of the feed-forward layers.
    pub inner: usize,
    /// Blocks of the encoder, the first one (which changes the width) included, and of its second stage.
    pub blocks: usize,
    pub tp_blocks: usize,
    /// Taps of the memory filter.
    pub kernel: usize,
    /// Prefixes of the encoder's and of the output layer's tensors.
    pub encoder: String,
    pub output: String,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Weights,
    Tokens,
}

/// One file of the model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    pub role: Role,
    pub path: String,
    pub bytes: u64,
    pub sm3: String,
}

fn refused(why: String) -> Error {
    ErrorCode::ModelRefused.because(why)
}

impl Manifest {
    /// Reads `manifest.toml` of a model's folder. Blocks on the file system.
    ///
    /// # Errors
    /// `ModelRefused` when it is missing, not a manifest of this version, or names a file outside its folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE_NAME);
        let unreadable = |e| ErrorCode::ModelRefused.caused_by(e).context(format!("{} cannot be read", path.display()));
        if std::fs::metadata(&path).map_err(unreadable)?.len() > LARGEST {
            return Err(refused(format!("{} is too large to be a manifest", path.display())));
        }
        let text = std::fs::read_to_string(&path).map_err(unreadable)?;
        let mut manifest: Self =
            toml::from_str(&text).map_err(|e| refused(format!("{}: {}", path.display(), e.message())))?;
        if manifest.schema != 1 {
            return Err(refused(format!("the manifest has schema {}; this program reads 1", manifest.schema)));
        }
        for file in &manifest.files {
            let mut parts = Path::new(&file.path).components();
            if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
                return Err(refused(format!(
                    "the manifest names the file '{}', which is not in its folder",
                    file.path
                )));
            }
        }
        manifest.digest = hex::encode(sm3::digest(text.as_bytes()));
        Ok(manifest)
    }

    /// Name and version, as they stand in receipts.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    /// Reads a file of the model and returns it only if size and digest are those of the manifest. Blocks; a large file takes
    /// seconds.
    ///
    /// # Errors
    /// `ModelRefused`, naming the file.
    pub fn verified(&self, folder: &Path, role: Role) -> Result<Vec<u8>> {
        let file = self.files.iter().find(|f| f.role == role);
        let file = file.ok_or_else(|| refused(format!("the manifest of {} names no {role:?} file", self.name)))?;
        let path = folder.join(&file.path);
        let unreadable = |e| ErrorCode::ModelRefused.caused_by(e).context(format!("{} cannot be read", path.display()));
        let size = std::fs::metadata(&path).map_err(unreadable)?.len();
        if size != file.bytes {
            return Err(refused(format!("{} has {size} bytes, its manifest says {}", path.display(), file.bytes)));
        }
        let content = std::fs::read(&path).map_err(unreadable)?;
        if hex::encode(sm3::digest(&content)) != file.sm3 {
            return Err(refused(format!("{} was altered: its SM3 digest is not the manifest's", path.display())));
        }
        Ok(content)
    }
}
