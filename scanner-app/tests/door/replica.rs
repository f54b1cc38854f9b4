//! The replica on real files.

use rusqlite::Connection;
use scanner_app::door::{AtGate, Door, Sight};
use scanner_app::replica::roster::{
    ApplyPageError, Side, apply_page, apply_part, checksum, cursor,
};
use scanner_app::replica::signed::{self, Applied, ApplySignedError};
use scanner_app::replica::slices::slices;
use scanner_app::replica::{
    OpenReplicaError, REPLICA_FILE, Replica, ReplicaError, Rest, Start, events, held, roster,
    tickets,
};
use shared::admission::{Decision, Direction};
use shared::ids::{EventId, TicketId, WindowNo};
use shared::roster::{TicketStatus, WindowRow};
use shared::sync::checksum::Checksum;
use shared::wire::v1::{Page, PageEntry};

use crate::venue::{Device, NOW, Venue};

fn rows(replica: &Replica, venue: &Venue) -> u64 {
    let event = venue.event;
    replica
        .read(move |tx| match events::number(tx, event)? {
            Some(no) => tickets::count(tx, no),
            None => Ok(0),
        })
        .expect("counted")
}

fn clear_shadow(replica: &Replica, event: EventId) {
    let clear = || replica.write(move |tx| roster::clear_shadow(tx, event));
    while clear().expect("cleared") == Rest::More {}
}

#[test]
fn a_page_is_there_after_a_restart() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[5, 6, 7]);
    assert_eq!(replica.start(), Start::New);
    drop(replica);
    let replica = device.open();
    assert_eq!(replica.start(), Start::AsLeft);
    assert_eq!(rows(&replica, &venue), 3);
    let event = venue.event;
    let held = replica
        .read(move |tx| cursor(tx, event, Side::InUse))
        .expect("read")
        .expect("a cursor");
    assert_eq!((held.epoch, held.cursor.as_str()), (7, "c1"));
    assert_eq!((held.caught_up, held.as_of_ms), (true, Some(NOW)));
}

/// F3: whatever the pages, the rows are the same, and rows that come twice are one.
#[test]
fn pages_applied_twice_or_cut_otherwise_give_the_same_checksum() {
    let venue = Venue::at(NOW);
    let ids: Vec<u64> = (1..=1000).collect();
    let mut expected = Checksum::default();
    for id in &ids {
        expected.add(&Venue::ticket_row(*id));
    }
    for size in [1000, 333, 90] {
        let device = Device::new(21);
        let replica = venue.enrol(&device, NOW);
        for part in ids.chunks(size).chain(ids.chunks(size).take(1)) {
            venue.pull(&replica, venue.page(NOW, part));
        }
        let event = venue.event;
        let found = replica
            .read(move |tx| checksum(tx, event, Side::InUse))
            .expect("read");
        assert_eq!(found, expected, "pages of {size}");
    }
}

#[test]
fn a_page_that_fails_in_the_middle_leaves_nothing() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let page = Page {
        cursor: "c2".into(),
        ..venue.page(NOW + 5, &[3, 4, 5])
    };
    let event = venue.event;
    let failed: Result<(), ApplyPageError> = replica.write(move |tx| {
        apply_page(tx, event, &page, Side::InUse, NOW)?;
        Err(ReplicaError::Stopped.into())
    });
    assert!(failed.is_err());
    assert_eq!(rows(&replica, &venue), 2);
    let held = replica
        .read(move |tx| cursor(tx, event, Side::InUse))
        .expect("read")
        .expect("a cursor");
    assert_eq!(held.cursor, "c1");
}

#[test]
fn a_step_that_panics_is_undone_and_the_next_one_works() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let (event, page) = (venue.event, venue.page(NOW, &[3]));
    let answer: Result<(), ApplyPageError> = replica.write(move |tx| {
        apply_page(tx, event, &page, Side::InUse, NOW)?;
        panic!("as planned");
    });
    assert!(matches!(
        answer,
        Err(ApplyPageError::Replica(ReplicaError::Stopped))
    ));
    assert_eq!(rows(&replica, &venue), 2);
}

/// F6
#[test]
fn a_page_of_another_epoch_is_refused_and_pulled_beside_the_old_roster() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let event = venue.event;
    let anew = |tickets: &[u64], has_more| Page {
        epoch: 8,
        has_more,
        ..venue.page(NOW, tickets)
    };
    let page = anew(&[1], true);
    let refused = replica.write(move |tx| apply_page(tx, event, &page, Side::InUse, NOW));
    assert!(matches!(
        refused,
        Err(ApplyPageError::OtherEpoch { held: 7, found: 8 })
    ));

    clear_shadow(&replica, event);
    for page in [anew(&[8, 9], true), anew(&[10], false)] {
        replica
            .write(move |tx| apply_page(tx, event, &page, Side::Shadow, NOW))
            .expect("applied aside");
        assert_eq!(rows(&replica, &venue), 2, "the door still has the old one");
    }
    replica
        .write(move |tx| roster::finish_reset(tx, event))
        .expect("swapped");
    assert_eq!(rows(&replica, &venue), 3);
    let (held, left) = replica
        .read(move |tx| {
            Ok::<_, ReplicaError>((
                cursor(tx, event, Side::InUse)?,
                cursor(tx, event, Side::Shadow)?,
            ))
        })
        .expect("read");
    assert_eq!(held.map(|held| held.epoch), Some(8));
    assert_eq!(left, None);
}

#[test]
fn windows_come_and_go_and_unknown_entries_cost_nothing() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[]);
    let event = venue.event;
    let windows = move |replica: &Replica| {
        replica
            .read(move |tx| {
                let no = events::number(tx, event)?.expect("an event");
                events::windows(tx, no)
            })
            .expect("read")
    };
    let row = WindowRow {
        no: WindowNo(4),
        name: "Jour 2".into(),
        intervals: vec![(1, 2)],
    };
    let entries = vec![PageEntry::Unknown, PageEntry::Window(row.clone())];
    venue.pull(
        &replica,
        Page {
            entries,
            ..venue.page(NOW, &[])
        },
    );
    assert_eq!(windows(&replica), [row]);
    let entries = ["window", "of a later version"].map(|kind| PageEntry::Deleted {
        kind: kind.into(),
        no: 4,
    });
    venue.pull(
        &replica,
        Page {
            entries: entries.into(),
            ..venue.page(NOW, &[])
        },
    );
    assert_eq!(windows(&replica), []);
}

#[test]
fn an_id_barred_by_the_first_page_is_known_before_its_row() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.enrol(&device, NOW);
    let first = Page {
        barred: vec![(TicketId(u64::MAX), TicketStatus::Refunded)],
        has_more: true,
        ..venue.page(NOW, &[])
    };
    venue.pull(&replica, first);
    let event = venue.event;
    let barred = replica.read(move |tx| {
        let no = events::number(tx, event)?.expect("an event");
        tickets::barred(tx, no, TicketId(u64::MAX))
    });
    assert_eq!(barred.expect("read"), Some(TicketStatus::Refunded));
}

#[test]
fn signed_objects_count_by_version_and_two_of_one_version_are_an_alarm() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.enrol(&device, NOW);
    let newer = venue.keys(5, NOW);
    assert_eq!(Venue::tell(&replica, newer.clone()), Applied::New);
    assert_eq!(Venue::tell(&replica, newer), Applied::Same);
    assert_eq!(Venue::tell(&replica, venue.keys(4, NOW)), Applied::Older);
    let other = venue.keys(5, NOW + 1);
    let alarm = replica.write(move |tx| signed::apply(tx, &other));
    assert!(matches!(
        alarm,
        Err(ApplySignedError::Alarm { version: 5, .. })
    ));
    let mut forged = venue.keys(6, NOW);
    forged.version = 7;
    let forged = replica.write(move |tx| signed::apply(tx, &forged));
    assert!(matches!(forged, Err(ApplySignedError::Open(_))));
}

#[test]
fn a_second_program_is_told_that_the_first_has_it() {
    let device = Device::new(21);
    let first = device.open();
    let second = Replica::open(&device.data(), device.state());
    assert!(matches!(second, Err(OpenReplicaError::InUse(_))));
    drop(first);
    device.open();
}

fn set_version(device: &Device, number: u32) {
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("opens");
    connection
        .pragma_update(None, "user_version", number)
        .expect("set");
}

#[test]
fn a_newer_major_version_is_refused_in_words_and_left_as_it_is() {
    let device = Device::new(21);
    drop(device.open());
    set_version(&device, 3000);
    let before = std::fs::read(device.data().join(REPLICA_FILE)).expect("read");
    let error = Replica::open(&device.data(), device.state()).expect_err("newer");
    assert_eq!(error.code(), "replica_newer");
    assert!(error.to_string().contains("update this program"), "{error}");
    let after = std::fs::read(device.data().join(REPLICA_FILE)).expect("read");
    assert!(before == after, "the file was touched");
}

#[test]
fn a_newer_minor_version_opens_and_stays_newer() {
    let device = Device::new(21);
    drop(device.open());
    set_version(&device, 2999);
    drop(device.open());
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("opens");
    let number: u32 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("read");
    assert_eq!(number, 2999);
}

/// A2: the step to 1.1 keeps every fact and finds how far each journal goes on.
#[test]
fn a_replica_of_1_0_learns_how_far_its_journals_go() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2, 3]);
    let door = Door::open(&replica, venue.event, &AtGate::AsEnrolled, Direction::In);
    let door = door.expect("it may scan here");
    for ticket in 1..=3 {
        door.scan(&venue.code(ticket), Sight::Still, NOW)
            .expect("scanned");
    }
    let event = venue.event;
    let vector = |replica: &Replica| {
        let vector = replica.read(move |tx| held::vector(tx, event));
        vector.expect("read")
    };
    let before = vector(&replica);
    assert_eq!((before.len(), before[0].seq), (1, 4));
    drop((door, replica));
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("opens");
    for table in [
        "held_journal",
        "carried",
        "peer_key",
        "peer_address",
        "peer",
        "own_address",
        "right_move",
        "supervisor_list",
        "pin_tries",
        "sign_off",
        "summary_feed",
        "order_summary",
        "leased_ticket",
        "till_event",
        "till_fact",
        "till_journal",
        "print_job",
        "printer",
        "place_ask",
        "stock_lease",
        "stock_place",
        "till_receipt",
        "till_ticket",
        "handed_out",
        "till_terms",
        "till_contact",
        "promotion",
    ] {
        let dropped = connection.execute(&format!("drop table {table}"), []);
        dropped.expect("dropped");
    }
    let dropped = connection.execute("drop index fact_own", []);
    dropped.expect("dropped");
    for (table, column) in [
        ("event", "roster_set"),
        ("binding", "copied"),
        ("sync_state", "life"),
    ] {
        let dropped = connection.execute(&format!("alter table {table} drop column {column}"), []);
        dropped.expect("dropped");
    }
    drop(connection);
    set_version(&device, 1000);
    let replica = device.open();
    assert_eq!(vector(&replica), before);
    assert_eq!(rows(&replica, &venue), 3);
}

/// L3: a reset moves no rows, so that a door waits for it no longer than for a scan, and each roster after the next is in
/// the tables of the one before.
#[test]
fn rosters_are_swapped_time_and_again_and_a_swap_that_comes_twice_is_one() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let event = venue.event;
    let swap = |replica: &Replica| {
        let swapped = replica.write(move |tx| roster::finish_reset(tx, event));
        swapped.expect("swapped");
    };
    let is_here = |replica: &Replica, ticket| {
        let found = replica.read(move |tx| {
            let no = events::number(tx, event)?.expect("an event");
            tickets::ticket(tx, no, TicketId(ticket))
        });
        found.expect("read").is_some()
    };
    for life in 8..=11u64 {
        clear_shadow(&replica, event);
        let page = Page {
            epoch: life,
            ..venue.page(NOW, &[life, life + 1, life + 2])
        };
        replica
            .write(move |tx| apply_page(tx, event, &page, Side::Shadow, NOW))
            .expect("applied aside");
        assert!(!is_here(&replica, life + 2));
        swap(&replica);
        // A crash came before it was noted that it is done.
        swap(&replica);
        assert_eq!(rows(&replica, &venue), 3);
        assert!(is_here(&replica, life + 2) && !is_here(&replica, life - 1));
    }
    // Pulled from now on is what follows the last one.
    let page = Page {
        epoch: 11,
        ..venue.page(NOW, &[20])
    };
    venue.pull(&replica, page);
    assert_eq!(rows(&replica, &venue), 4);
}

/// A crash between two slices: the page comes again, for the cursor never went ahead of its rows.
#[test]
fn a_part_of_a_page_leaves_the_cursor_where_it_was() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let event = venue.event;
    let page = Page {
        cursor: "c2".into(),
        ..venue.page(NOW + 5, &(3..2_500).collect::<Vec<_>>())
    };
    let cursor = |replica: &Replica| {
        let cursor = replica.read(move |tx| cursor(tx, event, Side::InUse));
        cursor.expect("read").expect("a cursor").cursor
    };
    let parts = slices(page);
    assert_eq!(parts.len(), 4, "three of tickets, and the rules");
    for (page, part) in parts {
        assert_eq!(cursor(&replica), "c1");
        replica
            .write(move |tx| apply_part(tx, event, (&page, part), Side::InUse, NOW))
            .expect("applied");
    }
    assert_eq!(cursor(&replica), "c2");
    assert_eq!(rows(&replica, &venue), 2_499);
}

/// An entry of a kind or version that the program did not know when it came. After an update it is read, and counts.
#[test]
fn what_an_older_program_could_not_read_is_read_after_an_update() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    let at_door = |replica: &Replica| {
        let door = Door::open(replica, venue.event, &AtGate::AsEnrolled, Direction::In);
        door.expect("it may scan here")
    };
    at_door(&replica)
        .scan(&venue.code(1), Sight::Still, NOW)
        .expect("scanned");
    drop(replica);
    // As that program has it: bytes, and nothing that it could read.
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("opens");
    connection
        .execute_batch(
            "create temp table entry as select * from fact where kind = 2;
             update entry set kind = 0, ticket = null, fact_id = zeroblob(16), no = no + 100;
             drop trigger fact_kept;
             delete from fact where kind = 2;
             create trigger fact_kept before delete on fact begin
                 select raise(abort, 'facts are never dropped (A2)');
             end;
             insert into fact select * from entry;",
        )
        .expect("as if it had come then");
    drop(connection);
    let replica = device.open();
    let judged = at_door(&replica).judge(&venue.code(1), NOW);
    let decision = judged.expect("judged").expect("a ticket").decision;
    assert!(matches!(decision, Decision::Refuse(_)), "{decision:?}");
    let waiting: i64 = replica
        .read(|tx| {
            let count = tx.query_row("select count(*) from unread", [], |row| row.get(0));
            Ok::<_, ReplicaError>(count?)
        })
        .expect("read");
    assert_eq!(waiting, 0);
}

#[test]
fn another_programs_database_and_a_file_that_is_none_are_refused() {
    let device = Device::new(21);
    std::fs::create_dir_all(device.data()).expect("a folder");
    let file = device.data().join(REPLICA_FILE);
    let foreign = Connection::open(&file).expect("opens");
    foreign
        .execute_batch("create table notes (text)")
        .expect("made");
    drop(foreign);
    let error = Replica::open(&device.data(), device.state()).expect_err("foreign");
    assert_eq!(error.code(), "not_a_replica");
    std::fs::write(
        &file,
        "no database at all, but long enough to look like a file",
    )
    .expect("written");
    let error = Replica::open(&device.data(), device.state()).expect_err("no database");
    assert_eq!(error.code(), "replica_damaged");
}

#[test]
fn facts_can_neither_be_changed_nor_dropped() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    drop(venue.door(&device, NOW, &[1]));
    let connection = Connection::open(device.data().join(REPLICA_FILE)).expect("opens");
    connection
        .execute(
            "insert into fact (event, journal, seq, hash, device, fact_id, kind, own, envelope)
             values (1, x'01', 1, x'02', x'03', x'04', 1, 1, x'05')",
            [],
        )
        .expect("added");
    for sql in ["update fact set seq = 2", "delete from fact"] {
        let error = connection.execute(sql, []).expect_err(sql);
        assert!(error.to_string().contains("A2"), "{error}");
    }
}
