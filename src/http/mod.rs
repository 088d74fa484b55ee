//! The servers: one listener per zone, the whole route table, live sockets, what operations ask for.
//!
//! Owns no table. What always holds: a route names its zones and does not exist on the others; every route of the API is mapped to an
//! auditable action or says why not; off loopback a listener speaks TLS 1.3 and nothing else.

mod live;
mod openapi;
mod ops;
mod routes;
mod server;
mod socket;
mod staff_socket;
mod chat_socket;

pub use live::{LiveHub, Typing};
pub use openapi::document as openapi_document;
pub use ops::{Check, Readiness};
pub use routes::{Audit, ROUTES, RouteRow};
pub use server::{Bound, Services, Zones, bind, endpoint, serve, zones};
