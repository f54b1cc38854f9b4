//! What every payment provider does for us.

use futures::future::BoxFuture;
use shared::ids::{OrderId, PaymentId};
use shared::money::Money;

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
}

/// What came of beginning a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is decided.
    Decided(Notification),
    /// A notification will tell.
    Waiting,
}

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
