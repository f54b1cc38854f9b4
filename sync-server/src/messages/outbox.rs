//! Mails that wait to be sent. No transaction is open and no connection held while one is on its way.

use shared::clock::UnixMillis;
use sqlx::{PgConnection, PgPool};

/// How a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// To an address.
    Mail,
    /// To a number.
    Sms,
}

impl Channel {
    fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }
}

/// A mail to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// One mail for one cause, whatever is repeated: `tickets/ORDER`.
    pub dedupe_key: String,
    /// An address.
    pub recipient: String,
    /// fr, en, es, de or it.
    pub language: String,
    /// Which text.
    pub template: String,
    /// What the text needs.
    pub payload: serde_json::Value,
}

/// Mails as columns of `outbox`, see [`Mail`].
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) dedupe_keys: Vec<String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) languages: Vec<String>,
    pub(crate) templates: Vec<String>,
    pub(crate) payloads: Vec<serde_json::Value>,
}

impl Columns {
    /// One place in each for each mail. Whoever bought at a till and left no address gets none.
    pub(crate) fn of(mails: &[Mail]) -> Self {
        let mut columns = Self::default();
        let addressed = mails.iter().filter(|mail| !mail.recipient.is_empty());
        for mail in addressed.cloned() {
            columns.dedupe_keys.push(mail.dedupe_key);
            columns.recipients.push(mail.recipient);
            columns.languages.push(mail.language);
            columns.templates.push(mail.template);
            columns.payloads.push(mail.payload);
        }
        columns
    }
}

/// Puts mails into the outbox, in the caller's transaction. One whose cause was told before is left out.
pub async fn enqueue(
    connection: &mut PgConnection,
    mails: &[Mail],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    put(connection, Channel::Mail, mails, now_ms).await
}

/// The same with text messages, whose recipients are numbers.
pub(crate) async fn enqueue_texts(
    connection: &mut PgConnection,
    texts: &[Mail],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    put(connection, Channel::Sms, texts, now_ms).await
}

async fn put(
    connection: &mut PgConnection,
    channel: Channel,
    mails: &[Mail],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let columns = Columns::of(mails);
    sqlx::query!(
        "insert into outbox (dedupe_key, recipient, language, template, payload, created_ms, next_attempt_ms, channel)
         select m.dedupe_key, m.recipient, m.language, m.template, m.payload, $6, $6, $7
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
             as m (dedupe_key, recipient, language, template, payload)
         on conflict (dedupe_key) do nothing",
        &columns.dedupe_keys,
        &columns.recipients,
        &columns.languages,
        &columns.templates,
        &columns.payloads,
        now_ms,
        channel.as_str()
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A mail that this process sends now. Others leave it alone until its lease is over.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) dedupe_key: String,
    pub(super) recipient: String,
    pub(super) language: String,
    pub(super) template: String,
    pub(super) payload: serde_json::Value,
    pub(super) created_ms: UnixMillis,
    pub(super) attempts: i32,
}

/// Takes up to `most` mails that are due, for `lease_ms`: who dies meanwhile leaves them to others.
pub(super) async fn claim(
    pool: &PgPool,
    channel: Channel,
    most: i64,
    lease_ms: i64,
    now_ms: UnixMillis,
) -> Result<Vec<Claimed>, sqlx::Error> {
    let mut claimed = sqlx::query_as!(
        Claimed,
        "with due as (
             select id from outbox
             where sent_ms is null and failed_ms is null and next_attempt_ms <= $1 and channel = $4
             order by next_attempt_ms limit $2 for update skip locked
         )
         update outbox o set next_attempt_ms = $3 from due where o.id = due.id
         returning o.id, o.dedupe_key, o.recipient, o.language, o.template, o.payload, o.created_ms, o.attempts",
        now_ms,
        most,
        now_ms + lease_ms,
        channel.as_str(),
    )
    .fetch_all(pool)
    .await?;
    claimed.sort_unstable_by_key(|mail| mail.id);
    Ok(claimed)
}

/// They are gone, and with them their payload: it holds links that open accounts and orders.
pub(super) async fn mark_sent(
    pool: &PgPool,
    ids: &[i64],
    answer: Option<&str>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update outbox set sent_ms = $2, attempts = attempts + 1, payload = '{}', last_error = null, answer = $3
         where id = any($1) and sent_ms is null",
        ids,
        now_ms,
        answer,
    )
    .execute(pool)
    .await
    .map(drop)
}

/// What comes of a mail that was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is tried again then.
    Again(UnixMillis),
    /// It never will be sent.
    Failed,
}

/// Notes why a mail was not sent, and the mail server's answer, if it said something.
pub(super) async fn put_off(
    pool: &PgPool,
    id: i64,
    fate: Fate,
    error: &str,
    answer: Option<&str>,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let (next_ms, failed_ms) = match fate {
        Fate::Again(at_ms) => (at_ms, None),
        Fate::Failed => (now_ms, Some(now_ms)),
    };
    sqlx::query!(
        "update outbox set attempts = attempts + 1, next_attempt_ms = $2, failed_ms = $3, last_error = $4, answer = $5
         where id = $1 and sent_ms is null",
        id,
        next_ms,
        failed_ms,
        error,
        answer,
    )
    .execute(pool)
    .await
    .map(drop)
}

/// Gives mails back that nobody tried to send.
pub(super) async fn give_back(
    pool: &PgPool,
    ids: &[i64],
    at_ms: UnixMillis,
    error: Option<&str>,
) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update outbox set next_attempt_ms = $2, last_error = coalesce($3, last_error)
         where id = any($1) and sent_ms is null",
        ids,
        at_ms,
        error,
    )
    .execute(pool)
    .await
    .map(drop)
}
