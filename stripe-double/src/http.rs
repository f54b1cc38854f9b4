//! The API: key, version, idempotency, faults; then the [`crate::world`] answers.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::Value;

use crate::error::Refusal;
use crate::faults::CallFault;
use crate::form::Params;
use crate::world::Request;
use crate::{API_VERSION, Shared, pay_page, setup_page};

/// Seconds for which an answer is kept under its key.
const KEPT: i64 = 24 * 3600;

/// What was answered under an idempotency key.
#[derive(Debug)]
pub(crate) struct Kept {
    at: i64,
    asked: (String, Params),
    status: StatusCode,
    body: Value,
}

pub(crate) type KeptAnswers = HashMap<String, Kept>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/{*path}", any(call))
        .merge(pay_page::router())
        .merge(setup_page::router())
        .with_state(shared)
}

async fn call(
    State(shared): State<Arc<Shared>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = shared.plan_call(method.as_str(), uri.path());
    let id = shared.request_id();
    let mut response = match fault {
        CallFault::None => work(&shared, &method, &uri, &headers, &body, &id),
        CallFault::Fails => Refusal::broken().into_response(),
        CallFault::Hangs => std::future::pending().await,
        CallFault::AnswerLost => {
            drop(work(&shared, &method, &uri, &headers, &body, &id));
            std::future::pending().await
        }
    };
    let version = headers
        .get("stripe-version")
        .cloned()
        .unwrap_or(HeaderValue::from_static(API_VERSION));
    let out = response.headers_mut();
    out.insert(HeaderName::from_static("stripe-version"), version);
    if let Ok(id) = HeaderValue::from_str(&id) {
        out.insert(HeaderName::from_static("request-id"), id);
    }
    if let Some(key) = headers.get("idempotency-key") {
        out.insert(HeaderName::from_static("idempotency-key"), key.clone());
    }
    response
}

fn work(
    shared: &Shared,
    method: &Method,
    uri: &axum::http::Uri,
    headers: &HeaderMap,
    body: &[u8],
    request_id: &str,
) -> Response {
    if let Err(refusal) = check_head(shared, headers) {
        return refusal.into_response();
    }
    let params = if method == Method::GET {
        Params::parse(uri.query().unwrap_or_default().as_bytes())
    } else {
        Params::parse(body)
    };
    let path: Vec<&str> = uri
        .path()
        .trim_start_matches("/v1/")
        .trim_end_matches('/')
        .split('/')
        .collect();
    let key = (method == Method::POST)
        .then(|| headers.get("idempotency-key"))
        .flatten()
        .and_then(|key| key.to_str().ok())
        .map(str::to_owned);
    let mut world = shared.world();
    let now = world.now();
    let mut kept = shared.kept();
    kept.retain(|_, answer| answer.at + KEPT > now);
    let asked = (uri.path().to_owned(), params);
    if let Some(key) = &key
        && let Some(answer) = kept.get(key)
    {
        if answer.asked != asked {
            return Refusal::other_body(key).into_response();
        }
        let replayed = [(
            HeaderName::from_static("idempotent-replayed"),
            HeaderValue::from_static("true"),
        )];
        return (answer.status, replayed, axum::Json(answer.body.clone())).into_response();
    }
    world.caused_by(Request {
        id: Some(request_id.to_owned()),
        idempotency_key: key.clone(),
    });
    let answered = world.answer(method.as_str(), &path, &asked.1);
    world.caused_by(Request::default());
    let fresh = world.take_fresh();
    drop(world);
    let (status, body, keep) = match answered {
        Ok(body) => (StatusCode::OK, body, true),
        Err(refusal) => (refusal.status, refusal.body(), refusal.is_kept()),
    };
    if let Some(key) = key.filter(|_| keep) {
        let body = body.clone();
        kept.insert(
            key,
            Kept {
                at: now,
                asked,
                status,
                body,
            },
        );
    }
    shared.send(fresh);
    (status, axum::Json(body)).into_response()
}

/// The key as a bearer token, or as the name in basic authentication; a version that looks like one of theirs.
fn check_head(shared: &Shared, headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if given != Some(shared.secret_key.as_str()) {
        return Err(Refusal::key());
    }
    let version = headers
        .get("stripe-version")
        .map(|value| value.to_str().unwrap_or_default());
    match version {
        None | Some(API_VERSION) => Ok(()),
        Some(other) => Err(Refusal::invalid(format!(
            "Invalid Stripe API version: {other}"
        ))),
    }
}
