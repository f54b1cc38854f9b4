//! A till asks for places that this one has to spare.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use shared::ids::EventId;
use shared::wire::latest::{ErrorCode, PlacesAnswer, PlacesAsk};

use super::Desk;
use super::api::{Caller, Refusal, parse};
use crate::door::now_of;
use crate::replica::Priority;
use crate::till::stock::lend::{LendPlacesError, lend};

impl From<LendPlacesError> for Refusal {
    fn from(error: LendPlacesError) -> Self {
        match error {
            LendPlacesError::Replica(error) => error.into(),
            other @ (LendPlacesError::Sealed(_) | LendPlacesError::Write(_)) => {
                tracing::error!(error = %other, "no place was lent to another till");
                Self::of(ErrorCode::Unavailable, "this till can't hand places over")
            }
        }
    }
}

/// The answer leaves when the hand-over is on the disk.
pub(super) async fn hand_over(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(event): Path<EventId>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<PlacesAnswer>, Refusal> {
    caller.for_event(event)?;
    let ask: PlacesAsk = parse(body)?;
    let vault = desk
        .replica
        .vault()
        .cloned()
        .ok_or_else(|| Refusal::of(ErrorCode::Unavailable, "this till's keys are elsewhere"))?;
    let (author, now_ms) = (desk.author, desk.clock.now_ms());
    let now = now_of(desk.replica.time().now(now_ms));
    // A guest waits at the other till.
    let replica = desk.replica.with_priority(Priority::Door);
    let answer = replica
        .write_async(move |tx| {
            let asked = (event, &ask);
            lend(tx, &author, &vault, caller.device, asked, (now, now_ms))
        })
        .await?;
    Ok(Json(answer))
}
