//! Which files are taken into a conversation, decided by their content alone.
//!
//! Nothing here unpacks anything: a picture's size is read from its header, so a bomb (a small file that decodes to gigabytes on the reader's
//! screen, or an archive) is refused for what it announces. Archives, markup and programs are no format of ours.

use imagesize::ImageType;

use crate::error::{Error, ErrorCode, Result};

/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 10 << 20;
/// The longest side of a picture, in pixels.
const MAX_SIDE: usize = 16_384;
/// The most pixels of a picture: 50 million decode to 200 MB.
const MAX_PIXELS: usize = 50_000_000;
/// The longest file name, in characters.
const MAX_NAME: usize = 120;

/// A format with its media type and the endings of its names, the usual one first.
struct Format {
    media_type: &'static str,
    endings: &'static [&'static str],
}

const PNG: Format = Format { media_type: "image/png", endings: &["png"] };
const JPEG: Format = Format { media_type: "image/jpeg", endings: &["jpg", "jpeg"] };
const PDF: Format = Format { media_type: "application/pdf", endings: &["pdf"] };

/// What a file turned out to be.
#[derive(Debug)]
pub struct Recognised {
    pub media_type: &'static str,
    /// Width and height of a picture, in pixels.
    pub size: Option<(i32, i32)>,
    /// Its name without folders, with an ending that fits the content.
    pub name: String,
}

/// Recognises a file. Errors: `AttachmentRefused` for an unknown format, a picture that is broken or too large, a name that cannot be shown;
/// `BodyTooLarge`.
pub fn recognise(name: &str, content: &[u8]) -> Result<Recognised> {
    if content.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    let (format, size) = if content.starts_with(b"%PDF-") {
        (&PDF, None)
    } else {
        let format = match imagesize::image_type(content) {
            Ok(ImageType::Png) => &PNG,
            Ok(ImageType::Jpeg) => &JPEG,
            _ => return Err(refused("only PNG and JPEG pictures and PDF documents are taken")),
        };
        (format, Some(size_of(content)?))
    };
    Ok(Recognised { media_type: format.media_type, size, name: shown_name(name, format)? })
}

pub fn too_large() -> Error {
    ErrorCode::BodyTooLarge.because(format!("an attachment has at most {MAX_BYTES} bytes"))
}

fn refused(why: &'static str) -> Error {
    ErrorCode::AttachmentRefused.because(why)
}

/// Width and height as the header announces them.
fn size_of(content: &[u8]) -> Result<(i32, i32)> {
    let size = imagesize::blob_size(content).map_err(|_| refused("the picture is broken"))?;
    if size.width == 0 || size.height == 0 {
        return Err(refused("the picture is broken"));
    }
    if size.width.max(size.height) > MAX_SIDE || size.width.saturating_mul(size.height) > MAX_PIXELS {
        return Err(refused("the picture has more than 50 million pixels or a side longer than 16384"));
    }
    let side = |n: usize| i32::try_from(n).map_err(|e| ErrorCode::Internal.caused_by(e));
    Ok((side(size.width)?, side(size.height)?))
}

/// The name as it is shown and offered for saving: the last part of a path, no control or direction characters, an ending that fits.
fn shown_name(name: &str, format: &Format) -> Result<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    // Direction marks can make a program's name look like a picture's.
    let is_shown = |c: &char| {
        !c.is_control() && !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut shown: String = last.chars().filter(is_shown).take(MAX_NAME).collect();
    if shown.trim_matches('.').is_empty() {
        shown = "附件".to_owned();
    }
    let ending = shown.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    if !ending.is_some_and(|e| format.endings.contains(&e.as_str())) {
        let usual = format.endings.first().ok_or(ErrorCode::Internal)?;
        shown = format!("{shown}.{usual}");
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG's signature and header chunk that announce this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        bytes
    }

    #[test]
    fn content_decides_what_a_file_is() {
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x02\0\x03\x03\x01\"\0\x02\x11\x01\x03\x11\x01\xff\xd9";
        type Case<'a> = (&'a str, &'a [u8], &'a str, Option<(i32, i32)>, &'a str);
        let cases: &[Case<'_>] = &[
            ("回单.png", &png(640, 480), "image/png", Some((640, 480)), "回单.png"),
            ("C:\\fakepath\\照片.JPEG", jpeg, "image/jpeg", Some((3, 2)), "照片.JPEG"),
            ("../../etc/passwd", b"%PDF-1.7\n", "application/pdf", None, "passwd.pdf"),
            ("evil.exe", &png(1, 1), "image/png", Some((1, 1)), "evil.exe.png"),
            ("a\u{202e}gnp.exe\n", &png(1, 1), "image/png", Some((1, 1)), "agnp.exe.png"),
            ("..", &png(1, 1), "image/png", Some((1, 1)), "附件.png"),
        ];
        for (name, content, media_type, size, shown) in cases {
            let got = recognise(name, content).unwrap();
            assert_eq!((got.media_type, got.size, got.name.as_str()), (*media_type, *size, *shown), "{name}");
        }
    }

    #[test]
    fn bombs_and_foreign_formats_are_refused() {
        let cases: &[(&str, Vec<u8>)] = &[
            ("a picture of 65535 × 65535", png(65_535, 65_535)),
            ("a thin and endless one", png(1, 1_000_000)),
            ("one of no size", png(0, 10)),
            ("a cut header", png(10, 10)[..18].to_vec()),
            ("an archive", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()),
            ("gzip", b"\x1f\x8b\x08\0".to_vec()),
            ("markup", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
            ("a page", b"<html><script>alert(1)</script>".to_vec()),
            ("a program", b"MZ\x90\0".to_vec()),
            ("GIF", b"GIF89a\x01\0\x01\0".to_vec()),
            ("nothing", Vec::new()),
        ];
        for (what, content) in cases {
            assert_eq!(recognise("a.png", content).unwrap_err().code(), ErrorCode::AttachmentRefused, "{what}");
        }
        let large = [png(10, 10), vec![0; MAX_BYTES as usize]].concat();
        assert_eq!(recognise("a.png", &large).unwrap_err().code(), ErrorCode::BodyTooLarge);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(name in ".{0,200}", content in proptest::collection::vec(proptest::num::u8::ANY, 0..300), head in 0..4usize) {
            let head: &[u8] = [&b""[..], b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"][head];
            if let Ok(got) = recognise(&name, &[head, &content].concat()) {
                proptest::prop_assert!(!got.name.contains(['/', '\\', '\n', '\0']));
            }
        }
    }
}
