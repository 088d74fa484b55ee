//! What the program knows of Chinese as customers write and say it: the dictionary, digits in every writing, where
//! personal data stands in a text, and how it is masked.
//!
//! A leaf package: it depends on nothing of the program. Everything is computed from the text alone, in time linear in
//! its length, and no input makes it panic.

pub mod dictionary;
pub mod find;
pub mod mask;
pub mod numerals;
pub mod width;

pub use find::{Kind, Span, find};
