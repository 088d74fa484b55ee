//! Where packed data may begin, and what unpacks it.
//!
//! A format with a magic number or a checked header is tried wherever that stands. Blocks without one are tried where PostgreSQL's own
//! header or a length in front of them announces one; raw deflate is tried at the start of a source and after the header of a ZIP entry.

use std::io::{BufReader, Read};

use super::blocks::{self, Unpacked};

/// A way of packing that the scanner can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zlib,
    /// RFC 1951 without a frame.
    Deflate,
    /// A compressed entry of a ZIP archive.
    Zip,
    Zstd,
    Lz4Frame,
    /// An LZ4 block after its unpacked length in four bytes, little endian.
    Lz4Block,
    /// A compressed value in a row (`varattrib_4b.va_compressed`).
    PgInline(PgMethod),
    /// The first chunk of a compressed value out of line.
    PgChunk(PgMethod),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PgMethod {
    PgLz,
    Lz4,
}

/// The unpacked size beyond which a length in front of a block is taken for something else.
const MOST_BLOCK: usize = 16 << 20;
/// TOAST_MAX_CHUNK_SIZE for pages of 8 KiB, with its header.
const MOST_CHUNK: usize = 2_000;
/// Shorter than every pattern.
const LEAST: usize = 16;

impl Packing {
    pub const fn name(self) -> &'static str {
        match self {
            Packing::Gzip => "gzip",
            Packing::Zlib => "zlib",
            Packing::Deflate => "deflate",
            Packing::Zip => "zip",
            Packing::Zstd => "zstd",
            Packing::Lz4Frame => "lz4-frame",
            Packing::Lz4Block => "lz4-block",
            Packing::PgInline(PgMethod::PgLz) => "pg-pglz",
            Packing::PgInline(PgMethod::Lz4) => "pg-lz4",
            Packing::PgChunk(PgMethod::PgLz) => "pg-toast-pglz",
            Packing::PgChunk(PgMethod::Lz4) => "pg-toast-lz4",
        }
    }
}

/// Places among the first `own` bytes of a window where something packed may begin.
pub(super) fn candidates(window: &[u8], own: usize, is_start: bool) -> Vec<(usize, Packing)> {
    let mut all = Vec::new();
    if is_start && window.len() > LEAST {
        all.push((0, Packing::Deflate));
    }
    for (at, bytes) in window.windows(8).take(own).enumerate() {
        let &[a, b, c, d, e, f, g, h] = bytes else { continue };
        let (first, second) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        if first == 0 {
            continue;
        }
        match first {
            0xfd2f_b528 => all.push((at, Packing::Zstd)),
            0x184d_2204 => all.push((at, Packing::Lz4Frame)),
            0x0403_4b50 => all.push((at, Packing::Zip)),
            _ if first & 0x00ff_ffff == 0x0008_8b1f => all.push((at, Packing::Gzip)),
            _ => {}
        }
        // RFC 1950: method 8, a window of at most 32 KiB, the check over both bytes, no dictionary; then no reserved block type.
        if a & 0x8f == 0x08 && b & 0x20 == 0 && u16::from_be_bytes([a, b]).is_multiple_of(31) && c & 0x06 != 0x06 {
            all.push((at, Packing::Zlib));
        }
        announced(first, second, window.len() - at, |packing| all.push((at, packing)));
    }
    all
}

/// Blocks that a length announces.
fn announced(first: u32, second: u32, rest: usize, mut take: impl FnMut(Packing)) {
    let (first, second) = (first as usize, second as usize);
    if (LEAST..MOST_BLOCK).contains(&first) {
        take(Packing::Lz4Block);
    }
    // varatt.h, little endian: the length of the value in the upper thirty bits, 0b10 below for compressed and 0b00 for plain;
    // then the unpacked size in thirty bits and the method in two.
    let (length, raw) = (first >> 2, second & 0x3fff_ffff);
    let method = match second >> 30 {
        0 => PgMethod::PgLz,
        1 => PgMethod::Lz4,
        _ => return,
    };
    let unfolds = raw > length.saturating_sub(8) && raw < MOST_BLOCK && raw / 256 <= length;
    match first & 3 {
        0b10 if unfolds && (LEAST..=rest).contains(&length) => take(Packing::PgInline(method)),
        0b00 if raw > length && raw < MOST_BLOCK && (LEAST..=MOST_CHUNK).contains(&length) => {
            take(Packing::PgChunk(method))
        }
        _ => {}
    }
}

/// Unpacks what has no end of its own into `out`; `false` when `packing` is a stream, or nothing that the plain bytes do not show came out.
pub(super) fn block(rest: &[u8], packing: Packing, out: &mut Vec<u8>) -> bool {
    let word = |at: usize| {
        let four = rest.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let mut unpack = || -> Option<Unpacked> {
        let first = word(0)?;
        let (method, input, most) = match packing {
            Packing::Lz4Block => (PgMethod::Lz4, rest.get(4..)?, first),
            Packing::PgInline(method) => (method, rest.get(8..first >> 2)?, word(4)? & 0x3fff_ffff),
            Packing::PgChunk(method) => (method, rest.get(8..(first >> 2).min(rest.len()))?, word(4)? & 0x3fff_ffff),
            _ => return None,
        };
        Some(match method {
            PgMethod::PgLz => blocks::decode_pglz(input, most, out),
            PgMethod::Lz4 => blocks::decode_lz4(input, most, out),
        })
    };
    unpack().is_some_and(|u| u.matches > 0 && out.len() >= LEAST)
}

/// A reader of what the stream at the start of `packed` unfolds to; `None` when there is none.
pub(super) fn stream<'r>(packed: &'r mut dyn Read, packing: Packing) -> Option<Box<dyn Read + 'r>> {
    Some(match packing {
        Packing::Gzip => Box::new(libflate::gzip::Decoder::new(BufReader::new(packed)).ok()?),
        Packing::Zlib => Box::new(libflate::zlib::Decoder::new(BufReader::new(packed)).ok()?),
        Packing::Deflate => Box::new(libflate::deflate::Decoder::new(BufReader::new(packed))),
        Packing::Zip => {
            // APPNOTE.TXT 4.3.7: thirty bytes, then name and extra field; method 8 is deflate.
            let mut header = [0; 30];
            packed.read_exact(&mut header).ok()?;
            let &[_, _, _, _, _, _, _, _, 8, 0, .., n0, n1, x0, x1] = &header else { return None };
            let skipped = u64::from(u16::from_le_bytes([n0, n1])) + u64::from(u16::from_le_bytes([x0, x1]));
            std::io::copy(&mut packed.take(skipped), &mut std::io::sink()).ok()?;
            Box::new(libflate::deflate::Decoder::new(BufReader::new(packed)))
        }
        Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(packed).ok()?.single_frame()),
        Packing::Lz4Frame => Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        Packing::Lz4Block | Packing::PgInline(_) | Packing::PgChunk(_) => return None,
    })
}
