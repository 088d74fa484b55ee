//! Who signs with SM2: this process with a private key in its memory, or a crypto device with one that never leaves it.

use std::fmt;
use std::sync::Arc;

use super::sm2::{PublicKey, SigningKey, message_digest};
use crate::error::Result;

/// A key pair in crypto devices. Calls block for as long as a device takes.
pub trait DeviceSigning: Send + Sync + fmt::Debug {
    fn public(&self) -> Result<PublicKey>;

    /// The signature in DER of a message whose digest e = SM3(Z ‖ M) is given. Errors: `KeyUnavailable`.
    fn sign_digest(&self, digest: &[u8; 32]) -> Result<Vec<u8>>;
}

/// Signs under the default identity of GB/T 35276.
#[derive(Debug)]
pub enum Signatory {
    Software(SigningKey),
    Device(Arc<dyn DeviceSigning>),
}

impl Signatory {
    pub fn public(&self) -> Result<PublicKey> {
        match self {
            Signatory::Software(key) => Ok(key.public()),
            Signatory::Device(device) => device.public(),
        }
    }

    /// The signature of `msg` in DER. May block on a device. Errors: `KeyUnavailable`.
    pub fn sign(&self, msg: &[u8]) -> Result<Vec<u8>> {
        match self {
            Signatory::Software(key) => key.sign(msg),
            Signatory::Device(device) => device.sign_digest(&message_digest(&device.public()?, msg)?),
        }
    }
}
