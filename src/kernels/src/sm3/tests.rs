use super::batch::digest_each_into;
use super::lanes::Lanes;
use super::*;
use crate::sweep::{ALIGNMENTS, LONGEST, Random, Text};
use ::sm3::{Digest as _, Sm3 as Oracle};
use proptest::prelude::*;

fn oracle_digest(message: &[u8]) -> [u8; 32] {
    Oracle::digest(message).into()
}

/// The digests of every length at an alignment, by the oracle.
fn oracle_digests(leading: Option<u8>, text: &[u8]) -> Vec<[u8; DIGEST]> {
    let mut oracle = Oracle::new_with_prefix(leading.as_slice());
    let mut digests = vec![oracle.clone().finalize().into()];
    for byte in text {
        oracle.update([*byte]);
        digests.push(oracle.clone().finalize().into());
    }
    digests
}

/// Every pair of a length and an alignment.
#[test]
fn a_stream_hashes_like_the_oracle_at_every_length_and_alignment() {
    let mut random = Random::new();
    let text = Text::random(&mut random);
    for at in 0..ALIGNMENTS {
        for (length, expected) in oracle_digests(None, text.at(at)).iter().enumerate() {
            assert!(digest(&text.at(at)[..length]) == *expected, "{length} bytes at {at}");
        }
    }
}

/// Every pair of a number of blocks and an alignment.
#[test]
fn both_compressions_of_a_stream_agree_at_every_length_and_alignment() {
    let mut random = Random::new();
    let text = Text::random(&mut random);
    let before: [u32; 8] = std::array::from_fn(|_| u32::from_ne_bytes(random.array()));
    for at in 0..ALIGNMENTS {
        let blocks = text.at(at).as_chunks().0;
        for count in 0..=blocks.len() {
            let (mut expected, mut dispatched) = (before, before);
            single::compress_plainly(&mut expected, &blocks[..count]);
            single::compress(&mut dispatched, &blocks[..count]);
            assert_eq!(dispatched, expected, "{count} blocks at {at}");
        }
    }
}

/// Every pair of a length and an alignment. A call has a message at each alignment; eight are as long, so that lanes end
/// together, and the eights are far apart, so that lanes are also taken over in the midst of others.
#[test]
fn many_streams_hash_like_the_oracle_at_every_length_and_alignment_on_all_lanes() {
    let mut random = Random::new();
    let text = Text::random(&mut random);
    let [byte] = random.array();
    for leading in [None, Some(byte)] {
        let oracle: Vec<_> = (0..ALIGNMENTS).map(|at| oracle_digests(leading, text.at(at))).collect();
        for length in 0..=LONGEST {
            let lengths: [usize; ALIGNMENTS] = std::array::from_fn(|at| (length + at / 8 * 1013) % (LONGEST + 1));
            let messages: [_; ALIGNMENTS] = std::array::from_fn(|at| &text.at(at)[..lengths[at]]);
            for lanes in Lanes::usable() {
                let mut digests = [[0; DIGEST]; ALIGNMENTS];
                digest_each_into(&mut digests, lanes, leading, &messages);
                for (at, (digest, length)) in digests.iter().zip(lengths).enumerate() {
                    assert!(*digest == oracle[at][length], "{lanes:?}, {leading:?}, {length} bytes at {at}");
                }
            }
        }
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
