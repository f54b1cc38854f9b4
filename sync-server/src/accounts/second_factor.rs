//! A second step at the log-in, for whoever wants it: a code of an app, or one on paper.

use std::net::{IpAddr, Ipv6Addr};

use shared::ids::UserId;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::login_guard::Attempt;
use super::recovery;
use super::totp::{TotpCode, TotpSecret};
use crate::app::App;
use crate::database::transaction;
use crate::web::{ApiError, ClientAddress};

/// A secret that waits to be confirmed is another one after this time: whoever saw it once must not know it for ever.
const OFFERED_MS: i64 = 15 * 60_000;

/// Where an account stands.
#[derive(Clone)]
pub(crate) enum SecondFactor {
    /// It is off, and an app may join in by this.
    Off(Offered),
    On {
        /// Codes on paper that are unused.
        recovery_left: u32,
    },
}

/// What an app reads to join in.
#[derive(Clone)]
pub(crate) struct Offered {
    /// For the picture.
    pub(crate) address: String,
    /// To type.
    pub(crate) secret: String,
}

fn purpose(account: UserId) -> String {
    format!("second_factor/{account}")
}

/// Whether an account has a second step.
pub(crate) async fn is_on(app: &App, account: UserId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from second_factors where account_id = $1 and confirmed_ms is not null) as "on!""#,
        account.0,
    )
    .fetch_one(&app.pool)
    .await
}

/// Where it stands. What is offered stays the same for a while, so that a page may be loaded again.
pub(crate) async fn standing(
    app: &App,
    account: UserId,
    email: &str,
) -> Result<SecondFactor, ApiError> {
    let new = TotpSecret::new();
    let sealed = app.vault.seal(&purpose(account), &new.0);
    let now_ms = app.now_ms();
    let mut connection = app.pool.acquire().await?;
    let offered = sqlx::query_scalar!(
        "insert into second_factors as f (account_id, secret_sealed, created_ms) values ($1, $2, $3)
         on conflict (account_id) do update set
             secret_sealed = case when f.created_ms > $4 then f.secret_sealed else excluded.secret_sealed end,
             created_ms = case when f.created_ms > $4 then f.created_ms else excluded.created_ms end
         where f.confirmed_ms is null
         returning secret_sealed",
        account.0,
        sealed,
        now_ms,
        now_ms - OFFERED_MS,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(offered) = offered else {
        return Ok(SecondFactor::On {
            recovery_left: recovery::left(&mut connection, account).await?,
        });
    };
    let secret = unsealed(app, account, &offered)?;
    Ok(SecondFactor::Off(Offered {
        address: secret.address(email),
        secret: secret.shown(),
    }))
}

fn unsealed(app: &App, account: UserId, sealed: &[u8]) -> Result<TotpSecret, ApiError> {
    let secret = app.vault.unseal_array(&purpose(account), sealed);
    secret.map(TotpSecret).map_err(ApiError::internal)
}

/// Whose code it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Of an app that joins in.
    New,
    /// Of one that has.
    Known,
}

/// Turns it on, once the app has shown to know the secret; gives the codes for paper.
pub(crate) async fn turn_on(
    app: &App,
    account: UserId,
    typed: &str,
) -> Result<Vec<String>, ApiError> {
    let attempt = count(app, account)?;
    let mut tx = transaction::begin(&app.pool).await?;
    if !take_of_app(app, &mut tx, account, typed, Asked::New).await? {
        return Err(wrong_code());
    }
    let codes = recovery::renew(&mut tx, account).await?;
    tx.commit().await?;
    app.accounts.guard.succeeded(attempt);
    Ok(codes)
}

/// Takes a code, of the app or on paper; each is taken once.
pub(crate) async fn check(app: &App, account: UserId, typed: &str) -> Result<(), ApiError> {
    let attempt = count(app, account)?;
    let mut tx = transaction::begin(&app.pool).await?;
    let is_good = take_of_app(app, &mut tx, account, typed, Asked::Known).await?
        || recovery::take(&mut tx, account, typed, app.now_ms()).await?;
    if !is_good {
        return Err(wrong_code());
    }
    tx.commit().await?;
    app.accounts.guard.succeeded(attempt);
    Ok(())
}

/// New codes for paper, for one that is good.
pub(crate) async fn new_recovery(
    app: &App,
    account: UserId,
    typed: &str,
) -> Result<Vec<String>, ApiError> {
    check(app, account, typed).await?;
    let mut tx = transaction::begin(&app.pool).await?;
    let codes = recovery::renew(&mut tx, account).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Turns it off, for a code that is good.
pub(crate) async fn turn_off(app: &App, account: UserId, typed: &str) -> Result<(), ApiError> {
    check(app, account, typed).await?;
    let mut tx = transaction::begin(&app.pool).await?;
    drop_for(&mut tx, account).await?;
    tx.commit().await?;
    Ok(())
}

/// Without a second step, and without its secrets.
pub(super) async fn drop_for(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from recovery_codes where account_id = $1",
        account.0
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from second_factors where account_id = $1",
        account.0
    )
    .execute(connection)
    .await
    .map(drop)
}

/// Six digits are few: they are counted for the account, from wherever they are tried.
fn count(app: &App, account: UserId) -> Result<Attempt, ApiError> {
    let anywhere = ClientAddress(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    let attempt = Attempt::new(anywhere.key(), &purpose(account));
    app.accounts.guard.begin(attempt, app.now_ms())?;
    Ok(attempt)
}

async fn take_of_app(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
    typed: &str,
    asked: Asked,
) -> Result<bool, ApiError> {
    let Some(code) = TotpCode::typed(typed) else {
        return Ok(false);
    };
    let row = sqlx::query!(
        "select secret_sealed, last_step, confirmed_ms from second_factors where account_id = $1 for update",
        account.0,
    )
    .fetch_optional(&mut *connection)
    .await?;
    let asked_for = |confirmed: Option<i64>| match asked {
        Asked::New => confirmed.is_none(),
        Asked::Known => confirmed.is_some(),
    };
    let Some(row) = row.filter(|row| asked_for(row.confirmed_ms)) else {
        return Ok(false);
    };
    let secret = unsealed(app, account, &row.secret_sealed)?;
    let Some(step) = secret.step_of(code, app.now_ms(), row.last_step) else {
        return Ok(false);
    };
    sqlx::query!(
        "update second_factors set last_step = $2, confirmed_ms = coalesce(confirmed_ms, $3) where account_id = $1",
        account.0,
        step,
        app.now_ms(),
    )
    .execute(connection)
    .await?;
    Ok(true)
}

fn wrong_code() -> ApiError {
    ApiError::new(
        ErrorCode::WrongCredentials,
        "This code is not the one of now, or it was used already. Take the next one that the app shows.",
    )
    .with_field("code", "not the one of now, or used already")
}
