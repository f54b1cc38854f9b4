//! Making, changing and ending codes. A change touches no order: each keeps the price that it was held at.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId, PromoId};
use shared::price::Off;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgExecutor};

use super::request::NewPromo;
use super::{PromoCode, PromoRow};
use crate::catalog::event::page::read;
use crate::catalog::organizers::Made;
use crate::web::ApiError;

/// Of one organizer in one list.
const MOST_LISTED: i64 = 500;

/// A code was not written.
#[derive(Debug, thiserror::Error)]
pub enum WritePromoError {
    /// None of that organizer.
    #[error("the organizer has no such code")]
    NoSuchCode,
    /// The event is none of that organizer's.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// The event has no such type.
    #[error("the event has no such ticket type")]
    NoSuchType,
    /// The event is in another money.
    #[error("the event is not sold in that currency")]
    OtherCurrency,
    /// Another code of the same event has that word, and is good.
    #[error("another code has that word")]
    WordUsed,
    /// A limit below what is used.
    #[error("{taken} orders have the code: the limit can't be less")]
    LimitBelowTaken {
        /// How many orders have it.
        taken: i64,
    },
    /// What was ended stays so.
    #[error("the code was ended")]
    Ended,
    /// The database failed.
    #[error("writing a promo code")]
    Database(#[from] sqlx::Error),
}

/// Makes a code. A repeat changes nothing.
pub async fn create(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    new: &NewPromo,
    now_ms: UnixMillis,
) -> Result<Made, WritePromoError> {
    check(connection, organizer, new).await?;
    let (percent, amount) = columns(new.reduction.off);
    let types: Vec<i32> = new.reduction.types.iter().map(|no| no.0.into()).collect();
    let made = sqlx::query_scalar!(
        "insert into promo_codes (organizer_id, id, event_id, code, percent_basis_points, amount_minor, currency, types,
             minimum_minor, from_ms, until_ms, most_uses, most_per_person, first_order, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (id) do nothing returning id",
        organizer.0,
        new.id.0,
        new.event.map(|event| event.0),
        new.word.as_str(),
        percent,
        amount,
        new.currency.code(),
        &types,
        new.reduction.minimum.map_or(0, |least| least.minor),
        new.from_ms,
        new.until_ms,
        new.most_uses.map(u32::cast_signed),
        new.most_per_person.map(u32::cast_signed),
        new.first_order,
        now_ms
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(word_used)?;
    if made.is_some() {
        return Ok(Made::Now);
    }
    let known = by_id(connection, organizer, new.id).await?;
    known
        .map(|_| Made::Before)
        .ok_or(WritePromoError::NoSuchCode)
}

/// Writes a code anew; its event stays.
pub async fn change(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    new: &NewPromo,
) -> Result<(), WritePromoError> {
    let known = by_id(&mut *connection, organizer, new.id).await?;
    let known = known.ok_or(WritePromoError::NoSuchCode)?;
    if known.ended_ms.is_some() {
        return Err(WritePromoError::Ended);
    }
    let event = known.event;
    let new = &NewPromo {
        event,
        ..new.clone()
    };
    check(connection, organizer, new).await?;
    let (percent, amount) = columns(new.reduction.off);
    let types: Vec<i32> = new.reduction.types.iter().map(|no| no.0.into()).collect();
    let most_uses = new.most_uses.map(u32::cast_signed);
    let changed = sqlx::query_scalar!(
        "update promo_codes set code = $3, percent_basis_points = $4, amount_minor = $5, currency = $6, types = $7,
             minimum_minor = $8, from_ms = $9, until_ms = $10, most_uses = $11, most_per_person = $12, first_order = $13
         where organizer_id = $1 and id = $2 and ended_ms is null and ($11::integer is null or taken <= $11)
         returning id",
        organizer.0,
        new.id.0,
        new.word.as_str(),
        percent,
        amount,
        new.currency.code(),
        &types,
        new.reduction.minimum.map_or(0, |least| least.minor),
        new.from_ms,
        new.until_ms,
        most_uses,
        new.most_per_person.map(u32::cast_signed),
        new.first_order
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(word_used)?;
    if changed.is_some() {
        return Ok(());
    }
    let now = by_id(connection, organizer, new.id).await?;
    let now = now.ok_or(WritePromoError::NoSuchCode)?;
    Err(match now.ended_ms {
        Some(_) => WritePromoError::Ended,
        None => WritePromoError::LimitBelowTaken {
            taken: now.taken.into(),
        },
    })
}

/// Ends a code for good. Orders that have it keep their price.
pub async fn end(
    executor: impl PgExecutor<'_>,
    (organizer, id): (OrganizerId, PromoId),
    now_ms: UnixMillis,
) -> Result<(), WritePromoError> {
    let ended = sqlx::query_scalar!(
        "update promo_codes set ended_ms = coalesce(ended_ms, $3) where organizer_id = $1 and id = $2 returning id",
        organizer.0,
        id.0,
        now_ms
    )
    .fetch_optional(executor)
    .await?;
    ended.map(drop).ok_or(WritePromoError::NoSuchCode)
}

/// One code.
pub async fn by_id(
    executor: impl PgExecutor<'_>,
    organizer: OrganizerId,
    id: PromoId,
) -> Result<Option<PromoCode>, sqlx::Error> {
    let row = sqlx::query_as!(
        PromoRow,
        "select id, event_id, code, percent_basis_points, amount_minor, currency, types, minimum_minor, from_ms, until_ms,
             most_uses, most_per_person, first_order, taken, ended_ms
         from promo_codes where organizer_id = $1 and id = $2",
        organizer.0,
        id.0
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(PromoCode::try_from).transpose()?)
}

/// An organizer's codes, those that are good first, the newest of them first; of one event with those of all.
pub async fn of_organizer(
    executor: impl PgExecutor<'_>,
    organizer: OrganizerId,
    event: Option<EventId>,
) -> Result<Vec<PromoCode>, sqlx::Error> {
    let rows = sqlx::query_as!(
        PromoRow,
        "select id, event_id, code, percent_basis_points, amount_minor, currency, types, minimum_minor, from_ms, until_ms,
             most_uses, most_per_person, first_order, taken, ended_ms
         from promo_codes
         where organizer_id = $1 and ($2::uuid is null or event_id is null or event_id = $2)
         order by ended_ms is not null, created_ms desc, id limit $3",
        organizer.0,
        event.map(|event| event.0),
        MOST_LISTED
    )
    .fetch_all(executor)
    .await?;
    let codes = rows.into_iter().map(PromoCode::try_from);
    Ok(codes.collect::<Result<_, _>>()?)
}

/// Whether event and types are the organizer's.
async fn check(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    new: &NewPromo,
) -> Result<(), WritePromoError> {
    let Some(event) = new.event else {
        return Ok(());
    };
    let known = read(connection, event)
        .await?
        .filter(|known| known.organizer.id == organizer)
        .ok_or(WritePromoError::NoSuchEvent)?;
    if known.currency != new.currency.code() {
        return Err(WritePromoError::OtherCurrency);
    }
    let mut types = new.reduction.types.iter();
    if types.all(|no| known.type_of(*no).is_some()) {
        Ok(())
    } else {
        Err(WritePromoError::NoSuchType)
    }
}

fn columns(off: Off) -> (Option<i32>, Option<i64>) {
    match off {
        Off::Percent(points) => (Some(points.get().cast_signed()), None),
        Off::Amount(amount) => (None, Some(amount.minor)),
    }
}

fn word_used(error: sqlx::Error) -> WritePromoError {
    let is_word = error
        .as_database_error()
        .is_some_and(|error| error.constraint() == Some("promo_codes_word"));
    if is_word {
        WritePromoError::WordUsed
    } else {
        error.into()
    }
}

impl From<WritePromoError> for ApiError {
    fn from(error: WritePromoError) -> Self {
        match error {
            WritePromoError::NoSuchCode => Self::not_found("promo code"),
            WritePromoError::NoSuchEvent => {
                Self::invalid([("event_id", "is none of the organizer's events")])
            }
            WritePromoError::NoSuchType => {
                Self::invalid([("types", "only types of the event that are on sale")])
            }
            WritePromoError::OtherCurrency => Self::invalid([("currency", "must be the event's")]),
            WritePromoError::WordUsed => Self::new(
                ErrorCode::AlreadyExists,
                "Another code with this word is good now; end that one first, or choose another word.",
            ),
            WritePromoError::LimitBelowTaken { taken } => Self::new(
                ErrorCode::Conflict,
                format!("{taken} orders have this code; the limit can be {taken} or more."),
            )
            .with_field("most_uses", format!("must be at least {taken}")),
            WritePromoError::Ended => Self::new(
                ErrorCode::Conflict,
                "This code was ended, and stays so; make another one.",
            ),
            WritePromoError::Database(source) => source.into(),
        }
    }
}
