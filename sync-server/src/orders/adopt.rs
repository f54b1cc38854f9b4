//! Orders that were bought without an account come to one, by the proof that opens them anyway: the secret of their link, or
//! the mailbox that the link was sent to.

use shared::ids::{OrderId, UserId};
use sqlx::PgPool;

use super::access::Holder;

/// By the order's link. Whether it is the account's now.
pub(crate) async fn adopt_by_link(
    pool: &PgPool,
    order: OrderId,
    holder: &Holder,
) -> Result<bool, sqlx::Error> {
    let (Some(account), Some(hash)) = (holder.account, holder.secret_hash()) else {
        return Ok(false);
    };
    let adopted = sqlx::query!(
        "update orders set account_id = $2
         where id = $1 and account_id is null and secret_hash = $3 and issued_ms is not null",
        order.0,
        account.0,
        hash.as_slice(),
    )
    .execute(pool)
    .await?;
    Ok(adopted.rows_affected() == 1)
}

/// How many were sent to the account's mailbox and are nobody's; none while nobody has shown to read it.
pub(crate) async fn adoptable(pool: &PgPool, account: UserId) -> Result<u32, sqlx::Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from orders o join accounts a on lower(o.email) = lower(a.email)
           where a.id = $1 and a.email_verified_ms is not null and a.erased_ms is null
             and o.account_id is null and o.issued_ms is not null"#,
        account.0,
    )
    .fetch_one(pool)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Makes those the account's.
pub(crate) async fn adopt_by_mailbox(pool: &PgPool, account: UserId) -> Result<(), sqlx::Error> {
    // In ascending order, as locks are taken.
    sqlx::query!(
        "with mine as (
             select o.organizer_id, o.event_id, o.id from orders o join accounts a on lower(o.email) = lower(a.email)
             where a.id = $1 and a.email_verified_ms is not null and a.erased_ms is null
               and o.account_id is null and o.issued_ms is not null
             order by o.organizer_id, o.event_id, o.id for update of o)
         update orders o set account_id = $1 from mine m
         where o.organizer_id = m.organizer_id and o.event_id = m.event_id and o.id = m.id",
        account.0,
    )
    .execute(pool)
    .await
    .map(drop)
}
