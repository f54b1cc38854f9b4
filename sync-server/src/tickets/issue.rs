//! Signing and publishing the tickets of paid orders: one transaction for many, under their event's lock.

use std::sync::Arc;

use shared::clock::UnixMillis;
use shared::ids::{
    EventId, GateNo, KeyId, OrderId, OrganizerId, Random, TicketId, TypeNo, WindowNo,
};
use shared::money::{Currency, Money};
use shared::price::PricedLine;
use shared::ticket::{Flags, SigningKey, TokenFields};
use sqlx::PgConnection;
use uuid::Uuid;

use super::keys::OpenKeyError;
use crate::app::App;
use crate::database::transaction::{Attempts, begin, begin_change};
use crate::door::rights::{self, SettleRightsError};
use crate::messages::outbox::{self, Mail};
use crate::orders::UnreadableRow;
use crate::orders::secret::{OrderSecret, link, paper_link};
use crate::vault::UnsealError;

/// Orders in one transaction.
const MOST_ORDERS: usize = 200;
/// Tickets in one transaction, so that the event's lock is held for some tens of milliseconds; one order may have more.
const MOST_TICKETS: usize = 2_000;
/// The series of what is sold online.
const CHANNEL: &str = "W";

/// Paid orders stay without tickets for now.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The event has no key that is not revoked.
    #[error("event {0} has no signing key: make one")]
    NoKey(EventId),
    /// The key doesn't open.
    #[error(transparent)]
    Key(#[from] OpenKeyError),
    /// An order's secret, for the link in its mail.
    #[error("opening the secret of order {0}")]
    Secret(OrderId, #[source] UnsealError),
    /// In strict mode each ticket's right of entry goes to a door with it.
    #[error(transparent)]
    Rights(SettleRightsError),
    /// PostgreSQL.
    #[error("issuing tickets")]
    Database(#[from] sqlx::Error),
}

impl From<SettleRightsError> for IssueError {
    fn from(error: SettleRightsError) -> Self {
        match error {
            SettleRightsError::Database(source) => Self::Database(source),
            other @ (SettleRightsError::Publish(_) | SettleRightsError::Rules(_)) => {
                Self::Rights(other)
            }
        }
    }
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct Issued {
    /// Their tickets are published.
    pub orders: Vec<OrderId>,
    /// Whether there may be others.
    pub left: Left,
}

/// What waits behind a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Left {
    /// Nothing that was paid when the batch began.
    #[default]
    Nothing,
    /// More: the batch was full.
    More,
}

/// Issues the next waiting orders of an event.
pub async fn issue_batch(
    app: &App,
    random: &mut impl Random,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Issued, IssueError> {
    let mut attempts = Attempts::default();
    loop {
        match issue_once(app, random, organizer, event).await {
            Err(IssueError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

/// Without the event's lock first: the only statement that writes sees to it that nothing was written to the event since
/// its orders were read. If something was, the lock is waited for.
async fn issue_once(
    app: &App,
    random: &mut impl Random,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Issued, IssueError> {
    let mut connection = app.pool.acquire().await?;
    let issued = attempt(
        app,
        random,
        &mut connection,
        organizer,
        event,
        EventLock::Free,
    )
    .await?;
    drop(connection);
    if let Some(issued) = issued {
        return Ok(issued);
    }
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, organizer, event).await?;
    let issued = attempt(app, random, &mut tx, organizer, event, EventLock::Held).await?;
    tx.commit().await?;
    // Nobody overtakes who has the lock.
    Ok(issued.unwrap_or_default())
}

/// Whether nobody else writes to the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventLock {
    Free,
    Held,
}

/// Nothing if the event was written to meanwhile, or if only who has its lock can issue: rights of entry go with the tickets.
async fn attempt(
    app: &App,
    random: &mut impl Random,
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
    lock: EventLock,
) -> Result<Option<Issued>, IssueError> {
    let waiting = waiting_lines(connection, organizer, event).await?;
    let Some(first) = waiting.first() else {
        return Ok(Some(Issued::default()));
    };
    if first.is_lending && lock == EventLock::Free {
        return Ok(None);
    }
    let key = KeyId(
        first
            .key_id
            .ok_or(IssueError::NoKey(event))?
            .cast_unsigned(),
    );
    let private = app
        .issuer
        .keys
        .private(&mut *connection, &app.vault, key)
        .await?;
    let mut batch = Batch::new(key, private);
    let mut left = Left::Nothing;
    for order in waiting.chunk_by(|a, b| a.order_id == b.order_id) {
        if !batch.takes(order) {
            left = Left::More;
            break;
        }
        batch.add(app, random, order)?;
    }
    if batch.orders.len() == MOST_ORDERS {
        left = Left::More;
    }
    let of = (organizer, event);
    let published = batch
        .publish(&mut *connection, of, first.head, app.now_ms())
        .await?;
    if published && first.is_lending {
        rights::settle(app, connection, of).await?;
    }
    Ok(published.then_some(Issued {
        orders: batch.orders,
        left,
    }))
}

struct WaitingLine {
    order_id: Uuid,
    code: String,
    email: String,
    name: String,
    language: String,
    secret_sealed: Vec<u8>,
    type_no: i32,
    quantity: i32,
    unit_minor: i64,
    discount_minor: i64,
    currency: String,
    promo_code: Option<String>,
    order_discount_minor: i64,
    donation_minor: i64,
    vat_basis_points: i32,
    holder_names: Vec<String>,
    window_no: i32,
    home_gate: i32,
    rotating: bool,
    title: String,
    starts_ms: i64,
    time_zone: String,
    mode: String,
    key_id: Option<i32>,
    head: i64,
    is_lending: bool,
}

/// The lines of the orders that wait longest. No order leaves `paid` but under the event's lock, so these rows need
/// none of their own.
async fn waiting_lines(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Vec<WaitingLine>, sqlx::Error> {
    sqlx::query_as!(
        WaitingLine,
        r#"select o.id as order_id, o.code, o.email as "email!", o.name as "name!", o.language, o.secret_sealed,
               o.currency, o.promo_code, o.discount_minor as order_discount_minor, o.donation_minor,
               l.type_no, l.quantity, l.unit_minor, l.discount_minor, l.vat_basis_points, l.holder_names,
               t.window_no, t.home_gate, t.rotating, e.title, e.starts_ms, e.time_zone, e.mode,
               e.rights_lent_ms is not null as "is_lending!",
               (select max(k.id) from signing_keys k
                where k.organizer_id = $1 and k.event_id = $2 and not k.leased and k.revoked_ms is null
                  and k.sealed_private <> '') as key_id,
               f.head
           from (select * from orders
                 where organizer_id = $1 and event_id = $2 and state = 'paid' and issued_ms is null
                 order by paid_ms limit $3) o
           join events e on e.organizer_id = $1 and e.id = $2
           join feeds f on f.organizer_id = $1 and f.event_id = $2
           join order_lines l on l.organizer_id = $1 and l.event_id = $2 and l.order_id = o.id
           join ticket_types t on t.organizer_id = $1 and t.event_id = $2 and t.no = l.type_no
           order by o.paid_ms, o.id, l.no"#,
        organizer.0,
        event.0,
        MOST_ORDERS as i64
    )
    .fetch_all(connection)
    .await
}

/// The columns of the tickets to be, and who is told.
struct Batch {
    key: KeyId,
    private: Arc<SigningKey>,
    orders: Vec<OrderId>,
    mails: Vec<Mail>,
    ids: Vec<i64>,
    order_ids: Vec<Uuid>,
    types: Vec<i32>,
    windows: Vec<i32>,
    gates: Vec<i32>,
    names: Vec<String>,
    tokens: Vec<Vec<u8>>,
    prices: Vec<i64>,
    vats: Vec<i32>,
}

impl Batch {
    fn new(key: KeyId, private: Arc<SigningKey>) -> Self {
        Self {
            key,
            private,
            orders: Vec::new(),
            mails: Vec::new(),
            ids: Vec::new(),
            order_ids: Vec::new(),
            types: Vec::new(),
            windows: Vec::new(),
            gates: Vec::new(),
            names: Vec::new(),
            tokens: Vec::new(),
            prices: Vec::new(),
            vats: Vec::new(),
        }
    }

    fn takes(&self, order: &[WaitingLine]) -> bool {
        let places: i32 = order.iter().map(|line| line.quantity).sum();
        self.ids.is_empty() || self.ids.len() + places as usize <= MOST_TICKETS
    }

    fn add(
        &mut self,
        app: &App,
        random: &mut impl Random,
        lines: &[WaitingLine],
    ) -> Result<(), IssueError> {
        let before = self.ids.len();
        for line in lines {
            let prices = line.prices()?;
            for (place, price) in prices.into_iter().enumerate() {
                self.sign(random, line, (place, price));
            }
        }
        if let Some(line) = lines.first() {
            let order = OrderId(line.order_id);
            self.orders.push(order);
            self.mails
                .push(line.mail(app, order, self.ids.len() - before)?);
        }
        Ok(())
    }

    fn sign(
        &mut self,
        random: &mut impl Random,
        line: &WaitingLine,
        (place, price): (usize, Money),
    ) {
        let ticket = TicketId::draw(random);
        let test = match line.mode.as_str() {
            "test" => Flags::TEST,
            _ => Flags::NONE,
        };
        let rotating = if line.rotating {
            Flags::ROTATING
        } else {
            Flags::NONE
        };
        let token = self.private.sign(TokenFields {
            flags: test.with(rotating),
            key: self.key,
            type_no: TypeNo(line.type_no as u16),
            window: WindowNo(line.window_no as u8),
            ticket,
        });
        let home_gate = GateNo(line.home_gate as u16);
        self.ids.push(ticket.to_i64());
        self.order_ids.push(line.order_id);
        self.types.push(line.type_no);
        self.windows.push(line.window_no);
        self.gates.push(i32::from(home_gate.0));
        self.names
            .push(line.holder_names.get(place).cloned().unwrap_or_default());
        self.tokens.push(token.to_bytes().to_vec());
        self.prices.push(price.minor);
        self.vats.push(line.vat_basis_points);
    }

    /// Tickets, their numbers and the mails, or nothing, `false`, if the event was written to since its number was `head`.
    /// A mail whose cause was told before is left out, as in [`outbox::enqueue`].
    async fn publish(
        &self,
        connection: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
        head: i64,
        now_ms: UnixMillis,
    ) -> Result<bool, sqlx::Error> {
        let orders: Vec<Uuid> = self.orders.iter().map(|order| order.0).collect();
        let mails = outbox::Columns::of(&self.mails);
        sqlx::query_scalar!(
            r#"with taken as materialized (
                 select 1 where begin_change_after($1, $2, $17) is not null
             ), numbers as (
                 insert into series (organizer_id, event_id, channel, last)
                 select $1, $2, $3, $4 from taken
                 on conflict (organizer_id, event_id, channel) do update set last = series.last + excluded.last
                 returning last - $4 as before
             ), issued as (
                 insert into tickets (organizer_id, event_id, id, order_id, type_no, window_no, key_id, home_gate,
                     holder_name, token, channel, series_no, price_minor, vat_basis_points, issued_ms)
                 select $1, $2, t.id, t.order_id, t.type_no, t.window_no, $5, t.home_gate,
                     t.holder_name, t.token, $3, numbers.before + t.place, t.price, t.vat, $6
                 from numbers, unnest($7::bigint[], $8::uuid[], $9::int[], $10::int[], $11::int[], $12::text[],
                     $13::bytea[], $14::bigint[], $15::int[]) with ordinality
                     as t (id, order_id, type_no, window_no, home_gate, holder_name, token, price, vat, place)
             ), told as (
                 insert into outbox (dedupe_key, recipient, language, template, payload, created_ms, next_attempt_ms)
                 select m.dedupe_key, m.recipient, m.language, m.template, m.payload, $6, $6
                 from taken, unnest($18::text[], $19::text[], $20::text[], $21::text[], $22::jsonb[])
                     as m (dedupe_key, recipient, language, template, payload)
                 on conflict (dedupe_key) do nothing
             ), done as (
                 update orders set issued_ms = $6 from taken
                 where organizer_id = $1 and event_id = $2 and id = any($16)
             )
             select exists (select from taken) as "published!""#,
            organizer.0,
            event.0,
            CHANNEL,
            self.ids.len() as i64,
            self.key.0.cast_signed(),
            now_ms,
            &self.ids,
            &self.order_ids,
            &self.types,
            &self.windows,
            &self.gates,
            &self.names,
            &self.tokens,
            &self.prices,
            &self.vats,
            &orders,
            head,
            &mails.dedupe_keys,
            &mails.recipients,
            &mails.languages,
            &mails.templates,
            &mails.payloads,
        )
        .fetch_one(connection)
        .await
    }
}

impl WaitingLine {
    /// What each of its places really costs.
    fn prices(&self) -> Result<Vec<Money>, sqlx::Error> {
        let currency = self.currency()?;
        let line = PricedLine {
            type_no: TypeNo(self.type_no as u16),
            quantity: self.quantity.cast_unsigned(),
            unit: Money::new(self.unit_minor, currency),
            discount: Money::new(self.discount_minor, currency),
        };
        line.places()
            .map_err(|error| sqlx::Error::Decode(Box::new(error)))
    }

    fn currency(&self) -> Result<Currency, UnreadableRow> {
        Currency::from_code(&self.currency)
            .ok_or_else(|| UnreadableRow::new("an order's currency", &self.currency))
    }

    fn mail(&self, app: &App, order: OrderId, tickets: usize) -> Result<Mail, IssueError> {
        let told = TicketsMail {
            dedupe_key: format!("tickets/{order}"),
            code: self.code.clone(),
            email: self.email.clone(),
            name: self.name.clone(),
            language: self.language.clone(),
            secret_sealed: self.secret_sealed.clone(),
            title: self.title.clone(),
            starts_ms: self.starts_ms,
            time_zone: self.time_zone.clone(),
            discount: self.promo_code.clone().map(|code| Discount {
                code,
                minor: self.order_discount_minor,
                currency: self.currency.clone(),
            }),
            donation: (self.donation_minor > 0).then(|| Donation {
                minor: self.donation_minor,
                currency: self.currency.clone(),
            }),
        };
        mail(app, order, &told, tickets).map_err(|error| IssueError::Secret(order, error))
    }
}

/// What the mail with an order's tickets is made of.
pub(super) struct TicketsMail {
    pub(super) dedupe_key: String,
    pub(super) code: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) language: String,
    pub(super) secret_sealed: Vec<u8>,
    pub(super) title: String,
    pub(super) starts_ms: i64,
    pub(super) time_zone: String,
    pub(super) discount: Option<Discount>,
    pub(super) donation: Option<Donation>,
}

/// What a promo code took off.
pub(super) struct Discount {
    pub(super) code: String,
    pub(super) minor: i64,
    pub(super) currency: String,
}

/// What was given to the organizer with it.
pub(super) struct Donation {
    pub(super) minor: i64,
    pub(super) currency: String,
}

pub(super) fn mail(
    app: &App,
    order: OrderId,
    line: &TicketsMail,
    tickets: usize,
) -> Result<Mail, UnsealError> {
    let secret = OrderSecret::unseal(&app.vault, order, &line.secret_sealed)?;
    Ok(Mail {
        dedupe_key: line.dedupe_key.clone(),
        recipient: line.email.clone(),
        language: line.language.clone(),
        template: "tickets".to_owned(),
        payload: serde_json::json!({
            "order": order,
            "name": line.name,
            "order_code": line.code,
            "link": link(&app.config.public_url, order, &secret),
            "paper": paper_link(&app.config.public_url, order, &secret),
            "event_title": line.title,
            "starts_ms": line.starts_ms,
            "time_zone": line.time_zone,
            "tickets": tickets,
            "discount": line.discount.as_ref().map(|discount| serde_json::json!({
                "code": discount.code,
                "minor": discount.minor,
                "currency": discount.currency,
            })),
            "donation": line.donation.as_ref().map(|donation| serde_json::json!({
                "minor": donation.minor,
                "currency": donation.currency,
            })),
        }),
    })
}
