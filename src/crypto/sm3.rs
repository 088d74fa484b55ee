//! SM3 (GB/T 32905-2016) and what is built on it: HMAC (GB/T 15852.2), HKDF (RFC 5869), PBKDF2 (GM/T 0091-2020).

use hmac::{KeyInit, Mac};
use sm3::Digest as _;
use zeroize::Zeroizing;

/// A 256-bit SM3 digest or HMAC-SM3 tag.
pub type Digest = [u8; 32];

/// The SM3 digest of `bytes`.
pub fn digest(bytes: &[u8]) -> Digest {
    sm3::Sm3::digest(bytes).into()
}

/// SM3 over data that arrives in parts.
#[derive(Clone, Default)]
pub struct Sm3(sm3::Sm3);

impl Sm3 {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub fn finalize(self) -> Digest {
        self.0.finalize().into()
    }
}

/// HMAC-SM3 of the concatenated `parts` under a key of any length.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Digest {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-SM3 without salt: the input key is uniformly random here, so extraction only shortens it. `info` names the
/// purpose; two purposes give independent keys.
#[expect(clippy::expect_used, reason = "HKDF's only limit is on the output length, which is fixed here")]
pub fn hkdf(secret: &[u8], info: &[&[u8]]) -> Zeroizing<Digest> {
    let mut out = Zeroizing::new([0; 32]);
    hkdf::Hkdf::<sm3::Sm3>::new(None, secret)
        .expand_multi_info(info, out.as_mut_slice())
        .expect("one block is within HKDF's limit of 255");
    out
}

/// PBKDF2-HMAC-SM3. Costs two compressions per iteration (100,000 take tens of milliseconds): run it on the cpu pool.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32) -> Zeroizing<Digest> {
    let mut out = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<sm3::Sm3>(password, salt, iterations, out.as_mut_slice());
    out
}

/// An HMAC takes a key of any length (longer than a block is hashed, RFC 2104), so this cannot fail.
#[expect(clippy::expect_used, reason = "HMAC is defined for keys of every length")]
fn keyed(key: &[u8]) -> hmac::Hmac<sm3::Sm3> {
    hmac::Hmac::new_from_slice(key).expect("HMAC accepts any key length")
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
