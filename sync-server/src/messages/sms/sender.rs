//! Takes text messages from the outbox and gives them to whoever sends them, with the patience that mails have.

use std::error::Error as _;
use std::time::Duration;

use shared::language::Language;

use super::carrier::{SendSmsError, SmsCarrier};
use super::content::Content;
use crate::app::App;
use crate::messages::outbox::{self, Channel, Claimed, Fate};
use crate::messages::sender::{GIVEN_UP_MS, delay_ms};

/// How soon a new one is seen.
const PAUSE: Duration = Duration::from_secs(2);
const BATCH: i64 = 20;
const LEASE_MS: i64 = 5 * 60_000;
const LONGEST_DELAY_MS: i64 = 3_600_000;

/// A text message is not sent.
#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("a text message says something that has no words")]
    Content(#[from] serde_json::Error),
    #[error(transparent)]
    Send(#[from] SendSmsError),
}

impl Unsent {
    fn may_pass(&self) -> bool {
        match self {
            Self::Content(_) | Self::Send(SendSmsError::Refused(_)) => false,
            Self::Send(
                SendSmsError::Unreachable(_) | SendSmsError::PutOff(_) | SendSmsError::Account(_),
            ) => true,
        }
    }
}

/// Sends what is due, again and again, until the server stops; nothing where nobody sends text messages.
pub async fn run(app: App) {
    while !app.stopping.is_cancelled() {
        if let Err(error) = send_due(&app).await {
            tracing::warn!(%error, "the outbox of text messages could not be read");
        }
        tokio::select! {
            () = app.stopping.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Sends up to 20 that are due, one after another.
pub async fn send_due(app: &App) -> Result<(), sqlx::Error> {
    let Some(carrier) = &app.sms else {
        return Ok(());
    };
    let claimed = outbox::claim(&app.pool, Channel::Sms, BATCH, LEASE_MS, app.now_ms()).await?;
    for message in claimed {
        match send(carrier, &message).await {
            Ok(name) => {
                outbox::mark_sent(&app.pool, &[message.id], Some(&name), app.now_ms()).await?;
            }
            Err(error) => put_off(app, &message, &error).await?,
        }
    }
    Ok(())
}

async fn send(carrier: &SmsCarrier, message: &Claimed) -> Result<String, Unsent> {
    let content = Content::parse(&message.template, message.payload.clone())?;
    let language: Language = message.language.parse().unwrap_or_default();
    Ok(carrier
        .send(&message.recipient, &content.text(language))
        .await?)
}

async fn put_off(app: &App, message: &Claimed, error: &Unsent) -> Result<(), sqlx::Error> {
    let now_ms = app.now_ms();
    let attempts = message.attempts + 1;
    let fate = if error.may_pass() && now_ms - message.created_ms < GIVEN_UP_MS {
        Fate::Again(now_ms + delay_ms(attempts, LONGEST_DELAY_MS))
    } else {
        Fate::Failed
    };
    let cause = error.source().map(ToString::to_string);
    tracing::warn!(message.id, attempts, ?fate, %error, cause, "a text message was not sent");
    outbox::put_off(
        &app.pool,
        message.id,
        fate,
        &error.to_string(),
        None,
        now_ms,
    )
    .await
}
