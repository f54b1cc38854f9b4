//! What an organizer allows of an event's tickets before and after their sale: waiting for places, paying at the box office, giving
//! them back, giving them to somebody else, another name. No door is told of it.

mod request;

pub use request::TermsRequest;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::{PgConnection, PgExecutor};

/// Until when something may be done with a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It may not.
    Never,
    /// So many hours before doors open; 0 = until they do.
    HoursBeforeDoors(u32),
}

impl Until {
    /// The first moment at which it may be done no more; `None` where it never may.
    pub fn deadline_ms(self, doors_ms: UnixMillis) -> Option<UnixMillis> {
        match self {
            Self::Never => None,
            Self::HoursBeforeDoors(hours) => Some(doors_ms - i64::from(hours) * 3_600_000),
        }
    }

    fn of(hours: Option<i32>) -> Self {
        hours.map_or(Self::Never, |hours| {
            Self::HoursBeforeDoors(hours.unsigned_abs())
        })
    }

    fn hours(self) -> Option<i32> {
        match self {
            Self::Never => None,
            Self::HoursBeforeDoors(hours) => Some(hours.cast_signed()),
        }
    }
}

/// Whether people may wait for a type that is sold out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingList {
    /// They may.
    Open,
    /// Nobody joins any more; whoever is in it keeps their turn.
    Closed,
}

/// Whether people may reserve in the store and pay at the box office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservations {
    /// They may.
    Open,
    /// Nobody reserves any more; what is reserved stays so.
    Closed,
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whether one may wait.
    pub waiting_list: WaitingList,
    /// How long places are held for whoever is next, in minutes.
    pub offer_minutes: u32,
    /// Whether one may reserve.
    pub reservations: Reservations,
    /// So many minutes before the event begins a reservation lapses.
    pub reservation_minutes: u32,
    /// Until when a buyer may have their money back.
    pub refunds: Until,
    /// What is kept of each ticket that is given back so, in minor units.
    pub refund_fee_minor: i64,
    /// Until when a ticket may be given to somebody else.
    pub transfers: Until,
    /// Until when a ticket's name may be changed.
    pub renames: Until,
    /// Until when a ticket may be put up for resale to whoever waits, and is offered to them.
    pub resales: Until,
}

impl Default for Terms {
    /// As the columns.
    fn default() -> Self {
        Self {
            waiting_list: WaitingList::Open,
            offer_minutes: 120,
            reservations: Reservations::Closed,
            reservation_minutes: 30,
            refunds: Until::Never,
            refund_fee_minor: 0,
            transfers: Until::HoursBeforeDoors(0),
            renames: Until::HoursBeforeDoors(0),
            resales: Until::Never,
        }
    }
}

/// Of an event; of one whose organizer has said nothing, the defaults.
pub async fn terms_of(
    executor: impl PgExecutor<'_>,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Terms, sqlx::Error> {
    let row = sqlx::query!(
        "select waiting_list, offer_minutes, refund_hours, refund_fee_minor, transfer_hours, rename_hours,
             resale_hours, reservations, reservation_minutes
         from event_terms where organizer_id = $1 and event_id = $2",
        organizer.0,
        event.0
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map_or_else(Terms::default, |row| Terms {
        waiting_list: if row.waiting_list {
            WaitingList::Open
        } else {
            WaitingList::Closed
        },
        offer_minutes: row.offer_minutes.unsigned_abs(),
        reservations: if row.reservations {
            Reservations::Open
        } else {
            Reservations::Closed
        },
        reservation_minutes: row.reservation_minutes.unsigned_abs(),
        refunds: Until::of(row.refund_hours),
        refund_fee_minor: row.refund_fee_minor,
        transfers: Until::of(row.transfer_hours),
        renames: Until::of(row.rename_hours),
        resales: Until::of(row.resale_hours),
    }))
}

/// Writes them; what was begun under others before goes on.
pub async fn write(
    connection: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    terms: &Terms,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into event_terms (organizer_id, event_id, waiting_list, offer_minutes, refund_hours, refund_fee_minor,
             transfer_hours, rename_hours, resale_hours, reservations, reservation_minutes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (organizer_id, event_id) do update set
             waiting_list = excluded.waiting_list, offer_minutes = excluded.offer_minutes,
             refund_hours = excluded.refund_hours, refund_fee_minor = excluded.refund_fee_minor,
             transfer_hours = excluded.transfer_hours, rename_hours = excluded.rename_hours,
             resale_hours = excluded.resale_hours, reservations = excluded.reservations,
             reservation_minutes = excluded.reservation_minutes",
        organizer.0,
        event.0,
        terms.waiting_list == WaitingList::Open,
        terms.offer_minutes.cast_signed(),
        terms.refunds.hours(),
        terms.refund_fee_minor,
        terms.transfers.hours(),
        terms.renames.hours(),
        terms.resales.hours(),
        terms.reservations == Reservations::Open,
        terms.reservation_minutes.cast_signed(),
    )
    .execute(connection)
    .await
    .map(drop)
}
