//! Promo codes at the till's own program: the server granted a use before, and the sale needs no network.

use scanner_app::till::{Sale, Till, Wanted};
use serde_json::{Value, json};
use shared::fact::FactBody;
use shared::fact::till::{PriceReason, TillFact};
use shared::ids::{FactId, PromoId, TypeNo};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::till::cart::Tender;
use shared::till::promotion::ReducedPrice;
use shared::wire::latest::Promotion;

use super::Office;
use crate::print::double::{Manner, Printer};
use crate::run::now;

const QUARTER_MS: i64 = 15 * 60_000;

fn fact_of(id: u32) -> FactId {
    FactId(uuid::Uuid::from_u128(0xc0de_0000 + u128::from(id)))
}

impl Office {
    /// The server gave this till a use of NOEL20: type, places, price of one without and with it.
    pub(super) fn is_granted(&self, id: u32, price: (u16, u32, u32, u32)) {
        self.is_granted_until(id, &[price], now() + QUARTER_MS);
    }

    fn is_granted_until(&self, id: u32, prices: &[(u16, u32, u32, u32)], expires_ms: i64) {
        let price = |&(no, quantity, full_minor, unit_minor): &(u16, u32, u32, u32)| ReducedPrice {
            type_no: TypeNo(no),
            quantity,
            full_minor,
            unit_minor,
        };
        let promotion = Promotion {
            event: self.venue.event,
            promo: PromoId(uuid::Uuid::from_u128(20)),
            code: "NOEL20".into(),
            percent_basis_points: Some(2_000),
            expires_ms,
            prices: prices.iter().map(price).collect(),
        };
        let answer = serde_json::to_string(&promotion).expect("JSON");
        self.database()
            .execute(
                "insert or ignore into promotion (fact, answer) values (?1, ?2)",
                rusqlite::params![fact_of(id).as_bytes(), answer],
            )
            .expect("written");
    }

    /// What codes took off, as the journal says.
    pub(super) fn promotions(&self) -> Vec<(FactId, u32, u32)> {
        use scanner_app::replica::till as journal;
        let facts = self.device.open().read(|connection| {
            let newest = journal::newest(connection)?.expect("a journal");
            journal::facts(connection, newest.id)
        });
        let facts = facts.expect("read");
        let of_codes = facts.iter().filter_map(|fact| match &fact.body {
            FactBody::Till(TillFact::Promotion { full, off, .. }) => Some((fact.id, *full, *off)),
            _other => None,
        });
        of_codes.collect()
    }

    fn uses(&self) -> i64 {
        let count = "select count(*) from promotion where given_up = 0";
        let count = self.database().query_row(count, [], |row| row.get(0));
        count.expect("a count")
    }
}

fn says(job: &[u8], text: &str) -> bool {
    let text: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    job.windows(text.len()).any(|part| part == text)
}

#[test]
fn a_code_that_was_granted_is_sold_by_without_the_network_once_and_stands_on_paper() {
    let office = Office::with_places(9);
    office.open_with("1000x5");
    // Ten euros off three places at 22.00.
    let prices = [(1, 1, 2_200, 1_867), (1, 2, 2_200, 1_866)];
    office.is_granted_until(1, &prices, now() + QUARTER_MS);
    let line = office.line(1, 3);
    let id = "01998a00-0000-7000-8000-000000000001";
    let sell = [
        "sell",
        "--line",
        &line,
        "--promo",
        "noel20",
        "--pay",
        "cash:6000",
        "--id",
        id,
    ];
    let sold = office.done(&sell);
    assert_eq!(
        (&sold["total"], &sold["change"]),
        (&json!(5_599), &json!(401))
    );
    assert_eq!(office.promotions(), [(fact_of(1), 6_600, 1_001)]);
    assert_eq!(office.uses(), 0);
    // Told twice, made once; for another guest the server is asked, and it is not there.
    assert_eq!(office.done(&sell)["made_before"], true);
    let again = [
        "sell",
        "--line",
        &line,
        "--promo",
        "NOEL20",
        "--pay",
        "cash:9000",
    ];
    assert_eq!(office.refused(&again), "no_server");
    assert_eq!(
        office.done(&["x"])["sums"]["sales"],
        1,
        "and nothing was sold"
    );

    let printer = Printer::new(Manner::Fine);
    office.prints("tickets", &printer);
    office.done(&["print"]);
    let tickets = printer.job();
    for text in ["18,67", "18,66", "Promotion"] {
        assert!(says(&tickets, text), "{text}");
    }
    let sale = sold["sale"].as_str().expect("an id");
    let printer = Printer::new(Manner::Fine);
    office.prints("papers", &printer);
    office.done(&["reprint", sale, "--receipt"]);
    office.done(&["print"]);
    let receipt = printer.job();
    for text in ["Promotion", "18,67", "37,32", "55,99", "10,01"] {
        assert!(says(&receipt, text), "{text}");
    }

    // What goes back is what was paid.
    let ticket = sold["tickets"][0]["ticket"].as_str().expect("an id");
    let back = |arguments: &[&str]| {
        let all = [
            &["refund", sale, "--reason", "guest", "--by", "cash"],
            arguments,
        ]
        .concat();
        office.done(&all)["amount"].clone()
    };
    let first: Value = back(&["--ticket", ticket]);
    let rest: Value = back(&[]);
    assert_eq!(
        first.as_i64().expect("cents") + rest.as_i64().expect("cents"),
        5_599
    );
    // An inspector reads the line, and every rule holds.
    let folder = office.device.data().with_file_name("controle");
    let to = folder.display().to_string();
    office.done(&["inspect", "--to", &to]);
    let listing = std::fs::read_to_string(folder.join("journal-1.csv")).expect("a listing");
    let line = listing.lines().find(|line| line.contains("code promo"));
    assert!(line.expect("its line").contains(";-10,01;"), "{line:?}");
}

#[test]
fn a_use_that_is_over_or_was_asked_for_other_places_sells_nothing() {
    let office = Office::with_places(4);
    office.open_with("1000x5");
    let till = || Till::open(&office.device.open()).expect("a till");
    let try_by = |fact: FactId, quantity| {
        let sale = Sale {
            id: FactId(uuid::Uuid::from_u128(77)),
            wanted: vec![Wanted {
                event: office.venue.event,
                type_no: TypeNo(1),
                quantity,
                reason: PriceReason::Full,
            }],
            tenders: vec![Tender::Cash {
                given: Money::new(10_000, Currency::Eur),
            }],
            language: Language::Fr,
            contact: None,
            promotion: Some(fact),
        };
        till().sell(sale, now())
    };
    // The server may have given it to somebody else since.
    office.is_granted_until(1, &[(1, 2, 2_200, 1_760)], now() - 1);
    let late = try_by(fact_of(1), 2).expect_err("over");
    assert_eq!(late.code(), "promotion_over");
    office.is_granted(2, (1, 2, 2_200, 1_760));
    for quantity in [1, 3] {
        let other = try_by(fact_of(2), quantity).expect_err("other places");
        assert_eq!(other.code(), "other_places");
    }
    let unknown = try_by(fact_of(3), 2).expect_err("never granted");
    assert_eq!(unknown.code(), "promotion_over");
    // Given up, it is none either; and nothing of all that was written.
    till().give_promotion_up(fact_of(2)).expect("noted");
    let given_up = try_by(fact_of(2), 2).expect_err("given up");
    assert_eq!(given_up.code(), "promotion_over");
    assert_eq!(till().given_up_promotions().expect("read"), [fact_of(2)]);
    assert_eq!(office.promotions(), []);
    assert_eq!(office.done(&["x"])["sums"]["sales"], 0);
}
