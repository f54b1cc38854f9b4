//! Writing an order with its places.

use sqlx::PgConnection;

use super::HoldError;
use crate::app::App;
use crate::database::flush::Joint;
use crate::database::transaction::begin;
use crate::orders::present::{Order, OrderPromo};
use crate::orders::promo::uses::{self, Person};
use crate::orders::rules::{EventOnSale, NotHeld};
use crate::orders::stock::{self, Places, SoldOut};

/// As [`insert`], with a use of the order's promo code, in one transaction.
pub(super) async fn insert_with(
    app: &App,
    (order, promo): (&Order, &OrderPromo),
    places: &Places,
    event: &EventOnSale,
    joint: &Joint<'_>,
) -> Result<Inserted, HoldError> {
    let mut tx = begin(&app.pool).await?;
    let person = Person {
        account: order.account,
        email: order.buyer.as_ref().map(|buyer| buyer.email.as_str()),
    };
    let taken = uses::take(&mut tx, promo.id, order.id, person).await?;
    taken.map_err(NotHeld::Promo)?;
    let inserted = insert(&mut tx, order, places, event, joint).await?;
    if inserted == Inserted::All {
        tx.commit().await?;
    }
    Ok(inserted)
}

/// What became of an order and its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// All of it is there.
    All,
    /// Nothing: there is an order with that id.
    IdTaken,
    /// Nothing: there are too few places of this type, or it is no longer sold on the terms that were seen.
    NotAsSeen(SoldOut),
}

/// The order and its places, all of them, or nothing of it. The types' counters are locked in ascending order, as
/// everywhere.
pub(super) async fn insert(
    connection: &mut PgConnection,
    order: &Order,
    places: &Places,
    event: &EventOnSale,
    joint: &Joint<'_>,
) -> Result<Inserted, sqlx::Error> {
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
    let terms = places.keys().map(|no| event.types[no].terms_no);
    let terms: Vec<i64> = terms.collect();
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
               from made, stock s
                   join unnest($22::int[], $23::int[], $30::bigint[]) as w (type_no, quantity, terms_no) using (type_no, terms_no)
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
        event.commission_basis_points,
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
        &terms,
    )
    .fetch_one(connection)
    .await;
    match inserted {
        Ok(1) => Ok(Inserted::All),
        Ok(_) => Ok(Inserted::IdTaken),
        Err(error) => stock::sold_out(&error)
            .map(Inserted::NotAsSeen)
            .ok_or(error),
    }
}
