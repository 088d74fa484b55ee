//! The stored forms once more from their description, with RustCrypto's SM4 and SM3 and the KEK of the test device in hand: what a bank would
//! write that has to open its data without this program.

use crate::support::Rig;
use guitai_sdf::client::DataKeyRef;
use hmac::Mac as _;
use sm3::Digest as _;
use sm4::Sm4;
use sm4::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use std::fs;

type Block = [u8; 16];

fn encrypt(key: &Block, block: Block) -> Block {
    let mut block = block.into();
    Sm4::new(key.into()).encrypt_block(&mut block);
    block.into()
}

fn decrypt(key: &Block, block: &[u8]) -> Block {
    let mut block = Block::try_from(block).unwrap().into();
    Sm4::new(key.into()).decrypt_block(&mut block);
    block.into()
}

fn bind(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = sm3::Sm3::new();
    for part in [b"guitai-sdf/1".as_slice(), purpose.as_bytes()].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn cbc_mac(key: &Block, message: &[u8]) -> Block {
    message.chunks(16).fold([0; 16], |state, block| {
        let mut mixed = state;
        mixed.iter_mut().zip(block).for_each(|(state, byte)| *state ^= byte);
        encrypt(key, mixed)
    })
}

fn expand(key: &Block, digest: &[u8; 32]) -> Vec<u8> {
    (1..=2_u128).flat_map(|number| cbc_mac(key, &[&number.to_be_bytes(), digest.as_slice()].concat())).collect()
}

fn ctr(key: &Block, nonce: &[u8], text: &[u8]) -> Vec<u8> {
    let pad = (1_u32..).flat_map(|number| encrypt(key, [nonce, &number.to_be_bytes()].concat().try_into().unwrap()));
    text.iter().zip(pad).map(|(byte, pad)| byte ^ pad).collect()
}

/// The KEK of the rig's devices, and the three root keys under it.
fn root_keys(rig: &Rig) -> (Block, [Block; 3]) {
    let kek = hex::decode(fs::read_to_string(rig.device(0).join("kek-1.key")).unwrap()).unwrap().try_into().unwrap();
    let text = fs::read_to_string(rig.path("root")).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    (kek, [5, 6, 7].map(|at| decrypt(&kek, &hex::decode(words[at]).unwrap())))
}

#[test]
fn class_keys_and_derived_secrets_are_what_the_description_says() {
    let rig = Rig::with_root(1);
    let client = rig.ready_client();
    let (_, [encryption, mac, derivation]) = root_keys(&rig);
    for length in [16, 32, 40] {
        let secret: Vec<u8> = (0..length).collect();
        let wrapped = client.wrap("客户".as_bytes(), &secret).unwrap();
        let (header, rest) = wrapped.split_at(22);
        let (nonce, rest) = rest.split_at(12);
        let (text, tag) = rest.split_at(rest.len() - 16);
        let expected = bind("wrap", &["客户".as_bytes(), header, nonce, text]);
        assert_eq!(cbc_mac(&mac, &expected), tag);
        let plain = ctr(&encryption, nonce, text);
        assert_eq!(plain, [secret.as_slice(), &bind("secret", &[&secret])[..16]].concat());
    }
    let secret = expand(&derivation, &bind("derive", &[b"keyring"]));
    let mut expected = [0; 32];
    hkdf::Hkdf::<sm3::Sm3>::new(Some(b"guitai-sdf/1 derive"), &secret).expand(b"keyring", &mut expected).unwrap();
    assert_eq!(*client.derive("keyring").unwrap(), expected);
}

fn hmac(key: &[u8], purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hmac = hmac::Hmac::<sm3::Sm3>::new_from_slice(key).unwrap();
    for part in [purpose.as_bytes()].iter().chain(parts) {
        hmac.update(&(part.len() as u64).to_be_bytes());
    }
    for part in [purpose.as_bytes()].iter().chain(parts) {
        hmac.update(part);
    }
    hmac.finalize().into_bytes().into()
}

#[test]
fn bulk_data_is_what_the_description_says() {
    let mut rig = Rig::with_root(1);
    let (kek, _) = root_keys(&rig);
    for in_device in [false, true] {
        if in_device {
            rig.tell(0, "hmac\nctr");
            rig.configs[0].device.hmac = guitai_sdf::config::HmacPlace::Device;
        }
        let client = rig.ready_client();
        let stored = client.new_data_key(b"row 7").unwrap();
        let (body, check) = stored.split_at(stored.len() - 16);
        assert_eq!(body[..7], [2, if in_device { 1 } else { 2 }, 1, 0, 0, 0, 1]);
        assert_eq!((&body[7..9], &body[25..27]), ([0, 16].as_slice(), [0, 16].as_slice()));
        let (encryption, mac) = (decrypt(&kek, &body[9..25]), decrypt(&kek, &body[27..]));
        let key = if in_device { mac.to_vec() } else { expand(&mac, &bind("hmac", &[])) };
        let tag = hmac(&key, "check", &[b"row 7", body]);
        assert_eq!(bind("data-key check", &[&encrypt(&encryption, [0xff; 16]), &tag])[..16], *check);

        let plain: Vec<u8> = (0..9_999_u32).map(|at| at as u8).collect();
        let key_ref = DataKeyRef { stored: &stored, context: b"row 7" };
        let sealed = client.encrypt(key_ref, b"body", &plain).unwrap();
        let (nonce, rest) = sealed.split_at(12);
        let (text, tag) = rest.split_at(rest.len() - 16);
        assert_eq!(ctr(&encryption, nonce, text), plain);
        assert_eq!(hmac(&key, "seal", &[b"body", nonce, text, &plain])[..16], *tag);
    }
}
