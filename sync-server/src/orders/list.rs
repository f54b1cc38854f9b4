//! Orders, newest first, in pages.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::clock::UnixMillis;
use shared::ids::{EventId, OrderId, OrganizerId, UserId};
use shared::wire::latest::ErrorCode;
use sqlx::PgPool;
use uuid::Uuid;

use super::present::{Order, OrderRow, OrderView, select_orders};
use crate::web::ApiError;

const VERSION: u8 = 1;
const MOST: i64 = 100;
const USUAL: i64 = 50;

/// Behind the last row of a page: its time and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the row was made.
    pub at_ms: UnixMillis,
    /// Its id.
    pub id: Uuid,
}

impl Cursor {
    /// Before every row.
    pub const START: Self = Self {
        at_ms: i64::MAX,
        id: Uuid::max(),
    };

    /// As clients carry it.
    pub fn to_text(self) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(self.at_ms.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From what [`Self::to_text`] gave; none is the start.
    pub fn from_text(text: Option<&str>) -> Result<Self, ApiError> {
        let Some(text) = text else {
            return Ok(Self::START);
        };
        Self::parse(text).ok_or_else(|| {
            ApiError::new(
                ErrorCode::InvalidCursor,
                "This cursor is not one of this server; begin without a cursor.",
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (at_ms, id) = rest.split_first_chunk::<8>()?;
        (*version == VERSION).then_some(())?;
        Some(Self {
            at_ms: i64::from_be_bytes(*at_ms),
            id: Uuid::from_bytes(id.try_into().ok()?),
        })
    }
}

/// Which page.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub struct PageQuery {
    /// Of the page before; none for the first.
    pub cursor: Option<String>,
    /// Rows in a page: 1 to 100, 50 unless told.
    pub limit: Option<i64>,
}

impl PageQuery {
    /// Rows in the page.
    pub fn limit(&self) -> Result<i64, ApiError> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            Ok(limit)
        } else {
            Err(ApiError::invalid([("limit", "1 to 100")]))
        }
    }
}

/// A page of orders.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct OrderPage {
    /// Newest first.
    pub orders: Vec<OrderView>,
    /// For the next page; none when this was the last.
    pub cursor: Option<String>,
}

/// What somebody looks for among an organizer's orders.
#[derive(Clone, Debug)]
pub struct Sought {
    /// Whose.
    pub organizer: OrganizerId,
    /// Of one event alone.
    pub event: Option<EventId>,
    /// A part of the code, of the buyer's name or of the address; empty finds all.
    pub words: String,
}

/// Whose orders are listed.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Those that an account bought.
    Account(UserId),
    /// Of those the paid ones, whatever became of them.
    Buyer(UserId),
    /// Those of an organizer's events.
    Organizers(Vec<OrganizerId>),
    /// Those of an organizer that somebody looks for.
    Found(Sought),
    /// All.
    Everybody,
}

/// A page of them.
pub async fn orders_page(
    pool: &PgPool,
    whose: &Whose,
    query: &PageQuery,
) -> Result<OrderPage, ApiError> {
    let after = Cursor::from_text(query.cursor.as_deref())?;
    let limit = query.limit()?;
    // One more than the page, to know whether there is another.
    let mut rows = rows(pool, whose, after, limit + 1).await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let cursor = rows.last().filter(|_| more).map(|row| {
        let last = Cursor {
            at_ms: row.created_ms,
            id: row.id,
        };
        last.to_text()
    });
    let orders = rows
        .into_iter()
        .map(|row| Order::try_from(row).map(OrderView::from))
        .collect::<Result<_, _>>()?;
    Ok(OrderPage { orders, cursor })
}

async fn rows(
    pool: &PgPool,
    whose: &Whose,
    after: Cursor,
    limit: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    match whose {
        Whose::Account(account) => {
            select_orders!(
                "where o.account_id = $1 and (o.created_ms, o.id) < ($2, $3)
                 order by o.created_ms desc, o.id desc limit $4",
                account.0,
                after.at_ms,
                after.id,
                limit
            )
            .fetch_all(pool)
            .await
        }
        Whose::Buyer(account) => {
            select_orders!(
                "where o.account_id = $1 and o.state in ('paid', 'refunded') and (o.created_ms, o.id) < ($2, $3)
                 order by o.created_ms desc, o.id desc limit $4",
                account.0,
                after.at_ms,
                after.id,
                limit
            )
            .fetch_all(pool)
            .await
        }
        Whose::Organizers(organizers) => {
            let organizers: Vec<Uuid> = organizers.iter().map(|organizer| organizer.0).collect();
            select_orders!(
                "where o.organizer_id = any($1) and (o.created_ms, o.id) < ($2, $3)
                 order by o.created_ms desc, o.id desc limit $4",
                &organizers,
                after.at_ms,
                after.id,
                limit
            )
            .fetch_all(pool)
            .await
        }
        Whose::Found(sought) => {
            // The newest are read until the page is full: few letters find much, many are looked for once.
            select_orders!(
                "where o.organizer_id = $1 and (o.created_ms, o.id) < ($2, $3)
                     and ($5::uuid is null or o.event_id = $5)
                     and (strpos(o.code, upper($6)) > 0 or strpos(lower(o.email), lower($6)) > 0
                          or strpos(plain_text(o.name), plain_text($6)) > 0 or $6 = '')
                 order by o.created_ms desc, o.id desc limit $4",
                sought.organizer.0,
                after.at_ms,
                after.id,
                limit,
                sought.event.map(|event| event.0),
                sought.words.trim()
            )
            .fetch_all(pool)
            .await
        }
        // The newest of each, and the newest of those.
        Whose::Everybody => select_orders!(
            "where o.id = any (array(
                 select newest.id from organizers g cross join lateral (
                     select n.id, n.created_ms from orders n
                     where n.organizer_id = g.id and (n.created_ms, n.id) < ($1, $2)
                     order by n.created_ms desc, n.id desc limit $3) newest
                 order by newest.created_ms desc, newest.id desc limit $3))
             order by o.created_ms desc, o.id desc",
            after.at_ms,
            after.id,
            limit
        )
        .fetch_all(pool)
        .await,
    }
}

/// The order, if `sees` lets the asker see it; else it is as if there were none.
pub async fn order_for(
    pool: &PgPool,
    id: OrderId,
    sees: impl FnOnce(&Order) -> bool,
) -> Result<Order, ApiError> {
    super::present::order_by_id(pool, id)
        .await?
        .filter(sees)
        .ok_or_else(|| ApiError::not_found("order"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nonsense_is_refused() {
        let cursor = Cursor {
            at_ms: 1_795_374_000_000,
            id: Uuid::from_u128(7),
        };
        let text = cursor.to_text();
        assert_eq!(Cursor::from_text(Some(&text)).unwrap(), cursor);
        assert_eq!(Cursor::from_text(None).unwrap(), Cursor::START);
        for nonsense in ["", "x", "AA", &text[1..], &format!("{text}AA")] {
            let error = Cursor::from_text(Some(nonsense)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidCursor, "{nonsense}");
        }
    }
}
