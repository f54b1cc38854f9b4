//! Tills of one building lend each other places while no server is there. Invariants S1, S2.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use rusqlite::{Connection, params};
use scanner_app::door::now_of;
use scanner_app::edge::SystemClock;
use scanner_app::replica::REPLICA_FILE;
use scanner_app::till::stock::{Borrowed, borrow, holdings, sell, unsold};
use serde_json::json;
use shared::admission::Decision;
use shared::fact::kind::{EntryMarks, RightKind};
use shared::ids::{FactId, TicketId, TypeNo};
use shared::lease::lend::Purpose;
use shared::lease::{Cause, Lease, LeaseList};
use shared::roster::Rights;
use shared::roster::signed::{SignedKind, SignedObject};
use shared::ticket::{Flags, Presented, TokenFields};
use uuid::Uuid;

use super::building::{Building, LIMIT, Member, tell_address, wait_until};
use super::caller::{Caller, GOOD};
use crate::box_office::kills::{points, shim};
use crate::box_office::vault_of;
use crate::run::{Run, command, now, run};
use crate::venue::{Device, KEY, Venue};

const TYPE: TypeNo = TypeNo(1);
const FIRST: u64 = 501;
const PLACES: u64 = 10;

fn fields(ticket: u64) -> TokenFields {
    TokenFields {
        flags: Flags::LEASED,
        ..Venue::fields(ticket, KEY)
    }
}

/// Two tills and a door, of which the first was lent ten places and the others none of them.
fn tills() -> (Building, SignedObject) {
    let building = of_sellers();
    let lender = &building.members[0].device;
    let leases = lent_to(&building, lender);
    put_places(&building.venue, lender);
    building.acquaint();
    (building, leases)
}

fn of_sellers() -> Building {
    let mut venue = Venue::at(now());
    venue.rights = Rights {
        scan: true,
        sell: true,
        ..Rights::default()
    };
    let building = Building::of(venue, 3);
    for (member, series) in building.members.iter().zip(["B", "C", "D"]) {
        has_letters(&member.device, series);
    }
    building
}

/// The organizer's list, which everybody has, of ten places of that till.
fn lent_to(building: &Building, till: &Device) -> SignedObject {
    let lease = Lease {
        event: building.venue.event,
        right: RightKind::Sell,
        term: 100,
        device: till.id,
        cause: Cause::First,
        after: Vec::new(),
        type_no: Some(TYPE),
        ends_ms: None,
        is_stopped: false,
        tickets: (FIRST..FIRST + PLACES).map(TicketId).collect(),
    };
    let list = LeaseList {
        leases: vec![lease],
        write_offs: Vec::new(),
    };
    let leases = building.venue.sign(SignedKind::Leases, 100, now(), &list);
    for member in &building.members {
        Venue::tell(&member.replica, leases.clone());
    }
    leases
}

/// Their tickets, as the server hands them out.
fn put_places(venue: &Venue, till: &Device) {
    let vault = vault_of(till);
    for (number, ticket) in (1i64..).zip(FIRST..FIRST + PLACES) {
        let token = venue.key.sign(fields(ticket)).to_bytes();
        let sealed = vault.seal(&format!("leased_ticket/{}", TicketId(ticket)), &token);
        write(till, |connection| {
            connection.execute(
                "insert into leased_ticket (event, ticket, type_no, series, number, price_minor, vat_basis_points, token)
                 values ((select no from event), ?1, 1, 'B', ?2, 2200, 550, ?3)",
                params![TicketId(ticket).to_i64(), number, sealed],
            )
        });
    }
}

/// A till that is in everybody's list and works as a program of its own.
fn apart(building: &mut Building) -> (Device, SignedObject) {
    let till = building.others.remove(0);
    let mut devices = building.everybody();
    devices.push(&till);
    let list = building.list(3, &devices, &[]);
    (till, list)
}

/// A till has letters from its first lease on, whatever became of that.
fn has_letters(device: &Device, series: &str) {
    write(device, |connection| {
        connection.execute(
            "insert into till_event (event, series, currency, types, said_ms) values ((select no from event), ?1, 'EUR', '[]', 0)",
            [series],
        )
    });
}

/// What a server would have told.
fn write(device: &Device, write: impl FnOnce(&Connection) -> rusqlite::Result<usize>) {
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("its file");
    connection
        .busy_timeout(Duration::from_secs(20))
        .expect("set");
    assert_eq!(write(&connection).expect("written"), 1);
}

impl Member {
    fn can_sell(&self, venue: &Venue) -> u32 {
        let (event, now) = (venue.event, now_of(self.replica.time().now(now())));
        let unsold = self.replica.read(move |tx| unsold(tx, event, now));
        unsold.expect("read").get(&TYPE).copied().unwrap_or(0)
    }

    fn asks(&self, venue: &Venue, places: u32, purpose: Purpose) -> Vec<Borrowed> {
        let of = (venue.event, TYPE);
        let asked = borrow(
            &self.replica,
            &self.line,
            of,
            (places, purpose),
            (now(), LIMIT),
        );
        asked.expect("asked")
    }

    fn sells(&self, venue: &Venue, n: u32) -> Result<Vec<(u64, String)>, &'static str> {
        let sold = sell(&self.replica, venue.event, TYPE, n, now());
        let sold = sold.map_err(|error| error.code())?.into_iter();
        let number = |series: &str, number| format!("{series}{number}");
        Ok(sold
            .map(|ticket| (ticket.id.0, number(&ticket.series.0, ticket.number)))
            .collect())
    }
}

#[test]
fn a_till_without_places_is_lent_some_by_another_which_sells_them_no_more() {
    let (building, _) = tills();
    let venue = &building.venue;
    let [lender, till, door] = building.members.as_slice() else {
        panic!("three");
    };
    assert_eq!(till.sells(venue, 1), Err("too_few_leased"));
    let lent = till.asks(venue, 3, Purpose::Sale);
    assert_eq!(lent.len(), 1);
    assert_eq!((lent[0].lender, lent[0].places), (lender.device.id, 3));
    assert_eq!((lender.can_sell(venue), till.can_sell(venue)), (7, 3));
    let at = now_of(till.replica.time().now(now()));
    let held = till.replica.read(move |tx| holdings(tx, at));
    let held = held.expect("read").remove(0);
    assert_eq!(
        held.price_minor,
        Some(2200),
        "the price is that of the lease"
    );
    assert_eq!(held.lent_by.get(&lender.device.id), Some(&3));

    // The numbers stay those of the lender's series; those that it would have sold last go.
    let sold = till.sells(venue, 3).expect("sold");
    let numbers: Vec<&str> = sold.iter().map(|(_, number)| number.as_str()).collect();
    assert_eq!(numbers, ["B8", "B9", "B10"]);
    assert_eq!(till.sells(venue, 1), Err("too_few_leased"));
    assert_eq!(lender.sells(venue, 8), Err("too_few_leased"));
    let others = lender.sells(venue, 7).expect("sold");
    let all: BTreeSet<u64> = sold.iter().chain(&others).map(|(id, _)| *id).collect();
    assert_eq!(all.len(), 10, "no place was sold twice");
    assert_eq!(till.asks(venue, 1, Purpose::Sale), [], "nothing is left");

    // The door knows that the second till sold it, and asks nobody.
    let (ticket, _) = sold[0];
    let code = Presented::plain(venue.key.sign(fields(ticket))).to_string();
    wait_until("the door knows of the sale", || {
        let judged = door.door.judge(&code, now()).expect("judged");
        match judged.expect("a ticket").decision {
            Decision::Admit(admission) if admission.marks == EntryMarks::default() => Ok(()),
            other => Err(other),
        }
    });
}

#[test]
fn two_tills_that_ask_each_other_for_stock_share_it_and_stop() {
    let (building, _) = tills();
    let venue = &building.venue;
    let [lender, till, _] = building.members.as_slice() else {
        panic!("three");
    };
    let lent = till.asks(venue, 10, Purpose::Stock { has: 0 });
    assert_eq!(lent[0].places, 5);
    assert_eq!(lender.asks(venue, 10, Purpose::Stock { has: 5 }), []);
    lender.sells(venue, 5).expect("sold");
    let back = lender.asks(venue, 10, Purpose::Stock { has: 0 });
    assert_eq!(back[0].places, 2, "what was lent goes back the same way");
    lender.sells(venue, 2).expect("sold");
    assert_eq!((lender.can_sell(venue), till.can_sell(venue)), (0, 3));
}

#[test]
fn a_question_whose_answer_was_lost_is_answered_with_the_same_places() {
    let (building, _) = tills();
    let venue = &building.venue;
    let [lender, till, _] = building.members.as_slice() else {
        panic!("three");
    };
    let (trusts, me) = (&building.authority, till.device.id);
    let caller = Caller::of(trusts, trusts, me, GOOD, lender.address);
    let ask = |n: u128, places: u32| {
        let body = json!({
            "type_no": 1, "places": places, "asked_for": FactId(Uuid::from_u128(n)), "leases": 100,
        });
        let path = format!("/events/{}/places", venue.event);
        let (answer, value) = building.block_on(caller.post(&path, body.to_string()));
        assert_eq!(answer.status(), 200, "{answer:?}");
        let tickets = value["tickets"].as_array().expect("a list").clone();
        let ids = tickets.iter().map(|ticket| ticket["ticket"].to_string());
        ids.collect::<Vec<_>>()
    };
    let first = ask(1, 3);
    assert_eq!(first.len(), 3);
    assert_eq!(ask(1, 3), first);
    assert_eq!(ask(1, 9), first, "the same question, whatever it says now");
    assert_eq!(lender.can_sell(venue), 7);
    let other = ask(2, 9);
    assert_eq!(other.len(), 7);
    assert!(other.iter().all(|id| !first.contains(id)));
    assert_eq!(ask(1, 3), first);
    // What was handed over and never arrived is the other's all the same: nobody else sells it.
    assert_eq!(lender.sells(venue, 1), Err("too_few_leased"));
}

/// `door leases borrow`, as the second till.
fn borrows(till: &Device, venue: &Venue, n: u32) -> std::process::Command {
    let (event, n) = (venue.event.to_string(), n.to_string());
    let data = till.data().display().to_string();
    command(
        till,
        &[
            "leases",
            "borrow",
            "--event",
            &event,
            "--type",
            "1",
            "--n",
            &n,
            "--lan",
            "127.0.0.1:0",
            "--announce",
            "off",
            "--data",
            &data,
        ],
    )
}

fn lent(run: &Run) -> u64 {
    assert_eq!(run.code, Some(0), "{run:?}");
    let lent = run
        .lines
        .iter()
        .filter_map(|line| line["lent"]["places"].as_u64());
    lent.sum()
}

#[test]
fn a_till_killed_at_any_step_of_borrowing_has_the_places_at_the_next_try() {
    let (mut building, leases) = tills();
    let (till, list) = apart(&mut building);
    let (lender, venue) = (&building.members[0], &building.venue);
    let replica = building.prepare(&till, &list, &SystemClock);
    Venue::tell(&replica, leases);
    tell_address(&replica, lender.device.id, lender.address);
    drop(replica);
    has_letters(&till, "E");
    let folder = till.data().with_file_name("shim");
    std::fs::create_dir_all(&folder).expect("a folder");
    let shim = shim(&folder);
    let log = folder.join("steps");
    let rehearsed = run(borrows(&till, venue, 1)
        .env("LD_PRELOAD", &shim)
        .env("KILL_LOG", &log));
    assert_eq!(lent(&rehearsed), 1);
    let points = points(&std::fs::read(&log).expect("the steps"));
    // Those of the end: before them the program only opens its file.
    let last = &points[points.len().saturating_sub(8)..];
    let mut has = 1;
    for point in last {
        let killed = borrows(&till, venue, 1)
            .env("LD_PRELOAD", &shim)
            .env("KILL_AT", point.to_string())
            .stdout(Stdio::null())
            .status();
        let before = 10 - u64::from(lender.can_sell(venue));
        assert!(before == has || before == has + 1, "{killed:?} at {point}");
        if before == has {
            has += lent(&run(&mut borrows(&till, venue, 1)));
        } else {
            // Handed over: the question is asked again as it was, and no other place goes.
            has = before;
            assert!(lent(&run(&mut borrows(&till, venue, 1))) <= 1);
            let after = 10 - u64::from(lender.can_sell(venue));
            has = has.max(after);
        }
        // Two may go in one round, and the lender is to have one left that it sells.
        if has > 7 {
            break;
        }
    }
    let given = 10 - u64::from(lender.can_sell(venue));
    let replica = till.open();
    let (event, at) = (venue.event, now_of(replica.time().now(now())));
    let kept = replica.read(move |tx| unsold(tx, event, at)).expect("read");
    assert_eq!(
        kept.get(&TYPE).copied().map(u64::from),
        Some(given),
        "none was lost"
    );
    let sold = sell(&replica, event, TYPE, given as u32, now()).expect("sold");
    let others = lender.sells(venue, 10 - given as u32).expect("sold");
    let mut all: BTreeSet<u64> = sold.iter().map(|ticket| ticket.id.0).collect();
    all.extend(others.iter().map(|(id, _)| *id));
    assert_eq!(all.len(), 10, "each once");
}

/// `door sync --watch`, as a till that takes calls of others.
fn works(till: &Device, at: SocketAddr) -> std::process::Command {
    let (data, at) = (till.data().display().to_string(), at.to_string());
    let arguments = [
        "sync",
        "--watch",
        "--lan",
        &at,
        "--announce",
        "off",
        "--data",
        &data,
    ];
    let mut command = command(till, &arguments);
    command.stdout(Stdio::null());
    command
}

#[test]
fn a_till_killed_at_any_step_of_lending_gave_each_place_once_or_has_it_still() {
    let mut building = of_sellers();
    let (lender, list) = apart(&mut building);
    let leases = lent_to(&building, &lender);
    let replica = building.prepare(&lender, &list, &SystemClock);
    Venue::tell(&replica, leases);
    drop(replica);
    has_letters(&lender, "E");
    put_places(&building.venue, &lender);
    let (till, venue) = (&building.members[0], &building.venue);
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = free.local_addr().expect("its address");
    drop(free);
    tell_address(&till.replica, lender.id, at);
    let folder = lender.data().with_file_name("shim");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (shim, log) = (shim(&folder), folder.join("steps"));
    let steps = || std::fs::read(&log).map_or(0, |steps| steps.len());
    let asks = || {
        let of = (venue.event, TYPE);
        let limit = Duration::from_secs(2);
        let lent = borrow(
            &till.replica,
            &till.line,
            of,
            (1, Purpose::Sale),
            (now(), limit),
        );
        lent.expect("asked").len()
    };

    let mut running = works(&lender, at)
        .env("LD_PRELOAD", &shim)
        .env("KILL_LOG", &log)
        .spawn()
        .expect("started");
    till.wait_for_peers(1);
    let first = steps();
    assert_eq!(asks(), 1);
    let last = steps();
    running.kill().expect("killed");
    running.wait().expect("gone");
    assert!(last > first, "lending is written: {first} to {last}");
    let mut has = 1;
    for point in (first..=last + 1).step_by(2).take(6) {
        let mut running = works(&lender, at)
            .env("LD_PRELOAD", &shim)
            .env("KILL_AT", point.to_string())
            .spawn()
            .expect("started");
        wait_until("it lends, or is dead", || {
            let is_dead = running.try_wait().expect("known").is_some();
            if asks() > 0 || is_dead {
                Ok(())
            } else {
                Err(())
            }
        });
        let _ = running.kill();
        running.wait().expect("gone");
        // It works again, and answers what it may have answered before.
        let mut running = works(&lender, at).spawn().expect("started");
        if till.can_sell(venue) == has {
            wait_until("it lends", || if asks() > 0 { Ok(()) } else { Err(()) });
        }
        running.kill().expect("killed");
        running.wait().expect("gone");
        has += 1;
        assert_eq!(till.can_sell(venue), has, "point {point}");
        let replica = lender.open();
        let (event, at) = (venue.event, now_of(replica.time().now(now())));
        let left = replica.read(move |tx| unsold(tx, event, at)).expect("read");
        assert_eq!(left.get(&TYPE).copied(), Some(10 - has), "point {point}");
    }
}
