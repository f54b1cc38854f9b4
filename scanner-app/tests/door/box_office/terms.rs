//! What the organizer tells its tills: vouchers, reduced rates, groups' prices.

use scanner_app::replica::{Replica, till as kept};
use scanner_app::sync::driver::Driver;
use scanner_app::till::{Sale, SaleDone, Till, TillError, Wanted};
use shared::fact::FactBody;
use shared::fact::till::{PriceReason, TillFact};
use shared::ids::{FactId, TypeNo};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::till::cart::Tender;
use shared::wire::latest::{StockGroup, StockRate, VoucherKind};

use crate::run::now;
use crate::supervisors::ANA;
use crate::till::{at_work, venue};
use crate::venue::Venue;

fn sell(
    till: &Till,
    venue: &Venue,
    id: u128,
    (quantity, reason): (u16, PriceReason),
    minor: i64,
) -> Result<SaleDone, TillError> {
    let sale = Sale {
        id: FactId(uuid::Uuid::from_u128(id)),
        wanted: vec![Wanted {
            event: venue.event,
            type_no: TypeNo(1),
            quantity,
            reason,
        }],
        tenders: vec![Tender::Voucher {
            kind: 2,
            amount: Money::new(minor, Currency::Eur),
        }],
        language: Language::Fr,
        contact: None,
        promotion: None,
    };
    till.sell(sale, now())
}

fn bodies(replica: &Replica) -> Vec<TillFact> {
    let journal = replica
        .read(kept::newest)
        .expect("read")
        .expect("a journal");
    let facts = replica
        .read(move |tx| kept::facts(tx, journal.id))
        .expect("read");
    let bodies = facts.into_iter().filter_map(|fact| match fact.body {
        FactBody::Till(body) => Some(body),
        _other => None,
    });
    bodies.collect()
}

fn changes(replica: &Replica) -> usize {
    let bodies = bodies(replica).into_iter();
    bodies
        .filter(|body| matches!(body, TillFact::ConfigurationChanged { .. }))
        .count()
}

#[test]
fn another_list_of_vouchers_is_noted_once_before_the_next_act() {
    let venue = venue();
    let scene = at_work(&venue);
    let till = Till::open(&scene.replica).expect("a till");
    till.begin_shift(ANA, Vec::new(), now()).expect("opened");
    sell(&till, &venue, 1, (1, PriceReason::Full), 3_400).expect("sold");
    assert_eq!(changes(&scene.replica), 0, "its first list is no change");
    scene.server.lends_otherwise(|answer| {
        answer.terms.vouchers[0].taken = false;
        answer.terms.vouchers.push(VoucherKind {
            number: 5,
            name: "Carte Tatou".into(),
            taken: true,
        });
    });
    scene.run(Driver::is_settled);
    assert_eq!(changes(&scene.replica), 0, "nothing was done by it yet");
    sell(&till, &venue, 2, (1, PriceReason::Full), 3_400).expect("sold");
    sell(&till, &venue, 3, (1, PriceReason::Full), 3_400).expect("sold");
    assert_eq!(changes(&scene.replica), 1);
    let bodies = bodies(&scene.replica);
    let noted = bodies
        .iter()
        .position(|body| matches!(body, TillFact::ConfigurationChanged { .. }));
    let after = &bodies[noted.expect("noted") + 1];
    assert!(
        matches!(after, TillFact::Sale { receipt: 2, .. }),
        "{after:?}"
    );
}

#[test]
fn a_reduced_rate_and_a_groups_price_hold_without_the_server_and_what_is_no_rate_sells_nothing() {
    let venue = venue();
    let scene = at_work(&venue);
    scene.server.lends_otherwise(|answer| {
        answer.types[0].group = Some(StockGroup {
            from: 3,
            price_minor: 2_800,
        });
        answer.types[0].rates = vec![StockRate {
            reason: "student".into(),
            price_minor: 2_400,
        }];
    });
    scene.run(Driver::is_settled);
    let till = Till::open(&scene.replica).expect("a till");
    till.begin_shift(ANA, Vec::new(), now()).expect("opened");
    sell(&till, &venue, 1, (2, PriceReason::Student), 4_800).expect("sold");
    let group = sell(&till, &venue, 2, (3, PriceReason::Full), 8_400).expect("sold");
    // The same told twice is the same, whatever its price is called.
    let again = sell(&till, &venue, 2, (3, PriceReason::Full), 8_400).expect("made before");
    assert!(again.made_before && again.receipt == group.receipt);
    match sell(&till, &venue, 3, (1, PriceReason::Senior), 3_400) {
        Err(TillError::NoRate(TypeNo(1))) => {}
        other => panic!("{other:?}"),
    }
    let lines: Vec<(PriceReason, u32)> = bodies(&scene.replica)
        .into_iter()
        .filter_map(|body| match body {
            TillFact::Sale { lines, .. } => Some(lines),
            _other => None,
        })
        .flatten()
        .map(|line| (line.reason, line.unit))
        .collect();
    assert_eq!(
        lines,
        [(PriceReason::Student, 2_400), (PriceReason::Group, 2_800)]
    );
}
