//! What a reservation's buyer is told by mail.

use serde_json::json;

use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::messages::outbox::Mail;
use crate::orders::buyer::Buyer;
use crate::orders::notices::Appointment;
use crate::orders::present::Order;
use crate::orders::secret::{OrderSecret, link};
use crate::vault::UnsealError;

/// It is reserved.
pub(super) fn reserved(
    app: &App,
    event: &EventPage,
    order: &Order,
    buyer: &Buyer,
) -> Result<Mail, UnsealError> {
    let secret = OrderSecret::unseal(&app.vault, order.id, &order.secret_sealed)?;
    let venue = &event.venue;
    Ok(Mail {
        dedupe_key: format!("reserved/{}", order.id),
        recipient: buyer.email.clone(),
        language: order.language.clone(),
        template: "reserved".to_owned(),
        payload: json!({
            "name": buyer.name,
            "order_code": order.code,
            "link": link(&app.config.public_url, order.id, &secret),
            "event_title": event.title,
            "places": order.lines.iter().map(|line| line.quantity).sum::<u32>(),
            "total_minor": order.total.minor,
            "currency": order.total.currency,
            "until_ms": order.expires_ms,
            "now": Appointment {
                doors_ms: event.doors_ms,
                starts_ms: event.starts_ms,
                time_zone: event.time_zone.clone(),
                place: format!("{}, {}, {}", venue.name, venue.address, venue.city),
            },
        }),
    })
}

/// What is known of one that has lapsed.
pub(super) struct Lapsed {
    pub(super) id: uuid::Uuid,
    pub(super) event_id: uuid::Uuid,
    pub(super) code: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) language: String,
    pub(super) title: String,
    pub(super) is_off: bool,
    pub(super) doors_ms: i64,
    pub(super) starts_ms: i64,
    pub(super) time_zone: String,
    pub(super) place: String,
}

/// It has lapsed: not paid in time, or the event does not take place.
pub(super) fn lapsed(app: &App, order: Lapsed) -> Mail {
    let url = &app.config.public_url;
    let (language, event) = (&order.language, order.event_id);
    Mail {
        dedupe_key: format!("lapsed/{}", order.id),
        recipient: order.email,
        template: "lapsed".to_owned(),
        payload: json!({
            "name": order.name,
            "order_code": order.code,
            "link": format!("{url}/{language}/events/{event}"),
            "event_title": order.title,
            "called_off": order.is_off,
            "now": Appointment {
                doors_ms: order.doors_ms,
                starts_ms: order.starts_ms,
                time_zone: order.time_zone,
                place: order.place,
            },
        }),
        language: order.language,
    }
}
