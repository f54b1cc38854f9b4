//! A ticket's page: the code on white paper, as the door reads it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use shared::ids::TicketId;
use shared::language::Language;
use shared::money::Money;
use shared::roster::TicketStatus;
use shared::ticket::{Presented, Qr};

use super::api::visible_ticket;
use super::pocket;
use super::present::{Ticket, TicketView};
use super::rotating::presented_at;
use super::wallet;
use super::wallet::pages::WalletLinks;
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::messages::when::{amount, date_and_time, short_date};
use crate::orders::api::{SecretQuery, holder};
use crate::orders::present::order_by_id;
use crate::orders::resale::{Resale, ResaleState, resale_of};
use crate::web::artwork::picture_of;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private, reloading};
use crate::web::{ApiError, Path, Query};

/// A code is the newest for 15 seconds, and taken for half a minute more.
const RELOAD_ROTATING: u32 = 10;

pub(crate) fn router() -> Router<App> {
    Language::ALL.into_iter().fold(
        pocket::router().merge(wallet::pages::router()),
        |router, language| router.route(&format!("/{language}/tickets/{{ticket}}"), get(show)),
    )
}

#[derive(Template)]
#[template(path = "store/ticket.html")]
struct TicketHtml {
    page: StorePage,
    order_path: String,
    position: String,
    picture: String,
    ticket: TicketView,
    when: String,
    place: String,
    face: Face,
    /// It is up for resale, and good.
    on_sale: Option<String>,
    is_rotating: bool,
    holder: String,
    doors: String,
    price: String,
    wallet: WalletLinks,
    previous: Option<String>,
    next: Option<String>,
}

/// What stands where the code would.
enum Face {
    /// SVG.
    Code(String),
    /// Why there is none.
    Words(String),
}

impl Face {
    fn is_code(&self) -> bool {
        match self {
            Self::Code(_) => true,
            Self::Words(_) => false,
        }
    }
}

async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let ticket = visible_ticket(&app, id, &identity, &query).await?;
    let order = order_by_id(&app.pool, ticket.view.order_id)
        .await?
        .ok_or_else(|| ApiError::not_found("ticket"))?;
    let rendered = page_of(&app, ticket.view.event_id).await?;
    let event = &rendered.page;
    let asked = holder(&identity, query.secret).query();
    let path = |ticket: &TicketId| format!("/{language}/tickets/{ticket}{asked}");
    let place = order.tickets.iter().position(|other| *other == id);
    let beside = |step: fn(usize) -> Option<usize>| {
        place
            .and_then(step)
            .and_then(|place| order.tickets.get(place))
            .map(path)
    };
    let no = place.unwrap_or_default() + 1;
    let identity: Option<Arc<_>> = identity.0;
    let of = (order.organizer, order.event);
    let resale = resale_of(&app.pool, of, id).await?;
    let face = face(&app, &ticket, resale, (t, language)).await?;
    let is_rotating = ticket.view.rotating && face.is_code();
    let view = ticket.view;
    let zone = &view.time_zone;
    let page = html(&TicketHtml {
        page: StorePage::private(
            &app,
            language,
            identity.as_deref(),
            format!("{}, {}", t.get("ticket-title"), view.event_title),
            format!("/tickets/{id}"),
        )
        .keeping(&asked),
        order_path: format!("/{language}/orders/{}{asked}", order.id),
        position: t.with("ticket-of", &[("no", &no), ("count", &order.tickets.len())]),
        picture: picture_of(event),
        when: date_and_time(view.starts_ms, zone, language),
        place: format!("{}, {}", event.venue.name, event.venue.city),
        face,
        holder: if view.holder_name.is_empty() {
            order.buyer.map(|buyer| buyer.name).unwrap_or_default()
        } else {
            view.holder_name.clone()
        },
        doors: short_date(event.doors_ms, zone, language).time,
        price: amount(Money::new(view.price_minor, view.currency), language),
        wallet: WalletLinks::of(&app, &view, language, &asked),
        on_sale: resale
            .filter(|resale| resale.state == ResaleState::Open)
            .map(|_| t.get("ticket-on-sale").into_owned()),
        previous: beside(|place| place.checked_sub(1)),
        next: beside(|place| place.checked_add(1)),
        is_rotating,
        ticket: view,
    })?;
    let page = private(page);
    Ok(if is_rotating {
        reloading(page, RELOAD_ROTATING)
    } else {
        page
    })
}

async fn face(
    app: &App,
    ticket: &Ticket,
    resale: Option<Resale>,
    (t, language): (Texts, Language),
) -> Result<Face, ApiError> {
    let words = |key| Ok(Face::Words(t.get(key).into_owned()));
    match ticket.view.status {
        TicketStatus::Valid => {}
        TicketStatus::Refunded => return words("ticket-refunded"),
        TicketStatus::Revoked | TicketStatus::Cancelled => return words("ticket-cancelled"),
        TicketStatus::Blocked => {
            return match resale.map(|resale| resale.state) {
                Some(ResaleState::Offered(until_ms)) => {
                    let until = date_and_time(until_ms, &ticket.view.time_zone, language);
                    Ok(Face::Words(t.named("ticket-offered", "until", until)))
                }
                Some(ResaleState::Sold) => words("ticket-resold"),
                Some(ResaleState::Back) => words("after-resale-back"),
                Some(ResaleState::Open) | None => words("ticket-blocked"),
            };
        }
    }
    let presented = if ticket.view.rotating {
        presented_at(app, ticket.token, app.now_ms()).await?
    } else {
        Presented::plain(ticket.token)
    };
    let code = Qr::ticket(&presented).map_err(ApiError::internal)?;
    Ok(Face::Code(code.svg()))
}
