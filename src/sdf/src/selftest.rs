//! What a device must answer rightly before it is used, and what it is found to be able to do on the way.
//!
//! Known answers need a key whose secret is known: SDF_ImportKey where the library has it, and otherwise a key that the device makes
//! and encrypts to an SM2 key of ours. Without either nothing would tell SM4 from another cipher under the same number, so such
//! a device is refused.

use crate::config::HmacPlace;
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::{Device, Fault, Key, types};
use crate::protocol::Hello;
use crate::root::Root;
use crate::scheme::{Abilities, Tools};
use crate::session::{Session, Shared};
use crate::sm2::Throwaway;
use guitai_kernels::sm3::HmacSm3;
use guitai_kernels::sm4::Sm4;
use std::sync::Arc;
use zeroize::Zeroizing;

/// GB/T 32907-2016, example 1: the key and the text are the same.
const SM4_KEY: [u8; 16] =
    [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
const SM4_CIPHER: [u8; 16] =
    [0x68, 0x1e, 0xdf, 0x34, 0xd2, 0x06, 0x96, 0x5e, 0x86, 0xb3, 0xe9, 0x4f, 0x53, 0x6e, 0x42, 0x46];
/// SGD_SM2_3, encryption, and what older libraries call it.
const SM2_ENCRYPTION: [u32; 2] = [0x0002_0800, 0x0002_0400];
/// HMAC-SM3: SGD_SM3 with most libraries, a number of its own in GM/T 0006-2023.
const HMAC_SM3: [u32; 2] = [0x01, 0x08];

fn wrong(what: &str) -> Error {
    Error::new(ErrorKind::SelfTest, format!("self-test: {what}; the device must not be used"))
}

/// Opens the first session and puts the device through everything. What it can do is in the session's tools.
///
/// # Errors
/// `SelfTest` when an answer is wrong, `Altered` when the device has another KEK than the root keys were made under, and whatever
/// the device itself reports.
pub fn run(device: &Arc<Device>, shared: &Arc<Shared>) -> Result<(Session, Hello)> {
    let untested = Abilities::untested(&shared.config.device);
    let mut session = Session::bare(device, untested, shared.clone())?;
    let info = session.tools.raw.device_info()?;
    random(&mut session.tools)?;
    ciphers(&mut session.tools)?;
    if shared.config.device.hmac == HmacPlace::Device && session.tools.can.hmac.is_none() {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "hmac is \"device\", but the library has no HMAC-SM3 that computes it rightly; set it to \"broker\"",
        ));
    }
    kek(&mut session.tools, shared)?;
    session.load_root()?;
    if session.public_key()?.is_some() {
        // The session verifies what it signs.
        session.sign(&[0x5a; 32])?;
    }
    if !shared.roots.is_empty() {
        let wrapped = session.wrap(b"self-test", &[0xa5; 16])?;
        if session.unwrap(b"self-test", &wrapped)?.as_slice() != [0xa5; 16] {
            return Err(wrong("a wrapped key came back as another"));
        }
    }
    let hello = hello(&mut session, shared, &info)?;
    Ok((session, hello))
}

fn random(tools: &mut Tools) -> Result<()> {
    let (mut one, mut other) = (Zeroizing::new([0; 64]), Zeroizing::new([0; 64]));
    tools.random(one.as_mut_slice())?;
    tools.random(other.as_mut_slice())?;
    let halves = [one, other].map(|drawn| *drawn).concat();
    let blocks = halves.as_chunks::<16>().0;
    let repeated = blocks.iter().enumerate().any(|(at, block)| blocks.iter().skip(at + 1).any(|later| later == block));
    if repeated { Err(wrong("the random generator repeats itself")) } else { Ok(()) }
}

/// A key in the device whose secret is known here.
fn known_key(tools: &mut Tools) -> Result<(Key, Zeroizing<[u8; 16]>)> {
    match tools.raw.import(&SM4_KEY) {
        Ok(key) => return Ok((key, Zeroizing::new(SM4_KEY))),
        Err(fault) if fault.is_lost() => return Err(fault.into()),
        // Not in the standard: missing, or there and refusing.
        Err(_) => {}
    }
    let ours = Throwaway::new()?;
    let (x, y) = ours.public();
    let mut refusal = Fault::Missing { call: "SDF_GenerateKeyWithEPK_ECC" };
    for algorithm in SM2_ENCRYPTION {
        match tools.raw.generate_with_epk(algorithm, &x, &y) {
            Ok((cipher, key)) => return Ok((key, ours.decrypt(&cipher)?)),
            Err(fault) if fault.is_lost() => return Err(fault.into()),
            Err(fault) => refusal = fault,
        }
    }
    Err(Error::from(refusal)
        .context("neither SDF_ImportKey nor SDF_GenerateKeyWithEPK_ECC gives a key for known answers"))
}

/// What a mode was found to be: `None` when the library does not have it.
fn compared(answer: std::result::Result<Zeroizing<Vec<u8>>, Fault>, expected: &[u8], mode: &str) -> Result<bool> {
    match answer {
        Ok(answer) if answer.as_slice() == expected => Ok(true),
        Ok(_) => Err(wrong(&format!(
            "{mode} gives another result than SM4; where the library is an old one, set algorithm_ids to \"old\""
        ))),
        Err(fault) if fault.is_lost() => Err(fault.into()),
        Err(Fault::Answer { call, what }) => Err(Fault::Answer { call, what }.into()),
        Err(_) => Ok(false),
    }
}

fn ciphers(tools: &mut Tools) -> Result<()> {
    let (key, secret) = known_key(tools)?;
    let ours = Sm4::new(&secret);
    if *secret == SM4_KEY {
        // Our own arithmetic, against the standard's example.
        let mut block = [SM4_KEY];
        ours.encrypt_blocks(&mut block);
        if block != [SM4_CIPHER] {
            return Err(Error::new(
                ErrorKind::SelfTest,
                "self-test: the program's own SM4 does not compute the standard's example",
            ));
        }
    }
    let blocks = 33;
    let mut text = vec![SM4_KEY];
    text.extend((1..blocks).map(|at: u8| [at; 16]));
    let plain = text.concat();
    let iv = [0xc3; 16];
    let ids = tools.can.ids;

    let mut expected = text.clone();
    ours.encrypt_blocks(&mut expected);
    tools.can.ecb = compared(tools.raw.encrypt(&key, ids.ecb(), None, &plain), expected.as_flattened(), "SM4-ECB")?;

    let mut expected = text.clone();
    ours.cbc_encrypt(&iv, &mut expected);
    tools.can.cbc =
        compared(tools.raw.encrypt(&key, ids.cbc(), Some(&iv), &plain), expected.as_flattened(), "SM4-CBC")?;
    if !tools.can.ecb && !tools.can.cbc {
        return Err(Error::new(ErrorKind::Unsupported, "the device computes neither SM4-ECB nor SM4-CBC"));
    }

    // The counter carries over all its bytes within these blocks. A library that counts otherwise is no fault: the counters are then
    // computed here.
    let mut counter = [0xff; 16];
    if let Some(last) = counter.last_mut() {
        *last = 0xf0;
    }
    let mut expected = plain.clone();
    ours.ctr(&counter, &mut expected);
    let answer = tools.raw.encrypt(&key, ids.ctr(), Some(&counter), &plain);
    tools.can.ctr = answer.is_ok_and(|answer| answer.as_slice() == expected);

    tools.can.hmac = None;
    let expected = HmacSm3::new(secret.as_slice()).tag(&[&plain]);
    for id in HMAC_SM3 {
        if tools.raw.hmac(&key, id, &plain, 64).is_ok_and(|tag| tag == expected) {
            tools.can.hmac = Some(id);
            break;
        }
    }
    tools.destroy(key)
}

/// The KEK wraps and unwraps, and two keys differ.
fn kek(tools: &mut Tools, shared: &Shared) -> Result<()> {
    let algorithm = tools.can.ids.kek(shared.config.device.kek_mode);
    let index = shared.config.key_index;
    let unusable = |fault: Fault| Error::from(fault).context(&format!("key-encryption key {index}"));
    let (wrapped, made) = tools.raw.generate_with_kek(algorithm, index).map_err(unusable)?;
    let imported = tools.raw.import_with_kek(algorithm, index, &wrapped).map_err(unusable)?;
    let (_, other) = tools.raw.generate_with_kek(algorithm, index).map_err(unusable)?;
    let digest = [0x3c; 32];
    let [first, second, third] = [&made, &imported, &other].map(|key| tools.expand(key, &digest));
    let (first, second, third) = (first?, second?, third?);
    if *first != *second {
        return Err(wrong("an imported key is another than the one that was wrapped"));
    }
    if *first == *third {
        return Err(wrong("the device makes the same key twice"));
    }
    for key in [made, imported, other] {
        tools.destroy(key)?;
    }
    Ok(())
}

/// A field of text, without what is not printable: it is shown to people and written to logs.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let text = String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned();
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

fn hello(session: &mut Session, shared: &Shared, info: &types::DeviceInfo) -> Result<Hello> {
    let can = session.tools.can;
    Ok(Hello {
        pid: std::process::id(),
        issuer: text(&info.IssuerName),
        device: text(&info.DeviceName),
        serial: text(&info.DeviceSerial),
        device_version: info.DeviceVersion,
        standard_version: info.StandardVersion,
        ctr: can.ctr,
        ecb: can.ecb,
        hmac: can.hmac.is_some(),
        roots: shared.roots.iter().map(Root::name).collect(),
        public_key: session.public_key()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_text_ends_at_its_zero_and_prints() {
        assert_eq!(text(b"Guitai\0\xff\xff"), "Guitai");
        assert_eq!(text("三未信安".as_bytes()), "三未信安");
        assert_eq!(text(b"a\x1b[31mb \n"), "a[31mb");
        assert_eq!(text(&[]), "");
    }
}
