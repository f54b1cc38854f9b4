//! Letting somebody in without a device: an authorised person names the ticket, the server decides as a door does.

use shared::admission::sentence::{self, Sentence};
use shared::admission::{Admission, Decision, Direction, Means, RefuseReason};
use shared::ids::{EventId, GateNo, OrganizerId, TicketId};
use shared::wire::latest::ErrorCode;

use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::door::online::{self, OnlineScan};
use crate::web::ApiError;

/// Where and which way.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ScanRequest {
    /// Which way; in, unless told.
    #[serde(default)]
    pub direction: Way,
    /// The gate's number within its event; none = at no gate in particular.
    #[schema(value_type = Option<u16>)]
    pub gate: Option<GateNo>,
}

/// Which way.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Somebody goes in.
    #[default]
    In,
    /// Somebody leaves.
    Out,
    /// Nobody moves: would they be let in?
    CheckOnly,
}

/// Let them pass.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct ScanAnswer {
    /// The ticket.
    #[schema(value_type = String)]
    pub ticket: TicketId,
    /// The how manieth entry this is.
    pub entry_no: u32,
    /// The most entries there are; none = no maximum.
    pub of: Option<u16>,
    /// For the person at the door: "vérifier le justificatif".
    pub note: Option<String>,
    /// The fact in the server's journal; none when nobody moved.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub fact: Option<shared::ids::FactId>,
}

/// Decides, and writes what happened before it answers.
///
/// # Errors
/// `entry_refused`, with `reason` and whatever belongs to it in `fields`.
pub async fn scan(
    app: &App,
    identity: &Identity,
    ticket: TicketId,
    request: &ScanRequest,
) -> Result<ScanAnswer, ApiError> {
    let looked = online::look(app, ticket).await?;
    let (organizer, event) = (looked.seen.organizer, looked.seen.event);
    if !identity.may(organizer, Right::ScanTickets) {
        return Err(ApiError::not_found("ticket"));
    }
    let direction = match request.direction {
        Way::In => Direction::In,
        Way::Out => Direction::Out,
        Way::CheckOnly => Direction::CheckOnly,
    };
    let scan = OnlineScan {
        organizer,
        event,
        ticket,
        direction,
        gate: request.gate.unwrap_or(GateNo(0)),
        means: Means::ByHand,
    };
    let verdict = online::scan(app, looked, scan).await?;
    match verdict.decision {
        Decision::Admit(Admission {
            note, entry_no, of, ..
        }) => Ok(ScanAnswer {
            ticket,
            entry_no,
            of,
            note,
            fact: verdict.fact.map(|name| name.fact),
        }),
        refused @ (Decision::Refuse(_) | Decision::Ask(_)) => {
            Err(refusal(app, identity, organizer, event, &refused).await?)
        }
    }
}

/// The decision as an error, with its sentence in the language of whoever scans.
async fn refusal(
    app: &App,
    identity: &Identity,
    organizer: OrganizerId,
    event: EventId,
    decision: &Decision,
) -> Result<ApiError, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let rules = app
        .door
        .rules
        .load(&mut connection, &app.vault, organizer, event)
        .await?;
    let language = identity.language.parse().unwrap_or_default();
    let now_ms = app.now_ms();
    let told = |sentence: Sentence, verdict, reason: &str| {
        ApiError::new(
            ErrorCode::EntryRefused,
            format!("{} {}", sentence.says, sentence.then),
        )
        .with_field("verdict", verdict)
        .with_field("reason", reason)
    };
    Ok(match decision {
        Decision::Refuse(reason) => {
            let sentence = sentence::refusal(reason, language, &rules.rules(), now_ms);
            let error = told(sentence, "refuse", reason.reason().code());
            match reason {
                RefuseReason::AlreadyEntered { at_ms, gate } => error
                    .with_field("entered_ms", at_ms.to_string())
                    .with_field("entered_gate", gate.to_string()),
                _ => error,
            }
        }
        Decision::Ask(reason) => {
            let sentence = sentence::question(reason, language, &rules.rules(), now_ms);
            told(sentence, "ask", reason.reason().code())
        }
        Decision::Admit(_) => ApiError::internal(anyhow::anyhow!("an admission is no refusal")),
    })
}
