//! What an event means here.

use serde::de::DeserializeOwned;

use super::objects::{Account, Dispute, Event, Intent, Refund, RefundStatus, Session, money};
use crate::payments::Notification;
use crate::payments::troubles::{Kind, Told as Trouble};

/// One event, understood.
#[derive(Debug)]
pub(super) enum Meaning {
    /// Something became of a payment.
    Payment(Notification),
    /// Something happened to money that had come, or had gone back.
    Trouble(Trouble),
    /// The account of somebody who is paid has changed.
    Account(String),
    /// It says nothing that is not known or asked otherwise.
    Nothing,
}

/// An event whose object is not what its type says.
#[derive(Debug, thiserror::Error)]
#[error("reading a {kind}")]
pub(super) struct UnreadableEvent {
    kind: String,
    #[source]
    source: serde_json::Error,
}

/// Whether it is of our own account, or tells of one that is paid through us what [`meaning`] understands.
pub(super) fn is_ours(event: &Event) -> bool {
    event.account.is_none() || event.kind == "account.updated"
}

/// Types that we did not ask for mean nothing.
pub(super) fn meaning(event: &Event) -> Result<Meaning, UnreadableEvent> {
    let payment = |notification: Option<Notification>| {
        notification.map_or(Meaning::Nothing, Meaning::Payment)
    };
    Ok(match event.kind.as_str() {
        "checkout.session.completed"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.expired" => payment(object::<Session>(event)?.notification()),
        "checkout.session.async_payment_failed" => payment(object::<Session>(event)?.failed()),
        // A failed one is in here too: the buyer may try again, so that nothing is decided by it.
        "payment_intent.succeeded"
        | "payment_intent.canceled"
        | "payment_intent.payment_failed" => payment(object::<Intent>(event)?.notification()),
        "refund.created" | "refund.updated" | "refund.failed" => of_refund(&object(event)?),
        "charge.dispute.created" => of_dispute(&object(event)?),
        "account.updated" => Meaning::Account(object::<Account>(event)?.id),
        // `charge.refunded` among them: `refund.created` tells the same, and whose refund it is.
        _ => Meaning::Nothing,
    })
}

fn object<T: DeserializeOwned>(event: &Event) -> Result<T, UnreadableEvent> {
    T::deserialize(&event.data.object).map_err(|source| UnreadableEvent {
        kind: event.kind.clone(),
        source,
    })
}

/// One that went as we asked is known from the answer to our call.
fn of_refund(refund: &Refund) -> Meaning {
    let kind = match (refund.status, refund.metadata.refund) {
        (RefundStatus::Failed | RefundStatus::Canceled, _) => Kind::RefundFailed,
        (RefundStatus::Pending | RefundStatus::RequiresAction | RefundStatus::Succeeded, None) => {
            Kind::RefundedElsewhere
        }
        (
            RefundStatus::Pending | RefundStatus::RequiresAction | RefundStatus::Succeeded,
            Some(_),
        ) => return Meaning::Nothing,
    };
    trouble(
        kind,
        &refund.id,
        refund.payment_intent.as_deref(),
        refund.amount,
        &refund.currency,
    )
}

fn of_dispute(dispute: &Dispute) -> Meaning {
    trouble(
        Kind::Dispute,
        &dispute.id,
        dispute.payment_intent.as_deref(),
        dispute.amount,
        &dispute.currency,
    )
}

fn trouble(kind: Kind, id: &str, intent: Option<&str>, minor: i64, currency: &str) -> Meaning {
    let (Some(intent), Some(amount)) = (intent, money(minor, currency)) else {
        return Meaning::Nothing;
    };
    Meaning::Trouble(Trouble {
        kind,
        id: id.to_owned(),
        reference: intent.to_owned(),
        amount,
    })
}
