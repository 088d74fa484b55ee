//! SM2EnvelopedKey (GB/T 35276-2017, 7.4): how an authority delivers the key of an encryption certificate.
//!
//! The key of such a certificate is made by the authority's key centre and comes encrypted to the holder's signing key,
//! which never left its holder.

use super::asn1::{Fields, oid};
use super::{PublicKey, SigningKey};
use crate::crypto::sm4::exchange::{self, Mode};
use crate::error::{Error, ErrorCode, Result};
use subtle::ConstantTimeEq as _;
use x509_cert::der::Tag;
use x509_cert::der::asn1::BitStringRef;
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

/// The delivered key, by the signing key that belongs to the same holder. `crypto.data_altered` when it was not delivered
/// to this key, or was altered: the private key that comes out must be that of the public key beside it.
///
/// Compare its public key with that of the encryption certificate before using it.
pub fn open(signing: &SigningKey, message: &[u8]) -> Result<SigningKey> {
    let (cipher, public, sealed) = read(message).map_err(|_| {
        ErrorCode::InvalidParameter.because("not an SM2EnvelopedKey as GB/T 35276 describes it, in DER")
    })?;
    let key = signing.decrypt(cipher).map_err(|_| unopened())?;
    let secret: Zeroizing<Vec<u8>> = exchange::decrypt(Mode::Ecb, &key, &[], sealed).map_err(|_| unopened())?;
    // Crypto devices write the scalar into a field of 512 bits, at its end.
    let (padding, scalar) = secret.split_last_chunk::<32>().ok_or_else(unopened)?;
    let padding = padding.iter().fold(0, |seen, byte| seen | byte);
    if !bool::from(padding.ct_eq(&0)) {
        return Err(unopened());
    }
    let delivered = SigningKey::from_bytes(scalar).map_err(|_| unopened())?;
    match PublicKey::from_bytes(public).is_ok_and(|public| public == delivered.public()) {
        true => Ok(delivered),
        false => Err(unopened()),
    }
}

fn unopened() -> Error {
    ErrorCode::DataAltered.because("the delivered key does not open with this key, or it was altered")
}

/// The SM2Cipher, the public key and the encrypted private key.
fn read(message: &[u8]) -> x509_cert::der::Result<(&[u8], &[u8], &[u8])> {
    let wrong = || x509_cert::der::Error::from(x509_cert::der::ErrorKind::Value { tag: Tag::BitString });
    let mut fields = Fields::of(message, Tag::Sequence)?;
    let algorithm: AlgorithmIdentifierRef<'_> = fields.read()?;
    let cipher = fields.raw()?;
    let public: BitStringRef<'_> = fields.read()?;
    let sealed: BitStringRef<'_> = fields.read()?;
    fields.end()?;
    if !super::asn1::is_algorithm(&algorithm, &[oid::SM4_ECB, oid::SM4]) {
        return Err(wrong());
    }
    let sealed = sealed.as_bytes().filter(|s| s.len() == 32 || s.len() == 64).ok_or_else(wrong)?;
    Ok((cipher, public.as_bytes().ok_or_else(wrong)?, sealed))
}

#[cfg(test)]
mod tests {
    use super::super::asn1::{algorithm, tlv};
    use super::*;
    use x509_cert::der::Encode as _;

    fn deliver(to: &PublicKey, key: &SigningKey, padding: &[u8], public: &PublicKey) -> Vec<u8> {
        let secret = [7u8; 16];
        let scalar = [padding, key.0.to_bytes().as_slice()].concat();
        let sealed = exchange::encrypt(Mode::Ecb, &secret, &[], &scalar).unwrap();
        let bits = |bytes: &[u8]| BitStringRef::from_bytes(bytes).unwrap().to_der().unwrap();
        let parts: [&[u8]; 4] = [
            &algorithm(oid::SM4_ECB).to_der().unwrap(),
            &to.encrypt(&secret).unwrap(),
            &bits(&public.to_bytes()),
            &bits(&sealed),
        ];
        tlv(Tag::Sequence, &parts).unwrap()
    }

    #[test]
    fn a_delivered_key_reaches_the_holder_of_the_signing_key_alone() {
        let [signing, key, other] = [(); 3].map(|()| SigningKey::generate().unwrap());
        for padding in [&[][..], &[0; 32]] {
            let message = deliver(&signing.public(), &key, padding, &key.public());
            assert_eq!(open(&signing, &message).unwrap().public(), key.public());
            assert_eq!(open(&other, &message).unwrap_err().code(), ErrorCode::DataAltered);
            for at in 0..message.len() {
                let mut forged = message.clone();
                forged[at] ^= 1;
                assert!(open(&signing, &forged).is_err(), "byte {at}");
                assert!(open(&signing, &message[..at]).is_err());
            }
        }
        let mismatched = deliver(&signing.public(), &key, &[], &other.public());
        assert_eq!(open(&signing, &mismatched).unwrap_err().code(), ErrorCode::DataAltered);
        let padded = deliver(&signing.public(), &key, &[1; 32], &key.public());
        assert_eq!(open(&signing, &padded).unwrap_err().code(), ErrorCode::DataAltered);
    }
}
