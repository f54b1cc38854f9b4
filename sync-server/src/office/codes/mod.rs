//! Promo codes: those that an organizer has, with their uses so far; made, changed, ended.

mod form;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{EventId, OrganizerId};

use super::desk::{Desk, Office};
use super::orders::OWN_ZONE;
use super::page::{Here, OfficePage, shown};
use super::words::number;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::messages::when::{amount, date_and_time};
use crate::orders::promo::{PromoCode, Refusal, codes, words};
use crate::web::{ApiError, Path, Query};

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/{organizer}/codes"), get(show))
        .route(
            &at("/{organizer}/codes/new"),
            get(form::show_new).post(form::make),
        )
        .route(
            &at("/{organizer}/codes/{code}"),
            get(form::show).post(form::change),
        )
        .route(&at("/{organizer}/codes/{code}/end"), post(form::end))
}

#[derive(Template)]
#[template(path = "office/codes.html")]
struct CodesHtml {
    page: OfficePage,
    lead: Option<String>,
    lines: Vec<Line>,
    new: String,
}

struct Line {
    path: String,
    code: String,
    off: String,
    /// For which event, from which sum on, when.
    terms: Vec<String>,
    uses: String,
    state: String,
    look: &'static str,
}

/// Of one event alone, with those of all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CodesQuery {
    event: String,
}

impl CodesQuery {
    fn event(&self) -> Option<EventId> {
        self.event.parse().ok()
    }
}

async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Query(query): Query<CodesQuery>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::EditEvents).await?;
    let event = query.event();
    let codes = codes::of_organizer(&app.pool, organizer, event).await?;
    let mut lines = Vec::with_capacity(codes.len());
    for code in &codes {
        lines.push(line(&app, &office, code).await?);
    }
    let kept = event.map_or_else(String::new, |event| format!("?event={event}"));
    let lead = match event {
        Some(event) => Some(title_of(&app, &office, event).await?),
        None => None,
    };
    let path = format!("/{organizer}/codes");
    let page = CodesHtml {
        page: office
            .page(Here::Codes, office.desk.t.get("office-codes"), &path)
            .keeping(&kept),
        lead,
        lines,
        new: office.at(format_args!("{path}/new{kept}")),
    };
    shown(StatusCode::OK, &page)
}

/// What is another organizer's is not there.
async fn title_of(app: &App, office: &Office, event: EventId) -> Result<String, ApiError> {
    let rendered = page_of(app, event).await?;
    if rendered.organizer == office.organizer.id {
        Ok(rendered.page.title.clone())
    } else {
        Err(ApiError::not_found("event"))
    }
}

async fn line(app: &App, office: &Office, code: &PromoCode) -> Result<Line, ApiError> {
    let (language, t) = (office.desk.language, office.desk.t);
    let event = match code.event {
        Some(event) => Some(page_of(app, event).await?),
        None => None,
    };
    let event = event.as_ref().map(|rendered| &rendered.page);
    let zone = event.map_or(OWN_ZONE, |event| event.time_zone.as_str());
    let of = match event {
        Some(event) => event.title.clone(),
        None => t.get("office-code-all-events").into_owned(),
    };
    let date = |key: &str, ms| t.named(key, "date", date_and_time(ms, zone, language));
    let named = |no: &shared::ids::TypeNo| Some(event?.type_of(*no)?.name.clone());
    let types: Vec<String> = code.reduction.types.iter().filter_map(named).collect();
    let terms = [
        Some(of),
        (!types.is_empty()).then(|| types.join(", ")),
        code.reduction
            .minimum
            .map(|least| t.named("code-from", "least", amount(least, language))),
        code.first_order
            .then(|| t.get("code-first-order").into_owned()),
        code.from_ms.map(|ms| date("office-code-since", ms)),
        code.until_ms.map(|ms| date("office-code-till", ms)),
    ];
    let taken = number(code.taken.into(), language);
    let (key, look) = match code.check(app.now_ms()) {
        Ok(()) => ("office-code-good", "badge-ok"),
        Err(Refusal::NotYet(_)) => ("office-code-early", "badge-wait"),
        Err(Refusal::UsedUp) => ("office-code-used-up", "badge-line"),
        Err(
            Refusal::Over
            | Refusal::Unknown
            | Refusal::OtherTypes
            | Refusal::BelowMinimum(_)
            | Refusal::UsedBefore
            | Refusal::NotFirst,
        ) => ("office-code-over", "badge-line"),
    };
    Ok(Line {
        path: office.own(format_args!("/codes/{}", code.id)),
        code: code.code.clone(),
        off: words::off(code.reduction.off, language),
        terms: terms.into_iter().flatten().collect(),
        uses: match code.most_uses {
            Some(most) => format!("{taken} / {}", number(most.into(), language)),
            None => taken,
        },
        state: t.get(key).into_owned(),
        look,
    })
}
