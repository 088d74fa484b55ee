//! What an auditor does with the ledger: query, read, export, prove. The ledger itself is `audit`.
//!
//! Tables: none of its own. Events: none. What always holds: every look into the ledger is itself recorded, with its criteria and before
//! anything is shown; personal data in a criterion is masked in that record; nothing here changes anything.

mod csv;
pub mod http;
mod model;
mod service;

pub use model::{ActorView, AuditObjectView, AuditRecordView, Criteria, HeadView};
pub use service::{Audit, Export, RecordPage};
