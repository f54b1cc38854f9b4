//! Paying at the box office: its key at the checkout, and the page of an order that is reserved.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ticket::Qr;

use super::checkout::told;
use super::opened::Opened;
use crate::app::App;
use crate::door::collect::{AtTheTill, at_the_till};
use crate::messages::when::amount;
use crate::orders::buyer::Buyer;
use crate::orders::reservation::{NotReservable, ReserveError, reservable, reserve};
use crate::payments::standing::{OrderStanding, standing};
use crate::web::ApiError;
use crate::web::artwork::picture_of;
use crate::web::page::html;
use crate::web::store::{StorePage, Texts, private, reloading};

/// A bank takes its time.
const RELOAD_FOR_PAYMENT: u32 = 4;

/// What the checkout says of paying at the box office.
pub(super) enum ReserveKey {
    /// It can be done, until then.
    There(String),
    /// It can be done for the event, and not with this order; why.
    Not(String),
    /// Nothing.
    Absent,
}

impl ReserveKey {
    pub(super) fn is_there(&self) -> bool {
        matches!(self, Self::There(_))
    }
}

pub(super) async fn reserve_key(app: &App, opened: &Opened) -> Result<ReserveKey, ApiError> {
    if opened.order.reserved_ms.is_some() {
        return Ok(ReserveKey::Absent);
    }
    let kept = reservable(&app.pool, &opened.order, opened.event()).await?;
    Ok(match kept {
        Ok(until_ms) => {
            let until = opened.moment(until_ms);
            ReserveKey::There(opened.t.named("reservation-means", "until", until))
        }
        Err(why) => match in_words(why, opened.t) {
            Some(why) => ReserveKey::Not(why),
            None => ReserveKey::Absent,
        },
    })
}

/// Nothing where there was nothing to choose.
fn in_words(why: NotReservable, t: Texts) -> Option<String> {
    let key = match why {
        NotReservable::NotAllowed | NotReservable::Free => return None,
        NotReservable::PromoCode => "reservation-no-code",
        NotReservable::Donation => "reservation-no-donation",
        NotReservable::WaitingList => "reservation-no-line",
        NotReservable::TooLate => "reservation-no-late",
    };
    Some(t.get(key).into_owned())
}

/// Reserves; what the buyer is to be told where that can't be. An order that is over says itself what it is.
pub(super) async fn keep(
    app: &App,
    opened: &Opened,
    buyer: &Buyer,
) -> Result<Option<String>, ApiError> {
    let named = Some((buyer, opened.language));
    match reserve(app, opened.order.id, &opened.holder, named).await {
        Ok(_) | Err(ReserveError::NotHeld) => Ok(None),
        Err(ReserveError::Refused(why)) => {
            let not_at_all = || opened.t.get("reservation-no").into_owned();
            Ok(Some(in_words(why, opened.t).unwrap_or_else(not_at_all)))
        }
        Err(ReserveError::HasOne) => Ok(Some(opened.t.get("reservation-has-one").into_owned())),
        Err(
            error @ (ReserveError::NoOrder
            | ReserveError::NoBuyer
            | ReserveError::Secret(_)
            | ReserveError::Database(_)),
        ) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "store/reserved.html")]
struct ReservedHtml {
    page: StorePage,
    picture: String,
    /// A payment is under way.
    waiting: Option<String>,
    until: String,
    places: String,
    event: String,
    code: String,
    qr: String,
    lines: Vec<String>,
    total: String,
    address: String,
    email: Option<String>,
    pay: String,
    give_up: String,
}

/// An order that waits to be paid at the box office.
pub(super) async fn reserved(app: &App, opened: &Opened) -> Result<Response, ApiError> {
    let (t, order, event) = (opened.t, &opened.order, opened.event());
    let is_under_way = standing(&app.pool, order).await? == OrderStanding::UnderWay;
    let values: [(&'static str, &dyn std::fmt::Display); 3] = [
        ("title", &event.title),
        ("when", &opened.when()),
        ("place", &opened.place()),
    ];
    let venue = &event.venue;
    let page = html(&ReservedHtml {
        page: opened.page(app, t.get("reservation-title"), ""),
        picture: picture_of(event),
        waiting: is_under_way.then(|| t.get("reservation-pending").into_owned()),
        until: t.named(
            "reservation-until",
            "until",
            opened.moment(order.expires_ms),
        ),
        places: t.count("places-count", opened.places()),
        event: t.with("done-for", &values),
        code: order.code.clone(),
        qr: Qr::text(&order.code).map_err(ApiError::internal)?.svg(),
        lines: opened.lines(),
        total: amount(order.total, opened.language),
        address: format!(
            "{}, {}, {} {}",
            venue.name, venue.address, venue.postal_code, venue.city
        ),
        email: order.buyer.as_ref().map(|buyer| buyer.email.clone()),
        pay: opened.checkout_path(""),
        give_up: opened.checkout_path("/give-back"),
    })?;
    let page = private(page);
    Ok(if is_under_way {
        reloading(page, RELOAD_FOR_PAYMENT)
    } else {
        page
    })
}

/// An order that was given up, by its buyer or because a till took it over.
pub(super) async fn ended(app: &App, opened: &Opened) -> Result<Response, ApiError> {
    let id = opened.order.id;
    let kind = match at_the_till(&app.pool, &[id]).await?.get(&id) {
        Some(AtTheTill::TakenOver) => "taken-over",
        Some(AtTheTill::Sold) => "paid-there",
        None if opened.order.reserved_ms.is_some() => "given-up",
        None => "cancelled",
    };
    told(app, opened, StatusCode::OK, kind, opened.take_again())
}
