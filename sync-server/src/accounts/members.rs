//! Who works for an organizer, and as what. There is always an owner.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::roles::Role;
use crate::app::App;
use crate::database::transaction;
use crate::door::supervisors;
use crate::web::ApiError;

/// Somebody who works for an organizer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Member {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) account_id: UserId,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Codes of an app, or a passkey.
    pub(crate) has_second_step: bool,
    /// Unix milliseconds.
    pub(crate) since_ms: UnixMillis,
}

/// Who shall be a member, and as what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberRequest {
    /// Of an account that exists.
    pub(crate) email: String,
    pub(crate) role: Role,
}

/// By name. Bounded: an organizer has tens of members, and the first 500 are listed.
pub(crate) async fn list(app: &App, organizer: OrganizerId) -> Result<Vec<Member>, ApiError> {
    let rows = sqlx::query!(
        r#"select m.account_id, m.role, m.created_ms, a.email, a.name,
             exists (select from second_factors f where f.account_id = a.id and f.confirmed_ms is not null)
               or exists (select from passkeys p where p.account_id = a.id) as "has_second_step!"
           from memberships m join accounts a on a.id = m.account_id
           where m.organizer_id = $1 order by a.name, a.id limit 500"#,
        organizer.0,
    )
    .fetch_all(&app.pool)
    .await?;
    let members = rows.into_iter().filter_map(|row| {
        Some(Member {
            account_id: UserId(row.account_id),
            email: row.email,
            name: row.name,
            role: Role::from_text(&row.role)?,
            has_second_step: row.has_second_step,
            since_ms: row.created_ms,
        })
    });
    Ok(members.collect())
}

/// Adds a member, or gives one another role.
pub(crate) async fn set(
    app: &App,
    organizer: OrganizerId,
    request: &MemberRequest,
) -> Result<Member, ApiError> {
    let account = sqlx::query!(
        r#"select id, email, name,
             exists (select from second_factors f where f.account_id = accounts.id and f.confirmed_ms is not null)
               or exists (select from passkeys p where p.account_id = accounts.id) as "has_second_step!"
           from accounts where lower(email) = lower($1) and erased_ms is null"#,
        request.email.trim(),
    )
    .fetch_optional(&app.pool)
    .await?
    .ok_or_else(|| {
        ApiError::invalid([(
            "email",
            "no account has this address; ask them to register first",
        )])
    })?;
    let account_id = UserId(account.id);
    let mut tx = transaction::begin(&app.pool).await?;
    if request.role != Role::Owner {
        keep_an_owner(&mut tx, organizer, account_id).await?;
    }
    let since_ms = sqlx::query_scalar!(
        "insert into memberships (organizer_id, account_id, role, created_ms) values ($1, $2, $3, $4)
         on conflict (organizer_id, account_id) do update set role = excluded.role returning created_ms",
        organizer.0,
        account.id,
        request.role.as_str(),
        app.now_ms(),
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account_id);
    Ok(Member {
        account_id,
        email: account.email,
        name: account.name,
        role: request.role,
        has_second_step: account.has_second_step,
        since_ms,
    })
}

/// Ends a membership.
pub(crate) async fn remove(
    app: &App,
    organizer: OrganizerId,
    account: UserId,
) -> Result<(), ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    keep_an_owner(&mut tx, organizer, account).await?;
    let removed = sqlx::query!(
        "delete from memberships where organizer_id = $1 and account_id = $2",
        organizer.0,
        account.0,
    )
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Err(ApiError::not_found("member"));
    }
    supervisors::membership_ended(&mut tx, organizer, app.now_ms()).await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(())
}

/// Refuses if `leaving` is the only owner. Locks the owners, so that two of them can't leave at the same time.
async fn keep_an_owner(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    leaving: UserId,
) -> Result<(), ApiError> {
    let owners = sqlx::query_scalar!(
        "select account_id from memberships where organizer_id = $1 and role = 'owner' order by account_id for update",
        organizer.0,
    )
    .fetch_all(connection)
    .await?;
    if owners == [leaving.0] {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "This is the only owner. Make somebody else an owner first; nothing was changed.",
        ));
    }
    Ok(())
}

/// A member's name; `None` = no member. The membership stays until the end of the caller's transaction.
pub async fn member_name(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    account: UserId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select a.name from memberships m join accounts a on a.id = m.account_id
         where m.organizer_id = $1 and m.account_id = $2 for key share of m",
        organizer.0,
        account.0,
    )
    .fetch_optional(connection)
    .await
}

/// All members by name, at most 500.
pub async fn member_names(
    connection: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<(UserId, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select a.id, a.name from memberships m join accounts a on a.id = m.account_id
         where m.organizer_id = $1 order by a.name, a.id limit 500",
        organizer.0,
    )
    .fetch_all(connection)
    .await?;
    let names = rows.into_iter().map(|row| (UserId(row.id), row.name));
    Ok(names.collect())
}

/// Whether some organizer would be left without an owner.
pub(crate) async fn is_only_owner(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<bool, sqlx::Error> {
    let owned = sqlx::query!(
        "select o.organizer_id, o.account_id from memberships o
         where o.role = 'owner' and o.organizer_id in
           (select m.organizer_id from memberships m where m.account_id = $1 and m.role = 'owner')
         order by o.organizer_id, o.account_id for update",
        account.0,
    )
    .fetch_all(connection)
    .await?;
    let mine = owned.iter().filter(|row| row.account_id == account.0);
    Ok(mine.map(|row| row.organizer_id).any(|organizer| {
        owned
            .iter()
            .filter(|row| row.organizer_id == organizer)
            .count()
            == 1
    }))
}
