//! The coordinates in which the kernels on x86 keep their state.
//!
//! SM4's S-box is A₂(inv(A₁(x))), where inv inverts in the field of AES, whose instructions give it to us. A₁ = E + 0x65
//! has a linear part E that works byte by byte, as does all else in a round; so the state is kept as E(X) instead of X. A
//! block passes E once on its way in and its inverse once on its way out, the round keys bring E and the 0x65 with them,
//! and a round is left with inv and the one map after it.
//!
//! The P and Q of `sm4` are folded into that map, and E of the round after next: P here is E·P·A₂.

/// A linear or affine map of a byte: an 8×8 bit matrix in a quadword as GFNI takes it (row 7 in the lowest byte) for use
/// on inverses, and what the low and the high nibble of a byte contribute, for use on the output of AES's S-box.
pub(super) struct Map {
    pub matrix: i64,
    /// Byte n is the contribution of a low nibble n.
    pub low: u128,
    /// Byte n is the contribution of a high nibble n.
    pub high: u128,
}

const fn map(matrix: u64, low: &[u8; 16], high: &[u8; 16]) -> Map {
    Map { matrix: matrix.cast_signed(), low: u128::from_le_bytes(*low), high: u128::from_le_bytes(*high) }
}

/// E, on bytes of blocks.
pub(super) const ENTER: Map = map(
    0x34ac_259e_022d_bc52,
    b"\x00\x24\x98\xbc\x6f\x4b\xf7\xd3\x6a\x4e\xf2\xd6\x05\x21\x9d\xb9",
    b"\x00\xc9\x67\xae\x80\x49\xe7\x2e\x4a\x83\x2d\xe4\xca\x03\xad\x64",
);

/// The inverse of E, on bytes of blocks.
pub(super) const LEAVE: Map = map(
    0x4710_1b24_4258_d265,
    b"\x00\x85\x55\xd0\x89\x0c\xdc\x59\x24\xa1\x71\xf4\xad\x28\xf8\x7d",
    b"\x00\x66\x88\xee\xf1\x97\x79\x1f\x40\x26\xc8\xae\xb1\xd7\x39\x5f",
);

pub(super) const P: Map = map(
    0xf46d_b3ed_2dcf_fd28,
    b"\x3f\x8a\x6c\xd9\x64\xd1\x37\x82\x35\x80\x66\xd3\x6e\xdb\x3d\x88",
    b"\x00\xc9\xef\x26\x0c\xc5\xe3\x2a\xda\x13\x35\xfc\xd6\x1f\x39\xf0",
);
/// What GFNI adds after the matrix of [`P`]; the nibbles have it in them.
pub(super) const P_ADD: i32 = 0x3a;

pub(super) const Q: Map = map(
    0xfcaa_beec_34ef_b4a1,
    b"\xde\xfe\x19\x39\xae\x8e\x69\x49\x84\xa4\x43\x63\xf4\xd4\x33\x13",
    b"\x00\x6d\xa6\xcb\x9c\xf1\x3a\x57\x22\x4f\x84\xe9\xbe\xd3\x18\x75",
);
/// What GFNI adds after the matrix of [`Q`].
pub(super) const Q_ADD: i32 = 0x03;

/// A₂ alone, for the key schedule, which has another linear layer and is not kept in these coordinates.
pub(super) const OUTER: Map = map(
    0xd72d_8e51_1e6c_8b19,
    b"\x2f\xa5\xc4\x4e\x30\xba\xdb\x51\xca\x40\x21\xab\xd5\x5f\x3e\xb4",
    b"\x00\x50\x14\x44\x89\xd9\x9d\xcd\xde\x8e\xca\x9a\x57\x07\x43\x13",
);
/// What GFNI adds after the matrix of [`OUTER`].
pub(super) const OUTER_ADD: i32 = 0xd3;

/// A₁ on each byte of a round key or of a word of the key schedule.
pub(in super::super) fn enter(word: u32) -> u32 {
    const COLUMNS: [u32; 8] = [0x24, 0x98, 0x6f, 0x6a, 0xc9, 0x67, 0x80, 0x4a];
    const LOWEST_BITS: u32 = 0x0101_0101;
    let terms = (0..).zip(COLUMNS).map(|(bit, column)| ((word >> bit) & LOWEST_BITS) * column);
    terms.fold(0x65 * LOWEST_BITS, |sum, term| sum ^ term)
}
