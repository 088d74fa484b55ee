use super::*;
use aes_gcm::{AeadInOut, KeyInit};
use proptest::prelude::*;
use ::sm4 as oracle;

/// GB/T 32907-2016, table of the S-box.
#[rustfmt::skip]
const S_BOX: [u8; 256] = [
    0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05,
    0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
    0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43, 0xed, 0xcf, 0xac, 0x62,
    0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6,
    0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8,
    0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b, 0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35,
    0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87,
    0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52, 0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e,
    0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38, 0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1,
    0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55, 0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3,
    0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
    0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51,
    0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd, 0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8,
    0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0,
    0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
    0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
];

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
                assert!(whole[..length] == expected[..length] && whole[length] == 0xa5, "{kernel}, {length} bytes at {at}");
            }
        }
    }
}

#[test]
fn every_kernel_seals_like_the_portable_one_and_the_oracle_at_every_length() {
    let nonce = [3; 12];
    let sealed_by_oracle = |aad: &[u8], plain: &[u8]| {
        let gcm = aes_gcm::AesGcm::<oracle::Sm4, aes_gcm::aead::consts::U12>::new(&key(2).into());
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
