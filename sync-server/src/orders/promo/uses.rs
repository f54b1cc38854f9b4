//! Uses of codes: looked up, taken with a hold or for a till, freed with it. A limit of N is never N + 1, whoever asks at once: the
//! counter is changed by one conditional statement, and the table's constraint stands behind it.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, PromoId, UserId};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::{PromoCode, PromoRow, Refusal};
use crate::catalog::word::Word;

/// As far as it is known who buys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// Who is logged in.
    pub account: Option<UserId>,
    /// Where the tickets go.
    pub email: Option<&'a str>,
}

/// What the word means for the event: its own code before one of all events, one that is good before one that was ended.
pub async fn find(
    executor: impl PgExecutor<'_>,
    (organizer, event): (OrganizerId, EventId),
    typed: &str,
) -> Result<Option<PromoCode>, sqlx::Error> {
    let Some(word) = Word::typed(typed) else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        PromoRow,
        "select id, event_id, code, percent_basis_points, amount_minor, currency, types, minimum_minor, from_ms, until_ms,
             most_uses, most_per_person, first_order, taken, ended_ms
         from promo_codes
         where organizer_id = $1 and (event_id = $2 or event_id is null) and code = $3
         order by ended_ms is not null, event_id is null, created_ms desc limit 1",
        organizer.0,
        event.0,
        word.as_str()
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(PromoCode::try_from).transpose()?)
}

/// The same, if it can be used now.
pub async fn usable(
    executor: impl PgExecutor<'_>,
    of: (OrganizerId, EventId),
    typed: &str,
    now_ms: UnixMillis,
) -> Result<Result<PromoCode, Refusal>, sqlx::Error> {
    Ok(match find(executor, of, typed).await? {
        None => Err(Refusal::Unknown),
        Some(code) => code.check(now_ms).map(|()| code),
    })
}

/// Takes a use for `order`. The code's row stays locked to the end of the transaction, so that two orders of one person
/// are looked at one after the other.
pub async fn take(
    connection: &mut PgConnection,
    promo: PromoId,
    order: OrderId,
    person: Person<'_>,
) -> Result<Result<(), Refusal>, sqlx::Error> {
    match take_one(connection, promo).await? {
        Ok(()) => check_person(connection, promo, order, person).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Takes a use, whoever it is for. The code's row stays locked to the end of the transaction.
pub async fn take_one(
    connection: &mut PgConnection,
    promo: PromoId,
) -> Result<Result<(), Refusal>, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        "update promo_codes set taken = taken + 1
         where id = $1 and ended_ms is null and (most_uses is null or taken < most_uses)
         returning id",
        promo.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(taken.map(drop).ok_or(Refusal::UsedUp))
}

/// Takes a use that was made where nobody could be asked, also if the code has ended since: if one is left, since a limit of N
/// is never N + 1. The code's word; `None`: the organizer has no such code.
pub async fn take_late(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    promo: PromoId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query!(
        "update promo_codes set taken = taken + 1
         where organizer_id = $1 and id = $2 and (most_uses is null or taken < most_uses)",
        organizer.0,
        promo.0
    )
    .execute(&mut *connection)
    .await?;
    word(connection, organizer, promo).await
}

/// A code's word; `None`: the organizer has no such code.
pub async fn word(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    promo: PromoId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select code from promo_codes where organizer_id = $1 and id = $2",
        organizer.0,
        promo.0
    )
    .fetch_optional(connection)
    .await
}

/// Takes the use again that an order had whose time was up: its price was promised, also if the code has ended since.
/// Whether one was left.
pub async fn take_again(
    connection: &mut PgConnection,
    order: OrderId,
) -> Result<bool, sqlx::Error> {
    let left = sqlx::query_scalar!(
        r#"with had as (select promo_id from orders where id = $1 and promo_id is not null),
           taken as (
               update promo_codes p set taken = p.taken + 1 from had
               where p.id = had.promo_id and (p.most_uses is null or p.taken < p.most_uses)
               returning p.id
           )
           select (not exists (select from had) or exists (select from taken)) as "left!""#,
        order.0
    )
    .fetch_one(connection)
    .await?;
    Ok(left)
}

/// Whether this person may use it for `order`, as far as one knows who it is. Locks the code's row.
pub async fn check_person(
    connection: &mut PgConnection,
    promo: PromoId,
    order: OrderId,
    person: Person<'_>,
) -> Result<Result<(), Refusal>, sqlx::Error> {
    let terms = sqlx::query!(
        "select organizer_id, most_per_person, first_order from promo_codes where id = $1 for update",
        promo.0
    )
    .fetch_one(&mut *connection)
    .await?;
    // A first order is one: also while another is not paid yet.
    let most = match (terms.most_per_person, terms.first_order) {
        (_, true) => Some(1),
        (most, false) => most.map(i64::from),
    };
    let is_nobody = person.account.is_none() && person.email.is_none();
    let Some(most) = most.filter(|_| !is_nobody) else {
        return Ok(Ok(()));
    };
    let known = sqlx::query!(
        r#"select
             (select count(*) from orders
              where promo_id = $2 and id <> $3 and state in ('held', 'paid', 'refunded')
                and (account_id = $4 or lower(email) = lower($5))) as "uses!",
             $6 and exists (select from orders
              where organizer_id = $1 and paid_ms is not null and id <> $3 and state in ('paid', 'refunded')
                and (account_id = $4 or lower(email) = lower($5))) as "bought!""#,
        terms.organizer_id,
        promo.0,
        order.0,
        person.account.map(|account| account.0) as Option<Uuid>,
        person.email,
        terms.first_order
    )
    .fetch_one(connection)
    .await?;
    Ok(if known.bought {
        Err(Refusal::NotFirst)
    } else if known.uses >= most {
        Err(Refusal::UsedBefore)
    } else {
        Ok(())
    })
}

/// Gives uses back, so many of each code.
pub async fn free(
    connection: &mut PgConnection,
    promos: &[Uuid],
    counts: &[i64],
) -> Result<(), sqlx::Error> {
    if promos.is_empty() {
        return Ok(());
    }
    // In ascending order, as locks are taken.
    sqlx::query!(
        "with freed as (
             select p.id, f.count from promo_codes p join unnest($1::uuid[], $2::bigint[]) as f (id, count) using (id)
             order by p.id for update of p
         )
         update promo_codes p set taken = p.taken - freed.count::int from freed where p.id = freed.id",
        promos,
        counts
    )
    .execute(connection)
    .await
    .map(drop)
}
