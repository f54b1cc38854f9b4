//! The till's printers on a station: real sockets take what was sold, and what did not come out is said until it is seen to.

use std::sync::Arc;

use scanner_app::station::Station;
use scanner_app::station::view::{
    News, PaperAct, PaperKind, PaperOf, PrintState, PrinterView, TillAct, TillKey, TillRefusal,
    TillScreen, TillView, UiErrorCode,
};
use shared::clock::ManualClock;

use super::screen::Window;
use crate::box_office::Office;
use crate::print::double::{Manner, Printer};
use crate::run::now;
use crate::supervisors::ANA;

const NO_PAPER: Manner = Manner::Answers([0x1e, 0x32, 0x12, 0x72]);

fn says(job: &[u8], text: &str) -> bool {
    job.windows(text.len()).any(|part| part == text.as_bytes())
}

fn window() -> Window {
    let Office { device, .. } = Office::with_places(20);
    let mut window = Window::of(device);
    window.clock = Arc::new(ManualClock::at(now()));
    window
}

/// Ana sells.
fn at_work(window: &Window) -> Station {
    let station = window.start_blind();
    station.take_till().expect("the till opens");
    station.till_log_in(ANA, "7351").expect("her PIN");
    if let TillScreen::Open(_) = view(window).screen {
        press(&station, window, TillKey::Enter);
    }
    station
}

fn set_up(station: &Station, of: PaperOf, printer: &Printer) {
    let printer = PrinterView {
        address: format!("tcp:{}", printer.address),
        speaks: "escpos:80:wpc1252:printer".into(),
    };
    station.set_printer(of, Some(printer)).expect("set up");
}

fn view(window: &Window) -> TillView {
    told(window, "the till", |_| true)
}

/// What the page was told last, once it is what is looked for.
fn told(window: &Window, what: &str, look: impl Fn(&TillView) -> bool) -> TillView {
    window.told.wait(what, |told| {
        let last = told.iter().rev().find_map(|news| match news {
            News::Till(till) => Some((**till).clone()),
            _ => None,
        });
        last.filter(&look)
    })
}

fn press(station: &Station, window: &Window, key: TillKey) -> TillView {
    let step = view(window).step;
    station.till_press(step, key).expect("at the till")
}

fn see_to(station: &Station, window: &Window, act: PaperAct) -> TillView {
    let step = view(window).step;
    let done = station.till_act(step, TillAct::Paper(act));
    done.expect("at the till")
}

/// One place for cash; the sale stays on the screen.
fn sells(station: &Station, window: &Window) {
    if let TillScreen::Done(_) = view(window).screen {
        press(station, window, TillKey::Enter);
    }
    for key in [
        TillKey::Digit { digit: 1 },
        TillKey::Function { no: 1 },
        TillKey::Enter,
    ] {
        press(station, window, key);
    }
}

fn print(view: &TillView) -> Option<PrintState> {
    match &view.screen {
        TillScreen::Done(done) => Some(done.print),
        _ => None,
    }
}

#[test]
fn tickets_come_out_of_the_printer_that_was_set_up_and_of_the_time_before_it_none() {
    let window = window();
    let station = at_work(&window);
    sells(&station, &window);
    assert_eq!(print(&view(&window)), Some(PrintState::NoPrinter));
    let printer = Printer::new(Manner::Fine);
    set_up(&station, PaperOf::Tickets, &printer);
    let printers = station.printers().expect("readable");
    assert!(printers.tickets.is_some() && printers.papers.is_none());
    sells(&station, &window);
    told(&window, "the tickets are printed", |view| {
        print(view) == Some(PrintState::Printed)
    });
    let job = printer.job();
    assert!(says(&job, "B-102") && !says(&job, "B-101"));
    assert!(!says(&job, "DUPLICATA"));

    let wrong = PrinterView {
        address: "192.168.1.60".into(),
        speaks: "escpos".into(),
    };
    let refused = station.set_printer(PaperOf::Papers, Some(wrong));
    assert_eq!(
        refused.expect_err("no address").code,
        UiErrorCode::PrinterAddress
    );
    let stock = PrinterView {
        address: "tcp:192.168.1.60".into(),
        speaks: "fgl:203".into(),
    };
    let refused = station.set_printer(PaperOf::Papers, Some(stock));
    assert_eq!(
        refused.expect_err("tickets only").code,
        UiErrorCode::PrinterForTickets
    );
}

#[test]
fn a_failed_print_is_said_with_what_to_do_and_printed_again_as_the_original() {
    let window = window();
    let station = at_work(&window);
    let empty = Printer::new(NO_PAPER);
    set_up(&station, PaperOf::Tickets, &empty);
    sells(&station, &window);
    let failed = told(&window, "the failure", |view| {
        print(view) == Some(PrintState::Failed) && !view.unprinted.is_empty()
    });
    let [unprinted] = failed.unprinted.as_slice() else {
        panic!("{failed:?}");
    };
    assert_eq!(
        (unprinted.paper, unprinted.receipt, unprinted.began),
        (PaperKind::Tickets, Some(1), false)
    );
    assert!(unprinted.says.contains("papier"), "{}", unprinted.says);
    // The next guest is served; the failure stays on the screen.
    let next = press(&station, &window, TillKey::Enter);
    assert_eq!(next.unprinted.len(), 1);
    let printer = Printer::new(Manner::Fine);
    set_up(&station, PaperOf::Tickets, &printer);
    let job = unprinted.job;
    let seen_to = see_to(&station, &window, PaperAct::Again { job });
    assert!(seen_to.unprinted.is_empty(), "{seen_to:?}");
    let paper = printer.job();
    assert!(says(&paper, "B-101") && !says(&paper, "DUPLICATA"));
    drop(station);
    let replica = window.device.open();
    let sales = replica.read(|connection| {
        let sql = "select count(*) from issued";
        Ok::<i64, scanner_app::replica::ReplicaError>(
            connection.query_row(sql, [], |row| row.get(0))?,
        )
    });
    assert_eq!(
        sales.expect("readable"),
        1,
        "a retry prints, it never sells"
    );
}

#[test]
fn what_may_be_on_paper_after_a_crash_is_asked_about_and_never_printed_silently() {
    let window = window();
    let station = at_work(&window);
    let printer = Printer::new(Manner::Fine);
    set_up(&station, PaperOf::Tickets, &printer);
    sells(&station, &window);
    told(&window, "printed", |view| {
        print(view) == Some(PrintState::Printed)
    });
    drop(printer.job());
    drop(station);
    // As if it had been killed with the job on the line.
    let database = window.device.data().join("replica.db");
    let connection = rusqlite::Connection::open(database).expect("the replica's file");
    connection
        .execute("update print_job set state = 'sending'", [])
        .expect("written");
    drop(connection);

    let station = window.start_blind();
    let asked = told(&window, "the question", |view| !view.unprinted.is_empty());
    assert!(asked.unprinted[0].began);
    let job = asked.unprinted[0].job;
    let settled = see_to(&station, &window, PaperAct::LetBe { job });
    assert!(settled.unprinted.is_empty());
    drop(station);
    let station = window.start_blind();
    station.till_log_in(ANA, "7351").expect("her PIN");
    assert_eq!(view(&window).unprinted, [], "it is not asked twice");
}

#[test]
fn a_receipt_comes_out_for_who_asks_and_the_second_one_is_a_duplicate() {
    let window = window();
    let station = at_work(&window);
    sells(&station, &window);
    let receipt = TillKey::Function { no: 6 };
    let refused = press(&station, &window, receipt);
    assert_eq!(refused.refusal, Some(TillRefusal::NoPrinter));
    for is_duplicate in [false, true] {
        let printer = Printer::new(Manner::Fine);
        set_up(&station, PaperOf::Papers, &printer);
        let asked = press(&station, &window, receipt);
        let TillScreen::Done(done) = &asked.screen else {
            panic!("{asked:?}");
        };
        assert!(done.receipt_asked);
        let paper = printer.job();
        assert!(says(&paper, "22,00"));
        assert_eq!(says(&paper, "DUPLICATA"), is_duplicate);
    }
}

#[test]
fn a_specimen_says_so_and_a_silent_printer_is_told_of() {
    let window = window();
    let station = at_work(&window);
    let nothing = station.test_print(PaperOf::Papers);
    assert_eq!(nothing.expect_err("no printer").code, UiErrorCode::NotFound);
    let printer = Printer::new(Manner::Fine);
    set_up(&station, PaperOf::Papers, &printer);
    let said = station.test_print(PaperOf::Papers).expect("tried");
    assert_eq!(said, "imprimé");
    assert!(says(&printer.job(), "SPECIMEN"));
    // Nobody listens there any more.
    let said = station.test_print(PaperOf::Papers).expect("tried");
    assert!(said.len() > 20 && said.contains("tcp:"), "{said}");
}
