//! Mails that wait to be sent.

use shared::clock::UnixMillis;
use sqlx::PgConnection;

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
    /// One place in each for each mail.
    pub(crate) fn of(mails: &[Mail]) -> Self {
        let mut columns = Self::default();
        for mail in mails.iter().cloned() {
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
    let columns = Columns::of(mails);
    sqlx::query!(
        "insert into outbox (dedupe_key, recipient, language, template, payload, created_ms, next_attempt_ms)
         select m.dedupe_key, m.recipient, m.language, m.template, m.payload, $6, $6
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
             as m (dedupe_key, recipient, language, template, payload)
         on conflict (dedupe_key) do nothing",
        &columns.dedupe_keys,
        &columns.recipients,
        &columns.languages,
        &columns.templates,
        &columns.payloads,
        now_ms
    )
    .execute(connection)
    .await
    .map(drop)
}
