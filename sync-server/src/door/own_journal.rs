//! The server as an author: one door journal for each event, written under `begin_change` with its own key.

use shared::clock::{Hlc, HybridClock, Stamp, UnixMillis};
use shared::fact::envelope::SignError;
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::{Envelope, FactBody, Head};
use shared::ids::{FactId, FactName, GateNo, JournalId, Random};
use sqlx::PgConnection;

use super::rules::EventRules;
use super::store::{self, FactRows, HeadRow};
use crate::web::ApiError;

/// What the server wants to say.
#[derive(Clone, Debug)]
pub struct OwnFact {
    /// What happened.
    pub body: FactBody,
    /// The facts of that ticket that are known, see `shared::admission::seen_for_new_fact`.
    pub seen: Vec<FactName>,
}

/// The server's facts were not written.
#[derive(Debug, thiserror::Error)]
pub enum AppendOwnError {
    /// Reading the journal's head or writing.
    #[error("writing to the server's own journal")]
    Database(#[from] sqlx::Error),
    /// The fact can't be signed.
    #[error("signing a fact of the server")]
    Sign(#[source] SignError),
    /// The last fact of the journal does not decode, so its clock is not known.
    #[error("reading the last fact of the server's own journal")]
    LastFact(#[source] shared::fact::EnvelopeError),
}

impl From<AppendOwnError> for ApiError {
    fn from(error: AppendOwnError) -> Self {
        match error {
            AppendOwnError::Database(source) => source.into(),
            other @ (AppendOwnError::Sign(_) | AppendOwnError::LastFact(_)) => {
                Self::internal(other)
            }
        }
    }
}

/// The end of the server's journal for an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnEnd {
    journal: JournalId,
    head: Head,
    hlc: Hlc,
}

impl OwnEnd {
    /// From its columns and its last envelope.
    pub(super) fn new(
        journal: JournalId,
        seq: i64,
        hash: &[u8],
        last: &[u8],
    ) -> Result<Self, AppendOwnError> {
        let last = Envelope::decode(last).map_err(AppendOwnError::LastFact)?;
        Ok(Self {
            journal,
            head: Head {
                seq: seq.cast_unsigned(),
                hash: hash.try_into().unwrap_or_default(),
            },
            hlc: Hlc::from_raw(last.fact().hlc),
        })
    }
}

/// Reads the end of the server's journal; `None` = not opened yet.
pub(super) async fn own_end(
    conn: &mut PgConnection,
    rules: &EventRules,
) -> Result<Option<OwnEnd>, AppendOwnError> {
    let row = sqlx::query!(
        "select j.id, j.head_seq, j.head_hash, f.envelope
         from journals j
         join facts f on f.organizer_id = j.organizer_id and f.event_id = j.event_id
                     and f.journal_id = j.id and f.seq = j.head_seq
         where j.organizer_id = $1 and j.event_id = $2 and j.device_id = $3",
        rules.organizer.0,
        rules.event.id.0,
        rules.server.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        OwnEnd::new(
            JournalId(row.id),
            row.head_seq,
            &row.head_hash,
            &row.envelope,
        )
    })
    .transpose()
}

/// Facts signed and placed, not yet written.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) rows: FactRows,
    pub(super) head: HeadRow,
    pub(super) envelopes: Vec<Envelope>,
}

/// Signs `facts` after `end`, opening the journal if there is none.
pub(super) fn sign(
    rules: &EventRules,
    end: Option<OwnEnd>,
    facts: Vec<OwnFact>,
    now_ms: UnixMillis,
    random: &mut impl Random,
) -> Result<Signed, AppendOwnError> {
    let opening = OwnFact {
        body: FactBody::JournalOpened {
            event: rules.event.id,
            gate: GateNo(0),
            cause: OpeningCause::First,
            predecessor: None,
        },
        seen: Vec::new(),
    };
    let journal = end.map_or_else(|| JournalId::new(now_ms, random), |end| end.journal);
    let mut clock = HybridClock::resume(end.map_or(Hlc::default(), |end| end.hlc));
    let mut head = end.map_or(Head::EMPTY, |end| end.head);
    let author = Author {
        device: rules.server,
        journal,
        key: &rules.server_key,
    };
    let mut rows = FactRows::default();
    let mut envelopes = Vec::new();
    for fact in end.is_none().then_some(opening).into_iter().chain(facts) {
        let draft = Draft {
            id: FactId::new(now_ms, random),
            stamp: Stamp {
                hlc: clock.tick(now_ms),
                wall_ms: now_ms,
                offset_ms: 0,
                offset_err_ms: 0,
            },
            seen: fact.seen,
            body: fact.body,
        };
        let envelope = append(head, author, draft).map_err(AppendOwnError::Sign)?;
        let header = envelope.header();
        head = Head::from(&header);
        rows.push(&header, Some(envelope.fact()), envelope.bytes().to_vec());
        envelopes.push(envelope);
    }
    Ok(Signed {
        rows,
        head: HeadRow {
            journal: journal.0,
            device: rules.server,
            seq: head.seq.cast_signed(),
            hash: head.hash,
        },
        envelopes,
    })
}

/// Says `facts` in the server's journal of the event, in the caller's transaction, which has called `begin_change`.
/// Re-fold the tickets they are about afterwards. Returns what was written, an opening among it if there was none.
pub async fn append_own(
    conn: &mut PgConnection,
    rules: &EventRules,
    facts: Vec<OwnFact>,
    now_ms: UnixMillis,
    random: &mut impl Random,
) -> Result<Vec<Envelope>, AppendOwnError> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let end = own_end(conn, rules).await?;
    let signed = sign(rules, end, facts, now_ms, random)?;
    let (organizer, event) = (rules.organizer, rules.event.id);
    signed.rows.insert(conn, organizer, event, now_ms).await?;
    store::upsert_heads(conn, organizer, event, &[signed.head], now_ms).await?;
    Ok(signed.envelopes)
}
