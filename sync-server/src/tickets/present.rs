//! A ticket as its holder and its organizer see it.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, TicketId, TypeNo, UserId};
use shared::money::Currency;
use shared::roster::TicketStatus;
use shared::ticket::{Flags, Presented, ShortCode, Token};
use sqlx::PgPool;
use uuid::Uuid;

use crate::orders::UnreadableRow;
use crate::orders::list::{Cursor, PageQuery};
use crate::web::ApiError;

/// A ticket. Its JSON form is [`TicketView`].
#[derive(Clone, Debug)]
pub struct Ticket {
    /// Whose event.
    pub organizer: OrganizerId,
    /// Who bought it with an account.
    pub account: Option<UserId>,
    /// SHA-256 of its order's secret.
    pub order_secret_hash: Vec<u8>,
    /// What was signed.
    pub token: Token,
    /// What is told of it.
    pub view: TicketView,
}

/// A ticket in JSON.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TicketView {
    /// 13 characters.
    #[schema(value_type = String)]
    pub id: TicketId,
    /// What is printed under the QR code: `ABCDE-FGHJK`.
    pub short_code: String,
    /// The unbroken number of the event's tickets of this channel: `W-12`.
    pub series: String,
    /// Which event.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// Its title.
    pub event_title: String,
    /// When it starts.
    pub starts_ms: UnixMillis,
    /// Where its clocks are.
    pub time_zone: String,
    /// Of which order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The type's number within its event.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// The type's name.
    pub type_name: String,
    /// Who it is for; may be empty.
    pub holder_name: String,
    /// What was paid, minor units.
    pub price_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// What the server says of it.
    #[schema(value_type = String)]
    pub status: TicketStatus,
    /// Its code changes every 15 seconds: it has no picture.
    pub rotating: bool,
    /// The 195 digits of its QR code; none for a rotating one.
    pub code: Option<String>,
    /// When it was signed.
    pub issued_ms: UnixMillis,
}

/// A page of tickets.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TicketPage {
    /// Newest order first.
    pub tickets: Vec<TicketView>,
    /// For the next page; none when this was the last.
    pub cursor: Option<String>,
}

struct TicketRow {
    organizer_id: Uuid,
    account_id: Option<Uuid>,
    secret_hash: Vec<u8>,
    token: Vec<u8>,
    id: i64,
    channel: String,
    series_no: i64,
    event_id: Uuid,
    title: String,
    starts_ms: i64,
    time_zone: String,
    order_id: Uuid,
    type_no: i32,
    type_name: String,
    holder_name: String,
    price_minor: i64,
    currency: String,
    status: i16,
    issued_ms: i64,
}

macro_rules! select_tickets {
    ($tail:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            TicketRow,
            "select t.organizer_id, o.account_id, o.secret_hash, t.token, t.id, t.channel, t.series_no, t.event_id,
                 e.title, e.starts_ms, e.time_zone, t.order_id, t.type_no, tt.name as type_name, t.holder_name,
                 t.price_minor, o.currency, t.status, t.issued_ms
             from tickets t
             join orders o on o.organizer_id = t.organizer_id and o.event_id = t.event_id and o.id = t.order_id
             join events e on e.organizer_id = t.organizer_id and e.id = t.event_id
             join ticket_types tt on tt.organizer_id = t.organizer_id and tt.event_id = t.event_id and tt.no = t.type_no "
                + $tail,
            $($argument),*
        )
    };
}

impl TryFrom<TicketRow> for Ticket {
    type Error = UnreadableRow;

    fn try_from(row: TicketRow) -> Result<Self, UnreadableRow> {
        let id = TicketId::from_i64(row.id);
        let unreadable = |what| UnreadableRow::new(what, id.to_string());
        let bytes = row.token.as_slice().try_into();
        let token = bytes
            .ok()
            .and_then(|bytes| Token::from_bytes(bytes).ok())
            .ok_or_else(|| unreadable("the token of a ticket"))?;
        let status = u8::try_from(row.status)
            .ok()
            .and_then(TicketStatus::from_number)
            .ok_or_else(|| unreadable("the status of a ticket"))?;
        let currency = Currency::from_code(&row.currency)
            .ok_or_else(|| unreadable("the currency of a ticket"))?;
        let rotating = token.claimed().flags.contains(Flags::ROTATING);
        Ok(Self {
            organizer: OrganizerId(row.organizer_id),
            account: row.account_id.map(UserId),
            order_secret_hash: row.secret_hash,
            token,
            view: TicketView {
                id,
                short_code: ShortCode::of(id).to_string(),
                series: format!("{}-{}", row.channel, row.series_no),
                event_id: EventId(row.event_id),
                event_title: row.title,
                starts_ms: row.starts_ms,
                time_zone: row.time_zone,
                order_id: OrderId(row.order_id),
                type_no: TypeNo(row.type_no as u16),
                type_name: row.type_name,
                holder_name: row.holder_name,
                price_minor: row.price_minor,
                currency,
                status,
                rotating,
                code: (!rotating).then(|| Presented::plain(token).to_string()),
                issued_ms: row.issued_ms,
            },
        })
    }
}

/// The ticket of that id.
pub async fn ticket_by_id(pool: &PgPool, id: TicketId) -> Result<Option<Ticket>, sqlx::Error> {
    let row = select_tickets!("where t.id = $1", id.to_i64())
        .fetch_optional(pool)
        .await?;
    Ok(row.map(Ticket::try_from).transpose()?)
}

/// An order's tickets in the order of their numbers; those that have ended too.
pub async fn tickets_of_order(
    pool: &PgPool,
    order: OrderId,
) -> Result<Vec<TicketView>, sqlx::Error> {
    let rows = select_tickets!(
        "where t.order_id = $1 order by t.channel, t.series_no",
        order.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| Ok(Ticket::try_from(row).map(|ticket| ticket.view)?))
        .collect()
}

/// A ticket that was given to somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenTicket {
    /// Of the ticket that they have now: `W-12`.
    pub series: String,
    /// The ticket type's name.
    pub type_name: String,
    /// Who has it.
    pub friend: String,
}

/// What an order's holder has given away, by the order that has it now.
pub async fn given_by(pool: &PgPool, order: OrderId) -> Result<Vec<GivenTicket>, sqlx::Error> {
    sqlx::query_as!(
        GivenTicket,
        r#"select n.channel || '-' || n.series_no as "series!", tt.name as type_name, o.name as "friend!"
           from tickets t
           join tickets n on n.organizer_id = t.organizer_id and n.event_id = t.event_id and n.replaces = t.id
           join orders o on o.organizer_id = n.organizer_id and o.event_id = n.event_id and o.id = n.order_id
           join ticket_types tt on tt.organizer_id = n.organizer_id and tt.event_id = n.event_id and tt.no = n.type_no
           where t.order_id = $1 order by t.channel, t.series_no"#,
        order.0
    )
    .fetch_all(pool)
    .await
}

/// Tickets that an order has paid and others have now, in the order of their numbers.
pub async fn tickets_paid_by(
    pool: &PgPool,
    order: OrderId,
) -> Result<Vec<TicketView>, sqlx::Error> {
    let rows = select_tickets!(
        "where o.given_by = $1 order by t.channel, t.series_no",
        order.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| Ok(Ticket::try_from(row).map(|ticket| ticket.view)?))
        .collect()
}

/// Tickets of the orders of an account.
pub async fn tickets_page(
    pool: &PgPool,
    account: UserId,
    query: &PageQuery,
) -> Result<TicketPage, ApiError> {
    let after = Cursor::from_text(query.cursor.as_deref())?;
    let limit = query.limit()?;
    // The cursor's id holds a ticket's: 8 bytes of it.
    let after_id = TicketId::from_i64(after.id.as_u64_pair().1.cast_signed());
    let rows = select_tickets!(
        "where o.account_id = $1 and (t.issued_ms < $2 or (t.issued_ms = $2 and t.id < $3))
         order by t.issued_ms desc, t.id desc limit $4",
        account.0,
        after.at_ms,
        after_id.to_i64(),
        limit + 1
    )
    .fetch_all(pool)
    .await?;
    let more = rows.len() as i64 > limit;
    let tickets = rows
        .into_iter()
        .take(limit as usize)
        .map(|row| Ticket::try_from(row).map(|ticket| ticket.view))
        .collect::<Result<Vec<_>, _>>()?;
    let cursor = tickets.last().filter(|_| more).map(|last| {
        let behind = Cursor {
            at_ms: last.issued_ms,
            id: Uuid::from_u64_pair(0, last.id.0),
        };
        behind.to_text()
    });
    Ok(TicketPage { tickets, cursor })
}
