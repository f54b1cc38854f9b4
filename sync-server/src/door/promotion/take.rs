//! Taking a use of a code for a till: checked by the store's rules, priced by the store's rule, and answered alike when asked again.

use sha2::{Digest as _, Sha256};
use shared::fact::body::MAX_ISSUED;
use shared::fact::till::MAX_LINES;
use shared::ids::FactId;
use shared::money::Currency;
use shared::price::Off;
use shared::till::cart::MOST_UNIT;
use shared::till::promotion::reduce;
use shared::wire::latest::{Promotion, PromotionAnswer, PromotionAsk};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::PromotionError;
use crate::app::App;
use crate::database::transaction::{Attempts, begin};
use crate::door::sessions::DeviceSession;
use crate::orders::UnreadableRow;
use crate::orders::promo::{PromoCode, Refusal, uses};

/// So long a till may use what it was answered: a guest who stands at the counter pays meanwhile.
const LASTS_MS: i64 = 15 * 60_000;

/// What the places cost with the code, and a use of it; or why not.
pub(in crate::door) async fn take(
    app: &App,
    session: &DeviceSession,
    fact: FactId,
    ask: &PromotionAsk,
) -> Result<PromotionAnswer, PromotionError> {
    if !session.rights.sell {
        return Err(PromotionError::NotATill);
    }
    check_places(ask)?;
    let mut attempts = Attempts::default();
    loop {
        match take_once(app, session, fact, ask).await {
            Err(PromotionError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

fn check_places(ask: &PromotionAsk) -> Result<(), PromotionError> {
    let has_price = |unit: u32| i64::from(unit) <= MOST_UNIT;
    let is_line = ask
        .places
        .iter()
        .all(|places| places.quantity > 0 && has_price(places.unit_minor));
    let places = ask.places.iter().map(|places| u64::from(places.quantity));
    let fits = (1..=MAX_LINES).contains(&ask.places.len())
        && places.sum::<u64>() <= MAX_ISSUED as u64
        && is_line;
    fits.then_some(()).ok_or(PromotionError::Places)
}

async fn take_once(
    app: &App,
    session: &DeviceSession,
    fact: FactId,
    ask: &PromotionAsk,
) -> Result<PromotionAnswer, PromotionError> {
    let mut tx = begin(&app.pool).await?;
    let hash = hash_of(ask);
    if let Some(before) = answered(&mut tx, session, fact, &hash).await? {
        return Ok(PromotionAnswer::Reduced(before));
    }
    let currency = currency_of(&mut tx, session, ask).await?;
    let of = (session.organizer, ask.event);
    let now_ms = app.now_ms();
    let code = match uses::usable(&mut *tx, of, &ask.code, now_ms).await? {
        Ok(code) => code,
        Err(refusal) => return Ok(refused(refusal)),
    };
    if code.most_per_person.is_some() || code.first_order {
        return Ok(PromotionAnswer::NeedsPerson);
    }
    let prices = match reduce(currency, &ask.places, &code.reduction) {
        Ok(prices) => prices,
        Err(error) => return Ok(refused(Refusal::of_price(error)?)),
    };
    let promotion = Promotion {
        event: ask.event,
        promo: code.id,
        percent_basis_points: percent(&code),
        code: code.code,
        expires_ms: now_ms + LASTS_MS,
        prices,
    };
    if promotion.off() == 0 {
        return Ok(PromotionAnswer::OtherTypes);
    }
    if let Err(refusal) = uses::take_one(&mut tx, promotion.promo).await? {
        return Ok(refused(refusal));
    }
    sqlx::query!(
        "insert into till_promotions (organizer_id, device_id, fact_id, event_id, promo_id, request_hash, answer, expires_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        session.organizer.0,
        session.device.0,
        fact.0,
        ask.event.0,
        promotion.promo.0,
        &hash,
        Json(&promotion) as _,
        promotion.expires_ms
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(PromotionAnswer::Reduced(promotion))
}

/// What was answered to the same question before. One till's questions come one after the other.
async fn answered(
    conn: &mut PgConnection,
    session: &DeviceSession,
    fact: FactId,
    hash: &[u8],
) -> Result<Option<Promotion>, PromotionError> {
    sqlx::query_scalar!(
        "select id from devices where organizer_id = $1 and id = $2 for no key update",
        session.organizer.0,
        session.device.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let row = sqlx::query!(
        r#"select request_hash, answer as "answer: Json<Promotion>", state from till_promotions
           where organizer_id = $1 and device_id = $2 and fact_id = $3"#,
        session.organizer.0,
        session.device.0,
        fact.0
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if row.request_hash != hash {
        return Err(PromotionError::OtherContent);
    }
    match row.state.as_str() {
        "taken" | "used" => Ok(Some(row.answer.0)),
        _ended => Err(PromotionError::Ended),
    }
}

async fn currency_of(
    conn: &mut PgConnection,
    session: &DeviceSession,
    ask: &PromotionAsk,
) -> Result<Currency, PromotionError> {
    let currency = sqlx::query_scalar!(
        "select currency from events where organizer_id = $1 and id = $2",
        session.organizer.0,
        ask.event.0
    )
    .fetch_one(conn)
    .await?;
    if currency != ask.currency {
        return Err(PromotionError::OtherCurrency);
    }
    Currency::from_code(&currency).ok_or_else(|| {
        let unreadable = UnreadableRow::new("an event's currency", &currency);
        sqlx::Error::from(unreadable).into()
    })
}

fn hash_of(ask: &PromotionAsk) -> Vec<u8> {
    let json = serde_json::to_vec(ask).expect("ids, numbers and texts always have a JSON form");
    Sha256::digest(json).to_vec()
}

fn percent(code: &PromoCode) -> Option<u32> {
    match code.reduction.off {
        Off::Percent(points) => Some(points.get()),
        Off::Amount(_) => None,
    }
}

fn refused(refusal: Refusal) -> PromotionAnswer {
    match refusal {
        Refusal::Unknown => PromotionAnswer::NoSuchCode,
        Refusal::NotYet(from_ms) => PromotionAnswer::NotYet { from_ms },
        Refusal::Over => PromotionAnswer::Over,
        Refusal::UsedUp => PromotionAnswer::UsedUp,
        Refusal::OtherTypes => PromotionAnswer::OtherTypes,
        Refusal::BelowMinimum(least) => PromotionAnswer::BelowMinimum {
            minimum_minor: least.minor,
        },
        Refusal::UsedBefore | Refusal::NotFirst => PromotionAnswer::NeedsPerson,
    }
}
