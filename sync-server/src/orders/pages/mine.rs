//! What an account has bought, and what it may take in.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::OrderId;

use super::opened::Opened;
use crate::accounts::{MaybeIdentity, PageIdentity, is_verified};
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::messages::when::{amount, date_and_time};
use crate::orders::OrderState;
use crate::orders::adopt::{adopt_by_link, adopt_by_mailbox, adoptable};
use crate::orders::api::SecretQuery;
use crate::orders::list::{PageQuery, Whose, orders_page};
use crate::orders::present::OrderView;
use crate::web::artwork::picture_of;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Path, Query};
use shared::language::Language;
use shared::money::Money;

const ON_A_PAGE: i64 = 20;

#[derive(Template)]
#[template(path = "store/orders.html")]
struct OrdersPage {
    page: StorePage,
    orders: Vec<OrderLine>,
    /// Told where orders were sent to this mailbox before there was an account.
    found: Option<String>,
    is_verified: bool,
    more: Option<String>,
}

struct OrderLine {
    path: String,
    /// The first ticket, where there is one that is good.
    tickets: Option<String>,
    picture: String,
    title: String,
    when: String,
    place: String,
    /// `2 places · 68,00 €`.
    what: String,
    code: String,
    is_refunded: bool,
}

#[derive(Deserialize)]
pub(super) struct MineQuery {
    after: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Query(query): Query<MineQuery>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let asked = PageQuery {
        cursor: query.after,
        limit: Some(ON_A_PAGE),
    };
    let listed = orders_page(&app.pool, &Whose::Buyer(identity.account), &asked).await?;
    let mut orders = Vec::with_capacity(listed.orders.len());
    for order in listed.orders {
        orders.push(line(&app, language, t, order).await?);
    }
    let found = adoptable(&app.pool, identity.account).await?;
    let path = "/account/orders";
    let page = html(&OrdersPage {
        page: StorePage::private(&app, language, Some(&identity), t.get("orders-title"), path),
        orders,
        found: (found > 0).then(|| t.count("orders-found", found)),
        is_verified: is_verified(&app.pool, identity.account).await?,
        more: listed
            .cursor
            .map(|cursor| format!("/{language}{path}?after={cursor}")),
    })?;
    Ok(private(page))
}

async fn line(
    app: &App,
    language: Language,
    t: Texts,
    order: OrderView,
) -> Result<OrderLine, ApiError> {
    let rendered = page_of(app, order.event_id).await?;
    let event = &rendered.page;
    let places: u32 = order.lines.iter().map(|line| line.quantity).sum();
    let total = amount(Money::new(order.total_minor, order.currency), language);
    let is_refunded = order.state == OrderState::Refunded;
    let first = order.tickets.first().filter(|_| !is_refunded);
    Ok(OrderLine {
        path: format!("/{language}/orders/{}", order.id),
        tickets: first.map(|ticket| format!("/{language}/tickets/{ticket}")),
        picture: picture_of(event),
        title: event.title.clone(),
        when: date_and_time(event.starts_ms, &event.time_zone, language),
        place: format!("{}, {}", event.venue.name, event.venue.city),
        what: format!("{} · {total}", t.count("places-count", places)),
        code: order.code,
        is_refunded,
    })
}

/// Takes in what was sent to the account's mailbox.
pub(super) async fn find(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    adopt_by_mailbox(&app.pool, identity.account).await?;
    let path = format!("/{language}/account/orders");
    Ok(private(Redirect::to(&path).into_response()))
}

/// Takes in the order whose link is open.
pub(super) async fn keep(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    adopt_by_link(&app.pool, id, &opened.holder).await?;
    Ok(opened.to_order())
}
