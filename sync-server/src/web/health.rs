//! For whoever watches over the server: does it live, can it work.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// A database that needs longer for nothing is not ready.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers too, and the server isn't stopping.
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if !app.readiness.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database is down\n");
    }
    let answer = sqlx::query_scalar!("select 1 as \"one!\"").fetch_one(&app.pool);
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer\n",
        ),
    }
}
