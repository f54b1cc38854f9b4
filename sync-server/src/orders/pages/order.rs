//! An order's page: the confirmation, the wait for what is on its way, and what became of it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::OrderId;
use shared::language::Language;

use super::checkout::told;
use super::opened::Opened;
use super::reservation;
use super::text_me::TextMe;
use crate::accounts::MaybeIdentity;
use crate::accounts::pages::encode;
use crate::app::App;
use crate::messages::when::amount;
use crate::orders::OrderState;
use crate::orders::afterwards::given_in_words;
use crate::orders::api::{SecretQuery, holder};
use crate::orders::list::order_for;
use crate::payments::pay::came_to;
use crate::payments::standing::{OrderStanding, standing};
use crate::web::artwork::picture_of;
use crate::web::page::html;
use crate::web::store::{Link, StoreLanguage, StorePage, private, reloading};
use crate::web::{ApiError, Path, Query};

/// Tickets are there within a moment, as a rule.
const RELOAD_FOR_TICKETS: u32 = 2;
/// A bank takes its time.
const RELOAD_FOR_PAYMENT: u32 = 4;

#[derive(Template)]
#[template(path = "store/order.html")]
struct OrderHtml {
    page: StorePage,
    picture: String,
    waiting: Option<String>,
    places: String,
    bought: String,
    next: Option<Link>,
    other: Option<Link>,
    tickets: Vec<Link>,
    email: Option<String>,
    code: String,
    sums: Vec<(String, String)>,
    paid: Option<String>,
    refunded: Option<String>,
    keep: Option<Keep>,
    /// Where its tickets are looked after.
    manage: Option<String>,
    /// What others have now.
    given: Vec<String>,
    text_me: Option<TextMe>,
}

/// How an order that is no account's comes to one.
enum Keep {
    /// A form to send.
    Form(String),
    /// After a log-in.
    Login(String),
}

impl Keep {
    fn of(opened: &Opened) -> Option<Self> {
        let is_nobodys = opened.order.account.is_none() && opened.order.issued_ms.is_some();
        is_nobodys.then(|| match opened.identity {
            Some(_) => Self::Form(opened.path_below("/keep")),
            None => Self::Login(format!(
                "/{}/login?next={}",
                opened.language,
                encode(&opened.path())
            )),
        })
    }
}

/// The link of an order, as a payment provider leads back to it.
#[derive(Deserialize)]
pub(super) struct BackQuery {
    secret: Option<String>,
    /// What somebody comes back from; which, is known here.
    payment_intent: Option<String>,
}

/// `/orders/{id}?secret=…`, the link in mails: to the page in the order's language.
pub(super) async fn from_mail(
    State(app): State<App>,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<BackQuery>,
) -> Result<Response, ApiError> {
    let holder = holder(&identity, query.secret);
    let order = order_for(&app.pool, id, |order| holder.holds(order)).await?;
    if query.payment_intent.is_some()
        && let Err(error) = came_to(&app, id, &holder).await
    {
        tracing::warn!(order.id = %id, %error, "what a buyer did at the payment provider is not known yet");
    }
    let language: Language = order.language.parse().unwrap_or_default();
    let path = format!("/{language}/orders/{id}{}", holder.query());
    Ok(private(Redirect::to(&path).into_response()))
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    match opened.order.state {
        OrderState::Held | OrderState::Expired => unpaid(&app, &opened).await,
        OrderState::Paid if opened.order.issued_ms.is_none() => {
            let response = answer(&app, &opened, "waiting-title", Some(waiting(&opened))).await?;
            Ok(reloading(response, RELOAD_FOR_TICKETS))
        }
        // All of them are others' now.
        OrderState::Paid if opened.order.tickets.is_empty() => {
            answer(&app, &opened, "after-given-title", None).await
        }
        OrderState::Paid => bought(&app, &opened, TextMe::of(&app, &opened).await?).await,
        OrderState::Cancelled => reservation::ended(&app, &opened).await,
        OrderState::Refunded => {
            let refunded = opened.order.refunded;
            let (title, sentence) = if refunded.minor > 0 {
                let sum = amount(refunded, language);
                (
                    "refunded-title",
                    opened.t.named("refunded-text", "amount", sum),
                )
            } else {
                ("ended-title", opened.t.get("ended-text").into_owned())
            };
            answer(&app, &opened, title, Some(sentence)).await
        }
    }
}

async fn unpaid(app: &App, opened: &Opened) -> Result<Response, ApiError> {
    let order = &opened.order;
    let is_kept = order.state == OrderState::Held && order.expires_ms > app.now_ms();
    if is_kept && order.reserved_ms.is_some() {
        return reservation::reserved(app, opened).await;
    }
    match (standing(&app.pool, order).await?, is_kept) {
        (OrderStanding::UnderWay, true) => {
            let time = opened.time(order.expires_ms);
            let sentence = opened.t.named("pending-text", "time", time);
            let response = answer(app, opened, "pending-title", Some(sentence)).await?;
            Ok(reloading(response, RELOAD_FOR_PAYMENT))
        }
        (OrderStanding::UnderWay, false) => {
            let response = told(app, opened, StatusCode::OK, "unsure", opened.see_order())?;
            Ok(reloading(response, RELOAD_FOR_PAYMENT))
        }
        (OrderStanding::Returned | OrderStanding::Unpaid, true) => Ok(opened.to_checkout()),
        (OrderStanding::Returned, false) => {
            told(app, opened, StatusCode::OK, "returned", opened.take_again())
        }
        (OrderStanding::Unpaid, false) => {
            let kind = match order.reserved_ms {
                Some(_) => "lapsed",
                None => "expired",
            };
            told(app, opened, StatusCode::OK, kind, opened.take_again())
        }
    }
}

fn waiting(opened: &Opened) -> String {
    opened.t.get("waiting-text").into_owned()
}

async fn answer(
    app: &App,
    opened: &Opened,
    title: &str,
    waiting: Option<String>,
) -> Result<Response, ApiError> {
    shown(app, opened, title, waiting, None).await
}

/// Paid, and the tickets are there.
pub(super) async fn bought(
    app: &App,
    opened: &Opened,
    text_me: Option<TextMe>,
) -> Result<Response, ApiError> {
    shown(app, opened, "done-title", None, text_me).await
}

async fn shown(
    app: &App,
    opened: &Opened,
    title: &str,
    waiting: Option<String>,
    text_me: Option<TextMe>,
) -> Result<Response, ApiError> {
    let given = match opened.order.issued_ms {
        Some(_) => given_in_words(app, opened).await?,
        None => Vec::new(),
    };
    let (t, language, order) = (opened.t, opened.language, &opened.order);
    let event = opened.event();
    let (when, place) = (opened.when(), opened.place());
    let values: [(&'static str, &dyn std::fmt::Display); 3] =
        [("title", &event.title), ("when", &when), ("place", &place)];
    let count = u32::try_from(order.tickets.len()).unwrap_or(u32::MAX);
    let path = |ticket| format!("/{language}/tickets/{ticket}{}", opened.query());
    let tickets: Vec<Link> = (1_u32..)
        .zip(&order.tickets)
        .map(|(no, ticket)| Link {
            path: path(*ticket),
            label: t.with("ticket-of", &[("no", &no), ("count", &count)]),
        })
        .collect();
    let is_paid = order.state == OrderState::Paid;
    let see_tickets = |first: &Link| Link {
        path: first.path.clone(),
        label: t.get("see-tickets").into_owned(),
    };
    let page = html(&OrderHtml {
        page: opened.page(app, t.get(title), ""),
        picture: picture_of(event),
        places: t.count("places-count", opened.places()),
        bought: t.with("done-for", &values),
        next: tickets.first().filter(|_| is_paid).map(see_tickets),
        other: (order.state == OrderState::Held).then(|| Link {
            path: opened.checkout_path(""),
            label: t.get("pay-otherwise").into_owned(),
        }),
        tickets,
        email: order.buyer.as_ref().map(|buyer| buyer.email.clone()),
        code: order.code.clone(),
        sums: opened.sums(),
        // A ticket from somebody else has cost its holder nothing.
        paid: order
            .paid_ms
            .filter(|_| order.given_by.is_none())
            .map(|_| amount(order.total, language)),
        refunded: (order.refunded.minor > 0).then(|| amount(order.refunded, language)),
        waiting,
        keep: Keep::of(opened),
        given,
        manage: (is_paid && order.issued_ms.is_some()).then(|| opened.path_below("/manage")),
        text_me,
    })?;
    Ok(private(page))
}
