//! Which instruction set extensions are present: those that our kernels choose between and that inference lives on.

macro_rules! detected {
    ($detect:ident: $($name:tt)*) => {{
        let mut present = Vec::new();
        $(if std::arch::$detect!($name) { present.push($name); })*
        present
    }};
}

#[cfg(target_arch = "x86_64")]
pub(super) fn present() -> Vec<&'static str> {
    detected!(is_x86_feature_detected:
        "sse4.1" "ssse3" "aes" "pclmulqdq" "sha" "avx" "avx2" "fma" "f16c" "gfni" "vaes" "vpclmulqdq"
        "avx512f" "avx512bw" "avx512vl" "avx512vnni" "avx512bf16" "avx512fp16" "sm3" "sm4")
}

#[cfg(target_arch = "aarch64")]
pub(super) fn present() -> Vec<&'static str> {
    detected!(is_aarch64_feature_detected:
        "neon" "aes" "pmull" "sha2" "sha3" "sm4" "fp16" "dotprod" "i8mm" "bf16" "sve" "sve2")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn present() -> Vec<&'static str> {
    Vec::new()
}
