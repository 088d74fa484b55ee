//! Carry-less multiplication by ordinary multiplication on bits spread apart, in constant time (Pornin, BearSSL
//! `ghash_ctmul64`; the multiplier must not end early on small operands, which holds on 64-bit processors).

/// The product divided by x¹²⁸.
pub(super) fn multiply(a: u128, b: u128) -> u128 {
    reduce(product(a, b))
}

pub(super) fn absorb(powers: &[u128], sum: u128, blocks: &[[u8; 16]]) -> u128 {
    let mut total = [0; 4];
    let mut carried = sum;
    for (block, power) in blocks.iter().zip(powers) {
        let words = product(u128::from_be_bytes(*block) ^ carried, *power);
        total.iter_mut().zip(words).for_each(|(total, word)| *total ^= word);
        carried = 0;
    }
    reduce(total)
}

/// The product as four words, the lowest first.
fn product(a: u128, b: u128) -> [u64; 4] {
    let [a0, a1, b0, b1] = [a as u64, (a >> 64) as u64, b as u64, (b >> 64) as u64];
    let [low, high, mixed] = [wide(a0, b0), wide(a1, b1), wide(a0 ^ a1, b0 ^ b1)];
    let middle = mixed ^ low ^ high;
    let (low, high) = (low ^ (middle << 64), high ^ (middle >> 64));
    [low as u64, (low >> 64) as u64, high as u64, (high >> 64) as u64]
}

/// Division by x¹²⁸ modulo x¹²⁸ + x¹²⁷ + x¹²⁶ + x¹²¹ + 1: each low word is cleared by adding a multiple of the modulus.
fn reduce([v0, v1, v2, v3]: [u64; 4]) -> u128 {
    let folded = |v: u64| (v ^ (v >> 1) ^ (v >> 2) ^ (v >> 7), (v << 63) ^ (v << 62) ^ (v << 57));
    let (up, here) = folded(v0);
    let (v1, v2) = (v1 ^ here, v2 ^ up);
    let (up, here) = folded(v1);
    u128::from(v3 ^ up) << 64 | u128::from(v2 ^ here)
}

/// The 128-bit product of two words.
fn wide(a: u64, b: u64) -> u128 {
    let low = narrow(a, b);
    let high = narrow(a.reverse_bits(), b.reverse_bits()).reverse_bits() >> 1;
    u128::from(high) << 64 | u128::from(low)
}

/// The low half of the product: every fourth bit at a time, so that carries die in the gaps.
fn narrow(a: u64, b: u64) -> u64 {
    const EVERY_FOURTH: u64 = 0x1111_1111_1111_1111;
    let spread = |v: u64| [0, 1, 2, 3].map(|at| v & (EVERY_FOURTH << at));
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (spread(a), spread(b));
    let times = |a: u64, b: u64| a.wrapping_mul(b);
    (times(a0, b0) ^ times(a1, b3) ^ times(a2, b2) ^ times(a3, b1)) & EVERY_FOURTH
        | (times(a0, b1) ^ times(a1, b0) ^ times(a2, b3) ^ times(a3, b2)) & (EVERY_FOURTH << 1)
        | (times(a0, b2) ^ times(a1, b1) ^ times(a2, b0) ^ times(a3, b3)) & (EVERY_FOURTH << 2)
        | (times(a0, b3) ^ times(a1, b2) ^ times(a2, b1) ^ times(a3, b0)) & (EVERY_FOURTH << 3)
}
