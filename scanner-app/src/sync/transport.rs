//! What a device can ask of the server.

use std::future::Future;

use shared::clock::UnixMillis;
use shared::ids::{EventId, FactId, OfferId, OrderId};
use shared::roster::signed::SignedAnswer;
use shared::wire::latest::{
    AddressesAnswer, AddressesReport, CertificateAnswer, CertificateRequest, ChangesQuery,
    ClaimAnswer, ClaimAsk, CollectAnswer, CollectAsk, ContactAnswer, ContactUpload, EnrolProof,
    EnrolProofAnswer, EnrolStart, EnrolStartAnswer, EnrolState, ErrorCode, FactsAnswer,
    FactsUpload, FoundOrders, OrderSearch, Page, PageError, PromotionAnswer, PromotionAsk,
    SessionAnswer, SessionNonce, SessionRequest, StockAnswer, StockAsk, SummariesPage,
    SummariesQuery, SupervisorsAnswer, TakeOverAnswer, TakeOverAsk, VectorAnswer,
};
use uuid::Uuid;

/// An answer, and the wall clock around the request: what the offset is measured from.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The answer.
    pub value: T,
    /// When the request left.
    pub sent_ms: UnixMillis,
    /// When the answer was complete.
    pub received_ms: UnixMillis,
    /// SHA-256 of the public key that the server's certificate shows; zeros without TLS (loopback).
    pub tls_key: [u8; 32],
}

/// No answer, or one that says no.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection, or cut off.
    #[error("the server can't be reached; check the network and the address")]
    Unreachable(#[source] reqwest::Error),
    /// Longer than allowed.
    #[error("the server did not answer in time; it will be asked again")]
    TimedOut,
    /// Something answered, but not a Ticket Hub server: a portal of the Wi-Fi, another program.
    #[error("what answers there is not a Ticket Hub server; is this Wi-Fi asking for a log-in?")]
    NotTheServer,
    /// A page came damaged.
    #[error("the server's answer came damaged; nothing of it was used")]
    Damaged(#[source] PageError),
    /// More than any answer may have.
    #[error("the server's answer is larger than any answer may be; nothing of it was used")]
    TooLarge,
    /// The server says no.
    #[error("the server refused: {detail}")]
    Refused {
        /// What to branch on.
        code: ErrorCode,
        /// The server's words.
        detail: String,
        /// Not before that many milliseconds.
        retry_after_ms: Option<u64>,
    },
}

impl TransportError {
    /// For programs that read the command line's JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "server_unreachable",
            Self::TimedOut => "server_timed_out",
            Self::NotTheServer => "not_the_server",
            Self::Damaged(_) => "answer_damaged",
            Self::TooLarge => "answer_too_large",
            Self::Refused { code, .. } => code.as_str(),
        }
    }

    /// Whether asking the same again can never succeed.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::TimedOut
            | Self::NotTheServer
            | Self::Damaged(_)
            | Self::TooLarge => false,
            Self::Refused { code, .. } => code.is_permanent(),
        }
    }
}

type Outcome<T> = Result<Answered<T>, TransportError>;

/// The server's sync endpoints. `token` is a session's.
pub trait SyncTransport: Send + Sync {
    /// The address that both sides sign.
    fn server_name(&self) -> &str;

    /// Begins an enrolment.
    fn enrol(&self, start: &EnrolStart) -> impl Future<Output = Outcome<EnrolStartAnswer>> + Send;

    /// Proves that this device knows the code.
    fn prove(
        &self,
        offer: OfferId,
        proof: &EnrolProof,
    ) -> impl Future<Output = Outcome<EnrolProofAnswer>> + Send;

    /// How the offer stands, after at most `wait_s` seconds.
    fn enrol_state(
        &self,
        offer: OfferId,
        wait_s: u32,
    ) -> impl Future<Output = Outcome<EnrolState>> + Send;

    /// A nonce for a session.
    fn session_nonce(&self) -> impl Future<Output = Outcome<SessionNonce>> + Send;

    /// Opens a session.
    fn open_session(
        &self,
        request: &SessionRequest,
    ) -> impl Future<Output = Outcome<SessionAnswer>> + Send;

    /// A page of an event's feed.
    fn changes(
        &self,
        token: &str,
        event: EventId,
        query: &ChangesQuery,
    ) -> impl Future<Output = Outcome<Page>> + Send;

    /// A page of an event's orders by name.
    fn summaries(
        &self,
        token: &str,
        event: EventId,
        query: &SummariesQuery,
    ) -> impl Future<Output = Outcome<SummariesPage>> + Send;

    /// Root-signed objects newer than `have` (`key_set:VERSION,device_list:VERSION`).
    fn signed(&self, token: &str, have: &str)
    -> impl Future<Output = Outcome<SignedAnswer>> + Send;

    /// Who may supervise, if the list is another than that of version `have`. For devices with that right.
    fn supervisors(
        &self,
        token: &str,
        have: u64,
    ) -> impl Future<Output = Outcome<SupervisorsAnswer>> + Send;

    /// A certificate for the key that this device shows its peers.
    fn certificate(
        &self,
        token: &str,
        request: &CertificateRequest,
    ) -> impl Future<Output = Outcome<CertificateAnswer>> + Send;

    /// Says where this device may be reached in the venue's network; where its siblings may.
    fn report_addresses(
        &self,
        token: &str,
        report: &AddressesReport,
    ) -> impl Future<Output = Outcome<AddressesAnswer>> + Send;

    /// Brings root-signed objects that a server which was put back from a backup may have lost. They prove themselves, so no
    /// session is needed.
    fn bring_signed(&self, brought: &SignedAnswer) -> impl Future<Output = Outcome<()>> + Send;

    /// Sends facts.
    fn push(
        &self,
        token: &str,
        upload: &FactsUpload,
    ) -> impl Future<Output = Outcome<FactsAnswer>> + Send;

    /// Asks before the light whether somebody else lets a ticket in.
    fn claim(
        &self,
        token: &str,
        request: &ClaimAsk,
    ) -> impl Future<Output = Outcome<ClaimAnswer>> + Send;

    /// Asks for places that this till may sell alone.
    fn stock(
        &self,
        token: &str,
        ask: &StockAsk,
    ) -> impl Future<Output = Outcome<StockAnswer>> + Send;

    /// Brings what a guest left at this till, sealed.
    fn contact(
        &self,
        token: &str,
        id: Uuid,
        upload: &ContactUpload,
    ) -> impl Future<Output = Outcome<ContactAnswer>> + Send;

    /// Looks for orders of the store, for whoever stands at the counter.
    fn find_orders(
        &self,
        token: &str,
        search: &OrderSearch,
    ) -> impl Future<Output = Outcome<FoundOrders>> + Send;

    /// Hands an order's tickets out on paper.
    fn collect(
        &self,
        token: &str,
        order: OrderId,
        ask: &CollectAsk,
    ) -> impl Future<Output = Outcome<CollectAnswer>> + Send;

    /// Takes the places of a reservation over, to be sold here.
    fn take_over(
        &self,
        token: &str,
        order: OrderId,
        ask: &TakeOverAsk,
    ) -> impl Future<Output = Outcome<TakeOverAnswer>> + Send;
    /// Asks for a use of a promo code, by the fact that the till will write of it.
    fn promotion(
        &self,
        token: &str,
        fact: FactId,
        ask: &PromotionAsk,
    ) -> impl Future<Output = Outcome<PromotionAnswer>> + Send;

    /// It will not be made.
    fn give_promotion_up(
        &self,
        token: &str,
        fact: FactId,
    ) -> impl Future<Output = Outcome<()>> + Send;

    /// How far the server holds the journals of an event.
    fn vector(
        &self,
        token: &str,
        event: EventId,
    ) -> impl Future<Output = Outcome<VectorAnswer>> + Send;
}
