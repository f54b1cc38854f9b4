//! Making an order: one short transaction that takes places and writes what was asked.

use sha2::{Digest as _, Sha256};
use shared::ids::{EventId, OrderId, Random, TypeNo, UserId};
use shared::money::Money;
use shared::price::Priced;
use shared::ticket::OrderCode;
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::buyer::Buyer;
use super::on_sale::event_on_sale;
use super::present::{Line, Order, OrderPromo, order_by_id};
use super::promo::PromoCode;
use super::promo::uses::{self, Person};
use super::rules::{
    Cart, EventOnSale, HoldRequest, LineRequest, NotHeld, check_cart, check_donation,
    check_request, check_sale, quantities,
};
use super::secret::OrderSecret;
use super::stock::{self, Places, SoldOut};
use super::{OrderState, other_content};
use crate::app::App;
use crate::database::flush::{Joint, seen_on_disk};
use crate::database::transaction::{Attempts, begin};
use crate::vault::UnsealError;
use crate::web::ApiError;

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
    let mut attempts = Attempts::default();
    let outcome = loop {
        match hold_once(app, random, wanted).await {
            Err(HoldError::Database(error)) if attempts.again(&error) => {}
            outcome => break outcome,
        }
    };
    match outcome {
        Ok(Some(held)) => Ok(held),
        // The id is taken: by this request, it may be, which must not be refused for what has changed since.
        Ok(None) => repeated(app, wanted).await?.ok_or(HoldError::OtherContent),
        Err(refused @ HoldError::Refused(_)) => repeated(app, wanted).await?.ok_or(refused),
        Err(error) => Err(error),
    }
}

async fn hold_once(
    app: &App,
    random: &mut impl Random,
    wanted: &Wanted<'_>,
) -> Result<Option<Held>, HoldError> {
    let places = quantities(wanted.lines);
    let types: Vec<i32> = places.keys().map(|no| i32::from(no.0)).collect();
    let mut connection = app.pool.acquire().await?;
    let event = event_on_sale(&mut connection, wanted.event, &types)
        .await?
        .ok_or(NotHeld::NoEvent)?;
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
    let commission = event.commission_basis_points;
    let joint = app.flush.join();
    let made = match &order.promo {
        None => {
            let made = insert(&mut connection, &order, &places, commission, &joint).await?;
            // Whoever waits for the disk below must not keep it from those who write.
            drop(connection);
            made
        }
        Some(promo) => {
            drop(connection);
            insert_with(app, (&order, promo), &places, commission, &joint).await?
        }
    };
    if !made {
        return Ok(None);
    }
    joint.durable().await?;
    Ok(Some(Held {
        made: Made::Now,
        order,
        secret: Some(secret),
    }))
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
    let types = [i32::from(turn.type_no.0)];
    let mut event = event_on_sale(&mut *connection, turn.event, &types)
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
    let commission = event.commission_basis_points;
    if insert(connection, &order, &places, commission, joint).await? {
        Ok((order, secret))
    } else {
        Err(HoldError::OtherContent)
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

/// The same with a use of its promo code, in one transaction.
async fn insert_with(
    app: &App,
    (order, promo): (&Order, &OrderPromo),
    places: &Places,
    commission_basis_points: i32,
    joint: &Joint<'_>,
) -> Result<bool, HoldError> {
    let mut tx = begin(&app.pool).await?;
    let person = Person {
        account: order.account,
        email: order.buyer.as_ref().map(|buyer| buyer.email.as_str()),
    };
    let taken = uses::take(&mut tx, promo.id, order.id, person).await?;
    taken.map_err(NotHeld::Promo)?;
    let made = insert(&mut tx, order, places, commission_basis_points, joint).await?;
    if made {
        tx.commit().await?;
    }
    Ok(made)
}

/// The order and its places, all of them, or nothing of it: `false` if that id is taken. The types' counters are locked
/// in ascending order, as everywhere.
async fn insert(
    connection: &mut PgConnection,
    order: &Order,
    places: &Places,
    commission_basis_points: i32,
    joint: &Joint<'_>,
) -> Result<bool, HoldError> {
    let (mut types, mut quantities, mut units, mut discounts, mut vats, mut names) = (
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
    );
    for line in &order.lines {
        types.push(i32::from(line.type_no.0));
        quantities.push(line.quantity as i32);
        units.push(line.unit_minor);
        discounts.push(line.discount_minor);
        vats.push(line.vat_basis_points);
        // An array of arrays would have to be rectangular; no name holds a line break.
        names.push(line.holder_names.join("\n"));
    }
    let taken_types: Vec<i32> = places.keys().map(|no| i32::from(no.0)).collect();
    let taken: Vec<i32> = places.values().map(|quantity| *quantity as i32).collect();
    let inserted = sqlx::query_scalar!(
        r#"with made as (
               insert into orders (organizer_id, event_id, id, code, account_id, email, name, language, state, currency,
                   total_minor, commission_basis_points, secret_hash, secret_sealed, request_hash, expires_ms, created_ms,
                   discount_minor, promo_id, promo_code, donation_minor)
               values ($1, $2, $3, $4, $5, $6, $7, $8, 'held', $9, $10, $11, $12, $13, $14, $15, $16,
                   $25, $26, $27, $29)
               on conflict (id) do nothing
               returning id
           ), lines as (
               insert into order_lines (organizer_id, event_id, order_id, no, type_no, quantity, unit_minor,
                   discount_minor, vat_basis_points, holder_names)
               select $1, $2, made.id, l.no::int, l.type_no, l.quantity, l.unit_minor, l.discount, l.vat,
                   coalesce(string_to_array(nullif(l.names, ''), E'\n'), '{}')
               from made, unnest($17::int[], $18::int[], $19::bigint[], $28::bigint[], $20::int[], $21::text[])
                   with ordinality as l (type_no, quantity, unit_minor, discount, vat, names, no)
           ), counters as (
               select s.type_no, w.quantity
               from made, stock s join unnest($22::int[], $23::int[]) as w (type_no, quantity) using (type_no)
               where s.organizer_id = $1 and s.event_id = $2
               order by s.type_no for update of s
           ), taken as (
               update stock s set held = held + c.quantity from counters c
               where s.organizer_id = $1 and s.event_id = $2 and s.type_no = c.type_no
                   and held + sold + leased + c.quantity <= quota + written_off
               returning s.type_no
           )
           select count(*) as "inserted!"
           from made
           where all_taken($22, array(select type_no from taken))
               and (not $24 or set_config('synchronous_commit', 'off', true) is not null)"#,
        order.organizer.0,
        order.event.0,
        order.id.0,
        order.code,
        order.account.map(|account| account.0),
        order.buyer.as_ref().map(|buyer| &buyer.email),
        order.buyer.as_ref().map(|buyer| &buyer.name),
        order.language,
        order.total.currency.code(),
        order.total.minor,
        commission_basis_points,
        &order.secret_hash,
        order.secret_sealed,
        &order.request_hash,
        order.expires_ms,
        order.created_ms,
        &types,
        &quantities,
        &units,
        &vats,
        &names,
        &taken_types,
        &taken,
        joint.later(),
        order.discount.minor,
        order.promo.as_ref().map(|promo| promo.id.0),
        order.promo.as_ref().map(|promo| promo.code.as_str()),
        &discounts,
        order.donation.minor,
    )
    .fetch_one(connection)
    .await;
    match inserted {
        Ok(inserted) => Ok(inserted == 1),
        Err(error) => Err(match stock::sold_out(&error) {
            Some(SoldOut(type_no)) => NotHeld::SoldOut { type_no }.into(),
            None => error.into(),
        }),
    }
}

impl From<HoldError> for ApiError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Refused(refused) => refused.into(),
            HoldError::OtherContent => other_content("order"),
            HoldError::Secret(error) => Self::internal(error),
            HoldError::Database(error) => error.into(),
        }
    }
}

impl From<NotHeld> for ApiError {
    fn from(refused: NotHeld) -> Self {
        match refused {
            NotHeld::Fields(fields) => Self::invalid(fields),
            NotHeld::NoEvent => Self::not_found("event"),
            NotHeld::NotOnSale { what } => Self::new(
                ErrorCode::NotOnSale,
                format!("Not on sale now: {what}. Look at the event's page for the dates of sale."),
            ),
            NotHeld::OverLimit { type_no, most } => Self::new(
                ErrorCode::OverLimit,
                format!("An order may have at most {most} places of this type; take fewer."),
            )
            .with_field("type_no", type_no.to_string())
            .with_field("max_per_order", most.to_string()),
            NotHeld::UnderLimit { type_no, least } => Self::new(
                ErrorCode::OverLimit,
                format!("An order must have at least {least} places of this type; take more."),
            )
            .with_field("type_no", type_no.to_string())
            .with_field("min_per_order", least.to_string()),
            NotHeld::NeedsOther { type_no } => Self::new(
                ErrorCode::Conflict,
                "This type is sold only with a place of another type; add one.",
            )
            .with_field("type_no", type_no.to_string()),
            NotHeld::SoldOut { type_no } => Self::new(
                ErrorCode::SoldOut,
                "Not enough places of this type are left; take fewer or another type. Held places come back when they are not paid in time.",
            )
            .with_field("type_no", type_no.to_string()),
            NotHeld::Promo(refusal) => refusal.into(),
            NotHeld::Sum(_) => Self::invalid([("lines", "too much for one order")]),
        }
    }
}
