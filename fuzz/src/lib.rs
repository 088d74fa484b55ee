//! What the targets share: keys that are the same in every run, so that what one run has found means the same in the next, and the first bytes of a
//! corpus made with them.

use guitai::crypto::{Aad, DataKey, Keyring, RootKeys};
use std::sync::LazyLock;
use uuid::Uuid;

/// The id that everything in the corpus carries.
pub const ID: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// Where sealed values of the corpus live.
pub const PLACE: Aad<'static> = Aad { table: "messages", column: "body", row: ID };

/// A keyring on a root key that everybody knows.
pub fn keyring() -> &'static Keyring {
    static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
        let text = "guitai-root-key-1 01900000-0000-7000-8000-000000000002 1 \
                    000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
        let keys = RootKeys::parse(text).unwrap_or_else(|e| panic!("the known root key: {e:?}"));
        Keyring::from_root(keys.active().clone())
    });
    &KEYRING
}

/// A data key that is the same in every run.
pub fn data_key() -> &'static DataKey {
    static KEY: LazyLock<DataKey> =
        LazyLock::new(|| keyring().spool_key(ID).unwrap_or_else(|e| panic!("the known data key: {e:?}")));
    &KEY
}
