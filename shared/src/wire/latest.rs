//! The newest protocol, by name.

pub use super::error::{ErrorBody, ErrorCode};
pub use super::v1::{
    AddressesAnswer, AddressesReport, CertificateAnswer, CertificateRequest, ChangesQuery,
    ClaimAnswer, ClaimAsk, CollectAnswer, CollectAsk, Collected, ContactAnswer, ContactUpload,
    DeviceFacts, EnrolAnswer, EnrolProof, EnrolProofAnswer, EnrolStart, EnrolStartAnswer,
    EnrolState, EnvelopeBytes, FactLabelRow, FactsAnswer, FactsUpload, FoundOrder, FoundOrders,
    FoundTickets, HandOut, HandOutTicket, JournalAck, JournalHead, OrderSearch, OrderState,
    PROTOCOL, Page, PageEntry, PageError, PeerHello, PeerTime, PlacesAnswer, PlacesAsk, Promotion,
    PromotionAnswer, PromotionAsk, ReservedLine, ReservedPlaces, RightAnswer, RightAsk,
    RightOutcome, SessionAnswer, SessionNonce, SessionRequest, SiblingAddresses, SignedHead,
    StockAnswer, StockAsk, StockGroup, StockPaper, StockRate, StockSale, StockTicket, StockType,
    SummariesPage, SummariesQuery, SupervisorRow, SupervisorsAnswer, TakeOverAnswer, TakeOverAsk,
    TakenOver, TillTerms, VectorAnswer, VoucherKind,
};
