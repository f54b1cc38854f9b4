//! Figures for Prometheus, at `/metrics`: for this machine only, since nobody outside needs to know how busy we are.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::client::{is_forwarded, peer_address};
use super::frame;
use crate::app::App;
use crate::log;

const REQUESTS: &str = "http_requests_total";
const SECONDS: &str = "http_request_seconds";
const CONNECTIONS: &str = "database_connections";
const IDLE: &str = "database_connections_idle";
const LINES_DROPPED: &str = "log_lines_dropped_total";
/// From a cached read to the limit of a request.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// One recorder for the process, however many servers tests run in it. `None` when another was there before.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .inspect_err(|error| tracing::warn!(%error, "there will be no metrics"))
        .ok()
});

/// Notes one answered request.
pub(crate) fn count(method: &'static str, route: &str, status: u16, took: Duration) {
    if RECORDER.is_none() {
        return;
    }
    let route = route.to_owned();
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => class(status))
        .increment(1);
    metrics::histogram!(SECONDS, "method" => method, "route" => route).record(took.as_secs_f64());
}

/// A series for each class is enough; the log has the exact one.
fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// `GET /metrics`.
pub(crate) async fn show(State(app): State<App>, request: Request) -> Response {
    let is_local =
        peer_address(request.extensions()).is_some_and(|peer| peer.to_canonical().is_loopback());
    match &*RECORDER {
        Some(recorder) if is_local && !is_forwarded(request.headers()) => {
            metrics::gauge!(CONNECTIONS).set(f64::from(app.pool.size()));
            metrics::gauge!(IDLE).set(app.pool.num_idle() as f64);
            metrics::counter!(LINES_DROPPED).absolute(log::lines_dropped());
            recorder.render().into_response()
        }
        Some(_) | None => frame::not_found().await.into_response(),
    }
}

/// Folds what was recorded, so that it takes no more memory than its series.
pub(crate) fn upkeep() {
    if let Some(recorder) = &*RECORDER {
        recorder.run_upkeep();
    }
}
