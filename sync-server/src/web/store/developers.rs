//! What the API can do, for people: every call, and where it is described for programs.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use shared::language::Language;

use super::{StoreLanguage, StorePage, Texts};
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::web::ApiError;
use crate::web::openapi::{Call, Description};
use crate::web::page::html;

#[derive(Template)]
#[template(path = "store/developers.html")]
struct Developers<'a> {
    page: StorePage,
    calls: &'a [Call],
}

/// `/fr/developers` and its like.
pub(crate) fn router(description: &Arc<Description>) -> Router<App> {
    let router = Language::ALL
        .into_iter()
        .fold(Router::new(), |router, language| {
            router.route(&format!("/{language}/developers"), get(show))
        });
    router.layer(Extension(Arc::clone(description)))
}

async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Extension(description): Extension<Arc<Description>>,
) -> Result<Response, ApiError> {
    let title = Texts::of(language).get("developers-title");
    let identity = identity.as_deref();
    html(&Developers {
        page: StorePage::public(&app, language, identity, title, "/developers"),
        calls: &description.calls,
    })
}
