//! `/fr/tickets/{ticket}/apple.pkpass` and `/fr/tickets/{ticket}/google`: to who may see the ticket's page.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use shared::ids::{EventId, TicketId};
use shared::language::Language;
use shared::roster::TicketStatus;

use super::card::{Beside, Card};
use super::pictures::pictures;
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::Category;
use crate::catalog::event::page::page_of;
use crate::orders::api::{SecretQuery, holder};
use crate::orders::present::order_by_id;
use crate::tickets::api::visible_ticket;
use crate::tickets::present::TicketView;
use crate::web::store::{StoreLanguage, private};
use crate::web::{ApiError, Path, Query};

const PASS: HeaderValue = HeaderValue::from_static("application/vnd.apple.pkpass");

pub(crate) fn router() -> Router<App> {
    Language::ALL
        .into_iter()
        .fold(Router::new(), |router, language| {
            let at = |file: &str| format!("/{language}/tickets/{{ticket}}/{file}");
            router
                .route(&at("apple.pkpass"), get(apple))
                .route(&at("google"), get(google))
        })
}

/// Where a ticket goes into a wallet; each only where this server can sign for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct WalletLinks {
    pub(crate) apple: Option<String>,
    pub(crate) google: Option<String>,
}

impl WalletLinks {
    /// `asked` is what stands behind the page's own address: `?secret=…`.
    pub(crate) fn of(app: &App, ticket: &TicketView, language: Language, asked: &str) -> Self {
        if ticket.rotating || ticket.status != TicketStatus::Valid {
            return Self::default();
        }
        Self::at(app, ticket.id, language, asked)
    }

    /// Of a ticket that enters and whose code stays.
    pub(crate) fn at(app: &App, ticket: TicketId, language: Language, asked: &str) -> Self {
        let at = |file: &str| format!("/{language}/tickets/{ticket}/{file}{asked}");
        Self {
            apple: app.wallets.apple.as_ref().map(|_| at("apple.pkpass")),
            google: app.wallets.google.as_ref().map(|_| at("google")),
        }
    }

    /// As seen from outside.
    pub(crate) fn below(self, url: &str) -> Self {
        Self {
            apple: self.apple.map(|path| format!("{url}{path}")),
            google: self.google.map(|path| format!("{url}{path}")),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

async fn apple(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let found = find(&app, language, &identity, id, query).await?;
    if app.wallets.apple.is_none() {
        return Err(ApiError::not_found("pass"));
    }
    let making = app.clone();
    // A key's signature and some pictures: milliseconds of a core.
    let pass = tokio::task::spawn_blocking(move || {
        let pictures = pictures(found.event, found.category).map_err(ApiError::internal)?;
        let signer = making.wallets.apple.as_ref();
        let signer = signer.ok_or_else(|| ApiError::not_found("pass"))?;
        signer
            .pass(&found.card, pictures, making.now_ms())
            .map_err(ApiError::internal)
    });
    let pass = pass.await.map_err(ApiError::internal)??;
    let named = format!("attachment; filename=\"{id}.pkpass\"");
    let named = HeaderValue::from_str(&named).map_err(ApiError::internal)?;
    let headers = [(CONTENT_TYPE, PASS), (CONTENT_DISPOSITION, named)];
    Ok(private((StatusCode::OK, headers, pass).into_response()))
}

async fn google(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<TicketId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let found = find(&app, language, &identity, id, query).await?;
    let signer = app.wallets.google.as_ref();
    let signer = signer.ok_or_else(|| ApiError::not_found("pass"))?;
    let link = signer.link(&found.card, language, app.now_ms());
    let link = link.map_err(ApiError::internal)?;
    Ok(private(Redirect::to(&link).into_response()))
}

/// A ticket that enters, and what is drawn for its event.
struct Found {
    card: Card,
    event: EventId,
    category: Category,
}

async fn find(
    app: &App,
    language: Language,
    identity: &MaybeIdentity,
    id: TicketId,
    query: SecretQuery,
) -> Result<Found, ApiError> {
    let none = || ApiError::not_found("pass");
    let ticket = visible_ticket(app, id, identity, &query).await?.view;
    if ticket.status != TicketStatus::Valid {
        return Err(none());
    }
    let order = order_by_id(&app.pool, ticket.order_id)
        .await?
        .ok_or_else(none)?;
    let event = page_of(app, ticket.event_id).await?;
    let asked = holder(identity, query.secret).query();
    let beside = Beside {
        order_code: order.code,
        buyer: order.buyer.map(|buyer| buyer.name).unwrap_or_default(),
        link: format!("{}/{language}/tickets/{id}{asked}", app.config.public_url),
    };
    Ok(Found {
        card: Card::of(&ticket, &event.page, beside).ok_or_else(none)?,
        event: ticket.event_id,
        category: event.category,
    })
}
