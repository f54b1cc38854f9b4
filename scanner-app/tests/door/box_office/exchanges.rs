//! Tickets for tickets at the till's own program: the difference alone is money, and the old ones let nobody in.

use scanner_app::door::{AtGate, Door, Outcome, Sight};
use serde_json::{Value, json};
use shared::admission::{Decision, Direction, RefuseReason};
use shared::ids::TicketId;

use super::Office;
use crate::print::double::{Manner, Printer};
use crate::run::now;

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn tickets_become_others_and_only_the_difference_is_money() {
    let office = Office::with_places(6);
    office.open_with("1000x5");
    let two = office.line(2, 2);
    let sold = office.done(&["sell", "--line", &two, "--pay", "card:3000"]);
    let (sale, ticket) = (text(&sold["sale"]), |n: usize| {
        text(&sold["tickets"][n]["ticket"])
    });
    let one = office.line(1, 1);
    let exchange = |ticket: &str, line: &str, more: &[&str]| {
        let arguments = ["exchange", sale, "--ticket", ticket, "--line", line];
        let arguments = [&arguments[..], more].concat();
        arguments.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let refused = |arguments: Vec<String>| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        office.refused(&arguments)
    };
    let done = |arguments: Vec<String>| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        office.done(&arguments)
    };
    // Not paid, paid too much, not leased, and not of this sale: nothing of it is written.
    let seven = office.line(1, 7);
    for (arguments, code) in [
        (exchange(ticket(0), &one, &[]), "missing"),
        (
            exchange(ticket(0), &one, &["--pay", "card:2200"]),
            "too_much",
        ),
        (
            exchange(ticket(0), &seven, &["--pay", "card:700"]),
            "too_few_leased",
        ),
        (
            exchange(&TicketId(5).to_string(), &one, &["--pay", "card:700"]),
            "not_of_sale",
        ),
    ] {
        assert_eq!(refused(arguments.clone()), code, "{arguments:?}");
    }
    assert_eq!(office.done(&["x"])["sums"]["refunds"], 0);

    // 15.00 for 22.00: 7.00 in cash.
    let id = "01998a00-0000-7000-8000-000000000077";
    let paid = exchange(ticket(0), &one, &["--pay", "cash:1000", "--id", id]);
    let dearer = done(paid.clone());
    assert_eq!(
        (&dearer["total"], &dearer["change"], &dearer["receipt"]),
        (&json!(2_200), &json!(300), &json!(3))
    );
    let of = &dearer["exchange"];
    assert_eq!(
        (&of["credit"], &of["back"], &of["receipt"], &of["tickets"]),
        (&json!(1_500), &json!(0), &json!(2), &json!([ticket(0)]))
    );
    let again = done(paid);
    assert_eq!(again["made_before"], true, "told twice, made once");
    assert_eq!(again["exchange"], dearer["exchange"]);
    assert_eq!(
        refused(exchange(ticket(0), &one, &["--pay", "cash:1000"])),
        "not_of_sale",
        "it was exchanged"
    );
    // A sale that isn't this exchange has its id already.
    let other = ["sell", "--line", &two, "--pay", "card:3000", "--id", id];
    assert_eq!(office.refused(&other), "other_sale");

    // 22.00 for 15.00: 7.00 goes back, by card; and for one without charge all of it, in cash.
    let new = text(&dearer["sale"]);
    let cheaper = [
        "exchange",
        new,
        "--line",
        &office.line(2, 1),
        "--by",
        "card",
    ];
    let cheaper = office.done(&cheaper);
    let of = &cheaper["exchange"];
    assert_eq!((&of["credit"], &of["back"]), (&json!(1_500), &json!(700)));
    let press = format!("{}:press", office.line(1, 1));
    let free = office.done(&["exchange", text(&cheaper["sale"]), "--line", &press]);
    assert_eq!(free["exchange"]["back"], 1_500);
    let x = office.done(&["x"]);
    assert_eq!(x["expected"], 5_000 + 700 - 1_500);
    let sums = &x["sums"];
    assert_eq!(
        (
            &sums["sales"],
            &sums["refunds"],
            &sums["tickets"],
            &sums["tickets_back"]
        ),
        (&json!(4), &json!(3), &json!(5), &json!(3))
    );
    let means: Vec<_> = sums["means"].as_array().expect("a list").iter().collect();
    let by = |word: &str| {
        let found = means.iter().find(|row| row["means"] == word);
        found.map(|row| (row["paid"].clone(), row["back"].clone()))
    };
    assert_eq!(
        by("exchange"),
        Some((json!(3_000), json!(3_000))),
        "no money"
    );
    assert_eq!(
        by("card"),
        Some((json!(3_000), json!(700))),
        "the terminal's"
    );
    assert_eq!(by("cash"), Some((json!(700), json!(1_500))));

    // At the door: the last ticket goes in, none before it.
    let replica = office.device.open();
    let event = office.venue.event;
    let door = Door::open(&replica, event, &AtGate::AsEnrolled, Direction::In).expect("a door");
    let decide = |ticket: &Value| {
        let ticket: TicketId = text(ticket).parse().expect("a ticket");
        match door
            .scan(&office.code(ticket), Sight::Still, now())
            .expect("read")
            .outcome
        {
            Outcome::Decided { decision, .. } => decision,
            other => panic!("{other:?}"),
        }
    };
    let gone = Decision::Refuse(RefuseReason::Refunded);
    assert_eq!(decide(&dearer["tickets"][0]["ticket"]), gone);
    let last = decide(&free["tickets"][0]["ticket"]);
    assert!(matches!(last, Decision::Admit(_)), "{last:?}");
    drop(door);
    drop(replica);

    // The paper: new tickets alone by themselves, and a receipt that says what came back for them.
    let printer = Printer::new(Manner::Fine);
    office.prints("papers", &printer);
    office.done(&["reprint", new, "--receipt"]);
    office.done(&["print"]);
    let receipt = String::from_utf8_lossy(&printer.job()).into_owned();
    for said in ["B-R3", "B-R2", "B-201", "B-101", "22,00", "15,00"] {
        assert!(receipt.contains(said), "{said}: {receipt}");
    }
    let z = office.done(&["close", "--count", "1000x4,100x2"]);
    assert_eq!(z["difference"], 0);
}
