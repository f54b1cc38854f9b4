//! The API's description, made from the handlers themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema as _, ToSchema};

/// The body of every answer that is an error.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorEnvelope {
    /// What programs branch on: one of a closed list, such as `invalid_request` or `sold_out`.
    code: String,
    /// What a person reads: what happened and what to do next.
    detail: String,
    /// For `invalid_request`: field name to what is wrong with it.
    fields: Option<BTreeMap<String, String>>,
}

/// One line of the description, for the page that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) summary: String,
}

/// The description as served, and as listed.
#[derive(Debug)]
pub(crate) struct Description {
    json: Vec<u8>,
    pub(crate) calls: Vec<Call>,
}

/// What is true of the API as a whole.
pub(crate) fn base() -> OpenApi {
    let mut components = Components::new();
    components
        .schemas
        .insert("ErrorEnvelope".into(), ErrorEnvelope::schema());
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
    );
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Ticket Hub")
                .version("1")
                .description(Some(
                    "Times are unix milliseconds, amounts integer minor units. Every error has one envelope: `code`, `detail`, `fields`.",
                ))
                .build(),
        )
        .components(Some(components))
        .build()
}

impl Description {
    pub(crate) fn new(api: &OpenApi) -> Result<Self, serde_json::Error> {
        let calls = api.paths.paths.iter().flat_map(|(path, item)| {
            [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("DELETE", &item.delete),
            ]
            .into_iter()
            .filter_map(|(method, operation)| {
                Some(Call {
                    method,
                    path: path.clone(),
                    summary: operation.as_ref()?.summary.clone().unwrap_or_default(),
                })
            })
        });
        Ok(Self {
            calls: calls.collect(),
            json: serde_json::to_vec(api)?,
        })
    }
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn show(State(description): State<Arc<Description>>) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, description.json.clone())
}
