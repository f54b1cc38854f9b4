//! What people have to look at, kept by what it is about: a winner may change, the alert stays (M6). The same told again
//! changes nothing; each change is kept.
//!
//! Details name devices and gates by id and number: their names are put beside them when somebody reads (`view.rs`), so that
//! a device that is renamed doesn't look like news.

pub(super) mod api;
mod conflicts;
mod live;
mod note;
mod unread;
mod view;

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, JournalId, OrganizerId, TicketId};
use sqlx::PgConnection;

pub(super) use conflicts::{in_journals, of_fold, refused};
pub(super) use live::Listeners;
pub(crate) use live::Seat;
pub(crate) use note::note;
pub(super) use unread::unread_of;
pub use view::{AlertView, alerts_of_event};

/// An alert that collects names so many facts one by one: enough to see what goes on, and no more than a page.
const MOST_NAMED: usize = 20;

/// What the server notices besides the fold. Frozen codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noticed {
    /// An author signed two facts for one place of a journal.
    JournalForked,
    /// A device found its replica copied, or older than what it wrote.
    JournalRolledBack,
    /// A device's time is not to be believed.
    ClockSuspect,
    /// A device signs entries faster than people walk.
    DeviceTooFast,
    /// A device brought facts that can never be taken.
    FactRefused,
    /// A lost device's rights of entry are other doors' now, and it may be going on.
    GuaranteeVoid,
    /// A device signs facts that this program can't read yet.
    FactUnread,
    /// A till sold more than there was.
    StockExceeded,
    /// A till sold tickets that were not lent to it.
    TicketUnlent,
    /// Money of a till of which no order or refund can be made.
    TillUnmade,
    /// A till, or a copy of it, signed two facts for one place of its journal.
    TillForked,
    /// A till's closing says other sums than its facts, or than what the server made of them.
    TillDiffers,
    /// What a guest left at a till is not what its journal names: nobody was sent their tickets.
    ContactRefused,
}

impl Noticed {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::JournalForked => "journal_forked",
            Self::JournalRolledBack => "journal_rolled_back",
            Self::ClockSuspect => "clock_suspect",
            Self::DeviceTooFast => "device_too_fast",
            Self::FactRefused => "fact_refused",
            Self::GuaranteeVoid => "guarantee_void",
            Self::FactUnread => "fact_unread",
            Self::StockExceeded => "stock_exceeded",
            Self::TicketUnlent => "ticket_unlent",
            Self::TillUnmade => "till_unmade",
            Self::TillForked => "till_forked",
            Self::TillDiffers => "till_differs",
            Self::ContactRefused => "contact_refused",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [
            Self::JournalForked,
            Self::JournalRolledBack,
            Self::ClockSuspect,
            Self::DeviceTooFast,
            Self::FactRefused,
            Self::GuaranteeVoid,
            Self::FactUnread,
            Self::StockExceeded,
            Self::TicketUnlent,
            Self::TillUnmade,
            Self::TillForked,
            Self::TillDiffers,
            Self::ContactRefused,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Ticket(TicketId),
    Journal(JournalId),
    Device(DeviceId),
}

impl Subject {
    fn text(self) -> String {
        match self {
            Self::Ticket(ticket) => ticket.to_string(),
            Self::Journal(journal) => journal.to_string(),
            Self::Device(device) => device.to_string(),
        }
    }
}

/// What there is to tell of an alert.
#[derive(Clone, Debug)]
pub(super) enum Telling {
    /// All of it as it is now, and whether it was dealt with.
    Whole { detail: Value, resolved: bool },
    /// Facts that came now, beside those that were told before. `about` says the same every time.
    Added { about: Value, facts: Vec<Value> },
    /// What it told of is over.
    Over,
}

/// An alert to be raised, or brought up to date.
#[derive(Clone, Debug)]
pub(super) struct AlertRow {
    pub(super) kind: &'static str,
    pub(super) subject: Subject,
    pub(super) telling: Telling,
}

/// As it stands in the table.
struct Former {
    detail: Value,
    resolved: bool,
}

/// Raises or updates alerts in a transaction that has called `begin_change`; the same again changes nothing. Of each kind
/// and subject at most one.
pub(super) async fn upsert(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    rows: Vec<AlertRow>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let subjects: Vec<String> = rows.iter().map(|row| row.subject.text()).collect();
    let stored: HashMap<(String, String), Former> = sqlx::query!(
        "select kind, subject, detail, resolved_ms from alerts
         where organizer_id = $1 and event_id = $2 and subject = any($3)",
        organizer.0,
        event.0,
        &subjects
    )
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .map(|row| {
        let former = Former {
            detail: row.detail,
            resolved: row.resolved_ms.is_some(),
        };
        ((row.kind, row.subject), former)
    })
    .collect();
    let mut changes = Changes::default();
    for (row, subject) in rows.into_iter().zip(subjects) {
        let key = (row.kind.to_owned(), subject);
        if let Some((detail, resolved)) = next(row.telling, stored.get(&key)) {
            changes.push(key, detail, resolved);
        }
    }
    changes.write(conn, (organizer, event), now_ms).await
}

/// Detail and whether it is dealt with, if that is news.
fn next(telling: Telling, former: Option<&Former>) -> Option<(Value, bool)> {
    match telling {
        Telling::Whole { detail, resolved } => {
            let same = former.is_some_and(|was| was.detail == detail && was.resolved == resolved);
            (!same).then_some((detail, resolved))
        }
        Telling::Over => {
            let open = former.filter(|was| !was.resolved)?;
            Some((open.detail.clone(), true))
        }
        Telling::Added { about, facts } => {
            let open = former.filter(|was| !was.resolved);
            let mut named = open
                .and_then(|was| was.detail.get("facts")?.as_array().cloned())
                .unwrap_or_default();
            let known = named.len();
            let new = facts.into_iter().filter(|fact| !named.contains(fact));
            let mut new: Vec<Value> = new.collect();
            let more = known + new.len() > MOST_NAMED;
            new.truncate(MOST_NAMED.saturating_sub(known));
            named.append(&mut new);
            let mut detail = about;
            detail["facts"] = Value::Array(named);
            let was_more = open.is_some_and(|was| was.detail["more"] == json!(true));
            detail["more"] = json!(more || was_more);
            let same = open.is_some_and(|was| was.detail == detail);
            (!same).then_some((detail, false))
        }
    }
}

/// Alerts that changed, as columns.
#[derive(Debug, Default)]
struct Changes {
    kinds: Vec<String>,
    subjects: Vec<String>,
    details: Vec<Value>,
    resolved: Vec<bool>,
}

impl Changes {
    fn push(&mut self, (kind, subject): (String, String), detail: Value, resolved: bool) {
        self.kinds.push(kind);
        self.subjects.push(subject);
        self.details.push(detail);
        self.resolved.push(resolved);
    }

    async fn write(
        &self,
        conn: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
        now_ms: UnixMillis,
    ) -> Result<(), sqlx::Error> {
        if self.kinds.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "with news as (
                 select * from unnest($3::text[], $4::text[], $5::jsonb[], $6::boolean[]) as n (kind, subject, detail, resolved)
             ), written as (
                 insert into alerts (organizer_id, event_id, kind, subject, detail, first_ms, last_ms, resolved_ms, changed_seq)
                 select $1, $2, kind, subject, detail, $7::bigint, $7, case when resolved then $7 end, change_number($2) from news
                 on conflict (organizer_id, event_id, kind, subject) do update
                 set detail = excluded.detail, last_ms = excluded.last_ms, resolved_ms = excluded.resolved_ms,
                     changed_seq = excluded.changed_seq
             )
             insert into alert_changes (organizer_id, event_id, kind, subject, seq, at_ms, detail, resolved)
             select $1, $2, kind, subject, change_number($2), $7::bigint, detail, resolved from news
             on conflict (organizer_id, event_id, kind, subject, seq) do update
             set detail = excluded.detail, resolved = excluded.resolved",
            organizer.0,
            event.0,
            &self.kinds,
            &self.subjects,
            &self.details,
            &self.resolved,
            now_ms
        )
        .execute(conn)
        .await
        .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(facts: &[u32]) -> Telling {
        Telling::Added {
            about: json!({ "device": "d" }),
            facts: facts.iter().map(|fact| json!({ "seq": fact })).collect(),
        }
    }

    fn told(telling: Telling, former: Option<&Former>) -> Option<Former> {
        next(telling, former).map(|(detail, resolved)| Former { detail, resolved })
    }

    #[test]
    fn the_same_facts_again_are_no_news() {
        let first = told(added(&[1, 2]), None).unwrap();
        assert!(told(added(&[2, 1]), Some(&first)).is_none());
        let second = told(added(&[3]), Some(&first)).unwrap();
        assert_eq!(second.detail["facts"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_thousand_facts_change_an_alert_a_page_of_times_and_no_more() {
        let mut former = told(added(&[0]), None);
        let mut changes = 0;
        for fact in 1..1000 {
            if let Some(next) = told(added(&[fact]), former.as_ref()) {
                changes += 1;
                former = Some(next);
            }
        }
        assert_eq!(changes, MOST_NAMED);
        assert_eq!(former.unwrap().detail["more"], true);
    }

    #[test]
    fn what_comes_after_it_was_dealt_with_opens_it_anew() {
        let mut former = told(added(&[1]), None).unwrap();
        former.resolved = true;
        let again = told(added(&[2]), Some(&former)).unwrap();
        assert!(!again.resolved);
        assert_eq!(again.detail["facts"], json!([{ "seq": 2 }]));
    }
}
