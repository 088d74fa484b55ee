//! Accounts, roles, passwords and sessions: who somebody is and what he may do.
//!
//! Tables: `organisations` (written), `accounts`, `account_roles`, `password_history`, `sign_in_failures`, `sessions`. Events out:
//! `session.ended`. What always holds: roles that exclude each other are never held by one account; a role whose MAC does not stand is
//! ignored; a session ends on the server; nobody has a default password; nobody changes his own rights.

mod extract;
pub mod http;
mod model;
mod password;
mod service;
mod store;

pub use extract::{Authenticator, SESSION_COOKIE, Staff, session_cookie};
pub use model::{
    Account, EndReason, IdentitySettings, LiveSession, NewAccount, Organisation, Permission, Person, Principal, Role,
    SessionAccount, SessionEnded, SessionState,
};
pub use password::is_tried_first;
pub use service::{
    Client, Identity, SWEEP_JOB, SignedIn, SweepSessions, colleague_who_may, on_duty, people, person_by_login,
};
