//! A1: what was told is in the journal, however the program or the power ends.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use scanner_app::door::{AtGate, Door, Sight};
use scanner_app::replica::{REPLICA_FILE, Replica, ReplicaError, facts, journals};
use shared::admission::Direction;
use shared::fact::{Envelope, FactBody, journal::check_chain};
use shared::ids::Random as _;

use crate::photos::{STRAIGHT, write};
use crate::run::{now, run, said, scan};
use crate::venue::{Device, NOW, Venue, copy_folder};

/// The tickets of all entries, each journal checked from its first fact on.
fn entered(device: &Device, replica: &Replica) -> BTreeSet<String> {
    let all = replica
        .read(|tx| {
            let mut all = Vec::new();
            for journal in journals::all(tx)? {
                all.push((journal.head, facts::of_journal(tx, journal.id)?));
            }
            Ok::<_, ReplicaError>(all)
        })
        .expect("read");
    let mut entered = BTreeSet::new();
    for (head, envelopes) in all {
        let found = check_chain(&envelopes, &device.key.public());
        assert_eq!(found, Ok(head), "a sound journal up to its head");
        for bytes in envelopes {
            if let FactBody::Entry { ticket, .. } =
                Envelope::decode(&bytes).expect("own").fact().body
            {
                assert!(entered.insert(ticket.to_string()), "{ticket} entered twice");
            }
        }
    }
    entered
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    scanner_app::edge::OsRandom.fill(&mut bytes);
    u64::from_be_bytes(bytes) % below
}

#[test]
fn a_door_killed_at_any_moment_has_written_what_it_told() {
    const ROUNDS: u64 = 8;
    const PICTURES: u64 = 6;
    let (venue, device) = (Venue::at(now()), Device::new(21));
    let ids: Vec<u64> = (1..=ROUNDS * PICTURES).collect();
    drop(venue.door(&device, now(), &ids));
    let mut told = BTreeSet::new();
    for round in 0..ROUNDS {
        let folder = device.data().with_file_name(format!("pictures-{round}"));
        fs::create_dir_all(&folder).expect("a folder");
        for id in &ids[(round * PICTURES) as usize..][..PICTURES as usize] {
            write(
                &folder.join(format!("{id:03}.png")),
                &venue.presented(*id),
                STRAIGHT,
            );
        }
        let mut child = scan(&venue, &device, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let output = child.stdout.take().expect("its output");
        // Some lines, then some more microseconds, so that the kill falls anywhere in a scan.
        let (lines, spin) = (random(PICTURES), random(60_000));
        let mut reader = BufReader::new(output);
        let mut text = String::new();
        for _ in 0..lines {
            reader.read_line(&mut text).expect("a line");
        }
        let began = std::time::Instant::now();
        while began.elapsed().as_micros() < u128::from(spin) {
            std::hint::spin_loop();
        }
        child.kill().expect("killed");
        std::io::Read::read_to_string(&mut reader, &mut text).expect("the rest");
        child.wait().expect("gone");
        for line in crate::run::json_lines(text.as_bytes()) {
            assert_eq!(said(&line).as_deref(), Some("admit"), "{line}");
            told.insert(line["ticket"].as_str().expect("a ticket").to_owned());
        }
        let replica = device.open();
        let written = entered(&device, &replica);
        let lost: Vec<_> = told.difference(&written).collect();
        assert!(lost.is_empty(), "told and not written: {lost:?}");
    }
    let replica = device.open();
    let journals = replica.read(journals::all).expect("read");
    assert_eq!(journals.len(), 1, "a kill is no reason for a new journal");
}

/// The files as they are at some moment are what a power cut leaves: SQLite's shared memory is lost.
#[test]
fn a_power_cut_after_a_verdict_loses_nothing_and_in_the_middle_leaves_a_sound_journal() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let ids: Vec<u64> = (1..=12).collect();
    let replica = venue.door(&device, NOW, &ids);
    let door =
        Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In).expect("a door");
    for (n, id) in (1..).zip(&ids) {
        door.scan(&venue.code(*id), Sight::Still, NOW)
            .expect("a verdict");
        let after = device.data().with_file_name(format!("cut-{id}"));
        copy_folder(&device.data(), &after);
        fs::remove_file(after.join(format!("{REPLICA_FILE}-shm"))).expect("it was there");
        let torn = device.data().with_file_name(format!("torn-{id}"));
        copy_folder(&after, &torn);

        let copy = Replica::open(&after, device.state()).expect("opens");
        assert_eq!(entered(&device, &copy).len(), n, "after {n} verdicts");

        // The log ends anywhere: a commit that was being written.
        let log = torn.join(format!("{REPLICA_FILE}-wal"));
        let length = fs::metadata(&log).expect("a log").len();
        let cut = fs::OpenOptions::new()
            .write(true)
            .open(&log)
            .expect("opens");
        cut.set_len(random(length + 1)).expect("cut");
        let copy = Replica::open(&torn, device.state()).expect("opens");
        assert!(entered(&device, &copy).len() <= n);
    }
}

#[test]
fn a_door_that_was_killed_goes_on_where_it_stopped() {
    let (venue, device) = (Venue::at(now()), Device::new(21));
    drop(venue.door(&device, now(), &[1, 2]));
    let folder = device.data().with_file_name("pictures");
    fs::create_dir_all(&folder).expect("a folder");
    for id in [1, 2] {
        write(
            &folder.join(format!("{id}.png")),
            &venue.presented(id),
            STRAIGHT,
        );
    }
    let mut child = scan(&venue, &device, &folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("its output"))
        .read_line(&mut first)
        .expect("a line");
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert!(first.contains("\"admit\""), "{first}");
    let again = run(&mut scan(&venue, &device, &folder));
    assert_eq!(again.said()[0], "refuse already_entered");
}
