use super::planes::table::S_BOX;
use super::*;
use ::sm4::Sm4 as Oracle;
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

/// Key stream and alignment: every length up to 4 KiB, at every alignment of a cache line.
#[test]
fn every_kernel_streams_like_the_portable_one_at_every_length_and_alignment() {
    let portable = Sm4::on(*Kernel::usable().last().unwrap(), &key(1));
    // The low half of the counter is about to wrap, so that the carry is met at many places.
    let mut counter = [0xff; BLOCK];
    counter[0] = 7;
    counter[15] = 0x80;
    let plain = text(4096);
    let mut expected = plain.clone();
    portable.ctr(&counter, &mut expected);
    for kernel in Kernel::usable() {
        let cipher = Sm4::on(kernel, &key(1));
        let mut room = vec![0; 4096 + 192];
        let aligned = room.as_ptr().align_offset(64);
        for length in 0..=plain.len() {
            for at in 0..64 {
                if kernel == portable.kernel() && (length + at) % 64 != 0 {
                    continue;
                }
                let whole = &mut room[aligned + at..][..length + 1];
                whole[..length].copy_from_slice(&plain[..length]);
                whole[length] = 0xa5;
                cipher.ctr(&counter, &mut whole[..length]);
                assert!(
                    whole[..length] == expected[..length] && whole[length] == 0xa5,
                    "{kernel}, {length} bytes at {at}"
                );
            }
        }
    }
}

#[test]
fn every_kernel_seals_like_the_portable_one_and_the_oracle_at_every_length() {
    let nonce = [3; 12];
    let sealed_by_oracle = |aad: &[u8], plain: &[u8]| {
        let gcm = aes_gcm::AesGcm::<Oracle, aes_gcm::aead::consts::U12>::new(&key(2).into());
        let mut sealed = plain.to_vec();
        let tag = gcm.encrypt_inout_detached(&nonce.into(), aad, sealed.as_mut_slice().into()).unwrap();
        (sealed, <[u8; 16]>::from(tag))
    };
    let kernels: Vec<_> = Kernel::usable().into_iter().map(|kernel| Sm4Gcm::on(kernel, &key(2))).collect();
    for length in 0..=4096 {
        let (plain, aad) = (text(length), text(length * 7 % 97));
        let expected = sealed_by_oracle(&aad, &plain);
        for gcm in &kernels {
            let mut room = vec![0; 64 + length];
            let data = &mut room[length * 7 % 64..][..length];
            data.copy_from_slice(&plain);
            let tag = gcm.seal(&nonce, &aad, data).unwrap();
            assert!((data.to_vec(), tag) == expected, "{}, {length} bytes", gcm.kernel());
            gcm.open(&nonce, &aad, data, &tag).unwrap();
            assert!(*data == plain, "{}, {length} bytes opened", gcm.kernel());
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
