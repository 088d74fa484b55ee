//! Random bytes from the operating system: for nonces, salts and tokens, and for what the software provider gives. The secrets of class keys and data
//! keys come from the provider ([`super::Provider::random`]).

use crate::error::{ErrorCode, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Fills `out` from the kernel's generator; `crypto.key_unavailable` when it has none.
pub fn fill(out: &mut [u8]) -> Result<()> {
    getrandom::fill(out).map_err(|e| ErrorCode::KeyUnavailable.caused_by(e.to_string()).context("random generator"))
}

/// `N` secret random bytes, cleared when dropped.
pub fn secret<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut out = Zeroizing::new([0; N]);
    fill(out.as_mut_slice())?;
    Ok(out)
}

/// `N` random bytes that need not stay secret: salts, nonces.
pub fn public<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0; N];
    fill(&mut out)?;
    Ok(out)
}

/// A bearer token: 256 random bits as 43 characters of base64url. Only its SM3 digest is ever stored.
pub fn token() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(secret::<32>()?.as_slice()))
}
