//! Facts: what a device, or the server as a device, saw or did. Facts travel up as signed bytes and
//! are never changed; what they mean is read by `crate::admission::fold`.

pub mod body;
mod bytes;
pub mod envelope;
pub mod journal;
pub mod journal_file;
pub mod key;
pub mod kind;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod sample_till;
pub mod till;

pub use envelope::{Envelope, EnvelopeError, Header, VerifiedEnvelope};
pub use journal::{Chain, ChainError, Draft, Head};
pub use key::{FactPublicKey, FactSigningKey};
pub use kind::{EntryMarks, Fact, FactBody};
