//! Asking somebody into a team who has no account yet: a link by mail, good for seven days and once. It is for whoever reads
//! that mailbox, so it makes an account of that address, or is taken by the one that has it.

mod accept;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId, uuid_v7};
use shared::language::Language;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Role;
use crate::app::App;
use crate::database::transaction;
use crate::edge::{OsRandom, random_bytes};
use crate::messages::outbox::{self, Mail};
use crate::web::ApiError;

pub(crate) use accept::{AcceptError, Offered, accept, accept_as_new, offered};

const LASTS_MS: i64 = 7 * 24 * 3_600_000;
/// Pressing the button again and again fills no mailbox, and the link that is on its way stays good.
const ONE_MAIL_PER_MS: i64 = 5 * 60_000;
/// More than a team has people; nobody mails the world from here.
const MOST_OPEN: i64 = 100;

/// One that nobody has taken yet.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) role: Role,
    /// The last mail.
    pub(crate) sent_ms: UnixMillis,
    pub(crate) expires_ms: UnixMillis,
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// Whoever was asked last comes first.
pub(crate) async fn list(app: &App, organizer: OrganizerId) -> Result<Vec<Open>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, email, role, sent_ms, expires_ms from invitations
         where organizer_id = $1 and accepted_ms is null and withdrawn_ms is null order by created_ms desc, id desc limit 200",
        organizer.0,
    )
    .fetch_all(&app.pool)
    .await?;
    let open = rows.into_iter().filter_map(|row| {
        Some(Open {
            id: row.id,
            email: row.email,
            role: Role::from_text(&row.role)?,
            sent_ms: row.sent_ms,
            expires_ms: row.expires_ms,
        })
    });
    Ok(open.collect())
}

/// Asks somebody by mail. Whoever was asked already is asked anew, as what is said now.
pub(crate) async fn invite(
    app: &App,
    (organizer, by): (OrganizerId, UserId),
    (email, role): (&str, Role),
    language: Language,
) -> Result<(), ApiError> {
    let now_ms = app.now_ms();
    let token = new_token();
    let hash = hash_of(&token);
    let mut tx = transaction::begin(&app.pool).await?;
    let made = sqlx::query_scalar!(
        "insert into invitations (id, organizer_id, email, role, token_hash, invited_by, created_ms, sent_ms, expires_ms)
         select $1, $2, $3, $4, $5, $6, $7, $7, $8 where (
           select count(*) from invitations
           where organizer_id = $2 and accepted_ms is null and withdrawn_ms is null) < $9
         on conflict (organizer_id, lower(email)) where accepted_ms is null and withdrawn_ms is null do nothing
         returning id",
        uuid_v7(now_ms, &mut OsRandom),
        organizer.0,
        email,
        role.as_str(),
        hash.as_slice(),
        by.0,
        now_ms,
        now_ms + LASTS_MS,
        MOST_OPEN,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let asked_before = match made {
        Some(id) => {
            mail(app, &mut tx, id, &token, language).await?;
            None
        }
        None => {
            sqlx::query_scalar!(
                "update invitations set role = $3
                 where organizer_id = $1 and lower(email) = lower($2) and accepted_ms is null and withdrawn_ms is null
                 returning id",
                organizer.0,
                email,
                role.as_str(),
            )
            .fetch_optional(&mut *tx)
            .await?
        }
    };
    match (made, asked_before) {
        (Some(_), _) => {}
        (None, Some(id)) => send_again(app, &mut tx, organizer, id, language).await?,
        (None, None) => {
            return Err(ApiError::new(
                ErrorCode::TooManyRequests,
                "There are a hundred open invitations. Withdraw some first.",
            ));
        }
    }
    tx.commit().await?;
    Ok(())
}

/// A new link for seven days; the earlier one opens nothing from now on.
pub(crate) async fn resend(
    app: &App,
    organizer: OrganizerId,
    id: Uuid,
    language: Language,
) -> Result<(), ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    send_again(app, &mut tx, organizer, id, language).await?;
    tx.commit().await?;
    Ok(())
}

async fn send_again(
    app: &App,
    connection: &mut PgConnection,
    organizer: OrganizerId,
    id: Uuid,
    language: Language,
) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    let token = new_token();
    let hash = hash_of(&token);
    let due = sqlx::query!(
        "update invitations set token_hash = $3, sent_ms = $4, expires_ms = $5
         where id = $1 and organizer_id = $2 and accepted_ms is null and withdrawn_ms is null and sent_ms <= $6",
        id,
        organizer.0,
        hash.as_slice(),
        now_ms,
        now_ms + LASTS_MS,
        now_ms - ONE_MAIL_PER_MS,
    )
    .execute(&mut *connection)
    .await?;
    if due.rows_affected() == 1 {
        mail(app, connection, id, &token, language).await?;
    }
    Ok(())
}

async fn mail(
    app: &App,
    connection: &mut PgConnection,
    id: Uuid,
    token: &str,
    language: Language,
) -> Result<(), sqlx::Error> {
    let told = sqlx::query!(
        "select i.email, i.role, o.name as organizer, a.name as inviter from invitations i
         join organizers o on o.id = i.organizer_id join accounts a on a.id = i.invited_by where i.id = $1",
        id,
    )
    .fetch_one(&mut *connection)
    .await?;
    let (url, now_ms) = (&app.config.public_url, app.now_ms());
    let mail = Mail {
        dedupe_key: format!("invitation/{id}/{now_ms}"),
        recipient: told.email,
        language: language.code().to_owned(),
        template: "invitation".to_owned(),
        payload: serde_json::json!({
            "link": format!("{url}/{language}/invitation?token={token}"),
            "organizer": told.organizer,
            "inviter": told.inviter,
            "role": told.role,
        }),
    };
    outbox::enqueue(connection, &[mail], now_ms).await
}

/// Its link opens nothing from now on.
pub(crate) async fn withdraw(
    app: &App,
    organizer: OrganizerId,
    id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update invitations set withdrawn_ms = $3
         where id = $1 and organizer_id = $2 and accepted_ms is null and withdrawn_ms is null",
        id,
        organizer.0,
        app.now_ms(),
    )
    .execute(&app.pool)
    .await
    .map(drop)
}
