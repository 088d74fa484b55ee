//! SM3 (GB/T 32905-2016) and what is built on it: HMAC (GB/T 15852.2), HKDF (RFC 5869), PBKDF2 (GM/T 0091-2020).
//!
//! The arithmetic is that of `guitai-kernels`.

use guitai_kernels::sm3;
use zeroize::Zeroizing;

pub use guitai_kernels::sm3::{HmacSm3, Sm3, digest, digest_each};

/// A 256-bit SM3 digest or HMAC-SM3 tag.
pub type Digest = [u8; 32];

/// HMAC-SM3 of the concatenated `parts` under a key of any length. Keep an [`HmacSm3`] for a key that is used often.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Digest {
    HmacSm3::new(key).tag(parts)
}

/// HKDF-SM3 without salt: the input key is uniformly random here, so extraction only shortens it. `info` names the
/// purpose; two purposes give independent keys.
pub fn hkdf(secret: &[u8], info: &[&[u8]]) -> Zeroizing<Digest> {
    let extracted = Zeroizing::new(sm3::hkdf_extract(&[], secret));
    Zeroizing::new(sm3::hkdf_expand(&extracted, info))
}

/// PBKDF2-HMAC-SM3. Costs two compressions per iteration (100,000 take tens of milliseconds): run it on the cpu pool.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<Digest> {
    Zeroizing::new(sm3::pbkdf2(password, salt, iterations))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// GB/T 32905-2016 A.1 and A.2.
    #[test]
    fn the_standard_s_examples() {
        assert_eq!(hex::encode(digest(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        assert_eq!(
            hex::encode(digest(&b"abcd".repeat(16))),
            "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
        );
    }

    proptest! {
        #[test]
        fn parts_hash_like_the_whole_and_like_the_oracle(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..5)) {
            let mut streaming = Sm3::new();
            for part in &parts {
                streaming.update(part);
            }
            let whole = parts.concat();
            prop_assert_eq!(streaming.finalize(), digest(&whole));
            prop_assert_eq!(sm_crypto::sm3::sm3_hash_raw(&whole), digest(&whole).to_vec());
        }
    }
}
