//! Takes mails from the outbox and gives them to their carrier.
//!
//! Sent at least once, and twice is the same: whoever dies between sending a mail and noting it leaves it to be sent again
//! with the same Message-ID.

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use sha2::{Digest as _, Sha256};
use shared::language::Language;

use super::carrier::folder::{File, Folder, WriteMailError};
use super::carrier::smtp::{CONNECTIONS, ReachError, SendError, Smtp};
use super::carrier::{Carrier, Kind};
use super::content::{Content, ParseContentError};
use super::eml::{self, BuildMailError, Envelope};
use super::host::host;
use super::letter::letter;
use super::outbox::{self, Channel, Claimed, Fate};
use crate::app::App;
use crate::config::Enclosed;
use crate::tickets::enclosed::{EncloseError, enclosed};

/// How soon a new mail is seen.
const PAUSE: Duration = Duration::from_secs(1);
/// Taken at once.
const BATCH: i64 = 20;
/// So many of them are worth a connection.
const MAILS_PER_CONNECTION: usize = 5;
/// Mails of a batch that were not begun by then go back: well before the lease is over.
const SENDING: Duration = Duration::from_mins(2);
const LEASE_MS: i64 = 5 * 60_000;
const FIRST_DELAY_MS: i64 = 5_000;
const LONGEST_DELAY_MS: i64 = 4 * 3_600_000;
/// Where nobody knows whether the mail or the server is the reason.
const LONGEST_DELAY_UNSURE_MS: i64 = 10 * 60_000;
/// Later nobody waits for it any more.
pub(super) const GIVEN_UP_MS: i64 = 3 * 24 * 3_600_000;

/// A mail stays in the outbox.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendMailError {
    /// It says something that has no words.
    #[error(transparent)]
    Content(#[from] ParseContentError),
    /// It has no form.
    #[error(transparent)]
    Build(#[from] BuildMailError),
    /// What goes with it.
    #[error(transparent)]
    Enclose(#[from] EncloseError),
    /// The folder.
    #[error(transparent)]
    Write(#[from] WriteMailError),
    /// The mail server.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl SendMailError {
    /// Nothing if the same mail can never be sent, else the longest that it waits.
    fn longest_delay_ms(&self) -> Option<i64> {
        match self {
            Self::Content(_)
            | Self::Build(_)
            | Self::Send(SendError::Refused(_) | SendError::Unfit(_)) => None,
            Self::Send(SendError::PutOff(_)) | Self::Write(_) => Some(LONGEST_DELAY_MS),
            Self::Enclose(_) | Self::Send(SendError::Broken(_) | SendError::Slow) => {
                Some(LONGEST_DELAY_UNSURE_MS)
            }
        }
    }

    fn answer(&self) -> Option<String> {
        match self {
            Self::Send(error) => error.answer(),
            Self::Content(_) | Self::Build(_) | Self::Enclose(_) | Self::Write(_) => None,
        }
    }
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

/// Sends up to 20 mails that are due, and says how many it took.
pub async fn send_due(app: &App) -> Result<i64, sqlx::Error> {
    let claimed = outbox::claim(&app.pool, Channel::Mail, BATCH, LEASE_MS, app.now_ms()).await?;
    let count = claimed.len() as i64;
    if count > 0 {
        let Carrier(kind) = &app.carrier;
        match kind {
            Kind::Folder(folder) => into_folder(app, folder, claimed).await?,
            Kind::Smtp(smtp) => by_smtp(app, smtp, claimed).await?,
        }
    }
    Ok(count)
}

async fn into_folder(app: &App, folder: &Folder, mails: Vec<Claimed>) -> Result<(), sqlx::Error> {
    let mut files = Vec::new();
    let mut written = Vec::new();
    for mail in mails {
        match compose(app, &mail).await {
            Ok(message) => {
                let (id, bytes) = (mail.id, message.formatted());
                files.push(File { id, bytes });
                written.push(mail);
            }
            Err(error) => put_off(app, &mail, &error).await?,
        }
    }
    let mut sent = Vec::new();
    for (mail, outcome) in written.iter().zip(folder.take(files).await) {
        match outcome {
            Ok(()) => sent.push(mail.id),
            Err(error) => put_off(app, mail, &error.into()).await?,
        }
    }
    outbox::mark_sent(&app.pool, &sent, None, app.now_ms()).await
}

/// The rest of a batch.
struct Queue {
    mails: Mutex<VecDeque<Claimed>>,
    until: Instant,
}

impl Queue {
    fn next(&self) -> Option<Claimed> {
        (Instant::now() < self.until)
            .then(|| self.lock().pop_front())
            .flatten()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Claimed>> {
        // Nothing here panics halfway through a change.
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn by_smtp(app: &App, smtp: &Smtp, mails: Vec<Claimed>) -> Result<(), sqlx::Error> {
    let connections = mails
        .len()
        .div_ceil(MAILS_PER_CONNECTION)
        .clamp(1, CONNECTIONS);
    let queue = Queue {
        mails: Mutex::new(mails.into()),
        until: Instant::now() + SENDING,
    };
    let each = (0..connections).map(|_| Box::pin(over_one_line(app, smtp, &queue)));
    let mut away = None;
    for outcome in join_all(each).await {
        if let Err(error) = outcome? {
            away = Some(error);
        }
    }
    let left: Vec<i64> = queue.lock().iter().map(|mail| mail.id).collect();
    match away {
        // Another connection has sent them, or there was nothing left to send.
        Some(_) | None if left.is_empty() => Ok(()),
        Some(error) => {
            let cause = error.source().map(ToString::to_string);
            let pause_ms = smtp.pause_ms();
            tracing::warn!(server = smtp.name(), mails = left.len(), pause_ms, %error, cause, "mails wait for the mail server");
            let at_ms = app.now_ms() + pause_ms;
            outbox::give_back(&app.pool, &left, at_ms, Some(&error.to_string())).await
        }
        None => outbox::give_back(&app.pool, &left, app.now_ms(), None).await,
    }
}

/// Sends what is left of the batch until nothing is, or no line can be had. Each mail is noted before the next is sent.
async fn over_one_line(
    app: &App,
    smtp: &Smtp,
    queue: &Queue,
) -> Result<Result<(), ReachError>, sqlx::Error> {
    let mut kept = None;
    loop {
        let mut line = match kept.take() {
            Some(line) => line,
            None => match smtp.open().await {
                Ok(line) => line,
                Err(error) => return Ok(Err(error)),
            },
        };
        let Some(mail) = queue.next() else {
            smtp.keep(line);
            return Ok(Ok(()));
        };
        let message = match compose(app, &mail).await {
            Ok(message) => message,
            Err(error) => {
                put_off(app, &mail, &error).await?;
                kept = Some(line);
                continue;
            }
        };
        match smtp.send(&mut line, &message).await {
            Ok(answer) => {
                outbox::mark_sent(&app.pool, &[mail.id], Some(&answer), app.now_ms()).await?;
                kept = Some(line);
            }
            Err(error) => put_off(app, &mail, &error.into()).await?,
        }
    }
}

async fn compose(app: &App, mail: &Claimed) -> Result<lettre::Message, SendMailError> {
    let content = Content::parse(&mail.template, mail.payload.clone())?;
    let language: Language = mail.language.parse().unwrap_or_default();
    let host = host(&app.config.public_url);
    let envelope = Envelope {
        recipient: &mail.recipient,
        message_id: message_id(&mail.dedupe_key, host),
        sender: app.config.mail.from.as_deref(),
        host,
        date_ms: mail.created_ms,
        language,
    };
    let enclosed = match (app.config.mail.enclosed, content.tickets_of()) {
        (Enclosed::Tickets, Some(order)) => enclosed(app, order, language).await?,
        (Enclosed::Tickets, None) | (Enclosed::Nothing, _) => None,
    };
    let mut letter = letter(&content, language);
    // The others know their place already.
    if let (Content::Tickets(_), Some(enclosed)) = (&content, &enclosed) {
        letter = letter.placed(&enclosed.event, language);
    }
    Ok(eml::build(&envelope, &letter, enclosed.as_ref())?)
}

/// Of its cause: the same however often it is sent, also by a server whose database was put back from a backup.
fn message_id(dedupe_key: &str, host: &str) -> String {
    let hash = Sha256::digest(dedupe_key);
    let name = u128::from_be_bytes(std::array::from_fn(|place| hash[place]));
    format!("<{name:032x}@{host}>")
}

async fn put_off(app: &App, mail: &Claimed, error: &SendMailError) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    let attempts = mail.attempts + 1;
    let fate = match error.longest_delay_ms() {
        Some(longest_ms) if now_ms - mail.created_ms < GIVEN_UP_MS => {
            Fate::Again(now_ms + delay_ms(attempts, longest_ms))
        }
        Some(_) | None => Fate::Failed,
    };
    let cause = error.source().map(ToString::to_string);
    tracing::warn!(mail.id, attempts, ?fate, %error, cause, "a mail was not sent");
    let answer = error.answer();
    outbox::put_off(
        &app.pool,
        mail.id,
        fate,
        &error.to_string(),
        answer.as_deref(),
        now_ms,
    )
    .await
}

/// 5 s, 10 s, 20 s, ...
pub(super) fn delay_ms(attempts: i32, longest_ms: i64) -> i64 {
    let doublings = attempts.saturating_sub(1).clamp(0, 20).unsigned_abs();
    (FIRST_DELAY_MS << doublings).min(longest_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_up_to_four_hours() {
        let delay = |attempts| delay_ms(attempts, LONGEST_DELAY_MS);
        assert_eq!([1, 2, 3].map(delay), [5_000, 10_000, 20_000]);
        assert_eq!(delay(19), LONGEST_DELAY_MS);
        assert_eq!(delay(i32::MAX), LONGEST_DELAY_MS);
    }
}
