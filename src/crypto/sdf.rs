//! The provider on crypto devices (GM/T 0018): the root key never leaves them. `docs/adr/0024-crypto-devices-through-sdf.md` has the reasons.

use super::private_file;
use super::provider::{DeviceData, Provider};
use super::random;
use super::signatory::DeviceSigning;
use super::sm2::{self, PublicKey};
use super::sm3::Digest;
use super::stock::Stock;
use crate::error::{Error, ErrorCode, Result};
use guitai_sdf::client::{ClientConfig, DataKeyRef, DeviceState};
use guitai_sdf::root::MOST_ROOTS;
use guitai_sdf::{Client, ErrorKind, Root};
use std::fmt;
use std::path::{Path, PathBuf};
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
    /// Whether a key pair of the devices signs.
    signs: bool,
    /// Random bytes of the devices, for keys that are still to be made.
    stock: Stock,
}

/// What else the devices do than hold the root key.
#[derive(Debug, Clone, Default)]
pub struct Duties {
    /// The bank has the devices' certificates (商用密码产品认证证书), which no library can know.
    pub certified: bool,
    pub signs: bool,
    /// The file with the PIN of the key pair that signs: devices that refused it are tried again when the file changes.
    pub pin_file: Option<PathBuf>,
}

impl SdfProvider {
    /// Starts a broker for each device and waits for one of them to pass its self-test. `root_file` holds the root keys as the devices wrapped
    /// them. Blocking.
    ///
    /// Errors: `KeyUnavailable` when there is no root key or no device is ready in time, `ConfigInvalid`, also when every device refuses the PIN.
    pub fn start(devices: Vec<BrokerCommand>, root_file: &Path, duties: Duties) -> Result<Self> {
        let roots = roots_in(root_file).map_err(|e| e.context("make one with `guitai keys create-device-root`"))?;
        let Duties { certified, signs, pin_file } = duties;
        let client = Client::start(ClientConfig { pin_file, ..ClientConfig::new(devices) }).map_err(refused)?;
        client.wait_ready(FIRST_DEVICE).map_err(|e| match e.kind {
            // A fault of the configuration, upon which a service manager starts nothing anew: every start would present the PIN once more, and
            // devices lock a key after some attempts.
            ErrorKind::Refused => ErrorCode::ConfigInvalid.because(e.detail),
            _ => refused(e),
        })?;
        if client.roots() != roots {
            let what = format!("{} was changed while the devices were being started: start again", root_file.display());
            return Err(ErrorCode::KeyUnavailable.because(what));
        }
        Ok(SdfProvider { client: Arc::new(client), roots, certified, signs, stock: Stock::default() })
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
/// them. Gives their id and version. Blocking. Errors: `KeyUnavailable`, and `Conflict` when the file is full, before anything is made.
pub fn create_root(devices: Vec<BrokerCommand>, file: &Path) -> Result<(Uuid, u32)> {
    let mut roots = if file.exists() { Root::read_all(file).map_err(refused)? } else { Vec::new() };
    if roots.len() >= MOST_ROOTS {
        return Err(ErrorCode::Conflict.because(format!(
            "{} holds {MOST_ROOTS} root keys and no device loads more: run `guitai keys rewrap`, then `guitai keys remove-device-root` for a \
             former one; nothing was made",
            file.display()
        )));
    }
    let is_first = roots.is_empty();
    let (id, version) =
        roots.last().map(Root::name).map_or_else(|| (Uuid::now_v7(), 1), |(id, version)| (id, version + 1));
    let client = Client::start(ClientConfig::new(devices)).map_err(refused)?;
    client.wait_ready(FIRST_DEVICE).map_err(refused)?;
    roots.push(client.create_root(id, version).map_err(refused)?);
    // Nothing is put in place that the devices' brokers would not read.
    let text = Root::file_text(&roots).map_err(refused)?;
    if is_first {
        private_file::write_new(file, &text)?;
    } else {
        // Nothing of it is secret: what is replaced need not be overwritten.
        drop(private_file::replace(file, &text)?);
    }
    Ok((id, version))
}

/// Takes a former root key out of `file`. The caller has seen to it that no stored key is wrapped under it: whatever was is lost. Data keys that are
/// in the devices do not hang on it. Errors: `NotFound`, and `Conflict` for the root key that wraps.
pub fn remove_root(file: &Path, root: (Uuid, u32)) -> Result<()> {
    let mut roots = Root::read_all(file).map_err(refused)?;
    let (id, version) = root;
    let at = roots.iter().position(|known| known.name() == root).ok_or_else(|| {
        ErrorCode::NotFound.because(format!("{} does not hold the root key {id} v{version}", file.display()))
    })?;
    if at + 1 == roots.len() {
        return Err(ErrorCode::Conflict
            .because(format!("{id} v{version} is the root key that wraps; only what came before it is removed")));
    }
    roots.remove(at);
    drop(private_file::replace(file, &Root::file_text(&roots).map_err(refused)?)?);
    Ok(())
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
        // What was drawn beforehand is no way around devices that are gone.
        self.ready()?;
        self.stock.take(out, |drawn| {
            self.client.random(drawn).map_err(refused)?;
            // A generator that fails silently is masked by the kernel's: the sum is as good as the better of the two.
            let mut own = Zeroizing::new(vec![0; drawn.len()]);
            random::fill(&mut own)?;
            drawn.iter_mut().zip(own.iter()).for_each(|(byte, own)| *byte ^= own);
            Ok(())
        })
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
        Some(Arc::new(Data(Arc::clone(&self.client))))
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

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    /// A line of a root file. Whether its keys are right, only a device could say.
    fn line(version: u32) -> String {
        let key = "5a".repeat(16);
        format!("guitai-device-root-1 {ID} {version} 1 ecb {key} {key} {key} {key}\n")
    }

    fn root_file(versions: &[u32]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root");
        std::fs::write(&file, versions.iter().map(|version| line(*version)).collect::<String>()).unwrap();
        (folder, file)
    }

    #[test]
    fn a_root_key_too_many_is_refused_before_a_device_makes_it() {
        let (_folder, file) = root_file(&[1, 2, 3, 4]);
        let before = std::fs::read(&file).unwrap();
        // There is no device: whoever asked one would be told so, with another code.
        let error = create_root(Vec::new(), &file).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Conflict);
        assert!(error.detail().contains("rewrap") && error.detail().contains("remove-device-root"), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
        let (_folder, file) = root_file(&[1, 2, 3]);
        assert_ne!(create_root(Vec::new(), &file).unwrap_err().code(), ErrorCode::Conflict);
    }

    #[test]
    fn a_former_root_key_is_removed_and_the_one_that_wraps_is_not() {
        let (_folder, file) = root_file(&[1, 2, 3]);
        assert_eq!(remove_root(&file, (ID, 3)).unwrap_err().code(), ErrorCode::Conflict);
        assert_eq!(remove_root(&file, (ID, 4)).unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(remove_root(&file, (Uuid::from_u128(8), 1)).unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(roots_in(&file).unwrap(), [(ID, 1), (ID, 2), (ID, 3)]);
        remove_root(&file, (ID, 1)).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}{}", line(2), line(3)));
        remove_root(&file, (ID, 2)).unwrap();
        assert_eq!(remove_root(&file, (ID, 3)).unwrap_err().code(), ErrorCode::Conflict, "the last one");
    }
}
