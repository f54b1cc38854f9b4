//! Up: the till's journal goes to the server with those of the doors, and to nobody else.

use scanner_app::replica::{ReplicaError, facts, sign_off, till as kept};
use scanner_app::sync::driver::Driver;
use scanner_app::till::Till;
use shared::fact::till::Printed;
use shared::roster::Rights;

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
        replica.read(sign_off::outstanding).expect("read").own
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
