//! Tickets, receipts and Zs of real sales at a real socket's printer: once, and after troubles a duplicate that says so.

use std::time::Duration;

use serde_json::Value;
use shared::ids::TicketId;

use super::Office;
use crate::print::double::{Manner, Printer};

fn says(job: &[u8], text: &str) -> bool {
    let text: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    job.windows(text.len()).any(|part| part == text)
}

impl Office {
    /// This printer is for tickets or for papers from now on.
    pub(super) fn prints(&self, what: &str, printer: &Printer) {
        let address = format!("tcp:{}", printer.address);
        let speaks = "escpos:80:wpc1252:printer";
        self.done(&["printer", what, "--printer", &address, "--speaks", speaks]);
    }

    fn sold(&self, id: u32, quantity: u16) -> Value {
        let id = format!("01998a00-0000-7000-8000-{id:012}");
        let paid = format!("cash:{}", 10_000 * u32::from(quantity));
        let line = self.line(1, quantity);
        self.done(&["sell", "--line", &line, "--pay", &paid, "--id", &id])
    }

    pub(super) fn to_print(&self) -> Vec<Value> {
        let jobs = self.done(&["status"])["to_print"].clone();
        jobs.as_array().cloned().expect("a list")
    }

    fn reprints(&self) -> u64 {
        let x = self.done(&["x"]);
        x["sums"]["reprints"].as_u64().expect("a number")
    }
}

#[test]
fn a_sale_prints_its_tickets_once_and_a_receipt_only_for_who_asks() {
    let office = Office::with_places(8);
    office.open_with("1000x10");
    let printer = Printer::new(Manner::Fine);
    office.prints("tickets", &printer);
    let sold = office.sold(1, 2);
    let printed = office.done(&["print"]);
    assert_eq!(
        (&printed["what"], &printed["state"]),
        (&"tickets".into(), &"printed".into())
    );
    let job = printer.job();
    for text in ["B-101", "B-102", "22,00", "B-R1"] {
        assert!(says(&job, text), "{text}");
    }
    // The codes are the tickets' own: what the door reads.
    for ticket in [TicketId(1), TicketId(2)] {
        assert!(says(&job, &office.code(ticket)), "{ticket}");
    }
    assert!(!says(&job, "DUPLICATA"));
    assert_eq!(office.run(&["print"]).lines.len(), 0, "nothing waits");

    let sale = sold["sale"].as_str().expect("an id");
    for (n, marks) in [(0, false), (1, true)] {
        let printer = Printer::new(Manner::Fine);
        office.prints("papers", &printer);
        office.done(&["reprint", sale, "--receipt"]);
        office.done(&["print"]);
        let receipt = printer.job();
        assert_eq!(says(&receipt, "DUPLICATA"), marks, "{n}");
        // 2 x 22.00 of 200.00 in cash, by whom, and the VAT in it.
        for text in ["44,00", "200,00", "156,00", "Ana Costa", "2,29"] {
            assert!(says(&receipt, text), "{text}");
        }
        assert_eq!(office.reprints(), n, "the first one is no duplicate");
    }
}

#[test]
fn a_failed_print_is_seen_and_tried_again_and_never_sold_again() {
    let office = Office::with_places(8);
    office.open_with("");
    office.sold(1, 1);
    // Without paper nothing began: the same ticket is printed, as the original.
    let out = Printer::new(Manner::Answers([0x1e, 0x32, 0x12, 0x72]));
    office.prints("tickets", &out);
    let run = office.run(&["print"]);
    assert_eq!(
        (run.code, &run.lines[0]["trouble"]),
        (Some(1), &"paper_out".into())
    );
    assert!(out.job().is_empty());
    let no = office.to_print()[0]["no"].to_string();
    // Half of it is out: from now on it is a duplicate.
    let half = Printer::new(Manner::HangsUpAfter(200));
    office.prints("tickets", &half);
    let run = office.run(&["print", "--again", &no]);
    assert_eq!(
        (run.code, &run.lines[0]["began"]),
        (Some(1), &true.into()),
        "{run:?}"
    );
    assert!(!says(&half.job(), "DUPLICATA"));
    assert_eq!(office.reprints(), 0);
    let fine = Printer::new(Manner::Fine);
    office.prints("tickets", &fine);
    let printed = office.done(&["print", "--again", &no]);
    assert_eq!(
        (&printed["duplicate"], &printed["state"]),
        (&true.into(), &"printed".into())
    );
    assert!(says(&fine.job(), "DUPLICATA"));
    assert_eq!((office.reprints(), office.to_print().len()), (1, 0));
    assert_eq!(office.refused(&["print", "--again", &no]), "no_such_job");
    assert_eq!(office.done(&["x"])["sums"]["sales"], 1);
}

#[test]
fn what_was_being_sent_when_the_program_died_may_be_on_paper() {
    let office = Office::with_places(8);
    office.open_with("");
    office.sold(1, 1);
    let printer = Printer::new(Manner::StallsAfter(100));
    office.prints("tickets", &printer);
    let mut sending = office.till(&["print"]).spawn().expect("started");
    let is_sending = || {
        let sql = "select count(*) from print_job where state = 'sending'";
        let sent = office.database().query_row(sql, [], |row| row.get(0));
        sent.is_ok_and(|sent: i64| sent == 1)
    };
    while !is_sending() {
        let ended = sending.try_wait().expect("its state");
        assert!(ended.is_none(), "it ended before it sent: {ended:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    sending.kill().expect("killed");
    sending.wait().expect("ended");
    // It may have died before anybody called: who waits for the call waits for ever.
    drop(printer);
    // Nothing is printed silently a second time.
    assert_eq!(office.run(&["print"]).lines.len(), 0);
    let jobs = office.to_print();
    assert_eq!(
        (&jobs[0]["trouble"], &jobs[0]["began"]),
        (&"interrupted".into(), &true.into())
    );
}

#[test]
fn a_refund_and_a_z_are_printed_with_what_the_books_count() {
    let office = Office::with_places(8);
    office.open_with("1000x10");
    let sold = office.sold(1, 3);
    let refund = [
        "refund",
        sold["sale"].as_str().expect("an id"),
        "--reason",
        "guest",
        "--by",
        "cash",
    ];
    let ticket = sold["tickets"][0]["ticket"].as_str().expect("an id");
    office.done(&[&refund[..], &["--ticket", ticket]].concat());
    let printer = Printer::new(Manner::Fine);
    office.prints("papers", &printer);
    office.done(&["print"]);
    let receipt = printer.job();
    for text in ["B-R2", "-22,00"] {
        let minus = text.replace('-', "\u{2212}");
        assert!(
            says(&receipt, text) || says(&receipt, &minus),
            "{text}: {}",
            String::from_utf8_lossy(&receipt)
        );
    }
    let z = office.done(&["close", "--count", "1000x14,200x2"]);
    assert_eq!(z["difference"], 0);
    let printer = Printer::new(Manner::Fine);
    office.prints("papers", &printer);
    office.done(&["print"]);
    let report = printer.job();
    for text in ["Z", "44,00", "144,00", "66,00", "B-R1", "B-R2", "Ana Costa"] {
        assert!(
            says(&report, text),
            "{text}: {}",
            String::from_utf8_lossy(&report)
        );
    }
}

#[test]
fn a_change_of_printers_is_a_fact_and_a_printer_of_stock_prints_no_receipts() {
    let office = Office::with_places(1);
    let facts = || -> i64 {
        let sql = "select count(*) from till_fact";
        office
            .database()
            .query_row(sql, [], |row| row.get(0))
            .expect("a count")
    };
    let boca = ["--printer", "tcp:10.0.0.9", "--speaks", "fgl"];
    office.done(&[&["printer", "tickets"], &boca[..]].concat());
    let first = facts();
    office.done(&[&["printer", "tickets"], &boca[..]].concat());
    assert_eq!(facts(), first, "nothing changed");
    office.done(&["printer", "tickets", "--none"]);
    assert_eq!(facts(), first + 1);
    let papers = [&["printer", "papers"], &boca[..]].concat();
    assert_eq!(office.refused(&papers), "stock_for_papers");
    assert_eq!(facts(), first + 1);
}
