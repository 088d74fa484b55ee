//! Asks the server for a session, as the program will: the only proof that it is ready.
//!
//! The start-up exchange of the frontend/backend protocol 3.0 (PostgreSQL manual, "Message Flow") over the Unix socket,
//! without a driver, so that a synchronous start needs no async runtime.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::{APP_DATABASE, APP_ROLE};
use crate::error::{ErrorCode, Result};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A session was opened and closed.
    Ready,
    /// The server is there and says that it is starting up, recovering or shutting down (SQLSTATE 57P03).
    Starting,
    /// Nobody listens, or the connection broke.
    Away,
}

/// One attempt, at most some seconds. Errors: `DatabaseUnavailable` when the server refuses us for another reason than starting.
pub(super) fn ask(socket: &Path) -> Result<Answer> {
    match exchange(socket) {
        Ok(Reply::Ready) => Ok(Answer::Ready),
        Ok(Reply::Refused { sqlstate, .. }) if sqlstate == "57P03" => Ok(Answer::Starting),
        Ok(Reply::Refused { sqlstate, message }) => Err(ErrorCode::DatabaseUnavailable
            .because(format!("the private PostgreSQL refuses the connection: {message} ({sqlstate})"))),
        Err(_) => Ok(Answer::Away),
    }
}

enum Reply {
    Ready,
    Refused { sqlstate: String, message: String },
}

fn exchange(socket: &Path) -> std::io::Result<Reply> {
    const PROTOCOL_3_0: u32 = 3 << 16;
    const LONGEST_MESSAGE: u32 = 64 << 10;
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;

    let mut startup = PROTOCOL_3_0.to_be_bytes().to_vec();
    for (name, value) in [("user", APP_ROLE), ("database", APP_DATABASE), ("application_name", "guitai probe")] {
        startup.extend_from_slice(name.as_bytes());
        startup.push(0);
        startup.extend_from_slice(value.as_bytes());
        startup.push(0);
    }
    startup.push(0);
    let length = u32::try_from(startup.len() + 4).map_err(std::io::Error::other)?;
    stream.write_all(&length.to_be_bytes())?;
    stream.write_all(&startup)?;

    loop {
        let mut head = [0u8; 5];
        stream.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length).saturating_sub(4);
        if length > LONGEST_MESSAGE {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut body = vec![0u8; length as usize];
        stream.read_exact(&mut body)?;
        match kind {
            // Any authentication request but "ok" means that the server is not configured by us.
            b'R' if body != [0, 0, 0, 0] => {
                let message = "a password is asked for".to_owned();
                return Ok(Reply::Refused { sqlstate: "28000".to_owned(), message });
            }
            b'E' => return Ok(refused(&body)),
            b'Z' => {
                // Terminate, so that the server logs no broken connection.
                stream.write_all(&[b'X', 0, 0, 0, 4])?;
                return Ok(Reply::Ready);
            }
            _ => {}
        }
    }
}

/// Fields of an ErrorResponse: a letter, a text, a zero byte; C is the SQLSTATE, M the message.
fn refused(body: &[u8]) -> Reply {
    let field = |wanted: u8| {
        let mut fields = body.split(|&byte| byte == 0).filter_map(|field| field.split_first());
        let text = fields.find(|&(&kind, _)| kind == wanted).map(|(_, text)| text);
        text.map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    };
    Reply::Refused { sqlstate: field(b'C'), message: field(b'M') }
}
