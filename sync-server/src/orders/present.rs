//! An order as it is now, with its lines and its tickets.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, PromoId, TicketId, TypeNo, UserId};
use shared::money::{Currency, Money};
use shared::price::PricedLine;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::buyer::Buyer;
use super::stock::Places;
use super::{OrderState, UnreadableRow};
use crate::payments::troubles::Trouble;

/// An order. Its JSON form is [`OrderView`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id, made by the client.
    pub id: OrderId,
    /// Whose event.
    pub organizer: OrganizerId,
    /// Which event.
    pub event: EventId,
    /// Who bought it with an account.
    pub account: Option<UserId>,
    /// `TH-` and ten characters, for people.
    pub code: String,
    /// Where it stands.
    pub state: OrderState,
    /// What it costs.
    pub total: Money,
    /// Of that, a gift to the organizer: no ticket, no VAT.
    pub donation: Money,
    /// What its promo code took off before.
    pub discount: Money,
    /// The promo code that it has.
    pub promo: Option<OrderPromo>,
    /// What was given back, or is on its way back.
    pub refunded: Money,
    /// Who bought; unknown until the store's checkout.
    pub buyer: Option<Buyer>,
    /// Of the mails.
    pub language: String,
    /// When it was held.
    pub created_ms: UnixMillis,
    /// Until when it is held.
    pub expires_ms: UnixMillis,
    /// When its buyer chose to pay at the box office.
    pub reserved_ms: Option<UnixMillis>,
    /// When its money came.
    pub paid_ms: Option<UnixMillis>,
    /// When its tickets were signed and published.
    pub issued_ms: Option<UnixMillis>,
    /// What was bought.
    pub lines: Vec<Line>,
    /// In the order of their series numbers.
    pub tickets: Vec<TicketId>,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// Its secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// SHA-256 of who asked and what.
    pub request_hash: [u8; 32],
    /// The order whose money paid its tickets, where somebody gave them.
    pub given_by: Option<OrderId>,
}

impl Order {
    /// How many places of each type its lines are.
    pub fn places(&self) -> Places {
        let mut places = Places::new();
        for line in &self.lines {
            *places.entry(line.type_no).or_default() += line.quantity;
        }
        places
    }
}

/// The promo code of an order, as it was when it was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPromo {
    /// Its id.
    pub id: PromoId,
    /// Its word.
    pub code: String,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Line {
    /// The type's number within its event.
    #[schema(value_type = u16)]
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// Price of one place, minor units of the order's currency.
    pub unit_minor: i64,
    /// What the order's promo code takes off the line: its places cost `unit_minor` each, less this together.
    #[serde(default)]
    pub discount_minor: i64,
    /// Contained in the price, basis points.
    pub vat_basis_points: i32,
    /// As far as known.
    pub holder_names: Vec<String>,
}

impl Line {
    /// With its price.
    pub fn priced(&self, currency: Currency) -> PricedLine {
        PricedLine {
            type_no: self.type_no,
            quantity: self.quantity,
            unit: Money::new(self.unit_minor, currency),
            discount: Money::new(self.discount_minor, currency),
        }
    }
}

pub(crate) struct OrderRow {
    pub(crate) id: Uuid,
    pub(crate) organizer_id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) account_id: Option<Uuid>,
    pub(crate) code: String,
    pub(crate) state: String,
    pub(crate) currency: String,
    pub(crate) total_minor: i64,
    pub(crate) donation_minor: i64,
    pub(crate) discount_minor: i64,
    pub(crate) promo_id: Option<Uuid>,
    pub(crate) promo_code: Option<String>,
    pub(crate) refunded_minor: i64,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) language: String,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: i64,
    pub(crate) reserved_ms: Option<i64>,
    pub(crate) paid_ms: Option<i64>,
    pub(crate) issued_ms: Option<i64>,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) secret_sealed: Vec<u8>,
    pub(crate) request_hash: Vec<u8>,
    pub(crate) given_by: Option<Uuid>,
    pub(crate) lines: sqlx::types::Json<Vec<Line>>,
    pub(crate) tickets: Vec<i64>,
}

/// `select_orders!("where ...", arguments...)`: the one list of columns. `select_orders!(of "with paid as ( ... )", "paid o where
/// ...", arguments...)`: of what a statement has written, before there are tickets.
macro_rules! select_orders {
    ($tail:literal, $($argument:expr),* $(,)?) => {
        $crate::orders::present::select_orders!(
            @ "",
            r#"(select coalesce(array_agg(t.id order by t.series_no), '{}')
                from tickets t
                where t.organizer_id = o.organizer_id and t.event_id = o.event_id and t.order_id = o.id
                  -- What was given to somebody else is theirs.
                  and not exists (select from tickets n where n.organizer_id = t.organizer_id
                      and n.event_id = t.event_id and n.replaces = t.id))
                   as "tickets!"
               from orders o "#,
            $tail,
            $($argument),*
        )
    };
    (of $with:literal, $from:literal, $($argument:expr),* $(,)?) => {
        $crate::orders::present::select_orders!(@ $with, r#"'{}'::bigint[] as "tickets!" from "#, $from, $($argument),*)
    };
    (@ $with:literal, $tickets:literal, $tail:literal, $($argument:expr),* $(,)?) => {
        sqlx::query_as!(
            $crate::orders::present::OrderRow,
            $with + r#"
            select o.id, o.organizer_id, o.event_id, o.account_id, o.code, o.state, o.currency, o.total_minor,
                   o.donation_minor, o.discount_minor, o.promo_id, o.promo_code, o.refunded_minor, o.email, o.name,
                   o.language, o.created_ms, o.expires_ms, o.reserved_ms, o.paid_ms, o.issued_ms,
                   o.secret_hash, o.secret_sealed, o.request_hash, o.given_by,
                   (select coalesce(jsonb_agg(jsonb_build_object('type_no', l.type_no, 'quantity', l.quantity,
                            'unit_minor', l.unit_minor, 'discount_minor', l.discount_minor, 'vat_basis_points', l.vat_basis_points,
                            'holder_names', l.holder_names) order by l.no), '[]')
                    from order_lines l
                    where l.organizer_id = o.organizer_id and l.event_id = o.event_id and l.order_id = o.id)
                       as "lines!: sqlx::types::Json<Vec<crate::orders::present::Line>>",
                   "# + $tickets + $tail,
            $($argument),*
        )
    };
}
pub(crate) use select_orders;

impl TryFrom<OrderRow> for Order {
    type Error = UnreadableRow;

    fn try_from(row: OrderRow) -> Result<Self, UnreadableRow> {
        let currency = Currency::from_code(&row.currency)
            .ok_or_else(|| UnreadableRow::new("an order's currency", &row.currency))?;
        let hash = |what, bytes: Vec<u8>| {
            <[u8; 32]>::try_from(bytes).map_err(|_| UnreadableRow::new(what, "not 32 bytes"))
        };
        Ok(Self {
            id: OrderId(row.id),
            organizer: OrganizerId(row.organizer_id),
            event: EventId(row.event_id),
            account: row.account_id.map(UserId),
            code: row.code,
            state: row.state.parse()?,
            total: Money::new(row.total_minor, currency),
            donation: Money::new(row.donation_minor, currency),
            discount: Money::new(row.discount_minor, currency),
            promo: row
                .promo_id
                .zip(row.promo_code)
                .map(|(id, code)| OrderPromo {
                    id: PromoId(id),
                    code,
                }),
            refunded: Money::new(row.refunded_minor, currency),
            buyer: row
                .email
                .zip(row.name)
                .map(|(email, name)| Buyer { email, name }),
            language: row.language,
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            reserved_ms: row.reserved_ms,
            paid_ms: row.paid_ms,
            issued_ms: row.issued_ms,
            lines: row.lines.0,
            tickets: row.tickets.into_iter().map(TicketId::from_i64).collect(),
            secret_hash: hash("an order's secret", row.secret_hash)?,
            secret_sealed: row.secret_sealed,
            request_hash: hash("an order's request", row.request_hash)?,
            given_by: row.given_by.map(OrderId),
        })
    }
}

/// The order of that id.
pub async fn order_by_id(
    executor: impl PgExecutor<'_>,
    id: OrderId,
) -> Result<Option<Order>, sqlx::Error> {
    let row = select_orders!("where o.id = $1", id.0)
        .fetch_optional(executor)
        .await?;
    Ok(row.map(Order::try_from).transpose()?)
}

/// An order in JSON. Amounts are minor units.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct OrderView {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: OrderId,
    /// For people: `TH-` and ten characters.
    pub code: String,
    /// Which event.
    #[schema(value_type = Uuid)]
    pub event_id: EventId,
    /// Where it stands.
    pub state: OrderState,
    /// ISO 4217.
    #[schema(value_type = String)]
    pub currency: Currency,
    /// What it costs, discount taken off, gift included.
    pub total_minor: i64,
    /// Of that, the gift to the organizer.
    #[serde(default)]
    pub donation_minor: i64,
    /// What its promo code took off.
    #[serde(default)]
    pub discount_minor: i64,
    /// The promo code that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promo_code: Option<String>,
    /// What was given back.
    pub refunded_minor: i64,
    /// Where the tickets go; empty while a visitor of the store has not said it.
    pub email: String,
    /// Who bought; empty likewise.
    pub name: String,
    /// Of the mails.
    pub language: String,
    /// When it was held.
    pub created_ms: UnixMillis,
    /// Until when it is held.
    pub expires_ms: UnixMillis,
    /// When its buyer chose to pay at the box office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_ms: Option<UnixMillis>,
    /// When its money came.
    pub paid_ms: Option<UnixMillis>,
    /// When its tickets were signed and published.
    pub issued_ms: Option<UnixMillis>,
    /// What was bought.
    pub lines: Vec<Line>,
    /// Its tickets, once issued: 13 characters each.
    #[schema(value_type = Vec<String>)]
    pub tickets: Vec<TicketId>,
    /// Opens the order without an account. Only in the answer to the request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The page that `secret` opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The payment provider's page, on which the buyer goes on. Only in the answer to paying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_url: Option<String>,
    /// What opens the payment provider's fields on a page of the buyer's. Only in the answer to paying by `element`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// What happened to its money outside, for whoever reads the organizer's orders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<Trouble>,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        let (email, name) = order
            .buyer
            .map(|buyer| (buyer.email, buyer.name))
            .unwrap_or_default();
        Self {
            id: order.id,
            code: order.code,
            event_id: order.event,
            state: order.state,
            currency: order.total.currency,
            total_minor: order.total.minor,
            donation_minor: order.donation.minor,
            discount_minor: order.discount.minor,
            promo_code: order.promo.map(|promo| promo.code),
            refunded_minor: order.refunded.minor,
            email,
            name,
            language: order.language,
            created_ms: order.created_ms,
            expires_ms: order.expires_ms,
            reserved_ms: order.reserved_ms,
            paid_ms: order.paid_ms,
            issued_ms: order.issued_ms,
            lines: order.lines,
            tickets: order.tickets,
            secret: None,
            link: None,
            redirect_url: None,
            client_secret: None,
            troubles: Vec::new(),
        }
    }
}
