//! Return codes: their names in the standard's header, and what each means for whoever called.

use super::Fault;
use crate::error::{Error, ErrorKind};

pub const OK: u32 = 0;
const BASE: u32 = 0x0100_0000;

/// Names of SDR_BASE + 1 and on (GM/T 0018-2023 annex; 0x1F came with 2023).
const NAMES: [&str; 31] = [
    "SDR_UNKNOWERR",
    "SDR_NOTSUPPORT",
    "SDR_COMMFAIL",
    "SDR_HARDFAIL",
    "SDR_OPENDEVICE",
    "SDR_OPENSESSION",
    "SDR_PARDENY",
    "SDR_KEYNOTEXIST",
    "SDR_ALGNOTSUPPORT",
    "SDR_ALGMODNOTSUPPORT",
    "SDR_PKOPERR",
    "SDR_SKOPERR",
    "SDR_SIGNERR",
    "SDR_VERIFYERR",
    "SDR_SYMOPERR",
    "SDR_STEPERR",
    "SDR_FILESIZEERR",
    "SDR_FILENOEXIST",
    "SDR_FILEOFSERR",
    "SDR_KEYTYPEERR",
    "SDR_KEYERR",
    "SDR_ENCDATAERR",
    "SDR_RANDERR",
    "SDR_PRKRERR",
    "SDR_MACERR",
    "SDR_FILEEXISTS",
    "SDR_FILEWERR",
    "SDR_NOBUFFER",
    "SDR_INARGERR",
    "SDR_OUTARGERR",
    "SDR_USERIDERR",
];

/// The code as the standard's header names it. From 0x16 on vendors reuse numbers, so the number is always shown beside it.
pub fn name(code: u32) -> &'static str {
    if code == OK {
        return "SDR_OK";
    }
    let at = code.checked_sub(BASE + 1).and_then(|at| usize::try_from(at).ok());
    at.and_then(|at| NAMES.get(at).copied()).unwrap_or("a code of the vendor's own")
}

/// Whether the session, or the whole device, has to be opened anew (`docs/sdf.md`, 3.2).
pub fn is_lost(code: u32) -> bool {
    matches!(
        code,
        0x0100_0001
            | 0x0100_0003..=0x0100_0006
            | 0x0100_0403
            | 0x0101_0064..=0x0101_006B
            | 0x0101_00C8..=0x0101_00CA
            | 0x0140_0001
    )
}

impl Fault {
    /// Whether the session has to be opened anew before it is of use again.
    pub fn is_lost(&self) -> bool {
        matches!(self, Fault::Code { code, .. } if is_lost(*code))
    }

    /// For a call that presents a PIN: whatever is not a lost session is taken for a refusal, since the codes for a wrong PIN differ
    /// from vendor to vendor and a second attempt may lock the key.
    pub fn of_pin(self) -> Error {
        match self {
            Fault::Code { call, code } if !is_lost(code) => Error::of_code(
                ErrorKind::Refused,
                code,
                format!(
                    "{call} answered {} (0x{code:08X}): the device refused the PIN of the signing key; it is not tried again, because devices \
                     lock a key after some attempts. Correct the PIN file, or touch it once the device is set right: then it is tried again",
                    name(code)
                ),
            ),
            other => other.into(),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault {
            Fault::Code { call, code } => {
                let (kind, what) = match code {
                    _ if is_lost(code) => {
                        (ErrorKind::DeviceAway, "the device does not answer; check it and its network")
                    }
                    0x0100_0007 | 0x0100_0018 => (ErrorKind::Refused, "no right to use the private key"),
                    0x0100_0008 | 0x0100_0015 => {
                        (ErrorKind::Device, "no such key, or not under this key; check the key index")
                    }
                    0x0100_0002 | 0x0100_0009 | 0x0100_000A => {
                        (ErrorKind::Unsupported, "the device cannot do this; check the section [crypto.sdf]")
                    }
                    _ => (ErrorKind::Device, "the device could not do this; its vendor's manual explains the code"),
                };
                Error::of_code(kind, code, format!("{call} answered {} (0x{code:08X}): {what}", name(code)))
            }
            Fault::Answer { call, what } => {
                Error::new(ErrorKind::SelfTest, format!("{call} answered wrongly: {what}; the device must not be used"))
            }
            Fault::Missing { call } => Error::new(ErrorKind::Unsupported, format!("the library has no {call}")),
            Fault::Library { why } => Error::new(ErrorKind::Malformed, why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_names_of_the_header() {
        for (code, expected) in [
            (0, "SDR_OK"),
            (0x0100_0001, "SDR_UNKNOWERR"),
            (0x0100_0010, "SDR_STEPERR"),
            (0x0100_0018, "SDR_PRKRERR"),
            (0x0100_001F, "SDR_USERIDERR"),
            (0x0100_0020, "a code of the vendor's own"),
            (0x00FF_FFFF, "a code of the vendor's own"),
            (u32::MAX, "a code of the vendor's own"),
        ] {
            assert_eq!(name(code), expected, "{code:#x}");
        }
    }

    #[test]
    fn a_wrong_pin_is_a_refusal_under_every_vendors_code_and_a_lost_line_is_not() {
        let call = "SDF_GetPrivateKeyAccessRight";
        for code in [0x0100_0018, 0x0100_0100, 0x0100_0023, 0x0100_0024, 0x0100_001D] {
            assert_eq!(Fault::Code { call, code }.of_pin().kind, ErrorKind::Refused);
        }
        assert_eq!(Fault::Code { call, code: 0x0100_0003 }.of_pin().kind, ErrorKind::DeviceAway);
    }
}
