//! PostgreSQL's write-ahead log without its page headers, so that a record that crosses a page is read in one piece.

use std::io::{self, Read};
use std::path::Path;

/// XLOG_BLCKSZ: what every packaged server is built with.
pub(super) const PAGE: usize = 8192;
/// SizeOfXLogShortPHD and SizeOfXLogLongPHD (`access/xlog_internal.h`).
const SHORT_HEADER: usize = 24;
const LONG_HEADER: usize = 40;
const LONG_HEADER_FLAG: u16 = 0x0002;
/// XLOG_PAGE_MAGIC is 0xD1xx in every supported version.
pub(super) const MAGIC_HIGH: u8 = 0xd1;

/// Whether a file is a segment of the log: 24 hexadecimal digits, and a page header of the log at its start.
pub(super) fn is_segment(path: &Path, start: &[u8]) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    name.len() == 24 && name.bytes().all(|b| b.is_ascii_hexdigit()) && start.get(1) == Some(&MAGIC_HIGH)
}

/// Reads pages and passes on what stands between their headers.
pub(super) struct WithoutHeaders<R> {
    pages: R,
    page: Vec<u8>,
    at: usize,
}

impl<R: Read> WithoutHeaders<R> {
    pub fn new(pages: R) -> Self {
        Self { pages, page: Vec::new(), at: 0 }
    }

    fn next_page(&mut self) -> io::Result<()> {
        self.page.clear();
        (&mut self.pages).take(PAGE as u64).read_to_end(&mut self.page)?;
        let header = match self.page.as_slice() {
            [_, MAGIC_HIGH, low, high, ..] if u16::from_le_bytes([*low, *high]) & LONG_HEADER_FLAG != 0 => LONG_HEADER,
            [_, MAGIC_HIGH, ..] => SHORT_HEADER,
            // Not written yet, or something else: all of it is read.
            _ => 0,
        };
        self.at = header.min(self.page.len());
        Ok(())
    }
}

impl<R: Read> Read for WithoutHeaders<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.page.len() {
            self.next_page()?;
        }
        let rest = self.page.get(self.at..).unwrap_or_default();
        let taken = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += taken;
        Ok(taken)
    }
}
