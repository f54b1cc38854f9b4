//! The counters of a type's places. Each change is one conditional statement; types are taken in ascending order, so
//! that two orders never wait for each other in a circle. Invariant S1 is thereby held before the constraint is asked.

use std::collections::BTreeMap;

use shared::ids::{EventId, OrganizerId, TypeNo};
use sqlx::PgConnection;

/// Places by type, ascending.
pub type Places = BTreeMap<TypeNo, u32>;

/// Not so many places of this type are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOut(pub TypeNo);

/// What becomes of free places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Kept for a while.
    Hold,
    /// Sold at once: money came for a hold that had expired.
    Sell,
}

/// Takes free places, or says of which type there are too few; then the caller has to roll back.
pub async fn take(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    places: &Places,
    take: Take,
) -> Result<Result<(), SoldOut>, sqlx::Error> {
    for (type_no, quantity) in places {
        let quantity = *quantity as i32;
        let (hold, sell) = match take {
            Take::Hold => (quantity, 0),
            Take::Sell => (0, quantity),
        };
        let taken = sqlx::query!(
            "update stock set held = held + $4, sold = sold + $5
             where organizer_id = $1 and event_id = $2 and type_no = $3 and held + sold + leased + $4 + $5 <= quota",
            organizer.0,
            event.0,
            i32::from(type_no.0),
            hold,
            sell,
        )
        .execute(&mut *connection)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(Err(SoldOut(*type_no)));
        }
    }
    Ok(Ok(()))
}

/// Where places go that were taken before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Held until now, sold from now on.
    HeldToSold,
    /// The hold is over.
    HeldToFree,
    /// The sale was undone.
    SoldToFree,
}

/// Moves places that the caller has. What was lent or written off in the meantime is not touched.
pub async fn shift(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    places: &Places,
    to: Move,
) -> Result<(), sqlx::Error> {
    for (type_no, quantity) in places {
        let quantity = *quantity as i32;
        let (held, sold) = match to {
            Move::HeldToSold => (-quantity, quantity),
            Move::HeldToFree => (-quantity, 0),
            Move::SoldToFree => (0, -quantity),
        };
        sqlx::query!(
            "update stock set held = held + $4, sold = sold + $5
             where organizer_id = $1 and event_id = $2 and type_no = $3",
            organizer.0,
            event.0,
            i32::from(type_no.0),
            held,
            sold,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Places by type from two columns of a query.
pub fn places(types: &[i32], quantities: &[i64]) -> Places {
    let mut places = Places::new();
    for (type_no, quantity) in types.iter().zip(quantities) {
        *places.entry(TypeNo(*type_no as u16)).or_default() += *quantity as u32;
    }
    places
}
