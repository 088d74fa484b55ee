//! The C structures and function types of GM/T 0018 that we use, in the layout with 512-bit fields (`docs/sdf.md`, 1.1).
//!
//! Libraries with the older 256-bit layout are not supported: their public keys do not lie on the curve when they are read in this
//! layout, so the self-test refuses them.

#![expect(non_snake_case, reason = "the names are those of the standard's header")]

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

/// A device, a session, a key: whatever the library points to.
pub type Handle = *mut c_void;
type Code = c_int;
type Bytes = *mut c_uchar;
type Length = *mut c_uint;

/// Length of a field that holds a coordinate or a scalar; the 32 bytes of SM2 stand at its end.
pub const FIELD: usize = 64;
/// Room behind the head of [`EccCipher`]. The largest that a header declares is 1024.
pub const CIPHER_TAIL: usize = 1024;

/// DEVICEINFO.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DeviceInfo {
    pub IssuerName: [u8; 40],
    pub DeviceName: [u8; 16],
    pub DeviceSerial: [u8; 16],
    pub DeviceVersion: u32,
    pub StandardVersion: u32,
    pub AsymAlgAbility: [u32; 2],
    pub SymAlgAbility: u32,
    pub HashAlgAbility: u32,
    pub BufferSize: u32,
}

/// ECCrefPublicKey.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EccPublicKey {
    pub bits: u32,
    pub x: [u8; FIELD],
    pub y: [u8; FIELD],
}

/// ECCSignature.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EccSignature {
    pub r: [u8; FIELD],
    pub s: [u8; FIELD],
}

/// ECCCipher with a tail longer than any library's own idea of it: some clear or copy `sizeof` of theirs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EccCipher {
    pub x: [u8; FIELD],
    pub y: [u8; FIELD],
    /// C3, the SM3 digest.
    pub M: [u8; 32],
    /// Length of C2 in `C`.
    pub L: u32,
    pub C: [u8; CIPHER_TAIL],
}

impl EccCipher {
    pub const EMPTY: EccCipher = EccCipher { x: [0; FIELD], y: [0; FIELD], M: [0; 32], L: 0, C: [0; CIPHER_TAIL] };
}

const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(size_of::<DeviceInfo>() == 100 && offset_of!(DeviceInfo, DeviceVersion) == 72);
    assert!(offset_of!(DeviceInfo, AsymAlgAbility) == 80 && offset_of!(DeviceInfo, BufferSize) == 96);
    assert!(size_of::<EccPublicKey>() == 132 && offset_of!(EccPublicKey, y) == 68);
    assert!(size_of::<EccSignature>() == 128);
    assert!(offset_of!(EccCipher, L) == 160 && offset_of!(EccCipher, C) == 164);
    assert!(size_of::<EccCipher>() == 164 + CIPHER_TAIL);
};

pub type OpenDevice = unsafe extern "C" fn(*mut Handle) -> Code;
/// Not of the standard: some libraries take the folder or file of their settings here.
pub type OpenDeviceWithPath = unsafe extern "C" fn(*mut c_char, *mut Handle) -> Code;
/// CloseDevice, CloseSession.
pub type Close = unsafe extern "C" fn(Handle) -> Code;
pub type OpenSession = unsafe extern "C" fn(Handle, *mut Handle) -> Code;
pub type GetDeviceInfo = unsafe extern "C" fn(Handle, *mut DeviceInfo) -> Code;
pub type GenerateRandom = unsafe extern "C" fn(Handle, c_uint, Bytes) -> Code;
pub type GetPrivateKeyAccessRight = unsafe extern "C" fn(Handle, c_uint, Bytes, c_uint) -> Code;
pub type ExportPublicKey = unsafe extern "C" fn(Handle, c_uint, *mut EccPublicKey) -> Code;
pub type GenerateKeyWithEpk =
    unsafe extern "C" fn(Handle, c_uint, c_uint, *mut EccPublicKey, *mut EccCipher, *mut Handle) -> Code;
pub type GenerateKeyWithKek = unsafe extern "C" fn(Handle, c_uint, c_uint, c_uint, Bytes, Length, *mut Handle) -> Code;
pub type ImportKeyWithKek = unsafe extern "C" fn(Handle, c_uint, c_uint, Bytes, c_uint, *mut Handle) -> Code;
pub type ImportKey = unsafe extern "C" fn(Handle, Bytes, c_uint, *mut Handle) -> Code;
pub type DestroyKey = unsafe extern "C" fn(Handle, Handle) -> Code;
pub type InternalSign = unsafe extern "C" fn(Handle, c_uint, Bytes, c_uint, *mut EccSignature) -> Code;
pub type Encrypt = unsafe extern "C" fn(Handle, Handle, c_uint, Bytes, Bytes, c_uint, Bytes, Length) -> Code;
pub type HmacInit = unsafe extern "C" fn(Handle, Handle, c_uint) -> Code;
pub type HmacUpdate = unsafe extern "C" fn(Handle, Bytes, c_uint) -> Code;
pub type HmacFinal = unsafe extern "C" fn(Handle, Bytes, Length) -> Code;
