//! What is done to keys while the program runs: rotation, the erasure journal, next month's class keys.
//!
//! Tables: `key_rotations`. File: the erasure journal. Events out: none. What always holds: one rotation of data keys at a time; what is sealed stays readable at
//! every moment of it, on every node; a rotation that is killed goes on where it was; a key that was destroyed stays destroyed when an older
//! backup is put back, before anything is served from it.

mod erasure;
mod journal;
mod places;
mod rotation;
mod store;

pub use erasure::ErasureKeeper;
pub use journal::{JOURNAL_FILE, Journal};
pub use places::{Place, Rewritten, SealedColumn, VaultFiles, sealed_columns};
pub use rotation::{
    DESTROY_FORMER_JOB, DestroyFormerVersions, KeyManagement, KeyManagementSettings, PREPARE_MONTH_JOB, Phase,
    PrepareNextMonth, REWRAP_JOB, ROTATE_JOB, Rewrap, Rotate, RotationView,
};
