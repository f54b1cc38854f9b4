//! A person goes. The row stays, without the person: orders name it, and the law has them kept.

use std::collections::BTreeSet;

use shared::ids::{OrganizerId, UserId};
use shared::wire::latest::ErrorCode;

use super::members;
use super::oidc;
use super::passkeys;
use super::second_factor;
use super::session;
use crate::app::App;
use crate::database::transaction;
use crate::door::supervisors;
use crate::orders::waiting_list;
use crate::web::ApiError;

/// Erases name, address, password, log-ins, links, numbers, memberships and places in waiting lists. Orders are kept as they are.
pub(crate) async fn erase(app: &App, account: UserId) -> Result<(), ApiError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    if members::is_only_owner(&mut tx, account).await? {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "You are the only owner of an organizer. Make somebody else an owner first; nothing was erased.",
        ));
    }
    // While the address is known.
    waiting_list::drop_places(&mut tx, account).await?;
    sqlx::query!(
        "update accounts set email = 'erased-' || id || '@invalid', name = '', password_hash = null,
           email_verified_ms = null, is_platform_admin = false, erased_ms = $2
         where id = $1 and erased_ms is null",
        account.0,
        now_ms,
    )
    .execute(&mut *tx)
    .await?;
    let left = sqlx::query_scalar!(
        "delete from memberships where account_id = $1 returning organizer_id",
        account.0
    )
    .fetch_all(&mut *tx)
    .await?;
    // In ascending order, as locks are taken.
    for organizer in left.into_iter().collect::<BTreeSet<_>>() {
        supervisors::membership_ended(&mut tx, OrganizerId(organizer), now_ms).await?;
    }
    sqlx::query!("delete from account_links where account_id = $1", account.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "delete from order_phones p using orders o
         where o.account_id = $1 and p.organizer_id = o.organizer_id and p.event_id = o.event_id and p.order_id = o.id",
        account.0
    )
    .execute(&mut *tx)
    .await?;
    second_factor::drop_for(&mut tx, account).await?;
    passkeys::drop_for(&mut tx, account).await?;
    oidc::drop_for(&mut tx, account).await?;
    session::end_all(&mut tx, account, now_ms).await?;
    sqlx::query!(
        "update sessions set client = null where account_id = $1",
        account.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(())
}
