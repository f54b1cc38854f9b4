//! Between the engine, which only decides, and the world: requests to the server, and what they bring.

mod carry;
mod claims;
pub mod driver;
pub mod enrolment;
mod http;
mod introduce;
mod requests;
mod rosters;
mod saves;
pub mod transport;

pub use claims::{ClaimCalls, ClaimDesk, ClaimLine, claim_line};
pub use http::{HttpTransport, ServerAddressError};
pub use transport::{Answered, SyncTransport, TransportError};
