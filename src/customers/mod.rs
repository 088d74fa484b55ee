//! Customers and their identities.
//!
//! Table: `customers`. Events out: none of its own yet. What always holds: names and numbers are sealed under the customer's data key; a phone number is
//! found by its blind index only; what leaves this module for a screen is masked here, on the server.

mod model;
mod store;

pub use model::{Customer, CustomerView, NewCustomer};
pub use store::{find_by_phone, load, register};

#[cfg(test)]
mod tests;
