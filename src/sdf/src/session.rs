//! A session with everything that a broker keeps in it: the root keys, the right to sign, the data keys used last.

use crate::config::{BrokerConfig, HmacPlace};
use crate::error::{Error, ErrorKind, Result};
use crate::ffi::{Device, Fault, Key};
use crate::pin::{self, Stamp};
use crate::root::Root;
use crate::scheme::data::{DataKey, LONGEST_KEY, StoredKey};
use crate::scheme::wrap::{Wrapping, root_of};
use crate::scheme::{Abilities, Tools, bind};
use crate::sm2;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Data keys that stay loaded in a session. Devices hold few keys.
const LOADED: usize = 8;
/// What the root's check secret is derived for.
const CHECK: &str = "root check";

/// What all sessions of a device share.
pub struct Shared {
    pub config: BrokerConfig,
    /// The last of them wraps, the others only unwrap.
    pub roots: Vec<Root>,
    /// The PIN's file when the device refused what stood there: no session presents it again, for devices count attempts. Locked while a
    /// PIN is presented, so that sessions do not present a wrong one side by side.
    pub pin_refused: Mutex<Option<Stamp>>,
}

impl Shared {
    /// Reads the root file.
    ///
    /// # Errors
    /// `Malformed` when it cannot be read, or the configuration cannot be.
    pub fn new(config: BrokerConfig) -> Result<Self> {
        config.check()?;
        let roots = config.root_file.as_deref().map_or(Ok(Vec::new()), Root::read_all)?;
        Ok(Shared { config, roots, pin_refused: Mutex::new(None) })
    }
}

struct RootKeys {
    id: Uuid,
    version: u32,
    encryption: Key,
    mac: Key,
    derivation: Key,
}

impl RootKeys {
    fn import(tools: &mut Tools, root: &Root) -> Result<Self> {
        let algorithm = tools.can.ids.kek(root.kek_mode);
        let mut import =
            |wrapped: &[u8]| tools.raw.import_with_kek(algorithm, root.key_index, wrapped).map_err(Error::from);
        Ok(RootKeys {
            id: root.id,
            version: root.version,
            encryption: import(&root.encryption)?,
            mac: import(&root.mac)?,
            derivation: import(&root.derivation)?,
        })
    }

    fn wrapping(&self) -> Wrapping<'_> {
        Wrapping { id: self.id, version: self.version, encryption: &self.encryption, mac: &self.mac }
    }

    /// The secret that the root's check hides.
    fn check_secret(&self, tools: &mut Tools) -> Result<Zeroizing<[u8; 16]>> {
        let derived = tools.derive(&self.derivation, CHECK)?;
        Ok(Zeroizing::new(derived.first_chunk().copied().unwrap_or_default()))
    }

    /// Whether these are the keys that `root` was made with, all three, in this device.
    fn check(&self, tools: &mut Tools, root: &Root) -> Result<()> {
        let other = || {
            Error::new(
                ErrorKind::Altered,
                "the device holds another key at this index than the one under which the root keys were made, or the root file was changed",
            )
        };
        let kept = match self.wrapping().unwrap(tools, &root.bound(), &root.check) {
            Err(e) if e.kind == ErrorKind::Altered => return Err(other()),
            kept => kept?,
        };
        let derived = self.check_secret(tools)?;
        if bool::from(kept.as_slice().ct_eq(derived.as_slice())) { Ok(()) } else { Err(other()) }
    }
}

/// An open session, ready for requests.
pub struct Session {
    pub(crate) tools: Tools,
    shared: Arc<Shared>,
    /// As in [`Shared::roots`].
    roots: Vec<RootKeys>,
    may_sign: bool,
    public: Option<[u8; 65]>,
    /// The data key used last stands last. Known by the digest of its stored form and context.
    loaded: Vec<([u8; 32], DataKey)>,
}

impl Session {
    /// Opens a session and loads the root keys into it, which are checked.
    pub fn open(device: &Arc<Device>, can: Abilities, shared: Arc<Shared>) -> Result<Self> {
        let mut session = Self::bare(device, can, shared)?;
        session.load_root()?;
        Ok(session)
    }

    /// A session without root keys, for the self-test, which loads them once it knows what the device can do.
    pub(crate) fn bare(device: &Arc<Device>, can: Abilities, shared: Arc<Shared>) -> Result<Self> {
        let tools = Tools::new(device.session()?, can);
        Ok(Session { tools, shared, roots: Vec::new(), may_sign: false, public: None, loaded: Vec::new() })
    }

    pub(crate) fn load_root(&mut self) -> Result<()> {
        let shared = self.shared.clone();
        for root in &shared.roots {
            let keys = RootKeys::import(&mut self.tools, root).map_err(|e| e.context("root keys"))?;
            keys.check(&mut self.tools, root)?;
            self.roots.push(keys);
        }
        Ok(())
    }

    /// The root keys that wrap now.
    fn active(roots: &[RootKeys]) -> Result<&RootKeys> {
        roots.last().ok_or_else(|| Error::new(ErrorKind::NoRoot, "there are no root keys yet; make them first"))
    }

    /// The root keys of a name.
    fn named(roots: &[RootKeys], name: Option<(Uuid, u32)>) -> Result<&RootKeys> {
        Self::active(roots)?;
        let found = roots.iter().find(|keys| name == Some((keys.id, keys.version)));
        found.ok_or_else(|| Error::altered("not wrapped by root keys that are here"))
    }

    /// A small round through the device: random bytes, and the root keys still what they were.
    pub fn probe(&mut self) -> Result<()> {
        self.tools.random(&mut [0; 16])?;
        self.still_right()
    }

    /// New root keys under the configured KEK. They are not used by this session.
    pub fn create_root(&mut self, id: Uuid, version: u32) -> Result<Root> {
        let (kek_mode, key_index) = (self.shared.config.device.kek_mode, self.shared.config.key_index);
        let algorithm = self.tools.can.ids.kek(kek_mode);
        let mut make = || self.tools.raw.generate_with_kek(algorithm, key_index).map_err(Error::from);
        let ((encryption, first), (mac, second), (derivation, third)) = (make()?, make()?, make()?);
        let keys = RootKeys { id, version, encryption: first, mac: second, derivation: third };
        let mut root = Root { id, version, key_index, kek_mode, encryption, mac, derivation, check: Vec::new() };
        let secret = keys.check_secret(&mut self.tools)?;
        root.check = keys.wrapping().wrap(&mut self.tools, &root.bound(), secret.as_slice())?;
        // Through the wrapped form, as every later session will do it.
        let again = RootKeys::import(&mut self.tools, &root)?;
        again.check(&mut self.tools, &root).map_err(|_| {
            Error::new(
                ErrorKind::SelfTest,
                "the device does not import the keys that it has just wrapped; it must not be used",
            )
        })?;
        for keys in [keys, again] {
            for key in [keys.encryption, keys.mac, keys.derivation] {
                self.tools.destroy(key)?;
            }
        }
        Ok(root)
    }

    pub fn random(&mut self, out: &mut [u8]) -> Result<()> {
        self.tools.random(out)
    }

    /// Wraps a secret. A device that consistently encrypts under another key opens its own work, so the root keys are checked
    /// once more before the result is given out.
    pub fn wrap(&mut self, context: &[u8], secret: &[u8]) -> Result<Vec<u8>> {
        let wrapped = Self::active(&self.roots)?.wrapping().wrap(&mut self.tools, context, secret)?;
        self.still_right().map(|()| wrapped)
    }

    pub fn unwrap(&mut self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        Self::named(&self.roots, root_of(wrapped))?.wrapping().unwrap(&mut self.tools, context, wrapped)
    }

    /// The pseudo-random function of the root keys, checked as in [`Session::wrap`].
    pub fn derive(&mut self, purpose: &str) -> Result<Zeroizing<[u8; 32]>> {
        let derived = self.tools.derive(&Self::active(&self.roots)?.derivation, purpose)?;
        self.still_right().map(|()| derived)
    }

    /// Whether the root keys still compute what they computed when they were made.
    fn still_right(&mut self) -> Result<()> {
        match (self.roots.last(), self.shared.roots.last()) {
            (Some(keys), Some(root)) => keys.check(&mut self.tools, root).map_err(|e| match e.kind {
                ErrorKind::Altered => Error::new(
                    ErrorKind::SelfTest,
                    "the device computes something else than at its self-test; it must not be used",
                ),
                _ => e,
            }),
            _ => Ok(()),
        }
    }

    /// The public key of the signing key pair, `04 ‖ x ‖ y`; none when nothing is signed.
    pub fn public_key(&mut self) -> Result<Option<[u8; 65]>> {
        if let (None, Some(index)) = (self.public, self.shared.config.signing_key_index) {
            let (x, y) = self.tools.raw.export_sign_key(index)?;
            self.public = Some(sm2::point(&x, &y)?);
        }
        Ok(self.public)
    }

    /// The signature r ‖ s over a digest e = SM3(Z ‖ M), verified before it is given out.
    pub fn sign(&mut self, digest: &[u8; 32]) -> Result<[u8; 64]> {
        let index = self.shared.config.signing_key_index;
        let (Some(index), Some(public)) = (index, self.public_key()?) else {
            return Err(Error::new(ErrorKind::Unsupported, "no signing key is configured (signing_key_index)"));
        };
        if !self.may_sign {
            self.ask_for_right(index)?;
            self.may_sign = true;
        }
        let signature = self.tools.raw.sign(index, digest)?;
        if sm2::verifies(&public, digest, &signature) {
            Ok(signature)
        } else {
            Err(Error::new(ErrorKind::SelfTest, "the device's signature does not verify; the device must not be used"))
        }
    }

    fn ask_for_right(&mut self, index: u32) -> Result<()> {
        let Some(path) = self.shared.config.pin_file.as_deref() else { return Ok(()) };
        let mut refused = self.shared.pin_refused.lock().unwrap_or_else(PoisonError::into_inner);
        // Before it is read: what is written in between is then tried as well.
        let stamp = Stamp::of(path)?;
        if *refused == Some(stamp) {
            return Err(Error::new(
                ErrorKind::Refused,
                "the device refused the PIN of the signing key before; it is tried again when the PIN file has changed",
            ));
        }
        let pin = pin::read(path)?;
        self.tools.raw.access_right(index, &pin).map_err(Fault::of_pin).inspect_err(|e| {
            if e.kind == ErrorKind::Refused {
                *refused = Some(stamp);
            }
        })
    }

    /// A new data key for the place `context`, in its stored form.
    pub fn new_data_key(&mut self, context: &[u8]) -> Result<Vec<u8>> {
        let hmac = self.shared.config.device.hmac;
        if hmac == HmacPlace::Device && self.tools.can.hmac.is_none() {
            return Err(Error::new(ErrorKind::Unsupported, "the device's library has no HMAC, and hmac is \"device\""));
        }
        // Without a root nothing vouches for the device, nor wraps what is stored.
        Self::active(&self.roots)?;
        let root = self.shared.roots.last().map(|root| (root.kek_mode, root.key_index));
        let (kek_mode, key_index) = root.unwrap_or((self.shared.config.device.kek_mode, self.shared.config.key_index));
        let algorithm = self.tools.can.ids.kek(kek_mode);
        let (encryption, first) = self.tools.raw.generate_with_kek(algorithm, key_index)?;
        let (mac, second) = self.tools.raw.generate_with_kek(algorithm, key_index)?;
        self.tools.destroy(first)?;
        self.tools.destroy(second)?;
        let stored = StoredKey { hmac, kek_mode, key_index, encryption, mac };
        // Through the wrapped form, as every later session will do it.
        let loaded = DataKey::import(&mut self.tools, &stored)?;
        let sealed = stored.seal(&mut self.tools, &loaded, context)?;
        loaded.unload(&mut self.tools)?;
        self.still_right().map(|()| sealed)
    }

    fn with_data_key<T>(
        &mut self,
        key: &[u8],
        key_context: &[u8],
        act: impl FnOnce(&mut Tools, &DataKey) -> Result<T>,
    ) -> Result<T> {
        if key.len() > LONGEST_KEY {
            return Err(Error::altered("too long to be a data key"));
        }
        let name = bind("loaded", &[key_context, key]);
        let data_key = match self.loaded.iter().position(|(known, _)| *known == name) {
            Some(at) => self.loaded.remove(at).1,
            None => {
                Self::active(&self.roots)?;
                while self.loaded.len() >= LOADED {
                    let (_, oldest) = self.loaded.remove(0);
                    oldest.unload(&mut self.tools)?;
                }
                match DataKey::load(&mut self.tools, key_context, key) {
                    Err(e) if e.kind == ErrorKind::Altered => {
                        // Or the device computes wrongly: it then does so with the root keys as well.
                        self.still_right()?;
                        return Err(e);
                    }
                    loaded => loaded?,
                }
            }
        };
        let outcome = act(&mut self.tools, &data_key);
        self.loaded.push((name, data_key));
        outcome
    }

    pub fn encrypt(&mut self, key: &[u8], key_context: &[u8], context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        self.with_data_key(key, key_context, |tools, key| key.seal(tools, context, plain))
    }

    pub fn decrypt(
        &mut self,
        key: &[u8],
        key_context: &[u8],
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        self.with_data_key(key, key_context, |tools, key| key.open(tools, context, sealed))
    }
}
