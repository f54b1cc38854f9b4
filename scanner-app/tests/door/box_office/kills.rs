//! Killed in the middle of a sale, at each point between two steps of it.
//!
//! A shim that is loaded before the C library counts what the program does to its files and kills it right before the Nth of
//! it, so each point is met, not one that a timer happens to hit. The points are those at which another kind of step begins or
//! ends: the pages of the log, its sync (the sale is made there), the note of the head outside, the told line, the copy into the file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Office;
use crate::run::{json_lines, run};

pub(crate) fn shim(folder: &Path) -> PathBuf {
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/door/box_office/kill_at.c"
    );
    let library = folder.join("kill_at.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status()
        .expect("a C compiler, which SQLite needs as well");
    assert!(built.success());
    library
}

/// The steps at which another kind of step begins, and the last ones before: counted from 1.
pub(crate) fn points(steps: &[u8]) -> Vec<usize> {
    let changes = |at: &usize| *at == 0 || steps[*at] != steps[*at - 1];
    let begins = (0..steps.len()).filter(changes);
    let mut points: Vec<usize> = begins
        .flat_map(|at| [at, at + 1])
        .filter(|at| *at > 0)
        .collect();
    points.push(steps.len());
    points.dedup();
    points
}

/// The sale with this number, if it is whole.
struct Seen {
    sales: u64,
    expected: i64,
    issued: i64,
    jobs: i64,
    contacts: i64,
    codes: i64,
}

fn seen(office: &Office) -> Seen {
    let x = office.done(&["x"]);
    let count = |sql| {
        office
            .database()
            .query_row(sql, [], |row| row.get(0))
            .expect("a count")
    };
    Seen {
        sales: x["sums"]["sales"].as_u64().expect("a number"),
        expected: x["expected"].as_i64().expect("a number"),
        issued: count("select count(*) from issued"),
        jobs: count(
            "select count(*) from print_job where state = 'waiting' and holder is not null",
        ),
        contacts: count("select count(*) from till_contact"),
        codes: i64::try_from(office.promotions().len()).expect("few"),
    }
}

#[test]
fn a_sale_killed_at_any_step_is_whole_or_not_there() {
    let office = Office::with_places(90);
    office.open_with("1000x10");
    let folder = office.device.data().with_file_name("shim");
    std::fs::create_dir_all(&folder).expect("a folder");
    let shim = shim(&folder);
    let line = office.line(1, 1);
    let sell = |id: u32| {
        let id = format!("01998a00-0000-7000-8000-{id:012}");
        let sale = ["sell", "--line", &line, "--pay", "cash:5000", "--id", &id];
        let mut command = office.till(&[&sale[..], &["--promo", "NOEL20"]].concat());
        command.args(["--name", "Nadia Ferrand", "--email", "nadia@example.org"]);
        command.env("LD_PRELOAD", &shim);
        command
    };
    let log = folder.join("steps");
    // Each has a use of its own of a promo code, which the server granted before.
    let grant = |id| office.is_granted(id, (1, 1, 2_200, 1_760));
    grant(0);
    let rehearsed = run(sell(0).env("KILL_LOG", &log));
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    let steps = std::fs::read(&log).expect("the steps");
    let points = points(&steps);
    assert!(points.len() >= 8, "{:?}", String::from_utf8_lossy(&steps));

    let (mut sold, mut table, mut whole) = (1, String::new(), 0);
    for (id, &point) in (1..).zip(&points) {
        grant(id);
        let killed = sell(id)
            .env("KILL_AT", point.to_string())
            .output()
            .expect("started");
        let told = json_lines(&killed.stdout)
            .iter()
            .any(|line| line["receipt"].is_u64());
        let after = seen(&office);
        let is_whole = after.sales == sold + 1;
        assert!(is_whole || after.sales == sold, "point {point}");
        assert!(is_whole || !told, "point {point}: told, and not there");
        let now = i64::try_from(after.sales).expect("few");
        // The drawer, the tickets, the print jobs, what guests left and the codes agree with the sales, whole or not.
        assert_eq!(
            (after.expected, after.issued, after.jobs, after.contacts),
            (10_000 + 1_760 * now, now, now, now),
            "point {point}"
        );
        assert_eq!(after.codes, now, "point {point}");
        let step = char::from(steps[point - 1]);
        let outcome = if is_whole { "whole" } else { "not there" };
        writeln!(table, "{point:4} {step} {outcome}").expect("a text takes it");
        whole += u32::from(is_whole);
        // The clerk presses the key again: the same sale, once.
        let again: Value = {
            let again = run(&mut sell(id));
            assert_eq!(again.code, Some(0), "{again:?}");
            again.lines[0].clone()
        };
        assert_eq!(again["made_before"], is_whole, "point {point}");
        sold += 1;
        assert_eq!(seen(&office).sales, sold);
    }
    println!("{table}");
    assert!(
        whole > 0 && (whole as usize) < points.len(),
        "points before and after the commit:\n{table}"
    );
    let status = office.done(&["status"]);
    let journals = status["journals"].as_array().expect("a list");
    assert_eq!(journals.len(), 1, "a kill is no reason for a new journal");
    assert_eq!(
        (&status["receipt"], &journals[0]["missing"]),
        (&sold.into(), &0.into())
    );
}

/// Half of an exchange would be tickets without money, or money without tickets.
#[test]
fn an_exchange_killed_at_any_step_is_whole_or_not_there() {
    let office = Office::with_places(90);
    office.open_with("1000x10");
    let folder = office.device.data().with_file_name("shim");
    std::fs::create_dir_all(&folder).expect("a folder");
    let shim = shim(&folder);
    let sold = office.done(&["sell", "--line", &office.line(2, 60), "--pay", "card:90000"]);
    let sale = sold["sale"].as_str().expect("an id").to_owned();
    let tickets: Vec<String> = sold["tickets"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|ticket| ticket["ticket"].as_str().expect("an id").to_owned())
        .collect();
    let line = office.line(1, 1);
    let exchange = |no: usize| {
        let id = format!("01998a00-0000-7000-8000-{no:012}");
        let mut command = office.till(&[
            "exchange",
            &sale,
            "--ticket",
            &tickets[no],
            "--line",
            &line,
            "--pay",
            "cash:1000",
            "--id",
            &id,
        ]);
        command.env("LD_PRELOAD", &shim);
        command
    };
    let log = folder.join("steps");
    let rehearsed = run(exchange(0).env("KILL_LOG", &log));
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    let steps = std::fs::read(&log).expect("the steps");
    let points = points(&steps);
    assert!(points.len() < tickets.len(), "{}", points.len());
    let (mut made, mut whole) = (1, 0);
    for (no, &point) in (1..).zip(&points) {
        let killed = exchange(no).env("KILL_AT", point.to_string()).output();
        let killed = killed.expect("started");
        let told = json_lines(&killed.stdout)
            .iter()
            .any(|line| line["receipt"].is_u64());
        let x = office.done(&["x"]);
        let refunds = x["sums"]["refunds"].as_i64().expect("a number");
        let is_whole = refunds == made + 1;
        assert!(is_whole || refunds == made, "point {point}");
        assert!(is_whole || !told, "point {point}: told, and not there");
        // The new sale, the drawer, both tickets and the print job agree with it.
        let after = seen(&office);
        let waiting = "select count(*) from print_job where state = 'waiting'";
        let jobs: i64 = office
            .database()
            .query_row(waiting, [], |row| row.get(0))
            .expect("a count");
        assert_eq!(
            (after.sales as i64, after.expected, after.issued, jobs),
            // Of each exchange a ticket that was taken back, and a new one.
            (
                1 + refunds,
                10_000 + 700 * refunds,
                60 + 2 * refunds,
                1 + refunds
            ),
            "point {point}"
        );
        whole += usize::from(is_whole);
        let again = run(&mut exchange(no));
        assert_eq!(again.code, Some(0), "{again:?}");
        assert_eq!(again.lines[0]["made_before"], is_whole, "point {point}");
        made += 1;
    }
    assert!(whole > 0 && whole < points.len(), "points before and after");
    assert_eq!(seen(&office).sales as i64, made + 1);
}
