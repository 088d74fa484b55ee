//! Control copies: a random word of the scanner's own, hidden once in every form it claims to see.

use std::fs::{DirBuilder, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use uuid::Uuid;

use super::scanner::WINDOW;
use super::{blocks, forms, needle, wal};
use crate::crypto::random;
use crate::error::{Error, ErrorCode, Result};

/// One copy: the file and the form in which it must be found there.
pub(super) struct Copy {
    /// What the report calls it.
    pub name: String,
    pub file: PathBuf,
    pub form: String,
}

/// A folder of copies that is gone when this is dropped.
pub(super) struct Controls {
    folder: PathBuf,
    copies: Vec<Copy>,
}

impl Controls {
    /// Writes every copy of `word`, which is random and nobody's. `StorageUnavailable` when there is no room for them.
    pub fn write(word: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("guitai-scan-{}", Uuid::now_v7().simple()));
        DirBuilder::new().mode(0o700).create(&folder).map_err(storage)?;
        let mut controls = Self { folder, copies: Vec::new() };
        controls.spelt(word)?;
        controls.packed(word)?;
        controls.placed(word)?;
        Ok(controls)
    }

    #[cfg(test)]
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    pub fn copies(&self) -> &[Copy] {
        &self.copies
    }

    fn spelt(&mut self, word: &str) -> Result<()> {
        for (form, bytes) in forms::of_text(word) {
            self.add(form, form, &among_noise(&bytes)?)?;
        }
        Ok(())
    }

    fn packed(&mut self, word: &str) -> Result<()> {
        let text = broken_up(word)?;
        let text = text.as_bytes();
        let pglz =
            blocks::encode_pglz(text).ok_or_else(|| ErrorCode::Internal.because("the control does not shrink"))?;
        let lz4 = lz4_flex::block::compress(text);
        let gzip = gzip(text)?;
        let escaped = forms::of_text(word)
            .into_iter()
            .find(|(form, _)| *form == "json-lower")
            .map(|(_, b)| b)
            .unwrap_or_default();
        let mut framed = lz4_flex::frame::FrameEncoder::new(Vec::new());
        framed.write_all(text).map_err(storage)?;
        let framed = framed.finish().map_err(|e| ErrorCode::Internal.caused_by(e))?;
        let zlib = {
            let mut encoder = libflate::zlib::Encoder::new(Vec::new()).map_err(storage)?;
            encoder.write_all(text).map_err(storage)?;
            encoder.finish().into_result().map_err(storage)?
        };
        let deflate = {
            let mut encoder = libflate::deflate::Encoder::new(Vec::new());
            encoder.write_all(text).map_err(storage)?;
            encoder.finish().into_result().map_err(storage)?
        };
        let length = |n: usize| u32::try_from(n).map_err(|e| ErrorCode::Internal.caused_by(e));
        let raw = length(text.len())?;
        // A compressed value in a row: length and 0b10, raw size and method, data. A chunk of one: length and 0b00, then the same.
        let pg = |data: &[u8], method: u32, mark: u32| -> Result<Vec<u8>> {
            let header = [length(data.len() + 8)? << 2 | mark, raw | method << 30];
            Ok([header.map(u32::to_le_bytes).concat(), data.to_vec()].concat())
        };
        let zip =
            [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0; 16], &[4, 0, 2, 0], b"name", &[0, 0], &deflate].concat();

        self.add("gzip", "gzip > plain", &among_noise(&gzip)?)?;
        self.add("zlib", "zlib > plain", &among_noise(&zlib)?)?;
        self.add("deflate", "deflate > plain", &deflate)?;
        self.add("zip", "zip > plain", &among_noise(&zip)?)?;
        let frame = zstd::stream::encode_all(text, 3).map_err(storage)?;
        self.add("zstd", "zstd > plain", &among_noise(&frame)?)?;
        self.add("lz4-frame", "lz4-frame > plain", &among_noise(&framed)?)?;
        self.add("lz4-block", "lz4-block > plain", &among_noise(&[&raw.to_le_bytes(), lz4.as_slice()].concat())?)?;
        self.add("pg-pglz", "pg-pglz > plain", &among_noise(&pg(&pglz, 0, 0b10)?)?)?;
        self.add("pg-lz4", "pg-lz4 > plain", &among_noise(&pg(&lz4, 1, 0b10)?)?)?;
        self.add("pg-toast-pglz", "pg-toast-pglz > plain", &among_noise(&pg(&pglz, 0, 0b00)?)?)?;
        self.add("pg-toast-lz4", "pg-toast-lz4 > plain", &among_noise(&pg(&lz4, 1, 0b00)?)?)?;
        let nested = zstd::stream::encode_all(gzip.as_slice(), 3).map_err(storage)?;
        self.add("gzip in zstd", "zstd > gzip > plain", &among_noise(&nested)?)?;
        let nested = zstd::stream::encode_all(escaped.as_slice(), 3).map_err(storage)?;
        self.add("json in zstd", "zstd > json-lower", &among_noise(&nested)?)
    }

    /// Copies in awkward places: across two windows, after a hole, across two pages of the log, beyond a window in a packed stream.
    fn placed(&mut self, word: &str) -> Result<()> {
        // One piece of those that are looked for, so that its halves are found nowhere.
        let (before, after) = needle::halves_of_a_piece(word);
        for (name, offset) in [("window edge", WINDOW - before.len()), ("behind a hole", 3 * WINDOW + 5)] {
            let path = self.path(name);
            let mut file = File::create_new(&path).map_err(storage)?;
            file.seek(SeekFrom::Start(offset as u64)).map_err(storage)?;
            file.write_all([before.as_bytes(), after.as_bytes()].concat().as_slice()).map_err(storage)?;
            self.note(name, path, "plain");
        }
        let mut long = vec![b' '; 2 * WINDOW];
        long.extend_from_slice(broken_up(word)?.as_bytes());
        self.add("far inside gzip", "gzip > plain", &gzip(&long)?)?;

        let mut segment = vec![0x10, wal::MAGIC_HIGH, 0x02, 0];
        segment.resize(wal::PAGE - before.len(), 0);
        segment.extend_from_slice(before.as_bytes());
        segment.extend_from_slice(&[0x10, wal::MAGIC_HIGH, 0, 0]);
        segment.resize(wal::PAGE + 24, 0);
        segment.extend_from_slice(after.as_bytes());
        segment.resize(2 * wal::PAGE, 0);
        let path = self.folder.join("0000000100000000000000AB");
        std::fs::write(&path, &segment).map_err(storage)?;
        self.note("log page edge", path, "wal > plain");
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{:03}-{}", self.copies.len(), name.replace(' ', "-")))
    }

    fn add(&mut self, name: &str, form: &str, content: &[u8]) -> Result<()> {
        let path = self.path(name);
        std::fs::write(&path, content).map_err(storage)?;
        self.note(name, path, form);
        Ok(())
    }

    fn note(&mut self, name: &str, file: PathBuf, form: &str) {
        self.copies.push(Copy { name: name.to_owned(), file, form: form.to_owned() });
    }
}

impl Drop for Controls {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(error = %e, "the scan's control copies could not be removed");
        }
    }
}

/// Random bytes around it, so that it is neither first nor aligned.
fn among_noise(bytes: &[u8]) -> Result<Vec<u8>> {
    let (before, after) = (random::public::<1_021>()?, random::public::<507>()?);
    Ok([before.as_slice(), bytes, after.as_slice()].concat())
}

/// A text that holds `word` once, after its pieces in another order: whatever packs by reference to what came before then writes the word in no piece long
/// enough to be found unless it is unpacked.
fn broken_up(word: &str) -> Result<String> {
    let chars: Vec<char> = word.chars().collect();
    let mut text = String::new();
    for piece in chars.chunks(4).rev() {
        text.extend(piece);
        text.push_str(&needle::random_sentence(3)?);
    }
    text.push_str(&needle::random_sentence(30)?);
    text.push_str(word);
    text.push_str(&needle::random_sentence(9)?);
    Ok(text)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = libflate::gzip::Encoder::new(Vec::new()).map_err(storage)?;
    encoder.write_all(bytes).map_err(storage)?;
    encoder.finish().into_result().map_err(storage)
}

fn storage(e: std::io::Error) -> Error {
    ErrorCode::StorageUnavailable.caused_by(e).context("the control copies of the raw scan")
}
