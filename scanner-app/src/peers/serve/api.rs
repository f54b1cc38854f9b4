//! The endpoints, as the server has them: `hello`, `vector`, `facts`, `signed`, `rights`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::fact::Header;
use shared::ids::{DeviceId, EventId, JournalId};
use shared::roster::signed::{SignedAnswer, SignedKind};
use shared::wire::latest::{
    DeviceFacts, EnvelopeBytes, ErrorBody, ErrorCode, FactsAnswer, FactsUpload, JournalAck,
    PROTOCOL, PeerHello, PeerTime, VectorAnswer,
};
use tower_http::timeout::TimeoutLayer;

use super::{Called, Desk, places, rights};
use crate::peers::roster::{self, AdmitError, Admitted};
use crate::peers::{LARGEST_BODY, MOST_FACTS, saves};
use crate::replica::{ReplicaError, held, identity, signed};

/// For the whole of a request: one that trickles in for ever is cut off.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// Facts in one offer, as the server takes them.
const MOST_OFFERED: usize = 500;

pub(super) fn router(desk: Desk, caller: DeviceId) -> Router {
    let at_door = Gate {
        desk: desk.clone(),
        caller,
    };
    Router::new()
        .route("/api/v1/sync/hello", get(hello))
        .route("/api/v1/sync/events/{event}/vector", post(vector))
        .route("/api/v1/sync/events/{event}/facts", get(facts_after))
        .route("/api/v1/sync/facts", post(take_facts))
        .route(
            "/api/v1/sync/events/{event}/rights/{ticket}",
            post(rights::hand_over),
        )
        .route(
            "/api/v1/sync/events/{event}/places",
            post(places::hand_over),
        )
        .route("/api/v1/sync/signed", get(signed_objects).post(take_signed))
        .layer(from_fn_with_state(at_door, let_in))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            ANSWER_WITHIN,
        ))
        .with_state(desk)
}

/// A request was not carried out.
pub(super) struct Refusal(ErrorCode, String);

impl Refusal {
    pub(super) fn of(code: ErrorCode, detail: &str) -> Self {
        Self(code, detail.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(code, detail) = self;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        let fields = BTreeMap::new();
        let body = ErrorBody {
            code,
            detail,
            fields,
        };
        (status, Json(body)).into_response()
    }
}

impl From<ReplicaError> for Refusal {
    fn from(error: ReplicaError) -> Self {
        tracing::error!(%error, "another door could not be answered");
        Self::of(
            ErrorCode::Unavailable,
            "this door's disk failed; ask another door",
        )
    }
}

impl From<AdmitError> for Refusal {
    fn from(error: AdmitError) -> Self {
        Self(error.code(), error.to_string())
    }
}

#[derive(Clone)]
struct Gate {
    desk: Desk,
    caller: DeviceId,
}

/// Who called, and what it may have.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) device: DeviceId,
    events: BTreeSet<EventId>,
}

/// The certificate says who it is; the signed list, as it is here now, what it may do.
async fn let_in(
    State(gate): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let device = gate.caller;
    let admitted = gate
        .desk
        .replica
        .read_async(move |tx| roster::admit(tx, device))
        .await?;
    let events = match admitted {
        Admitted::Peer(events) => events,
        Admitted::Revoked if asks_for_lists(&request) => BTreeSet::new(),
        Admitted::Revoked => {
            return Err(Refusal::of(
                ErrorCode::DeviceRevoked,
                "the organizer revoked this device; it may only ask for the signed lists",
            ));
        }
    };
    // Full only if nobody drives the exchange any more, or is far behind: a call is then as good as not made.
    let _ = gate.desk.called.try_send(Called::By(device));
    request.extensions_mut().insert(Caller { device, events });
    Ok(next.run(request).await)
}

/// What tells a revoked device that it is one.
fn asks_for_lists(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && (path.ends_with("/signed") || path.ends_with("/hello"))
}

impl Caller {
    pub(super) fn for_event(&self, event: EventId) -> Result<(), Refusal> {
        if self.events.contains(&event) {
            Ok(())
        } else {
            Err(Refusal::of(
                ErrorCode::NotFound,
                "that event is not shared with this door",
            ))
        }
    }
}

pub(super) fn parse<T: DeserializeOwned>(
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Refusal> {
    let body = body.map_err(|error| {
        let code = match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge,
            _ => ErrorCode::MalformedBody,
        };
        Refusal(code, error.body_text())
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| Refusal(ErrorCode::MalformedBody, error.to_string()))
}

async fn hello(State(desk): State<Desk>) -> Result<Json<PeerHello>, Refusal> {
    let (identity, signed) = desk
        .replica
        .read_async(|tx| Ok::<_, ReplicaError>((identity::load(tx)?, signed::heads(tx)?)))
        .await?;
    let identity = identity.ok_or(AdmitError::Unknown)?;
    let now_ms = desk.clock.now_ms();
    let time = desk
        .replica
        .time()
        .for_peers(now_ms)
        .map(|offset| PeerTime {
            now_ms: now_ms.saturating_add(offset.offset_ms),
            error_ms: offset.error_ms,
        });
    Ok(Json(PeerHello {
        device: identity.device,
        protocol: PROTOCOL,
        signed,
        time,
    }))
}

async fn vector(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(event): Path<EventId>,
) -> Result<Json<VectorAnswer>, Refusal> {
    caller.for_event(event)?;
    let journals = desk
        .replica
        .read_async(move |tx| held::vector(tx, event))
        .await?;
    Ok(Json(VectorAnswer { journals }))
}

#[derive(Debug, Deserialize)]
struct After {
    #[serde(default)]
    after: String,
}

async fn facts_after(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(event): Path<EventId>,
    Query(After { after }): Query<After>,
) -> Result<Json<DeviceFacts>, Refusal> {
    caller.for_event(event)?;
    let places = after.split(',').filter_map(|part| {
        let (journal, seq) = part.split_once(':')?;
        Some((journal.parse().ok()?, seq.parse().ok()?))
    });
    let places: BTreeMap<JournalId, u64> = places.collect();
    let envelopes = desk
        .replica
        .read_async(move |tx| held::after(tx, event, &places, MOST_FACTS))
        .await?;
    Ok(Json(DeviceFacts {
        envelopes: envelopes.into_iter().map(EnvelopeBytes).collect(),
    }))
}

async fn take_facts(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<FactsAnswer>, Refusal> {
    let upload: FactsUpload = parse(body)?;
    if upload.envelopes.len() > MOST_OFFERED {
        return Err(Refusal::of(
            ErrorCode::TooLarge,
            "more than 500 facts at once",
        ));
    }
    let envelopes: Vec<Vec<u8>> = upload.envelopes.into_iter().map(|bytes| bytes.0).collect();
    let named: BTreeSet<JournalId> = envelopes
        .iter()
        .filter_map(|bytes| Header::peek(bytes).ok())
        .map(|header| header.journal)
        .collect();
    let (device, now_ms) = (caller.device, desk.clock.now_ms());
    let saved = saves::facts(&desk.replica, device, envelopes, now_ms).await?;
    for &(journal, at) in &saved.forks {
        let _ = desk.called.try_send(Called::Forked(device, journal, at));
    }
    if saved.refused > 0 {
        let _ = desk.called.try_send(Called::Rubbish(device, saved.refused));
    }
    let forks = saved.forks;
    let journals = desk
        .replica
        .read_async(move |tx| {
            let acks = named.into_iter().map(|journal| {
                let held = held::get(tx, journal)?;
                Ok(JournalAck {
                    journal,
                    acked_through: held.map_or(0, |held| held.head.seq),
                    forked_at: forks
                        .iter()
                        .find(|fork| fork.0 == journal)
                        .map(|fork| fork.1),
                    // Here both branches are held alike.
                    aside_through: None,
                    refused: Vec::new(),
                })
            });
            acks.collect::<Result<Vec<_>, ReplicaError>>()
        })
        .await?;
    let server_ms = desk.replica.time().now(now_ms).now_ms;
    Ok(Json(FactsAnswer {
        journals,
        server_ms,
    }))
}

#[derive(Debug, Deserialize)]
struct Have {
    #[serde(default)]
    have: String,
}

async fn signed_objects(
    State(desk): State<Desk>,
    Query(Have { have }): Query<Have>,
) -> Result<Json<SignedAnswer>, Refusal> {
    let have: BTreeMap<SignedKind, u64> = have
        .split(',')
        .filter_map(|part| {
            let (kind, version) = part.split_once(':')?;
            Some((SignedKind::from_text(kind)?, version.parse().ok()?))
        })
        .collect();
    let objects = desk
        .replica
        .read_async(move |tx| {
            let mut newer = Vec::new();
            for (kind, version) in signed::versions(tx)? {
                if have.get(&kind).is_none_or(|held| *held < version) {
                    newer.extend(signed::get(tx, kind)?);
                }
            }
            Ok::<_, ReplicaError>(newer)
        })
        .await?;
    Ok(Json(SignedAnswer { objects }))
}

async fn take_signed(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let offered: SignedAnswer = parse(body)?;
    let saved = saves::objects(&desk.replica, offered.objects).await?;
    let wrong = saved.refused + saved.differ.len() as u32;
    if wrong > 0 {
        let _ = desk.called.try_send(Called::Rubbish(caller.device, wrong));
    }
    Ok(StatusCode::NO_CONTENT)
}
