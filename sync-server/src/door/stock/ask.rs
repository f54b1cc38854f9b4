//! A till asks for places, and is answered with all that it may sell.

use shared::ids::{DeviceId, EventId, KeyId, OrganizerId, TicketId, TypeNo, WindowNo};
use shared::lease::stock::{LAST_PLACES, lease_size, wants_more};
use shared::ticket::{Flags, TokenFields};
use shared::wire::latest::{
    ErrorCode, StockAnswer, StockAsk, StockGroup, StockRate, StockSale, StockTicket, StockType,
};
use sqlx::PgConnection;

use super::grant::{self, Until, Wanted, Whose};
use super::{paper, series, terms};
use crate::app::App;
use crate::catalog::rates::rates_of;
use crate::database::transaction;
use crate::door::sessions::DeviceSession;
use crate::door::signed::{self, PublishSignedError};
use crate::tickets::keys::OpenKeyError;
use crate::web::ApiError;

/// More than a group that buys at a till.
const MOST_FOR_A_SALE: u32 = 100;

/// A till gets no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskStockError {
    /// The device has no right to sell.
    #[error("this device has no right to sell")]
    NotATill,
    /// A draft, called off or over.
    #[error("this event is not on sale")]
    NotOnSale,
    /// For a sale in progress there are too few places.
    #[error("of ticket type {type_no} only {left} places are left")]
    SoldOut {
        /// Of which type.
        type_no: TypeNo,
        /// How many there are.
        left: u32,
    },
    /// More than `MOST_FOR_A_SALE`, or none.
    #[error("a sale at a till takes 1 to {MOST_FOR_A_SALE} places at once")]
    Places,
    /// Telling what was lent.
    #[error("publishing leases")]
    Publish(#[from] PublishSignedError),
    /// The till's key for the event doesn't open.
    #[error(transparent)]
    Key(#[from] OpenKeyError),
    /// Reading or writing.
    #[error("lending places to a till")]
    Database(#[from] sqlx::Error),
}

impl From<AskStockError> for ApiError {
    fn from(error: AskStockError) -> Self {
        match error {
            AskStockError::NotATill => Self::new(
                ErrorCode::Forbidden,
                "This device may not sell. An organizer can enrol it with the right to sell, on the Devices page.",
            ),
            AskStockError::NotOnSale => Self::new(
                ErrorCode::NotOnSale,
                "This event is not on sale now, so no place of it is lent to a till.",
            ),
            AskStockError::SoldOut { .. } => Self::new(ErrorCode::SoldOut, error.to_string()),
            AskStockError::Places => Self::invalid([("sale.places", "1 to 100")]),
            AskStockError::Publish(source) => source.into(),
            AskStockError::Key(source) => source.into(),
            AskStockError::Database(source) => source.into(),
        }
    }
}

/// Lends what the till should have, and answers with all that it has.
pub async fn ask(
    app: &App,
    session: &DeviceSession,
    ask: &StockAsk,
) -> Result<StockAnswer, AskStockError> {
    if !session.rights.sell {
        return Err(AskStockError::NotATill);
    }
    let places = ask.sale.map(|sale| sale.places);
    if places.is_some_and(|places| !(1..=MOST_FOR_A_SALE).contains(&places)) {
        return Err(AskStockError::Places);
    }
    let of = (session.organizer, ask.event);
    let till = session.device;
    // Most often nothing is wanted: then nobody waits for the event's lock.
    let mut conn = app.pool.acquire().await?;
    let wants = wanted(app, &mut conn, of, till, ask.sale).await?;
    drop(conn);
    if !wants.is_empty() {
        let mut tx = transaction::begin(&app.pool).await?;
        transaction::begin_change(&mut tx, session.organizer, ask.event).await?;
        // Again, since the till may have asked twice.
        let wants = wanted(app, &mut tx, of, till, ask.sale).await?;
        grant::lend(app, &mut tx, of, till, &wants).await?;
        tx.commit().await?;
        app.door.watch.changed(ask.event);
    }
    answer(app, of, till, &ask.have).await
}

/// A type that is on sale, and what the till has of it.
struct OnSale {
    type_no: TypeNo,
    price_minor: i64,
    vat_basis_points: u32,
    left: u32,
    unsold: u32,
    group: Option<StockGroup>,
}

async fn on_sale(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
) -> Result<Vec<OnSale>, AskStockError> {
    let rows = sqlx::query!(
        r#"select t.no, t.price_minor, t.vat_basis_points, t.group_from, t.group_price_minor,
                  greatest(free_for_all(s.organizer_id, s.event_id, s.type_no, s.quota + s.written_off - s.held - s.sold - s.leased), 0) as "left!",
                  (select count(*) from leased_tickets k
                   join leases l on l.organizer_id = k.organizer_id and l.event_id = k.event_id and l.id = k.lease_id
                   where k.organizer_id = $1 and k.event_id = $2 and k.holder_id = $3 and k.type_no = t.no
                     and k.state = 'unsold' and l.state = 'granted' and l.expires_ms > $4) as "unsold!"
           from events e
           join ticket_types t on t.organizer_id = e.organizer_id and t.event_id = e.id
           join stock s on s.organizer_id = t.organizer_id and s.event_id = t.event_id and s.type_no = t.no
           where e.organizer_id = $1 and e.id = $2 and e.status = 'published' and e.ends_ms > $4 and not t.deleted
             and coalesce(t.sale_from_ms, 0) <= $4 and coalesce(t.sale_until_ms, e.ends_ms) > $4
           order by t.no"#,
        organizer.0,
        event.0,
        till.0,
        app.now_ms()
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OnSale {
            type_no: TypeNo(u16::try_from(row.no).unwrap_or(0)),
            price_minor: row.price_minor,
            vat_basis_points: row.vat_basis_points.cast_unsigned(),
            left: row.left.cast_unsigned(),
            unsold: u32::try_from(row.unsold).unwrap_or(u32::MAX),
            group: row
                .group_from
                .zip(row.group_price_minor)
                .map(|(from, price_minor)| StockGroup {
                    from: from.cast_unsigned(),
                    price_minor,
                }),
        })
        .collect())
}

/// What is to be lent, by what is there now.
async fn wanted(
    app: &App,
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
    till: DeviceId,
    sale: Option<StockSale>,
) -> Result<Vec<Wanted>, AskStockError> {
    let on_sale = on_sale(app, conn, of, till).await?;
    match sale {
        None => Ok(on_sale.iter().filter_map(top_up).collect()),
        Some(sale) => {
            let of_type = on_sale.iter().find(|row| row.type_no == sale.type_no);
            let row = of_type.ok_or(AskStockError::NotOnSale)?;
            let lacks = sale.places.saturating_sub(row.unsold);
            if lacks > row.left {
                return Err(AskStockError::SoldOut {
                    type_no: sale.type_no,
                    left: row.left.saturating_add(row.unsold),
                });
            }
            let wanted = Wanted {
                type_no: sale.type_no,
                places: lacks,
                until: Until::SoonOver,
                whose: Whose::Free,
            };
            Ok(Some(wanted).filter(|_| lacks > 0).into_iter().collect())
        }
    }
}

/// The last places are for sales in progress only.
fn top_up(row: &OnSale) -> Option<Wanted> {
    let size = lease_size(row.left);
    let is_due = row.left > LAST_PLACES && wants_more(row.unsold, size);
    is_due.then(|| Wanted {
        type_no: row.type_no,
        places: size.saturating_sub(row.unsold).min(row.left - LAST_PLACES),
        until: Until::DayAfter,
        whose: Whose::Free,
    })
}

/// All that a till may sell of the event.
pub(super) async fn answer(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
    have: &str,
) -> Result<StockAnswer, AskStockError> {
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let types = on_sale(app, &mut tx, (organizer, event), till).await?;
    let rates = rates_of(&mut tx, (organizer, event)).await?;
    let series = series::known_letters(&mut tx, organizer, till).await?;
    let have = signed::parse_have(have);
    let objects = signed::newer_objects(&mut tx, organizer, &have).await?;
    let (currency, paper) = paper::of(&mut tx, (organizer, event)).await?;
    let terms = terms::of(app, &mut tx, organizer).await?;
    let tickets = tickets(app, &mut tx, (organizer, event), till).await?;
    tx.commit().await?;
    Ok(StockAnswer {
        objects,
        series: series.unwrap_or_default(),
        currency,
        paper,
        terms,
        types: types
            .into_iter()
            .map(|row| StockType {
                type_no: row.type_no,
                price_minor: row.price_minor,
                vat_basis_points: row.vat_basis_points,
                left: row.left,
                group: row.group,
                rates: rates
                    .iter()
                    .filter(|rate| rate.type_no == row.type_no)
                    .map(|rate| StockRate {
                        reason: rate.reason.code().to_owned(),
                        price_minor: rate.price_minor,
                    })
                    .collect(),
            })
            .collect(),
        tickets,
    })
}

/// All that the till holds and didn't sell; signed anew, which gives the same bytes.
async fn tickets(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
) -> Result<Vec<StockTicket>, AskStockError> {
    let rows = sqlx::query!(
        "select k.id, k.type_no, k.window_no, k.key_id, k.channel, k.series_no, k.price_minor, k.vat_basis_points, e.mode
         from leased_tickets k
         join leases l on l.organizer_id = k.organizer_id and l.event_id = k.event_id and l.id = k.lease_id
         join signing_keys s on s.id = k.key_id and s.revoked_ms is null and s.sealed_private <> ''
         join events e on e.organizer_id = k.organizer_id and e.id = k.event_id
         where k.organizer_id = $1 and k.event_id = $2 and k.holder_id = $3 and k.state = 'unsold' and l.state = 'granted'
           and l.expires_ms > $4
         order by k.type_no, k.series_no",
        organizer.0,
        event.0,
        till.0,
        app.now_ms()
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut tickets = Vec::with_capacity(rows.len());
    for row in rows {
        let key = KeyId(row.key_id.cast_unsigned());
        let private = app.issuer.keys.private(&mut *conn, &app.vault, key).await?;
        let (ticket, type_no) = (
            TicketId::from_i64(row.id),
            TypeNo(u16::try_from(row.type_no).unwrap_or(0)),
        );
        let mode = match row.mode.as_str() {
            "test" => Flags::TEST,
            _ => Flags::NONE,
        };
        // Paper can't change its code, so a type whose codes rotate online has tickets that don't from a till.
        let token = private.sign(TokenFields {
            flags: Flags::LEASED.with(mode),
            key,
            type_no,
            window: WindowNo(u8::try_from(row.window_no).unwrap_or(0)),
            ticket,
        });
        tickets.push(StockTicket {
            ticket,
            type_no,
            series: row.channel,
            number: row.series_no.map(i64::cast_unsigned),
            price_minor: row.price_minor,
            vat_basis_points: row.vat_basis_points.cast_unsigned(),
            token: token.to_bytes(),
        });
    }
    Ok(tickets)
}
