//! The newest protocol, by name.

pub use super::error::{ErrorBody, ErrorCode};
pub use super::v1::{
    ChangesQuery, DeviceFacts, EnrolAnswer, EnrolProof, EnrolProofAnswer, EnrolStart,
    EnrolStartAnswer, EnrolState, EnvelopeBytes, FactLabelRow, FactsAnswer, FactsUpload,
    JournalAck, JournalHead, PROTOCOL, Page, PageEntry, PageError, SessionAnswer, SessionNonce,
    SessionRequest, VectorAnswer,
};
