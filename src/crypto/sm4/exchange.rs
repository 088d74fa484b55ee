//! Modes of SM4 for the formats of other systems and for test vectors. Nothing that this program stores uses them:
//! they take any nonce and the short tags of their standards, which our own policy refuses by type.
//!
//! Modes: GB/T 17964-2021 (ECB, CBC, CFB, OFB, CTR, XTS), GB/T 36624-2018 (CCM, GCM). No padding is added or removed.

use super::KEY_LEN;
use crate::error::{Error, ErrorCode, Result};
use ccm::aead::array::Array;
use ccm::{AeadInOut, consts};
use cfb_mode::cipher::{
    Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, InnerIvInit, ParBlocksSizeUser, StreamCipher,
};
use guitai_kernels::sm4;
use zeroize::Zeroizing;

/// The kernel's cipher as the crates of the modes want one.
struct Sm4(sm4::Sm4);

impl BlockSizeUser for Sm4 {
    type BlockSize = consts::U16;
}

impl BlockCipherEncrypt for Sm4 {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = consts::U16>) {
        f.call(&OneByOne(&self.0));
    }
}

impl BlockCipherDecrypt for Sm4 {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = consts::U16>) {
        f.call(&OneByOne(&self.0));
    }
}

/// These modes chain their blocks, or are too rare to be worth more.
struct OneByOne<'k>(&'k sm4::Sm4);

impl BlockSizeUser for OneByOne<'_> {
    type BlockSize = consts::U16;
}

impl ParBlocksSizeUser for OneByOne<'_> {
    type ParBlocksSize = consts::U1;
}

impl BlockCipherEncBackend for OneByOne<'_> {
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut one = [(*block.get_in()).into()];
        self.0.encrypt_blocks(&mut one);
        let [one] = one;
        *block.get_out() = one.into();
    }
}

impl BlockCipherDecBackend for OneByOne<'_> {
    fn decrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let mut one = [(*block.get_in()).into()];
        self.0.decrypt_blocks(&mut one);
        let [one] = one;
        *block.get_out() = one.into();
    }
}

/// An unauthenticated mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Ecb,
    Cbc,
    Cfb,
    Ofb,
    Ctr,
    /// XTS as in GB/T 17964-2021: the tweak is doubled as in GHASH, the first bit of the block being the constant term.
    XtsGb,
    /// XTS as in IEEE 1619, which disk encryption uses. Equal to [`Mode::XtsGb`] in the first block only.
    XtsIeee,
}

/// An authenticated mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aead {
    /// Nonce of 1 byte or more; tag of 4, 8 or 12 to 16 bytes.
    Gcm,
    /// Nonce of 7 to 13 bytes; tag of 4, 6, 8, 10, 12, 14 or 16 bytes.
    Ccm,
}

fn refused(why: &'static str) -> Error {
    ErrorCode::InvalidParameter.because(why)
}

/// Encrypts `data`. ECB takes no `iv`, XTS a key of 32 bytes; block modes want whole blocks, XTS at least one.
pub fn encrypt(mode: Mode, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Vec<u8>> {
    let mut out = data.to_vec();
    match mode {
        Mode::Ecb => block_cipher(key)?.0.encrypt_blocks(blocks(&mut out)?),
        Mode::Cbc => block_cipher(key)?.0.cbc_encrypt(&full_iv(iv)?, blocks(&mut out)?),
        Mode::Cfb => cfb_mode::Encryptor::inner_iv_init(block_cipher(key)?, &full_iv(iv)?.into()).encrypt(&mut out),
        Mode::Ofb | Mode::Ctr => key_stream(mode, key, iv, &mut out)?,
        Mode::XtsGb | Mode::XtsIeee => Xts::new(mode, key, iv)?.encrypt(&mut out)?,
    }
    Ok(out)
}

/// Decrypts `data`; the counterpart of [`encrypt`]. Nothing tells whether it was altered.
pub fn decrypt(mode: Mode, key: &[u8], iv: &[u8], data: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(data.to_vec());
    match mode {
        Mode::Ecb => block_cipher(key)?.0.decrypt_blocks(blocks(&mut out)?),
        Mode::Cbc => block_cipher(key)?.0.cbc_decrypt(&full_iv(iv)?, blocks(&mut out)?),
        Mode::Cfb => cfb_mode::Decryptor::inner_iv_init(block_cipher(key)?, &full_iv(iv)?.into()).decrypt(&mut out),
        Mode::Ofb | Mode::Ctr => key_stream(mode, key, iv, &mut out)?,
        Mode::XtsGb | Mode::XtsIeee => Xts::new(mode, key, iv)?.decrypt(&mut out)?,
    }
    Ok(out)
}

/// Encrypts and authenticates: ciphertext and tag.
pub fn seal(
    aead: Aead,
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    plain: &[u8],
    tag_len: usize,
) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut out = plain.to_vec();
    let tag = match aead {
        Aead::Gcm if !matches!(tag_len, 4 | 8 | 12..=16) => {
            return Err(refused("GCM defines tags of 4, 8 and 12 to 16 bytes"));
        }
        Aead::Gcm => gcm(key)?.seal(nonce, aad, &mut out).map_err(super::refused)?.to_vec(),
        Aead::Ccm => ccm(key, nonce, aad, &mut out, Ccm::Seal { tag_len })?,
    };
    Ok((out, tag.get(..tag_len).ok_or_else(|| refused("tag length"))?.to_vec()))
}

/// Verifies and decrypts; `crypto.data_altered` when the tag does not match.
pub fn open(
    aead: Aead,
    key: &[u8],
    nonce: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(ciphertext.to_vec());
    match aead {
        Aead::Gcm => gcm(key)?.open(nonce, aad, &mut out, tag).map_err(super::refused)?,
        Aead::Ccm => {
            ccm(key, nonce, aad, &mut out, Ccm::Open { tag })?;
        }
    }
    Ok(out)
}

fn secret(key: &[u8]) -> Result<Zeroizing<[u8; KEY_LEN]>> {
    key.try_into().map(Zeroizing::new).map_err(|_| refused("an SM4 key has 16 bytes"))
}

fn block_cipher(key: &[u8]) -> Result<Sm4> {
    let key = secret(key)?;
    Ok(Sm4(sm4::Sm4::new(&key)))
}

fn gcm(key: &[u8]) -> Result<sm4::Sm4Gcm> {
    let key = secret(key)?;
    Ok(sm4::Sm4Gcm::new(&key))
}

fn full_iv(iv: &[u8]) -> Result<[u8; sm4::BLOCK]> {
    iv.try_into().map_err(|_| refused("this mode takes an IV of 16 bytes"))
}

fn blocks(data: &mut [u8]) -> Result<&mut [[u8; sm4::BLOCK]]> {
    match data.as_chunks_mut() {
        (blocks, []) => Ok(blocks),
        _ => Err(refused("this mode takes whole blocks")),
    }
}

fn key_stream(mode: Mode, key: &[u8], iv: &[u8], data: &mut [u8]) -> Result<()> {
    if mode == Mode::Ctr {
        block_cipher(key)?.0.ctr(&full_iv(iv)?, data);
        return Ok(());
    }
    let mut stream = cfb_mode::cipher::StreamCipherCoreWrapper::from_core(ofb::OfbCore::inner_iv_init(
        block_cipher(key)?,
        &full_iv(iv)?.into(),
    ));
    stream.try_apply_keystream(data).map_err(|_| refused("the data is longer than the mode allows"))
}

enum Ccm<'t> {
    Seal { tag_len: usize },
    Open { tag: &'t [u8] },
}

/// CCM: the crate fixes both lengths in the type, so the run-time ones are looked up.
fn ccm(key: &[u8], nonce: &[u8], aad: &[u8], data: &mut [u8], act: Ccm<'_>) -> Result<Vec<u8>> {
    fn run<M, N>(key: &[u8], nonce: &[u8], aad: &[u8], data: &mut [u8], act: Ccm<'_>) -> Result<Vec<u8>>
    where
        M: ccm::aead::array::ArraySize + ccm::TagSize,
        N: ccm::aead::array::ArraySize + ccm::NonceSize,
    {
        let cipher = ccm::Ccm::<Sm4, M, N>::from(block_cipher(key)?);
        let nonce = <&Array<u8, N>>::try_from(nonce).map_err(|_| refused("nonce length"))?;
        match act {
            Ccm::Seal { .. } => cipher
                .encrypt_inout_detached(nonce, aad, data.into())
                .map(|tag| tag.to_vec())
                .map_err(|_| refused("the data is longer than CCM allows with this nonce")),
            Ccm::Open { tag } => {
                let tag = <&Array<u8, M>>::try_from(tag).map_err(|_| refused("tag length"))?;
                cipher
                    .decrypt_inout_detached(nonce, aad, data.into(), tag)
                    .map(|()| Vec::new())
                    .map_err(|_| ErrorCode::DataAltered.because("the tag does not match"))
            }
        }
    }
    macro_rules! by_nonce {
        ($tag:ty) => {
            match nonce.len() {
                7 => run::<$tag, consts::U7>(key, nonce, aad, data, act),
                8 => run::<$tag, consts::U8>(key, nonce, aad, data, act),
                9 => run::<$tag, consts::U9>(key, nonce, aad, data, act),
                10 => run::<$tag, consts::U10>(key, nonce, aad, data, act),
                11 => run::<$tag, consts::U11>(key, nonce, aad, data, act),
                12 => run::<$tag, consts::U12>(key, nonce, aad, data, act),
                13 => run::<$tag, consts::U13>(key, nonce, aad, data, act),
                _ => Err(refused("CCM takes a nonce of 7 to 13 bytes")),
            }
        };
    }
    let tag_len = match act {
        Ccm::Seal { tag_len } => tag_len,
        Ccm::Open { tag } => tag.len(),
    };
    match tag_len {
        4 => by_nonce!(consts::U4),
        6 => by_nonce!(consts::U6),
        8 => by_nonce!(consts::U8),
        10 => by_nonce!(consts::U10),
        12 => by_nonce!(consts::U12),
        14 => by_nonce!(consts::U14),
        16 => by_nonce!(consts::U16),
        _ => Err(refused("CCM defines tags of 4, 6, 8, 10, 12, 14 and 16 bytes")),
    }
}

/// XTS with ciphertext stealing, in both readings of the tweak.
struct Xts {
    cipher: Sm4,
    tweak: u128,
    ieee: bool,
}

impl Xts {
    fn new(mode: Mode, key: &[u8], iv: &[u8]) -> Result<Self> {
        let (data_key, tweak_key) = key.split_at_checked(16).ok_or_else(|| refused("XTS takes a key of 32 bytes"))?;
        let mut tweak = Block::<Sm4>::try_from(iv).map_err(|_| refused("XTS takes a tweak of 16 bytes"))?;
        block_cipher(tweak_key)?.encrypt_block(&mut tweak);
        let tweak = u128::from_be_bytes(tweak.into());
        Ok(Xts { cipher: block_cipher(data_key)?, tweak, ieee: mode == Mode::XtsIeee })
    }

    /// The tweak for this block; the next one is it times x in GF(2^128).
    fn next_tweak(&mut self) -> u128 {
        let now = self.tweak;
        self.tweak = if self.ieee {
            let t = now.swap_bytes();
            ((t << 1) ^ (if t >> 127 == 1 { 0x87 } else { 0 })).swap_bytes()
        } else {
            (now >> 1) ^ (if now & 1 == 1 { 0xe1 << 120 } else { 0 })
        };
        now
    }

    fn encrypt_block(&self, block: &mut [u8; 16], tweak: u128) {
        let mut b: Block<Sm4> = (u128::from_be_bytes(*block) ^ tweak).to_be_bytes().into();
        self.cipher.encrypt_block(&mut b);
        *block = (u128::from_be_bytes(b.into()) ^ tweak).to_be_bytes();
    }

    fn decrypt_block(&self, block: &mut [u8; 16], tweak: u128) {
        let mut b: Block<Sm4> = (u128::from_be_bytes(*block) ^ tweak).to_be_bytes().into();
        self.cipher.decrypt_block(&mut b);
        *block = (u128::from_be_bytes(b.into()) ^ tweak).to_be_bytes();
    }

    fn encrypt(mut self, data: &mut [u8]) -> Result<()> {
        let (whole, rest) = data.as_chunks_mut::<16>();
        for block in whole.iter_mut() {
            let tweak = self.next_tweak();
            self.encrypt_block(block, tweak);
        }
        let last = whole.last_mut().ok_or_else(|| refused("XTS takes at least one block"))?;
        if !rest.is_empty() {
            // The stolen tail of the last ciphertext block completes the short one, and takes its place.
            rest.iter_mut().zip(last.iter_mut()).for_each(|(r, l)| std::mem::swap(r, l));
            let tweak = self.next_tweak();
            self.encrypt_block(last, tweak);
        }
        Ok(())
    }

    fn decrypt(mut self, data: &mut [u8]) -> Result<()> {
        let (whole, rest) = data.as_chunks_mut::<16>();
        let (last, before) = whole.split_last_mut().ok_or_else(|| refused("XTS takes at least one block"))?;
        for block in before {
            let tweak = self.next_tweak();
            self.decrypt_block(block, tweak);
        }
        let tweak = self.next_tweak();
        if !rest.is_empty() {
            let after = self.next_tweak();
            self.decrypt_block(last, after);
            rest.iter_mut().zip(last.iter_mut()).for_each(|(r, l)| std::mem::swap(r, l));
        }
        self.decrypt_block(last, tweak);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sm4Gcm;
    use super::*;
    use proptest::prelude::*;

    fn h(s: &str) -> Vec<u8> {
        hex::decode(s).unwrap()
    }

    /// From OpenSSL's `evpciph_sm4.txt` (Apache-2.0): the modes that the vector file in `tests/data` lacks.
    #[test]
    fn published_answers_of_ecb_cfb_and_ieee_xts() {
        let (key, twice) = (h("0123456789abcdeffedcba9876543210"), h(&"0123456789abcdeffedcba9876543210".repeat(2)));
        assert_eq!(encrypt(Mode::Ecb, &key, &[], &key).unwrap(), h("681edf34d206965e86b3e94f536e4246"));
        assert_eq!(
            encrypt(Mode::Cfb, &key, &key, &twice).unwrap(),
            h("693d9a535bad5bb1786f53d7253a70569ed258a85a0467cc92aab393dd978995")
        );
        assert_eq!(
            encrypt(
                Mode::XtsIeee,
                &h("2b7e151628aed2a6abf7158809cf4f3c000102030405060708090a0b0c0d0e0f"),
                &h("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
                &h("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17"),
            )
            .unwrap(),
            h("e9538251c71d7b80bbe4483fef497bd1b3db1a3e60408c575d63ff7db39f83260869f9e2585fec9f0b863bf8fd784b8627d16c0db6d2cfc7")
        );
    }

    #[test]
    fn lengths_outside_the_standards_are_refused() {
        let key = [0; 16];
        assert!(encrypt(Mode::Cbc, &key, &[0; 16], &[0; 17]).is_err());
        assert!(encrypt(Mode::Ctr, &key, &[0; 12], &[0; 17]).is_err());
        assert!(encrypt(Mode::XtsGb, &[0; 32], &[0; 16], &[0; 15]).is_err());
        assert!(encrypt(Mode::XtsGb, &key, &[0; 16], &[0; 16]).is_err());
        assert!(seal(Aead::Gcm, &key, &[], b"", b"", 16).is_err());
        assert!(seal(Aead::Gcm, &key, &[0; 12], b"", b"", 11).is_err());
        assert!(seal(Aead::Ccm, &key, &[0; 6], b"", b"", 16).is_err());
        assert!(open(Aead::Ccm, &key, &[0; 12], b"", b"", &[0; 5]).is_err());
    }

    proptest! {
        #[test]
        fn every_mode_gives_back_what_went_in(key in any::<[u8; 32]>(), iv in any::<[u8; 16]>(), data in proptest::collection::vec(any::<u8>(), 16..200)) {
            let whole = data.len() / 16 * 16;
            for (mode, key, data) in [
                (Mode::Ecb, &key[..16], &data[..whole]), (Mode::Cbc, &key[..16], &data[..whole]), (Mode::Cfb, &key[..16], &data[..]),
                (Mode::Ofb, &key[..16], &data[..]), (Mode::Ctr, &key[..16], &data[..]), (Mode::XtsGb, &key[..], &data[..]), (Mode::XtsIeee, &key[..], &data[..]),
            ] {
                let sealed = encrypt(mode, key, &iv, data).unwrap();
                prop_assert_eq!(&decrypt(mode, key, &iv, &sealed).unwrap()[..], data, "{:?}", mode);
            }
        }

        #[test]
        fn run_time_gcm_is_the_gcm_that_stores(key in any::<[u8; 16]>(), nonce in any::<[u8; 12]>(), aad in proptest::collection::vec(any::<u8>(), 0..40), data in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut ours = data.clone();
            let tag = Sm4Gcm::new(&key).seal_in_place(&nonce, &aad, &mut ours).unwrap();
            prop_assert_eq!(seal(Aead::Gcm, &key, &nonce, &aad, &data, 16).unwrap(), (ours, tag.to_vec()));
        }
    }
}
