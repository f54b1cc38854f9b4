//! `GET /artwork/{event}.svg`, and `.png` for whoever is sent a link to the event.

use axum::Router;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;
use shared::ids::EventId;

use super::{Artwork, version};
use crate::accounts::{MaybeIdentity, Right};
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::web::{ApiError, Path, Query};

/// With the version in its address it is the same picture for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Without one it changes with the event's category.
const A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=300");
/// Of an event that is not public: seen by its organizer's people.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");
/// Opened by itself: its blending is in style attributes, and it has nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src-attr 'unsafe-inline'; frame-ancestors 'none'; sandbox",
);

pub(crate) fn router() -> Router<App> {
    Router::new().route("/artwork/{name}", get(show))
}

#[derive(Deserialize)]
struct Asked {
    v: Option<String>,
}

/// Strangers see the pictures of public events alone.
async fn show(
    State(app): State<App>,
    MaybeIdentity(identity): MaybeIdentity,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let none = || ApiError::not_found("picture");
    let (id, form) = name.rsplit_once('.').ok_or_else(none)?;
    let form = match form {
        "svg" => Form::Svg,
        "png" => Form::Png,
        _ => return Err(none()),
    };
    let event = id.parse().map(EventId).map_err(|_| none())?;
    let page = page_of(&app, event).await?;
    let is_public = page.status.is_public();
    let is_member = identity.is_some_and(|who| who.may(page.organizer, Right::ReadFigures));
    if !is_public && !is_member {
        return Err(none());
    }
    let version = version(page.category);
    let caching = if !is_public {
        PRIVATE
    } else if asked.v.as_deref() == Some(version.as_str()) {
        FOR_EVER
    } else {
        A_WHILE
    };
    let etag = format!("\"{version}\"");
    let unchanged = headers
        .get(IF_NONE_MATCH)
        .and_then(|seen| seen.to_str().ok())
        .is_some_and(|seen| {
            seen.split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == etag)
        });
    let headers = [(CACHE_CONTROL, caching), (CONTENT_SECURITY_POLICY, POLICY)];
    if unchanged {
        return Ok((StatusCode::NOT_MODIFIED, headers, [(ETAG, etag)]).into_response());
    }
    let known = [(ETAG, etag)];
    match form {
        Form::Svg => {
            let id = event.to_string();
            let category = page.category;
            let picture = Artwork { id: &id, category }.to_string();
            let kind = [(CONTENT_TYPE, "image/svg+xml")];
            Ok((headers, known, kind, picture).into_response())
        }
        Form::Png => {
            let drawn = app.shared_pictures.get(event, page.category).await;
            let picture = drawn.map_err(|error| ApiError::internal(anyhow::Error::new(error)))?;
            let kind = [(CONTENT_TYPE, "image/png")];
            Ok((headers, known, kind, picture).into_response())
        }
    }
}

enum Form {
    Svg,
    Png,
}
