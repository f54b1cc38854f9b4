//! An entry or exit without a device: the server decides and writes it in its own journal. Besides begin and commit three
//! statements, since a venue may scan all its guests by the API: the event's lock, all that is read, all that is written.

use shared::admission::{ClockTrust, Means};
use shared::admission::{
    Code, Decision, Direction, Door, EntryRight, FoldContext, Issued, Known, Now, Presented,
    RosterState, TicketCode, decide, fold, seen_for_new_fact,
};
use shared::clock::UnixMillis;
use shared::fact::{EntryMarks, Envelope, FactBody};
use shared::ids::{
    EventId, FactName, GateNo, JournalId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo,
};
use shared::roster::TicketRow;
use sqlx::{PgConnection, Postgres, Transaction};

use super::folding::{self, FactsOfTicket, Written};
use super::own_journal::{self, AppendOwnError, OwnEnd, OwnFact, OwnPlace, Signed};
use super::rows;
use super::rules::{EventRules, LoadRulesError, Stamp};
use crate::app::App;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// What an authorised user scans.
#[derive(Clone, Copy, Debug)]
pub struct OnlineScan {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Which.
    pub event: EventId,
    /// The ticket.
    pub ticket: TicketId,
    /// In, out, or only a question.
    pub direction: Direction,
    /// Where; 0 = at no gate.
    pub gate: GateNo,
    /// Whether its signed code was shown and verified, or only its id.
    pub means: Means,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct OnlineVerdict {
    /// Green, red or amber.
    pub decision: Decision,
    /// What was written; nothing for a question, nor for amber.
    pub fact: Option<FactName>,
}

/// Nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum OnlineScanError {
    /// No such ticket of the event.
    #[error("there is no such ticket of this event")]
    NoTicket,
    /// Reading or writing.
    #[error("scanning a ticket online")]
    Database(#[from] sqlx::Error),
    /// The rules can't be had.
    #[error("reading an event's rules")]
    Rules(#[from] LoadRulesError),
    /// Writing the fact.
    #[error("writing an online entry")]
    Append(#[from] AppendOwnError),
}

impl From<OnlineScanError> for ApiError {
    fn from(error: OnlineScanError) -> Self {
        match error {
            OnlineScanError::NoTicket => Self::not_found("ticket"),
            OnlineScanError::Database(source) => source.into(),
            OnlineScanError::Rules(source) => source.into(),
            OnlineScanError::Append(source) => source.into(),
        }
    }
}

/// Decides on a ticket and writes what happened, durably, before it answers; in a transaction that has locked nothing.
pub async fn scan(
    app: &App,
    mut tx: Transaction<'static, Postgres>,
    scan: OnlineScan,
) -> Result<OnlineVerdict, OnlineScanError> {
    let now_ms = app.now_ms();
    let of = (scan.organizer, scan.event);
    sqlx::query_scalar!("select begin_change($1, $2)", of.0.0, of.1.0)
        .fetch_one(&mut *tx)
        .await?;
    let seen = read(&mut tx, of, scan.ticket).await?;
    let rules = app
        .door
        .rules
        .load_at(&mut tx, &app.vault, of, seen.stamp)
        .await?;
    let decision = judge(&rules, &scan, &seen, now_ms);
    let Some(fact) = to_write(&scan, &seen, &decision) else {
        return Ok(OnlineVerdict {
            decision,
            fact: None,
        });
    };
    let place = match seen.end {
        Some(end) => OwnPlace::After(end),
        None => OwnPlace::Anew(own_journal::own_before(&mut tx, &rules).await?),
    };
    let signed = own_journal::sign(&rules, place, vec![fact], now_ms, &mut OsRandom)?;
    match place {
        OwnPlace::After(_) => {}
        OwnPlace::Anew(_) => {
            let journal = JournalId(signed.head.journal);
            own_journal::note_own(&mut tx, &rules, journal).await?;
        }
    }
    let name = write(&mut tx, &rules, &scan, seen, signed, now_ms).await?;
    tx.commit().await?;
    app.door.watch.changed(scan.event);
    Ok(OnlineVerdict {
        decision,
        fact: name,
    })
}

/// What is known of the ticket, and the end of the server's journal.
struct Seen {
    row: TicketRow,
    facts: FactsOfTicket,
    end: Option<OwnEnd>,
    stamp: Stamp,
}

async fn read(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    ticket: TicketId,
) -> Result<Seen, OnlineScanError> {
    let row = sqlx::query!(
        r#"select t.type_no, t.window_no, t.key_id, t.status, t.home_gate,
                  coalesce((select array_agg(f.envelope) from facts f
                            where f.organizer_id = $1 and f.event_id = $2 and f.ticket_id = $3), '{}')
                    as "facts!: Vec<Vec<u8>>",
                  coalesce((select max(seq) from feed_entries
                            where organizer_id = $1 and event_id = $2 and kind between 1 and 4), 0) as "config_seq!",
                  coalesce((select version from signed_objects
                            where organizer_id = $1 and kind = 'device_list'), 0) as "devices_version!",
                  j.id as "journal?", j.head_seq as "head_seq?", j.head_hash as "head_hash?", l.envelope as "last?"
           from tickets t
           join feeds e on e.organizer_id = $1 and e.event_id = $2
           left join journals j on j.organizer_id = $1 and j.event_id = $2 and j.id = e.own_journal
           left join facts l on l.organizer_id = $1 and l.event_id = $2 and l.journal_id = j.id and l.seq = j.head_seq
           where t.organizer_id = $1 and t.event_id = $2 and t.id = $3"#,
        organizer.0,
        event.0,
        ticket.to_i64()
    )
    .fetch_optional(conn)
    .await?
    .ok_or(OnlineScanError::NoTicket)?;
    let end = match (row.journal, row.head_seq, row.head_hash, row.last) {
        (Some(journal), Some(seq), Some(hash), Some(last)) => {
            Some(OwnEnd::new(JournalId(journal), seq, &hash, &last)?)
        }
        _ => None,
    };
    Ok(Seen {
        row: TicketRow {
            id: ticket,
            type_no: TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
            window: WindowNo(u8::try_from(row.window_no).unwrap_or(0)),
            key: KeyId(row.key_id.cast_unsigned()),
            status: rows::ticket_status(row.status),
            home_gate: GateNo(u16::try_from(row.home_gate).unwrap_or(0)),
        },
        facts: row
            .facts
            .iter()
            .filter_map(|bytes| folding::read(bytes))
            .collect(),
        end,
        stamp: Stamp {
            config_seq: row.config_seq,
            devices_version: row.devices_version,
        },
    })
}

fn context<'a>(
    event_rules: &'a EventRules,
    rules: &'a shared::admission::Rules<'a>,
    row: TicketRow,
) -> FoldContext<'a> {
    FoldContext {
        rules,
        devices: &event_rules.devices,
        server: event_rules.server,
        ticket: row.id,
        row: Some(row),
        issued: Issued::Unseen,
    }
}

fn judge(event_rules: &EventRules, scan: &OnlineScan, seen: &Seen, now_ms: UnixMillis) -> Decision {
    let rules = event_rules.rules();
    let folded = fold(&seen.facts, &context(event_rules, &rules, seen.row));
    let code = TicketCode {
        means: scan.means,
        ..TicketCode::by_hand(&seen.row, event_rules.event.mode)
    };
    let known = Known {
        row: Some(seen.row),
        barred: None,
        key: None,
        issued: Issued::Unseen,
        state: &folded.state,
        claimed_at: None,
        // No right can be taken here yet: a strict event's tickets are a supervisor's matter.
        right: EntryRight::Elsewhere,
    };
    let now = Now {
        ms: now_ms,
        error_ms: 0,
        trust: ClockTrust::Good,
    };
    let door = Door {
        gate: event_rules.gates.iter().find(|gate| gate.no == scan.gate),
        roster: RosterState::Live,
        roster_as_of_ms: Some(now_ms),
    };
    let presented = Presented {
        direction: scan.direction,
        code: Code::Ticket(code),
    };
    decide(&presented, &known, now, &door, &rules)
}

/// A question writes nothing, nor does amber: a person has not answered yet.
fn to_write(scan: &OnlineScan, seen: &Seen, decision: &Decision) -> Option<OwnFact> {
    let by_hand = match scan.means {
        Means::Signed => EntryMarks::default(),
        Means::ByHand => EntryMarks::BY_HAND,
    };
    let (ticket, gate) = (scan.ticket, scan.gate);
    let body = match (decision, scan.direction) {
        (Decision::Ask(_), _) | (_, Direction::CheckOnly) => return None,
        (Decision::Refuse(reason), Direction::In | Direction::Out) => FactBody::Refusal {
            ticket,
            gate,
            reason: reason.reason().number(),
        },
        (Decision::Admit(admission), Direction::In) => FactBody::Entry {
            ticket,
            type_no: seen.row.type_no,
            window: seen.row.window,
            key: seen.row.key,
            gate,
            marks: admission.marks.with(EntryMarks::CONFIRMED).with(by_hand),
        },
        (Decision::Admit(admission), Direction::Out) => FactBody::Exit {
            ticket,
            gate,
            marks: admission.marks.with(by_hand),
        },
    };
    Some(OwnFact {
        body,
        seen: seen_for_new_fact(&seen.facts),
    })
}

async fn write(
    conn: &mut PgConnection,
    event_rules: &EventRules,
    scan: &OnlineScan,
    seen: Seen,
    signed: Signed,
    now_ms: UnixMillis,
) -> Result<Option<FactName>, OnlineScanError> {
    let mut facts = seen.facts;
    let own = |envelope: &Envelope| (envelope.fact().clone(), envelope.hash());
    facts.extend(signed.envelopes.iter().map(own));
    let rules = event_rules.rules();
    let folded = fold(&facts, &context(event_rules, &rules, seen.row));
    let mut written = Written::default();
    written.push(scan.ticket, &facts, folded);
    written
        .write_with(conn, event_rules, &signed, now_ms)
        .await?;
    Ok(signed
        .envelopes
        .last()
        .map(|envelope| envelope.fact().name()))
}
