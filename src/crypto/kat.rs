//! The known-answer test that runs at every start: if one check fails the program does not serve.
//!
//! Every algorithm in use is held against the example of its standard and against `sm-crypto`, an implementation that
//! shares no code with ours; SM4 and its GCM on every kernel that this machine could choose, whichever it has chosen. That crate looks secrets up in tables and branches on them, and panics on malformed input,
//! so it computes nothing else than these fixed values.

use super::envelope::{SealingKey, context};
use super::sm4::exchange::{self, Aead, Mode};
use super::suite::{Cipher, Suite};
use super::{merkle, random, sm2, sm3};
use crate::error::{ErrorCode, Result};
use guitai_kernels::sm4::{Kernel, Sm4Gcm};
use std::borrow::Cow;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    pub name: Cow<'static, str>,
    pub ok: bool,
}

/// Runs every check. Takes some milliseconds of CPU.
pub fn run() -> Vec<Check> {
    let algorithms = CHECKS.iter().map(|(name, check)| Check { name: (*name).into(), ok: check().unwrap_or(false) });
    let kernels = Kernel::usable().into_iter().map(|kernel| Check {
        name: format!("SM4-GCM on {}", kernel.name()).into(),
        ok: kernel_oracle(kernel).unwrap_or(false),
    });
    let suites = Suite::IN_SOFTWARE.into_iter().map(|suite| Check {
        name: format!("{} refuses a forged tag", suite.name()).into(),
        ok: envelope_forged(suite).unwrap_or(false),
    });
    algorithms.chain(kernels).chain(suites).collect()
}

/// Runs every check; `crypto.self_test_failed` with the names of those that failed.
pub fn require() -> Result<()> {
    verdict(run())
}

fn verdict(checks: Vec<Check>) -> Result<()> {
    let failed: Vec<_> = checks.into_iter().filter(|c| !c.ok).map(|c| c.name).collect();
    if failed.is_empty() { Ok(()) } else { Err(ErrorCode::SelfTestFailed.because(failed.join(", "))) }
}

/// A check says whether the answer was right; a value that cannot even be made is a failure as well.
type CheckFn = fn() -> Option<bool>;

const CHECKS: [(&str, CheckFn); 16] = [
    ("SM3 (GB/T 32905 A.1, A.2)", sm3_standard),
    ("SM3 against the oracle", sm3_oracle),
    ("HMAC-SM3 (GM/T 0042 D.3)", hmac_standard),
    ("HKDF-SM3 against the oracle", hkdf_oracle),
    ("PBKDF2-HMAC-SM3 against the oracle", pbkdf2_oracle),
    ("SM4 (GB/T 32907 A.1)", sm4_standard),
    ("SM4-CBC and ECB against the oracle", sm4_oracle),
    ("SM4-GCM (RFC 8998 A.1)", gcm_standard),
    ("SM4-CTR with HMAC-SM3 against the oracle", ctr_hmac_oracle),
    ("AES-256-GCM (NIST test case 14)", aes_gcm_standard),
    ("SM3 of many messages at once against the oracle", sm3_many),
    ("SM2 verify (GB/T 32918.5 A.2)", sm2_verify),
    ("SM2 decrypt (GB/T 32918.5 C.2)", sm2_decrypt),
    ("SM2 sign against the oracle", sm2_oracle),
    ("Merkle tree over SM3", merkle_tree),
    ("random generator", random_differs),
];

fn unhex(digits: &str) -> Option<Vec<u8>> {
    hex::decode(digits).ok()
}

fn same(a: &[u8], b: &[u8]) -> Option<bool> {
    Some(bool::from(a.ct_eq(b)))
}

fn sm3_standard() -> Option<bool> {
    let one = sm3::digest(b"abc");
    let two = sm3::digest(&b"abcd".repeat(16));
    Some(
        same(&one, &unhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")?)?
            && same(&two, &unhex("debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732")?)?,
    )
}

/// A text that crosses several blocks and both ways of padding.
fn sample(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length).collect()
}

fn sm3_oracle() -> Option<bool> {
    let same_at = |length| {
        let text = sample(length);
        sm3::digest(&text).as_slice() == sm_crypto::sm3::sm3_hash_raw(&text)
    };
    Some([0, 55, 56, 63, 64, 65, 1000].into_iter().all(same_at))
}

fn hmac_standard() -> Option<bool> {
    let key = unhex("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")?;
    let text = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
    same(&sm3::hmac(&key, &[&text]), &unhex("ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a")?)
}

/// HMAC written out over the oracle's SM3, for keys of up to one block.
fn oracle_hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = |byte: u8| -> Vec<u8> { key.iter().chain(std::iter::repeat(&0)).take(64).map(|k| k ^ byte).collect() };
    let inner = sm_crypto::sm3::sm3_hash_raw(&[pad(0x36), text.to_vec()].concat());
    sm_crypto::sm3::sm3_hash_raw(&[pad(0x5c), inner].concat())
}

fn hkdf_oracle() -> Option<bool> {
    let (secret, info) = (sample(32), b"guitai known answer".as_slice());
    let extracted = oracle_hmac(&[0; 32], &secret);
    same(sm3::hkdf(&secret, &[info]).as_slice(), &oracle_hmac(&extracted, &[info, &[1]].concat()))
}

fn pbkdf2_oracle() -> Option<bool> {
    let (password, salt) = (b"known answer".as_slice(), sample(16));
    let mut round = oracle_hmac(password, &[salt.as_slice(), &[0, 0, 0, 1]].concat());
    let mut sum = round.clone();
    for _ in 1..5 {
        round = oracle_hmac(password, &round);
        sum.iter_mut().zip(&round).for_each(|(s, r)| *s ^= r);
    }
    same(sm3::pbkdf2(password, &salt, 5).as_slice(), &sum)
}

const KEY: &str = "0123456789abcdeffedcba9876543210";

fn sm4_standard() -> Option<bool> {
    let key = unhex(KEY)?;
    let sealed = exchange::encrypt(Mode::Ecb, &key, &[], &key).ok()?;
    let opened = exchange::decrypt(Mode::Ecb, &key, &[], &sealed).ok()?;
    Some(same(&sealed, &unhex("681edf34d206965e86b3e94f536e4246")?)? && same(&opened, &key)?)
}

fn sm4_oracle() -> Option<bool> {
    let (key, iv, text) = (unhex(KEY)?, sample(16), sample(100));
    // The oracle pads as PKCS#7 asks for: twelve bytes that say so.
    let padded = [text.as_slice(), &[12; 12]].concat();
    let cbc = exchange::encrypt(Mode::Cbc, &key, &iv, &padded).ok()?;
    let ecb = exchange::encrypt(Mode::Ecb, &key, &[], &padded).ok()?;
    Some(
        same(&cbc, &sm_crypto::sm4::CryptSM4CBC::new(&key, &iv).encrypt_cbc(&text))?
            && same(&ecb, &sm_crypto::sm4::CryptSM4ECB::new(&key).encrypt_ecb(&text))?,
    )
}

/// Suite 2, put together of the oracle's block cipher and hash.
fn ctr_hmac_oracle() -> Option<bool> {
    let (secret, nonce, aad, text) = (sample(16), [5; 12], sample(30), sample(40));
    let extracted = oracle_hmac(&[0; 32], &secret);
    let derived = |name: &[u8]| oracle_hmac(&extracted, &[context("suite-2", &[name]).as_slice(), &[1]].concat());
    let counters = (1..=3u32).flat_map(|n| [nonce.as_slice(), &n.to_be_bytes()].concat()).collect::<Vec<u8>>();
    let stream = sm_crypto::sm4::CryptSM4ECB::new(derived(b"encryption").get(..16)?).encrypt_ecb(&counters);
    let sealed: Vec<u8> = text.iter().zip(&stream).map(|(text, stream)| text ^ stream).collect();
    let lengths = [30u64.to_be_bytes(), 40u64.to_be_bytes()];
    let authenticated = [nonce.as_slice(), &aad, &sealed, lengths.as_flattened()].concat();
    let tag = oracle_hmac(&derived(b"authentication"), &authenticated);

    let mut ours = text;
    let our_tag = Cipher::new(Suite::Sm4CtrHmac, &secret).ok()?.seal_in_place(&nonce, &aad, &mut ours).ok()?;
    Some(same(&ours, &sealed)? && same(&our_tag, tag.get(..16)?)?)
}

fn aes_gcm_standard() -> Option<bool> {
    let mut text = [0; 16];
    let tag = Cipher::new(Suite::Aes256Gcm, &[0; 32]).ok()?.seal_in_place(&[0; 12], &[], &mut text).ok()?;
    Some(
        same(&text, &unhex("cea7403d4d606b6e074ec5d3baf39d18")?)?
            && same(&tag, &unhex("d0d1c8a799996bf0265b98b5d48ab919")?)?,
    )
}

fn gcm_standard() -> Option<bool> {
    let key = unhex(KEY)?;
    let mut text = Vec::new();
    for byte in [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa] {
        text.extend_from_slice(&[byte; 8]);
    }
    let nonce: [u8; 12] = unhex("00001234567800000000abcd")?.try_into().ok()?;
    let aad = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")?;
    let expected = unhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
         d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
    )?;
    let expected_tag = unhex("83de3541e4c2b58177e065a9bf7b62ec")?;
    let (sealed, tag) = exchange::seal(Aead::Gcm, &key, &nonce, &aad, &text, 16).ok()?;
    let stored = super::sm4::Sm4Gcm::new(&key.try_into().ok()?).seal_in_place(&nonce, &aad, &mut text).ok()?;
    Some(same(&sealed, &expected)? && same(&tag, &expected_tag)? && same(&text, &expected)? && same(&stored, &tag)?)
}

/// A message long enough for every stage of a kernel, held against the oracle's block cipher in counter mode and GHASH
/// bit by bit.
fn kernel_oracle(kernel: Kernel) -> Option<bool> {
    let key: [u8; 16] = unhex(KEY)?.try_into().ok()?;
    let (nonce, aad, text) = (sample(12), sample(37), sample(2_500));
    let blocks = u32::try_from(text.len().div_ceil(16)).ok()?;
    let counters: Vec<u8> = (1..blocks + 2).flat_map(|n| [&nonce[..], &n.to_be_bytes()].concat()).collect();
    // The oracle adds a block of padding; `zip` leaves it out.
    let stream = sm_crypto::sm4::CryptSM4ECB::new(&key).encrypt_ecb(&counters);
    let (mask, stream) = stream.split_first_chunk::<16>()?;
    let expected: Vec<u8> = text.iter().zip(stream).map(|(t, s)| t ^ s).collect();
    let hash_key = sm_crypto::sm4::CryptSM4ECB::new(&key).encrypt_ecb(&[0; 16]);
    let hash = ghash_bit_by_bit(u128::from_be_bytes(*hash_key.first_chunk::<16>()?), &aad, &expected);
    let expected_tag = (hash ^ u128::from_be_bytes(*mask)).to_be_bytes();
    let cipher = Sm4Gcm::on(kernel, &key);
    let mut sealed = text.clone();
    let tag = cipher.seal(&nonce, &aad, &mut sealed).ok()?;
    let mut opened = sealed.clone();
    cipher.open(&nonce, &aad, &mut opened, &tag).ok()?;
    Some(same(&sealed, &expected)? && same(&tag, &expected_tag)? && same(&opened, &text)?)
}

/// GHASH as NIST SP 800-38D section 6.3 writes it down. Its branches depend on the key, which here is a public one.
fn ghash_bit_by_bit(key: u128, aad: &[u8], text: &[u8]) -> u128 {
    const R: u128 = 0xe1 << 120;
    let lengths = ((aad.len() as u128 * 8) << 64) | (text.len() as u128 * 8);
    let padded = |bytes: &[u8]| -> Vec<u128> {
        let block = |b: &[u8]| b.iter().chain(&[0; 16]).take(16).fold(0, |n, byte| (n << 8) | u128::from(*byte));
        bytes.chunks(16).map(block).collect()
    };
    let times_key = |x: u128| {
        let step = |(product, power): (u128, u128), bit: u32| {
            let product = if (x >> (127 - bit)) & 1 == 1 { product ^ power } else { product };
            (product, if power & 1 == 1 { (power >> 1) ^ R } else { power >> 1 })
        };
        (0..128).fold((0, key), step).0
    };
    padded(aad).into_iter().chain(padded(text)).chain([lengths]).fold(0, |hash, block| times_key(hash ^ block))
}

fn sm3_many() -> Option<bool> {
    let messages: Vec<Vec<u8>> = (0..35).map(|n| sample(n * 9)).collect();
    let each: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let digests = sm3::digest_each(None, &each);
    Some(
        digests.len() == each.len()
            && digests.iter().zip(&each).all(|(d, m)| d.as_slice() == sm_crypto::sm3::sm3_hash_raw(m)),
    )
}

fn envelope_forged(suite: Suite) -> Option<bool> {
    let key = SealingKey::new(Uuid::nil(), 1, suite, [7; 32].get(..suite.secret_len())?).ok()?;
    let place = || context("known-answer", &[]);
    let stored = key.seal(place(), b"known answer").ok()?;
    let mut forged = stored.clone();
    *forged.last_mut()? ^= 1;
    let opened = key.open(place(), &stored).ok()?;
    Some(same(&opened, b"known answer")? && key.open(place(), &forged).is_err())
}

const SM2_SECRET: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";

fn sm2_verify() -> Option<bool> {
    let public = sm2::SigningKey::from_bytes(&unhex(SM2_SECRET)?).ok()?.public();
    // r = f5a03b06… and s = b1b6aa29… of the standard, in DER.
    let signature = unhex(
        "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    )?;
    Some(
        sm2::verify(&public, b"message digest", &signature)
            && !sm2::verify(&public, b"message digesT", &signature)
            && !sm2::verify_as(&public, "ALICE123@YAHOO.COM", b"message digest", &signature),
    )
}

fn sm2_decrypt() -> Option<bool> {
    let key = sm2::SigningKey::from_bytes(&unhex(SM2_SECRET)?).ok()?;
    let sealed = unhex(
        "307c022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
         022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0\
         042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766\
         041321886ca989ca9c7d58087307ca93092d651efa",
    )?;
    let mut forged = sealed.clone();
    *forged.last_mut()? ^= 1;
    Some(same(&key.decrypt(&sealed).ok()?, b"encryption standard")? && key.decrypt(&forged).is_err())
}

fn sm2_oracle() -> Option<bool> {
    let key = sm2::SigningKey::from_bytes(&unhex(SM2_SECRET)?).ok()?;
    let signature = key.sign(b"known answer").ok()?;
    let point = hex::encode(key.public().to_bytes());
    let oracle = sm_crypto::sm2::Verify::new(&point);
    Some(
        oracle.verify_der(b"known answer", &signature, true)
            && !oracle.verify_der(b"unknown answer", &signature, true)
            && sm2::verify(&key.public(), b"known answer", &signature),
    )
}

fn merkle_tree() -> Option<bool> {
    // Three leaves, with the oracle's SM3: the node over (a, b), and c.
    let oracle = |prefix: u8, parts: &[&[u8]]| sm_crypto::sm3::sm3_hash_raw(&[&[prefix][..], &parts.concat()].concat());
    let [a, b, c] = [b"a", b"b", b"c"].map(|content| oracle(0, &[content]));
    let expected = oracle(1, &[&oracle(1, &[&a, &b]), &c]);
    let mut tree = merkle::Frontier::new();
    for content in [b"a", b"b", b"c"] {
        tree.append(merkle::leaf_hash(content));
    }
    same(&tree.root(), &expected)
}

fn random_differs() -> Option<bool> {
    let (one, two) = (random::public::<32>().ok()?, random::public::<32>().ok()?);
    Some(one != two && one != [0; 32] && two != [0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_passes() {
        let failed: Vec<_> = run().into_iter().filter(|c| !c.ok).collect();
        assert!(failed.is_empty(), "{failed:?}");
        require().unwrap();
    }

    #[test]
    fn one_that_fails_is_named_and_nothing_is_served() {
        let mut checks = run();
        let last = checks.last_mut().unwrap();
        last.ok = false;
        let name = last.name.clone();
        let refused = verdict(checks).unwrap_err();
        assert_eq!((refused.code(), refused.detail()), (ErrorCode::SelfTestFailed, name.as_ref()));
    }
}
