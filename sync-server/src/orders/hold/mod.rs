//! Making an order: one short transaction that takes places and writes what was asked.

mod answer;
mod insert;

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use shared::ids::{EventId, OrderId, Random, TypeNo, UserId};
use shared::money::Money;
use shared::price::Priced;
use shared::ticket::OrderCode;
use sqlx::PgConnection;
use uuid::Uuid;

use self::insert::{Inserted, insert, insert_with};
use super::OrderState;
use super::buyer::Buyer;
use super::on_sale::{Choice, event_on_sale};
use super::present::{Line, Order, OrderPromo, order_by_id};
use super::promo::PromoCode;
use super::promo::uses;
use super::rules::{
    Cart, EventOnSale, HoldRequest, LineRequest, NotHeld, check_cart, check_donation,
    check_request, check_sale, quantities,
};
use super::secret::OrderSecret;
use super::stock::{Places, SoldOut};
use crate::app::App;
use crate::database::flush::{Joint, seen_on_disk};
use crate::database::transaction::Attempts;
use crate::vault::UnsealError;

/// No order was made.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] NotHeld),
    /// That id belongs to another order.
    #[error("the id belongs to an order with other content")]
    OtherContent,
    /// The order was made before and its secret does not open.
    #[error("opening the secret of an order that is asked for again")]
    Secret(#[from] UnsealError),
    /// PostgreSQL.
    #[error("holding places")]
    Database(#[from] sqlx::Error),
}

/// When an order was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// By this request.
    Now,
    /// By an earlier sending of it.
    Before,
}

/// An order that was made, now or by an earlier sending of the same request.
#[derive(Clone, Debug)]
pub struct Held {
    /// When it was made.
    pub made: Made,
    /// As it is now.
    pub order: Order,
    /// While it is held, for whoever sent this request: what opens it. A repeat of the request gets it again, since
    /// the first answer may have been lost; once it is paid, only the mail has it.
    pub secret: Option<OrderSecret>,
}

/// Holds places for `account`, or for a guest. The same request of the same account again gives the same order.
pub async fn hold(
    app: &App,
    random: &mut impl Random,
    account: Option<UserId>,
    request: &HoldRequest,
) -> Result<Held, HoldError> {
    check_request(request)?;
    let wanted = Wanted {
        id: request.id,
        event: request.event_id,
        account,
        lines: &request.lines,
        buyer: Some(Buyer {
            email: request.email.clone(),
            name: request.name.clone(),
        }),
        language: &request.language,
        promo_code: request.promo_code.as_deref(),
        access_code: request.access_code.as_deref(),
        donation_minor: request.donation_minor,
        hash: hash_of(&(account, request)),
    };
    hold_wanted(app, random, &wanted).await
}

/// Holds places in the store, where the buyer is named later. The same cart of the same account again gives the same order.
pub async fn hold_cart(
    app: &App,
    random: &mut impl Random,
    account: Option<UserId>,
    cart: &Cart,
) -> Result<Held, HoldError> {
    check_cart(cart)?;
    let wanted = Wanted {
        id: cart.id,
        event: cart.event_id,
        account,
        lines: &cart.lines,
        buyer: None,
        language: &cart.language,
        promo_code: cart.promo_code.as_deref(),
        access_code: cart.access_code.as_deref(),
        donation_minor: None,
        hash: hash_of(&(account, cart)),
    };
    hold_wanted(app, random, &wanted).await
}

/// What is to be held, and for whom.
#[derive(Clone, Debug)]
struct Wanted<'a> {
    id: OrderId,
    event: EventId,
    account: Option<UserId>,
    lines: &'a [LineRequest],
    buyer: Option<Buyer>,
    language: &'a str,
    promo_code: Option<&'a str>,
    access_code: Option<&'a str>,
    donation_minor: Option<i64>,
    /// Over who asks and what.
    hash: [u8; 32],
}

async fn hold_wanted(
    app: &App,
    random: &mut impl Random,
    wanted: &Wanted<'_>,
) -> Result<Held, HoldError> {
    let places = quantities(wanted.lines);
    let choice = Choice {
        event: wanted.event,
        types: places.keys().copied().collect(),
    };
    let mut attempts = Attempts::default();
    let mut known = app.known_sales.of(&choice);
    let outcome = loop {
        let is_remembered = known.is_some();
        match hold_once(app, random, wanted, (&choice, &places), known.take()).await {
            Err(HoldError::Database(error)) if attempts.again(&error) => {}
            // As it is now it may be another matter.
            Err(HoldError::Refused(_)) if is_remembered => app.known_sales.forget(&choice),
            Ok(Tried::Overtaken(SoldOut(type_no))) => {
                app.known_sales.forget(&choice);
                if !attempts.once_more() {
                    break Err(NotHeld::SoldOut { type_no }.into());
                }
            }
            Ok(Tried::Held(held)) => break Ok(*held),
            Ok(Tried::IdTaken) => break Err(HoldError::OtherContent),
            Err(error) => break Err(error),
        }
    };
    match outcome {
        // Made by an earlier sending of this request, it may be, which must not be refused for what has changed since.
        Err(refused @ (HoldError::Refused(_) | HoldError::OtherContent)) => {
            repeated(app, wanted).await?.ok_or(refused)
        }
        outcome => outcome,
    }
}

/// What came of an attempt.
enum Tried {
    Held(Box<Held>),
    IdTaken,
    /// Too few places of this type, or it is no longer sold as it was.
    Overtaken(SoldOut),
}

/// By what is `known` of the event's sale, or by what is read.
async fn hold_once(
    app: &App,
    random: &mut impl Random,
    wanted: &Wanted<'_>,
    (choice, places): (&Choice, &Places),
    known: Option<Arc<EventOnSale>>,
) -> Result<Tried, HoldError> {
    let mut connection = app.pool.acquire().await?;
    let event = match known {
        Some(event) => event,
        None => {
            let read = event_on_sale(&mut connection, choice).await?;
            let event = Arc::new(read.ok_or(NotHeld::NoEvent)?);
            app.known_sales.remember(choice, &event);
            event
        }
    };
    let now_ms = app.now_ms();
    let promo = match wanted.promo_code {
        Some(code) => {
            let of = (event.organizer, wanted.event);
            let found = uses::usable(&mut *connection, of, code, now_ms).await?;
            Some(found.map_err(NotHeld::Promo)?)
        }
        None => None,
    };
    let reduction = promo.as_ref().map(|promo| &promo.reduction);
    let priced = check_sale(wanted.lines, &event, wanted.access_code, reduction, now_ms)?;
    let donation = check_donation(wanted.donation_minor, &event)?;
    let secret = OrderSecret::draw(random);
    let order = new_order(
        app,
        random,
        wanted,
        &event,
        (&priced, promo, donation),
        &secret,
    )?;
    let joint = app.flush.join();
    let inserted = match &order.promo {
        None => {
            let inserted = insert(&mut connection, &order, places, &event, &joint).await?;
            // Whoever waits for the disk below must not keep it from those who write.
            drop(connection);
            inserted
        }
        Some(promo) => {
            drop(connection);
            insert_with(app, (&order, promo), places, &event, &joint).await?
        }
    };
    match inserted {
        Inserted::All => {}
        Inserted::IdTaken => return Ok(Tried::IdTaken),
        Inserted::NotAsSeen(sold_out) => return Ok(Tried::Overtaken(sold_out)),
    }
    joint.durable().await?;
    Ok(Tried::Held(Box::new(Held {
        made: Made::Now,
        order,
        secret: Some(secret),
    })))
}

/// Places for whoever is next in an event's line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn<'a> {
    pub(super) event: EventId,
    pub(super) type_no: TypeNo,
    pub(super) places: u32,
    /// As many as are free: the caller has locked the type's counter.
    pub(super) free: u32,
    pub(super) language: &'a str,
    /// How long they are held, at most.
    pub(super) lasts_ms: i64,
    /// Who waits.
    pub(super) asker: Uuid,
}

/// Holds places in the caller's transaction. The rules are those of everybody, but for the line: it is their turn.
pub(super) async fn hold_in_turn(
    app: &App,
    random: &mut impl Random,
    connection: &mut PgConnection,
    joint: &Joint<'_>,
    turn: &Turn<'_>,
) -> Result<(Order, OrderSecret), HoldError> {
    let choice = Choice {
        event: turn.event,
        types: vec![turn.type_no],
    };
    let mut event = event_on_sale(&mut *connection, &choice)
        .await?
        .ok_or(NotHeld::NoEvent)?;
    if let Some(wanted) = event.types.get_mut(&turn.type_no) {
        wanted.left = turn.free.into();
        // What the type asks by now, they were not asked when they came: nobody's turn is blocked by it.
        wanted.min_per_order = 1;
        wanted.needs_other = false;
        wanted.access_code = None;
    }
    let lines = [LineRequest {
        type_no: turn.type_no,
        quantity: turn.places,
        holder_names: Vec::new(),
    }];
    let now_ms = app.now_ms();
    let priced = check_sale(&lines, &event, None, None, now_ms)?;
    let wanted = Wanted {
        id: OrderId::new(now_ms, random),
        event: turn.event,
        account: None,
        lines: &lines,
        buyer: None,
        language: turn.language,
        promo_code: None,
        access_code: None,
        donation_minor: None,
        hash: hash_of(&("waiting_list", turn.asker)),
    };
    let secret = OrderSecret::draw(random);
    let nothing = Money::zero(event.currency);
    let parts = (&priced, None, nothing);
    let mut order = new_order(app, random, &wanted, &event, parts, &secret)?;
    order.expires_ms = (now_ms + turn.lasts_ms).min(event.ends_ms);
    let places = quantities(&lines);
    match insert(connection, &order, &places, &event, joint).await? {
        Inserted::All => Ok((order, secret)),
        Inserted::IdTaken => Err(HoldError::OtherContent),
        Inserted::NotAsSeen(SoldOut(type_no)) => Err(NotHeld::SoldOut { type_no }.into()),
    }
}

async fn repeated(app: &App, wanted: &Wanted<'_>) -> Result<Option<Held>, HoldError> {
    let mut connection = app.pool.acquire().await?;
    let Some(order) = order_by_id(&mut *connection, wanted.id).await? else {
        return Ok(None);
    };
    if order.request_hash != wanted.hash {
        return Err(HoldError::OtherContent);
    }
    // Its first sending may still be on its way to the disk.
    seen_on_disk(&mut connection).await?;
    drop(connection);
    let secret = match order.state {
        OrderState::Held => Some(OrderSecret::unseal(
            &app.vault,
            order.id,
            &order.secret_sealed,
        )?),
        OrderState::Paid | OrderState::Cancelled | OrderState::Expired | OrderState::Refunded => {
            None
        }
    };
    Ok(Some(Held {
        made: Made::Before,
        order,
        secret,
    }))
}

fn hash_of(asked: &impl serde::Serialize) -> [u8; 32] {
    let json = serde_json::to_vec(asked).expect("ids, numbers and texts always have a JSON form");
    Sha256::digest(json).into()
}

fn new_order(
    app: &App,
    random: &mut impl Random,
    wanted: &Wanted<'_>,
    event: &EventOnSale,
    (priced, promo, donation): (&Priced, Option<PromoCode>, Money),
    secret: &OrderSecret,
) -> Result<Order, NotHeld> {
    let now_ms = app.now_ms();
    let line = |(line, price): (&LineRequest, &shared::price::PricedLine)| Line {
        type_no: line.type_no,
        quantity: line.quantity,
        unit_minor: price.unit.minor,
        discount_minor: price.discount.minor,
        vat_basis_points: event.types[&line.type_no].vat_basis_points,
        holder_names: line.holder_names.clone(),
    };
    let total = priced.total.plus(donation)?;
    Ok(Order {
        id: wanted.id,
        organizer: event.organizer,
        event: wanted.event,
        account: wanted.account,
        code: OrderCode::draw(random).to_string(),
        state: OrderState::Held,
        total,
        donation,
        discount: priced.discount,
        promo: promo.map(|promo| OrderPromo {
            id: promo.id,
            code: promo.code,
        }),
        refunded: Money::zero(total.currency),
        buyer: wanted.buyer.clone(),
        language: wanted.language.to_owned(),
        created_ms: now_ms,
        expires_ms: now_ms + event.hold_ms,
        reserved_ms: None,
        paid_ms: None,
        issued_ms: None,
        lines: wanted.lines.iter().zip(&priced.lines).map(line).collect(),
        tickets: Vec::new(),
        secret_hash: OrderSecret::hash_of(&secret.to_text()),
        secret_sealed: secret.seal(&app.vault, wanted.id),
        request_hash: wanted.hash,
        given_by: None,
    })
}
