//! The server as an author: one door journal for each event, written under `begin_change` with its own key.

use shared::clock::{Hlc, HybridClock, Stamp, UnixMillis};
use shared::fact::envelope::SignError;
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::{Envelope, Fact, FactBody, Head};
use shared::ids::{FactId, FactName, GateNo, JournalId, Random};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows;
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
}

impl From<AppendOwnError> for ApiError {
    fn from(error: AppendOwnError) -> Self {
        match error {
            AppendOwnError::Database(source) => source.into(),
            other @ AppendOwnError::Sign(_) => Self::internal(other),
        }
    }
}

/// Where the server's journal for an event goes on.
#[derive(Clone, Copy, Debug)]
pub(super) enum OwnPlace {
    /// After this fact.
    After(OwnEnd),
    /// With another journal: the first, or the first since the database went back to a backup, when the places after the
    /// former journal's end may be taken by facts that are not here any more.
    Anew(Option<(JournalId, Head)>),
}

/// The end of the server's journal for an event.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnEnd {
    journal: JournalId,
    head: Head,
    hlc: Hlc,
}

impl OwnEnd {
    /// From its columns.
    pub(super) fn new(journal: Uuid, seq: i64, hash: &[u8], hlc: i64) -> Self {
        Self {
            journal: JournalId(journal),
            head: Head {
                seq: seq.cast_unsigned(),
                hash: rows::key_bytes(hash),
            },
            hlc: Hlc::from_raw(hlc.cast_unsigned()),
        }
    }
}

/// Reads where the server's journal goes on.
async fn own_place(conn: &mut PgConnection, rules: &EventRules) -> Result<OwnPlace, sqlx::Error> {
    let row = sqlx::query!(
        r#"select j.id, j.head_seq, j.head_hash, j.head_hlc
           from feeds e
           join journals j on j.organizer_id = e.organizer_id and j.event_id = e.event_id and j.id = e.own_journal
           where e.organizer_id = $1 and e.event_id = $2"#,
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    Ok(match row {
        Some(row) => {
            let end = OwnEnd::new(row.id, row.head_seq, &row.head_hash, row.head_hlc);
            OwnPlace::After(end)
        }
        None => OwnPlace::Anew(own_before(conn, rules).await?),
    })
}

/// The journal that a restore ended, as far as it is here.
pub(super) async fn own_before(
    conn: &mut PgConnection,
    rules: &EventRules,
) -> Result<Option<(JournalId, Head)>, sqlx::Error> {
    let row = sqlx::query!(
        "select j.id, j.head_seq, j.head_hash
         from feeds e join journals j on j.organizer_id = e.organizer_id and j.event_id = e.event_id and j.id = e.own_before
         where e.organizer_id = $1 and e.event_id = $2",
        rules.organizer.0,
        rules.event.id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let head = Head {
            seq: row.head_seq.cast_unsigned(),
            hash: rows::key_bytes(&row.head_hash),
        };
        (JournalId(row.id), head)
    }))
}

/// From now on the server goes on where it wrote: where that is another journal than before.
pub(super) async fn note_place(
    conn: &mut PgConnection,
    rules: &EventRules,
    place: OwnPlace,
    signed: &Signed,
) -> Result<(), sqlx::Error> {
    match place {
        OwnPlace::After(_) => return Ok(()),
        OwnPlace::Anew(_) => {}
    }
    sqlx::query!(
        "update feeds set own_journal = $3 where organizer_id = $1 and event_id = $2",
        rules.organizer.0,
        rules.event.id.0,
        signed.head.journal
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Facts signed and placed, not yet written.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) rows: FactRows,
    pub(super) head: HeadRow,
    pub(super) envelopes: Vec<Envelope>,
}

/// Signs facts one after the other, from a place on.
#[derive(Debug)]
pub(super) struct Pen<'a> {
    author: Author<'a>,
    clock: HybridClock,
    head: Head,
    now_ms: UnixMillis,
    /// To be said first.
    opening: Option<OwnFact>,
    rows: FactRows,
    envelopes: Vec<Envelope>,
}

impl<'a> Pen<'a> {
    /// Opens a journal with the first fact if need be: see [`note_place`] then.
    pub(super) fn new(
        rules: &'a EventRules,
        place: OwnPlace,
        now_ms: UnixMillis,
        random: &mut impl Random,
    ) -> Self {
        let (journal, clock, head, opening) = match place {
            OwnPlace::After(end) => (end.journal, HybridClock::resume(end.hlc), end.head, None),
            OwnPlace::Anew(before) => {
                let journal = JournalId::new(now_ms, random);
                let clock = HybridClock::resume(Hlc::default());
                (journal, clock, Head::EMPTY, Some(opening(rules, before)))
            }
        };
        Self {
            author: Author {
                device: rules.server,
                journal,
                key: &rules.server_key,
            },
            clock,
            head,
            now_ms,
            opening,
            rows: FactRows::default(),
            envelopes: Vec::new(),
        }
    }

    /// Says a fact, and returns it with its hash.
    pub(super) fn write(
        &mut self,
        fact: OwnFact,
        random: &mut impl Random,
    ) -> Result<(Fact, [u8; 32]), AppendOwnError> {
        if let Some(opening) = self.opening.take() {
            self.say(opening, random)?;
        }
        self.say(fact, random)
    }

    fn say(
        &mut self,
        fact: OwnFact,
        random: &mut impl Random,
    ) -> Result<(Fact, [u8; 32]), AppendOwnError> {
        let draft = Draft {
            id: FactId::new(self.now_ms, random),
            stamp: Stamp {
                hlc: self.clock.tick(self.now_ms),
                wall_ms: self.now_ms,
                offset_ms: 0,
                offset_err_ms: 0,
            },
            seen: fact.seen,
            body: fact.body,
        };
        let envelope = append(self.head, self.author, draft).map_err(AppendOwnError::Sign)?;
        let header = envelope.header();
        self.head = Head::from(&header);
        let fact = envelope.fact().clone();
        self.rows
            .push(&header, Some(&fact), envelope.bytes().to_vec());
        self.envelopes.push(envelope);
        Ok((fact, header.hash))
    }

    /// All that was said.
    pub(super) fn lift(self) -> Signed {
        Signed {
            rows: self.rows,
            head: HeadRow {
                journal: self.author.journal.0,
                device: self.author.device,
                seq: self.head.seq.cast_signed(),
                hash: self.head.hash,
                hlc: self.clock.last(),
            },
            envelopes: self.envelopes,
        }
    }
}

fn opening(rules: &EventRules, before: Option<(JournalId, Head)>) -> OwnFact {
    OwnFact {
        body: FactBody::JournalOpened {
            event: rules.event.id,
            gate: GateNo(0),
            cause: match before {
                None => OpeningCause::First,
                Some(_) => OpeningCause::RolledBack,
            },
            predecessor: before.map(|(journal, head)| (journal, head.seq, head.hash)),
        },
        seen: Vec::new(),
    }
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
    let place = own_place(conn, rules).await?;
    let mut pen = Pen::new(rules, place, now_ms, random);
    for fact in facts {
        pen.write(fact, random)?;
    }
    let signed = pen.lift();
    let (organizer, event) = (rules.organizer, rules.event.id);
    signed.rows.insert(conn, organizer, event, now_ms).await?;
    store::upsert_heads(conn, organizer, event, &[signed.head], now_ms).await?;
    note_place(conn, rules, place, &signed).await?;
    Ok(signed.envelopes)
}
