//! Which facts' times are not to be believed.

use shared::clock::UnixMillis;
use shared::clock::hlc::MAX_AHEAD_MS;
use shared::fact::kind::Annotation;
use shared::fact::{Fact, FactBody, Head};
use shared::ids::{EventId, JournalId, OrganizerId};
use sqlx::PgConnection;

use super::folding;
use super::intake::Placed;
use super::own_journal::OwnFact;

/// A fact whose time is not to be believed.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    pub(super) fact: Fact,
    /// The time to put in place of its own.
    pub(super) adjusted_ms: UnixMillis,
}

impl Suspect {
    /// When it happened, as it says.
    pub(super) fn said_ms(&self) -> UnixMillis {
        self.fact.effective_ms()
    }

    /// What the server says of it, if it is about a ticket: of others no order depends on the time.
    pub(super) fn annotation(&self) -> Option<OwnFact> {
        Some(OwnFact {
            body: FactBody::Annotation {
                ticket: self.fact.ticket()?,
                target: self.fact.name(),
                says: Annotation::AdjustedTime(self.adjusted_ms),
            },
            seen: Vec::new(),
        })
    }
}

/// The suspects among an event's new facts; call it before they are stored, with their journals' former ends.
pub(super) async fn suspects(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    journals: &[(JournalId, Placed, Head)],
    now_ms: UnixMillis,
) -> Result<Vec<Suspect>, sqlx::Error> {
    let mut suspects = Vec::new();
    for (journal, placed, former) in journals {
        let mut previous_ms = last_time(conn, of, *journal, *former).await?;
        for fact in placed
            .accepted
            .iter()
            .filter_map(|accepted| accepted.fact.as_ref())
        {
            let adjusted = suspect_time(previous_ms, fact.effective_ms(), now_ms);
            previous_ms = Some(adjusted.unwrap_or_else(|| fact.effective_ms()));
            suspects.extend(adjusted.map(|adjusted_ms| Suspect {
                fact: fact.clone(),
                adjusted_ms,
            }));
        }
    }
    Ok(suspects)
}

/// When the last fact of a journal happened: as it says, but not after it was received.
async fn last_time(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    journal: JournalId,
    head: Head,
) -> Result<Option<UnixMillis>, sqlx::Error> {
    if head.seq == 0 {
        return Ok(None);
    }
    let last = sqlx::query!(
        "select envelope, received_ms from facts
         where organizer_id = $1 and event_id = $2 and journal_id = $3 and seq = $4",
        organizer.0,
        event.0,
        journal.0,
        head.seq.cast_signed()
    )
    .fetch_optional(conn)
    .await?;
    Ok(last.and_then(|last| {
        let (fact, _) = folding::read(&last.envelope)?;
        Some(fact.effective_ms().min(last.received_ms))
    }))
}

/// The time to put in place of `said_ms`, if that is more than five minutes after its receipt, or as much before the
/// fact ahead of it in its journal: a clock that was wrong, or was set back without the device noticing.
pub(super) fn suspect_time(
    previous_ms: Option<UnixMillis>,
    said_ms: UnixMillis,
    received_ms: UnixMillis,
) -> Option<UnixMillis> {
    if said_ms > received_ms.saturating_add(MAX_AHEAD_MS) {
        return Some(received_ms);
    }
    previous_ms.filter(|previous| said_ms < previous.saturating_sub(MAX_AHEAD_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = 1_800_000_000_000;

    #[test]
    fn a_fact_from_the_future_gets_the_time_of_its_receipt() {
        assert_eq!(suspect_time(None, NOW + MAX_AHEAD_MS, NOW), None);
        assert_eq!(suspect_time(None, NOW + MAX_AHEAD_MS + 1, NOW), Some(NOW));
    }

    #[test]
    fn a_fact_long_before_the_one_ahead_of_it_gets_that_ones_time() {
        let previous = Some(NOW - 1000);
        assert_eq!(suspect_time(previous, NOW - 2000, NOW), None);
        assert_eq!(suspect_time(previous, NOW - 3_600_000, NOW), previous);
    }

    #[test]
    fn a_fact_that_waited_offline_is_believed() {
        assert_eq!(
            suspect_time(Some(NOW - 86_400_000), NOW - 86_000_000, NOW),
            None
        );
    }
}
