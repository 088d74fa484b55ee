//! The two block formats without a header of their own: PostgreSQL's pglz (`src/common/pg_lzcompress.c`) and LZ4 blocks
//! (`doc/lz4_Block_format.md`). Both decoders give back what they had understood when they came upon something that cannot be.

/// The longest literal run or match one length field may announce; more is no text that anybody wrote.
const MOST_RUN: usize = 1 << 20;

/// What stood in the block, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unpacked {
    /// Back references that were followed: with none, `out` is a copy of the input.
    pub matches: usize,
    /// The input was well formed as far as `most` bytes of output reach.
    pub whole: bool,
}

/// Unpacks pglz into `out`, at most `most` bytes.
pub(super) fn decode_pglz(input: &[u8], most: usize, out: &mut Vec<u8>) -> Unpacked {
    out.clear();
    let mut unpacked = Unpacked { matches: 0, whole: false };
    let mut bytes = input.iter().copied();
    while let Some(mut control) = bytes.next() {
        for _ in 0..8 {
            if out.len() >= most {
                break;
            }
            if control & 1 == 0 {
                let Some(literal) = bytes.next() else { break };
                out.push(literal);
            } else {
                let (Some(a), Some(b)) = (bytes.next(), bytes.next()) else { return unpacked };
                let mut length = usize::from(a & 0x0f) + 3;
                let distance = (usize::from(a & 0xf0) << 4) | usize::from(b);
                if length == 18 {
                    let Some(more) = bytes.next() else { return unpacked };
                    length += usize::from(more);
                }
                if !repeat(out, distance, length.min(most - out.len())) {
                    return unpacked;
                }
                unpacked.matches += 1;
            }
            control >>= 1;
        }
    }
    unpacked.whole = out.len() == most;
    unpacked
}

/// Unpacks an LZ4 block into `out`, at most `most` bytes; the block may be followed by something else.
pub(super) fn decode_lz4(input: &[u8], most: usize, out: &mut Vec<u8>) -> Unpacked {
    out.clear();
    let mut unpacked = Unpacked { matches: 0, whole: false };
    let mut at = 0;
    while out.len() < most {
        let Some(token) = take(input, &mut at) else { return unpacked };
        let Some(literals) = run_length(input, &mut at, usize::from(token >> 4)) else { return unpacked };
        let room = most - out.len();
        let Some(run) = at.checked_add(literals.min(room)).and_then(|end| input.get(at..end)) else {
            // The rest of the input is literal text that ends too early: still text.
            out.extend_from_slice(input.get(at..).unwrap_or_default());
            return unpacked;
        };
        out.extend_from_slice(run);
        at += literals;
        if out.len() >= most {
            break;
        }
        let (Some(low), Some(high)) = (take(input, &mut at), take(input, &mut at)) else { return unpacked };
        let distance = usize::from(u16::from_le_bytes([low, high]));
        let Some(length) = run_length(input, &mut at, usize::from(token & 0x0f)) else { return unpacked };
        if !repeat(out, distance, (length + 4).min(most - out.len())) {
            return unpacked;
        }
        unpacked.matches += 1;
    }
    unpacked.whole = true;
    unpacked
}

fn take(input: &[u8], at: &mut usize) -> Option<u8> {
    let byte = input.get(*at).copied()?;
    *at += 1;
    Some(byte)
}

/// A length of four bits that goes on in further bytes when all of them are set.
fn run_length(input: &[u8], at: &mut usize, four_bits: usize) -> Option<usize> {
    let mut length = four_bits;
    if four_bits == 15 {
        loop {
            let more = take(input, at)?;
            length += usize::from(more);
            if length > MOST_RUN {
                return None;
            }
            if more != 255 {
                break;
            }
        }
    }
    Some(length)
}

/// Appends `length` bytes from `distance` back; they may overlap what is being written. `false` when there is nothing there.
fn repeat(out: &mut Vec<u8>, distance: usize, length: usize) -> bool {
    let Some(from) = out.len().checked_sub(distance).filter(|_| distance > 0) else { return false };
    out.reserve(length);
    for at in from..from + length {
        let Some(byte) = out.get(at).copied() else { return false };
        out.push(byte);
    }
    true
}

/// Packs as pglz, greedily: for the control copies and the tests. `None` when that makes it no shorter, as in PostgreSQL.
pub(super) fn encode_pglz(input: &[u8]) -> Option<Vec<u8>> {
    const MOST_DISTANCE: usize = 4095;
    const MOST_LENGTH: usize = 273;
    let mut out = Vec::new();
    let mut at = 0;
    while at < input.len() {
        let control_at = out.len();
        out.push(0);
        for bit in 0..8u8 {
            let Some(rest) = input.get(at..).filter(|r| !r.is_empty()) else { break };
            let best = (at.saturating_sub(MOST_DISTANCE)..at)
                .map(|from| (common(input.get(from..).unwrap_or_default(), rest).min(MOST_LENGTH), at - from))
                .max()
                .filter(|(length, _)| *length >= 3);
            match best {
                None => out.extend(rest.first()),
                Some((length, distance)) => {
                    let high = u8::try_from((distance >> 4) & 0xf0).ok()?;
                    let low = u8::try_from(distance & 0xff).ok()?;
                    if length >= 18 {
                        out.extend([high | 0x0f, low, u8::try_from(length - 18).ok()?]);
                    } else {
                        out.extend([high | u8::try_from(length - 3).ok()?, low]);
                    }
                    *out.get_mut(control_at)? |= 1 << bit;
                    at += length - 1;
                }
            }
            at += 1;
        }
    }
    (out.len() < input.len()).then_some(out)
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}
