//! What truly happened, kept outside of every process, and the comparison with what the server came to hold.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use shared::ids::{DeviceId, JournalId, TicketId};
use sqlx::Row as _;
use uuid::Uuid;

use super::super::kill::audit;
use crate::api::number;
use crate::bench::stage::Stage;

/// A green light that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Green {
    ticket: TicketId,
    device: DeviceId,
    /// Where its fact stands, if the door lived to say so.
    place: Option<(JournalId, u64)>,
}

/// All green lights of the evening.
#[derive(Debug, Default)]
pub struct Oracle {
    greens: Vec<Green>,
}

impl Oracle {
    /// A door let a ticket in.
    pub fn green(&mut self, ticket: TicketId, device: DeviceId, place: Option<(JournalId, u64)>) {
        self.greens.push(Green {
            ticket,
            device,
            place,
        });
    }

    /// Entries that doors wrote.
    pub fn entries(&self) -> usize {
        self.greens.len()
    }

    /// Tickets that went in.
    pub fn came(&self) -> BTreeSet<TicketId> {
        self.greens.iter().map(|green| green.ticket).collect()
    }

    /// Of these, those that went in twice or more, at doors that couldn't know.
    pub fn twice(&self) -> BTreeSet<TicketId> {
        let mut seen = BTreeSet::new();
        let again = self
            .greens
            .iter()
            .filter(|green| !seen.insert(green.ticket));
        again.map(|green| green.ticket).collect()
    }

    /// The server holds every green light exactly once and no other, counts the same attendance, has an alert for each
    /// ticket that went in twice and for no other, and every journal verifies.
    pub async fn compare(&self, stage: &Stage, event: Uuid) -> anyhow::Result<()> {
        let mut database = audit::connect(stage.server.data()).await?;
        // Doors go on sending what they refuse: all is looked at as of one moment.
        sqlx::query("begin isolation level repeatable read, read only")
            .execute(&mut database)
            .await?;
        let rows = sqlx::query(
            "select journal_id, seq, device_id, ticket_id from facts where event_id = $1 and kind = 2",
        )
        .bind(event)
        .fetch_all(&mut database)
        .await?;
        let mut held: BTreeMap<(TicketId, DeviceId), Vec<(JournalId, u64)>> = BTreeMap::new();
        for row in &rows {
            let (journal, seq): (Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
            let (device, ticket): (Uuid, i64) = (row.try_get(2)?, row.try_get(3)?);
            let of = (TicketId::from_i64(ticket), DeviceId(device));
            let places = held.entry(of).or_default();
            places.push((JournalId(journal), seq.cast_unsigned()));
        }
        for green in &self.greens {
            let places = held.remove(&(green.ticket, green.device));
            let places = places.with_context(|| format!("{green:?} is not at the server"))?;
            ensure!(
                places.len() == 1 && green.place.is_none_or(|place| places[0] == place),
                "{green:?} is at the server as {places:?}"
            );
        }
        ensure!(held.is_empty(), "the server has what nobody saw: {held:?}");
        audit::journals(&mut database, event).await?;
        self.alerts(&mut database, event).await?;
        self.attendance(stage, event).await
    }

    async fn attendance(&self, stage: &Stage, event: Uuid) -> anyhow::Result<()> {
        let path = format!("/events/{event}/attendance");
        let seen = stage.venue.owner.get(&path).await?;
        let counted = (
            number(&seen, "/in")?,
            number(&seen, "/entries")?,
            number(&seen, "/duplicates")?,
        );
        let came = self.came().len() as i64;
        let expected = (came, came, self.entries() as i64 - came);
        ensure!(
            counted == expected,
            "attendance (in, entries, duplicates) is {counted:?}; seen were {expected:?}"
        );
        Ok(())
    }

    async fn alerts(&self, database: &mut sqlx::PgConnection, event: Uuid) -> anyhow::Result<()> {
        let told: Vec<String> = sqlx::query_scalar(
            "select subject from alerts where event_id = $1 and kind = 'duplicate_entry' order by subject",
        )
        .bind(event)
        .fetch_all(database)
        .await?;
        let told: BTreeSet<String> = told.into_iter().collect();
        let expected: BTreeSet<String> = self.twice().iter().map(TicketId::to_string).collect();
        ensure!(
            told == expected,
            "alerts for {told:?}; went in twice: {expected:?}"
        );
        Ok(())
    }
}
