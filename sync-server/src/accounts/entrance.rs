//! Registering and logging in.

use axum::http::HeaderMap;
use shared::clock::UnixMillis;
use shared::ids::UserId;
use shared::language::Language;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;

use super::identity::session_cookie;
use super::links::{self, Purpose};
use super::login_guard::Attempt;
use super::password::{Password, Verdict};
use super::second_asked;
use super::second_factor;
use super::session::{self, NewSession, SessionKind};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::{ApiError, ClientAddress};

/// A new account as asked for, checked.
#[derive(Debug)]
pub(crate) struct NewAccount {
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) password: Password,
    pub(crate) language: Language,
}

/// What of a new account is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountField {
    Email,
    Name,
    Password,
}

/// A person's name as it is stored; else what is wrong with it.
pub(crate) fn parse_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.chars().any(char::is_control) {
        return Err("has a sign that is no letter");
    }
    match name.chars().count() {
        0 => Err("is missing"),
        1..=100 => Ok(name.to_owned()),
        _ => Err("is longer than 100 characters"),
    }
}

/// An address of mail as it is stored; else what is wrong with it.
pub(crate) fn parse_email(text: &str) -> Result<String, &'static str> {
    let trimmed = text.trim();
    if trimmed.len() > 254 || trimmed.parse::<lettre::Address>().is_err() {
        return Err("is not an e-mail address such as ana@example.org");
    }
    Ok(trimmed.to_owned())
}

impl NewAccount {
    /// From a page's form; else every field that is wrong.
    pub(crate) fn typed(
        email: &str,
        name: &str,
        password: String,
        language: Language,
    ) -> Result<Self, Vec<AccountField>> {
        match (
            parse_email(email),
            parse_name(name),
            Password::chosen(password),
        ) {
            (Ok(email), Ok(name), Ok(password)) => Ok(Self {
                email,
                name,
                password,
                language,
            }),
            (email, name, password) => {
                let wrong = [
                    (email.is_err(), AccountField::Email),
                    (name.is_err(), AccountField::Name),
                    (password.is_err(), AccountField::Password),
                ];
                let wrong = wrong.into_iter().filter(|(is_wrong, _)| *is_wrong);
                Err(wrong.map(|(_, field)| field).collect())
            }
        }
    }

    /// Checks all fields and names all that are wrong.
    pub(crate) fn parse(
        email: &str,
        name: &str,
        password: String,
        language: Option<&str>,
    ) -> Result<Self, ApiError> {
        let named = parse_name(name);
        let language = language.map_or(Ok(Language::default()), str::parse::<Language>);
        match (
            parse_email(email),
            named,
            Password::chosen(password),
            language,
        ) {
            (Ok(email), Ok(name), Ok(password), Ok(language)) => Ok(Self {
                email,
                name,
                password,
                language,
            }),
            (email, name, password, language) => {
                let wrong = [
                    ("email", email.err().map(str::to_owned)),
                    ("name", name.err().map(str::to_owned)),
                    ("password", password.err().map(str::to_owned)),
                    ("language", language.err().map(|error| error.to_string())),
                ];
                Err(ApiError::invalid(wrong.into_iter().filter_map(
                    |(field, problem)| problem.map(|problem| (field, problem)),
                )))
            }
        }
    }
}

/// Makes the account, asks by mail whether the address is right, and logs in.
pub(crate) async fn register(
    app: &App,
    new: NewAccount,
    kind: SessionKind,
    headers: &HeaderMap,
) -> Result<(UserId, NewSession), ApiError> {
    let now_ms = app.now_ms();
    let hash = app.accounts.passwords.hash(new.password).await;
    let hash = hash.map_err(ApiError::internal)?;
    let id = UserId::new(now_ms, &mut OsRandom);
    let mut tx = transaction::begin(&app.pool).await?;
    let made = sqlx::query!(
        "insert into accounts (id, email, password_hash, name, language, created_ms) values ($1, $2, $3, $4, $5, $6)
         on conflict (lower(email)) where erased_ms is null do nothing",
        id.0,
        new.email,
        hash,
        new.name,
        new.language.code(),
        now_ms,
    )
    .execute(&mut *tx)
    .await?;
    if made.rows_affected() == 0 {
        return Err(ApiError::new(
            ErrorCode::AlreadyExists,
            "There is an account with this address. Log in, or ask for a new password.",
        ));
    }
    links::send(app, &mut tx, id, Purpose::Verify).await?;
    tx.commit().await?;
    let session = begin_session(app, (id, Steps::One), kind, headers).await?;
    Ok((id, session))
}

/// Whose password it is, of whoever tries from `from`.
pub(crate) async fn check_password(
    app: &App,
    email: &str,
    password: String,
    from: ClientAddress,
) -> Result<UserId, ApiError> {
    let attempt = Attempt::new(from.key(), email);
    app.accounts.guard.begin(attempt, app.now_ms())?;
    let known = sqlx::query!(
        "select id, password_hash from accounts where lower(email) = lower($1) and erased_ms is null",
        email.trim(),
    )
    .fetch_optional(&app.pool)
    .await?;
    let (id, stored) = known.map_or((None, None), |row| (Some(row.id), row.password_hash));
    let typed = Password::typed(password);
    let verdict = app.accounts.passwords.compare(typed, stored.clone()).await;
    let id = match (verdict.map_err(ApiError::internal)?, id) {
        (Verdict::Right, Some(id)) => id,
        (Verdict::RightButOld(new), Some(id)) => {
            upgrade(app, id, stored.as_deref(), &new).await?;
            id
        }
        (Verdict::Wrong, _) | (_, None) => return Err(wrong_credentials()),
    };
    app.accounts.guard.succeeded(attempt);
    Ok(UserId(id))
}

fn wrong_credentials() -> ApiError {
    ApiError::new(
        ErrorCode::WrongCredentials,
        "The e-mail address or the password is wrong. Try again, or ask for a new password.",
    )
}

/// Only if nobody chose another password meanwhile.
async fn upgrade(
    app: &App,
    id: uuid::Uuid,
    old: Option<&str>,
    new: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update accounts set password_hash = $3 where id = $1 and password_hash = $2",
        id,
        old,
        new,
    )
    .execute(&app.pool)
    .await?;
    Ok(())
}

/// How far the first step led.
#[derive(Debug)]
pub(crate) enum Entered {
    In(NewSession),
    /// To the second: the secret says that the first is made.
    NeedsCode(String),
}

/// A browser whose visitor is known by the password or by a mail's link.
pub(crate) async fn enter(
    app: &App,
    account: UserId,
    headers: &HeaderMap,
) -> Result<Entered, ApiError> {
    if second_factor::is_on(app, account).await? {
        let mut connection = app.pool.acquire().await?;
        let token = links::make(app, &mut connection, account, Purpose::SecondStep).await?;
        return Ok(Entered::NeedsCode(token));
    }
    let session = begin_session(app, (account, Steps::One), SessionKind::Browser, headers).await?;
    Ok(Entered::In(session))
}

/// The second step, after [`Entered::NeedsCode`].
pub(crate) async fn enter_by_code(
    app: &App,
    token: &str,
    code: &str,
    headers: &HeaderMap,
) -> Result<NewSession, ApiError> {
    let account = links::account_of(app, token, Purpose::SecondStep).await?;
    second_factor::check(app, account, code).await?;
    let mut tx = transaction::begin(&app.pool).await?;
    links::redeem(app, &mut tx, token, Purpose::SecondStep).await?;
    tx.commit().await?;
    begin_session(app, (account, Steps::Both), SessionKind::Browser, headers).await
}

/// The second step of a program, which sends it with the first.
pub(crate) async fn check_code(
    app: &App,
    account: UserId,
    code: Option<&str>,
) -> Result<Steps, ApiError> {
    if !second_factor::is_on(app, account).await? {
        return Ok(Steps::One);
    }
    let Some(code) = code else {
        return Err(ApiError::new(
            ErrorCode::WrongCredentials,
            "This account asks for a code after the password. Send it as `code`.",
        )
        .with_field("code", "is missing"));
    };
    second_factor::check(app, account, code).await?;
    Ok(Steps::Both)
}

/// What a log-in has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    /// A password, a mailbox, or another's word.
    One,
    /// That and a code, or a device that has verified its owner.
    Both,
}

/// A new session; the one that the request's cookie named before ends, so that nobody can plant one.
pub(crate) async fn begin_session(
    app: &App,
    (account, steps): (UserId, Steps),
    kind: SessionKind,
    headers: &HeaderMap,
) -> Result<NewSession, ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let replaced = match session_cookie(headers) {
        Some(cookie) => end_by_cookie(&mut tx, cookie, app.now_ms()).await?,
        None => None,
    };
    let session = session::begin(app, &mut tx, account, kind).await?;
    session::note_client(&mut tx, session.id, headers).await?;
    match steps {
        Steps::One => {}
        Steps::Both => second_asked::note_both(&mut tx, session.id).await?,
    }
    tx.commit().await?;
    if let Some(before) = replaced {
        app.accounts.sessions.forget_account(before);
    }
    Ok(session)
}

async fn end_by_cookie(
    connection: &mut PgConnection,
    cookie: &str,
    now_ms: UnixMillis,
) -> Result<Option<UserId>, sqlx::Error> {
    let hash = session::credential_hash(cookie);
    let ended = sqlx::query_scalar!(
        "update sessions set ended_ms = $2 where token_hash = $1 and ended_ms is null returning account_id",
        hash.as_slice(),
        now_ms,
    )
    .fetch_optional(connection)
    .await?;
    Ok(ended.map(UserId))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_mail_is_told_from_other_texts() {
        assert_eq!(
            parse_email(" ana@example.org ").as_deref(),
            Ok("ana@example.org")
        );
        for text in [
            "",
            "ana",
            "ana@",
            "@example.org",
            "a b@example.org",
            "ana@example.org\r\nBcc: x@y.z",
        ] {
            assert!(parse_email(text).is_err(), "{text}");
        }
        assert!(parse_email(&format!("{}@example.org", "a".repeat(300))).is_err());
    }
}
