//! Questions to the people at the terminal. What they type as a passphrase is not shown.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::AsFd;

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::cli::Failure;
use crate::crypto::Passphrase;
use crate::crypto::passphrase::LONGEST;
use crate::error::{ErrorCode, Result};

/// What Ctrl-C types while signals are off.
const INTERRUPT: u8 = 3;
/// How often somebody may mistype.
pub const ATTEMPTS: usize = 3;

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// That there is nobody to ask, and what to give instead.
pub fn nobody(instead: &str) -> Failure {
    Failure::Usage(format!("没有终端可供输入：请用 {instead} / there is no terminal to ask at: give {instead}"))
}

/// A line that everybody may see, without white space around it.
pub fn line(question: &str) -> Result<String> {
    prompt(question)?;
    Ok(read_line()?.trim().to_owned())
}

/// A passphrase.
pub fn passphrase(question: &str) -> Result<Passphrase> {
    let hidden = Hidden::begin()?;
    prompt(question)?;
    let typed = read_line();
    drop(hidden);
    // The end of the line was not shown either.
    prompt("\n")?;
    Passphrase::new(typed?)
}

/// The passphrase of a sealed root key's file: what `serve` and the other commands ask for at start.
pub fn root_passphrase(file: &str) -> Result<Passphrase> {
    passphrase(&format!("根密钥文件 {file} 的口令 / passphrase of the root key's file: "))
}

/// Does something that people mistype, up to three times.
pub fn again<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(e) if e.code() == ErrorCode::KeyUnavailable || e.code() == ErrorCode::PasswordRefused => {
                prompt(&format!("{}\n", e.detail()))?;
            }
            other => return other,
        }
    }
    attempt()
}

fn prompt(text: &str) -> Result<()> {
    let mut to = io::stderr().lock();
    to.write_all(text.as_bytes()).and_then(|()| to.flush()).map_err(lost)
}

fn lost(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> crate::error::Error {
    ErrorCode::InvalidParameter.caused_by(e).context("the terminal went away")
}

/// One line from standard input, byte by byte, so that nothing of it stays in a buffer that is not cleared.
fn read_line() -> Result<Zeroizing<String>> {
    let input = io::stdin().as_fd().try_clone_to_owned().map_err(lost)?;
    let mut input = File::from(input);
    let mut typed = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    loop {
        let mut byte = Zeroizing::new([0]);
        if input.read(byte.as_mut_slice()).map_err(lost)? == 0 {
            return Err(ErrorCode::InvalidParameter.because("the input ended in the middle"));
        }
        match *byte {
            [b'\n'] => break,
            [INTERRUPT] => return Err(ErrorCode::InvalidParameter.because("interrupted; nothing was done")),
            _ if typed.len() == LONGEST => return Err(ErrorCode::InvalidParameter.because("the line is too long")),
            [byte] => typed.push(byte),
        }
    }
    let text = std::str::from_utf8(&typed).map_err(|_| ErrorCode::InvalidParameter.because("not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The terminal without echo, until dropped. Signals are off too, as in getpass(3): who interrupts in the middle would leave
/// the terminal mute.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Result<Self> {
        let before = tcgetattr(io::stdin().as_fd()).map_err(lost)?;
        let mut hidden = before.clone();
        hidden.local_flags.remove(LocalFlags::ECHO | LocalFlags::ISIG);
        // What was typed ahead was typed in sight.
        tcsetattr(io::stdin().as_fd(), SetArg::TCSAFLUSH, &hidden).map_err(lost)?;
        Ok(Hidden(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _nobody_to_tell = tcsetattr(io::stdin().as_fd(), SetArg::TCSANOW, &self.0);
    }
}
