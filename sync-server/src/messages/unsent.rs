//! Mails about an organizer's orders that did not go: given up, or put off since a server did not take them.

use shared::clock::UnixMillis;
use shared::ids::{OrderId, OrganizerId};
use sqlx::PgPool;

/// As many as anybody looks through.
const MOST: i64 = 200;

/// Such a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsent {
    /// About which order.
    pub(crate) order: OrderId,
    pub(crate) code: String,
    pub(crate) recipient: String,
    /// Which mail it is.
    pub(crate) template: String,
    pub(crate) created_ms: UnixMillis,
    /// When it is tried again; `None`: never.
    pub(crate) again_ms: Option<UnixMillis>,
    /// What the mail server answered, or what went wrong before it could.
    pub(crate) said: String,
}

/// The latest come first.
pub(crate) async fn unsent_of(
    pool: &PgPool,
    organizer: OrganizerId,
) -> Result<Vec<Unsent>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select o.id, o.code, m.recipient, m.template, m.created_ms,
               case when m.failed_ms is null then m.next_attempt_ms end as again_ms,
               coalesce(m.answer, m.last_error, '') as "said!"
           from outbox m join orders o on o.code = m.payload->>'order_code' and o.email = m.recipient
           where m.sent_ms is null and m.attempts > 0 and m.channel = 'mail' and o.organizer_id = $1
           order by m.created_ms desc, m.id desc limit $2"#,
        organizer.0,
        MOST
    )
    .fetch_all(pool)
    .await?;
    let unsent = rows.into_iter().map(|row| Unsent {
        order: OrderId(row.id),
        code: row.code,
        recipient: row.recipient,
        template: row.template,
        created_ms: row.created_ms,
        again_ms: row.again_ms,
        said: row.said,
    });
    Ok(unsent.collect())
}
