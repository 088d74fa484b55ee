//! Runs a file of test vectors: `guitai crypto kat FILE.jsonl`.
//!
//! One JSON object a line, binary fields in hexadecimal, as in `tests/data/gm_crypto_vectors`:
//!
//! | alg | op | fields |
//! |---|---|---|
//! | SM3 | digest | msg, repeat, digest |
//! | HMAC-SM3 | mac | key, msg, tag (may be shortened) |
//! | SM4-GCM, SM4-CCM | aead or cipher | key, iv, aad, msg, ct, tag |
//! | SM4-ECB, -CBC, -CFB, -OFB, -CTR, -XTS | cipher | key, iv, msg, ct; standard (GB, the default, or IEEE) of XTS |
//! | SM2 | decrypt | key_pem, input, output |
//! | SM2 | verify | key_pem (public or private), input, output (the signature) |
//! | SM2 | sign | key_pem, input; output, if there is one, must verify |
//!
//! `expect` is `valid`; anything else means that the input must be refused. SM2's `ctrl` names a digest (only SM3 is
//! known, any other is refused) and a signer's identity (`distid:…`); an input to sign or verify with an identity is the
//! message, one without is its digest.

use super::sm2;
use super::sm3;
use super::sm4::exchange::{self, Aead, Mode};
use crate::error::{ErrorCode, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use subtle::ConstantTimeEq;

/// How a file of vectors went.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub total: usize,
    pub passed: usize,
    pub failed: Vec<Miss>,
}

/// A vector that was not met.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Miss {
    /// The vector's id, or `line N` when it has none that can be read.
    pub id: String,
    pub why: String,
}

/// One line of the file.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Vector {
    id: String,
    alg: String,
    op: String,
    expect: String,
    key: String,
    iv: String,
    aad: String,
    msg: String,
    ct: String,
    tag: String,
    digest: String,
    repeat: Option<usize>,
    standard: String,
    key_pem: String,
    ctrl: Vec<String>,
    input: String,
    output: String,
}

/// Runs every vector of the file; `request.invalid_parameter` when it cannot be read. Blank lines are skipped.
pub fn run(path: &Path) -> Result<Report> {
    let unreadable = |e: std::io::Error| ErrorCode::InvalidParameter.because(format!("{}: {e}", path.display()));
    let mut report = Report { total: 0, passed: 0, failed: Vec::new() };
    for (number, line) in BufReader::new(File::open(path).map_err(unreadable)?).lines().enumerate() {
        let line = line.map_err(unreadable)?;
        if line.trim().is_empty() {
            continue;
        }
        report.total += 1;
        match serde_json::from_str::<Vector>(&line) {
            Err(e) => report.failed.push(Miss { id: format!("line {}", number + 1), why: e.to_string() }),
            Ok(vector) => match vector.judge() {
                Ok(()) => report.passed += 1,
                Err(why) => report.failed.push(Miss { id: vector.id, why }),
            },
        }
    }
    Ok(report)
}

/// What came of one vector's operation.
enum Outcome {
    Right,
    Wrong(&'static str),
    Refused(String),
}

/// Keeps "this program does not know the vector", which is always a miss, apart from its outcome.
type Tried = Result<Outcome, String>;

impl Vector {
    fn judge(&self) -> Result<(), String> {
        match (self.expect.as_str(), self.attempt()?) {
            ("valid", Outcome::Right) => Ok(()),
            ("valid", Outcome::Wrong(why)) => Err(why.to_owned()),
            ("valid", Outcome::Refused(why)) => Err(format!("refused: {why}")),
            ("", _) => Err("says no expectation".to_owned()),
            (_, Outcome::Refused(_)) => Ok(()),
            // A wrong answer is no refusal: a forged tag that opens is a miss, even if we would have made another tag.
            (_, Outcome::Right | Outcome::Wrong(_)) => Err("accepted, but must be refused".to_owned()),
        }
    }

    fn attempt(&self) -> Tried {
        match (self.alg.as_str(), self.op.as_str()) {
            ("SM3", "digest") => self.digest(),
            ("HMAC-SM3", "mac") => self.mac(),
            ("SM4-GCM", "aead" | "cipher") => self.aead(Aead::Gcm),
            ("SM4-CCM", "aead" | "cipher") => self.aead(Aead::Ccm),
            ("SM4-ECB", "cipher") => self.cipher(Mode::Ecb),
            ("SM4-CBC", "cipher") => self.cipher(Mode::Cbc),
            ("SM4-CFB", "cipher") => self.cipher(Mode::Cfb),
            ("SM4-OFB", "cipher") => self.cipher(Mode::Ofb),
            ("SM4-CTR", "cipher") => self.cipher(Mode::Ctr),
            ("SM4-XTS", "cipher") if self.standard.eq_ignore_ascii_case("IEEE") => self.cipher(Mode::XtsIeee),
            ("SM4-XTS", "cipher") => self.cipher(Mode::XtsGb),
            ("SM2", "decrypt") => self.decrypt(),
            ("SM2", "verify") => self.verify(),
            ("SM2", "sign") => self.sign(),
            (alg, op) => Err(format!("no such algorithm and operation: {alg} {op}")),
        }
    }

    fn digest(&self) -> Tried {
        let (part, mut hash) = (unhex("msg", &self.msg)?, sm3::Sm3::new());
        (0..self.repeat.unwrap_or(1)).for_each(|_| hash.update(&part));
        Ok(equal(&hash.finalize(), &unhex("digest", &self.digest)?, "another digest"))
    }

    fn mac(&self) -> Tried {
        let (key, msg, tag) = (unhex("key", &self.key)?, unhex("msg", &self.msg)?, unhex("tag", &self.tag)?);
        let ours = sm3::hmac(&key, &[&msg]);
        Ok(match ours.get(..tag.len()) {
            Some(shortened) if !tag.is_empty() && bool::from(shortened.ct_eq(&tag)) => Outcome::Right,
            Some(_) if !tag.is_empty() => Outcome::Refused("another tag".to_owned()),
            _ => Outcome::Refused("a tag has 1 to 32 bytes".to_owned()),
        })
    }

    fn aead(&self, aead: Aead) -> Tried {
        let (key, iv, aad) = (unhex("key", &self.key)?, unhex("iv", &self.iv)?, unhex("aad", &self.aad)?);
        let (msg, ct, tag) = (unhex("msg", &self.msg)?, unhex("ct", &self.ct)?, unhex("tag", &self.tag)?);
        let opened = match exchange::open(aead, &key, &iv, &aad, &ct, &tag) {
            Ok(opened) => opened,
            Err(e) => return Ok(Outcome::Refused(e.detail().to_owned())),
        };
        Ok(match exchange::seal(aead, &key, &iv, &aad, &msg, tag.len()) {
            Ok(sealed) if sealed == (ct, tag) => equal(&opened, &msg, "another plaintext"),
            Ok(_) => Outcome::Wrong("another ciphertext or tag"),
            Err(e) => Outcome::Refused(e.detail().to_owned()),
        })
    }

    fn cipher(&self, mode: Mode) -> Tried {
        let (key, iv) = (unhex("key", &self.key)?, unhex("iv", &self.iv)?);
        let (msg, ct) = (unhex("msg", &self.msg)?, unhex("ct", &self.ct)?);
        let both = exchange::encrypt(mode, &key, &iv, &msg)
            .and_then(|sealed| Ok((sealed, exchange::decrypt(mode, &key, &iv, &ct)?)));
        Ok(match both {
            Ok((sealed, _)) if sealed != ct => Outcome::Wrong("another ciphertext"),
            Ok((_, opened)) => equal(&opened, &msg, "another plaintext"),
            Err(e) => Outcome::Refused(e.detail().to_owned()),
        })
    }

    /// What an SM2 vector asks for beside its key: refused unless its digest is SM3; the signer's identity.
    fn sm2_settings(&self) -> Result<Option<&str>, Outcome> {
        let mut id = None;
        for setting in &self.ctrl {
            match setting.split_once(':') {
                Some(("digest", digest)) if !digest.eq_ignore_ascii_case("SM3") => {
                    return Err(Outcome::Refused(format!("SM2 goes with SM3, not {digest}")));
                }
                Some(("digest", _)) => {}
                Some(("distid", name)) => id = Some(name),
                _ => return Err(Outcome::Refused(format!("unknown setting {setting}"))),
            }
        }
        Ok(id)
    }

    fn sm2_key(&self) -> Result<sm2::SigningKey, String> {
        sm2::SigningKey::from_pem(&self.key_pem).map_err(|e| format!("key_pem: {}", e.detail()))
    }

    fn decrypt(&self) -> Tried {
        if let Err(refused) = self.sm2_settings() {
            return Ok(refused);
        }
        let (input, output) = (unhex("input", &self.input)?, unhex("output", &self.output)?);
        Ok(match self.sm2_key()?.decrypt(&input) {
            Ok(opened) => equal(&opened, &output, "another plaintext"),
            Err(e) => Outcome::Refused(e.detail().to_owned()),
        })
    }

    fn verify(&self) -> Tried {
        let id = match self.sm2_settings() {
            Ok(id) => id,
            Err(refused) => return Ok(refused),
        };
        let public = match sm2::PublicKey::from_pem(&self.key_pem) {
            Ok(public) => public,
            Err(_) => self.sm2_key()?.public(),
        };
        let (input, output) = (unhex("input", &self.input)?, unhex("output", &self.output)?);
        let verified = match id {
            Some(id) => sm2::verify_as(&public, id, &input, &output),
            None => sm2::verify_digest(&public, &input, &output),
        };
        Ok(if verified { Outcome::Right } else { Outcome::Refused("the signature does not verify".to_owned()) })
    }

    fn sign(&self) -> Tried {
        match self.sm2_settings() {
            Ok(None) => {}
            Ok(Some(sm2::DEFAULT_ID)) => {}
            Ok(Some(id)) => return Err(format!("signing as {id} is not offered")),
            Err(refused) => return Ok(refused),
        }
        let (key, input) = (self.sm2_key()?, unhex("input", &self.input)?);
        let whole = self.ctrl.iter().any(|setting| setting.starts_with("distid:"));
        let (public, signed) = (key.public(), if whole { key.sign(&input) } else { key.sign_digest(&input) });
        let verifies = |der: &[u8]| match whole {
            true => sm2::verify(&public, &input, der),
            false => sm2::verify_digest(&public, &input, der),
        };
        let published = unhex("output", &self.output)?;
        Ok(match signed {
            Err(e) => Outcome::Refused(e.to_string()),
            Ok(ours) if !verifies(&ours) => Outcome::Wrong("our signature does not verify"),
            Ok(_) if !published.is_empty() && !verifies(&published) => {
                Outcome::Wrong("the published one does not verify")
            }
            Ok(_) => Outcome::Right,
        })
    }
}

fn unhex(field: &str, digits: &str) -> Result<Vec<u8>, String> {
    hex::decode(digits).map_err(|e| format!("{field}: {e}"))
}

fn equal(ours: &[u8], theirs: &[u8], otherwise: &'static str) -> Outcome {
    if bool::from(ours.ct_eq(theirs)) { Outcome::Right } else { Outcome::Wrong(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn report(lines: &str) -> Report {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(lines.as_bytes()).unwrap();
        run(file.path()).unwrap()
    }

    #[test]
    fn the_vectors_of_wycheproof_and_tongsuo_all_pass() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/gm_crypto_vectors/vectors.jsonl");
        let report = run(&path).unwrap();
        assert_eq!(report.failed, []);
        assert_eq!((report.total, report.passed), (334, 334));
    }

    #[test]
    fn each_way_to_miss_is_named() {
        let report = report(concat!(
            r#"{"id":"right","alg":"SM3","op":"digest","msg":"616263","digest":"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0","expect":"valid"}"#,
            "\n\n",
            r#"{"id":"wrong","alg":"SM3","op":"digest","msg":"616263","repeat":2,"digest":"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0","expect":"valid"}"#,
            "\n",
            r#"{"id":"accepted","alg":"SM3","op":"digest","msg":"616263","digest":"66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0","expect":"invalid"}"#,
            "\n",
            r#"{"id":"unknown","alg":"MD5","op":"digest","expect":"invalid"}"#,
            "\n",
            r#"{"id":"hex","alg":"SM3","op":"digest","msg":"zz","expect":"invalid"}"#,
            "\n",
            r#"{"id":"silent","alg":"SM3","op":"digest"}"#,
            "\n",
            "not json\n",
        ));
        assert_eq!((report.total, report.passed), (7, 1));
        let ids: Vec<_> = report.failed.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids, ["wrong", "accepted", "unknown", "hex", "silent", "line 8"]);
    }

    #[test]
    fn sm2_signatures_are_made_and_checked() {
        let key = r"-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg0JFWczAXva2An9m7\n2MaT9gIwWTFptvlKrxyO4TjMmbWhRANCAAQ5OirZ4n5DrKqrhaGdO4VZHhRAYVcX\nWt3Te/d/8Mr57Tf886i09VwDhSMmH8pmNq/mp6+ioUgqYG9cs6GLLioe\n-----END PRIVATE KEY-----";
        let private = sm2::SigningKey::from_pem(&key.replace("\\n", "\n")).unwrap();
        let (signed, digest) = (hex::encode(private.sign(b"m").unwrap()), "11".repeat(32));
        let over_digest = hex::encode(private.sign_digest(&[0x11; 32]).unwrap());
        let line = |id: &str, op: &str, ctrl: &str, input: &str, output: &str, expect: &str| {
            format!(
                "{{\"id\":\"{id}\",\"alg\":\"SM2\",\"op\":\"{op}\",\"ctrl\":[{ctrl}],\"key_pem\":\"{key}\",\"input\":\"{input}\",\"output\":\"{output}\",\"expect\":\"{expect}\"}}\n"
            )
        };
        let id = "\"distid:1234567812345678\"";
        let report = report(
            &[
                line("a", "verify", id, "6d", &signed, "valid"),
                line("b", "verify", "\"distid:other\"", "6d", &signed, "VERIFY_ERROR"),
                line("c", "verify", "", &digest, &over_digest, "valid"),
                line("d", "sign", id, "6d", "", "valid"),
                line("e", "sign", "", &digest, &over_digest, "valid"),
                line("f", "verify", "\"digest:SHA256\"", &digest, &over_digest, "KEYOP_ERROR"),
            ]
            .concat(),
        );
        assert_eq!(report.failed, []);
        assert_eq!(report.total, 6);
    }
}
