//! The organizer's orders, and one of them: found by code, name or address; refunded, and sent again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId};
use shared::money::Money;

use super::desk::Desk;
use super::page::{Here, OfficePage, shown};
use crate::accounts::Right;
use crate::accounts::pages::encode;
use crate::app::App;
use crate::door::collect::{AtTheTill, at_the_till};
use crate::messages::when::{amount, date_and_time};
use crate::orders::OrderState;
use crate::orders::list::{PageQuery, Sought, Whose, orders_page};
use crate::orders::present::OrderView;
use crate::web::store::Texts;
use crate::web::{ApiError, Path, Query};

/// Where an organizer's clock is, for what belongs to no event.
pub(super) const OWN_ZONE: &str = "Europe/Paris";

#[derive(Template)]
#[template(path = "office/orders.html")]
struct OrdersHtml {
    page: OfficePage,
    action: String,
    /// What did not reach them.
    mails: String,
    words: String,
    event: Option<EventId>,
    lines: Vec<Line>,
    more: Option<String>,
}

struct Line {
    path: String,
    code: String,
    name: String,
    email: String,
    places: String,
    total: String,
    when: String,
    state: String,
    look: &'static str,
    /// How long that lasts, where it ends by itself.
    until: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrdersQuery {
    q: String,
    event: String,
    cursor: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Query(query): Query<OrdersQuery>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadOrders).await?;
    let (language, t) = (office.desk.language, office.desk.t);
    let event: Option<EventId> = query.event.parse().ok();
    let whose = Whose::Found(Sought {
        organizer,
        event,
        words: query.q.clone(),
    });
    let paged = PageQuery {
        cursor: query.cursor.filter(|cursor| !cursor.is_empty()),
        limit: None,
    };
    let found = orders_page(&app.pool, &whose, &paged).await?;
    let kept = format!(
        "?q={}&event={}",
        encode(&query.q),
        event.map(|event| event.to_string()).unwrap_or_default()
    );
    let reserved = found
        .orders
        .iter()
        .filter(|order| order.reserved_ms.is_some());
    let reserved: Vec<OrderId> = reserved.map(|order| order.id).collect();
    let at_tills = at_the_till(&app.pool, &reserved).await?;
    let lines = found.orders.iter().map(|order| {
        let at_till = at_tills.get(&order.id).copied();
        let (state, look) = stands(order, at_till, t);
        let places = order.lines.iter().map(|line| line.quantity).sum::<u32>();
        Line {
            path: office.at(format_args!("/orders/{}", order.id)),
            code: order.code.clone(),
            name: order.name.clone(),
            email: order.email.clone(),
            places: t.count("places-count", places),
            total: amount(Money::new(order.total_minor, order.currency), language),
            when: date_and_time(order.created_ms, OWN_ZONE, language),
            state,
            look,
            until: reserved_until(order).map(|until_ms| {
                let until = date_and_time(until_ms, OWN_ZONE, language);
                t.named("office-order-until", "until", until)
            }),
        }
    });
    let path = format!("/{organizer}/orders");
    let page = OrdersHtml {
        lines: lines.collect(),
        page: office
            .page(Here::Orders, t.get("office-orders"), &path)
            .keeping(&kept),
        action: office.at(&path),
        mails: office.at(format_args!("/{organizer}/mails")),
        words: query.q,
        event,
        more: found
            .cursor
            .map(|cursor| office.at(format_args!("{path}{kept}&cursor={}", encode(&cursor)))),
    };
    shown(StatusCode::OK, &page)
}

/// When it lapses, if it waits to be paid at the box office.
pub(super) fn reserved_until(order: &OrderView) -> Option<UnixMillis> {
    let is_reserved = order.reserved_ms.is_some() && order.state == OrderState::Held;
    is_reserved.then_some(order.expires_ms)
}

/// Where an order stands in words, and the look of that.
pub(super) fn stands(
    order: &OrderView,
    at_till: Option<AtTheTill>,
    t: Texts,
) -> (String, &'static str) {
    match at_till {
        Some(AtTheTill::TakenOver) => (t.get("office-order-taken-over").into_owned(), "badge-line"),
        Some(AtTheTill::Sold) => (t.get("office-order-paid-there").into_owned(), "badge-ok"),
        None if reserved_until(order).is_some() => {
            (t.get("office-order-reserved").into_owned(), "badge-wait")
        }
        None => {
            let (key, look) = state(order.state, order.refunded_minor);
            (t.get(key).into_owned(), look)
        }
    }
}

/// The key of the word for where an order stands, and its look.
fn state(state: OrderState, refunded_minor: i64) -> (&'static str, &'static str) {
    match state {
        OrderState::Held => ("office-order-held", "badge-wait"),
        OrderState::Paid if refunded_minor > 0 => ("office-order-part", "badge-line"),
        OrderState::Paid => ("office-order-paid", "badge-ok"),
        OrderState::Cancelled => ("office-order-cancelled", "badge-line"),
        OrderState::Expired => ("office-order-expired", "badge-line"),
        OrderState::Refunded => ("office-order-refunded", "badge-no"),
    }
}

/// `2 × Fosse, debout`, as far as the type is still known.
pub(super) fn lines(
    order: &OrderView,
    name: impl Fn(shared::ids::TypeNo) -> Option<String>,
    t: Texts,
) -> Vec<String> {
    let lines = order.lines.iter().map(|line| match name(line.type_no) {
        Some(name) => format!("{} × {name}", line.quantity),
        None => t.count("places-count", line.quantity),
    });
    lines.collect()
}
