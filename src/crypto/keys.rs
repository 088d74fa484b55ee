//! Class keys and data keys: the two tiers below the root.
//!
//! A data key seals one conversation, recording, file or index segment; its wrapped form stands in a row beside what it
//! seals, and deleting that row destroys the data. A class key wraps the data keys of one class of data for one month,
//! so that destroying it makes every backup of that month unreadable.

use super::envelope::{Aad, Sealed, SealingKey, context, envelope_key_id};
use super::provider::Provider;
use super::suite::{DeviceKey, Suite};
use crate::error::{Error, ErrorCode, Result};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

/// Whether anything new may be sealed. Closed while the provider of the root key is away, so that no plaintext is taken in
/// under a key that merely happens to be in memory. Clones are the same gate.
#[derive(Debug, Clone, Default)]
pub struct SealingGate(Arc<AtomicBool>);

impl SealingGate {
    pub fn open(&self) {
        self.0.store(false, Ordering::Release);
    }

    pub fn close(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Errors: `KeyUnavailable` when the gate is closed.
    pub fn pass(&self) -> Result<()> {
        if self.0.load(Ordering::Acquire) {
            return Err(
                ErrorCode::KeyUnavailable.because("the provider of the root key is away: nothing new is sealed")
            );
        }
        Ok(())
    }
}

/// A key that seals stored values, and opens what its other versions sealed. Clones share the secret and the nonces; the
/// secret is cleared with the last of them.
#[derive(Clone)]
pub struct DataKey {
    current: Arc<SealingKey>,
    /// Versions that open and do not seal: those of before the last rotation, and one that is about to take over.
    others: Vec<Arc<SealingKey>>,
    gate: Option<SealingGate>,
    /// Where the secrets of its part keys come from, and where those are that never leave a device.
    provider: Arc<dyn Provider>,
}

impl DataKey {
    pub(super) fn new(
        id: Uuid,
        version: u32,
        suite: Suite,
        secret: &[u8],
        provider: &Arc<dyn Provider>,
    ) -> Result<Self> {
        Ok(DataKey::of(SealingKey::new(id, version, suite, secret)?, provider))
    }

    fn of(current: SealingKey, provider: &Arc<dyn Provider>) -> Self {
        DataKey { current: Arc::new(current), others: Vec::new(), gate: None, provider: Arc::clone(provider) }
    }

    /// This version, which seals, with others of the same key, which only open.
    pub fn with_versions(mut self, others: Vec<DataKey>) -> Self {
        self.others = others.into_iter().map(|other| other.current).collect();
        self
    }

    /// The same key, which seals only while `gate` is open.
    pub fn behind(mut self, gate: SealingGate) -> Self {
        self.gate = Some(gate);
        self
    }

    pub fn id(&self) -> Uuid {
        self.current.id()
    }

    /// The version that seals.
    pub fn version(&self) -> u32 {
        self.current.version()
    }

    /// The suite of the version that seals.
    pub fn suite(&self) -> Suite {
        self.current.suite()
    }

    /// Seals `plain` for the place `aad`; the result is [`super::envelope::OVERHEAD`] bytes longer.
    /// `crypto.key_unavailable` when the key has been used up and must be rotated, or while the provider is away.
    pub fn seal(&self, aad: &Aad<'_>, plain: &[u8]) -> Result<Sealed> {
        self.pass()?;
        self.current.seal(aad.context(), plain).map(Sealed::of)
    }

    /// As [`DataKey::seal`], appended to `out`, which is as it was on an error.
    pub fn seal_onto(&self, out: &mut Vec<u8>, aad: &Aad<'_>, plain: &[u8]) -> Result<()> {
        self.pass()?;
        self.current.seal_onto(out, aad.context(), plain)
    }

    /// As [`DataKey::seal`], where it lies: `frame` is as long as the stored form and has the plaintext at
    /// [`super::envelope::TEXT_AT`]. It is cleared on an error.
    pub fn seal_in_place(&self, aad: &Aad<'_>, frame: &mut [u8]) -> Result<()> {
        self.pass().inspect_err(|_| frame.zeroize())?;
        self.current.seal_in_place(aad.context(), frame)
    }

    fn pass(&self) -> Result<()> {
        self.gate.as_ref().map_or(Ok(()), SealingGate::pass)
    }

    /// Opens what was sealed under any version of this key for the place `aad`; otherwise `crypto.data_altered`.
    pub fn open(&self, aad: &Aad<'_>, stored: impl AsRef<[u8]>) -> Result<Zeroizing<Vec<u8>>> {
        let stored = stored.as_ref();
        self.version_of(stored)?.open(aad.context(), stored)
    }

    /// The version that a stored value names; the current one when it names none that is here, and then it does not open.
    fn version_of(&self, stored: &[u8]) -> Result<&SealingKey> {
        if self.others.is_empty() {
            return Ok(&self.current);
        }
        let (_, version) = envelope_key_id(stored)?;
        Ok(self.others.iter().find(|other| other.version() == version).unwrap_or(&self.current))
    }

    /// As [`DataKey::open`], for what was sealed as text.
    pub fn open_text(&self, aad: &Aad<'_>, stored: impl AsRef<[u8]>) -> Result<String> {
        let plain = self.open(aad, stored)?;
        std::str::from_utf8(&plain).map(str::to_owned).map_err(|e| ErrorCode::DataAltered.caused_by(e))
    }

    /// A new key of the same suite for one part of what this key protects (a segment of an index), and its wrapped form,
    /// which only this key opens.
    pub fn generate_part_key(&self, id: Uuid) -> Result<(DataKey, Vec<u8>)> {
        self.pass()?;
        let context = part_key_context(id);
        let (key, secret) = generate(id, 1, self.suite(), &context, &self.provider)?;
        let wrapped = self.current.seal(context, &encode(self.suite(), &secret))?;
        Ok((DataKey { gate: self.gate.clone(), ..key }, wrapped))
    }

    /// That key from its wrapped form; `crypto.data_altered` when it is not that of this id.
    pub fn unwrap_part_key(&self, id: Uuid, wrapped: &[u8]) -> Result<DataKey> {
        let context = part_key_context(id);
        let unwrapped = self.version_of(wrapped)?.open(context.clone(), wrapped)?;
        Ok(DataKey { gate: self.gate.clone(), ..opened(id, 1, &unwrapped, context, &self.provider)? })
    }
}

impl DataKey {
    /// The same part key wrapped under `next`, another key that takes this one's place. What it seals is not touched.
    pub fn rewrap_part_key(&self, id: Uuid, wrapped: &[u8], next: &DataKey) -> Result<Vec<u8>> {
        next.pass()?;
        let unwrapped = self.version_of(wrapped)?.open(part_key_context(id), wrapped)?;
        next.current.seal(part_key_context(id), &unwrapped)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({} v{})", self.id(), self.version())
    }
}

/// A key that wraps the data keys of one class and month. Clones share the secret and the nonces.
#[derive(Clone)]
pub struct ClassKey {
    key: Arc<SealingKey>,
    /// Where the secrets of data keys come from, and where those are that never leave a device.
    provider: Arc<dyn Provider>,
}

impl ClassKey {
    pub(super) fn new(id: Uuid, version: u32, secret: &[u8], provider: &Arc<dyn Provider>) -> Result<Self> {
        let key = SealingKey::new(id, version, Suite::Sm4Gcm, secret)?;
        Ok(ClassKey { key: Arc::new(key), provider: Arc::clone(provider) })
    }

    pub fn id(&self) -> Uuid {
        self.key.id()
    }

    pub fn version(&self) -> u32 {
        self.key.version()
    }

    /// A new version of a data key, and its wrapped form, from which [`super::envelope_key_id`] reads this class key's id. Its secret is drawn from
    /// the provider: `crypto.key_unavailable` while that is away.
    pub fn generate_data_key(&self, id: Uuid, version: u32, suite: Suite) -> Result<(DataKey, Vec<u8>)> {
        let context = data_key_context(id, version);
        let (key, secret) = generate(id, version, suite, &context, &self.provider)?;
        let wrapped = self.key.seal(context, &encode(suite, &secret))?;
        Ok((key, wrapped))
    }

    /// The data key from its wrapped form; `crypto.data_altered` when it is not that of this id and version.
    pub fn unwrap_data_key(&self, id: Uuid, version: u32, wrapped: &[u8]) -> Result<DataKey> {
        let context = data_key_context(id, version);
        let unwrapped = self.key.open(context.clone(), wrapped)?;
        opened(id, version, &unwrapped, context, &self.provider)
    }

    /// The same data key wrapped under `next`, when this class key is rotated. What it seals is not touched.
    pub fn rewrap_data_key(&self, id: Uuid, version: u32, wrapped: &[u8], next: &ClassKey) -> Result<Vec<u8>> {
        let unwrapped = self.key.open(data_key_context(id, version), wrapped)?;
        next.key.seal(data_key_context(id, version), &unwrapped)
    }
}

impl fmt::Debug for ClassKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClassKey({} v{})", self.id(), self.version())
    }
}

fn data_key_context(id: Uuid, version: u32) -> Vec<u8> {
    context("data-key", &[id.as_bytes(), &version.to_be_bytes()])
}

fn part_key_context(id: Uuid) -> Vec<u8> {
    context("part-key", &[id.as_bytes()])
}

/// A new key, and what is to be wrapped of it: its secret, or what the device stores of it.
fn generate(
    id: Uuid,
    version: u32,
    suite: Suite,
    context: &[u8],
    provider: &Arc<dyn Provider>,
) -> Result<(DataKey, Zeroizing<Vec<u8>>)> {
    if suite == Suite::Sm4InDevice {
        let device = provider.data().ok_or_else(no_device)?;
        let stored = device.new_key(context)?;
        let key = DeviceKey { device, stored: stored.clone(), context: context.to_vec() };
        return Ok((DataKey::of(SealingKey::in_device(id, version, key)?, provider), Zeroizing::new(stored)));
    }
    let mut secret = Zeroizing::new(vec![0; suite.secret_len()]);
    provider.random(&mut secret)?;
    Ok((DataKey::new(id, version, suite, &secret, provider)?, secret))
}

/// The key from what was wrapped of it.
fn opened(id: Uuid, version: u32, unwrapped: &[u8], context: Vec<u8>, provider: &Arc<dyn Provider>) -> Result<DataKey> {
    let (suite, secret) = decode(unwrapped)?;
    if suite == Suite::Sm4InDevice {
        let device = provider.data().ok_or_else(no_device)?;
        let key = DeviceKey { device, stored: secret.to_vec(), context };
        return Ok(DataKey::of(SealingKey::in_device(id, version, key)?, provider));
    }
    DataKey::new(id, version, suite, secret, provider)
}

fn no_device() -> Error {
    ErrorCode::KeyUnavailable.because("the key of the data is in a crypto device, and no device is configured")
}

/// What is wrapped: the bare secret under suite 1, the suite's number and the secret under any other.
fn encode(suite: Suite, secret: &[u8]) -> Zeroizing<Vec<u8>> {
    let number = (suite != Suite::Sm4Gcm).then(|| suite.number());
    let mut encoded = Zeroizing::new(Vec::with_capacity(1 + secret.len()));
    encoded.extend(number);
    encoded.extend_from_slice(secret);
    encoded
}

/// The way back. A right tag has vouched for the bytes, so an error is ours or the provider's.
fn decode(unwrapped: &[u8]) -> Result<(Suite, &[u8])> {
    if unwrapped.len() == Suite::Sm4Gcm.secret_len() {
        return Ok((Suite::Sm4Gcm, unwrapped));
    }
    let (number, secret) =
        unwrapped.split_first().ok_or_else(|| ErrorCode::DataAltered.because("a wrapped key of another length"))?;
    Ok((Suite::numbered(*number)?, secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::envelope::OVERHEAD;
    use crate::crypto::provider::SoftProvider;
    use crate::crypto::root::RootKey;
    use crate::crypto::sm3::Digest;

    const AAD: Aad<'static> = Aad { table: "message", column: "body", row: Uuid::from_u128(1) };

    fn class(secret: u8) -> ClassKey {
        let provider: Arc<dyn Provider> = Arc::new(SoftProvider::new(RootKey::generate().unwrap(), Vec::new()));
        ClassKey::new(Uuid::from_u128(u128::from(secret)), 1, &[secret; 16], &provider).unwrap()
    }

    /// A provider that always draws the same, or nothing.
    #[derive(Debug)]
    struct Dice {
        inside: SoftProvider,
        is_away: AtomicBool,
    }

    impl Provider for Dice {
        fn name(&self) -> &'static str {
            "dice"
        }
        fn certified(&self) -> bool {
            false
        }
        fn root_id(&self) -> (Uuid, u32) {
            self.inside.root_id()
        }
        fn ready(&self) -> Result<()> {
            self.inside.ready()
        }
        fn random(&self, out: &mut [u8]) -> Result<()> {
            if self.is_away.load(Ordering::Relaxed) {
                return Err(ErrorCode::KeyUnavailable.because("away"));
            }
            out.fill(6);
            Ok(())
        }
        fn wrap(&self, context: Vec<u8>, secret: &[u8]) -> Result<Vec<u8>> {
            self.inside.wrap(context, secret)
        }
        fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
            self.inside.unwrap(context, wrapped)
        }
        fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>> {
            self.inside.derive(purpose)
        }
    }

    #[test]
    fn every_secret_is_drawn_from_the_provider_and_from_nowhere_else() {
        let inside = SoftProvider::new(RootKey::generate().unwrap(), Vec::new());
        let dice = Arc::new(Dice { inside, is_away: AtomicBool::new(false) });
        let provider: Arc<dyn Provider> = dice.clone();
        let class = ClassKey::new(Uuid::from_u128(1), 1, &[1; 16], &provider).unwrap();
        let (id, part) = (Uuid::from_u128(5), Uuid::from_u128(6));
        for suite in Suite::IN_SOFTWARE {
            let (one, wrapped) = class.generate_data_key(id, 1, suite).unwrap();
            let (other, _) = class.generate_data_key(id, 1, suite).unwrap();
            assert_eq!(**other.open(&AAD, one.seal(&AAD, b"x").unwrap()).unwrap(), *b"x", "{suite:?}");
            // A key that was read again has the same source.
            let read = class.unwrap_data_key(id, 1, &wrapped).unwrap();
            let (one, other) = (one.generate_part_key(part).unwrap().0, read.generate_part_key(part).unwrap().0);
            assert_eq!(**other.open(&AAD, one.seal(&AAD, b"x").unwrap()).unwrap(), *b"x", "{suite:?}");
            dice.is_away.store(true, Ordering::Relaxed);
            for refused in [class.generate_data_key(id, 2, suite), read.generate_part_key(part)] {
                assert_eq!(refused.unwrap_err().code(), ErrorCode::KeyUnavailable);
            }
            read.seal(&AAD, b"x").unwrap();
            dice.is_away.store(false, Ordering::Relaxed);
        }
    }

    #[test]
    fn an_unwrapped_key_opens_what_the_generated_one_sealed() {
        let class = class(1);
        let (key, wrapped) = class.generate_data_key(Uuid::from_u128(5), 1, Suite::Sm4Gcm).unwrap();
        let again = class.unwrap_data_key(key.id(), key.version(), &wrapped).unwrap();
        let stored = key.seal(&AAD, "转账限额是多少".as_bytes()).unwrap();
        assert_eq!(**again.open(&AAD, &stored).unwrap(), *"转账限额是多少".as_bytes());
        assert_eq!(**key.open(&AAD, again.seal(&AAD, b"back").unwrap()).unwrap(), *b"back");
    }

    #[test]
    fn a_wrapped_key_belongs_to_its_id_version_and_class() {
        let (one, other) = (class(1), class(2));
        let (key, wrapped) = one.generate_data_key(Uuid::from_u128(5), 1, Suite::Sm4Gcm).unwrap();
        for refused in [
            one.unwrap_data_key(Uuid::from_u128(6), 1, &wrapped),
            one.unwrap_data_key(key.id(), 2, &wrapped),
            other.unwrap_data_key(key.id(), 1, &wrapped),
            one.unwrap_data_key(key.id(), 1, key.seal(&AAD, &[0; 16]).unwrap().as_bytes()),
        ] {
            assert_eq!(refused.unwrap_err().code(), ErrorCode::DataAltered);
        }
    }

    #[test]
    fn rewrapping_moves_the_key_and_leaves_the_data() {
        let (old, next) = (class(1), class(2));
        let (key, wrapped) = old.generate_data_key(Uuid::from_u128(5), 4, Suite::Sm4Gcm).unwrap();
        let stored = key.seal(&AAD, b"kept").unwrap();
        let rewrapped = old.rewrap_data_key(key.id(), 4, &wrapped, &next).unwrap();
        assert_eq!(super::super::envelope_key_id(&rewrapped).unwrap(), (next.id(), 1));
        let moved = next.unwrap_data_key(key.id(), 4, &rewrapped).unwrap();
        assert_eq!(**moved.open(&AAD, &stored).unwrap(), *b"kept");
        assert!(old.unwrap_data_key(key.id(), 4, &rewrapped).is_err());
    }

    #[test]
    fn debug_prints_ids_only() {
        let class = class(1);
        let (key, _) = class.generate_data_key(Uuid::from_u128(5), 1, Suite::Sm4Gcm).unwrap();
        assert_eq!(format!("{key:?}"), "DataKey(00000000-0000-0000-0000-000000000005 v1)");
        assert_eq!(format!("{class:?}"), "ClassKey(00000000-0000-0000-0000-000000000001 v1)");
    }

    #[test]
    fn every_suite_is_wrapped_with_its_key() {
        let class = class(1);
        for suite in Suite::IN_SOFTWARE {
            let (key, wrapped) = class.generate_data_key(Uuid::from_u128(5), 1, suite).unwrap();
            let again = class.unwrap_data_key(key.id(), 1, &wrapped).unwrap();
            assert_eq!(again.suite(), suite);
            assert_eq!(**again.open(&AAD, key.seal(&AAD, b"x").unwrap()).unwrap(), *b"x");
        }
    }

    #[test]
    fn versions_open_and_only_the_current_one_seals() {
        let (class, id) = (class(1), Uuid::from_u128(5));
        let (first, _) = class.generate_data_key(id, 1, Suite::Sm4Gcm).unwrap();
        let (second, _) = class.generate_data_key(id, 2, Suite::Sm4CtrHmac).unwrap();
        let (old, new) = (first.seal(&AAD, b"old").unwrap(), second.seal(&AAD, b"new").unwrap());
        assert!(first.open(&AAD, &new).is_err());
        let both = second.clone().with_versions(vec![first.clone()]);
        assert_eq!(**both.open(&AAD, &old).unwrap(), *b"old");
        assert_eq!(**both.open(&AAD, &new).unwrap(), *b"new");
        assert_eq!(envelope_key_id(both.seal(&AAD, b"x").unwrap().as_bytes()).unwrap(), (id, 2));
    }

    #[test]
    fn a_closed_gate_stops_sealing_and_not_opening() {
        let gate = SealingGate::default();
        let key = class(1).generate_data_key(Uuid::from_u128(5), 1, Suite::Sm4Gcm).unwrap().0.behind(gate.clone());
        let stored = key.seal(&AAD, b"x").unwrap();
        gate.close();
        assert_eq!(key.seal(&AAD, b"x").unwrap_err().code(), ErrorCode::KeyUnavailable);
        assert_eq!(key.seal_onto(&mut Vec::new(), &AAD, b"x").unwrap_err().code(), ErrorCode::KeyUnavailable);
        let mut frame = [b'x'; 1 + OVERHEAD];
        assert_eq!(key.seal_in_place(&AAD, &mut frame).unwrap_err().code(), ErrorCode::KeyUnavailable);
        assert_eq!(frame, [0; 1 + OVERHEAD]);
        assert!(key.generate_part_key(Uuid::from_u128(6)).is_err());
        assert_eq!(**key.open(&AAD, &stored).unwrap(), *b"x");
        gate.open();
        key.seal(&AAD, b"x").unwrap();
    }

    #[test]
    fn a_part_key_belongs_to_its_key_and_id() {
        let class = class(1);
        for suite in Suite::IN_SOFTWARE {
            let (key, _) = class.generate_data_key(Uuid::from_u128(5), 1, suite).unwrap();
            let (other, _) = class.generate_data_key(Uuid::from_u128(5), 1, suite).unwrap();
            let (part, wrapped) = key.generate_part_key(Uuid::from_u128(6)).unwrap();
            let again = key.unwrap_part_key(part.id(), &wrapped).unwrap();
            assert_eq!(**again.open(&AAD, part.seal(&AAD, b"x").unwrap()).unwrap(), *b"x");
            assert!(key.unwrap_part_key(Uuid::from_u128(7), &wrapped).is_err());
            assert!(other.unwrap_part_key(part.id(), &wrapped).is_err());
            let rewrapped = key.rewrap_part_key(part.id(), &wrapped, &other).unwrap();
            let moved = other.unwrap_part_key(part.id(), &rewrapped).unwrap();
            assert_eq!(**moved.open(&AAD, part.seal(&AAD, b"x").unwrap()).unwrap(), *b"x");
        }
    }
}
