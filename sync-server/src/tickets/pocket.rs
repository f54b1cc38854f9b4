//! The pocket: a holder's tickets on their own device, without a network, and as an installed program.
//!
//! A worker of the browser keeps them; `assets/pocket-worker.js` says which and how. What is here is the page that lists
//! them, the manifest, and the worker itself, which cannot have a hashed name: browsers ask for it again by its name.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::json;
use shared::language::Language;

use crate::app::App;
use crate::web::ApiError;
use crate::web::assets::Sign;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};

/// The colour behind the pages, which a script of ours cannot tell a system.
const GROUND: &str = "#0c072e";
/// Asked for again each time, so that a mended one is there at once.
const ASKED_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// It fetches from here, and nothing else.
const WORKER_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; connect-src 'self'");

pub(super) fn router() -> Router<App> {
    let router = Router::new().route("/pocket-worker.js", get(worker));
    Language::ALL.into_iter().fold(router, |router, language| {
        router
            .route(&format!("/{language}/tickets/"), get(show))
            .route(&format!("/{language}/app.webmanifest"), get(manifest))
    })
}

#[derive(Template)]
#[template(path = "store/pocket.html")]
struct PocketHtml {
    page: StorePage,
}

/// Empty until the device fills it: the server doesn't know what is kept where.
async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("pocket-title");
    let page = StorePage::private(&app, language, None, title, "/tickets/");
    Ok(private(html(&PocketHtml { page })?))
}

async fn manifest(StoreLanguage(language): StoreLanguage) -> Response {
    let sign = |sign: Sign, sizes: &str| json!({"src": sign.url(), "sizes": sizes, "type": "image/png", "purpose": "any"});
    let description = Texts::of(language).get("pocket-description");
    let manifest = json!({
        "id": "/tickets/", "name": "Ticket Hub", "short_name": "Ticket Hub", "description": description,
        "lang": language.code(), "start_url": format!("/{language}/tickets/"), "scope": "/", "display": "standalone",
        "background_color": GROUND, "theme_color": GROUND,
        "icons": [sign(Sign::Small, "192x192"), sign(Sign::Large, "512x512")],
    });
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/manifest+json"),
        ),
        (CACHE_CONTROL, ASKED_AGAIN),
    ];
    (headers, manifest.to_string()).into_response()
}

async fn worker() -> Response {
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        ),
        (CACHE_CONTROL, ASKED_AGAIN),
        (CONTENT_SECURITY_POLICY, WORKER_POLICY),
    ];
    (headers, include_str!("../../assets/pocket-worker.js")).into_response()
}
