//! Stripe's objects, as much of them as is read here.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use shared::ids::{OrderId, PaymentId};
use shared::money::{Currency, Money};

use crate::payments::{Notification, Onward, Outcome};

/// What we send along with whatever we make. Others on the same account may use the same names in their own way.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Metadata {
    /// Our payment's id.
    #[serde(default, deserialize_with = "id")]
    pub(super) payment: Option<PaymentId>,
    /// Our order's id.
    #[serde(default, deserialize_with = "id")]
    pub(super) order: Option<OrderId>,
    /// What a refund gives back: the refund's id, or the payment's.
    #[serde(default, deserialize_with = "id")]
    pub(super) refund: Option<uuid::Uuid>,
}

/// What is no id is none of ours.
fn id<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentStatus {
    Paid,
    Unpaid,
    NoPaymentRequired,
}

/// A page on which a buyer pays.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) status: SessionStatus,
    pub(super) payment_status: PaymentStatus,
    pub(super) url: Option<String>,
    amount_total: Option<i64>,
    currency: Option<String>,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

/// An attempt to take money.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: IntentStatus,
    amount_received: i64,
    currency: String,
    next_action: Option<NextAction>,
    client_secret: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

#[derive(Clone, Debug, Deserialize)]
struct NextAction {
    redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Clone, Debug, Deserialize)]
struct RedirectToUrl {
    url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    Failed,
    Canceled,
}

/// Money back.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) status: RefundStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) payment_intent: Option<String>,
    pub(super) charge: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
}

/// Money that came, and what the platform kept of it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Charge {
    pub(super) application_fee: Option<String>,
}

/// A part of the platform's fee back to whom it was taken from.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct FeeRefund {
    id: String,
    #[serde(default)]
    metadata: Metadata,
}

/// Something that goes back, by our key.
pub(super) trait GivenBack: DeserializeOwned {
    fn id(&self) -> &str;
    fn key(&self) -> Option<uuid::Uuid>;
}

impl GivenBack for Refund {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> Option<uuid::Uuid> {
        self.metadata.refund
    }
}

impl GivenBack for FeeRefund {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> Option<uuid::Uuid> {
        self.metadata.refund
    }
}

/// Of somebody who is paid.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) charges_enabled: bool,
    pub(super) details_submitted: bool,
    #[serde(default)]
    pub(super) capabilities: Capabilities,
    #[serde(default)]
    pub(super) requirements: Requirements,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Capabilities {
    /// `active` where money may be passed on to it.
    pub(super) transfers: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Requirements {
    #[serde(default)]
    pub(super) currently_due: Vec<String>,
}

/// Where an account's owner tells who they are.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AccountLink {
    pub(super) url: String,
}

/// A buyer's bank wants the money back.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) payment_intent: Option<String>,
}

/// One page of many.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    pub(super) has_more: bool,
}

/// What Stripe tells.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) created: i64,
    pub(super) livemode: bool,
    /// Of somebody connected to our account; null for our own.
    pub(super) account: Option<String>,
    pub(super) data: EventData,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: serde_json::Value,
}

/// An amount as Stripe writes it; `None` for a currency that we don't sell in.
pub(super) fn money(minor: i64, currency: &str) -> Option<Money> {
    let currency = Currency::from_code(&currency.to_ascii_uppercase())?;
    Some(Money::new(minor, currency))
}

impl Session {
    /// What it says of our payment; `None` while nothing is decided, or when it is none of ours.
    pub(super) fn notification(&self) -> Option<Notification> {
        let (payment, order) = (self.metadata.payment?, self.metadata.order?);
        let (reference, outcome) = match (self.status, self.payment_status) {
            (SessionStatus::Complete, PaymentStatus::Paid) => {
                let money = money(self.amount_total?, self.currency.as_deref()?)?;
                (self.payment_intent.clone()?, Outcome::Succeeded(money))
            }
            (SessionStatus::Expired, _) => (self.id.clone(), Outcome::Declined),
            (SessionStatus::Complete | SessionStatus::Open, _) => return None,
        };
        Some(Notification {
            payment,
            order,
            reference,
            outcome,
        })
    }

    /// The attempt of a page that was completed while the bank takes its time.
    pub(super) fn slow_intent(&self) -> Option<&str> {
        match (self.status, self.payment_status) {
            (SessionStatus::Complete, PaymentStatus::Unpaid) => self.payment_intent.as_deref(),
            (
                SessionStatus::Complete | SessionStatus::Open | SessionStatus::Expired,
                PaymentStatus::Paid | PaymentStatus::Unpaid | PaymentStatus::NoPaymentRequired,
            ) => None,
        }
    }

    /// A bank that took its time said no.
    pub(super) fn failed(&self) -> Option<Notification> {
        Some(Notification {
            payment: self.metadata.payment?,
            order: self.metadata.order?,
            reference: self.id.clone(),
            outcome: Outcome::Declined,
        })
    }
}

impl Intent {
    /// As of a session. A method that failed decides nothing: on the same page the buyer may try another.
    pub(super) fn notification(&self) -> Option<Notification> {
        let outcome = match self.status {
            IntentStatus::Succeeded => {
                Outcome::Succeeded(money(self.amount_received, &self.currency)?)
            }
            IntentStatus::Canceled => Outcome::Declined,
            IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing
            | IntentStatus::RequiresCapture => return None,
        };
        Some(Notification {
            payment: self.metadata.payment?,
            order: self.metadata.order?,
            reference: self.id.clone(),
            outcome,
        })
    }

    /// Where the buyer's bank asks; or the fields, while it waits for a card.
    pub(super) fn onward(&self) -> Option<Onward> {
        match self.status {
            IntentStatus::RequiresAction => {
                let action = self.next_action.as_ref()?;
                let url = action.redirect_to_url.as_ref()?.url.as_ref()?;
                Some(Onward::Page(url.clone()))
            }
            IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation => {
                self.client_secret.clone().map(Onward::Fields)
            }
            IntentStatus::Processing
            | IntentStatus::RequiresCapture
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => None,
        }
    }
}
