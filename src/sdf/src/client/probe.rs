//! Whether devices that nobody asks are still there, and how soon it is known that none is.
//!
//! Keys in memory go on sealing without a call to a device, so only a probe finds out that a device has stopped answering. Every device
//! has a thread of its own for it: devices that hang do not wait for each other.
//!
//! # Ten seconds
//! Control K5: ten seconds after the last device is gone, whether it fails, hangs or crashes, every new plaintext is refused, even if its
//! key is in memory. A crash is seen at once, by the end of the connection; a failure with the answer to the next probe. A hang takes longest:
//!
//! | from the moment in which the last device hangs | seconds |
//! |---|---|
//! | until its next probe begins ([`PROBE_INTERVAL`]) | 1.0 |
//! | until the broker's watchdog, or the client, gives the call up ([`CALL_TIMEOUT`]) | 3.0 |
//! | until a broker that stands still as a whole is given up ([`GRACE`]) | 0.5 |
//! | **until [`super::Client::ready`] says that no device is there ([`NOTICED_WITHIN`])** | **4.5** |
//! | until the program asks again, which it is to do every 2 s | 2.0 |
//! | until it takes no answer for a no, which it is to do after 2 s, though `ready` never waits | 2.0 |
//! | **until nothing new is sealed** | **8.5** |
//!
//! The rest, 1.5 s, is for a machine that is busy. A device is out of use from the moment it is given up, not from the end of its broker: a
//! process that is stuck in a driver may not even end when it is killed.

use super::link::GRACE;
use super::pool::Pool;
use crate::error::{Error, ErrorKind};
use crate::protocol::Request;
use std::time::Duration;

/// Pause between the end of a probe and the next one of the same device.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(1);
/// How long one device may take for one call. Probes have no shorter limit: a device that takes this long for a busy caller is well.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(3);
/// How long after the last device is gone [`super::Client::ready`] may still take it for ready, with the usual patience.
pub const NOTICED_WITHIN: Duration = PROBE_INTERVAL.saturating_add(CALL_TIMEOUT).saturating_add(GRACE);

/// Asks a device from time to time whether it is well, until the pool stops. One thread for each device.
pub fn probe(pool: &Pool, device: usize) {
    while pool.wait_for_probe() {
        let Some(candidate) = pool.ready_device(device) else { continue };
        match candidate.connection.call(Request::Probe, pool.config().call_timeout) {
            // Who has too much to do is there; calls that hang are ended by the broker's own watchdog.
            Ok(_) | Err(Error { kind: ErrorKind::Busy, .. }) => {}
            Err(e) => pool.condemn(&candidate, &e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientConfig;

    #[test]
    fn the_sum_leaves_the_program_time_to_ask() {
        let usual = ClientConfig::new(Vec::new());
        assert_eq!((usual.probe_interval, usual.call_timeout), (PROBE_INTERVAL, CALL_TIMEOUT));
        // What the program takes: two seconds between its questions, two for an answer; and what is kept in hand.
        let (question, answer, margin) = (Duration::from_secs(2), Duration::from_secs(2), Duration::from_millis(1_500));
        assert!(NOTICED_WITHIN + question + answer + margin <= Duration::from_secs(10));
    }
}
