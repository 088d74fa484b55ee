//! Where personal data stands in a text (controls P2 and P3 of `docs/compliance.md`).
//!
//! Every family has its finder; what an earlier one takes a later one does not see: e-mail addresses, postal
//! addresses, numbers and secrets, names.

mod addresses;
mod emails;
mod names;
mod numbers;
mod places;
mod source;
mod words;

use std::ops::Range;

use source::Source;

/// What a piece of personal data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A mobile number or a line with its area code.
    Phone,
    /// A payment card's number of 13 to 19 digits.
    Card,
    /// An account's number.
    Account,
    /// The number of a resident card, passport or travel permit.
    IdNumber,
    /// A person's whole name.
    Name,
    /// An e-mail address.
    Email,
    /// A postal address from its province, city or district on.
    Address,
    /// The three or four digits printed on a card (C3).
    Cvn,
    /// A secret that the customer chose or was given (C3).
    Password,
    /// A code that came by text message (C3).
    VerificationCode,
}

impl Kind {
    /// Whether it is authentication data (C3 of JR/T 0171-2020), which is never shown, not even in part.
    pub fn is_secret(self) -> bool {
        matches!(self, Kind::Cvn | Kind::Password | Kind::VerificationCode)
    }
}

/// A piece of personal data in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub kind: Kind,
    /// In bytes of the text, on character boundaries.
    pub range: Range<usize>,
}

/// What personal data the text has, in order; no two pieces overlap.
pub fn find(text: &str) -> Vec<Span> {
    let source = Source::new(text);
    let mut taken = Taken { free: vec![true; source.len()], spans: Vec::new() };
    for range in emails::find(&source) {
        taken.add(Kind::Email, range);
    }
    for range in addresses::find(&source, &taken.free) {
        taken.add(Kind::Address, range);
    }
    for (kind, range) in numbers::find(&source, &taken.free) {
        taken.add(kind, range);
    }
    for range in names::find(&source, &taken.free) {
        taken.add(Kind::Name, range);
    }
    taken.spans.sort_by_key(|(_, range)| range.start);
    taken.spans.iter().map(|(kind, range)| Span { kind: *kind, range: source.bytes(range) }).collect()
}

/// What is found, in characters, and which characters are free yet.
struct Taken {
    free: Vec<bool>,
    spans: Vec<(Kind, Range<usize>)>,
}

impl Taken {
    fn add(&mut self, kind: Kind, range: Range<usize>) {
        if let Some(slots) = self.free.get_mut(range.clone())
            && !slots.is_empty()
            && slots.iter().all(|free| *free)
        {
            slots.fill(false);
            self.spans.push((kind, range));
        }
    }
}

#[cfg(test)]
mod tests;
