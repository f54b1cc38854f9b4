//! The double's money against the server's payments, ledger and tickets, and what buyers were told.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use anyhow::{Context as _, ensure};
use sqlx::{PgConnection, Row as _};
use stripe_double::Passed;
use uuid::Uuid;

use super::Scene;
use super::buyer::{End, Told};
use crate::prove::kill::audit;

/// What was found to agree.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub charges: u64,
    pub paid: u64,
    pub refunded: u64,
    pub given_back: u64,
    /// Minor units, at Stripe.
    pub came: i64,
    pub went: i64,
    /// What the organizer's own account has.
    pub organizers: i64,
    /// Of what was passed on there, what the platform kept.
    pub fees: i64,
    pub passed_on: u64,
}

/// Money of one payment at Stripe: what came, what went back.
type Money = (i64, i64);

/// # Errors
/// The first thing that does not agree.
pub async fn compare(scene: &Scene, server_data: &Path, told: &[Told]) -> anyhow::Result<Tally> {
    let mut database = audit::connect(server_data).await?;
    let at_stripe = charged(scene)?;
    let mut tally = Tally {
        charges: at_stripe.len() as u64,
        ..Tally::default()
    };
    payments(&mut database, at_stripe, &mut tally).await?;
    shares(&mut database, scene, &mut tally).await?;
    orders(&mut database, told, &mut tally).await?;
    for event in [scene.plenty, scene.scarce] {
        audit::books(&mut database, event).await?;
    }
    ensure!(
        (tally.came, tally.went) == scene.double.totals(),
        "Stripe's sums are {:?}, those of its charges {:?}",
        scene.double.totals(),
        (tally.came, tally.went)
    );
    let kept: i64 = sqlx::query_scalar(
        "select coalesce(sum(amount_minor), 0)::bigint from ledger where kind in ('sale', 'donation', 'refund', 'donation_returned')",
    )
    .fetch_one(&mut database)
    .await?;
    ensure!(
        kept == tally.came - tally.went,
        "the ledger says that {kept} stayed, Stripe {}",
        tally.came - tally.went
    );
    Ok(tally)
}

fn charged(scene: &Scene) -> anyhow::Result<HashMap<Uuid, Money>> {
    let mut by_payment = HashMap::new();
    for charge in scene.double.charges() {
        let payment = charge
            .metadata
            .get("payment")
            .with_context(|| format!("{} says not whose it is", charge.intent))?;
        let money: &mut Money = by_payment.entry(payment.parse()?).or_default();
        money.0 += charge.amount;
        money.1 += charge.amount_refunded;
    }
    Ok(by_payment)
}

/// Every payment has the money that its state says, and all money has a payment.
async fn payments(
    database: &mut PgConnection,
    mut at_stripe: HashMap<Uuid, Money>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let rows = sqlx::query(
        "select p.id, p.state, p.amount_minor,
             (select coalesce(sum(r.amount_minor), 0)::bigint from refunds r
              where r.payment_id = p.id and r.state = 'succeeded') as refunded
         from payments p",
    )
    .fetch_all(database)
    .await?;
    for row in rows {
        let (payment, state): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
        let (amount, refunded): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        let expected = match state.as_str() {
            "succeeded" => (amount, refunded),
            "returned" => {
                tally.given_back += 1;
                (amount, amount)
            }
            _ => (0, 0),
        };
        let money = at_stripe.remove(&payment).unwrap_or_default();
        ensure!(
            money == expected,
            "payment {payment} is {state}: {expected:?} came and went here, {money:?} at Stripe"
        );
        tally.came += money.0;
        tally.went += money.1;
    }
    ensure!(
        at_stripe.is_empty(),
        "Stripe has money of payments that nobody knows: {at_stripe:?}"
    );
    Ok(())
}

/// What was passed on, and the fees, as each payment, its refunds and the ledger have it; and nothing else.
async fn shares(
    database: &mut PgConnection,
    scene: &Scene,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mut at_stripe: HashMap<Uuid, Option<Passed>> = HashMap::new();
    for charge in scene.double.charges() {
        let payment = charge.metadata.get("payment").context("whose is it")?;
        let other = at_stripe.insert(payment.parse()?, charge.passed);
        ensure!(other.is_none(), "payment {payment} was charged twice");
    }
    let rows = sqlx::query(
        "select p.id, p.state, p.destination, p.amount_minor, coalesce(p.fee_minor, 0),
             coalesce((select sum(r.amount_minor) from refunds r
                 where r.payment_id = p.id and r.state = 'succeeded'), 0)::bigint,
             coalesce((select sum(r.fee_minor) from refunds r
                 where r.payment_id = p.id and r.state = 'succeeded'), 0)::bigint,
             coalesce((select -sum(l.amount_minor) from ledger l
                 where l.payment_id = p.id and l.kind = 'platform_fee'), 0)::bigint,
             coalesce((select sum(l.amount_minor) from ledger l
                 where l.payment_id = p.id and l.kind = 'platform_fee_returned'), 0)::bigint
         from payments p where p.state in ('succeeded', 'returned')",
    )
    .fetch_all(&mut *database)
    .await?;
    for row in rows {
        let (payment, state): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
        let destination: Option<String> = row.try_get(2)?;
        let (amount, fee): (i64, i64) = (row.try_get(3)?, row.try_get(4)?);
        let (refunded, fee_refunded): (i64, i64) = (row.try_get(5)?, row.try_get(6)?);
        let booked: (i64, i64) = (row.try_get(7)?, row.try_get(8)?);
        let expected = destination.map(|account| match state.as_str() {
            "returned" => Passed {
                account,
                reversed: amount,
                fee,
                fee_refunded: fee,
            },
            _ => Passed {
                account,
                reversed: refunded,
                fee,
                fee_refunded,
            },
        });
        if let (Some(expected), "succeeded") = (&expected, state.as_str()) {
            let kept = (expected.fee, expected.fee_refunded);
            ensure!(
                booked == kept,
                "payment {payment}: the ledger has {booked:?} as fee and fee given back, the payment {kept:?}"
            );
        }
        let passed = at_stripe.remove(&payment).flatten();
        ensure!(
            passed == expected,
            "payment {payment} is {state}: {expected:?} is passed on here, {passed:?} at Stripe"
        );
        tally.passed_on += u64::from(passed.is_some());
        tally.fees += passed.map_or(0, |passed| passed.fee - passed.fee_refunded);
    }
    ensure!(
        tally.passed_on > 0 && tally.passed_on < tally.charges,
        "{} of {} charges were passed on: this proves too little",
        tally.passed_on,
        tally.charges
    );
    organizers_account(database, scene, tally).await
}

/// The organizer has what the ledger says of payments that were passed on, the platform all else.
async fn organizers_account(
    database: &mut PgConnection,
    scene: &Scene,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let owed: i64 = sqlx::query_scalar(
        "select coalesce(sum(l.amount_minor), 0)::bigint from ledger l join payments p on p.id = l.payment_id
         where p.destination is not null",
    )
    .fetch_one(database)
    .await?;
    let mut balances = scene.double.balances();
    let platform = balances.remove(&None).unwrap_or_default();
    tally.organizers = balances.into_values().sum();
    ensure!(
        tally.organizers == owed,
        "the ledger says that {owed} are the organizer's, its account at Stripe has {}",
        tally.organizers
    );
    let kept = tally.came - tally.went;
    ensure!(
        platform + tally.organizers == kept,
        "of {kept} the platform has {platform} and the organizer {}",
        tally.organizers
    );
    Ok(())
}

/// An order is paid by exactly one payment, or by none; and whoever was told of tickets has them.
async fn orders(
    database: &mut PgConnection,
    told: &[Told],
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let rows = sqlx::query(
        "select o.id, o.state, (select count(*) from payments p where p.order_id = o.id and p.state = 'succeeded'),
             (select coalesce(sum(r.amount_minor), 0)::bigint from refunds r
              where r.order_id = o.id and r.state = 'succeeded')
         from orders o",
    )
    .fetch_all(database)
    .await?;
    let mut known: BTreeMap<Uuid, (bool, i64)> = BTreeMap::new();
    for row in rows {
        let (order, state): (Uuid, String) = (row.try_get(0)?, row.try_get(1)?);
        let (payments, refunded): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        tally.paid += u64::from(state == "paid");
        tally.refunded += u64::from(state == "refunded");
        let is_bought = matches!(state.as_str(), "paid" | "refunded");
        ensure!(
            payments == i64::from(is_bought),
            "order {order} is {state} and has {payments} payments"
        );
        known.insert(order, (is_bought, refunded));
    }
    for Told {
        order,
        end,
        refunded,
    } in told
    {
        let now = known.get(order).copied();
        ensure!(
            *end != End::Tickets || now == Some((true, *refunded)),
            "somebody had tickets of order {order} and {refunded} back; now it is {now:?}"
        );
    }
    Ok(())
}
