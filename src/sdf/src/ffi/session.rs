//! A session and the keys loaded into it. Every buffer that the library may write to is a private one with room to spare.

#![expect(unsafe_code, reason = "a vendor's C library is called here; every block says why it holds")]

use super::Fault;
use super::library::{Device, answered, present};
use super::types as c;
use std::marker::PhantomData;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zeroize::Zeroizing;

/// Bits of an SM4 key.
const KEY_BITS: u32 = 128;
/// Random bytes of one call: some libraries refuse more.
const RANDOM_AT_ONCE: usize = 1024;
/// Room behind an output, should a library write more than it was told it may.
const SLACK: usize = 256;
/// Room for a wrapped key: 16 bytes under ECB, 48 under CBC with an IV, more where a vendor adds its own.
const WRAPPED_ROOM: u32 = 512;

/// A key inside the device, for the session that made it. The device forgets it with the session at the latest.
#[derive(Debug)]
pub struct Key {
    handle: c::Handle,
    session: u64,
}

/// An open session. It stays on its thread, as the standard asks for one thread at a time.
pub struct RawSession {
    device: Arc<Device>,
    handle: c::Handle,
    id: u64,
    _on_its_thread: PhantomData<*const ()>,
}

fn length(call: &'static str, bytes: usize) -> Result<u32, Fault> {
    u32::try_from(bytes).map_err(|_| Fault::Answer { call, what: "more bytes than a length can say" })
}

/// The last 32 bytes of a field of 64.
fn low(field: &[u8; c::FIELD]) -> [u8; 32] {
    field.last_chunk().copied().unwrap_or([0; 32])
}

/// The 64-byte field of a 32-byte number.
fn field(number: &[u8; 32]) -> [u8; c::FIELD] {
    let mut field = [0; c::FIELD];
    if let Some(end) = field.last_chunk_mut() {
        *end = *number;
    }
    field
}

impl RawSession {
    pub(super) fn new(device: Arc<Device>, handle: c::Handle) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        RawSession { device, handle, id: NEXT.fetch_add(1, Ordering::Relaxed), _on_its_thread: PhantomData }
    }

    fn own(&self, call: &'static str, key: &Key) -> Result<c::Handle, Fault> {
        if key.session == self.id {
            Ok(key.handle)
        } else {
            Err(Fault::Answer { call, what: "a key of another session" })
        }
    }

    fn key(&self, call: &'static str, handle: c::Handle) -> Result<Key, Fault> {
        present(call, handle)?;
        Ok(Key { handle, session: self.id })
    }

    /// SDF_GetDeviceInfo.
    pub fn device_info(&mut self) -> Result<c::DeviceInfo, Fault> {
        let call = "SDF_GetDeviceInfo";
        let get = self.device.library.device_info.ok_or(Fault::Missing { call })?;
        // A library whose structure is longer than the standard's writes into the second one.
        let empty = c::DeviceInfo {
            IssuerName: [0; 40],
            DeviceName: [0; 16],
            DeviceSerial: [0; 16],
            DeviceVersion: 0,
            StandardVersion: 0,
            AsymAlgAbility: [0; 2],
            SymAlgAbility: 0,
            HashAlgAbility: 0,
            BufferSize: 0,
        };
        let mut info = [empty; 2];
        // SAFETY: the session is open while `self` lives; the pointer covers two structures of the type that the function fills.
        answered(call, unsafe { get(self.handle, info.as_mut_ptr()) })?;
        let [info, _] = info;
        Ok(info)
    }

    /// SDF_GenerateRandom, in calls of at most 1024 bytes.
    pub fn random(&mut self, out: &mut [u8]) -> Result<(), Fault> {
        let call = "SDF_GenerateRandom";
        let get = self.device.library.random.ok_or(Fault::Missing { call })?;
        let mut room = Zeroizing::new([0_u8; RANDOM_AT_ONCE + SLACK]);
        for part in out.chunks_mut(RANDOM_AT_ONCE) {
            // A library that writes less than it was asked for leaves zeros, which are noticed, and not what came before.
            room.fill(0);
            // SAFETY: the session is open; `room` is longer than the length given, which is at most 1024.
            answered(call, unsafe { get(self.handle, length(call, part.len())?, room.as_mut_ptr()) })?;
            part.iter_mut().zip(room.iter()).for_each(|(to, from)| *to = *from);
        }
        Ok(())
    }

    /// SDF_GetPrivateKeyAccessRight: the right to sign with the key at `index`, as long as this session is open.
    pub fn access_right(&mut self, index: u32, pin: &[u8]) -> Result<(), Fault> {
        let call = "SDF_GetPrivateKeyAccessRight";
        let get = self.device.library.access_right.ok_or(Fault::Missing { call })?;
        // With a zero behind it, for a library that takes it for a string.
        let mut copy = Zeroizing::new(Vec::with_capacity(pin.len() + 1));
        copy.extend_from_slice(pin);
        copy.push(0);
        // SAFETY: the session is open; `copy` is a private buffer of at least the length given.
        answered(call, unsafe { get(self.handle, index, copy.as_mut_ptr(), length(call, pin.len())?) })
    }

    /// SDF_ExportSignPublicKey_ECC: the coordinates of the key pair at `index`, big-endian.
    pub fn export_sign_key(&mut self, index: u32) -> Result<([u8; 32], [u8; 32]), Fault> {
        let call = "SDF_ExportSignPublicKey_ECC";
        let export = self.device.library.export_sign_key.ok_or(Fault::Missing { call })?;
        let mut key = c::EccPublicKey { bits: 0, x: [0; c::FIELD], y: [0; c::FIELD] };
        // SAFETY: the session is open; `key` is the structure that the function fills and lives through the call.
        answered(call, unsafe { export(self.handle, index, &mut key) })?;
        Ok((low(&key.x), low(&key.y)))
    }

    /// SDF_InternalSign_ECC: r and s over a 32-byte digest e = SM3(Z ‖ M) that the caller computed.
    pub fn sign(&mut self, index: u32, digest: &[u8; 32]) -> Result<[u8; 64], Fault> {
        let call = "SDF_InternalSign_ECC";
        let sign = self.device.library.sign.ok_or(Fault::Missing { call })?;
        let (mut digest, mut made) = (*digest, c::EccSignature { r: [0; c::FIELD], s: [0; c::FIELD] });
        // SAFETY: the session is open; `digest` is a private copy of the 32 bytes announced, and `made` the structure to fill.
        answered(call, unsafe { sign(self.handle, index, digest.as_mut_ptr(), 32, &mut made) })?;
        let mut out = [0; 64];
        let parts = low(&made.r).into_iter().chain(low(&made.s));
        out.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        Ok(out)
    }

    /// SDF_GenerateKeyWithKEK: a new SM4 key, and what to store of it.
    pub fn generate_with_kek(&mut self, algorithm: u32, index: u32) -> Result<(Vec<u8>, Key), Fault> {
        let call = "SDF_GenerateKeyWithKEK";
        let generate = self.device.library.generate_with_kek.ok_or(Fault::Missing { call })?;
        let mut wrapped = vec![0; WRAPPED_ROOM as usize + SLACK];
        let (mut long, mut handle) = (WRAPPED_ROOM, ptr::null_mut());
        // SAFETY: the session is open; `wrapped` is longer than the room announced in `long`; `handle` is empty, since some libraries
        // read an index through it, and both live through the call.
        let result =
            unsafe { generate(self.handle, KEY_BITS, algorithm, index, wrapped.as_mut_ptr(), &mut long, &mut handle) };
        answered(call, result)?;
        if !(16..=WRAPPED_ROOM).contains(&long) {
            return Err(Fault::Answer { call, what: "a wrapped key of an impossible length" });
        }
        wrapped.truncate(long as usize);
        Ok((wrapped, self.key(call, handle)?))
    }

    /// SDF_ImportKeyWithKEK: the key from what [`RawSession::generate_with_kek`] gave.
    pub fn import_with_kek(&mut self, algorithm: u32, index: u32, wrapped: &[u8]) -> Result<Key, Fault> {
        let call = "SDF_ImportKeyWithKEK";
        let import = self.device.library.import_with_kek.ok_or(Fault::Missing { call })?;
        let (mut copy, mut handle) = (wrapped.to_vec(), ptr::null_mut());
        let long = length(call, copy.len())?;
        // SAFETY: the session is open; `copy` is a private buffer of the length given; `handle` is empty and lives through the call.
        answered(call, unsafe { import(self.handle, algorithm, index, copy.as_mut_ptr(), long, &mut handle) })?;
        self.key(call, handle)
    }

    /// SDF_ImportKey, for known answers only: not in the standard, so many libraries lack it.
    pub fn import(&mut self, secret: &[u8; 16]) -> Result<Key, Fault> {
        let call = "SDF_ImportKey";
        let import = self.device.library.import.ok_or(Fault::Missing { call })?;
        let (mut copy, mut handle) = (Zeroizing::new(*secret), ptr::null_mut());
        // SAFETY: the session is open; `copy` is a private buffer of the 16 bytes announced; `handle` is empty and lives through the call.
        answered(call, unsafe { import(self.handle, copy.as_mut_ptr(), 16, &mut handle) })?;
        self.key(call, handle)
    }

    /// SDF_GenerateKeyWithEPK_ECC: a new SM4 key, and its secret encrypted to the public key given (04 ‖ C1 ‖ C3 ‖ C2).
    pub fn generate_with_epk(
        &mut self,
        algorithm: u32,
        x: &[u8; 32],
        y: &[u8; 32],
    ) -> Result<(Zeroizing<Vec<u8>>, Key), Fault> {
        let call = "SDF_GenerateKeyWithEPK_ECC";
        let generate = self.device.library.generate_with_epk.ok_or(Fault::Missing { call })?;
        let mut public = c::EccPublicKey { bits: 256, x: field(x), y: field(y) };
        let (mut cipher, mut handle) = (Box::new(c::EccCipher::EMPTY), ptr::null_mut());
        // SAFETY: the session is open; `cipher` has a longer tail than any library's own structure; `handle` is empty; all live through
        // the call.
        let result = unsafe { generate(self.handle, KEY_BITS, algorithm, &mut public, &raw mut *cipher, &mut handle) };
        answered(call, result)?;
        let text = usize::try_from(cipher.L).ok().filter(|long| *long == 16).and_then(|long| cipher.C.get(..long));
        let text = text.ok_or(Fault::Answer { call, what: "an encrypted key of another length than 16" })?;
        let parts: [&[u8]; 5] = [&[4], &low(&cipher.x), &low(&cipher.y), &cipher.M, text];
        Ok((Zeroizing::new(parts.concat()), self.key(call, handle)?))
    }

    /// SDF_Encrypt of whole blocks. The IV is a private copy, since some libraries give the next one back in it.
    pub fn encrypt(
        &mut self,
        key: &Key,
        algorithm: u32,
        iv: Option<&[u8; 16]>,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let call = "SDF_Encrypt";
        let encrypt = self.device.library.encrypt.ok_or(Fault::Missing { call })?;
        let key = self.own(call, key)?;
        if !data.len().is_multiple_of(16) {
            return Err(Fault::Answer { call, what: "not asked for whole blocks" });
        }
        let mut input = Zeroizing::new(data.to_vec());
        let mut output = Zeroizing::new(vec![0_u8; data.len() + SLACK]);
        let mut iv = iv.map(|iv| Zeroizing::new(*iv));
        let iv = iv.as_mut().map_or(ptr::null_mut(), |iv| iv.as_mut_ptr());
        let expected = length(call, data.len())?;
        let mut long = expected;
        // SAFETY: session and key are open and belong together; `input` and the IV are private copies of the lengths that the function
        // reads; `output` is longer than the capacity given in `long`. They do not overlap and live through the call.
        let result = unsafe {
            encrypt(self.handle, key, algorithm, iv, input.as_mut_ptr(), expected, output.as_mut_ptr(), &mut long)
        };
        answered(call, result)?;
        if long != expected {
            return Err(Fault::Answer { call, what: "a ciphertext of another length than its text" });
        }
        output.truncate(data.len());
        Ok(output)
    }

    /// SDF_HMACInit, Update and Final (2023), in parts of `chunk` bytes, which should be a multiple of 64: some libraries take
    /// nothing else.
    pub fn hmac(&mut self, key: &Key, algorithm: u32, message: &[u8], chunk: usize) -> Result<[u8; 32], Fault> {
        let library = &self.device.library;
        let init = library.hmac_init.ok_or(Fault::Missing { call: "SDF_HMACInit" })?;
        let update = library.hmac_update.ok_or(Fault::Missing { call: "SDF_HMACUpdate" })?;
        let last = library.hmac_final.ok_or(Fault::Missing { call: "SDF_HMACFinal" })?;
        let key = self.own("SDF_HMACInit", key)?;
        // SAFETY: session and key are open and belong together.
        answered("SDF_HMACInit", unsafe { init(self.handle, key, algorithm) })?;
        for part in message.chunks(chunk.max(64)) {
            let mut copy = Zeroizing::new(part.to_vec());
            let long = length("SDF_HMACUpdate", copy.len())?;
            // SAFETY: the session is open; `copy` is a private buffer of the length given.
            answered("SDF_HMACUpdate", unsafe { update(self.handle, copy.as_mut_ptr(), long) })?;
        }
        let mut tag = Zeroizing::new([0_u8; 32 + SLACK]);
        let mut long = 32;
        // SAFETY: the session is open; `tag` is longer than the capacity given in `long`, and both live through the call.
        answered("SDF_HMACFinal", unsafe { last(self.handle, tag.as_mut_ptr(), &mut long) })?;
        match tag.first_chunk() {
            Some(tag) if long == 32 => Ok(*tag),
            _ => Err(Fault::Answer { call: "SDF_HMACFinal", what: "a tag of another length than 32" }),
        }
    }

    /// SDF_DestroyKey.
    pub fn destroy(&mut self, key: Key) -> Result<(), Fault> {
        let call = "SDF_DestroyKey";
        let destroy = self.device.library.destroy.ok_or(Fault::Missing { call })?;
        let handle = self.own(call, &key)?;
        // SAFETY: session and key are open and belong together, and `key` is given up here, so that it is not used again.
        answered(call, unsafe { destroy(self.handle, handle) })
    }
}

impl Drop for RawSession {
    fn drop(&mut self) {
        // SAFETY: the session is open, it is used on this thread alone, and nobody has the handle after this. A session that was lost is
        // closed as well: the library still keeps its own record of it. What it answers changes nothing.
        let _last_word = unsafe { (self.device.library.close_session)(self.handle) };
    }
}
