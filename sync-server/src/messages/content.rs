//! What mails tell, as it lies in the outbox.

use serde::Deserialize;
use serde_json::Value;
use shared::clock::UnixMillis;
use shared::ids::OrderId;
use shared::money::Currency;

use crate::accounts::Role;
use crate::orders::notices::Appointment;

/// What a mail tells, by its template.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "template", content = "payload", rename_all = "snake_case")]
pub enum Content {
    /// A new account: is this your address?
    Verify(Link),
    /// A new password was asked for.
    Reset(Link),
    /// A link to log in by was asked for.
    Login(Link),
    /// Somebody without an account is asked into a team.
    Invitation(Invitation),
    /// An order is paid and its tickets are there.
    Tickets(Tickets),
    /// Money goes back.
    Refund(Refund),
    /// Another date or place.
    Changed(Notice),
    /// It does not take place.
    Cancelled(Notice),
    /// It is tomorrow.
    Reminder(Notice),
    /// An order was not finished.
    Cart(Cart),
    /// Somebody wants to wait for places: is this your address?
    Wait(Wait),
    /// It is their turn.
    Offer(Wait),
    /// A ticket of theirs is somebody else's now.
    Given(Given),
    /// A ticket of theirs was resold to somebody who waited.
    Resold(Resold),
    /// Places are kept for them, to be paid at the box office.
    Reserved(Reserved),
    /// They are kept no more.
    Lapsed(Lapsed),
}

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Link {
    /// The address, secret included.
    pub link: String,
}

/// Payload of `invitation`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Invitation {
    /// The address, secret included.
    pub link: String,
    /// Whose team.
    pub organizer: String,
    /// Who asks.
    pub inviter: String,
    /// As what.
    pub role: Role,
}

/// Payload of `tickets`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tickets {
    /// Whose tickets go with the mail; not in mails of earlier programs.
    #[serde(default)]
    pub order: Option<OrderId>,
    /// Who bought.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// The file with its tickets on paper, secret included; not in mails of earlier programs.
    #[serde(default)]
    pub paper: Option<String>,
    /// What for.
    pub event_title: String,
    /// When it starts.
    pub starts_ms: UnixMillis,
    /// Where that is a local time.
    pub time_zone: String,
    /// How many.
    pub tickets: u32,
    /// What a promo code took off.
    #[serde(default)]
    pub discount: Option<Discount>,
    /// What the buyer gave the organizer with it.
    #[serde(default)]
    pub donation: Option<Donation>,
    /// Who gave it to them, where it was not bought.
    #[serde(default)]
    pub giver: Option<String>,
}

/// Of an order with a promo code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Discount {
    /// The code.
    pub code: String,
    /// How much, in minor units.
    pub minor: i64,
    /// Of which money.
    pub currency: Currency,
}

/// Of an order with a gift to the organizer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Donation {
    /// How much, in minor units.
    pub minor: i64,
    /// Of which money.
    pub currency: Currency,
}

/// Payload of `given`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Given {
    /// Who bought.
    pub name: String,
    /// Who has it now.
    pub friend: String,
    /// Its number: `W-12`.
    pub ticket: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// What for.
    pub event_title: String,
}

/// Payload of `resold`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Resold {
    /// Who bought it first.
    pub name: String,
    /// Its number: `W-12`.
    pub ticket: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// What for.
    pub event_title: String,
    /// What goes back, in minor units.
    pub amount_minor: i64,
    /// Of which money.
    pub currency: Currency,
}

/// Payload of `refund`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// Who bought.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// How much, in minor units; 0 = tickets ended, and they had cost nothing or no money goes back.
    pub amount_minor: i64,
    /// Of which money.
    pub currency: Currency,
    /// What the order had cost; not in mails of earlier programs.
    #[serde(default)]
    pub total_minor: Option<i64>,
}

/// Payload of `changed`, `cancelled` and `reminder`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Notice {
    /// Whose tickets go with the mail.
    pub order: OrderId,
    /// Who bought.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// The file with its tickets on paper, secret included.
    pub paper: String,
    /// What for.
    pub event_title: String,
    /// How many enter.
    pub tickets: u32,
    /// Date and place.
    pub now: Appointment,
    /// What they were, where they have changed.
    #[serde(default)]
    pub before: Option<Appointment>,
}

/// Payload of `cart`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Cart {
    /// Who ordered.
    pub name: String,
    /// The event's page.
    pub link: String,
    /// Where reminders are stopped.
    pub stop: String,
    /// What for.
    pub event_title: String,
    /// The first, the second, the last.
    pub step: u32,
    /// Date and place.
    pub now: Appointment,
}

/// Payload of `wait` and `offer`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wait {
    /// Where the address is confirmed, or what is offered is taken.
    pub link: String,
    /// Where they leave the line.
    pub leave: String,
    /// What for.
    pub event_title: String,
    /// Of the ticket type.
    #[serde(default)]
    pub type_name: Option<String>,
    /// How many.
    pub places: u32,
    /// Until when they are held.
    #[serde(default)]
    pub until_ms: Option<UnixMillis>,
    /// Date and place.
    pub now: Appointment,
}

/// Payload of `reserved`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reserved {
    /// Who reserved.
    pub name: String,
    /// The order's code, which a till reads.
    pub order_code: String,
    /// The order's page, secret included.
    pub link: String,
    /// What for.
    pub event_title: String,
    /// How many.
    pub places: u32,
    /// What is to be paid, in minor units.
    pub total_minor: i64,
    /// Of which money.
    pub currency: Currency,
    /// Until when.
    pub until_ms: UnixMillis,
    /// Date and place.
    pub now: Appointment,
}

/// Payload of `lapsed`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Lapsed {
    /// Who reserved.
    pub name: String,
    /// The order's code.
    pub order_code: String,
    /// The event's page.
    pub link: String,
    /// What for.
    pub event_title: String,
    /// It does not take place.
    pub called_off: bool,
    /// Date and place.
    pub now: Appointment,
}

/// A payload that its template does not have.
#[derive(Debug, thiserror::Error)]
#[error("a mail's payload does not fit its template")]
pub struct ParseContentError(#[source] serde_json::Error);

impl Content {
    /// From the two columns of the outbox.
    pub fn parse(template: &str, payload: Value) -> Result<Self, ParseContentError> {
        let tagged = serde_json::json!({"template": template, "payload": payload});
        serde_json::from_value(tagged).map_err(ParseContentError)
    }

    /// The order whose tickets go with it.
    pub(super) fn tickets_of(&self) -> Option<OrderId> {
        match self {
            Self::Tickets(told) => told.order,
            Self::Changed(told) | Self::Reminder(told) => Some(told.order),
            Self::Verify(_)
            | Self::Reset(_)
            | Self::Login(_)
            | Self::Invitation(_)
            | Self::Refund(_)
            | Self::Cancelled(_)
            | Self::Cart(_)
            | Self::Wait(_)
            | Self::Offer(_)
            | Self::Given(_)
            | Self::Resold(_)
            | Self::Reserved(_)
            | Self::Lapsed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_of_another_template_is_refused() {
        assert!(Content::parse("tickets", serde_json::json!({"link": "x"})).is_err());
        assert!(Content::parse("nonsense", serde_json::json!({})).is_err());
    }
}
