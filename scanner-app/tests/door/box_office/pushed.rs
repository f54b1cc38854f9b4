//! Up: the till's journal goes to the server with those of the doors, and to nobody else.

use scanner_app::replica::{ReplicaError, facts, sign_off as state, till as kept};
use scanner_app::sync::driver::Driver;
use scanner_app::till::Till;
use shared::fact::till::Printed;
use shared::roster::Rights;

use super::Office;
use crate::run::{command, run};
use crate::sync::scene_at;
use crate::venue::{NOW, Venue};

#[test]
fn the_tills_journal_goes_up_and_is_waited_for_before_a_device_signs_off() {
    let mut venue = Venue::at(NOW);
    venue.rights = Rights {
        scan: true,
        sell: true,
        ..Rights::default()
    };
    let scene = scene_at(&venue);
    scene
        .replica
        .write(|tx| {
            tx.execute(
                "insert into till_event (event, series, currency, types, said_ms) values (1, 'B', 'EUR', '[]', 0)",
                [],
            )
            .map_err(ReplicaError::from)
        })
        .expect("written");
    let till = Till::open(&scene.replica).expect("a till");
    till.test_print(Printed::Ticket, NOW).expect("noted");
    let waiting = |replica: &scanner_app::replica::Replica| {
        replica.read(state::outstanding).expect("read").own
    };
    // The door's opening and three facts, the till's opening and its specimen.
    assert_eq!(waiting(&scene.replica), 4 + 2);
    scene.run(Driver::is_settled);
    assert_eq!(waiting(&scene.replica), 0);
    let journals = scene.replica.read(kept::all).expect("read");
    assert_eq!(scene.server.held_of(journals[0].id), 2);
    let unsent = scene
        .replica
        .read(|tx| facts::unsent(tx, 100))
        .expect("read");
    assert_eq!(unsent, Vec::<Vec<u8>>::new());
}

#[test]
fn a_till_signs_off_once_its_drawer_is_counted_and_brings_up_all_it_sold() {
    let office = Office::with_places(10);
    office.open_with("1000x10");
    let line = office.line(1, 2);
    office.done(&["sell", "--line", &line, "--pay", "cash:4400"]);
    let data = office.device.data().display().to_string();
    let sign_off = || {
        run(&mut command(
            &office.device,
            &["sign-off", "--data", &data, "--give-up", "1"],
        ))
    };
    assert_eq!(sign_off().error(), "shift_open");
    assert_eq!(office.done(&["status"])["receipt"], 1, "it works on");
    office.done(&["close", "--count", "100x144"]);
    let said = sign_off();
    assert_eq!(said.code, Some(1), "no server is there: {said:?}");
    assert_eq!(said.lines[0]["signed_off"]["places"], 18, "{said:?}");
    let replica = office.device.open();
    // Of the till the opening, float, sale, payment, count and Z; of the door the opening, the sale, and what goes back.
    let outstanding = replica.read(state::outstanding).expect("read");
    let journals = replica.read(kept::all).expect("read");
    assert_eq!(
        (
            journals.len(),
            journals[0].head.seq,
            journals[0].acked_through
        ),
        (1, 6, 0)
    );
    assert!(outstanding.own >= 6 + 3, "{outstanding:?}");
    // What a guest left keeps the folder as well.
    let left = "insert into till_contact (id, sealed, made_ms) values (x'01020304050607080910111213141516', x'00', 0)";
    office.database().execute(left, []).expect("written");
    let with_it = replica.read(state::outstanding).expect("read");
    assert_eq!(with_it.own, outstanding.own + 1);
}
