//! A clerk's day, and what is refused.

use scanner_app::door::{AtGate, Door, Outcome, Sight};
use shared::admission::{Decision, Direction, RefuseReason};
use shared::fact::till::Connection;
use shared::ids::TicketId;
use shared::till::archive::verify;

use super::Office;
use crate::run::now;
use crate::supervisors::ANA;

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("a text")
}

#[test]
fn a_shift_from_the_float_to_the_z_adds_up_to_the_cent() {
    let office = Office::with_places(20);
    let two = office.line(1, 2);
    let sell = ["sell", "--line", &two, "--pay", "cash:5000"];
    assert_eq!(office.refused(&sell), "no_shift");
    let wrong = office.with_pin(&["open", "--clerk", &ANA.to_string()], "1111");
    assert_eq!(wrong.error(), "wrong_pin");
    office.open_with("1000x10");
    let sold = office.done(&sell);
    assert_eq!(
        (&sold["receipt"], &sold["total"], &sold["change"]),
        (&1.into(), &4400.into(), &600.into())
    );
    assert_eq!(sold["tickets"][0]["number"], "B-101");
    assert_eq!(
        sold["tickets"][1]["number"], "B-102",
        "the lowest numbers first"
    );

    let press = format!("{}:press", office.line(2, 1));
    let mixed = office.done(&[
        "sell",
        "--line",
        &office.line(2, 1),
        "--line",
        &press,
        "--pay",
        "refused:1500",
        "--pay",
        "voucher:3:1000",
        "--pay",
        "card:500",
    ]);
    assert_eq!(
        (&mixed["receipt"], &mixed["total"]),
        (&2.into(), &1500.into())
    );
    let back = office.done(&[
        "refund",
        text(&sold["sale"]),
        "--ticket",
        text(&sold["tickets"][0]["ticket"]),
        "--reason",
        "guest",
        "--by",
        "cash",
    ]);
    assert_eq!(
        (&back["receipt"], &back["amount"]),
        (&3.into(), &2200.into())
    );
    office.done(&["cash", "out", "5000", "--reason", "banked"]);
    office.done(&["reprint", text(&sold["sale"]), "--receipt"]);
    office.done(&["train", "--line", &office.line(1, 4)]);

    let x = office.done(&["x"]);
    assert_eq!(x["expected"], 10_000 + 4400 - 2200 - 5000);
    assert_eq!(
        (&x["sums"]["sold"], &x["sums"]["refunded"]),
        (&5900.into(), &2200.into())
    );
    assert_eq!(
        office.done(&["status"])["expected"],
        serde_json::Value::Null,
        "a count is blind"
    );
    let z = office.done(&["close", "--count", "100x71"]);
    assert_eq!(
        (&z["z"], &z["expected"], &z["difference"]),
        (&1.into(), &7200.into(), &(-100).into())
    );
    assert_eq!(
        (&z["perpetual_sold"], &z["sums"]["trainings"]),
        (&5900.into(), &1.into())
    );
    assert_eq!(office.refused(&["x"]), "no_shift");
    let jobs = office.done(&["status"])["to_print"].clone();
    let whats: Vec<_> = jobs
        .as_array()
        .expect("a list")
        .iter()
        .map(|job| {
            (
                text(&job["what"]).to_owned(),
                job["duplicate"].as_bool().expect("whether"),
            )
        })
        .collect();
    let of = |what: &str, duplicate| (what.to_owned(), duplicate);
    assert_eq!(
        whats,
        [
            of("tickets", false),
            of("tickets", false),
            // Of the refund, and of the sale, since somebody asked for it.
            of("receipt", false),
            of("receipt", false),
            of("report", false),
        ]
    );
}

#[test]
fn a_sale_that_is_told_twice_is_made_once() {
    let office = Office::with_places(6);
    office.open_with("");
    let id = "01998a00-0000-7000-8000-000000000001";
    let line = office.line(1, 2);
    let sell = ["sell", "--line", &line, "--pay", "card:4400", "--id", id];
    let first = office.done(&sell);
    let again = office.done(&sell);
    assert_eq!(again["made_before"], true);
    assert_eq!(again["tickets"], first["tickets"]);
    assert_eq!(office.done(&["x"])["sums"]["sales"], 1);
    let other = office.line(1, 3);
    assert_eq!(
        office.refused(&["sell", "--line", &other, "--pay", "card:6600", "--id", id]),
        "other_sale"
    );
}

#[test]
fn what_is_not_leased_not_paid_or_not_ours_is_refused_and_nothing_of_it_is_written() {
    let office = Office::with_places(3);
    office.open_with("100x5");
    let (three, four) = (office.line(1, 3), office.line(1, 4));
    for (arguments, code) in [
        (
            vec!["sell", "--line", &four, "--pay", "card:8800"],
            "too_few_leased",
        ),
        (
            vec!["sell", "--line", &three, "--pay", "card:6599"],
            "missing",
        ),
        (
            vec!["sell", "--line", &three, "--pay", "card:6601"],
            "too_much",
        ),
        (
            vec![
                "sell",
                "--line",
                &three,
                "--pay",
                "card:6600",
                "--pay",
                "cash:100",
            ],
            "paid_already",
        ),
        (
            vec!["sell", "--line", &three, "--pay", "cash:-6600"],
            "no_amount",
        ),
        (
            vec!["cash", "out", "501", "--reason", "banked"],
            "drawer_too_small",
        ),
        (
            vec![
                "refund",
                "01998a00-0000-7000-8000-000000000009",
                "--reason",
                "guest",
                "--by",
                "card",
            ],
            "no_such_sale",
        ),
        (vec!["archive", "make", "2026-11-28"], "not_closed"),
    ] {
        assert_eq!(office.refused(&arguments), code, "{arguments:?}");
    }
    let x = office.done(&["x"]);
    assert_eq!(
        (&x["sums"]["sales"], &x["expected"]),
        (&0.into(), &500.into())
    );
    let sold = office.done(&["sell", "--line", &three, "--pay", "card:6600"]);
    let sale = text(&sold["sale"]).to_owned();
    let by_cash = ["refund", &sale, "--reason", "guest", "--by", "cash"];
    assert_eq!(office.refused(&by_cash), "drawer_too_small");
    let by_card = [
        "refund",
        &sale,
        "--reason",
        "event_cancelled",
        "--by",
        "card",
    ];
    office.done(&by_card);
    assert_eq!(office.refused(&by_card), "nothing_left");
}

#[test]
fn a_ticket_that_was_given_back_lets_nobody_in() {
    let office = Office::with_places(4);
    office.open_with("");
    let sold = office.done(&["sell", "--line", &office.line(1, 2), "--pay", "card:4400"]);
    let ticket = |n: usize| -> TicketId {
        text(&sold["tickets"][n]["ticket"])
            .parse()
            .expect("a ticket")
    };
    office.done(&[
        "refund",
        text(&sold["sale"]),
        "--ticket",
        &ticket(0).to_string(),
        "--reason",
        "guest",
        "--by",
        "card",
    ]);
    let replica = office.device.open();
    let door = Door::open(
        &replica,
        office.venue.event,
        &AtGate::AsEnrolled,
        Direction::In,
    )
    .expect("a door");
    let decide = |ticket: TicketId| {
        let verdict = door
            .scan(&office.code(ticket), Sight::Still, now())
            .expect("a verdict");
        match verdict.outcome {
            Outcome::Decided { decision, .. } => decision,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(decide(ticket(0)), Decision::Refuse(RefuseReason::Refunded));
    assert!(
        matches!(decide(ticket(1)), Decision::Admit(_)),
        "the other one does"
    );
}

#[test]
fn an_archive_of_a_closed_day_verifies_with_the_key_alone_and_a_flipped_byte_is_found() {
    let office = Office::with_places(4);
    office.open_with("");
    office.done(&["sell", "--line", &office.line(1, 2), "--pay", "card:4400"]);
    office.done(&["close"]);
    let replica = office.device.open();
    let till = scanner_app::till::Till::open(&replica).expect("a till");
    let closings = till.closings(now() + 40 * 24 * 3_600_000).expect("closed");
    let month = closings
        .iter()
        .find(|closing| closing.period.len() == 7)
        .expect("a month")
        .period
        .clone();
    assert_eq!(closings[0].sums.sold, 4400);
    drop((till, replica));
    let to = office.device.data().with_file_name("archives");
    let made = office.done(&["archive", "make", &month, "--to", &to.display().to_string()]);
    let file = text(&made["file"]).to_owned();
    let public = office.device.key.public();
    let key = {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        STANDARD.encode(public.as_bytes())
    };
    let report = office.done(&["archive", "verify", &file, "--key", &key]);
    assert_eq!(
        (&report["sound"], &report["sold"]),
        (&true.into(), &4400.into())
    );
    let mut bytes = std::fs::read(&file).expect("the archive");
    let second = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .expect("a line")
        + 50;
    bytes[second] ^= 1;
    std::fs::write(&file, &bytes).expect("written");
    let run = office.run(&["archive", "verify", &file, "--key", &key]);
    assert_eq!(
        (run.code, &run.lines[0]["problem"]["line"]),
        (Some(1), &2.into())
    );
    assert!(!verify(&String::from_utf8_lossy(&bytes), &public).sound);
}

#[test]
fn an_offline_period_of_a_shift_is_noted_once_when_it_begins_and_once_when_it_ends() {
    let office = Office::with_places(2);
    let note = |to| {
        let replica = office.device.open();
        let till = scanner_app::till::Till::open(&replica).expect("a till");
        till.note_connection(to, now()).expect("noted");
    };
    let noted = || -> i64 {
        let sql = "select count(*) from till_fact";
        office
            .database()
            .query_row(sql, [], |row| row.get(0))
            .expect("a count")
    };
    note(Connection::Offline);
    assert_eq!(noted(), 0, "nobody sells");
    office.open_with("");
    let opened = noted();
    for (to, facts) in [
        (Connection::Online, 0),
        (Connection::Offline, 1),
        (Connection::Offline, 1),
        (Connection::Online, 2),
        (Connection::Online, 2),
    ] {
        note(to);
        assert_eq!(noted() - opened, facts, "{to:?}");
    }
    office.done(&["close"]);
}
