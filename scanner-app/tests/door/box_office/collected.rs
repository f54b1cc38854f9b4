//! Tickets of the store's orders on this till's paper: once, and gone from the till once they are out.

use scanner_app::till::Till;
use shared::fact::FactBody;
use shared::fact::till::TillFact;
use shared::ids::{FactId, OrderId, TicketId, TypeNo};
use shared::language::Language;
use shared::wire::latest::{HandOut, HandOutTicket, StockPaper};

use super::Office;
use crate::print::double::{Manner, Printer};
use crate::run::now;

fn id(no: u8) -> FactId {
    FactId::from_bytes([no; 16])
}

impl Office {
    /// What the server says of an order of two places.
    fn order(&self) -> HandOut {
        let tickets = [(7001, "W-12"), (7002, "W-13")];
        HandOut {
            order: OrderId::from_bytes([8; 16]),
            code: "TH-4K7M2Q9XWA".into(),
            event: self.venue.event,
            language: Language::Fr,
            paid_ms: now() - 3_600_000,
            paper: StockPaper {
                organizer: "La Cigale SARL".into(),
                ..StockPaper::default()
            },
            tickets: tickets
                .iter()
                .map(|(ticket, number)| HandOutTicket {
                    ticket: TicketId(*ticket),
                    type_no: TypeNo(1),
                    number: (*number).into(),
                    price_minor: 2_200,
                    vat_basis_points: 550,
                    token: self.token(TicketId(*ticket)),
                })
                .collect(),
        }
    }

    fn kept(&self) -> i64 {
        let count = "select count(*) from handed_out";
        self.database()
            .query_row(count, [], |row| row.get(0))
            .expect("a count")
    }

    /// What the journal says of orders: the fact, and whether it is a duplicate.
    fn handed_out(&self) -> Vec<(FactId, bool)> {
        use scanner_app::replica::till as journal;
        let facts = self.device.open().read(|connection| {
            let newest = journal::newest(connection)?.expect("a journal");
            journal::facts(connection, newest.id)
        });
        let facts = facts.expect("read");
        facts
            .iter()
            .filter_map(|fact| match &fact.body {
                FactBody::Till(TillFact::Collected { duplicate, .. }) => {
                    Some((fact.id, *duplicate))
                }
                _other => None,
            })
            .collect()
    }
}

#[test]
fn an_orders_tickets_are_printed_once_and_then_gone_from_the_till() {
    let office = Office::with_places(3);
    let hand_out = |fact, duplicate| {
        let till = Till::open(&office.device.open()).expect("a till");
        till.hand_out(office.order(), fact, duplicate, now())
    };
    let closed = hand_out(id(1), false).expect_err("no shift is open");
    assert_eq!(closed.code(), "no_shift");
    office.open_with("1000x5");
    for _ in 0..2 {
        hand_out(id(1), false).expect("told twice, done once");
    }
    assert_eq!(
        (office.handed_out(), office.kept()),
        (vec![(id(1), false)], 1)
    );
    let sealed: Vec<u8> = office
        .database()
        .query_row("select sealed from handed_out", [], |row| row.get(0))
        .expect("one");
    let token = office.token(TicketId(7001));
    assert!(
        !sealed.windows(16).any(|part| part == &token[16..32]),
        "sealed"
    );

    let printer = Printer::new(Manner::Fine);
    office.prints("tickets", &printer);
    office.done(&["print"]);
    let paper = String::from_utf8_lossy(&printer.job()).into_owned();
    for said in ["W-12", "W-13", "TH-4K7M2Q9XWA", "La Cigale SARL"] {
        assert!(paper.contains(said), "{said}: {paper}");
    }
    assert!(!paper.contains("DUPLICATA"));
    assert_eq!(office.kept(), 0, "as good as cash, and gone");

    hand_out(id(2), true).expect("a duplicate");
    let printer = Printer::new(Manner::Fine);
    office.prints("tickets", &printer);
    office.done(&["print"]);
    let paper = String::from_utf8_lossy(&printer.job()).into_owned();
    assert!(paper.contains("DUPLICATA"), "{paper}");

    // No money moved, and the books say nothing of it.
    let x = office.done(&["x"]);
    assert_eq!(
        (&x["sums"]["sales"], &x["expected"]),
        (&0.into(), &5_000.into())
    );
    assert_eq!(office.handed_out(), [(id(1), false), (id(2), true)]);
}

#[test]
fn a_print_that_failed_halfway_is_printed_again_as_a_duplicate_by_a_fact_of_its_own() {
    let office = Office::with_places(3);
    office.open_with("1000x5");
    let till = Till::open(&office.device.open()).expect("a till");
    till.hand_out(office.order(), id(1), false, now())
        .expect("handed out");
    drop(till);
    let printer = Printer::new(Manner::HangsUpAfter(200));
    office.prints("tickets", &printer);
    office.run(&["print"]);
    drop(printer.job());
    let job = office.to_print()[0]["no"].to_string();
    let printer = Printer::new(Manner::Fine);
    office.prints("tickets", &printer);
    office.done(&["print", "--again", &job]);
    let paper = String::from_utf8_lossy(&printer.job()).into_owned();
    assert!(
        paper.contains("DUPLICATA") && paper.contains("W-13"),
        "{paper}"
    );
    let facts = office.handed_out();
    assert_eq!(facts.len(), 2);
    assert!(facts[1].1, "it says so");
    assert_eq!(office.kept(), 0);
}
