//! A door asks for the right of entry of a ticket.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use shared::ids::{EventId, TicketId};
use shared::wire::latest::{ErrorCode, RightAnswer, RightAsk};

use super::Desk;
use super::api::{Caller, Refusal, parse};
use crate::door::{ScanError, rights};
use crate::replica::Priority;

impl From<ScanError> for Refusal {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::RosterMissing(_) => Self::of(
                ErrorCode::NotFound,
                "this door has no list of that event yet",
            ),
            ScanError::Replica(error) => error.into(),
            other @ (ScanError::NotListed
            | ScanError::NotAllowed(_)
            | ScanError::Revoked
            | ScanError::SignedOff
            | ScanError::SearchNotAllowed
            | ScanError::NotOnList(_)
            | ScanError::Write(_)) => {
                tracing::error!(error = %other, "a right was not handed over");
                Self::of(ErrorCode::Unavailable, "this door can't hand rights over")
            }
        }
    }
}

/// The answer leaves when the hand-over is on the disk.
pub(super) async fn hand_over(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path((event, ticket)): Path<(EventId, TicketId)>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<RightAnswer>, Refusal> {
    caller.for_event(event)?;
    let ask: RightAsk = parse(body)?;
    if ask.ticket != ticket {
        return Err(Refusal::of(
            ErrorCode::InvalidRequest,
            "the ticket of the address is another than that of the body",
        ));
    }
    let (scenes, author, in_hand) = (desk.scenes, desk.author, desk.in_hand);
    let now_ms = desk.clock.now_ms();
    // A guest waits at the other door.
    let replica = desk.replica.with_priority(Priority::Door);
    let answer = replica
        .write_async(move |tx| {
            let asked = (event, &ask);
            rights::answer(tx, &scenes, &author, caller.device, asked, &in_hand, now_ms)
        })
        .await?;
    Ok(Json(answer))
}
