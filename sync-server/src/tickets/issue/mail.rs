//! The mail with an order's tickets.

use shared::clock::UnixMillis;
use shared::ids::OrderId;

use super::terms::Terms;
use crate::app::App;
use crate::messages::outbox::Mail;
use crate::orders::present::Order;
use crate::orders::secret::{OrderSecret, link, paper_link};
use crate::vault::UnsealError;

/// What the mail with an order's tickets is made of.
pub(in crate::tickets) struct TicketsMail {
    pub(in crate::tickets) dedupe_key: String,
    pub(in crate::tickets) code: String,
    pub(in crate::tickets) email: String,
    pub(in crate::tickets) name: String,
    pub(in crate::tickets) language: String,
    pub(in crate::tickets) secret_sealed: Vec<u8>,
    pub(in crate::tickets) title: String,
    pub(in crate::tickets) starts_ms: UnixMillis,
    pub(in crate::tickets) time_zone: String,
    pub(in crate::tickets) discount: Option<Discount>,
    pub(in crate::tickets) donation: Option<Donation>,
}

impl TicketsMail {
    pub(super) fn of(order: &Order, terms: &Terms) -> Self {
        let currency = order.total.currency.code().to_owned();
        let buyer = order.buyer.clone();
        let (email, name) = buyer
            .map(|buyer| (buyer.email, buyer.name))
            .unwrap_or_default();
        Self {
            dedupe_key: format!("tickets/{}", order.id),
            code: order.code.clone(),
            email,
            name,
            language: order.language.clone(),
            secret_sealed: order.secret_sealed.clone(),
            title: terms.title.clone(),
            starts_ms: terms.starts_ms,
            time_zone: terms.time_zone.clone(),
            discount: order.promo.as_ref().map(|promo| Discount {
                code: promo.code.clone(),
                minor: order.discount.minor,
                currency: currency.clone(),
            }),
            donation: (order.donation.minor > 0).then_some(Donation {
                minor: order.donation.minor,
                currency,
            }),
        }
    }
}

/// What a promo code took off.
pub(in crate::tickets) struct Discount {
    pub(in crate::tickets) code: String,
    pub(in crate::tickets) minor: i64,
    pub(in crate::tickets) currency: String,
}

/// What was given to the organizer with it.
pub(in crate::tickets) struct Donation {
    pub(in crate::tickets) minor: i64,
    pub(in crate::tickets) currency: String,
}

pub(in crate::tickets) fn mail(
    app: &App,
    order: OrderId,
    line: &TicketsMail,
    tickets: usize,
) -> Result<Mail, UnsealError> {
    let secret = OrderSecret::unseal(&app.vault, order, &line.secret_sealed)?;
    Ok(Mail {
        dedupe_key: line.dedupe_key.clone(),
        recipient: line.email.clone(),
        language: line.language.clone(),
        template: "tickets".to_owned(),
        payload: serde_json::json!({
            "order": order,
            "name": line.name,
            "order_code": line.code,
            "link": link(&app.config.public_url, order, &secret),
            "paper": paper_link(&app.config.public_url, order, &secret),
            "event_title": line.title,
            "starts_ms": line.starts_ms,
            "time_zone": line.time_zone,
            "tickets": tickets,
            "discount": line.discount.as_ref().map(|discount| serde_json::json!({
                "code": discount.code,
                "minor": discount.minor,
                "currency": discount.currency,
            })),
            "donation": line.donation.as_ref().map(|donation| serde_json::json!({
                "minor": donation.minor,
                "currency": donation.currency,
            })),
        }),
    })
}
