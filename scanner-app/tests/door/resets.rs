//! A roster that is pulled anew while a door is at work.

use std::collections::BTreeSet;
use std::sync::mpsc::TryRecvError;

use scanner_app::replica::{Priority, ReplicaError, events, tickets};
use scanner_app::sync::driver::Driver;

use crate::sync::scene;
use crate::venue::{NOW, Venue};

/// L3: the roster is pulled anew beside a door at work. The door comes between the parts of a page, and has one whole
/// roster at any moment.
#[test]
fn a_door_is_served_between_the_parts_of_a_roster_that_is_pulled_anew() {
    const TICKETS: u64 = 20_000;
    let mut scene = scene();
    let tickets: Vec<u64> = (1..=TICKETS).collect();
    scene.server.page = Venue::at(NOW).page(NOW, &tickets);
    scene.run(Driver::is_settled);
    scene.server.was_put_back();
    let (at_door, event) = (
        scene.replica.with_priority(Priority::Door),
        scene.server.event,
    );
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let door = std::thread::spawn(move || {
        let mut seen = BTreeSet::new();
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            let rows = at_door.read(move |connection| {
                let no = events::number(connection, event)?.expect("an event");
                let beside = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
                let all = beside("select count(*) from ticket")?
                    + beside("select count(*) from shadow_ticket")?;
                Ok::<_, ReplicaError>((tickets::count(connection, no)?, all.cast_unsigned()))
            });
            seen.insert(rows.expect("readable"));
        }
        seen
    });
    scene.run(|driver| driver.is_settled() && driver.last_failure().is_none());
    drop(stop);
    let seen = door.join().expect("the door's thread");
    assert!(
        seen.iter().all(|(in_use, _)| *in_use == TICKETS),
        "{seen:?}"
    );
    let is_part = |all: u64| (TICKETS + 1..2 * TICKETS).contains(&all);
    assert!(seen.iter().any(|(_, all)| is_part(*all)), "{seen:?}");
    let held = scene.replica.read(move |connection| {
        Ok::<_, ReplicaError>(connection.query_row(
            "select (select count(*) from ticket), (select count(*) from shadow_ticket)",
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)),
        )?)
    });
    let swapped = (0, TICKETS.cast_signed());
    assert_eq!(
        held.expect("readable"),
        swapped,
        "and nothing is left of the former one"
    );
}
