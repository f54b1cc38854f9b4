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

/// The error of a statement that took too few places: what `all_taken` raises.
pub fn sold_out(error: &sqlx::Error) -> Option<SoldOut> {
    let error = error.as_database_error()?;
    if error.code().as_deref() != Some("TH002") {
        return None;
    }
    error.message().parse().ok().map(TypeNo).map(SoldOut)
}

/// Sells free places at once, since money came for a hold that had expired, or says of which type there are too few; then
/// the caller has to roll back.
pub async fn sell(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    places: &Places,
) -> Result<Result<(), SoldOut>, sqlx::Error> {
    for (type_no, quantity) in places {
        let sold = sqlx::query!(
            "update stock set sold = sold + $4
             where organizer_id = $1 and event_id = $2 and type_no = $3 and held + sold + leased + $4 <= quota + written_off",
            organizer.0,
            event.0,
            i32::from(type_no.0),
            *quantity as i32,
        )
        .execute(&mut *connection)
        .await?;
        if sold.rows_affected() == 0 {
            return Ok(Err(SoldOut(*type_no)));
        }
    }
    Ok(Ok(()))
}

/// Where places go that were taken before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The hold is over.
    HeldToFree,
    /// The sale was undone.
    SoldToFree,
    /// The sale stands again: its places were free in this transaction only.
    FreeToSold,
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
            Move::HeldToFree => (-quantity, 0),
            Move::SoldToFree => (0, -quantity),
            Move::FreeToSold => (0, quantity),
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
