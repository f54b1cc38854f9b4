//! Where a buyer pays: forms alone, no script.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::Shared;
use crate::error::Refusal;
use crate::world::{Choice, SessionStatus};

#[derive(Template)]
#[template(path = "pay.html")]
struct PayPage<'a> {
    what: &'a str,
    amount: String,
    declined: bool,
    cancel_url: Option<&'a str>,
    minutes: i64,
}

#[derive(Template)]
#[template(path = "bank.html")]
struct BankPage {
    amount: String,
}

#[derive(Template)]
#[template(path = "over.html")]
struct OverPage<'a> {
    paid: bool,
    cancel_url: Option<&'a str>,
}

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/c/pay/{session}", get(show).post(choose))
        .route("/3ds/{intent}", get(show_bank).post(answer_bank))
}

/// What a button says.
#[derive(Debug)]
struct Pressed(Choice);

fn pressed(fields: &[(String, String)]) -> Option<Pressed> {
    let (_, value) = fields.iter().find(|(name, _)| name == "choice")?;
    Choice::parse(value).map(Pressed)
}

async fn show(State(shared): State<Arc<Shared>>, Path(session): Path<String>) -> Response {
    page(&shared, &session)
}

fn page(shared: &Shared, id: &str) -> Response {
    let mut world = shared.world();
    world.tick();
    let fresh = world.take_fresh();
    let now = world.now();
    let shown = match world.page_of(id) {
        Err(refusal) => return refusal.into_response(),
        Ok((session, waits)) => match session.status {
            SessionStatus::Open if waits => BankPage {
                amount: amount(session.amount, &session.currency),
            }
            .render(),
            SessionStatus::Open => PayPage {
                what: &session.what,
                amount: amount(session.amount, &session.currency),
                declined: session.declined,
                cancel_url: session.cancel_url.as_deref(),
                minutes: (session.expires_at - now) / 60,
            }
            .render(),
            SessionStatus::Complete | SessionStatus::Expired => OverPage {
                paid: session.status == SessionStatus::Complete,
                cancel_url: session.cancel_url.as_deref(),
            }
            .render(),
        },
    };
    drop(world);
    shared.send(fresh);
    html(shown)
}

async fn choose(
    State(shared): State<Arc<Shared>>,
    Path(session): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some(Pressed(choice)) = pressed(&fields) else {
        return Refusal::missing("choice").into_response();
    };
    let mut world = shared.world();
    let chosen = world.choose(&session, choice);
    let fresh = world.take_fresh();
    drop(world);
    shared.send(fresh);
    match chosen {
        Ok(Some(url)) => Redirect::to(&url).into_response(),
        Ok(None) | Err(_) => page(&shared, &session),
    }
}

async fn show_bank(State(shared): State<Arc<Shared>>, Path(intent): Path<String>) -> Response {
    let world = shared.world();
    match world.intent(&intent) {
        Ok(intent) => {
            let currency = intent["currency"].as_str().unwrap_or_default();
            let minor = intent["amount"].as_i64().unwrap_or_default();
            html(
                BankPage {
                    amount: amount(minor, currency),
                }
                .render(),
            )
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer_bank(
    State(shared): State<Arc<Shared>>,
    Path(intent): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let confirmed = match pressed(&fields) {
        Some(Pressed(Choice::ConfirmAtBank)) => true,
        Some(Pressed(Choice::RefuseAtBank)) => false,
        Some(_) | None => return Refusal::missing("choice").into_response(),
    };
    let mut world = shared.world();
    let to = world.authenticated(&intent, confirmed);
    let fresh = world.take_fresh();
    drop(world);
    shared.send(fresh);
    match to {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

pub(crate) fn html(rendered: Result<String, askama::Error>) -> Response {
    match rendered {
        Ok(text) => Html(text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn amount(minor: i64, currency: &str) -> String {
    format!(
        "{}.{:02} {}",
        minor / 100,
        minor % 100,
        currency.to_uppercase()
    )
}
