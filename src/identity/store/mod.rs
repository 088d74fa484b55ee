//! All SQL of identity, on the caller's connection.

pub mod accounts;
pub mod organisations;
pub mod sessions;
