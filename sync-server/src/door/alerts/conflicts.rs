//! What an upload gives people to look at, besides what the fold says of tickets: forks, journals that were put back,
//! doubtful clocks, devices that admit too fast, facts that can never be taken.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};
use shared::admission::fold::{Alert, AlertKind, Attention, FactHash};
use shared::admission::{Folded, pace};
use shared::clock::UnixMillis;
use shared::fact::kind::OpeningCause;
use shared::fact::{EntryMarks, Fact, FactBody, Head};
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId, TicketId};
use sqlx::PgConnection;

use super::{AlertRow, Noticed, Subject, Telling};
use crate::door::clock::Suspect;
use crate::door::folding;
use crate::door::intake::{Placed, Refused};

/// What one alert of a fold names of its facts.
const MOST_OF_A_TICKET: usize = 50;
/// Admitting too fast is told once for each hour in which it happens.
const HOUR_MS: i64 = 3_600_000;
/// So much of a journal is looked at before a batch, to know how fast it was.
const LOOK_BACK: i64 = 2_000;
const MINUTE_MS: i64 = 60_000;

/// The alerts of a ticket's fold.
pub(in crate::door) fn of_fold(
    ticket: TicketId,
    facts: &[(Fact, FactHash)],
    folded: &Folded,
) -> Vec<AlertRow> {
    let alerts = folded.alerts.iter();
    alerts
        .map(|(kind, alert)| of_ticket(ticket, *kind, alert, facts, folded))
        .collect()
}

fn of_ticket(
    ticket: TicketId,
    kind: AlertKind,
    alert: &Alert,
    facts: &[(Fact, FactHash)],
    folded: &Folded,
) -> AlertRow {
    let named = alert.facts.iter().zip(&alert.at_ms).take(MOST_OF_A_TICKET);
    let named: Vec<Value> = named
        .filter_map(|(name, at_ms)| {
            let (fact, _) = facts.iter().find(|(fact, _)| fact.name() == *name)?;
            let labels = folded.labels.get(name).map_or(&[][..], Vec::as_slice);
            let mut told = told(fact, *at_ms);
            told["labels"] = labels.iter().map(|label| label.code()).collect();
            Some(told)
        })
        .collect();
    AlertRow {
        kind: kind.code(),
        subject: Subject::Ticket(ticket),
        telling: Telling::Whole {
            detail: json!({ "facts": named, "count": alert.facts.len() }),
            resolved: alert.attention == Attention::Noted,
        },
    }
}

/// Who, what, where, when, with which ticket.
fn told(fact: &Fact, at_ms: UnixMillis) -> Value {
    let mut told = json!({
        "device": fact.device, "fact": fact.id, "kind": fact.body.kind_name(), "at_ms": at_ms,
    });
    if let Some(gate) = fact.body.gate() {
        told["gate"] = json!(gate);
    }
    if let Some(ticket) = fact.ticket() {
        told["ticket"] = json!(ticket);
    }
    told
}

/// What was noticed of an event in one upload.
#[derive(Debug, Default)]
pub(in crate::door) struct Found(BTreeMap<(&'static str, Subject), (Value, Vec<Value>)>);

impl Found {
    fn add(&mut self, kind: Noticed, subject: Subject, about: Value, fact: Value) {
        let (_, facts) = self
            .0
            .entry((kind.code(), subject))
            .or_insert((about, Vec::new()));
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }

    /// As alerts.
    pub(in crate::door) fn rows(self) -> Vec<AlertRow> {
        let rows = self.0.into_iter();
        rows.map(|((kind, subject), (about, facts))| AlertRow {
            kind,
            subject,
            telling: Telling::Added { about, facts },
        })
        .collect()
    }
}

/// Looks through what came of an event's journals, before it is stored. `parked`: hashes of the envelopes that were put
/// into quarantine just now.
pub(in crate::door) async fn in_journals(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    journals: &[(JournalId, Placed, Head)],
    parked: &HashSet<[u8; 32]>,
    suspects: &[Suspect],
) -> Result<Found, sqlx::Error> {
    let mut found = Found::default();
    for (journal, placed, former) in journals {
        forks(conn, of, (*journal, placed), parked, &mut found).await?;
        let accepted = placed.accepted.iter();
        let facts: Vec<&Fact> = accepted
            .filter_map(|offered| offered.fact.as_ref())
            .collect();
        for fact in &facts {
            opening(fact, &mut found);
            doubtful(fact, &mut found);
        }
        too_fast(conn, of, (*journal, *former), &facts, &mut found).await?;
    }
    for suspect in suspects {
        let mut told = told(&suspect.fact, suspect.said_ms());
        told["adjusted_ms"] = json!(suspect.adjusted_ms);
        clock_suspect(&suspect.fact, told, &mut found);
    }
    Ok(found)
}

/// Both sides of each place where the author signed two facts.
async fn forks(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    (journal, placed): (JournalId, &Placed),
    parked: &HashSet<[u8; 32]>,
    found: &mut Found,
) -> Result<(), sqlx::Error> {
    let others = placed.forked.iter();
    let others: Vec<_> = others
        .filter(|offered| parked.contains(&offered.header.hash))
        .take(super::MOST_NAMED)
        .collect();
    let Some(device) = others.first().map(|offered| offered.header.device) else {
        return Ok(());
    };
    let mut add = |seq: u64, side: &str, fact: Option<Fact>| {
        let mut told = fact.map_or_else(
            || json!({ "device": device, "kind": "unknown" }),
            |fact| told(&fact, fact.effective_ms()),
        );
        told["seq"] = json!(seq);
        told["side"] = json!(side);
        let about = json!({ "journal": journal, "device": device });
        found.add(
            Noticed::JournalForked,
            Subject::Journal(journal),
            about,
            told,
        );
    };
    let places: Vec<i64> = others
        .iter()
        .map(|offered| offered.header.seq.cast_signed())
        .collect();
    let held = sqlx::query!(
        "select seq, envelope from facts
         where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq = any($4) order by seq",
        organizer.0,
        event.0,
        journal.0,
        &places
    )
    .fetch_all(conn)
    .await?;
    for row in held {
        let fact = folding::read(&row.envelope).map(|(fact, _)| fact);
        add(row.seq.cast_unsigned(), "held", fact);
    }
    for offered in others {
        add(offered.header.seq, "parked", offered.fact.clone());
    }
    Ok(())
}

/// A journal that a device opened because something was wrong with the one before.
fn opening(fact: &Fact, found: &mut Found) {
    let FactBody::JournalOpened {
        cause, predecessor, ..
    } = &fact.body
    else {
        return;
    };
    let mut told = told(fact, fact.effective_ms());
    told["journal"] = json!(fact.journal);
    let before = predecessor.map(|(journal, seq, _)| json!({ "journal": journal, "seq": seq }));
    let rolled_back = |why: &str| {
        let about = json!({ "journal": fact.journal, "device": fact.device, "why": why, "last_known": before });
        (Noticed::JournalRolledBack, fact.journal, about)
    };
    let (kind, subject, about) = match cause {
        OpeningCause::First => return,
        OpeningCause::Copied => rolled_back("copied_from_another_machine"),
        OpeningCause::RolledBack => rolled_back("older_than_it_was"),
        OpeningCause::Forked => {
            let forked = predecessor.map_or(fact.journal, |(journal, _, _)| journal);
            let about = json!({ "journal": forked, "device": fact.device });
            (Noticed::JournalForked, forked, about)
        }
    };
    found.add(kind, Subject::Journal(subject), about, told);
}

/// The device itself did not believe its clock.
fn doubtful(fact: &Fact, found: &mut Found) {
    let marks = match &fact.body {
        FactBody::Entry { marks, .. } | FactBody::Exit { marks, .. } => *marks,
        FactBody::JournalOpened { .. }
        | FactBody::Refusal { .. }
        | FactBody::Refusals { .. }
        | FactBody::Void { .. }
        | FactBody::Override { .. }
        | FactBody::Annotation { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => return,
    };
    if marks.has(EntryMarks::CLOCK_DOUBTFUL) {
        clock_suspect(fact, told(fact, fact.effective_ms()), found);
    }
}

fn clock_suspect(fact: &Fact, told: Value, found: &mut Found) {
    let about = json!({ "device": fact.device });
    let subject = Subject::Device(fact.device);
    found.add(Noticed::ClockSuspect, subject, about, told);
}

fn is_entry(fact: &Fact) -> bool {
    matches!(
        fact.body,
        FactBody::Entry { .. } | FactBody::Override { .. }
    )
}

async fn too_fast(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    (journal, former): (JournalId, Head),
    facts: &[&Fact],
    found: &mut Found,
) -> Result<(), sqlx::Error> {
    let Some(first) = facts.first() else {
        return Ok(());
    };
    let mut times = entries_before(conn, of, (journal, former), facts, first).await?;
    let entries = facts.iter().filter(|fact| is_entry(fact));
    times.extend(entries.clone().map(|fact| fact.effective_ms()));
    let mut told_hour = None;
    for at_ms in pace::too_fast(times) {
        let hour_ms = at_ms - at_ms.rem_euclid(HOUR_MS);
        let Some(entry) = entries.clone().find(|fact| fact.effective_ms() == at_ms) else {
            continue;
        };
        if told_hour.replace(hour_ms) != Some(hour_ms) {
            let about = json!({ "device": entry.device, "most_a_minute": pace::MAX_A_MINUTE });
            let told =
                json!({ "device": entry.device, "hour_ms": hour_ms, "gate": entry.body.gate() });
            let subject = Subject::Device(entry.device);
            found.add(Noticed::DeviceTooFast, subject, about, told);
        }
    }
    Ok(())
}

/// The times of a journal's entries before these facts, as far as they can make these too many. Nearly always one fact is
/// looked at and none is read: if so many places ago it was longer than a minute ago, there can't be too many since.
async fn entries_before(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    (journal, former): (JournalId, Head),
    facts: &[&Fact],
    first: &Fact,
) -> Result<Vec<UnixMillis>, sqlx::Error> {
    let since_ms = first.effective_ms() - MINUTE_MS;
    let soon = facts
        .iter()
        .filter(|fact| fact.effective_ms() < first.effective_ms() + MINUTE_MS)
        .count();
    let head = former.seq.cast_signed();
    let many_ago = (head + soon as i64 - pace::MAX_A_MINUTE as i64).min(head);
    if many_ago < 1 {
        return Ok(Vec::new());
    }
    let oldest = sqlx::query_scalar!(
        "select envelope from facts where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq = $4",
        organizer.0,
        event.0,
        journal.0,
        many_ago
    )
    .fetch_all(&mut *conn)
    .await?;
    if times(&oldest).all(|at_ms| at_ms < since_ms) {
        return Ok(Vec::new());
    }
    // Kinds 2 and 7 are entries. With more of them within a minute the device was too fast before, which was told then.
    let last = sqlx::query_scalar!(
        "select envelope from facts
         where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq > $4 and seq <= $5 and kind in (2, 7)
         order by seq desc limit $6",
        organizer.0,
        event.0,
        journal.0,
        head - LOOK_BACK,
        head,
        pace::MAX_A_MINUTE as i64
    )
    .fetch_all(conn)
    .await?;
    Ok(times(&last).filter(|at_ms| *at_ms >= since_ms).collect())
}

/// When facts happened, as they say.
fn times(envelopes: &[Vec<u8>]) -> impl Iterator<Item = UnixMillis> {
    let read = envelopes.iter().filter_map(|bytes| folding::read(bytes));
    read.map(|(fact, _)| fact.effective_ms())
}

/// What a device brought that can never be taken. `parked`: the hashes of what wasn't in quarantine before.
pub(in crate::door) fn refused<'r>(
    carrier: DeviceId,
    all: impl Iterator<Item = &'r Refused>,
    parked: &HashSet<[u8; 32]>,
) -> Vec<AlertRow> {
    let mut found = Found::default();
    for refused in all {
        if !parked.contains(&shared::fact::envelope::hash_of(&refused.bytes)) {
            continue;
        }
        let told = json!({
            "device": refused.device, "journal": refused.journal, "seq": refused.seq, "why": refused.why.code(),
        });
        let about = json!({ "device": carrier });
        found.add(Noticed::FactRefused, Subject::Device(carrier), about, told);
    }
    found.rows()
}
