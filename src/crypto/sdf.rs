//! The provider on crypto devices (GM/T 0018): the root key never leaves them. `docs/adr/0024-crypto-devices-through-sdf.md` has the reasons.

use super::private_file;
use super::provider::{DeviceData, Provider};
use super::random;
use super::signatory::DeviceSigning;
use super::sm2::{self, PublicKey};
use super::sm3::Digest;
use crate::error::{Error, ErrorCode, Result};
use guitai_sdf::client::{ClientConfig, DataKeyRef, DeviceState};
use guitai_sdf::{Client, ErrorKind, Root};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use guitai_sdf::client::BrokerCommand;

/// How long the program waits at its start for a first device.
const FIRST_DEVICE: Duration = Duration::from_secs(20);

/// The devices behind their brokers.
pub struct SdfProvider {
    client: Arc<Client>,
    /// Every root key of the root file, the active one last.
    roots: Vec<(Uuid, u32)>,
    certified: bool,
    /// Whether data is sealed in the device as well.
    seals_data: bool,
    /// Whether a key pair of the devices signs.
    signs: bool,
}

/// What else the devices do than hold the root key.
#[derive(Debug, Clone, Copy, Default)]
pub struct Duties {
    /// The bank has the devices' certificates (商用密码产品认证证书), which no library can know.
    pub certified: bool,
    pub seals_data: bool,
    pub signs: bool,
}

impl SdfProvider {
    /// Starts a broker for each device and waits for one of them to pass its self-test. `root_file` holds the root keys as the devices wrapped
    /// them. Blocking.
    ///
    /// Errors: `KeyUnavailable` when there is no root key or no device is ready in time, `ConfigInvalid`.
    pub fn start(devices: Vec<BrokerCommand>, root_file: &Path, duties: Duties) -> Result<Self> {
        let roots = roots_in(root_file).map_err(|e| e.context("make one with `guitai keys create-device-root`"))?;
        let client = Client::start(ClientConfig::new(devices)).map_err(refused)?;
        client.wait_ready(FIRST_DEVICE).map_err(refused)?;
        let Duties { certified, seals_data, signs } = duties;
        Ok(SdfProvider { client: Arc::new(client), roots, certified, seals_data, signs })
    }

    /// Whether one of the devices says of itself that it is for tests.
    fn has_test_device(&self) -> bool {
        let says_so = |state: &DeviceState| state.hello.as_ref().is_some_and(|h| h.issuer.contains("TEST DEVICE"));
        self.client.state().iter().any(says_so)
    }
}

/// Id and version of the root keys in a file, the active one last.
pub fn roots_in(file: &Path) -> Result<Vec<(Uuid, u32)>> {
    Ok(Root::read_all(file).map_err(refused)?.iter().map(Root::name).collect())
}

/// Makes root keys, or the next version of those there are, in the first of these devices that is ready, and adds them to `file`, as the device wrapped
/// them. Gives their id and version. Blocking. Errors: `KeyUnavailable`.
pub fn create_root(devices: Vec<BrokerCommand>, file: &Path) -> Result<(Uuid, u32)> {
    let former = if file.exists() { roots_in(file)? } else { Vec::new() };
    let (id, version) = former.last().map_or_else(|| (Uuid::now_v7(), 1), |(id, version)| (*id, version + 1));
    let client = Client::start(ClientConfig::new(devices)).map_err(refused)?;
    client.wait_ready(FIRST_DEVICE).map_err(refused)?;
    let line = client.create_root(id, version).map_err(refused)?.to_text();
    if former.is_empty() {
        private_file::write_new(file, &line)?;
    } else {
        let before = private_file::read(file)?;
        // Nothing of it is secret: what is replaced need not be overwritten.
        drop(private_file::replace(file, &format!("{}{line}", *before))?);
    }
    Ok((id, version))
}

/// An error of a device as the program tells it. The detail names the device and its code and holds no secret.
fn refused(e: guitai_sdf::Error) -> Error {
    let code = match e.kind {
        ErrorKind::Altered => ErrorCode::DataAltered,
        ErrorKind::Malformed => ErrorCode::ConfigInvalid,
        _ => ErrorCode::KeyUnavailable,
    };
    code.because(e.detail)
}

impl Provider for SdfProvider {
    fn name(&self) -> &'static str {
        "sdf"
    }

    fn certified(&self) -> bool {
        self.certified && !self.has_test_device()
    }

    fn root_id(&self) -> (Uuid, u32) {
        self.roots.last().copied().unwrap_or_default()
    }

    fn roots(&self) -> Vec<(Uuid, u32)> {
        self.roots.clone()
    }

    fn ready(&self) -> Result<()> {
        self.client.ready().map_err(refused)
    }

    fn random(&self, out: &mut [u8]) -> Result<()> {
        self.client.random(out).map_err(refused)?;
        // A generator that fails silently is masked by the kernel's: the sum is as good as the better of the two.
        let mut own = Zeroizing::new(vec![0; out.len()]);
        random::fill(&mut own)?;
        out.iter_mut().zip(own.iter()).for_each(|(byte, own)| *byte ^= own);
        Ok(())
    }

    fn wrap(&self, context: Vec<u8>, secret: &[u8]) -> Result<Vec<u8>> {
        self.client.wrap(&context, secret).map_err(refused)
    }

    fn unwrap(&self, context: Vec<u8>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.client.unwrap(&context, wrapped).map_err(refused)
    }

    fn derive(&self, purpose: &str) -> Result<Zeroizing<Digest>> {
        self.client.derive(purpose).map_err(refused)
    }

    fn data(&self) -> Option<Arc<dyn DeviceData>> {
        self.seals_data.then(|| Arc::new(Data(Arc::clone(&self.client))) as Arc<dyn DeviceData>)
    }

    fn signing(&self) -> Option<Arc<dyn DeviceSigning>> {
        self.signs.then(|| Arc::new(Signing(Arc::clone(&self.client))) as Arc<dyn DeviceSigning>)
    }

    fn devices(&self) -> Vec<String> {
        let shown = |state: DeviceState| {
            let hello = state.hello.map(|h| format!("{} {} {}", h.issuer, h.device, h.serial)).unwrap_or_default();
            let last = state.last_error.map(|e| format!("；最近错误 / last error: {}", e.detail)).unwrap_or_default();
            format!("{}: {:?} {} s {hello}{last}", state.name, state.phase, state.since.as_secs())
        };
        self.client.state().into_iter().map(shown).collect()
    }
}

impl fmt::Debug for SdfProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SdfProvider({:?})", self.client)
    }
}

/// The key pair in the devices.
#[derive(Debug)]
struct Signing(Arc<Client>);

impl DeviceSigning for Signing {
    fn public(&self) -> Result<PublicKey> {
        let key = self.0.public_key();
        PublicKey::from_bytes(
            &key.ok_or_else(|| ErrorCode::KeyUnavailable.because("no device has told its public key"))?,
        )
    }

    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>> {
        sm2::signature_to_der(&self.0.sign(digest).map_err(refused)?)
    }
}

/// Data sealed in the devices.
struct Data(Arc<Client>);

impl DeviceData for Data {
    fn new_key(&self, context: &[u8]) -> Result<Vec<u8>> {
        self.0.new_data_key(context).map_err(refused)
    }

    fn seal(&self, key: &[u8], key_context: &[u8], context: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        self.0.encrypt(DataKeyRef { stored: key, context: key_context }, context, plain).map_err(refused)
    }

    fn open(&self, key: &[u8], key_context: &[u8], context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.0.decrypt(DataKeyRef { stored: key, context: key_context }, context, sealed).map_err(refused)
    }
}
