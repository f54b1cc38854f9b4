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

/// Puts mails into the outbox, in the caller's transaction. One whose cause was told before is left out.
pub async fn enqueue(
    connection: &mut PgConnection,
    mails: &[Mail],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let column = |of: fn(&Mail) -> &String| mails.iter().map(of).cloned().collect::<Vec<_>>();
    let payloads: Vec<_> = mails.iter().map(|mail| mail.payload.clone()).collect();
    sqlx::query!(
        "insert into outbox (dedupe_key, recipient, language, template, payload, created_ms, next_attempt_ms)
         select m.dedupe_key, m.recipient, m.language, m.template, m.payload, $6, $6
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::jsonb[])
             as m (dedupe_key, recipient, language, template, payload)
         on conflict (dedupe_key) do nothing",
        &column(|mail| &mail.dedupe_key),
        &column(|mail| &mail.recipient),
        &column(|mail| &mail.language),
        &column(|mail| &mail.template),
        &payloads,
        now_ms
    )
    .execute(connection)
    .await
    .map(drop)
}
