//! A customer, opened, and as a screen may show him. No I/O.

use guitai_language::mask;
use serde::{Deserialize, Serialize};

use crate::db::ids::CustomerId;
use crate::error::{ErrorCode, Result};
use crate::web::DESTROYED_TEXT;

/// What a channel knows of a customer when he first writes; any of it may be missing.
#[derive(Debug, Clone, Default)]
pub struct NewCustomer {
    pub display_name: Option<String>,
    /// Digits, with an optional leading `+`.
    pub phone: Option<String>,
}

/// The longest display name, in characters.
const MAX_NAME: usize = 64;

impl NewCustomer {
    /// Checks and normalises: blank means absent, a phone keeps digits and a leading plus.
    pub fn normalised(self) -> Result<Self> {
        let display_name = self.display_name.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty());
        if display_name.as_ref().is_some_and(|n| n.chars().count() > MAX_NAME || n.chars().any(char::is_control)) {
            return Err(ErrorCode::InvalidParameter.because("display_name"));
        }
        let phone = self.phone.map(|p| normalise_phone(&p)).filter(|p| !p.is_empty());
        if phone.as_ref().is_some_and(|p| !(5..=20).contains(&p.len()) || p.chars().skip(1).any(|c| c == '+')) {
            return Err(ErrorCode::InvalidParameter.because("phone"));
        }
        Ok(Self { display_name, phone })
    }
}

/// Keeps what identifies a number: its digits, and the plus of an international one.
pub fn normalise_phone(text: &str) -> String {
    text.trim().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// A customer in clear, for the server's own use only.
#[derive(Debug, Clone)]
pub struct Customer {
    pub id: CustomerId,
    pub display_name: Option<String>,
    pub phone: Option<String>,
    /// Whether his key was destroyed, and with it everything that was known of him.
    pub is_destroyed: bool,
}

/// A customer as staff may see him by default: masked (control P1).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomerView {
    pub id: CustomerId,
    pub display_name: String,
    pub phone_masked: Option<String>,
}

impl Customer {
    pub fn view(&self) -> CustomerView {
        let named = self.display_name.as_deref().map_or_else(|| "访客".to_owned(), |n| mask::name(n).to_string());
        CustomerView {
            id: self.id,
            display_name: if self.is_destroyed { DESTROYED_TEXT.to_owned() } else { named },
            phone_masked: self.phone.as_deref().map(|p| mask::phone(p).to_string()),
        }
    }
}
