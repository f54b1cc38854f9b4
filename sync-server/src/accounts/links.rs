//! Links sent by mail: they prove who reads that mailbox. Good once; only their SHA-256 is stored.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::ids::UserId;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::oidc;
use super::passkeys;
use super::password::Password;
use super::second_factor;
use super::session;
use crate::app::App;
use crate::database::transaction;
use crate::edge::random_bytes;
use crate::messages::outbox::{self, Mail};
use crate::web::ApiError;

const VERIFY_MS: i64 = 7 * 24 * 3_600_000;
const RESET_MS: i64 = 3_600_000;
const LOG_IN_MS: i64 = 15 * 60_000;
/// Asking again and again fills no mailbox: one mail of a kind in so much time.
const ONE_MAIL_PER_MS: i64 = 5 * 60_000;

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The address is right.
    Verify,
    /// A new password may be chosen.
    Reset,
    /// The account itself.
    LogIn,
    /// The code that the account asks for after the first step. No mail carries it.
    SecondStep,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::LogIn => "login",
            Self::SecondStep => "second_step",
        }
    }

    /// The page that the link opens, below the language.
    fn page(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::LogIn => "login/link",
            Self::SecondStep => "login/code",
        }
    }

    fn lasts_ms(self) -> i64 {
        match self {
            Self::Verify => VERIFY_MS,
            Self::Reset => RESET_MS,
            Self::LogIn | Self::SecondStep => LOG_IN_MS,
        }
    }
}

/// The secret of a new link, which nobody else knows.
pub(super) async fn make(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
    purpose: Purpose,
) -> Result<String, sqlx::Error> {
    let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let hash: [u8; 32] = Sha256::digest(&token).into();
    sqlx::query!(
        "insert into account_links (token_hash, account_id, purpose, expires_ms) values ($1, $2, $3, $4)",
        hash.as_slice(),
        account.0,
        purpose.as_str(),
        app.now_ms() + purpose.lasts_ms(),
    )
    .execute(connection)
    .await?;
    Ok(token)
}

/// Writes a mail with a new link, in the caller's transaction.
pub(crate) async fn send(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
    purpose: Purpose,
) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    let token = make(app, connection, account, purpose).await?;
    let person = sqlx::query!(
        "select email, language from accounts where id = $1",
        account.0
    )
    .fetch_one(&mut *connection)
    .await?;
    let (url, language) = (&app.config.public_url, &person.language);
    let page = purpose.page();
    let link = format!("{url}/{language}/{page}?token={token}");
    let mail = Mail {
        dedupe_key: format!(
            "{}/{account}/{}",
            purpose.as_str(),
            now_ms / ONE_MAIL_PER_MS
        ),
        recipient: person.email,
        language: person.language,
        template: purpose.as_str().into(),
        payload: serde_json::json!({ "link": link }),
    };
    outbox::enqueue(connection, &[mail], now_ms).await
}

/// A link for whoever has an account with that address, sent behind the asker's back: how long it takes would tell whether
/// there is such an account.
pub(crate) fn request_unseen(app: &App, email: String, purpose: Purpose) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = request(&app, &email, purpose).await {
            tracing::warn!(
                ?error,
                purpose = purpose.as_str(),
                "a mail with a link was not written"
            );
        }
    });
}

async fn request(app: &App, email: &str, purpose: Purpose) -> Result<(), ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let account = sqlx::query_scalar!(
        "select id from accounts where lower(email) = lower($1) and erased_ms is null",
        email.trim(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(account) = account {
        send(app, &mut tx, UserId(account), purpose).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The mailbox is theirs.
pub(crate) async fn verify(app: &App, token: &str) -> Result<(), ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let account = redeem(app, &mut tx, token, Purpose::Verify).await?;
    mark_verified(app, &mut tx, account).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the new password and ends every log-in made with the old one.
pub(crate) async fn reset(app: &App, token: &str, password: Password) -> Result<(), ApiError> {
    let hash = app.accounts.passwords.hash(password).await;
    let hash = hash.map_err(ApiError::internal)?;
    let mut tx = transaction::begin(&app.pool).await?;
    let account = redeem(app, &mut tx, token, Purpose::Reset).await?;
    // Whoever got the link reads that mailbox.
    drop_strangers(&mut tx, account).await?;
    sqlx::query!(
        "update accounts set password_hash = $2 where id = $1",
        account.0,
        hash
    )
    .execute(&mut *tx)
    .await?;
    mark_verified(app, &mut tx, account).await?;
    sqlx::query!(
        "update account_links set used_ms = $2 where account_id = $1 and purpose = 'reset' and used_ms is null",
        account.0,
        app.now_ms(),
    )
    .execute(&mut *tx)
    .await?;
    session::end_all(&mut tx, account, app.now_ms()).await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(())
}

/// Who may come in by this link.
pub(crate) async fn log_in(app: &App, token: &str) -> Result<UserId, ApiError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let account = redeem(app, &mut tx, token, Purpose::LogIn).await?;
    if drop_strangers(&mut tx, account).await? == Maker::Unproven {
        session::end_all(&mut tx, account, now_ms).await?;
    }
    mark_verified(app, &mut tx, account).await?;
    tx.commit().await?;
    app.accounts.sessions.forget_account(account);
    Ok(account)
}

/// Whether whoever made an account had shown to read its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Maker {
    Proven,
    Unproven,
}

/// Where nobody had shown before to read the mailbox, whoever made the account may be somebody else than the one who reads
/// it now: his password, his second step, his passkeys and his log-ins elsewhere are no good any more.
async fn drop_strangers(
    connection: &mut PgConnection,
    account: UserId,
) -> Result<Maker, sqlx::Error> {
    let unproven = sqlx::query!(
        "update accounts set password_hash = null where id = $1 and email_verified_ms is null",
        account.0,
    )
    .execute(&mut *connection)
    .await?;
    if unproven.rows_affected() == 0 {
        return Ok(Maker::Proven);
    }
    second_factor::drop_for(connection, account).await?;
    passkeys::drop_for(connection, account).await?;
    oidc::drop_for(connection, account).await?;
    Ok(Maker::Unproven)
}

/// The account, as long as the link is good; it stays so.
pub(super) async fn account_of(
    app: &App,
    token: &str,
    purpose: Purpose,
) -> Result<UserId, ApiError> {
    let hash: [u8; 32] = Sha256::digest(token).into();
    let account = sqlx::query_scalar!(
        "select l.account_id from account_links l join accounts a on a.id = l.account_id
         where l.token_hash = $1 and l.purpose = $2 and l.used_ms is null and l.expires_ms > $3 and a.erased_ms is null",
        hash.as_slice(),
        purpose.as_str(),
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await?;
    account.map(UserId).ok_or_else(expired)
}

/// Whose link it is, as long as it is good.
pub(crate) async fn mailbox_of(
    app: &App,
    token: &str,
    purpose: Purpose,
) -> Result<Option<String>, sqlx::Error> {
    let hash: [u8; 32] = Sha256::digest(token).into();
    sqlx::query_scalar!(
        "select a.email from account_links l join accounts a on a.id = l.account_id
         where l.token_hash = $1 and l.purpose = $2 and l.used_ms is null and l.expires_ms > $3 and a.erased_ms is null",
        hash.as_slice(),
        purpose.as_str(),
        app.now_ms(),
    )
    .fetch_optional(&app.pool)
    .await
}

async fn mark_verified(
    app: &App,
    connection: &mut PgConnection,
    account: UserId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update accounts set email_verified_ms = coalesce(email_verified_ms, $2) where id = $1",
        account.0,
        app.now_ms(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses a link up.
pub(super) async fn redeem(
    app: &App,
    connection: &mut PgConnection,
    token: &str,
    purpose: Purpose,
) -> Result<UserId, ApiError> {
    let hash: [u8; 32] = Sha256::digest(token).into();
    let account = sqlx::query_scalar!(
        "update account_links l set used_ms = $3 from accounts a
         where l.token_hash = $1 and l.purpose = $2 and l.used_ms is null and l.expires_ms > $3
           and a.id = l.account_id and a.erased_ms is null
         returning l.account_id",
        hash.as_slice(),
        purpose.as_str(),
        app.now_ms(),
    )
    .fetch_optional(connection)
    .await?;
    account.map(UserId).ok_or_else(expired)
}

fn expired() -> ApiError {
    ApiError::new(
        ErrorCode::LinkExpired,
        "This link was used already or its time is over. Ask for a new one; nothing was changed.",
    )
}
