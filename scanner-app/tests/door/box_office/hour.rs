//! A hundred sales a minute: a till is as large at the end as it was at the beginning, whatever it sold.

use std::process::Command;

use scanner_app::edge::OsRandom;
use scanner_app::replica::Replica;
use scanner_app::till::{Sale, TakeBack, Till, Wanted};
use shared::fact::till::{Means, PriceReason, RefundReason};
use shared::ids::{FactId, TypeNo};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::till::cart::Tender;

use super::Office;
use crate::ALLOCATED;
use crate::run::now;
use crate::supervisors::ANA;

/// A test that runs alone in a process of its own: what others allocate is not counted.
const ALONE: &str = "TICKETHUB_ALONE";
const EACH_MS: i64 = 600;
const WARM: usize = 100;
const SALES: usize = 600;
/// A sale kept in memory takes some 500 bytes.
const MOST_GROWTH: usize = 32 * 1024;

#[test]
fn a_till_that_sells_on_and_on_takes_no_more_memory() {
    if std::env::var_os(ALONE).is_none() {
        let program = std::env::current_exe().expect("this program");
        let name = "box_office::hour::a_till_that_sells_on_and_on_takes_no_more_memory";
        let run = Command::new(program)
            .args([name, "--exact"])
            .env(ALONE, "1")
            .output()
            .expect("started");
        let told = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success(), "{told}");
        assert!(told.contains("1 passed"), "{told}");
        return;
    }
    let office = Office::with_places(SALES as u64);
    let replica = office.device.open();
    let till = Till::open(&replica).expect("a till");
    let began_ms = now();
    till.open_shift(ANA, "7351", Vec::new(), began_ms)
        .expect("opened");
    let mut first = None;
    let mut warm = 0;
    for n in 0..SALES {
        if n == WARM {
            warm = ALLOCATED.current_usage();
        }
        let id = sell(&office, &till, began_ms + EACH_MS * n as i64);
        first.get_or_insert(id);
    }
    let grown = ALLOCATED.current_usage().saturating_sub(warm);
    assert!(grown < MOST_GROWTH, "{grown} bytes more");

    // What was sold first is as near as what was sold last.
    let at_ms = began_ms + EACH_MS * SALES as i64;
    let first = first.expect("a sale");
    let back = TakeBack {
        sale: first,
        tickets: Vec::new(),
        reason: RefundReason::Guest,
        means: Means::Cash,
    };
    let refunded = till.refund(back.clone(), at_ms).expect("taken back");
    assert_eq!(refunded.amount.minor, 2200);
    assert_eq!(
        till.refund(back, at_ms).expect_err("once").code(),
        "nothing_left"
    );
    let found = till.find_sales("1", 5).expect("found");
    assert_eq!((found[0].sale, found[0].taken_back), (first, 1));
    assert_eq!(till.last_sales(3).expect("found")[0].receipt, SALES as u32);
    let x = till.x().expect("a shift");
    drop(till);
    assert_eq!(reopened(&replica), x, "read again from the first fact on");
    assert_eq!(x.sums.sales, SALES as u32);
    assert_eq!(x.expected, 2200 * (SALES as i64 - 1));
}

fn reopened(replica: &Replica) -> scanner_app::till::XReport {
    Till::open(replica).expect("a till").x().expect("a shift")
}

fn sell(office: &Office, till: &Till, now_ms: i64) -> FactId {
    let id = FactId::new(now_ms, &mut OsRandom);
    let sale = Sale {
        id,
        wanted: vec![Wanted {
            event: office.venue.event,
            type_no: TypeNo(1),
            quantity: 1,
            reason: PriceReason::Full,
        }],
        tenders: vec![Tender::Cash {
            given: Money::new(2200, Currency::Eur),
        }],
        language: Language::Fr,
        contact: None,
        promotion: None,
    };
    till.sell(sale, now_ms).expect("sold");
    id
}
