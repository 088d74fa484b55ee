//! The audit ledger: who did what to what, when, with what outcome, in the transaction that did it.
//!
//! Tables: `audit_records`, `audit_unsealed`, `audit_seals`, `audit_heads`. Events out: none (every event names its record).
//! What always holds: a record is written in the business transaction with an HMAC-SM3 over all of its content and is never
//! changed; a refusal's record commits by itself after the business transaction has rolled back; one fenced sealer gives gap-free
//! positions, appends to the Merkle log over SM3 and signs its heads with SM2; a verification names every deviation by position or id.
//! Looking into the ledger as a person, which is itself audited, is `auditing`.

mod action;
mod model;
mod sealer;
mod store;
#[cfg(test)]
mod tests;
mod verify;

pub use action::Action;
pub use model::{ActorKind, AuditDraft, Caller, Object, Outcome};
pub use sealer::{Round, Sealer};
pub use store::{AuditRecord, Found, Ledger, RecordFilter, SealedRecord, SignedHead};
pub use verify::{Failure, HeadReport, VerificationReport, Verifier};
