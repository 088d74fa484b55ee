//! SM4 and SM3 of `guitai-kernels` beside OpenSSL of the system, RustCrypto and `sm-crypto`, in one run.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

#[path = "../harness.rs"]
mod harness;

use guitai_kernels::{sm3, sm4};
use harness::{Report, Side, compare, rate_of};
use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::md::Md;
use openssl::md_ctx::MdCtx;
use std::hint::black_box;

const TEXT: usize = 16 << 10;
const STREAM: usize = 64 << 10;
const GIGA: f64 = 1e9;
const OPENSSL_CTR: &str = "OpenSSL SM4-CTR";
const OPENSSL_AES: &str = "OpenSSL AES-128-GCM";
const OPENSSL_SM3: &str = "OpenSSL SM3";

fn main() -> Result<(), String> {
    let kernels = sm4::Kernel::usable();
    let mut report = Report::new("guitai kernels: medians of one run, GB/s on one core");
    let version = openssl::version::version();
    println!("peers: {version}, RustCrypto sm4 0.6 and sm3 0.5, sm-crypto 0.1");

    let openssl_side = |name: &'static str, cipher: &'static str, tag: bool| {
        let cipher = Cipher::fetch(None, cipher, None).map_err(|err| err.to_string())?;
        let mut context = CipherCtx::new().map_err(|err| err.to_string())?;
        let iv_length = cipher.iv_length();
        let (key, mut iv) = ([7; 16], vec![9; iv_length]);
        let (text, mut out) = (vec![0x5a; TEXT], vec![0; TEXT + 16]);
        context.encrypt_init(Some(&cipher), Some(&key), Some(&iv)).map_err(|err| err.to_string())?;
        Ok::<_, String>(Side::new(name, TEXT as f64, move || {
            if let Some(first) = iv.first_mut() {
                *first = first.wrapping_add(1);
            }
            let sealed = context
                .encrypt_init(None, None, Some(&iv))
                .and_then(|()| context.cipher_update(black_box(&text), Some(&mut out)))
                .and_then(|_| context.cipher_final(&mut []))
                .and_then(|_| if tag { context.tag(&mut [0; 16]) } else { Ok(()) });
            assert!(sealed.is_ok(), "OpenSSL refused");
        }))
    };

    let mut sides = Vec::new();
    for kernel in &kernels {
        let (cipher, mut data) = (sm4::Sm4::on(*kernel, &[7; 16]), vec![0x5a; TEXT]);
        sides.push(Side::new(kernel.name(), TEXT as f64, move || cipher.ctr(&[9; 16], black_box(&mut data))));
    }
    sides.push(openssl_side(OPENSSL_CTR, "SM4-CTR", false)?);
    let mut data = vec![0x5a; TEXT];
    sides.push(Side::new("RustCrypto SM4-CTR", TEXT as f64, move || {
        use ctr::cipher::{KeyIvInit, StreamCipher};
        ctr::Ctr128BE::<::sm4::Sm4>::new(&[7; 16].into(), &[9; 16].into()).apply_keystream(black_box(&mut data));
    }));
    let text = vec![0x5a; TEXT];
    let theirs = sm_crypto::sm4::CryptSM4ECB::new(&[7; 16]);
    sides.push(Side::new("sm-crypto SM4-ECB", TEXT as f64, move || {
        black_box(theirs.encrypt_ecb(black_box(&text)));
    }));
    let ctr = compare(sides);
    report.table("SM4-CTR, 16 KiB", "GB/s", GIGA, &ctr);

    let mut sides = Vec::new();
    for kernel in &kernels {
        let (gcm, mut data) = (sm4::Sm4Gcm::on(*kernel, &[7; 16]), vec![0x5a; TEXT]);
        sides.push(Side::new(kernel.name(), TEXT as f64, move || {
            assert!(gcm.seal(&[9; 12], b"sixteen bytes ad", black_box(&mut data)).is_ok(), "a text of 16 KiB");
        }));
    }
    sides.push(openssl_side(OPENSSL_AES, "AES-128-GCM", true)?);
    let gcm = compare(sides);
    report.table("SM4-GCM, 16 KiB", "GB/s", GIGA, &gcm);

    let text = vec![0x5a; TEXT];
    let md = Md::fetch(None, "SM3", None).map_err(|err| err.to_string())?;
    let mut context = MdCtx::new().map_err(|err| err.to_string())?;
    let of_openssl = || {
        let hashed = context
            .digest_init(&md)
            .and_then(|()| context.digest_update(black_box(&text)))
            .and_then(|()| context.digest_final(&mut [0; 32]));
        assert!(hashed.is_ok(), "OpenSSL refused");
    };
    let single = compare(vec![
        Side::new("one stream", TEXT as f64, || {
            black_box(sm3::digest(black_box(&text)));
        }),
        Side::new(OPENSSL_SM3, TEXT as f64, of_openssl),
        Side::new("RustCrypto SM3", TEXT as f64, || {
            use ::sm3::Digest;
            black_box(::sm3::Sm3::digest(black_box(&text)));
        }),
        Side::new("sm-crypto SM3", TEXT as f64, || {
            black_box(sm_crypto::sm3::sm3_hash_raw(black_box(&text)));
        }),
    ]);
    report.table("SM3, 16 KiB", "GB/s", GIGA, &single);

    let streams = vec![vec![0x5a; STREAM]; 16];
    let streams: Vec<&[u8]> = streams.iter().map(Vec::as_slice).collect();
    let leaf = vec![0x5a; 300];
    let leaves = vec![leaf.as_slice(); 1024];
    let many = compare(vec![
        Side::new("sixteen streams of 64 KiB", (16 * STREAM) as f64, || {
            black_box(sm3::digest_each(None, black_box(&streams)));
        }),
        Side::new("1024 leaves of 300 bytes", (1024 * 300) as f64, || {
            black_box(sm3::digest_each(Some(0), black_box(&leaves)));
        }),
    ]);
    report.table("SM3, many messages", "GB/s", GIGA, &many);

    println!();
    let named = |name: &str| kernels.iter().any(|kernel| kernel.name() == name);
    if named("AVX-512 + GFNI") {
        let (ctr_rate, gcm_rate) = (rate_of(&ctr, "AVX-512 + GFNI"), rate_of(&gcm, "AVX-512 + GFNI"));
        report.at_least("SM4-CTR, GB/s", ctr_rate / GIGA, 4.5);
        report.at_least("SM4-CTR against OpenSSL's", ctr_rate / rate_of(&ctr, OPENSSL_CTR), 20.0);
        report.at_least("SM4-GCM, GB/s", gcm_rate / GIGA, 3.5);
        report.at_least("SM4-GCM against OpenSSL's SM4-CTR", gcm_rate / rate_of(&ctr, OPENSSL_CTR), 20.0);
        report.at_least("SM4-GCM against OpenSSL's AES-128-GCM", gcm_rate / rate_of(&gcm, OPENSSL_AES), 0.6);
        report.at_least("SM3, sixteen streams, GB/s", rate_of(&many, "sixteen streams of 64 KiB") / GIGA, 4.0);
    }
    if named("AVX2 + AES-NI") {
        report.at_least("SM4-CTR with AES-NI, GB/s", rate_of(&ctr, "AVX2 + AES-NI") / GIGA, 0.8);
        report.at_least("SM4-GCM with AES-NI, GB/s", rate_of(&gcm, "AVX2 + AES-NI") / GIGA, 0.8);
    }
    report.at_least(
        "SM3, one stream, against OpenSSL's",
        rate_of(&single, "one stream") / rate_of(&single, OPENSSL_SM3),
        0.9,
    );
    report.finish()
}
