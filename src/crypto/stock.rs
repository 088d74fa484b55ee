//! Random bytes that a device gave beforehand, so that a new key does not cost a call to it.
//!
//! Every byte is handed out once and cleared here. What waits has no other use than keys that do not exist yet, lies in memory that is never
//! dumped ([`super::process`]), and is given out only while a device is there: whoever takes from it asks the provider first.

use crate::error::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::{Zeroize, Zeroizing};

/// Bytes drawn at once: 256 keys of suite 1.
const DRAWN_AT_ONCE: usize = 4096;

/// What is left of the last draw.
#[derive(Default)]
pub(super) struct Stock(Mutex<Zeroizing<Vec<u8>>>);

impl Stock {
    /// Fills `out`, after a new draw when too little is left. On an error of `draw` nothing is handed out.
    pub(super) fn take(&self, out: &mut [u8], draw: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<()> {
        if cut(&mut self.lock(), out) {
            return Ok(());
        }
        // Not under the lock: when a device keeps its callers waiting they wait side by side, and not one after the other.
        let mut fresh = Zeroizing::new(vec![0; DRAWN_AT_ONCE.max(out.len())]);
        draw(&mut fresh)?;
        cut(&mut fresh, out);
        // The rest of the former draw is cleared as it is dropped.
        *self.lock() = fresh;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Zeroizing<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moves the end of `from` to `out`; false when there is not enough.
fn cut(from: &mut Zeroizing<Vec<u8>>, out: &mut [u8]) -> bool {
    let Some(rest) = from.len().checked_sub(out.len()) else { return false };
    let Some(end) = from.get_mut(rest..) else { return false };
    out.copy_from_slice(end);
    end.zeroize();
    from.truncate(rest);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use std::cell::Cell;
    use std::collections::HashSet;

    #[test]
    fn no_byte_is_handed_out_twice_and_few_draws_serve_many_keys() {
        let (stock, draws, next) = (Stock::default(), Cell::new(0), Cell::new(0_u64));
        // Sixteen bytes that never come again.
        let draw = |out: &mut [u8]| {
            draws.set(draws.get() + 1);
            for block in out.chunks_mut(16) {
                next.set(next.get() + 1);
                let number = [next.get().to_be_bytes(), next.get().to_le_bytes()].concat();
                block.copy_from_slice(&number[..block.len()]);
            }
            Ok(())
        };
        let keys: HashSet<[u8; 16]> = (0..1_000)
            .map(|_| {
                let mut key = [0; 16];
                stock.take(&mut key, draw).unwrap();
                key
            })
            .collect();
        assert_eq!(keys.len(), 1_000);
        assert!(!keys.contains(&[0; 16]));
        assert_eq!(draws.get(), 4);
    }

    #[test]
    fn more_than_a_draw_is_drawn_at_once() {
        let stock = Stock::default();
        let mut long = vec![0; 3 * DRAWN_AT_ONCE];
        let whole = |out: &mut [u8]| {
            assert_eq!(out.len(), 3 * DRAWN_AT_ONCE);
            out.fill(9);
            Ok(())
        };
        stock.take(&mut long, whole).unwrap();
        assert!(long.iter().all(|byte| *byte == 9));
        stock.take(&mut [], |_| Err(ErrorCode::Internal.into())).unwrap();
    }

    #[test]
    fn what_was_not_drawn_is_not_handed_out() {
        let stock = Stock::default();
        let away = |out: &mut [u8]| {
            out.fill(9);
            Err(ErrorCode::KeyUnavailable.because("away"))
        };
        let mut key = [0; 16];
        assert_eq!(stock.take(&mut key, away).unwrap_err().code(), ErrorCode::KeyUnavailable);
        assert_eq!(key, [0; 16]);
    }
}
