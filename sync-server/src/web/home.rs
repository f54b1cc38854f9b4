//! `GET /`: the next events, and what the API can do. The store takes its place.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use shared::language::Language;

use super::ApiError;
use super::language::PageLanguage;
use super::openapi::{Call, Description};
use super::page::{Page, html};
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::next_published;
use crate::messages::when::{ShortDate, short_date};

/// More would be a list to search, which the store will be.
const MOST_EVENTS: i64 = 50;

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    page: Page,
    texts: Texts,
    events: Vec<EventLine>,
    calls: &'a [Call],
}

struct EventLine {
    weekday: &'static str,
    day: i8,
    month: &'static str,
    title: String,
    place: String,
    time: String,
}

struct Texts {
    title: &'static str,
    lead: &'static str,
    events: &'static str,
    none: &'static str,
    api: &'static str,
    api_lead: &'static str,
}

pub(crate) async fn show(
    State(app): State<App>,
    PageLanguage(language): PageLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Extension(description): Extension<Arc<Description>>,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    html(&Home {
        page: Page::new(language, texts.title).known(identity.as_deref()),
        events: next_events(&app, language).await?,
        texts,
        calls: &description.calls,
    })
}

async fn next_events(app: &App, language: Language) -> Result<Vec<EventLine>, ApiError> {
    let rows = next_published(&app.pool, app.now_ms(), MOST_EVENTS).await?;
    let lines = rows.into_iter().map(|row| {
        let ShortDate {
            weekday,
            day,
            month,
            time,
        } = short_date(row.starts_ms, &row.time_zone, language);
        EventLine {
            weekday,
            day,
            month,
            title: row.title,
            place: format!("{}, {}", row.venue, row.city),
            time,
        }
    });
    Ok(lines.collect())
}

fn texts(language: Language) -> Texts {
    match language {
        Language::Fr => Texts {
            title: "À l'affiche",
            lead: "La billetterie en ligne ouvre bientôt. Voici les prochains événements, et ce que l'API sait faire.",
            events: "Prochains événements",
            none: "Aucun événement pour l'instant.",
            api: "L'API",
            api_lead: "Décrite en entier, pour les programmes :",
        },
        Language::En => Texts {
            title: "What's on",
            lead: "The online store opens soon. Here are the next events, and what the API can do.",
            events: "Next events",
            none: "No events for now.",
            api: "The API",
            api_lead: "Described in full, for programs:",
        },
        Language::Es => Texts {
            title: "En cartel",
            lead: "La taquilla en línea abre pronto. Estos son los próximos eventos y lo que la API sabe hacer.",
            events: "Próximos eventos",
            none: "Ningún evento por ahora.",
            api: "La API",
            api_lead: "Descrita por completo, para programas:",
        },
        Language::De => Texts {
            title: "Auf dem Spielplan",
            lead: "Der Online-Verkauf öffnet bald. Hier sind die nächsten Veranstaltungen und was die API kann.",
            events: "Nächste Veranstaltungen",
            none: "Zurzeit keine Veranstaltung.",
            api: "Die API",
            api_lead: "Vollständig beschrieben, für Programme:",
        },
        Language::It => Texts {
            title: "In cartellone",
            lead: "La biglietteria online apre presto. Ecco i prossimi eventi e ciò che l'API sa fare.",
            events: "Prossimi eventi",
            none: "Nessun evento per ora.",
            api: "L'API",
            api_lead: "Descritta per intero, per i programmi:",
        },
    }
}
