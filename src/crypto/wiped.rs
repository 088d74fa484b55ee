//! Clears secrets whose type does not clear itself.

use std::hint::black_box;
use std::ops::Deref;

/// A boxed secret that is overwritten with a blank one of the same type before its memory is given back.
///
/// Expanded cipher keys of the RustCrypto crates clear themselves only under a cargo feature that would recompile half
/// of the dependency tree, and `sm2`'s signing key not at all. Overwriting is done through the type itself, so it needs
/// no `unsafe`; `black_box` tells the compiler that the store is observed, so that it is not removed as dead.
pub(super) struct Wiped<T> {
    value: Box<T>,
    blank: fn() -> Option<T>,
}

impl<T> Wiped<T> {
    /// `blank` makes a value without a secret that overlays every byte of `value` that holds one.
    pub(super) fn new(value: T, blank: fn() -> Option<T>) -> Self {
        Wiped { value: Box::new(value), blank }
    }
}

impl<T> Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for Wiped<T> {
    fn drop(&mut self) {
        if let Some(blank) = (self.blank)() {
            *self.value = blank;
        }
        black_box(&*self.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn the_blank_takes_the_place_of_the_secret() {
        thread_local!(static BLANKED: Cell<u32> = const { Cell::new(0) });
        let secret = Wiped::new([7u8; 4], || {
            BLANKED.with(|b| b.set(b.get() + 1));
            Some([0; 4])
        });
        assert_eq!(*secret, [7; 4]);
        drop(secret);
        assert_eq!(BLANKED.with(Cell::get), 1);
    }
}
