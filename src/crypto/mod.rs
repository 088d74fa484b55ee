//! SM4, SM3 and SM2, the keyring, the stored envelope, blind indexes. Knows no table.
//!
//! What everything else needs from here:
//!
//! - [`Keyring`] (root key → [`ClassKey`] → [`DataKey`]): a data key seals what is stored, a class key wraps data keys,
//!   the root key, which lives in a [`Provider`], wraps class keys. All of it is pure: rows and files are the caller's.
//! - [`DataKey::seal`] and [`DataKey::open`]: the stored form of every sealed value ([`envelope`]).
//! - [`MacKey`] (HMAC-SM3), [`BlindIndex`] (search over sealed values), [`password`] (verifiers),
//!   [`merkle`] (the audit log's tree), [`sm2`] (signatures, digital envelopes), [`sm3`].
//! - [`custody`] (shares of the root key, the record of a ceremony), [`passphrase`] (files under a passphrase),
//!   [`process`] (no core dumps).
//! - [`kat`]: the known-answer test that runs at every start; [`kat_file`]: the same for any vector file.
//!
//! What always holds: no key type prints its secret; secrets are cleared when dropped; a value that was changed, moved
//! to another row or column, or sealed under another key does not open and its error is `crypto.data_altered`; what is
//! stored is sealed with one of the suites of [`suite`], under a 96-bit nonce and a 128-bit tag. The other modes in
//! [`sm4::exchange`] exist for partners' formats and for test vectors.

pub mod blind_index;
pub mod custody;
pub mod envelope;
pub mod file_form;
pub mod kat;
pub mod kat_file;
pub mod keyring;
pub mod keys;
pub mod merkle;
pub mod nonce;
pub mod passphrase;
pub mod password;
mod private_file;
pub mod process;
pub mod provider;
pub mod random;
pub mod root;
pub mod sdf;
pub mod signatory;
pub mod sm2;
pub mod sm3;
pub mod sm4;
mod stock;
pub mod suite;
mod wiped;

pub use blind_index::BlindIndex;
pub use envelope::{Aad, Sealed, envelope_key_id};
pub use keyring::{Keyring, MacKey, WrappedKey};
pub use keys::{ClassKey, DataKey, SealingGate};
pub use passphrase::Passphrase;
pub use provider::Provider;
pub use root::{PassphraseSource, RootKey, RootKeys, RootSource};
pub use signatory::{DeviceSigning, Signatory};
pub use suite::Suite;
