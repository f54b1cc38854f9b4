//! Free places to whoever is next. One line at a time, under the lock of the type's counter: nobody is passed over by another
//! server, and no place is offered twice.

use serde_json::json;
use shared::ids::{EventId, OrganizerId, TypeNo};
use shared::language::Language;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Place, token};
use crate::app::App;
use crate::catalog::event::page::{EventPage, read};
use crate::catalog::event::terms::terms_of;
use crate::database::transaction::{Attempts, begin, begin_change};
use crate::edge::OsRandom;
use crate::messages::outbox::{self, Mail};
use crate::orders::hold::{HoldError, Turn, hold_in_turn};
use crate::orders::present::Order;
use crate::orders::resale::{self, PutOutError};
use crate::orders::secret::OrderSecret;

/// A line waits.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The places were not held.
    #[error("holding places for whoever is next in line")]
    Hold(#[source] HoldError),
    /// Tickets that are up for resale were not blocked.
    #[error("offering the places of tickets that are up for resale")]
    Resale(#[source] PutOutError),
    /// PostgreSQL.
    #[error("offering free places to a waiting list")]
    Database(#[from] sqlx::Error),
}

impl From<PutOutError> for OfferError {
    fn from(error: PutOutError) -> Self {
        match error {
            PutOutError::Database(source) => Self::Database(source),
            other @ (PutOutError::Rules(_) | PutOutError::Rights(_)) => Self::Resale(other),
        }
    }
}

impl From<HoldError> for OfferError {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Database(source) => Self::Database(source),
            other @ (HoldError::Refused(_) | HoldError::OtherContent | HoldError::Secret(_)) => {
                Self::Hold(other)
            }
        }
    }
}

/// The line of one type.
#[derive(Clone, Copy, Debug)]
struct Line {
    organizer: OrganizerId,
    event: EventId,
    type_no: TypeNo,
    /// Whether tickets of it are up for resale.
    resale: bool,
}

/// Ends the offers whose order is paid or over, and offers what is free.
pub async fn sweep(app: &App) -> Result<(), OfferError> {
    sqlx::query!(
        "update waiting_list w set state = 'done' from orders o
         where w.state = 'offered' and o.id = w.order_id and o.state <> 'held'"
    )
    .execute(&app.pool)
    .await?;
    let mut failed = None;
    for line in lines_with_places(app).await? {
        // One line that fails keeps none of the others waiting.
        if let Err(error) = offer_free(app, line).await {
            failed.get_or_insert(error);
        }
        app.event_pages.forget(line.event).await;
    }
    failed.map_or(Ok(()), Err)
}

/// To as many as there is enough for.
async fn offer_free(app: &App, line: Line) -> Result<(), OfferError> {
    let mut attempts = Attempts::default();
    while !app.stopping.is_cancelled() {
        match offer_next(app, line).await {
            Err(OfferError::Database(error)) if attempts.again(&error) => {}
            Err(error) => return Err(error),
            Ok(Offered::Nobody) => break,
            Ok(Offered::One) => attempts = Attempts::default(),
        }
    }
    Ok(())
}

/// Those whose type is on sale and of which there are places enough for somebody.
async fn lines_with_places(app: &App) -> Result<Vec<Line>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with lines as (
             select organizer_id, event_id, type_no, min(places) as fewest from waiting_list
             where state = 'waiting' group by organizer_id, event_id, type_no
         )
         select l.organizer_id, l.event_id, l.type_no, up.count > 0 as "resale!"
         from lines l
         join stock s on s.organizer_id = l.organizer_id and s.event_id = l.event_id and s.type_no = l.type_no
         join ticket_types t on t.organizer_id = l.organizer_id and t.event_id = l.event_id and t.no = l.type_no
         join events e on e.organizer_id = l.organizer_id and e.id = l.event_id
         cross join lateral (
             select count(*) from resales r
             join tickets k on k.organizer_id = r.organizer_id and k.event_id = r.event_id and k.id = r.ticket_id
             join event_terms c on c.organizer_id = r.organizer_id and c.event_id = r.event_id
             where r.organizer_id = l.organizer_id and r.event_id = l.event_id and r.type_no = l.type_no and r.state = 'open'
                 and k.status = 0 and e.doors_ms - c.resale_hours::bigint * 3600000 > $1
         ) up
         where greatest(s.quota + s.written_off - s.held - s.sold - s.leased, 0) + up.count >= l.fewest and not t.deleted
             and e.status = 'published' and e.ends_ms > $1
             and (t.sale_from_ms is null or t.sale_from_ms <= $1) and (t.sale_until_ms is null or t.sale_until_ms > $1)"#,
        app.now_ms(),
    )
    .fetch_all(&app.pool)
    .await?;
    let line = rows.into_iter().map(|row| Line {
        organizer: OrganizerId(row.organizer_id),
        event: EventId(row.event_id),
        type_no: TypeNo(row.type_no as u16),
        resale: row.resale,
    });
    Ok(line.collect())
}

/// Whether somebody was offered places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offered {
    One,
    Nobody,
}

/// Who is next.
struct Next {
    id: Uuid,
    places: i32,
    email: String,
    language: String,
}

async fn offer_next(app: &App, line: Line) -> Result<Offered, OfferError> {
    let of = (line.organizer, line.event);
    let mut tx = begin(&app.pool).await?;
    let up = if line.resale {
        // Tickets change, it may be: the event's lock comes before all others.
        begin_change(&mut tx, of.0, of.1).await?;
        resale::for_sale(&mut tx, of, line.type_no, app.now_ms()).await?
    } else {
        Vec::new()
    };
    let free = sqlx::query_scalar!(
        r#"select quota + written_off - held - sold - leased as "free!" from stock
           where organizer_id = $1 and event_id = $2 and type_no = $3 for update"#,
        line.organizer.0,
        line.event.0,
        i32::from(line.type_no.0),
    )
    .fetch_one(&mut *tx)
    .await?;
    let free = free.max(0).unsigned_abs();
    let there = free + u32::try_from(up.len()).unwrap_or_default();
    let Some(next) = next_in(&mut tx, line, there.cast_signed()).await? else {
        return Ok(Offered::Nobody);
    };
    let lacking = next.places.unsigned_abs().saturating_sub(free) as usize;
    let up = up.get(..lacking).unwrap_or_default();
    let Some(event) = read(&mut tx, line.event).await? else {
        return Ok(Offered::Nobody);
    };
    let terms = terms_of(&mut *tx, of).await?;
    let mut lasts_ms = i64::from(terms.offer_minutes) * 60_000;
    if !up.is_empty() {
        resale::put_out(app, &mut tx, of, (line.type_no, up)).await?;
        // A ticket that comes back is to be good when its holder stands at the door.
        lasts_ms = lasts_ms.min(event.doors_ms - app.now_ms());
    }
    let turn = Turn {
        event: line.event,
        type_no: line.type_no,
        places: next.places.unsigned_abs(),
        free: free + up.len() as u32,
        language: &next.language,
        lasts_ms,
        asker: next.id,
    };
    let joint = app.flush.join();
    let (order, secret) = hold_in_turn(app, &mut OsRandom, &mut tx, &joint, &turn).await?;
    sqlx::query!(
        "update waiting_list set state = 'offered', order_id = $2 where id = $1",
        next.id,
        order.id.0,
    )
    .execute(&mut *tx)
    .await?;
    resale::held_by(&mut tx, up, order.id).await?;
    let mail = mail(app, &event, &next, &order, &secret);
    outbox::enqueue(&mut tx, &[mail], app.now_ms()).await?;
    tx.commit().await?;
    joint.durable().await?;
    if !up.is_empty() {
        app.door.watch.changed(line.event);
    }
    Ok(Offered::One)
}

/// The first for whom there are enough: whoever wants more keeps their turn and waits for more. Of no more than an order may
/// have today.
async fn next_in(
    connection: &mut PgConnection,
    line: Line,
    free: i32,
) -> Result<Option<Next>, sqlx::Error> {
    sqlx::query_as!(
        Next,
        r#"select w.id, least(w.places, t.max_per_order) as "places!", w.email, w.language
           from waiting_list w
           join ticket_types t on t.organizer_id = w.organizer_id and t.event_id = w.event_id and t.no = w.type_no
           where w.organizer_id = $1 and w.event_id = $2 and w.type_no = $3 and w.state = 'waiting' and w.places <= $4
           order by w.joined_ms, w.id limit 1 for update of w"#,
        line.organizer.0,
        line.event.0,
        i32::from(line.type_no.0),
        free,
    )
    .fetch_optional(connection)
    .await
}

fn mail(app: &App, event: &EventPage, next: &Next, order: &Order, secret: &OrderSecret) -> Mail {
    let language: Language = next.language.parse().unwrap_or_default();
    let (url, place) = (&app.config.public_url, Place(next.id));
    let type_name = order.lines.first().and_then(|line| {
        let row = event.type_of(line.type_no)?;
        Some(&row.name)
    });
    Mail {
        dedupe_key: format!("offer/{}", order.id),
        recipient: next.email.clone(),
        language: next.language.clone(),
        template: "offer".to_owned(),
        payload: json!({
            "link": format!("{url}/{language}/orders/{}/checkout?secret={}", order.id, secret.to_text()),
            "leave": token::leave_link(app, place, language),
            "event_title": event.title,
            "type_name": type_name,
            "places": next.places,
            "until_ms": order.expires_ms,
            "now": {
                "doors_ms": event.doors_ms,
                "starts_ms": event.starts_ms,
                "time_zone": event.time_zone,
                "place": format!("{}, {}", event.venue.name, event.venue.city),
            },
        }),
    }
}
