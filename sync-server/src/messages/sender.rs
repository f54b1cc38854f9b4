//! Takes mails from the outbox and sends them: for now into a folder, one `.eml` file each.
//!
//! Sent at least once, and twice is the same: the file's name comes from the row, and it is written whole or not at all.

use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use shared::clock::UnixMillis;
use shared::language::Language;

use super::eml::{self, BuildMailError, Envelope};
use super::host::host;
use super::texts::{self, Content, ParseContentError};
use crate::app::App;
use crate::database::transaction;

/// How soon a new mail is seen.
const PAUSE: Duration = Duration::from_secs(1);
/// In one transaction.
const BATCH: i64 = 20;
/// With the growing delay some two days of trying.
const MOST_ATTEMPTS: i32 = 20;
const FIRST_DELAY_MS: i64 = 5_000;
const LONGEST_DELAY_MS: i64 = 4 * 3_600_000;

/// A mail stays in the outbox.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendMailError {
    /// It says something that has no words.
    #[error(transparent)]
    Content(#[from] ParseContentError),
    /// It has no form.
    #[error(transparent)]
    Build(#[from] BuildMailError),
    /// The folder does not take it.
    #[error("writing the mail into the folder of mails")]
    Write(#[source] io::Error),
    /// The task that wrote it ended half-way; whatever it wrote is written again.
    #[error("writing the mail: it was interrupted")]
    Stopped,
}

impl SendMailError {
    /// Whether the same mail can never be sent.
    fn is_permanent(&self) -> bool {
        match self {
            Self::Content(_) | Self::Build(_) => true,
            Self::Write(_) | Self::Stopped => false,
        }
    }
}

/// Where the mails go.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("mail")
}

/// Sends what is due, again and again, until the server stops.
pub async fn run(app: App) {
    while !app.stopping.is_cancelled() {
        match send_due(&app).await {
            Ok(sent) if sent == BATCH => continue,
            Ok(_) => {}
            // The database is away: readiness says so already.
            Err(error) => tracing::warn!(%error, "the outbox could not be read"),
        }
        tokio::select! {
            () = app.stopping.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

struct Waiting {
    id: i64,
    recipient: String,
    language: String,
    template: String,
    payload: Value,
    created_ms: UnixMillis,
    attempts: i32,
}

/// Sends up to 20 mails that are due, and says how many it took.
pub async fn send_due(app: &App) -> Result<i64, sqlx::Error> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let waiting = sqlx::query_as!(
        Waiting,
        "select id, recipient, language, template, payload, created_ms, attempts from outbox
         where sent_ms is null and failed_ms is null and next_attempt_ms <= $1
         order by next_attempt_ms limit $2 for update skip locked",
        now_ms,
        BATCH,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut sent = Vec::new();
    for (mail, outcome) in waiting.iter().zip(send(app, &waiting).await) {
        match outcome {
            Ok(()) => sent.push(mail.id),
            Err(error) => put_off(&mut tx, mail, &error, now_ms).await?,
        }
    }
    mark_sent(&mut tx, &sent, now_ms).await?;
    tx.commit().await?;
    Ok(waiting.len() as i64)
}

/// What came of each. They wait for the disk one after the other in one task, and for their folder together.
async fn send(app: &App, mails: &[Waiting]) -> Vec<Result<(), SendMailError>> {
    let folder = folder(&app.config.data_dir);
    let files: Vec<_> = mails
        .iter()
        .map(|mail| Ok((format!("{:012}.eml", mail.id), file(app, mail)?)))
        .collect();
    let written = tokio::task::spawn_blocking(move || write_all(&folder, files)).await;
    written.unwrap_or_else(|_| mails.iter().map(|_| Err(SendMailError::Stopped)).collect())
}

fn file(app: &App, mail: &Waiting) -> Result<Vec<u8>, SendMailError> {
    let content = Content::parse(&mail.template, mail.payload.clone())?;
    let language: Language = mail.language.parse().unwrap_or_default();
    let host = host(&app.config.public_url);
    let envelope = Envelope {
        recipient: &mail.recipient,
        message_id: format!("<outbox-{}@{host}>", mail.id),
        host,
        date_ms: mail.created_ms,
        language,
    };
    Ok(eml::build(&envelope, &texts::wording(&content, language))?)
}

fn write_all(
    folder: &Path,
    files: Vec<Result<(String, Vec<u8>), SendMailError>>,
) -> Vec<Result<(), SendMailError>> {
    let mut outcomes: Vec<_> = files
        .into_iter()
        .map(|file| {
            let (name, bytes) = file?;
            write_whole(folder, &name, &bytes).map_err(SendMailError::Write)
        })
        .collect();
    // Their names are not on the disk before the folder is.
    if outcomes.iter().any(Result::is_ok)
        && let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all())
    {
        let kind = error.kind();
        for outcome in &mut outcomes {
            *outcome = Err(SendMailError::Write(kind.into()));
        }
    }
    outcomes
}

fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let partial = folder.join(format!(".{name}.partial"));
    let mut file = std::fs::File::create(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(partial, folder.join(name))
}

/// The payload goes: it holds links that open accounts and orders.
async fn mark_sent(
    connection: &mut sqlx::PgConnection,
    ids: &[i64],
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update outbox set sent_ms = $2, attempts = attempts + 1, payload = '{}', last_error = null where id = any($1)",
        ids,
        now_ms,
    )
    .execute(connection)
    .await
    .map(drop)
}

async fn put_off(
    connection: &mut sqlx::PgConnection,
    mail: &Waiting,
    error: &SendMailError,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let attempts = mail.attempts + 1;
    let gives_up = error.is_permanent() || attempts >= MOST_ATTEMPTS;
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(mail.id, attempts, gives_up, %error, cause, "a mail was not sent");
    sqlx::query!(
        "update outbox set attempts = $2, next_attempt_ms = $3, failed_ms = $4, last_error = $5 where id = $1",
        mail.id,
        attempts,
        now_ms + delay_ms(attempts),
        gives_up.then_some(now_ms),
        error.to_string(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// 5 s, 10 s, 20 s, ... at most 4 h.
fn delay_ms(attempts: i32) -> i64 {
    let doublings = attempts.saturating_sub(1).clamp(0, 20).unsigned_abs();
    (FIRST_DELAY_MS << doublings).min(LONGEST_DELAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_up_to_four_hours() {
        assert_eq!([1, 2, 3].map(delay_ms), [5_000, 10_000, 20_000]);
        assert_eq!(delay_ms(19), LONGEST_DELAY_MS);
        assert_eq!(delay_ms(i32::MAX), LONGEST_DELAY_MS);
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        write_whole(folder.path(), "a.eml", b"one").unwrap();
        write_whole(folder.path(), "a.eml", b"two").unwrap();
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(names.len(), 1);
        assert_eq!(std::fs::read(folder.path().join("a.eml")).unwrap(), b"two");
    }
}
