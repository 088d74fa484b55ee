//! A crypto device in software behind the C interface of GM/T 0018, for tests. It protects nothing: its keys lie in clear in a folder.
//!
//! The folder is named by SDF_OpenDeviceWithPath, else by `GUITAI_SDF_TEST_DEVICE`, else it is the current one. It holds
//!
//! - `kek-N.key`: the KEK at index N, 32 hexadecimal digits. `sm2-N.key`: the private key of the pair at index N, 64 digits. Both are made
//!   on first use of the folder for index 1.
//! - `pin-N`: the PIN of that pair; without it none is asked for. `pin-attempts`: a line for every PIN presented.
//! - `control`: what goes wrong ([`control`]), read at every call.
//!
//! What it does as real libraries do, so that a careless caller notices: it refuses data that is not whole blocks, a session that is closed, a
//! key of another session and a second open device; it gives the next IV back in the IV; it clears the whole of a longer ECCCipher.

pub mod control;
pub mod keys;
mod sdf;
mod state;

/// What it calls itself in SDF_GetDeviceInfo.
pub const ISSUER: &str = "Guitai TEST DEVICE (not a product)";
