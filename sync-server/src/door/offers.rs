//! Offers of enrolment: an organizer's side. A code of 16 characters, single use, 15 minutes.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, GateNo, OfferId, OrganizerId, UserId};
use shared::roster::Rights;
use shared::roster::signed::SignedKind;
use shared::sync::enrolment::{EnrolmentCode, OFFER_LIFETIME_MS};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::signed::{self, PublishSignedError};
use super::{devices, rows};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::vault::UnsealError;
use crate::web::ApiError;

/// Drawing a name that no open offer has: one in a million clashes with each.
const DRAWS: usize = 8;

/// What an organizer offers.
#[derive(Clone, Debug)]
pub struct NewOffer {
    /// Whose device it will be.
    pub organizer: OrganizerId,
    /// By whom.
    pub created_by: UserId,
    /// "Porte A, tablette 2".
    pub device_name: String,
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Where it stands; 0 = no gate.
    pub gate: GateNo,
}

/// A new offer, with the code that is shown once.
#[derive(Clone, Debug)]
pub struct MadeOffer {
    /// Its id.
    pub id: OfferId,
    /// What the device is given.
    pub code: EnrolmentCode,
    /// Until when.
    pub expires_ms: UnixMillis,
}

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OfferState {
    /// Nobody has used the code yet.
    Open,
    /// A device has begun.
    Started,
    /// Both sides proved that they know the code: compare the digits.
    Proved,
    /// The device is enrolled.
    Confirmed,
    /// Somebody said no.
    Rejected,
    /// Its 15 minutes are over, or it bore too many attempts.
    Expired,
}

impl OfferState {
    fn from_column(text: &str, expires_ms: UnixMillis, now_ms: UnixMillis) -> Self {
        match text {
            "confirmed" => Self::Confirmed,
            "rejected" => Self::Rejected,
            "open" | "started" | "proved" if expires_ms <= now_ms => Self::Expired,
            "open" => Self::Open,
            "started" => Self::Started,
            "proved" => Self::Proved,
            _ => Self::Expired,
        }
    }

    /// May it still become a device?
    pub fn is_open(self) -> bool {
        match self {
            Self::Open | Self::Started | Self::Proved => true,
            Self::Confirmed | Self::Rejected | Self::Expired => false,
        }
    }
}

/// An offer as its organizer sees it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Whose.
    pub organizer: OrganizerId,
    /// Where it stands.
    pub state: OfferState,
    /// The six digits, once both sides proved.
    pub digits: Option<String>,
    /// The organizer's name for the device.
    pub device_name: String,
    /// What the device calls itself; empty before it began.
    pub claimed_name: String,
    /// What it may do.
    pub rights: Rights,
    /// For which events.
    pub events: Vec<EventId>,
    /// Where it stands.
    pub gate: GateNo,
    /// The device, once confirmed.
    pub device: Option<DeviceId>,
    /// Until when.
    pub expires_ms: UnixMillis,
    sealed_secret: Vec<u8>,
    name: String,
}

/// An offer could not be made, confirmed or rejected.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// One of the events is not the organizer's.
    #[error("one of the events is not this organizer's")]
    UnknownEvent,
    /// A device needs at least one event, and a right.
    #[error("a device needs at least one event and one right")]
    Nothing,
    /// No free name in several draws.
    #[error("too many offers are open at once; try again in some minutes")]
    NoFreeName,
    /// There is none.
    #[error("there is no such offer")]
    NotFound,
    /// It is not in the state for that.
    #[error("the offer is not waiting for this any more")]
    Closed,
    /// Reading or writing.
    #[error("reading or writing an offer of enrolment")]
    Database(#[from] sqlx::Error),
    /// Signing the device list.
    #[error("publishing the device list with the new device")]
    Publish(#[source] PublishSignedError),
    /// The secret doesn't open.
    #[error("opening an offer's secret")]
    Secret(#[from] UnsealError),
}

impl From<PublishSignedError> for OfferError {
    fn from(error: PublishSignedError) -> Self {
        Self::Publish(error)
    }
}

impl From<OfferError> for ApiError {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::UnknownEvent => Self::invalid([("events", "an event that is not yours")]),
            OfferError::Nothing => Self::invalid([
                ("events", "at least one"),
                ("rights", "at least one of scan, search, sell, supervise"),
            ]),
            OfferError::NoFreeName => Self::unavailable(60),
            OfferError::NotFound => Self::not_found("offer"),
            OfferError::Closed => Self::new(
                ErrorCode::OfferClosed,
                "This offer was used, rejected, or its 15 minutes are over; make a new one.",
            ),
            OfferError::Database(source) => source.into(),
            OfferError::Publish(source) => source.into(),
            OfferError::Secret(source) => source.into(),
        }
    }
}

pub(super) fn secret_purpose(offer: OfferId) -> String {
    format!("device_offer/{offer}")
}

/// Makes an offer; its secret is kept sealed.
pub async fn create(app: &App, new: NewOffer) -> Result<MadeOffer, OfferError> {
    if new.events.is_empty() || rows::rights_bits(new.rights) == 0 {
        return Err(OfferError::Nothing);
    }
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let events: Vec<Uuid> = new.events.iter().map(|event| event.0).collect();
    let known = sqlx::query_scalar!(
        r#"select count(*) as "count!" from events where organizer_id = $1 and id = any($2)"#,
        new.organizer.0,
        &events
    )
    .fetch_one(&mut *tx)
    .await?;
    let distinct: std::collections::BTreeSet<_> = new.events.iter().collect();
    if known != distinct.len() as i64 {
        return Err(OfferError::UnknownEvent);
    }
    sqlx::query!(
        "update device_offers set state = 'expired' where state in ('open', 'started', 'proved') and expires_ms <= $1",
        now_ms
    )
    .execute(&mut *tx)
    .await?;
    let made = insert(app, &mut tx, &new, &events, now_ms).await?;
    tx.commit().await?;
    Ok(made)
}

async fn insert(
    app: &App,
    conn: &mut PgConnection,
    new: &NewOffer,
    events: &[Uuid],
    now_ms: UnixMillis,
) -> Result<MadeOffer, OfferError> {
    let id = OfferId::new(now_ms, &mut OsRandom);
    let expires_ms = now_ms + OFFER_LIFETIME_MS;
    for _ in 0..DRAWS {
        let code = EnrolmentCode::draw(&mut OsRandom);
        let sealed = app
            .vault
            .seal(&secret_purpose(id), code.secret().as_bytes());
        let inserted = sqlx::query!(
            "insert into device_offers (organizer_id, id, name, sealed_secret, device_name, rights, event_ids, gate_no,
                                        state, created_by, created_ms, expires_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11)
             on conflict (name) where state in ('open', 'started', 'proved') do nothing",
            new.organizer.0,
            id.0,
            code.name(),
            sealed,
            new.device_name,
            rows::rights_bits(new.rights),
            events,
            i32::from(new.gate.0),
            new.created_by.0,
            now_ms,
            expires_ms
        )
        .execute(&mut *conn)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(MadeOffer {
                id,
                code,
                expires_ms,
            });
        }
    }
    Err(OfferError::NoFreeName)
}

/// What a device's camera reads: where the server is, and the code.
pub fn qr_text(public_url: &str, code: &EnrolmentCode) -> String {
    format!(
        "tickethub:enrol?server={public_url}&code={}{}",
        code.name(),
        code.secret()
    )
}

/// The offer, locked, if it is there.
async fn read(
    conn: &mut PgConnection,
    offer: OfferId,
    now_ms: UnixMillis,
) -> Result<Offer, OfferError> {
    let row = sqlx::query!(
        "select organizer_id, name, sealed_secret, state, digits, device_name, claimed_name, rights, event_ids, gate_no,
                device_id, expires_ms
         from device_offers where id = $1 for no key update",
        offer.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or(OfferError::NotFound)?;
    let state = OfferState::from_column(&row.state, row.expires_ms, now_ms);
    Ok(Offer {
        id: offer,
        organizer: OrganizerId(row.organizer_id),
        state,
        digits: row.digits.filter(|_| state == OfferState::Proved),
        device_name: row.device_name,
        claimed_name: row.claimed_name,
        rights: rows::rights(row.rights),
        events: row.event_ids.into_iter().map(EventId).collect(),
        gate: GateNo(u16::try_from(row.gate_no).unwrap_or(0)),
        device: row.device_id.map(DeviceId),
        expires_ms: row.expires_ms,
        sealed_secret: row.sealed_secret,
        name: row.name,
    })
}

/// The offer as it stands.
pub async fn offer_by_id(app: &App, offer: OfferId) -> Result<Offer, OfferError> {
    let mut conn = app.pool.acquire().await?;
    read(&mut conn, offer, app.now_ms()).await
}

/// The offer's code again, for its page while it is open.
pub fn code_of(app: &App, offer: &Offer) -> Result<EnrolmentCode, OfferError> {
    let secret = app
        .vault
        .unseal(&secret_purpose(offer.id), &offer.sealed_secret)?;
    String::from_utf8(secret)
        .ok()
        .and_then(|secret| EnrolmentCode::from_parts(&offer.name, &secret).ok())
        .ok_or(OfferError::Secret(UnsealError))
}

/// The digits on both screens are the same: the device is enrolled.
pub async fn confirm(app: &App, offer: OfferId) -> Result<DeviceId, OfferError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let read = read(&mut tx, offer, now_ms).await?;
    if read.state != OfferState::Proved {
        return Err(OfferError::Closed);
    }
    let device = devices::enrol(&mut tx, &read, now_ms).await?;
    sqlx::query!(
        "update device_offers set state = 'confirmed', device_id = $2 where id = $1",
        offer.0,
        device.0
    )
    .execute(&mut *tx)
    .await?;
    // Both: a device that just came in shall find a key set, too.
    for kind in [SignedKind::KeySet, SignedKind::DeviceList] {
        signed::publish(&mut tx, &app.vault, read.organizer, kind, now_ms).await?;
    }
    tx.commit().await?;
    app.door.offers_changed();
    // The others hear of it at once, and can read what it writes.
    for event in read.events {
        app.door.watch.changed(event);
    }
    Ok(device)
}

/// Closes the offer for good.
pub async fn reject(app: &App, offer: OfferId) -> Result<(), OfferError> {
    let mut tx = transaction::begin(&app.pool).await?;
    let read = read(&mut tx, offer, app.now_ms()).await?;
    if !read.state.is_open() {
        return Err(OfferError::Closed);
    }
    sqlx::query!(
        "update device_offers set state = 'rejected' where id = $1",
        offer.0
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.offers_changed();
    Ok(())
}
