//! Lending places: the places leave the common stock, or the hold of a reservation, numbered tickets are made for them, and
//! everybody is told.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, KeyId, OrderId, OrganizerId, TicketId, TypeNo, uuid_v7};
use shared::lease::stock::ENDS_AFTER_MS;
use shared::roster::signed::SignedKind;
use sqlx::PgConnection;

use super::ask::AskStockError;
use super::{keys, series};
use crate::app::App;
use crate::door::signed;
use crate::edge::OsRandom;

/// A sale in progress takes no longer: somebody stands at the till.
const SALE_MS: i64 = 60_000;

/// Places to be lent.
pub(super) struct Wanted {
    pub(super) type_no: TypeNo,
    pub(super) places: u32,
    pub(super) until: Until,
    pub(super) whose: Whose,
}

/// Whose the places were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nobody's: they cost what the type costs.
    Free,
    /// A reservation's, whose hold is over in this transaction.
    Reservation(Reserved),
}

/// What was reserved, and what each place costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reserved {
    pub(super) order: OrderId,
    pub(super) price_minor: i64,
    pub(super) vat_basis_points: i32,
}

impl Whose {
    fn reserved(self) -> Option<Reserved> {
        match self {
            Self::Free => None,
            Self::Reservation(reserved) => Some(reserved),
        }
    }
}

/// How long a till may sell them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// Its stock: until a day after the event.
    DayAfter,
    /// For a sale in progress.
    SoonOver,
}

/// Lends, in the transaction that has called `begin_change`, types in ascending order. Of what somebody else took meanwhile nothing
/// is lent.
pub(super) async fn lend(
    app: &App,
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    till: DeviceId,
    wanted: &[Wanted],
) -> Result<(), AskStockError> {
    let mut taken = Vec::new();
    for wanted in wanted {
        if take_places(conn, (organizer, event), wanted).await? {
            taken.push(wanted);
        } else if wanted.until == Until::SoonOver || wanted.whose != Whose::Free {
            return Err(AskStockError::SoldOut {
                type_no: wanted.type_no,
                left: 0,
            });
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    let now_ms = app.now_ms();
    let key = keys::key_of(app, conn, (organizer, event), till, now_ms).await?;
    let term = signed::next_version(conn, organizer, now_ms).await?;
    let letters = series::letters_of(conn, organizer, till).await?;
    for wanted in taken {
        let before =
            series::take_numbers(conn, (organizer, event), &letters, wanted.places).await?;
        let grant = Grant {
            till,
            key,
            term,
            letters: &letters,
            before,
            now_ms,
        };
        grant.write(conn, (organizer, event), wanted).await?;
    }
    signed::publish(conn, &app.vault, organizer, SignedKind::Leases, now_ms).await?;
    Ok(())
}

/// Out of the common stock, if they are there, or out of the hold: invariant S1.
async fn take_places(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    wanted: &Wanted,
) -> Result<bool, sqlx::Error> {
    let places = wanted.places.cast_signed();
    let held = match wanted.whose {
        Whose::Free => 0,
        Whose::Reservation(_) => places,
    };
    let taken = sqlx::query!(
        "update stock set held = held - $5, leased = leased + $4
         where organizer_id = $1 and event_id = $2 and type_no = $3
           and held - $5 + sold + leased + $4 <= quota + written_off",
        organizer.0,
        event.0,
        i32::from(wanted.type_no.0),
        places,
        held
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected() == 1)
}

struct Grant<'a> {
    till: DeviceId,
    key: KeyId,
    term: i64,
    letters: &'a str,
    before: i64,
    now_ms: UnixMillis,
}

impl Grant<'_> {
    async fn write(
        &self,
        conn: &mut PgConnection,
        (organizer, event): (OrganizerId, EventId),
        wanted: &Wanted,
    ) -> Result<(), sqlx::Error> {
        let tickets: Vec<i64> = (0..wanted.places)
            .map(|_| TicketId::draw(&mut OsRandom).to_i64())
            .collect();
        let soon_ms = match wanted.until {
            Until::DayAfter => None,
            Until::SoonOver => Some(self.now_ms + SALE_MS),
        };
        let reserved = wanted.whose.reserved();
        sqlx::query!(
            "with made as (
                 insert into leases (organizer_id, event_id, id, device_id, type_no, places, state, expires_ms, created_ms,
                                     term, for_sale, order_id)
                 select $1, $2, $3, $4, $5, $6, 'granted', coalesce($7, e.ends_ms + $8), $9, $10, $7::bigint is not null, $15
                 from events e where e.organizer_id = $1 and e.id = $2
                 returning id
             )
             insert into leased_tickets (organizer_id, event_id, id, lease_id, type_no, window_no, key_id, channel, series_no,
                                         price_minor, vat_basis_points, holder_id, changed_ms)
             select $1, $2, n.id, made.id, $5, t.window_no, $11, $12, $13 + n.place, coalesce($16, t.price_minor),
                    coalesce($17, t.vat_basis_points), $4, $9
             from made
             join ticket_types t on t.organizer_id = $1 and t.event_id = $2 and t.no = $5,
                  unnest($14::bigint[]) with ordinality as n (id, place)",
            organizer.0,
            event.0,
            uuid_v7(self.now_ms, &mut OsRandom),
            self.till.0,
            i32::from(wanted.type_no.0),
            wanted.places.cast_signed(),
            soon_ms,
            ENDS_AFTER_MS,
            self.now_ms,
            self.term,
            self.key.0.cast_signed(),
            self.letters,
            self.before,
            &tickets,
            reserved.map(|reserved| reserved.order.0),
            reserved.map(|reserved| reserved.price_minor),
            reserved.map(|reserved| reserved.vat_basis_points)
        )
        .execute(conn)
        .await
        .map(drop)
    }
}
