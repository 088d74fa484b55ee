use super::planes::table::S_BOX;
use super::*;
use crate::sweep::{ALIGNMENTS, LONGEST, Random, Room, some_alignments};
use ::sm4::Sm4 as Oracle;
use ::sm4::cipher::BlockCipherEncrypt;
use aes_gcm::{AeadInOut, KeyInit};
use proptest::prelude::*;

fn key(seed: u8) -> [u8; KEY] {
    std::array::from_fn(|at| seed.wrapping_mul(31).wrapping_add(at as u8 * 17))
}

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 251) as u8).collect()
}

#[test]
fn every_kernel_has_the_standard_s_s_box() {
    for kernel in Kernel::usable() {
        for byte in 0..=u8::MAX {
            let word = u32::from_be_bytes([byte, !byte, byte.rotate_left(3), 0]);
            let expected = word.to_be_bytes().map(|byte| S_BOX[usize::from(byte)]);
            assert_eq!(kernel.tau(word).to_be_bytes(), expected, "{kernel}, byte {byte:#x}");
        }
    }
}

/// GB/T 32907-2016 A.1 and A.2.
#[test]
fn the_standard_s_examples() {
    let plain = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
    let once = [0x68, 0x1e, 0xdf, 0x34, 0xd2, 0x06, 0x96, 0x5e, 0x86, 0xb3, 0xe9, 0x4f, 0x53, 0x6e, 0x42, 0x46];
    for kernel in Kernel::usable() {
        let cipher = Sm4::on(kernel, &plain);
        let mut blocks = [plain; 3];
        cipher.encrypt_blocks(&mut blocks);
        assert_eq!(blocks, [once; 3], "{kernel}");
        cipher.decrypt_blocks(&mut blocks);
        assert_eq!(blocks, [plain; 3], "{kernel}");
    }
    let cipher = Sm4::new(&plain);
    let mut block = [plain];
    (0..1_000_000).for_each(|_| cipher.encrypt_blocks(&mut block));
    let million = [0x59, 0x52, 0x98, 0xc7, 0xc6, 0xfd, 0x27, 0x1f, 0x04, 0x02, 0xf8, 0x04, 0xc3, 0x3d, 0x3f, 0x66];
    assert_eq!(block, [million]);
}

/// How the oracle encrypts a block.
fn oracle(key: &[u8; KEY]) -> impl Fn(Block) -> Block {
    let cipher = Oracle::new(&(*key).into());
    move |block| {
        let mut block = block.into();
        cipher.encrypt_block(&mut block);
        block.into()
    }
}

/// The alignments at which a kernel is tried on a length: all. One in sixteen for the portable kernel, which is slow, and
/// for those of Arm, which an emulator runs; each alignment then meets each length modulo their batches of 256 bytes at most.
fn alignments(kernel: Kernel, length: usize) -> Vec<usize> {
    let all = cfg!(target_arch = "x86_64") && Some(&kernel) != Kernel::usable().last();
    if all { (0..ALIGNMENTS).collect() } else { some_alignments(length).collect() }
}

/// The pairs of a length and an alignment; the key, the counter and the text are new for each length.
#[test]
fn every_kernel_streams_like_the_oracle_at_every_length_and_alignment() {
    let (mut random, mut room) = (Random::new(), Room::new());
    for length in 0..=LONGEST {
        let (key, plain) = (random.array(), random.bytes(length));
        let mut counter = u128::from_be_bytes(random.array());
        // Two of three carry within the stretch: out of the last four bytes, or out of all.
        let ones = [0, u128::from(u32::MAX), u128::MAX][random.below(3)];
        counter = (counter | ones).wrapping_sub(random.below(LONGEST / BLOCK) as u128);
        let encrypted = oracle(&key);
        let stream = (0..length.div_ceil(BLOCK)).map(|at| encrypted(counter.wrapping_add(at as u128).to_be_bytes()));
        let expected: Vec<u8> = plain.iter().zip(stream.flatten()).map(|(plain, stream)| plain ^ stream).collect();
        for kernel in Kernel::usable() {
            let cipher = Sm4::on(kernel, &key);
            for at in alignments(kernel, length) {
                room.with(at, &plain, |data| {
                    cipher.ctr(&counter.to_be_bytes(), data);
                    assert!(data == expected, "{kernel}, {length} bytes at {at}");
                });
            }
        }
    }
}

/// The pairs of a length and an alignment, the associated data at another alignment; all of it is new for each length.
#[test]
fn every_kernel_seals_and_opens_like_the_oracle_at_every_length_and_alignment() {
    let (mut random, mut room, mut other_room) = (Random::new(), Room::new(), Room::new());
    for length in 0..=LONGEST {
        let (key, nonce, plain): ([u8; KEY], [u8; 12], _) = (random.array(), random.array(), random.bytes(length));
        let aad_length = random.below(300);
        let aad = random.bytes(aad_length);
        let mut sealed = plain.clone();
        let tag: [u8; BLOCK] = aes_gcm::AesGcm::<Oracle, aes_gcm::aead::consts::U12>::new(&key.into())
            .encrypt_inout_detached(&nonce.into(), &aad, sealed.as_mut_slice().into())
            .unwrap()
            .into();
        let mut forged = tag;
        forged[random.below(BLOCK)] ^= 1 << random.below(8);
        for kernel in Kernel::usable() {
            let gcm = Sm4Gcm::on(kernel, &key);
            for at in alignments(kernel, length) {
                other_room.with(ALIGNMENTS - 1 - at, &aad, |aad| {
                    room.with(at, &plain, |data| {
                        let own = gcm.seal(&nonce, aad, data);
                        assert!(own == Ok(tag) && *data == sealed, "{kernel}, {length} bytes at {at} sealed");
                        let opened = gcm.open(&nonce, aad, data, &tag);
                        assert!(opened == Ok(()) && *data == plain, "{kernel}, {length} bytes at {at} opened");
                    });
                });
            }
            room.with(length % ALIGNMENTS, &sealed, |data| {
                let opened = gcm.open(&nonce, &aad, data, &forged);
                let nothing = data.iter().all(|byte| *byte == 0);
                assert!(opened == Err(GcmError::Forged) && nothing, "{kernel}, {length} bytes forged");
            });
        }
    }
}

/// The pairs of a number of blocks and an alignment; the key, the initial vector and the text are new for each number.
#[test]
fn every_kernel_encrypts_blocks_and_chains_like_the_oracle_at_every_length_and_alignment() {
    let (mut random, mut room) = (Random::new(), Room::new());
    for count in 0..=LONGEST / BLOCK {
        let (key, iv, plain) = (random.array(), random.array(), random.bytes(count * BLOCK));
        let encrypted = oracle(&key);
        let blocks = plain.as_chunks::<BLOCK>().0;
        let single: Vec<_> = blocks.iter().map(|block| encrypted(*block)).collect();
        let mut before = iv;
        let chained = blocks.iter().map(|block| {
            before = encrypted((u128::from_ne_bytes(*block) ^ u128::from_ne_bytes(before)).to_ne_bytes());
            before
        });
        let chained: Vec<_> = chained.collect();
        for kernel in Kernel::usable() {
            let cipher = Sm4::on(kernel, &key);
            for at in alignments(kernel, count * BLOCK) {
                room.with(at, &plain, |data| {
                    let data = data.as_chunks_mut::<BLOCK>().0;
                    cipher.encrypt_blocks(data);
                    assert!(data == single, "{kernel}, {count} blocks at {at} encrypted");
                    cipher.decrypt_blocks(data);
                    assert!(data == blocks, "{kernel}, {count} blocks at {at} decrypted");
                    cipher.cbc_encrypt(&iv, data);
                    assert!(data == chained, "{kernel}, {count} blocks at {at} chained");
                    cipher.cbc_decrypt(&iv, data);
                    assert!(data == blocks, "{kernel}, {count} blocks at {at} unchained");
                });
            }
        }
    }
}

#[test]
fn lengths_that_gcm_does_not_define_are_refused_and_forgeries_leave_nothing() {
    for kernel in Kernel::usable() {
        let gcm = Sm4Gcm::on(kernel, &key(3));
        let mut data = text(1500);
        let tag = gcm.seal(&[1; 12], b"aad", &mut data).unwrap();
        assert_eq!(gcm.seal(&[], b"", &mut []), Err(GcmError::Length));
        for short in [0, 1, 3, 5, 7, 9, 10, 11] {
            assert_eq!(gcm.open(&[1; 12], b"aad", &mut data.clone(), &tag[..short]), Err(GcmError::Length));
        }
        for whole in [4, 8, 12, 13, 14, 15, 16] {
            gcm.open(&[1; 12], b"aad", &mut data.clone(), &tag[..whole]).unwrap();
        }
        let mut forged = data.clone();
        forged[700] ^= 1;
        assert_eq!(gcm.open(&[1; 12], b"aad", &mut forged, &tag), Err(GcmError::Forged));
        assert!(forged.iter().all(|byte| *byte == 0), "unverified text was left behind");
        assert_eq!(gcm.open(&[1; 12], b"aaD", &mut data.clone(), &tag), Err(GcmError::Forged));
        assert_eq!(gcm.open(&[2; 12], b"aad", &mut data.clone(), &tag), Err(GcmError::Forged));
    }
}

proptest! {
    #[test]
    fn every_kernel_does_every_mode_like_the_portable_one(
        key in any::<[u8; KEY]>(),
        iv in any::<[u8; BLOCK]>(),
        nonce in proptest::collection::vec(any::<u8>(), 1..40),
        aad in proptest::collection::vec(any::<u8>(), 0..600),
        data in proptest::collection::vec(any::<u8>(), 0..3000),
    ) {
        let every = Kernel::usable();
        let run = |kernel| {
            let (cipher, gcm) = (Sm4::on(kernel, &key), Sm4Gcm::on(kernel, &key));
            let blocks = data.as_chunks::<BLOCK>().0.to_vec();
            let (mut ecb, mut cbc, mut ctr, mut sealed) = (blocks.clone(), blocks.clone(), data.clone(), data.clone());
            cipher.encrypt_blocks(&mut ecb);
            cipher.cbc_encrypt(&iv, &mut cbc);
            cipher.ctr(&iv, &mut ctr);
            let tag = gcm.seal(&nonce, &aad, &mut sealed).unwrap();
            let out = (ecb.clone(), cbc.clone(), ctr.clone(), sealed.clone(), tag);
            cipher.decrypt_blocks(&mut ecb);
            cipher.cbc_decrypt(&iv, &mut cbc);
            cipher.ctr(&iv, &mut ctr);
            gcm.open(&nonce, &aad, &mut sealed, &tag).unwrap();
            assert!(ecb == blocks && cbc == blocks && ctr == data && sealed == data, "{kernel} does not undo itself");
            out
        };
        let expected = run(*every.last().unwrap());
        for kernel in every {
            prop_assert!(run(kernel) == expected, "{}", kernel);
        }
    }
}
