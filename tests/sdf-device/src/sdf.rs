//! The functions of the standard. Only here is `unsafe`, and each function trusts its caller as the C interface has it.

#![expect(unsafe_code, reason = "these are C functions, called through raw pointers")]

use crate::ISSUER;
use crate::keys;
use crate::state::{self, Answer, BAD_INPUT, Call, NO_BUFFER, NO_KEY, NO_MODE, NO_RIGHT, STEP};
use guitai_kernels::sm3::HmacSm3;
use guitai_kernels::sm4::Sm4;
use sm2::dsa::SigningKey;
use sm2::dsa::signature::hazmat::RandomizedPrehashSigner as _;
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::elliptic_curve::sec1::ToSec1Point as _;
use sm2::pke::{EncryptingKey, Mode};
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::path::PathBuf;
use std::slice;

type Handle = *mut c_void;

#[repr(C)]
pub struct DeviceInfo {
    issuer: [u8; 40],
    name: [u8; 16],
    serial: [u8; 16],
    versions: [u32; 2],
    abilities: [u32; 5],
}

#[repr(C)]
pub struct PublicKey {
    bits: u32,
    x: [u8; 64],
    y: [u8; 64],
}

#[repr(C)]
pub struct Signature {
    r: [u8; 64],
    s: [u8; 64],
}

/// With the tail that one vendor's header gives it, all of which is cleared.
#[repr(C)]
pub struct Cipher {
    x: [u8; 64],
    y: [u8; 64],
    m: [u8; 32],
    l: u32,
    c: [u8; 255],
}

const IDENTITY: &str = "1234567812345678";

fn code(answer: Answer) -> c_int {
    match answer {
        Ok(()) => 0,
        Err(code) => code.cast_signed(),
    }
}

fn number(handle: Handle) -> usize {
    handle.addr()
}

fn handle(number: usize) -> Handle {
    std::ptr::without_provenance_mut(number)
}

/// The bytes at a pointer that C hands over.
///
/// # Safety
/// `length` bytes can be read there.
unsafe fn input(at: *const u8, length: c_uint) -> Result<Vec<u8>, u32> {
    if at.is_null() {
        return if length == 0 { Ok(Vec::new()) } else { Err(BAD_INPUT) };
    }
    // SAFETY: the caller vouches for the length.
    Ok(unsafe { slice::from_raw_parts(at, length as usize) }.to_vec())
}

/// Writes a result and its length, if there is room.
///
/// # Safety
/// `length` can be read and written, and as many bytes as it says can be written at `at`.
unsafe fn output(call: &Call<'_>, mut result: Vec<u8>, at: *mut u8, length: *mut c_uint) -> Answer {
    call.spoil(&mut result);
    if at.is_null() || length.is_null() {
        return Err(BAD_INPUT);
    }
    // SAFETY: the caller vouches for both pointers, and the room was compared.
    unsafe {
        if (*length as usize) < result.len() {
            return Err(NO_BUFFER);
        }
        slice::from_raw_parts_mut(at, result.len()).copy_from_slice(&result);
        *length = call.length(result.len());
    }
    Ok(())
}

/// Writes a handle.
///
/// # Safety
/// `at` can be written.
unsafe fn give(number: usize, at: *mut Handle) -> Answer {
    if at.is_null() {
        return Err(BAD_INPUT);
    }
    // SAFETY: the caller vouches for the pointer.
    unsafe { *at = handle(number) };
    Ok(())
}

fn low(field: &[u8; 64]) -> [u8; 32] {
    field.last_chunk().copied().unwrap_or([0; 32])
}

fn field(number: &[u8]) -> [u8; 64] {
    let mut field = [0; 64];
    field.iter_mut().rev().zip(number.iter().rev()).for_each(|(to, from)| *to = *from);
    field
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_OpenDevice(device: *mut Handle) -> c_int {
    #[expect(clippy::disallowed_methods, reason = "a vendor's library looks for its settings by itself")]
    let folder = std::env::var_os("GUITAI_SDF_TEST_DEVICE").map_or_else(|| PathBuf::from("."), PathBuf::from);
    // SAFETY: the caller hands over a place for a handle.
    code(state::open("SDF_OpenDevice", folder).and_then(|()| unsafe { give(state::DEVICE_HANDLE, device) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_OpenDeviceWithPath(path: *mut c_char, device: *mut Handle) -> c_int {
    // SAFETY: the caller hands over a text that ends in a zero.
    let folder = unsafe { CStr::from_ptr(path) }.to_string_lossy().into_owned();
    // SAFETY: the caller hands over a place for a handle.
    let opened = state::open("SDF_OpenDevice", folder.into());
    code(opened.and_then(|()| unsafe { give(state::DEVICE_HANDLE, device) }))
}

#[unsafe(no_mangle)]
extern "C" fn SDF_CloseDevice(device: Handle) -> c_int {
    code(state::close("SDF_CloseDevice", number(device)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_OpenSession(device: Handle, session: *mut Handle) -> c_int {
    let opened = state::open_session("SDF_OpenSession", number(device));
    // SAFETY: the caller hands over a place for a handle.
    code(opened.and_then(|opened| unsafe { give(opened, session) }))
}

#[unsafe(no_mangle)]
extern "C" fn SDF_CloseSession(session: Handle) -> c_int {
    code(state::close_session("SDF_CloseSession", number(session)))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_GetDeviceInfo(session: Handle, info: *mut DeviceInfo) -> c_int {
    code(state::in_session("SDF_GetDeviceInfo", number(session), |_| {
        let text = |to: &mut [u8], from: &str| to.iter_mut().zip(from.bytes()).for_each(|(to, from)| *to = from);
        let mut made = DeviceInfo {
            issuer: [0; 40],
            name: [0; 16],
            serial: [0; 16],
            versions: [1, 2023],
            abilities: [0x0002_0000, 256, 0x0423, 0x01, 0],
        };
        text(&mut made.issuer, ISSUER);
        text(&mut made.name, "test device");
        text(&mut made.serial, "2026112100100001");
        // SAFETY: the caller hands over the structure.
        unsafe { info.write(made) };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_GenerateRandom(session: Handle, length: c_uint, out: *mut u8) -> c_int {
    code(state::in_session("SDF_GenerateRandom", number(session), |call| {
        if length > 4096 || out.is_null() {
            return Err(BAD_INPUT);
        }
        let mut drawn = vec![0; length as usize];
        if !call.told("wrong") {
            keys::random(&mut drawn);
        }
        // SAFETY: the caller hands over as much room.
        unsafe { slice::from_raw_parts_mut(out, drawn.len()) }.copy_from_slice(&drawn);
        Ok(())
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_GetPrivateKeyAccessRight(
    session: Handle,
    index: c_uint,
    pin: *mut u8,
    length: c_uint,
) -> c_int {
    code(state::in_session("SDF_GetPrivateKeyAccessRight", number(session), |call| {
        // SAFETY: the caller hands over as many bytes.
        let pin = unsafe { input(pin, length) }?;
        call.grant(index, &pin)
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_ExportSignPublicKey_ECC(session: Handle, index: c_uint, key: *mut PublicKey) -> c_int {
    code(state::in_session("SDF_ExportSignPublicKey_ECC", number(session), |call| {
        let pair = keys::pair(&call.open.folder, index).ok_or(NO_KEY)?;
        let point = pair.public_key().to_sec1_point(false);
        let (_, coordinates) = point.as_bytes().split_at_checked(1).ok_or(NO_KEY)?;
        let (x, y) = coordinates.split_at_checked(32).ok_or(NO_KEY)?;
        let mut made = PublicKey { bits: 256, x: field(x), y: field(y) };
        call.spoil(made.y.last_chunk_mut::<1>().map_or(&mut [], |last| last.as_mut_slice()));
        // SAFETY: the caller hands over the structure.
        unsafe { key.write(made) };
        Ok(())
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_InternalSign_ECC(
    session: Handle,
    index: c_uint,
    data: *mut u8,
    length: c_uint,
    signature: *mut Signature,
) -> c_int {
    code(state::in_session("SDF_InternalSign_ECC", number(session), |call| {
        // SAFETY: the caller hands over as many bytes.
        let data = unsafe { input(data, length) }?;
        let pair = keys::pair(&call.open.folder, index).ok_or(NO_KEY)?;
        if keys::has_pin(&call.open.folder, index) && !call.session()?.rights.contains(&index) {
            return Err(NO_RIGHT);
        }
        if data.len() != 32 {
            return Err(BAD_INPUT);
        }
        let key = SigningKey::new(IDENTITY, &pair).map_err(|_| NO_KEY)?;
        let made: sm2::dsa::Signature = key.sign_prehash_with_rng(&mut SysRng, &data).map_err(|_| NO_KEY)?;
        let mut made = made.to_bytes().to_vec();
        call.spoil(&mut made);
        let (r, s) = made.split_at_checked(32).ok_or(NO_KEY)?;
        // SAFETY: the caller hands over the structure.
        unsafe { signature.write(Signature { r: field(r), s: field(s) }) };
        Ok(())
    }))
}

/// The cipher that an algorithm id stands for, and its mode. Under the numbers that an old library does not mean SM4 by, there is
/// another cipher: here SM4 under another key.
fn cipher(call: &Call<'_>, key: &[u8; 16], algorithm: u32) -> Result<(Sm4, u32), u32> {
    let sm4 = if call.control.has("old-ids") { 0x2000 } else { 0x0400 };
    let mode = algorithm & 0xff;
    match algorithm & !0xff {
        family if family == sm4 => Ok((Sm4::new(key), mode)),
        0x0400 => Ok((Sm4::new(&key.map(|byte| !byte)), mode)),
        _ => Err(NO_MODE),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_Encrypt(
    session: Handle,
    key: Handle,
    algorithm: c_uint,
    iv: *mut u8,
    data: *mut u8,
    length: c_uint,
    out: *mut u8,
    out_length: *mut c_uint,
) -> c_int {
    code(state::in_session("SDF_Encrypt", number(session), |call| {
        let key = call.key(number(key))?;
        let (sm4, mode) = cipher(call, &key, algorithm)?;
        // SAFETY: the caller hands over as many bytes.
        let mut data = unsafe { input(data, length) }?;
        if data.is_empty() || !data.len().is_multiple_of(16) {
            return Err(BAD_INPUT);
        }
        // SAFETY: an IV has 16 bytes where there is one.
        let start = if iv.is_null() { None } else { unsafe { input(iv, 16) }?.first_chunk::<16>().copied() };
        let next = match (mode, start) {
            (0x01, _) if !call.control.has("no-ecb") => {
                sm4.encrypt_blocks(data.as_chunks_mut().0);
                None
            }
            (0x02, Some(start)) if !call.control.has("no-cbc") => {
                sm4.cbc_encrypt(&start, data.as_chunks_mut().0);
                data.last_chunk::<16>().copied()
            }
            (0x20, Some(start)) if call.control.has("ctr") => {
                sm4.ctr(&start, &mut data);
                Some(u128::from_be_bytes(start).wrapping_add(u128::from(length / 16)).to_be_bytes())
            }
            (0x01 | 0x02 | 0x20, _) => return Err(NO_MODE),
            _ => return Err(BAD_INPUT),
        };
        if let Some(next) = next {
            // SAFETY: as above.
            unsafe { slice::from_raw_parts_mut(iv, 16) }.copy_from_slice(&next);
        }
        // SAFETY: the caller hands over the room that the length says.
        unsafe { output(call, data, out, out_length) }
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_GenerateKeyWithKEK(
    session: Handle,
    bits: c_uint,
    algorithm: c_uint,
    index: c_uint,
    out: *mut u8,
    length: *mut c_uint,
    key: *mut Handle,
) -> c_int {
    code(state::in_session("SDF_GenerateKeyWithKEK", number(session), |call| {
        let mut made = [0; 16];
        keys::random(&mut made);
        let kek = call.kek(index)?;
        let (sm4, mode) = cipher(call, &kek, algorithm)?;
        if bits != 128 || (mode == 0x02) != call.control.has("cbc-kek") {
            return Err(BAD_INPUT);
        }
        let wrapped = if mode == 0x02 {
            let mut iv = [0; 16];
            keys::random(&mut iv);
            let mut blocks = [made, [16; 16]];
            sm4.cbc_encrypt(&iv, &mut blocks);
            [iv.as_slice(), blocks.as_flattened()].concat()
        } else {
            let mut blocks = [made];
            sm4.encrypt_blocks(&mut blocks);
            blocks.concat()
        };
        // SAFETY: the caller hands over the room that the length says.
        unsafe { output(call, wrapped, out, length) }?;
        let kept = call.keep(made)?;
        // SAFETY: the caller hands over a place for a handle.
        unsafe { give(kept, key) }
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_ImportKeyWithKEK(
    session: Handle,
    algorithm: c_uint,
    index: c_uint,
    wrapped: *mut u8,
    length: c_uint,
    key: *mut Handle,
) -> c_int {
    code(state::in_session("SDF_ImportKeyWithKEK", number(session), |call| {
        // SAFETY: the caller hands over as many bytes.
        let wrapped = unsafe { input(wrapped, length) }?;
        let kek = call.kek(index)?;
        let (sm4, mode) = cipher(call, &kek, algorithm)?;
        if (mode == 0x02) != call.control.has("cbc-kek") {
            return Err(BAD_INPUT);
        }
        let mut made = if mode == 0x02 {
            let (iv, blocks) = wrapped.split_first_chunk::<16>().ok_or(BAD_INPUT)?;
            let mut blocks = blocks.as_chunks::<16>().0.to_vec();
            sm4.cbc_decrypt(iv, &mut blocks);
            match blocks.as_slice() {
                [made, [16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16]] => *made,
                _ => return Err(state::KEY_ERROR),
            }
        } else {
            let mut blocks = [<[u8; 16]>::try_from(wrapped.as_slice()).map_err(|_| BAD_INPUT)?];
            sm4.decrypt_blocks(&mut blocks);
            let [made] = blocks;
            made
        };
        call.spoil(&mut made);
        let kept = call.keep(made)?;
        // SAFETY: the caller hands over a place for a handle.
        unsafe { give(kept, key) }
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_ImportKey(session: Handle, secret: *mut u8, length: c_uint, key: *mut Handle) -> c_int {
    code(state::in_session("SDF_ImportKey", number(session), |call| {
        // SAFETY: the caller hands over as many bytes.
        let secret = unsafe { input(secret, length) }?;
        let kept = call.keep(secret.try_into().map_err(|_| BAD_INPUT)?)?;
        // SAFETY: the caller hands over a place for a handle.
        unsafe { give(kept, key) }
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_GenerateKeyWithEPK_ECC(
    session: Handle,
    bits: c_uint,
    algorithm: c_uint,
    public: *mut PublicKey,
    cipher: *mut Cipher,
    key: *mut Handle,
) -> c_int {
    code(state::in_session("SDF_GenerateKeyWithEPK_ECC", number(session), |call| {
        if bits != 128 || algorithm != 0x0002_0800 {
            return Err(BAD_INPUT);
        }
        // SAFETY: the caller hands over the structure.
        let public = unsafe { &*public };
        let point = [[4].as_slice(), &low(&public.x), &low(&public.y)].concat();
        let public = sm2::PublicKey::from_sec1_bytes(&point).map_err(|_| BAD_INPUT)?;
        let mut made = [0; 16];
        keys::random(&mut made);
        let mut sealed =
            EncryptingKey::new_with_mode(public, Mode::C1C3C2).encrypt(&mut SysRng, &made).map_err(|_| BAD_INPUT)?;
        let parts = |sealed: &[u8]| -> Option<Cipher> {
            let (_, rest) = sealed.split_first()?;
            let (x, rest) = rest.split_first_chunk::<32>()?;
            let (y, rest) = rest.split_first_chunk::<32>()?;
            let (m, text) = rest.split_first_chunk::<32>()?;
            let mut filled = Cipher { x: field(x), y: field(y), m: *m, l: call.length(text.len()), c: [0; 255] };
            filled.c.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
            Some(filled)
        };
        if call.told("wrong")
            && let Some(last) = sealed.last_mut()
        {
            *last ^= 1;
        }
        let filled = parts(&sealed).ok_or(BAD_INPUT)?;
        // SAFETY: the caller hands over a structure with a tail at least as long as ours.
        unsafe { cipher.write(filled) };
        let kept = call.keep(made)?;
        // SAFETY: the caller hands over a place for a handle.
        unsafe { give(kept, key) }
    }))
}

#[unsafe(no_mangle)]
extern "C" fn SDF_DestroyKey(session: Handle, key: Handle) -> c_int {
    code(state::in_session("SDF_DestroyKey", number(session), |call| {
        call.session()?.keys.remove(&number(key)).map(drop).ok_or(state::KEY_ERROR)
    }))
}

#[unsafe(no_mangle)]
extern "C" fn SDF_HMACInit(session: Handle, key: Handle, algorithm: c_uint) -> c_int {
    code(state::in_session("SDF_HMACInit", number(session), |call| {
        let key = call.key(number(key))?;
        if !call.control.has("hmac") {
            return Err(state::NOT_SUPPORTED);
        }
        if algorithm != 0x01 {
            return Err(NO_MODE);
        }
        call.session()?.hmac = Some(HmacSm3::new(&key));
        Ok(())
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_HMACUpdate(session: Handle, data: *mut u8, length: c_uint) -> c_int {
    code(state::in_session("SDF_HMACUpdate", number(session), |call| {
        // SAFETY: the caller hands over as many bytes.
        let data = unsafe { input(data, length) }?;
        call.session()?.hmac.as_mut().ok_or(STEP)?.update(&data);
        Ok(())
    }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn SDF_HMACFinal(session: Handle, out: *mut u8, length: *mut c_uint) -> c_int {
    code(state::in_session("SDF_HMACFinal", number(session), |call| {
        let tag = call.session()?.hmac.take().ok_or(STEP)?.finalize().to_vec();
        // SAFETY: the caller hands over the room that the length says.
        unsafe { output(call, tag, out, length) }
    }))
}
