//! Tickets that are signed and published together.

use std::sync::Arc;

use shared::clock::UnixMillis;
use shared::ids::{EventId, KeyId, OrganizerId, Random, TicketId};
use shared::ticket::{SigningKey, TokenFields};
use sqlx::PgConnection;
use sqlx::error::DatabaseError;
use uuid::Uuid;

use super::IssueError;
use super::mail::{TicketsMail, mail};
use super::terms::Terms;
use crate::app::App;
use crate::messages::outbox::{self, Mail};
use crate::orders::present::Order;

/// Orders in one transaction.
pub(super) const MOST_ORDERS: usize = 200;
/// Tickets in one transaction, so that the event's lock is held for some tens of milliseconds; one order may have more.
const MOST_TICKETS: usize = 2_000;
/// The series of what is sold online.
const CHANNEL: &str = "W";

/// The columns of the tickets to be, and who is told.
pub(super) struct Batch {
    key: KeyId,
    private: Arc<SigningKey>,
    now_ms: UnixMillis,
    pub(super) orders: Vec<Order>,
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
    pub(super) fn new(key: KeyId, private: Arc<SigningKey>, now_ms: UnixMillis) -> Self {
        Self {
            key,
            private,
            now_ms,
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

    pub(super) fn takes(&self, order: &Order) -> bool {
        let places: u32 = order.lines.iter().map(|line| line.quantity).sum();
        self.ids.is_empty()
            || self.orders.len() < MOST_ORDERS && self.ids.len() + places as usize <= MOST_TICKETS
    }

    pub(super) fn add(
        &mut self,
        app: &App,
        random: &mut impl Random,
        terms: &Terms,
        mut order: Order,
    ) -> Result<(), IssueError> {
        for line in &order.lines {
            let prices = line.priced(order.total.currency).places();
            let prices = prices.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            let known = terms.types.get(&line.type_no).copied();
            let of = known.ok_or(IssueError::NoType(line.type_no))?;
            for (place, price) in prices.into_iter().enumerate() {
                let ticket = TicketId::draw(random);
                let token = self.private.sign(TokenFields {
                    flags: terms.flags(of),
                    key: self.key,
                    type_no: line.type_no,
                    window: of.window,
                    ticket,
                });
                order.tickets.push(ticket);
                self.ids.push(ticket.to_i64());
                self.order_ids.push(order.id.0);
                self.types.push(i32::from(line.type_no.0));
                self.windows.push(i32::from(of.window.0));
                self.gates.push(i32::from(of.home_gate.0));
                let name = line.holder_names.get(place);
                self.names.push(name.cloned().unwrap_or_default());
                self.tokens.push(token.to_bytes().to_vec());
                self.prices.push(price.minor);
                self.vats.push(line.vat_basis_points);
            }
        }
        let told = TicketsMail::of(&order, terms);
        let mail = mail(app, order.id, &told, order.tickets.len());
        let mail = mail.map_err(|error| IssueError::Secret(order.id, error))?;
        self.mails.push(mail);
        order.issued_ms = Some(self.now_ms);
        self.orders.push(order);
        Ok(())
    }

    /// Tickets, their numbers and the mails, and the number that the event's feed has then; or nothing, if the event was
    /// written to since its number was `head`. An error, see [`do_not_wait`], if one of the orders does not wait. A mail whose
    /// cause was told before is left out, as in [`outbox::enqueue`].
    pub(super) async fn publish(
        &self,
        connection: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
        head: i64,
    ) -> Result<Option<i64>, sqlx::Error> {
        let orders: Vec<Uuid> = self.orders.iter().map(|order| order.id.0).collect();
        let mails = outbox::Columns::of(&self.mails);
        let published = sqlx::query_scalar!(
            r#"with begun as materialized (
                 select begin_change_after($1, $2, $17) as number
             ), taken as materialized (
                 select number from begun where number is not null
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
                 where organizer_id = $1 and event_id = $2 and id = any($16) and state = 'paid' and issued_ms is null
                 returning id
             )
             select number from taken
             where all_wait(cardinality($16::uuid[]), (select count(*) from done))"#,
            organizer.0,
            event.0,
            CHANNEL,
            self.ids.len() as i64,
            self.key.0.cast_signed(),
            self.now_ms,
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
        .fetch_optional(connection)
        .await?;
        Ok(published.flatten())
    }
}

/// The error of [`Batch::publish`] where an order is not paid, or has its tickets: another server was quicker, or PostgreSQL
/// died and lost a payment that nobody was told of.
pub(super) fn do_not_wait(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("TH003")
}
