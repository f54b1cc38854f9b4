//! Reduced rates at tills: what a place of a type costs for a reason. The store sells at the type's price; a group's price is stated
//! with the type, for both.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::fact::till::PriceReason;
use shared::ids::{EventId, OrganizerId, TypeNo};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// A reduced rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) type_no: TypeNo,
    pub(crate) reason: PriceReason,
    pub(crate) price_minor: i64,
}

/// A reduced rate in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateRow {
    /// Of which type.
    pub type_no: u16,
    /// `youth`, `student`, `senior`, `job_seeker`, `disabled`, `subscriber`, `staff` or `promotion`.
    pub reason: String,
    /// With VAT, in cents; above nothing, and below the type's price.
    pub price_minor: i64,
}

impl From<Rate> for RateRow {
    fn from(rate: Rate) -> Self {
        Self {
            type_no: rate.type_no.0,
            reason: rate.reason.code().to_owned(),
            price_minor: rate.price_minor,
        }
    }
}

/// The rates were not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplaceRatesError {
    /// Field and what is wrong with it.
    #[error("a rate can't be one")]
    Wrong(Vec<(usize, &'static str)>),
    /// PostgreSQL.
    #[error("writing reduced rates")]
    Database(#[from] sqlx::Error),
}

impl From<ReplaceRatesError> for ApiError {
    fn from(error: ReplaceRatesError) -> Self {
        match error {
            ReplaceRatesError::Wrong(wrong) => {
                let fields = wrong.into_iter();
                Self::invalid(fields.map(|(at, what)| (format!("rates.{at}"), what)))
            }
            ReplaceRatesError::Database(source) => source.into(),
        }
    }
}

/// All of an event's, by type and number of the reason.
pub(crate) async fn rates_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<Rate>, sqlx::Error> {
    let rows = sqlx::query!(
        "select type_no, reason, price_minor from till_rates where organizer_id = $1 and event_id = $2 order by type_no, reason",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    let rates = rows.into_iter().filter_map(|row| {
        let mut reasons = PriceReason::REDUCED.into_iter();
        Some(Rate {
            type_no: TypeNo(u16::try_from(row.type_no).ok()?),
            reason: reasons.find(|reason| *reason as i16 == row.reason)?,
            price_minor: row.price_minor,
        })
    });
    Ok(rates.collect())
}

/// Reads rates from JSON.
pub(crate) fn parse(rows: &[RateRow]) -> Result<Vec<Rate>, ReplaceRatesError> {
    let mut wrong = Vec::new();
    let mut rates = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let mut reasons = PriceReason::REDUCED.into_iter();
        match reasons.find(|reason| reason.code() == row.reason) {
            Some(reason) => rates.push(Rate {
                type_no: TypeNo(row.type_no),
                reason,
                price_minor: row.price_minor,
            }),
            None => wrong.push((at, "is no reason for a reduced rate")),
        }
    }
    if wrong.is_empty() {
        Ok(rates)
    } else {
        Err(ReplaceRatesError::Wrong(wrong))
    }
}

/// Writes an event's rates anew, all of them. Tills hear of it at their next contact.
pub(crate) async fn replace(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    rates: &[Rate],
) -> Result<(), ReplaceRatesError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let types = sqlx::query!(
        "select no, price_minor from ticket_types where organizer_id = $1 and event_id = $2 and not deleted order by no for share",
        organizer.0,
        event.0
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, rate) in rates.iter().enumerate() {
        let of_type = types.iter().find(|row| row.no == i32::from(rate.type_no.0));
        match of_type {
            None => wrong.push((at, "there is no such type")),
            Some(row) if !(1..row.price_minor).contains(&rate.price_minor) => {
                wrong.push((at, "must be above nothing and below the type's price"));
            }
            Some(_) if !seen.insert((rate.type_no, rate.reason)) => {
                wrong.push((at, "was said before"));
            }
            Some(_) => {}
        }
    }
    if !wrong.is_empty() {
        return Err(ReplaceRatesError::Wrong(wrong));
    }
    let column = |of: fn(&Rate) -> i32| rates.iter().map(of).collect::<Vec<_>>();
    let prices: Vec<i64> = rates.iter().map(|rate| rate.price_minor).collect();
    sqlx::query!(
        "delete from till_rates where organizer_id = $1 and event_id = $2",
        organizer.0,
        event.0
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into till_rates (organizer_id, event_id, type_no, reason, price_minor)
         select $1, $2, r.type_no, r.reason::smallint, r.price
         from unnest($3::int[], $4::int[], $5::bigint[]) as r (type_no, reason, price)",
        organizer.0,
        event.0,
        &column(|rate| rate.type_no.0.into()),
        &column(|rate| rate.reason as i32),
        &prices
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}
