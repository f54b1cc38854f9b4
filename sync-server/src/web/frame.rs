//! What is around every request: its number, its limits, its time, its end in a log line.
//!
//! One middleware instead of a tower of them: it is on the path of each scan and each order.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use shared::wire::latest::ErrorCode;

use super::client::{client_address, peer_address};
use super::headers::{self, Audience, Transport};
use super::packed::{self, MayPack};
use super::{ApiError, csrf, error_page, metrics};
use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A long poll waits at most so long for news, besides the time for its work.
const LONGEST_POLL: Duration = Duration::from_mins(1);

/// The number of a request, in its log lines and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestId(u64);

impl RequestId {
    /// Unlike those of other starts and other servers; a number, since nobody needs to be unable to guess it.
    fn next() -> Self {
        static FIRST: LazyLock<u64> =
            LazyLock::new(|| u64::from_be_bytes(crate::edge::random_bytes()));
        static COUNT: AtomicU64 = AtomicU64::new(0);
        Self(FIRST.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

pub(crate) async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (id, began) = (RequestId::next(), Instant::now());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let page_language = error_page::wants_page(request.uri(), request.headers());
    let may_pack = MayPack::of(request.headers());
    let audience = Audience::of(request.uri().path());
    request.extensions_mut().insert(id);
    let answered = answer(&app, request, next).await;
    let id = format!("{:016x}", id.0);
    let mut response = answered.unwrap_or_else(ApiError::into_response);
    if let Some(language) = page_language {
        response = error_page::instead(response, language, &id);
    }
    let transport = if app.config.is_https() {
        Transport::Tls
    } else {
        Transport::Plain
    };
    headers::add(response.headers_mut(), transport, audience);
    response = packed::on_the_way(response, may_pack).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    // The route's pattern, never the address itself, and not who asked: no personal data in a log.
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), began.elapsed());
    metrics::count(known(&method), route, status, took);
    tracing::info!(
        request.id = id,
        http.method = method.as_str(),
        http.route = route,
        http.status = status,
        took_us = took.as_micros() as u64,
        "answered"
    );
    response
}

/// Anybody can invent a verb; a figure for each is not wanted.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

async fn answer(app: &App, mut request: Request, next: Next) -> Result<Response, ApiError> {
    if let Some(peer) = peer_address(request.extensions()) {
        let client = client_address(peer, request.headers(), &app.config.trusted_proxies);
        request.extensions_mut().insert(client);
        if is_counted(request.uri().path()) {
            app.limits
                .request(request.uri().path(), client.key(), app.now_ms())?;
        }
    }
    let time = time_for(request.uri(), app.config.limits.request_time);
    let work = async {
        let request = csrf::examine(request, &app.config.public_url).await?;
        Ok(next.run(request).await)
    };
    match tokio::time::timeout(time, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(answered)) => answered,
        Ok(Err(panic)) => Err(panicked(panic.as_ref())),
        Err(_) => Err(ApiError::new(
            ErrorCode::TimedOut,
            "This took longer than the server allows. Look whether it was done before you send it again.",
        )
        .retry_after(1)),
    }
}

/// What watches and what decorates costs next to nothing and must not be refused.
fn is_counted(path: &str) -> bool {
    !matches!(path, "/healthz" | "/readyz" | "/metrics") && !path.starts_with("/assets/")
}

fn time_for(uri: &Uri, usual: Duration) -> Duration {
    let waits = uri
        .query()
        .is_some_and(|query| query.split('&').any(|pair| pair.starts_with("wait=")));
    if waits { usual + LONGEST_POLL } else { usual }
}

fn panicked(panic: &(dyn Any + Send)) -> ApiError {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    ApiError::internal(anyhow::anyhow!("a handler panicked: {text}"))
}

/// No route has this address.
pub(crate) async fn not_found() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    )
}

/// The address exists, without this verb.
pub(crate) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        format!("{method} is not possible here; the header Allow says what is."),
    )
}
