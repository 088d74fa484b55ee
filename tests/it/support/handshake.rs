//! Reading TLS from outside: whether what two sides said is TLS 1.3 and nothing else (RFC 8446).

/// PostgreSQL's request for TLS, and its yes.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const SUPPORTED_VERSIONS: u16 = 43;
const TLS_1_3: [u8; 2] = [3, 4];

/// Checks both directions of one connection. `Ok(false)` when nothing was said at all.
pub fn is_tls_1_3(client: &[u8], server: &[u8]) -> Result<bool, String> {
    if client.is_empty() && server.is_empty() {
        return Ok(false);
    }
    let (client, server) = match (client.strip_prefix(&SSL_REQUEST), server.strip_prefix(b"S")) {
        (Some(client), Some(server)) => (client, server),
        _ => (client, server),
    };
    let sent = records(client).map_err(|e| format!("client: {e}"))?;
    let answered = records(server).map_err(|e| format!("server: {e}"))?;
    let (hello, rest) = sent.split_first().ok_or("the client said nothing")?;
    if hello.0 != HANDSHAKE || hello.1.first() != Some(&CLIENT_HELLO) {
        return Err("the client begins with something else than a hello".to_owned());
    }
    // A second hello answers a server that wants another key share.
    only(rest, CLIENT_HELLO).map_err(|e| format!("client: {e}"))?;
    let (hello, rest) = answered.split_first().ok_or("the server never answered")?;
    if hello.0 != HANDSHAKE {
        return Err(format!("the server answers with a record of type {}", hello.0));
    }
    version(hello.1)?;
    for (kind, content) in rest {
        if *kind == HANDSHAKE {
            version(content)?;
        }
    }
    only(rest, SERVER_HELLO).map_err(|e| format!("server: {e}"))?;
    Ok(true)
}

type Record<'a> = (u8, &'a [u8]);

/// All records; the last one may be cut off.
fn records(mut bytes: &[u8]) -> Result<Vec<Record<'_>>, String> {
    let mut records = Vec::new();
    while let [kind, 3, 1 | 3, high, low, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if !(20..=23).contains(kind) || length > 16_384 + 256 {
            return Err(format!("no record of TLS: type {kind}, {length} bytes"));
        }
        let (content, after) = rest.split_at(length.min(rest.len()));
        records.push((*kind, content));
        bytes = after;
    }
    match bytes {
        [] => Ok(records),
        rest if rest.len() < 5 && !records.is_empty() => Ok(records),
        [kind, ..] => Err(format!("a byte {kind} where a record should begin")),
    }
}

/// After the first hello there are sealed records only, besides another hello and the empty shell of a change of cipher.
fn only(records: &[Record<'_>], hello: u8) -> Result<(), String> {
    for (kind, content) in records {
        let is_fine = match *kind {
            APPLICATION_DATA => true,
            CHANGE_CIPHER_SPEC => *content == [1],
            HANDSHAKE => content.first() == Some(&hello),
            _ => false,
        };
        if !is_fine {
            return Err(format!("an open record of type {kind}: {:02x?}", &content[..content.len().min(4)]));
        }
    }
    Ok(())
}

/// The version that a ServerHello settles on (RFC 8446, 4.1.3 and 4.2.1).
fn version(hello: &[u8]) -> Result<(), String> {
    let cut = || "a hello of the server that is cut off".to_owned();
    if hello.first() != Some(&SERVER_HELLO) {
        return Err("the server begins with something else than a hello".to_owned());
    }
    // Type and length, version, random, the echoed session, suite and compression; then the extensions.
    let session = usize::from(*hello.get(38).ok_or_else(cut)?);
    let mut extensions = hello.get(39 + session + 5..).ok_or("a hello of TLS 1.2, without extensions")?;
    while let [a, b, high, low, rest @ ..] = extensions {
        let (content, after) = rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low]))).ok_or_else(cut)?;
        if u16::from_be_bytes([*a, *b]) == SUPPORTED_VERSIONS {
            return if content == TLS_1_3 { Ok(()) } else { Err(format!("version {content:02x?}")) };
        }
        extensions = after;
    }
    Err("TLS 1.2 or older".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).expect("short").to_be_bytes();
        [&[kind, 3, 3], length.as_slice(), content].concat()
    }

    fn server_hello(extensions: &[u8]) -> Vec<u8> {
        let mut hello = vec![SERVER_HELLO, 0, 0, 0, 3, 3];
        hello.extend([7; 32]);
        // No session, a suite, no compression.
        hello.extend([0, 0x13, 0x01, 0]);
        hello.extend(u16::try_from(extensions.len()).expect("short").to_be_bytes());
        hello.extend(extensions);
        record(HANDSHAKE, &hello)
    }

    #[test]
    fn only_a_server_that_settles_on_1_3_and_then_seals_everything_passes() {
        let client = [record(HANDSHAKE, &[CLIENT_HELLO, 0]), record(APPLICATION_DATA, b"sealed")].concat();
        let sealed = record(APPLICATION_DATA, b"sealed");
        let good = [server_hello(&[0, 43, 0, 2, 3, 4]), record(CHANGE_CIPHER_SPEC, &[1]), sealed.clone()].concat();
        assert_eq!(is_tls_1_3(&client, &good), Ok(true));
        assert_eq!(is_tls_1_3(&[], &[]), Ok(false));
        let after_request = [SSL_REQUEST.as_slice(), &client].concat();
        assert_eq!(is_tls_1_3(&after_request, &[b"S".as_slice(), &good].concat()), Ok(true));
        for bad in [
            [server_hello(&[0xff, 1, 0, 1, 0]), sealed.clone()].concat(),
            [server_hello(&[0, 43, 0, 2, 3, 3]), sealed.clone()].concat(),
            // What TLS 1.2 says in clear after its hello: the certificate.
            [good.clone(), record(HANDSHAKE, &[11, 0, 0, 0])].concat(),
            [good.clone(), record(21, &[1, 0])].concat(),
            [good.clone(), b"HTTP/1.1 200 OK".to_vec()].concat(),
            b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
            Vec::new(),
        ] {
            assert!(is_tls_1_3(&client, &bad).is_err(), "{bad:02x?}");
        }
        assert!(is_tls_1_3(b"GET / HTTP/1.1\r\n\r\n", &good).is_err());
        assert!(is_tls_1_3(&after_request, &good).is_err(), "a request for TLS that was not granted");
    }
}
