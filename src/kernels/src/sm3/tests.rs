use super::*;
use ::sm3::{Digest as _, Sm3 as Oracle};
use proptest::prelude::*;

fn oracle_digest(message: &[u8]) -> [u8; 32] {
    Oracle::digest(message).into()
}

fn message(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 256) as u8).collect()
}

#[test]
fn every_length_hashes_like_the_oracle() {
    for length in 0..=1024 {
        let message = message(length);
        assert_eq!(digest(&message), oracle_digest(&message), "{length} bytes");
    }
}

#[test]
fn both_compressions_of_many_streams_agree_with_the_single_one() {
    let blocks: [[[u8; BLOCK]; 3]; lanes::LANES] = std::array::from_fn(|lane| {
        std::array::from_fn(|block| std::array::from_fn(|at| (lane * 31 + block * 97 + at * 7) as u8))
    });
    let before: lanes::States =
        std::array::from_fn(|word| std::array::from_fn(|lane| (word * 0x0123_4567 + lane * 0x89ab) as u32));
    let blocks = blocks.each_ref().map(|run| run.as_slice());
    let mut expected = before;
    lanes::compress_plainly(&mut expected, &blocks);
    let mut dispatched = before;
    lanes::compress(&mut dispatched, &blocks);
    assert_eq!(dispatched, expected);
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        let mut narrow = before;
        #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
        // SAFETY: the instructions have just been detected.
        unsafe {
            lanes::x86::compress_avx2(&mut narrow, &blocks)
        };
        assert_eq!(narrow, expected);
    }
}

#[test]
fn pbkdf2_is_that_of_the_oracle() {
    for (password, salt, iterations) in
        [(&b"correct horse"[..], &b"battery"[..], 1), (b"", b"", 2), (&[7; 100], &[9; 64], 300)]
    {
        let mut expected = [0; 32];
        ::pbkdf2::pbkdf2_hmac::<Oracle>(password, salt, iterations, &mut expected);
        assert_eq!(pbkdf2(password, salt, iterations), expected);
    }
}

proptest! {
    #[test]
    fn parts_hash_like_the_whole(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 0..6)) {
        let mut hasher = Sm3::new();
        parts.iter().for_each(|part| hasher.update(part));
        prop_assert_eq!(hasher.finalize(), oracle_digest(&parts.concat()));
    }

    #[test]
    fn many_messages_hash_like_each_alone(
        leading in proptest::option::of(any::<u8>()),
        messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..400), 0..60),
    ) {
        let whole = |message: &Vec<u8>| [leading.as_slice(), message].concat();
        let expected: Vec<_> = messages.iter().map(|message| oracle_digest(&whole(message))).collect();
        let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(digest_each(leading, &messages), expected);
    }

    #[test]
    fn hmac_and_hkdf_are_those_of_the_oracle(key in proptest::collection::vec(any::<u8>(), 0..150), text in proptest::collection::vec(any::<u8>(), 0..300)) {
        use ::hmac::{KeyInit, Mac};
        let mut mac = ::hmac::Hmac::<Oracle>::new_from_slice(&key).unwrap();
        mac.update(&text);
        let expected: [u8; 32] = mac.finalize().into_bytes().into();
        prop_assert_eq!(HmacSm3::new(&key).tag(&[&text]), expected);
        let mut expanded = [0; 32];
        ::hkdf::Hkdf::<Oracle>::new(Some(&text), &key).expand(b"purpose", &mut expanded).unwrap();
        prop_assert_eq!(hkdf_expand(&hkdf_extract(&text, &key), &[b"pur", b"pose"]), expanded);
    }
}
