//! What the client asks of a broker.

use super::{Body, BodyOf, Fields, LARGEST_DATA, LARGEST_FIELD, LARGEST_RANDOM, ProtocolError};

/// Bytes of a secret that is wrapped, at most.
const LARGEST_SECRET: usize = 64;
use std::fmt;
use uuid::Uuid;

/// A request, over the bytes it was read from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Whether the device answers and still holds the root keys.
    Probe,
    Random {
        bytes: usize,
    },
    Wrap {
        context: &'a [u8],
        secret: &'a [u8],
    },
    Unwrap {
        context: &'a [u8],
        wrapped: &'a [u8],
    },
    Derive {
        purpose: &'a str,
    },
    /// The signature over a digest e = SM3(Z ‖ M).
    Sign {
        digest: &'a [u8; 32],
    },
    /// New root keys. The broker does not use them; it is started anew with them.
    CreateRoot {
        id: Uuid,
        version: u32,
    },
    NewDataKey {
        context: &'a [u8],
    },
    Encrypt {
        key: &'a [u8],
        key_context: &'a [u8],
        context: &'a [u8],
        plain: &'a [u8],
    },
    Decrypt {
        key: &'a [u8],
        key_context: &'a [u8],
        context: &'a [u8],
        sealed: &'a [u8],
    },
}

impl<'a> Request<'a> {
    /// Its number on the wire.
    pub fn kind(&self) -> u8 {
        match self {
            Request::Probe => 1,
            Request::Random { .. } => 2,
            Request::Wrap { .. } => 3,
            Request::Unwrap { .. } => 4,
            Request::Derive { .. } => 5,
            Request::Sign { .. } => 6,
            Request::CreateRoot { .. } => 7,
            Request::NewDataKey { .. } => 8,
            Request::Encrypt { .. } => 9,
            Request::Decrypt { .. } => 10,
        }
    }

    /// Its name, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Request::Probe => "probe",
            Request::Random { .. } => "random",
            Request::Wrap { .. } => "wrap",
            Request::Unwrap { .. } => "unwrap",
            Request::Derive { .. } => "derive",
            Request::Sign { .. } => "sign",
            Request::CreateRoot { .. } => "create root keys",
            Request::NewDataKey { .. } => "new data key",
            Request::Encrypt { .. } => "encrypt",
            Request::Decrypt { .. } => "decrypt",
        }
    }

    /// The body. Fields too long for their kind are written all the same and refused by [`Request::parse`].
    pub fn body(&self) -> Body {
        let fields: [&[u8]; 4] = match *self {
            Request::Probe => return BodyOf::with_room(0).0,
            Request::Random { bytes } => {
                return BodyOf::with_room(4).fixed(&u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()).0;
            }
            Request::Wrap { context, secret } => {
                return BodyOf::with_room(8 + secret.len() + context.len()).bytes(secret).bytes(context).0;
            }
            Request::Sign { digest } => return BodyOf::with_room(32).fixed(digest).0,
            Request::CreateRoot { id, version } => {
                return BodyOf::with_room(20).fixed(id.as_bytes()).fixed(&version.to_be_bytes()).0;
            }
            Request::Derive { purpose } => return BodyOf::with_room(4 + purpose.len()).bytes(purpose.as_bytes()).0,
            Request::NewDataKey { context } => return BodyOf::with_room(4 + context.len()).bytes(context).0,
            Request::Unwrap { context, wrapped } => {
                return BodyOf::with_room(8 + context.len() + wrapped.len()).bytes(context).bytes(wrapped).0;
            }
            Request::Encrypt { key, key_context, context, plain: data }
            | Request::Decrypt { key, key_context, context, sealed: data } => [key, key_context, context, data],
        };
        let room = fields.iter().map(|field| 4 + field.len()).sum();
        fields.iter().fold(BodyOf::with_room(room), |body, field| body.bytes(field)).0
    }

    /// From its kind and body.
    ///
    /// # Errors
    /// When they are not exactly one request.
    pub fn parse(kind: u8, body: &'a [u8]) -> Result<Self, ProtocolError> {
        let mut fields = Fields(body);
        let request = match kind {
            1 => Request::Probe,
            2 => {
                let bytes = usize::try_from(fields.u32()?).ok().filter(|bytes| *bytes <= LARGEST_RANDOM);
                Request::Random { bytes: bytes.ok_or(ProtocolError::Garbage("too many random bytes"))? }
            }
            3 => {
                let secret = fields.bytes(LARGEST_SECRET)?;
                Request::Wrap { secret, context: fields.bytes(LARGEST_FIELD)? }
            }
            4 => Request::Unwrap { context: fields.bytes(LARGEST_FIELD)?, wrapped: fields.bytes(LARGEST_FIELD)? },
            5 => Request::Derive { purpose: fields.text(LARGEST_FIELD)? },
            6 => Request::Sign { digest: fields.reference()? },
            7 => {
                let id = Uuid::from_bytes(fields.array()?);
                Request::CreateRoot { id, version: fields.u32()? }
            }
            8 => Request::NewDataKey { context: fields.bytes(LARGEST_FIELD)? },
            9..=10 => {
                let key = fields.bytes(LARGEST_FIELD)?;
                let key_context = fields.bytes(LARGEST_FIELD)?;
                let context = fields.bytes(LARGEST_FIELD)?;
                let data = fields.bytes(LARGEST_DATA)?;
                match kind {
                    9 => Request::Encrypt { key, key_context, context, plain: data },
                    _ => Request::Decrypt { key, key_context, context, sealed: data },
                }
            }
            _ => return Err(ProtocolError::Garbage("an unknown kind of request")),
        };
        fields.end()?;
        Ok(request)
    }
}

/// Never what is asked about: it may be a secret.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_request_survives_the_way(
            one in proptest::collection::vec(any::<u8>(), 0..60), two in proptest::collection::vec(any::<u8>(), 0..60),
            three in proptest::collection::vec(any::<u8>(), 0..60), four in proptest::collection::vec(any::<u8>(), 0..60),
            secret in any::<[u8; 16]>(), digest in any::<[u8; 32]>(), id in any::<u128>(), version in any::<u32>(),
            bytes in 0..LARGEST_RANDOM, purpose in ".{0,20}",
        ) {
            let all = [
                Request::Probe,
                Request::Random { bytes },
                Request::Wrap { context: &one, secret: &secret },
                Request::Unwrap { context: &one, wrapped: &two },
                Request::Derive { purpose: &purpose },
                Request::Sign { digest: &digest },
                Request::CreateRoot { id: Uuid::from_u128(id), version },
                Request::NewDataKey { context: &one },
                Request::Encrypt { key: &one, key_context: &two, context: &three, plain: &four },
                Request::Decrypt { key: &one, key_context: &two, context: &three, sealed: &four },
            ];
            for request in all {
                let body = request.body();
                prop_assert_eq!(body.len(), body.capacity(), "the buffer moved: {:?}", request);
                prop_assert!(Request::parse(request.kind(), &body).unwrap() == request);
                // Neither cut short nor with something behind it.
                for cut in 0..body.len() {
                    prop_assert!(Request::parse(request.kind(), &body[..cut]).is_err());
                }
                prop_assert!(Request::parse(request.kind(), &[&body[..], &[0]].concat()).is_err());
            }
        }
    }

    #[test]
    fn fields_have_limits() {
        let long = vec![0; LARGEST_FIELD + 1];
        let data = vec![0; LARGEST_DATA + 1];
        for request in [
            Request::Random { bytes: LARGEST_RANDOM + 1 },
            Request::Wrap { context: &long, secret: &[0; 16] },
            Request::Unwrap { context: &[], wrapped: &long },
            Request::NewDataKey { context: &long },
            Request::Encrypt { key: &[], key_context: &[], context: &[], plain: &data },
        ] {
            assert!(Request::parse(request.kind(), &request.body()).is_err(), "{request:?}");
        }
    }

    #[test]
    fn nothing_of_a_request_is_printed() {
        let printed = format!("{:?}", Request::Wrap { context: b"place", secret: &[171; 16] });
        assert_eq!(printed, "Request(wrap)");
    }
}
