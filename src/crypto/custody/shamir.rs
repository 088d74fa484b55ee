//! Shamir's secret sharing, two of three, over the field of AES, GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
//!
//! A. Shamir, How to share a secret, 1979; ISO/IEC 19592-2:2017 describes the scheme over this kind of field. Every byte
//! `s` of the secret gets a random byte `a`, uniform with zero among its values, and share `x` is the point `s + a·x`.
//! One point leaves every `s` equally likely; two give the line. No table is looked up and nothing branches on a secret.
//! Why it is our own, and which crate it is tested against: `docs/adr/0026-custodians.md`.

use super::super::random;
use crate::error::{ErrorCode, Result};
use zeroize::Zeroizing;

/// The length of what is shared, in bytes.
pub const SECRET_LEN: usize = 32;

/// A point of the lines: the x of all of them, and a y for each byte. Cleared when dropped.
#[derive(Clone)]
pub struct Point {
    pub x: u8,
    pub y: Zeroizing<[u8; SECRET_LEN]>,
}

/// The points at 1, 2 and 3.
pub fn split(secret: &[u8; SECRET_LEN]) -> Result<[Point; 3]> {
    let slope = random::secret::<SECRET_LEN>()?;
    Ok([1, 2, 3].map(|x| {
        let mut y = Zeroizing::new([0; SECRET_LEN]);
        for ((y, s), a) in y.iter_mut().zip(secret).zip(slope.iter()) {
            *y = s ^ multiply(*a, x);
        }
        Point { x, y }
    }))
}

/// The secret from two points. `request.invalid_parameter` when they are the same one, or one is at zero.
pub fn combine(one: &Point, other: &Point) -> Result<Zeroizing<[u8; SECRET_LEN]>> {
    if one.x == other.x || one.x == 0 || other.x == 0 {
        return Err(ErrorCode::InvalidParameter.because("two different shares are needed"));
    }
    // Lagrange's formula at zero; where the points lie is no secret.
    let scale = inverse(one.x ^ other.x);
    let (of_one, of_other) = (multiply(other.x, scale), multiply(one.x, scale));
    let mut secret = Zeroizing::new([0; SECRET_LEN]);
    for ((s, y1), y2) in secret.iter_mut().zip(one.y.iter()).zip(other.y.iter()) {
        *s = multiply(*y1, of_one) ^ multiply(*y2, of_other);
    }
    Ok(secret)
}

/// The product in the field, in the same steps for all values.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & 0_u8.wrapping_sub(b & 1);
        let carry = 0_u8.wrapping_sub(a >> 7);
        a = (a << 1) ^ (carry & 0x1b);
        b >>= 1;
    }
    product
}

/// The inverse, a^254; zero for zero.
fn inverse(a: u8) -> u8 {
    let (mut power, mut result) = (a, 1);
    for _ in 0..7 {
        power = multiply(power, power);
        result = multiply(result, power);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sm2::elliptic_curve::common::getrandom::{SysRng, rand_core::UnwrapErr};
    use proptest::prelude::*;
    use vsss_rs::Gf256;

    /// Long multiplication and division of polynomials, the slow way.
    fn slowly(a: u8, b: u8) -> u8 {
        let mut product: u32 = (0..8).filter(|bit| b >> bit & 1 == 1).fold(0, |sum, bit| sum ^ u32::from(a) << bit);
        for bit in (8..16).rev() {
            if product >> bit & 1 == 1 {
                product ^= 0x11b << (bit - 8);
            }
        }
        product as u8
    }

    #[test]
    fn the_field_is_right_everywhere() {
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(multiply(a, b), slowly(a, b), "{a} {b}");
            }
            assert_eq!(multiply(a, inverse(a)), u8::from(a != 0), "{a}");
        }
        // FIPS 197, 4.2: {57} · {83} = {c1}.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
    }

    /// One share says nothing: whatever its value, each value of the secret has exactly one slope that leads to it.
    #[test]
    fn every_secret_is_equally_likely_behind_one_share() {
        for x in 1..=3 {
            for s in [0, 1, 0x53, 0xff] {
                let mut seen = [0; 256];
                for a in 0..=255 {
                    seen[usize::from(s ^ multiply(a, x))] += 1;
                }
                assert_eq!(seen, [1; 256], "{x} {s}");
            }
        }
    }

    /// The fault of RUSTSEC-2024-0398: slopes that are never zero tell what the secret is not.
    #[test]
    fn slopes_take_every_value() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..400 {
            // With a secret of zeros, the share at 1 is the slope.
            let [one, ..] = split(&[0; SECRET_LEN]).unwrap();
            seen.extend(*one.y);
        }
        assert_eq!(seen.len(), 256, "12,800 draws miss one of 256 values once in 10^19 runs");
    }

    fn of_peer(share: &[u8]) -> Point {
        Point { x: share[0], y: Zeroizing::new(share[1..].try_into().unwrap()) }
    }

    fn to_peer(point: &Point) -> Vec<u8> {
        [&[point.x], point.y.as_slice()].concat()
    }

    proptest! {
        #[test]
        fn any_two_give_the_secret_back_in_either_order(secret: [u8; SECRET_LEN]) {
            let points = split(&secret).unwrap();
            for (i, j) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
                prop_assert_eq!(*combine(&points[i], &points[j]).unwrap(), secret);
            }
        }

        #[test]
        fn one_share_twice_or_at_zero_is_refused(secret: [u8; SECRET_LEN], at in 0usize..3) {
            let points = split(&secret).unwrap();
            prop_assert!(combine(&points[at], &points[at]).is_err());
            let zero = Point { x: 0, y: points[at].y.clone() };
            prop_assert!(combine(&zero, &points[at]).is_err());
            prop_assert!(combine(&points[at], &zero).is_err());
        }

        #[test]
        fn shares_of_two_splittings_do_not_fit(secret: [u8; SECRET_LEN]) {
            let (first, second) = (split(&secret).unwrap(), split(&secret).unwrap());
            prop_assert_ne!(*combine(&first[0], &second[1]).unwrap(), secret);
        }

        #[test]
        fn the_peer_opens_ours_and_we_open_the_peer_s(secret: [u8; SECRET_LEN]) {
            let ours = split(&secret).unwrap();
            for (i, j) in [(0, 1), (0, 2), (1, 2)] {
                prop_assert_eq!(Gf256::combine_bytes([to_peer(&ours[i]), to_peer(&ours[j])]).unwrap(), secret.to_vec());
            }
            let theirs = Gf256::split_bytes(2, 3, secret, UnwrapErr(SysRng)).unwrap();
            for (i, j) in [(0, 1), (0, 2), (1, 2)] {
                prop_assert_eq!(*combine(&of_peer(&theirs[i]), &of_peer(&theirs[j])).unwrap(), secret);
            }
        }
    }
}
