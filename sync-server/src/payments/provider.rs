//! What every payment provider does for us.

use futures::future::BoxFuture;
use shared::clock::UnixMillis;
use shared::ids::{OrderId, PaymentId};
use shared::money::Money;

use super::payout::{PayoutAccounts, Share};

/// Takes money, says so, and gives it back.
pub trait PaymentProvider: Send + Sync {
    /// Its name in the database.
    fn name(&self) -> &'static str;

    /// Whether somebody outside of this process hears of payments. Then a payment is on the disk before it is told of;
    /// else it may reach the disk with its outcome.
    fn tells_others(&self) -> bool;

    /// Begins a payment. Again with the same payment id it is the same payment.
    fn start<'a>(
        &'a self,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<Started, StartError>>;

    /// Asks what became of a payment that is not settled. Where the order is no longer held, it also ends what a buyer could
    /// still pay by.
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Standing, AskError>>;

    /// Organizers' own accounts, if it has such.
    fn payout_accounts(&self) -> Option<&dyn PayoutAccounts> {
        None
    }

    /// Gives money back. Again with the same key it is the same giving back.
    fn give_back<'a>(&'a self, request: &'a GiveBack) -> BoxFuture<'a, Result<(), GiveBackError>>;
}

/// One attempt to pay an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// Our id, sent along and told again in each notification.
    pub payment: PaymentId,
    /// What is paid; also told again.
    pub order: OrderId,
    /// How much.
    pub amount: Money,
    /// What the buyer's browser got from the provider: a token that stands for a card. Never logged.
    pub method: String,
    /// The order's code, for people.
    pub code: String,
    /// Whose receipt it is.
    pub email: String,
    /// Of the page on which is paid.
    pub language: String,
    /// Until when the places are kept, unix milliseconds.
    pub held_until_ms: UnixMillis,
    /// The order's page: where the buyer comes back to, paid or not.
    pub return_url: String,
    /// Whose the money is; `None`: the platform takes it.
    pub share: Option<Share>,
}

/// What came of beginning a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is decided.
    Decided(Notification),
    /// A notification will tell.
    Waiting,
    /// The buyer goes on at the provider; then a notification tells.
    Onward {
        /// The provider's own name for where that is.
        checkout: String,
        /// Where.
        onward: Onward,
    },
}

/// Where a buyer goes on.
#[derive(Clone, PartialEq, Eq)]
pub enum Onward {
    /// A page of the provider's, or of the buyer's bank.
    Page(String),
    /// The provider's fields on a page of ours: what opens them, for the buyer's browser alone.
    Fields(String),
}

impl std::fmt::Debug for Onward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Page(url) => f.debug_tuple("Page").field(url).finish(),
            Self::Fields(_) => f.write_str("Fields(..)"),
        }
    }
}

/// What became of a payment?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Our id.
    pub payment: PaymentId,
    /// Our id of the order.
    pub order: OrderId,
    /// The provider's own name for where the buyer pays, if it ever answered.
    pub checkout: Option<String>,
    /// When it began, unix milliseconds.
    pub begun_ms: UnixMillis,
    /// Whether it still may come.
    pub wanted: Wanted,
}

/// Whether a payment may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The order is held.
    Still,
    /// Its places are gone, or it is paid.
    NoMore,
}

/// Where a payment stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is decided.
    Decided(Notification),
    /// Nothing is decided.
    Open {
        /// Where the buyer may go on.
        onward: Option<Onward>,
    },
    /// The provider knows of no such payment.
    NeverHeard,
}

/// The provider can't be reached, or failed; to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("asking the payment provider")]
pub struct AskError;

/// What a provider tells of a payment: perhaps repeatedly, perhaps after something newer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Our id.
    pub payment: PaymentId,
    /// Our id of the order.
    pub order: OrderId,
    /// The provider's own name for the payment.
    pub reference: String,
    /// What happened.
    pub outcome: Outcome,
}

/// Of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money came.
    Succeeded(Money),
    /// It did not, and nothing was taken.
    Declined,
}

/// Money on its way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiveBack {
    /// Unique for ever: the refund's id, or the payment's when all of it goes back.
    pub key: uuid::Uuid,
    /// The provider's own name for the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// Who has it.
    pub by: GivenBy,
}

/// Who has the money that goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// The platform.
    Platform,
    /// The organizer, to whose account it was passed on.
    Organizer {
        /// Of the platform's fee, what the organizer has back; minor units.
        fee_minor: i64,
    },
}

/// The payment did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The method is none of this provider's.
    #[error("the payment provider doesn't know this method of payment")]
    UnknownMethod,
    /// It can't be reached, or failed.
    #[error("reaching the payment provider")]
    Unreachable,
    /// It says no to what we asked, whatever the card: its settings are wrong, or ours. Nothing was charged.
    #[error("the payment provider refuses to begin")]
    Refused,
}

/// The money did not go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GiveBackError {
    /// For good: the card is closed, or the time for it is over.
    #[error("the payment provider refuses to give the money back")]
    Refused,
    /// It can't be reached, or failed; to be tried again.
    #[error("reaching the payment provider")]
    Unreachable,
}
