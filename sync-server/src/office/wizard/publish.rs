//! Last step: a last look, and it is on sale.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::clock::UnixMillis;
use shared::ids::EventId;

use super::preview::Preview;
use super::{Opened, Step, StepLink, made};
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::messages::when::{amount, date_and_time};
use crate::office::desk::Desk;
use crate::office::page::{OfficePage, on_to, shown};
use crate::office::words::number;
use crate::web::store::Link;
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/publish.html")]
struct PublishHtml {
    page: OfficePage,
    steps: Vec<StepLink>,
    /// What keeps it from being sold, and where that is mended.
    missing: Vec<Link>,
    /// What is to be looked at: a word, what was said, where it is changed.
    said: Vec<(String, Vec<String>, String)>,
    action: String,
    back: Link,
    preview: Option<Preview>,
}

pub(in crate::office) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    if !opened.is_begun() {
        return Ok(on_to(&opened.after(Step::Publish)));
    }
    page(&opened, app.now_ms(), StatusCode::OK)
}

pub(in crate::office) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let event = opened.made()?;
    if opened.is_begun() {
        if !missing(event, app.now_ms()).is_empty() {
            return page(&opened, app.now_ms(), StatusCode::CONFLICT);
        }
        made::publish(&app, &opened, event).await?;
    }
    Ok(on_to(&opened.after(Step::Publish)))
}

/// What keeps an event from being sold: the step that mends it, and the sentence.
fn missing(event: &EventPage, now_ms: UnixMillis) -> Vec<(Step, &'static str)> {
    let mut missing = Vec::new();
    if event.ends_ms <= now_ms {
        missing.push((Step::Place, "office-missing-date"));
    }
    if event.all_types().next().is_none() {
        missing.push((Step::Prices, "office-missing-types"));
    }
    missing
}

fn page(opened: &Opened, now_ms: UnixMillis, status: StatusCode) -> Result<Response, ApiError> {
    let office = &opened.office;
    let (language, t) = (office.desk.language, office.desk.t);
    let event = opened.made()?;
    let at = |ms| date_and_time(ms, &event.time_zone, language);
    let types = event.all_types().map(|row| {
        let price = amount(super::preview::money(row.price), language);
        let places = number(row.remaining.into(), language);
        t.with(
            "office-said-type",
            &[("name", &row.name), ("price", &price), ("places", &places)],
        )
    });
    let step =
        |step: Step, lines: Vec<String>| (t.get(step.key()).into_owned(), lines, opened.at(step));
    let venue = &event.venue;
    let said = vec![
        step(
            Step::What,
            vec![
                event.title.clone(),
                t.get(&format!("category-{}", event.category)).into_owned(),
            ],
        ),
        step(
            Step::Place,
            vec![
                format!("{}, {} {}", venue.name, venue.postal_code, venue.city),
                t.named("office-said-doors", "when", at(event.doors_ms)),
                t.named("office-said-starts", "when", at(event.starts_ms)),
                t.named("office-said-ends", "when", at(event.ends_ms)),
            ],
        ),
        step(Step::Prices, types.collect()),
    ];
    let missing = missing(event, now_ms).into_iter();
    let html = PublishHtml {
        page: opened.page(Step::Publish, "office-publish-title"),
        steps: opened.steps(Step::Publish),
        missing: missing
            .map(|(step, key)| Link {
                path: opened.at(step),
                label: t.get(key).into_owned(),
            })
            .collect(),
        said,
        action: opened.at(Step::Publish),
        back: Link {
            path: opened.at(Step::Prices),
            label: t.get(Step::Prices.key()).into_owned(),
        },
        preview: Some(Preview::of(event, &office.desk)),
    };
    shown(status, &html)
}
