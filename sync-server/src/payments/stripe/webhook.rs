//! `POST /webhooks/stripe`: what Stripe tells, believed by its signature, heard once.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use shared::wire::latest::ErrorCode;

use super::objects::Event;
use super::signature::{SignatureError, check};
use super::told::{Meaning, UnreadableEvent, is_ours, meaning};
use crate::app::App;
use crate::config::StripeSettings;
use crate::payments::give_back::give_back;
use crate::payments::payout;
use crate::payments::settle::{SettleError, Settlement, write_down};
use crate::payments::troubles::{self, Noted};
use crate::web::ApiError;

/// Stripe's events are of some kilobytes.
const LARGEST: usize = 256 * 1024;
/// Something about a payment of which nothing is known yet may have come before what tells of the payment: for so long
/// Stripe is asked to tell it again.
const MAY_BE_EARLY_S: i64 = 600;
/// Stripe repeats for three days, and resends by hand what is at most a month old.
const REMEMBERED_MS: i64 = 35 * 24 * 3600 * 1000;
const BATCH: i64 = 1_000;

/// The one route, at the top.
pub fn router() -> Router<App> {
    Router::new().route(
        "/webhooks/stripe",
        post(receive).layer(DefaultBodyLimit::max(LARGEST)),
    )
}

/// An event was not heard: Stripe tells it again, unless it was not Stripe.
#[derive(Debug, thiserror::Error)]
enum HearError {
    #[error("believing an event")]
    Signature(#[from] SignatureError),
    #[error("reading a signed event")]
    Malformed(#[source] serde_json::Error),
    #[error(transparent)]
    Unreadable(#[from] UnreadableEvent),
    #[error("the event is of a payment that is not known yet")]
    Early,
    #[error("noting an event")]
    Database(#[from] sqlx::Error),
}

async fn receive(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let settings = app
        .config
        .stripe
        .as_ref()
        .ok_or_else(|| ApiError::not_found("webhook"))?;
    let header = headers
        .get("stripe-signature")
        .and_then(|value| value.to_str().ok());
    hear(&app, settings, header, &body).await?;
    Ok(StatusCode::OK)
}

async fn hear(
    app: &App,
    settings: &StripeSettings,
    header: Option<&str>,
    body: &[u8],
) -> Result<(), HearError> {
    check(header, body, &settings.webhook_secrets, app.now_ms())?;
    let event: Event = serde_json::from_slice(body).map_err(HearError::Malformed)?;
    if event.livemode != settings.is_live() || !is_ours(&event) {
        tracing::warn!(
            event.id,
            event.kind,
            "an event of another account, or of tests"
        );
        return Ok(());
    }
    if was_heard(app, &event.id).await? {
        return Ok(());
    }
    match meaning(&event)? {
        Meaning::Nothing => {}
        Meaning::Account(account) => payout::told(app, &account).await?,
        Meaning::Payment(notification) => match write_down(app, &notification).await {
            Ok(Settlement::Returned) => {
                // Stripe waits for our answer, and giving back asks Stripe; the sweep does it after a crash.
                let (app, payment) = (app.clone(), notification.payment);
                tokio::spawn(async move {
                    if let Err(error) = give_back(&app, payment).await {
                        tracing::warn!(payment.id = %payment, %error, "a late payment waits to be given back");
                    }
                });
            }
            Ok(Settlement::Paid | Settlement::Repeated | Settlement::Declined) => {}
            Err(SettleError::UnknownPayment(payment)) => {
                tracing::warn!(event.id, payment.id = %payment, "an event of a payment that another server began");
            }
            Err(SettleError::Database(error)) => return Err(error.into()),
        },
        Meaning::Trouble(told) => match troubles::note(app, "stripe", &told).await? {
            Noted::Yes => {}
            Noted::NoSuchPayment if is_young(app, &event) => return Err(HearError::Early),
            Noted::NoSuchPayment => {
                tracing::warn!(
                    event.id,
                    event.kind,
                    "an event of a payment that is not ours"
                );
            }
        },
    }
    remember(app, &event.id).await.map_err(HearError::from)
}

fn is_young(app: &App, event: &Event) -> bool {
    app.now_ms().div_euclid(1000) - event.created < MAY_BE_EARLY_S
}

async fn was_heard(app: &App, id: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from provider_events where provider = 'stripe' and id = $1) as "heard!""#,
        id
    )
    .fetch_one(&app.pool)
    .await
}

/// Last of all: what a crash leaves unremembered is told again, and settling it twice changes nothing.
async fn remember(app: &App, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into provider_events (provider, id, heard_ms) values ('stripe', $1, $2) on conflict do nothing",
        id,
        app.now_ms()
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

/// Forgets what nobody repeats any more.
pub async fn sweep(app: &App) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from provider_events where (provider, id) in (
             select provider, id from provider_events where heard_ms < $1 order by heard_ms limit $2
         )",
        app.now_ms() - REMEMBERED_MS,
        BATCH
    )
    .execute(&app.pool)
    .await
    .map(drop)
}

impl From<HearError> for ApiError {
    fn from(error: HearError) -> Self {
        match error {
            HearError::Signature(error) => {
                tracing::warn!(%error, "an event that is not believed; after a change of the signing secret look at STRIPE_WEBHOOK_SECRET");
                Self::new(
                    ErrorCode::InvalidRequest,
                    "This is not signed as events of Stripe are, or too long ago; nothing was done. Send it again from Stripe.",
                )
            }
            HearError::Malformed(_) | HearError::Unreadable(_) => {
                let error = anyhow::Error::from(error);
                tracing::error!(error = format!("{error:#}"), "a signed event can't be read");
                Self::new(
                    ErrorCode::MalformedBody,
                    "This event is not in the form of the API version that is read here; nothing was done.",
                )
            }
            HearError::Early => Self::unavailable(60),
            HearError::Database(error) => error.into(),
        }
    }
}
