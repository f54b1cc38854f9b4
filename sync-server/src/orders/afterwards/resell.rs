//! A ticket put up for resale on its order's page, and taken back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::OrderId;

use super::pages::Managed;
use super::rules::{Act, NotNow};
use super::standing::Kept;
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::orders::api::SecretQuery;
use crate::orders::resale::{ResaleState, Withdrawn, put_up, withdraw};
use crate::web::store::StoreLanguage;
use crate::web::{ApiError, Form, Path, Query};

/// What the page shows of a ticket's resale.
pub(super) enum ResaleHtml {
    /// The event knows none.
    No,
    /// Why it can't be put up.
    Cannot(String),
    /// It can.
    May,
    /// It is up.
    Stands { says: String, may_keep: bool },
}

impl ResaleHtml {
    pub(super) fn of(managed: &Managed, kept: &Kept) -> Self {
        let (t, opened) = (managed.opened.t, &managed.opened);
        let Some(resale) = kept.resale else {
            return match managed.standing.may(Act::Resell, kept) {
                Ok(()) => Self::May,
                Err(NotNow::NotAllowed | NotNow::Cancelled | NotNow::Ended | NotNow::Blocked) => {
                    Self::No
                }
                Err(
                    NotNow::OnSale
                    | NotNow::UnderWay
                    | NotNow::Entered
                    | NotNow::Gift
                    | NotNow::TooLate { .. },
                ) => managed
                    .why_not(Act::Resell, kept)
                    .map_or(Self::May, Self::Cannot),
            };
        };
        let says = match resale.state {
            ResaleState::Open => t.get("after-resale-open").into_owned(),
            ResaleState::Offered(until_ms) => {
                let zone = &opened.event().time_zone;
                let until = date_and_time(until_ms, zone, opened.language);
                t.named("after-resale-offered", "until", until)
            }
            ResaleState::Back => t.get("after-resale-back").into_owned(),
            ResaleState::Sold => t.get("after-resale-sold").into_owned(),
        };
        let is_out = match resale.state {
            ResaleState::Open | ResaleState::Sold => false,
            ResaleState::Offered(_) | ResaleState::Back => true,
        };
        let says = if is_out && resale.stops {
            format!("{says} {}", t.get("after-resale-stops"))
        } else {
            says
        };
        Self::Stands {
            says,
            may_keep: resale.state == ResaleState::Open || (is_out && !resale.stops),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TicketForm {
    ticket: String,
}

pub(super) async fn put(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<TicketForm>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    let kept = managed.ticket(&form.ticket)?;
    // Sent twice: the first has done it.
    if kept
        .resale
        .is_some_and(|resale| resale.state == ResaleState::Open)
    {
        return Ok(managed.done("resell"));
    }
    if let Some(problem) = managed.why_not(Act::Resell, kept) {
        return managed.refused(&app, StatusCode::CONFLICT, problem);
    }
    if put_up(&app, &managed.opened.order, kept.view.id).await? {
        Ok(managed.done("resell"))
    } else {
        let problem = managed.opened.t.get("after-no-ended");
        managed.refused(&app, StatusCode::CONFLICT, problem)
    }
}

pub(super) async fn keep(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<TicketForm>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    let kept = managed.ticket(&form.ticket)?;
    match withdraw(&app, &managed.opened.order, kept.view.id).await? {
        Withdrawn::Now => Ok(managed.done("keep")),
        Withdrawn::WhenItComesBack => Ok(managed.done("later")),
        Withdrawn::TooLate => {
            let problem = managed.opened.t.get("after-resale-late");
            managed.refused(&app, StatusCode::CONFLICT, problem)
        }
    }
}
