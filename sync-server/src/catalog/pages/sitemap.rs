//! What search engines ask for.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use shared::language::Language;

use crate::app::App;
use crate::catalog::event::listed;
use crate::web::ApiError;

/// A sitemap holds 50,000 addresses; there are five for each event.
const MOST_EVENTS: i64 = 9_000;
/// Search engines come by the day, and nobody else needs it fresh.
const KEPT: &str = "public, max-age=3600";

pub(super) async fn sitemap(State(app): State<App>) -> Result<Response, ApiError> {
    let events = listed(&app.pool, app.now_ms(), MOST_EVENTS).await?;
    let root = &app.config.public_url;
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let mut add = |path: String, changed: Option<i64>| {
        let day = changed
            .and_then(|ms| Timestamp::from_millisecond(ms).ok())
            .map(|at| format!("<lastmod>{}</lastmod>", at.strftime("%Y-%m-%d")));
        // Writing to a text cannot fail.
        let _ = writeln!(
            xml,
            "<url><loc>{root}{path}</loc>{}</url>",
            day.unwrap_or_default()
        );
    };
    for language in Language::ALL {
        add(format!("/{language}/"), None);
    }
    for event in &events {
        for language in Language::ALL {
            add(
                format!("/{language}/events/{}", event.id),
                Some(event.updated_ms),
            );
        }
    }
    xml.push_str("</urlset>\n");
    let headers = [(CONTENT_TYPE, "application/xml"), (CACHE_CONTROL, KEPT)];
    Ok((headers, xml).into_response())
}

/// Orders and tickets say `noindex` themselves: who is kept from reading a page doesn't hear that.
pub(super) async fn robots(State(app): State<App>) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /api/\nDisallow: /office/\n\nSitemap: {}/sitemap.xml\n",
        app.config.public_url
    );
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, KEPT),
    ];
    (headers, text).into_response()
}
