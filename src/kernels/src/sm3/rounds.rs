//! The rounds of the compression function, for one stream or many.
#![expect(clippy::indexing_slicing, reason = "indices are constants below the lengths of the arrays")]

use super::ROTATED_T;

/// One word, or the same word of many streams, and what the rounds do with it.
pub(super) trait Register: Copy {
    fn splat(word: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn xor3(self, b: Self, c: Self) -> Self;
    fn rotated<const BY: i32, const REST: i32>(self) -> Self;
    fn majority(self, b: Self, c: Self) -> Self;
    /// Bits of `b` where `self` has ones, bits of `c` elsewhere.
    fn choose(self, b: Self, c: Self) -> Self;
}

impl Register for u32 {
    #[inline(always)]
    fn splat(word: u32) -> Self {
        word
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    fn xor3(self, b: Self, c: Self) -> Self {
        self ^ b ^ c
    }
    #[inline(always)]
    fn rotated<const BY: i32, const REST: i32>(self) -> Self {
        self.rotate_left(BY.cast_unsigned())
    }
    #[inline(always)]
    fn majority(self, b: Self, c: Self) -> Self {
        (self & b) | (c & (self | b))
    }
    #[inline(always)]
    fn choose(self, b: Self, c: Self) -> Self {
        (self & b) ^ (!self & c)
    }
}

macro_rules! rotated {
    ($x:expr, $by:literal) => {
        $x.rotated::<$by, { 32 - $by }>()
    };
}

/// The 64 rounds (sections 5.3.2 and 5.3.3), the message expanded in place on the way.
#[inline(always)]
pub(super) fn rounds<R: Register>(state: [R; 8], mut w: [R; 16]) -> [R; 8] {
    let mut after = state;
    let [first, second, third, fourth] = const { &quarters() };
    sixteen_rounds::<R, true, true>(&mut after, &mut w, first);
    sixteen_rounds::<R, false, true>(&mut after, &mut w, second);
    sixteen_rounds::<R, false, true>(&mut after, &mut w, third);
    sixteen_rounds::<R, false, false>(&mut after, &mut w, fourth);
    for (after, before) in after.iter_mut().zip(state) {
        *after = after.xor(before);
    }
    after
}

/// The constants of the rounds, sixteen at a time.
const fn quarters() -> [[u32; 16]; 4] {
    let mut quarters = [[0; 16]; 4];
    let mut j = 0;
    while j < 64 {
        quarters[j / 16][j % 16] = ROTATED_T[j];
        j += 1;
    }
    quarters
}

/// Sixteen rounds. `w` holds the words of these rounds; each is replaced by the one sixteen further on once it is used
/// up: all of them, or only the four that the last rounds look ahead to.
#[inline(always)]
fn sixteen_rounds<R: Register, const FIRST: bool, const EXPAND: bool>(
    state: &mut [R; 8],
    w: &mut [R; 16],
    constants: &[u32; 16],
) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    macro_rules! round {
        ($j:literal) => {
            let a12 = rotated!(a, 12);
            let ss1 = rotated!(a12.plus(e).plus(R::splat(constants[$j])), 7);
            let ff = if FIRST { a.xor3(b, c) } else { a.majority(b, c) };
            let gg = if FIRST { e.xor3(f, g) } else { e.choose(f, g) };
            let tt1 = ff.plus(d).plus(w[$j].xor(w[($j + 4) % 16])).plus(ss1.xor(a12));
            let tt2 = gg.plus(h).plus(w[$j]).plus(ss1);
            (a, b, c, d) = (tt1, a, rotated!(b, 9), c);
            (e, f, g, h) = (tt2.xor3(rotated!(tt2, 9), rotated!(tt2, 17)), e, rotated!(f, 19), g);
            if EXPAND || $j < 4 {
                let x = w[$j].xor3(w[($j + 7) % 16], rotated!(w[($j + 13) % 16], 15));
                let x = x.xor3(rotated!(x, 15), rotated!(x, 23));
                w[$j] = x.xor3(rotated!(w[($j + 3) % 16], 7), w[($j + 10) % 16]);
            }
        };
    }
    round!(0);
    round!(1);
    round!(2);
    round!(3);
    round!(4);
    round!(5);
    round!(6);
    round!(7);
    round!(8);
    round!(9);
    round!(10);
    round!(11);
    round!(12);
    round!(13);
    round!(14);
    round!(15);
    *state = [a, b, c, d, e, f, g, h];
}
