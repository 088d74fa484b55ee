//! The vendor's library: loaded by path, and the device that it opens.

#![expect(unsafe_code, reason = "a vendor's C library is loaded and called here; every block says why it holds")]

use super::session::RawSession;
use super::types as c;
use super::{Fault, code};
use libloading::os::unix::{Library as Loaded, RTLD_LOCAL, RTLD_NOW};
use std::error::Error as _;
use std::ffi::CString;
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::ptr;
use std::sync::Arc;

/// The functions of a library that we call. Few must be there; a missing one of the others is an error when it is called.
pub struct Library {
    pub(super) open_device: c::OpenDevice,
    pub(super) close_device: c::Close,
    pub(super) open_session: c::OpenSession,
    pub(super) close_session: c::Close,
    pub(super) open_device_with_path: Option<c::OpenDeviceWithPath>,
    pub(super) device_info: Option<c::GetDeviceInfo>,
    pub(super) random: Option<c::GenerateRandom>,
    pub(super) access_right: Option<c::GetPrivateKeyAccessRight>,
    pub(super) export_sign_key: Option<c::ExportPublicKey>,
    pub(super) generate_with_epk: Option<c::GenerateKeyWithEpk>,
    pub(super) generate_with_kek: Option<c::GenerateKeyWithKek>,
    pub(super) import_with_kek: Option<c::ImportKeyWithKek>,
    pub(super) import: Option<c::ImportKey>,
    pub(super) destroy: Option<c::DestroyKey>,
    pub(super) sign: Option<c::InternalSign>,
    pub(super) encrypt: Option<c::Encrypt>,
    pub(super) hmac_init: Option<c::HmacInit>,
    pub(super) hmac_update: Option<c::HmacUpdate>,
    pub(super) hmac_final: Option<c::HmacFinal>,
    /// Never unloaded: libraries of this kind run threads of their own, whose code must stay.
    _loaded: ManuallyDrop<Loaded>,
}

impl Library {
    /// Loads the library at `path`, which runs its initialisers.
    ///
    /// # Errors
    /// [`Fault::Library`] when it cannot be loaded, everybody may write to it, or it lacks a function without which nothing works.
    pub fn load(path: &Path) -> Result<Self, Fault> {
        let unusable = |why: String| Fault::Library { why: format!("library {}: {why}", path.display()) };
        let mode = std::fs::metadata(path).map_err(|e| unusable(e.to_string()))?.mode();
        if mode & 0o002 != 0 {
            return Err(unusable(format!(
                "everybody may write to it (mode {:o}), and it would run with our keys",
                mode & 0o777
            )));
        }
        // SAFETY: loading runs code of the vendor, whom the operator chose by naming the file; this process does nothing else and holds
        // nothing yet. RTLD_NOW finds missing symbols here and not in the middle of a call.
        let loaded = unsafe { Loaded::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map_err(|e| {
            // The reason stands behind the error, not in it.
            unusable(e.source().map_or_else(|| e.to_string(), ToString::to_string))
        })?;
        macro_rules! optional {
            ($name:literal) => {
                // SAFETY: the field that takes the symbol gives it the type that the standard's header declares for this name.
                unsafe { loaded.get($name.as_bytes()) }.ok().map(|symbol| *symbol)
            };
        }
        macro_rules! needed {
            ($name:literal) => {
                optional!($name).ok_or_else(|| unusable(concat!("it has no ", $name).to_owned()))?
            };
        }
        Ok(Library {
            open_device: needed!("SDF_OpenDevice"),
            close_device: needed!("SDF_CloseDevice"),
            open_session: needed!("SDF_OpenSession"),
            close_session: needed!("SDF_CloseSession"),
            open_device_with_path: optional!("SDF_OpenDeviceWithPath"),
            device_info: optional!("SDF_GetDeviceInfo"),
            random: optional!("SDF_GenerateRandom"),
            access_right: optional!("SDF_GetPrivateKeyAccessRight"),
            export_sign_key: optional!("SDF_ExportSignPublicKey_ECC"),
            generate_with_epk: optional!("SDF_GenerateKeyWithEPK_ECC"),
            generate_with_kek: optional!("SDF_GenerateKeyWithKEK"),
            import_with_kek: optional!("SDF_ImportKeyWithKEK"),
            import: optional!("SDF_ImportKey"),
            destroy: optional!("SDF_DestroyKey"),
            sign: optional!("SDF_InternalSign_ECC"),
            encrypt: optional!("SDF_Encrypt"),
            hmac_init: optional!("SDF_HMACInit"),
            hmac_update: optional!("SDF_HMACUpdate"),
            hmac_final: optional!("SDF_HMACFinal"),
            _loaded: ManuallyDrop::new(loaded),
        })
    }

    /// Opens the device, with the settings at `settings` where one is given. To be called once in a process: most libraries allow
    /// one open device.
    ///
    /// # Errors
    /// The library's code; [`Fault::Missing`] when settings are given and the library takes none.
    pub fn open(self: Arc<Self>, settings: Option<&Path>) -> Result<Arc<Device>, Fault> {
        let mut handle = ptr::null_mut();
        let (call, result) = match (settings, self.open_device_with_path) {
            (None, _) => {
                // SAFETY: the function has the standard's type, and `handle` lives through the call.
                ("SDF_OpenDevice", unsafe { (self.open_device)(&mut handle) })
            }
            (Some(path), Some(open)) => {
                let text = CString::new(path.as_os_str().as_bytes()).map_err(|_| Fault::Library {
                    why: "the path of the device's settings has a zero byte".to_owned(),
                })?;
                let mut text = text.into_bytes_with_nul();
                // SAFETY: `text` ends in a zero and is ours to be written to; both arguments live through the call.
                ("SDF_OpenDeviceWithPath", unsafe { open(text.as_mut_ptr().cast(), &mut handle) })
            }
            (Some(_), None) => return Err(Fault::Missing { call: "SDF_OpenDeviceWithPath" }),
        };
        answered(call, result)?;
        present(call, handle)?;
        Ok(Arc::new(Device { library: self, handle }))
    }
}

/// An open device. Sessions keep it open.
pub struct Device {
    pub(super) library: Arc<Library>,
    handle: c::Handle,
}

// SAFETY: the standard has one device handle shared by all threads, each with sessions of its own; the only call that takes the
// handle beside closing it is SDF_OpenSession. The handle is not read or written by us.
unsafe impl Send for Device {}
// SAFETY: as above.
unsafe impl Sync for Device {}

impl Device {
    /// Opens a session, which stays on the thread that opened it.
    pub fn session(self: &Arc<Self>) -> Result<RawSession, Fault> {
        let mut handle = ptr::null_mut();
        // SAFETY: the device is open as long as `self` lives, and `handle` lives through the call.
        answered("SDF_OpenSession", unsafe { (self.library.open_session)(self.handle, &mut handle) })?;
        present("SDF_OpenSession", handle)?;
        Ok(RawSession::new(self.clone(), handle))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // SAFETY: every session holds an `Arc` of this device, so none is open any more, and no one else has the handle.
        // What it answers changes nothing: the process ends.
        let _last_word = unsafe { (self.library.close_device)(self.handle) };
    }
}

/// A return code as a result. Some headers declare it unsigned: the bits are the same.
pub(super) fn answered(call: &'static str, result: i32) -> Result<(), Fault> {
    match result.cast_unsigned() {
        code::OK => Ok(()),
        code => Err(Fault::Code { call, code }),
    }
}

/// A handle that the library reports to have made.
pub(super) fn present(call: &'static str, handle: c::Handle) -> Result<(), Fault> {
    if handle.is_null() { Err(Fault::Answer { call, what: "success without a handle" }) } else { Ok(()) }
}
