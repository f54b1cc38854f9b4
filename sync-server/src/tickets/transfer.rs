//! A ticket to somebody else: the old one is revoked and a new one signed in its place, with a number of its own in the series.
//! One change of the event's feed, so that no door knows the one without the other.

use sha2::{Digest as _, Sha256};
use shared::ids::{
    EventId, GateNo, KeyId, OrderId, OrganizerId, Random, TicketId, TypeNo, WindowNo,
};
use shared::language::Language;
use shared::ticket::{Flags, OrderCode, TokenFields};
use sqlx::PgConnection;
use uuid::Uuid;

use super::issue::IssueError;
use super::issue::mail::{TicketsMail, mail};
use crate::app::App;
use crate::database::transaction::{Attempts, begin, begin_change};
use crate::door::folding::refold_tickets;
use crate::door::rights;
use crate::door::rules::LoadRulesError;
use crate::messages::outbox::{self, Mail};
use crate::orders::buyer::Buyer;
use crate::orders::present::Order;
use crate::orders::secret::{OrderSecret, link};
use crate::vault::UnsealError;

/// The series of what is issued online.
const CHANNEL: &str = "W";

/// The ticket stays whose it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// It is not this order's, has ended, or its money is on its way back.
    #[error("the ticket is not this order's, has ended, or is being refunded")]
    NotTheirs,
    /// The new one could not be signed.
    #[error("signing the ticket that takes another's place")]
    Issue(#[from] IssueError),
    /// The giver's secret, for the link in their mail.
    #[error("opening the secret of an order whose ticket goes to somebody else")]
    Secret(#[from] UnsealError),
    /// The rules by which facts of the old ticket are folded anew.
    #[error("folding a ticket that goes to somebody else anew")]
    Rules(#[from] LoadRulesError),
    /// PostgreSQL.
    #[error("giving a ticket to somebody else")]
    Database(#[from] sqlx::Error),
}

/// Who gets it.
#[derive(Clone, Debug)]
pub(crate) struct Friend {
    pub(crate) who: Buyer,
    /// Of their mails.
    pub(crate) language: Language,
}

/// Gives a ticket of `order` to `friend`; the order that they have of it now.
pub(crate) async fn transfer(
    app: &App,
    random: &mut impl Random,
    (order, ticket): (&Order, TicketId),
    friend: &Friend,
) -> Result<OrderId, TransferError> {
    let mut attempts = Attempts::default();
    loop {
        match transfer_once(app, random, (order, ticket), friend).await {
            Err(TransferError::Database(error)) if attempts.again(&error) => {}
            outcome => return outcome,
        }
    }
}

async fn transfer_once(
    app: &App,
    random: &mut impl Random,
    (order, ticket): (&Order, TicketId),
    friend: &Friend,
) -> Result<OrderId, TransferError> {
    let of = (order.organizer, order.event);
    let mut tx = begin(&app.pool).await?;
    begin_change(&mut tx, of.0, of.1).await?;
    let old = old_ticket(&mut tx, order, ticket)
        .await?
        .ok_or(TransferError::NotTheirs)?;
    let given = Given::new(app, random);
    given
        .write(app, &mut tx, of, (ticket, &old), friend)
        .await?;
    let ended = [ticket.to_i64()];
    refold_tickets(app, &mut tx, of, &ended).await?;
    rights::ended(app, &mut tx, of, &ended)
        .await
        .map_err(IssueError::from)?;
    rights::settle(app, &mut tx, of)
        .await
        .map_err(IssueError::from)?;
    let mails = given.mails(app, order, &old, friend)?;
    outbox::enqueue(&mut tx, &mails, app.now_ms()).await?;
    tx.commit().await?;
    app.door.watch.changed(of.1);
    Ok(given.order)
}

/// What of the old ticket goes on.
struct Old {
    type_no: i32,
    window_no: i32,
    home_gate: i32,
    price_minor: i64,
    vat_basis_points: i32,
    series: String,
    rotating: bool,
    mode: String,
    title: String,
    starts_ms: i64,
    time_zone: String,
    key_id: Option<i32>,
    currency: String,
    paid_ms: Option<i64>,
    payer: Uuid,
}

/// Under the lock of the order that paid, which every refund takes too: one that is on its way keeps the ticket.
async fn old_ticket(
    connection: &mut PgConnection,
    order: &Order,
    ticket: TicketId,
) -> Result<Option<Old>, sqlx::Error> {
    sqlx::query_scalar!(
        "select id from orders where id = $1 for update",
        order.given_by.unwrap_or(order.id).0
    )
    .fetch_one(&mut *connection)
    .await?;
    // In a statement of its own: it has to see what was written while the lock was waited for.
    sqlx::query_as!(
        Old,
        r#"select t.type_no, t.window_no, t.home_gate, t.price_minor, t.vat_basis_points,
               t.channel || '-' || t.series_no as "series!", tt.rotating, e.mode, e.title, e.starts_ms, e.time_zone,
               (select max(k.id) from signing_keys k
                where k.organizer_id = $1 and k.event_id = $2 and not k.leased and k.revoked_ms is null
                  and k.sealed_private <> '') as key_id,
               payer.currency, payer.paid_ms, payer.id as payer
           from tickets t
           join ticket_types tt on tt.organizer_id = $1 and tt.event_id = $2 and tt.no = t.type_no
           join events e on e.organizer_id = $1 and e.id = $2
           join orders payer on payer.organizer_id = $1 and payer.event_id = $2 and payer.id = $5
           where t.organizer_id = $1 and t.event_id = $2 and t.order_id = $3 and t.id = $4 and t.status = 0
             and payer.state = 'paid' and (payer.total_minor = 0 or payer.refunded_minor < payer.total_minor)
             and not exists (select from refunds r
                 where r.organizer_id = $1 and r.event_id = $2 and r.order_id = $5 and r.state = 'pending'
                   and ($4 = any(r.ticket_ids) or r.amount_minor = 0))"#,
        order.organizer.0,
        order.event.0,
        order.id.0,
        ticket.to_i64(),
        order.given_by.unwrap_or(order.id).0,
    )
    .fetch_optional(connection)
    .await
}

/// The friend's order and ticket.
struct Given {
    order: OrderId,
    ticket: TicketId,
    code: String,
    secret: OrderSecret,
    secret_sealed: Vec<u8>,
}

impl Given {
    fn new(app: &App, random: &mut impl Random) -> Self {
        let order = OrderId::new(app.now_ms(), random);
        let secret = OrderSecret::draw(random);
        Self {
            order,
            ticket: TicketId::draw(random),
            code: OrderCode::draw(random).to_string(),
            secret_sealed: secret.seal(&app.vault, order),
            secret,
        }
    }

    /// What doors read.
    async fn token(
        &self,
        app: &App,
        connection: &mut PgConnection,
        event: EventId,
        old: &Old,
    ) -> Result<(KeyId, Vec<u8>), IssueError> {
        let key = KeyId(old.key_id.ok_or(IssueError::NoKey(event))?.cast_unsigned());
        let keys = &app.issuer.keys;
        let private = keys.private(connection, &app.vault, key).await?;
        let token = private.sign(TokenFields {
            flags: flags(&old.mode, old.rotating),
            key,
            type_no: TypeNo(old.type_no as u16),
            window: WindowNo(old.window_no as u8),
            ticket: self.ticket,
        });
        Ok((key, token.to_bytes().to_vec()))
    }

    /// The old ticket ends, the friend's order and ticket begin. The stock stays as it is: it is the same place (S1).
    async fn write(
        &self,
        app: &App,
        connection: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
        (ticket, old): (TicketId, &Old),
        friend: &Friend,
    ) -> Result<(), TransferError> {
        let (key, token) = self.token(app, &mut *connection, event, old).await?;
        let secret_hash = OrderSecret::hash_of(&self.secret.to_text());
        let request_hash: [u8; 32] = Sha256::digest(self.ticket.to_i64().to_be_bytes()).into();
        sqlx::query!(
            "with ended as (
                 update tickets set status = 1 where organizer_id = $1 and event_id = $2 and id = $3
             ), begun as (
                 insert into orders (organizer_id, event_id, id, code, email, name, language, state, currency, total_minor,
                     commission_basis_points, secret_hash, secret_sealed, request_hash, expires_ms, created_ms, paid_ms,
                     issued_ms, given_by)
                 values ($1, $2, $4, $5, $6, $7, $8, 'paid', $9, 0, 0, $10, $11, $12, $13, $13, $14, $13, $15)
             ), line as (
                 insert into order_lines (organizer_id, event_id, order_id, no, type_no, quantity, unit_minor,
                     vat_basis_points, holder_names)
                 values ($1, $2, $4, 1, $16, 1, $17, $18, array[$7])
             ), number as (
                 insert into series (organizer_id, event_id, channel, last) values ($1, $2, $19, 1)
                 on conflict (organizer_id, event_id, channel) do update set last = series.last + 1
                 returning last
             )
             insert into tickets (organizer_id, event_id, id, order_id, type_no, window_no, key_id, home_gate, holder_name,
                 token, channel, series_no, price_minor, vat_basis_points, issued_ms, replaces)
             select $1, $2, $20, $4, $16, $21, $22, $23, $7, $24, $19, number.last, $17, $18, $13, $3 from number",
            organizer.0,
            event.0,
            ticket.to_i64(),
            self.order.0,
            self.code,
            friend.who.email,
            friend.who.name,
            friend.language.code(),
            old.currency,
            secret_hash.as_slice(),
            self.secret_sealed,
            request_hash.as_slice(),
            app.now_ms(),
            old.paid_ms,
            old.payer,
            old.type_no,
            old.price_minor,
            old.vat_basis_points,
            CHANNEL,
            self.ticket.to_i64(),
            old.window_no,
            key.0.cast_signed(),
            i32::from(GateNo(old.home_gate as u16).0),
            token,
        )
        .execute(connection)
        .await
        .map(drop)?;
        Ok(())
    }

    /// The friend's, with the ticket in it; and the giver's, who may not have meant it.
    fn mails(
        &self,
        app: &App,
        order: &Order,
        old: &Old,
        friend: &Friend,
    ) -> Result<Vec<Mail>, TransferError> {
        let told = TicketsMail {
            dedupe_key: format!("tickets/{}", self.order),
            code: self.code.clone(),
            email: friend.who.email.clone(),
            name: friend.who.name.clone(),
            language: friend.language.code().to_owned(),
            secret_sealed: self.secret_sealed.clone(),
            title: old.title.clone(),
            starts_ms: old.starts_ms,
            time_zone: old.time_zone.clone(),
            discount: None,
            donation: None,
        };
        let mut theirs = mail(app, self.order, &told, 1)?;
        let mut mails = Vec::new();
        if let Some(giver) = &order.buyer {
            theirs.payload["giver"] = giver.name.clone().into();
            let secret = OrderSecret::unseal(&app.vault, order.id, &order.secret_sealed)?;
            mails.push(Mail {
                dedupe_key: format!("given/{}", self.order),
                recipient: giver.email.clone(),
                language: order.language.clone(),
                template: "given".to_owned(),
                payload: serde_json::json!({
                    "name": giver.name,
                    "friend": friend.who.name,
                    "ticket": old.series,
                    "order_code": order.code,
                    "link": link(&app.config.public_url, order.id, &secret),
                    "event_title": old.title,
                }),
            });
        }
        mails.push(theirs);
        Ok(mails)
    }
}

fn flags(mode: &str, rotating: bool) -> Flags {
    let test = match mode {
        "test" => Flags::TEST,
        _ => Flags::NONE,
    };
    test.with(if rotating {
        Flags::ROTATING
    } else {
        Flags::NONE
    })
}
