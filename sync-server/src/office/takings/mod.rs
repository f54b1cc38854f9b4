//! The statement of takings of an event ("bordereau de recettes"): which numbers were given out, what they cost, what came.
//!
//! French law asks it for each performance (CGI annexe IV, art. 50 sexies H): each kind of ticket with its first and last
//! number, how many, the price and the sum, presale and doors apart. It is made from the tickets; the ledger, which knows
//! money alone, has to agree.

pub(super) mod api;
mod csv;
mod lent;
mod page;
mod pdf;
mod read;
mod statement;
mod view;

use axum::Router;
use axum::routing::get;
use shared::ids::{EventId, OrganizerId};
use shared::money::Currency;

use self::lent::Lent;
use self::statement::Statement;
use super::desk::{Desk, Office};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::{EventPage, currency_of};
use crate::database::transaction;
use crate::web::ApiError;

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/events/{event}/takings"), get(page::show))
        .route(&at("/events/{event}/takings.csv"), get(csv::download))
        .route(&at("/events/{event}/takings.pdf"), get(pdf::download))
}

/// An event's statement as it stands now, for somebody who may read figures.
struct Opened {
    office: Office,
    event: EventPage,
    currency: Currency,
    statement: Statement,
    /// What tills were given of it.
    lent: Vec<Lent>,
}

impl Opened {
    async fn read(app: &App, desk: Desk, event: EventId) -> Result<Self, ApiError> {
        let (office, event) = desk.event(app, event, Right::ReadFigures).await?;
        let currency = currency_of(&event.currency)?;
        let of = (office.organizer.id, event.id);
        let (statement, lent) = statement_of(app, of, currency).await?;
        Ok(Self {
            office,
            event,
            currency,
            statement,
            lent,
        })
    }
}

/// Of one moment of tickets and ledger, so that a sale in between can't set them apart.
async fn statement_of(
    app: &App,
    of: (OrganizerId, EventId),
    currency: Currency,
) -> Result<(Statement, Vec<Lent>), ApiError> {
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let issued = read::issued(&mut tx, of, currency).await?;
    let ledger = read::ledger(&mut tx, of, currency).await?;
    let lent = lent::lent(&mut tx, of).await?;
    tx.commit().await?;
    let statement = Statement::of(issued, ledger, currency).map_err(ApiError::internal)?;
    Ok((statement, lent))
}
