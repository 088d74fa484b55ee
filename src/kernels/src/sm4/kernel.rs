//! Which instructions SM4 runs on, found out once.

use super::schedule::RoundKeys;
use super::{Block, ctr, planes, portable};
use crate::ghash::{Ghash, Multiplier};
use std::fmt;
use std::sync::OnceLock;

#[cfg(target_arch = "aarch64")]
use super::armv8;

/// The instructions that SM4 runs on. A value exists only for what this processor has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kernel(Isa);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Isa {
    #[cfg(target_arch = "x86_64")]
    Avx512Gfni,
    #[cfg(target_arch = "x86_64")]
    Avx2Gfni,
    #[cfg(target_arch = "x86_64")]
    Avx2AesNi,
    #[cfg(target_arch = "aarch64")]
    ArmSm4,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Portable,
}

/// What is done to the bytes that a key stream passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hashing {
    /// The ciphertext that comes out is hashed.
    Sealing,
    /// The ciphertext that goes in is hashed.
    Opening,
}

impl Kernel {
    /// The fastest one of this machine.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| Kernel::usable().first().copied().unwrap_or(Kernel(Isa::Portable)))
    }

    /// All that this machine has, the fastest first; the portable one is always there.
    pub fn usable() -> Vec<Kernel> {
        let mut usable = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq");
            let gfni = is_x86_feature_detected!("gfni");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("vpclmulqdq");
            let found = [
                (Isa::Avx512Gfni, avx2 && gfni && avx512),
                (Isa::Avx2Gfni, avx2 && gfni),
                (Isa::Avx2AesNi, avx2 && is_x86_feature_detected!("aes")),
            ];
            usable.extend(found.into_iter().filter(|(_, found)| *found).map(|(isa, _)| Kernel(isa)));
        }
        #[cfg(target_arch = "aarch64")]
        {
            use std::arch::is_aarch64_feature_detected;
            let pmull = is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("aes");
            let found = [(Isa::ArmSm4, pmull && is_aarch64_feature_detected!("sm4")), (Isa::Neon, pmull)];
            usable.extend(found.into_iter().filter(|(_, found)| *found).map(|(isa, _)| Kernel(isa)));
        }
        usable.push(Kernel(Isa::Portable));
        usable
    }

    /// A name for tables of measurements and for the inventory of algorithms.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni => "AVX-512 + GFNI",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2Gfni => "AVX2 + GFNI",
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2AesNi => "AVX2 + AES-NI",
            #[cfg(target_arch = "aarch64")]
            Isa::ArmSm4 => "Armv8.2 SM4",
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => "NEON",
            Isa::Portable => "portable",
        }
    }

    /// The S-box on each byte of a word.
    pub(super) fn tau(self, word: u32) -> u32 {
        match self.0 {
            // SAFETY: such a `Kernel` is made only where `usable` has found the instructions; so everywhere below.
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
            Isa::Avx512Gfni | Isa::Avx2Gfni => unsafe { planes::avx2_gfni::tau(word) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
            Isa::Avx2AesNi => unsafe { planes::avx2_aesni::tau(word) },
            _ => portable::tau(word),
        }
    }

    /// A round key as the state of this kernel takes it.
    pub(super) fn coordinates(self, rk: u32) -> u32 {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni | Isa::Avx2Gfni | Isa::Avx2AesNi => planes::enter(rk),
            // The instruction takes numbers, not bytes.
            #[cfg(target_arch = "aarch64")]
            Isa::ArmSm4 => u32::from_be(rk),
            _ => rk,
        }
    }

    /// Encrypts each block.
    #[expect(unsafe_code, reason = "calls code for instructions that were detected")]
    pub(super) fn encrypt(self, keys: &RoundKeys, blocks: &mut [Block]) {
        match self.0 {
            // SAFETY: as in `tau`.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni if blocks.len() <= planes::avx512_few::MOST => unsafe {
                planes::avx512_few::encrypt(keys, blocks);
            },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni => unsafe { planes::avx512_gfni::encrypt(keys, blocks) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2Gfni => unsafe { planes::avx2_gfni::encrypt(keys, blocks) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2AesNi => unsafe { planes::avx2_aesni::encrypt(keys, blocks) },
            #[cfg(target_arch = "aarch64")]
            Isa::ArmSm4 => unsafe { armv8::encrypt(keys, blocks) },
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => unsafe { planes::neon::encrypt(keys, blocks) },
            Isa::Portable => portable::encrypt(keys, blocks),
        }
    }
}

impl Kernel {
    /// Passes the key stream over as many whole batches as `data` has, and hashes the ciphertext if asked to; returns the
    /// blocks done, so that fewer than [`ctr::STRETCH`] are left. Only the last four bytes of `counter` count.
    #[cfg_attr(
        any(target_arch = "x86_64", target_arch = "aarch64"),
        expect(unsafe_code, reason = "calls code for instructions that were detected")
    )]
    pub(super) fn stream(
        self,
        keys: &RoundKeys,
        counter: &Block,
        data: &mut [u8],
        hashing: Option<(&mut Ghash<'_>, Hashing)>,
    ) -> usize {
        match self.0 {
            // SAFETY: as in `tau`.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni => unsafe { planes::avx512_gfni::stream(keys, counter, data, hashing) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2Gfni => unsafe { planes::avx2_gfni::stream(keys, counter, data, hashing) },
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2AesNi => unsafe { planes::avx2_aesni::stream(keys, counter, data, hashing) },
            // SAFETY: as in `tau`.
            #[cfg(target_arch = "aarch64")]
            Isa::Neon => unsafe { planes::neon::stream(keys, counter, data, hashing) },
            _ => ctr::stream_plainly(|blocks| self.encrypt(keys, blocks), counter, data, hashing),
        }
    }

    /// What GHASH multiplies with beside this kernel.
    pub(super) fn multiplier(self) -> Multiplier {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512Gfni => Multiplier::Vpclmul,
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2Gfni | Isa::Avx2AesNi => Multiplier::Pclmul,
            #[cfg(target_arch = "aarch64")]
            Isa::ArmSm4 | Isa::Neon => Multiplier::Pmull,
            Isa::Portable => Multiplier::Portable,
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
