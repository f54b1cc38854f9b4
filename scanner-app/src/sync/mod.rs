//! Between the engine, which only decides, and the world: requests to the server, and what they bring.

mod borrowing;
mod carry;
mod claims;
mod contacts;
pub mod driver;
pub mod enrolment;
mod hand_in;
mod http;
mod introduce;
mod names;
mod requests;
mod rosters;
mod saves;
mod stock;
mod supervisors;
pub mod transport;

pub use borrowing::{StockCalls, StockLine, Unanswered, stock_line};
pub use claims::{ClaimCalls, ClaimDesk, ClaimLine, claim_line};
pub use hand_in::{HandInError, Holds};
pub use http::{HttpTransport, ServerAddressError};
pub use stock::{LendError, StockDesk, TookOver};
pub use transport::{Answered, SyncTransport, TransportError};
