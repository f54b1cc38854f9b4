//! What guests leave at a till: sealed for the server alone, on the disk with the sale, and gone once the server has it.

use scanner_app::replica::{Replica, contacts, facts, till as kept};
use scanner_app::sync::driver::Driver;
use scanner_app::till::{Sale, Till, Wanted};
use shared::fact::FactBody;
use shared::fact::till::{PriceReason, TillFact};
use shared::ids::{FactId, TypeNo};
use shared::language::Language;
use shared::till::cart::Tender;
use shared::till::contact::{self, Bound, Contact, ContactOpener};
use shared::wire::latest::ErrorCode;

use super::{CONTACT_SECRET, Office};
use crate::print::double::{Manner, Printer};
use crate::till::{at_work, venue};

/// The contacts that the open journal names: sale, id, hash.
fn named(replica: &Replica) -> Vec<(FactId, [u8; 16], [u8; 32])> {
    let journal = replica
        .read(kept::newest)
        .expect("read")
        .expect("a journal");
    let facts = replica
        .read(move |tx| kept::facts(tx, journal.id))
        .expect("read");
    let contacts = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Till(TillFact::Contact { sale, blob, hash }) => Some((*sale, *blob, *hash)),
        _other => None,
    });
    contacts.collect()
}

/// Whether a text stands anywhere in the replica's files.
fn holds(office: &Office, text: &str) -> bool {
    let files = std::fs::read_dir(office.device.data()).expect("a folder");
    files
        .filter_map(|entry| std::fs::read(entry.ok()?.path()).ok())
        .any(|bytes| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        })
}

#[test]
fn a_name_and_an_address_are_sealed_for_the_server_and_the_name_is_on_the_ticket_once() {
    let office = Office::with_places(8);
    office.open_with("");
    let printer = Printer::new(Manner::Fine);
    let address = format!("tcp:{}", printer.address);
    office.done(&[
        "printer",
        "tickets",
        "--printer",
        &address,
        "--speaks",
        "escpos:80:wpc1252:printer",
    ]);
    let line = office.line(1, 1);
    let sell = ["sell", "--line", &line, "--pay", "card:2200"];
    let wrong = [&sell[..], &["--email", "nadia@example"]].concat();
    assert_eq!(office.refused(&wrong), "contact_email");
    let left = [
        "--name",
        "Nadia Ferrand",
        "--email",
        "nadia@example.org",
        "--language",
        "de",
    ];
    let sold = office.done(&[&sell[..], &left[..]].concat());
    assert_eq!(sold["receipt"], 1, "the first one sold nothing");
    assert!(!holds(&office, "nadia@example.org") && !holds(&office, "Nadia"));

    let opener = ContactOpener::from_secret(CONTACT_SECRET);
    let replica = office.replica();
    let [(sale, blob, hash)] = named(&replica)[..] else {
        panic!("one fact")
    };
    let unsent = replica.read(|tx| contacts::unsent(tx, 10)).expect("read");
    assert_eq!(unsent.len(), 1);
    assert_eq!(unsent[0].id.as_bytes(), &blob);
    assert_eq!(contact::hash(&unsent[0].sealed), hash);
    assert_eq!(sale.to_string(), sold["sale"]);
    let organizer = office.venue.organizer;
    let bound = Bound {
        organizer,
        sale,
        blob,
    };
    let opened = opener.open(&bound, &unsent[0].sealed).expect("it opens");
    assert_eq!(
        (opened.name(), opened.email(), opened.language()),
        ("Nadia Ferrand", "nadia@example.org", Language::De)
    );
    drop(replica);

    let says = |job: &[u8]| job.windows(13).any(|part| part == b"Nadia Ferrand");
    office.done(&["print"]);
    assert!(says(&printer.job()));
    let kept: i64 = office
        .database()
        .query_row(
            "select count(*) from print_job where holder is not null",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(kept, 0, "it is on paper");
}

/// One ticket in cash, to somebody.
fn sale(venue: &crate::venue::Venue) -> Sale {
    let contact = Contact::typed("Nadia Ferrand", "nadia@example.org", Language::Fr);
    Sale {
        id: FactId(uuid::Uuid::from_u128(77)),
        wanted: vec![Wanted {
            event: venue.event,
            type_no: TypeNo(1),
            quantity: 1,
            reason: PriceReason::Full,
        }],
        tenders: vec![Tender::Cheque {
            amount: shared::money::Money::new(3_400, shared::money::Currency::Eur),
        }],
        language: Language::Fr,
        contact: Some(contact.expect("a person")),
        promotion: None,
    }
}

#[test]
fn it_goes_up_beside_the_journal_until_the_server_has_it_and_then_it_is_forgotten() {
    let venue = venue();
    let scene = at_work(&venue);
    let till = Till::open(&scene.replica).expect("a till");
    till.begin_shift(crate::supervisors::ANA, Vec::new(), crate::run::now())
        .expect("opened");
    till.sell(sale(&venue), crate::run::now()).expect("sold");
    let waiting = |replica: &Replica| replica.read(contacts::count).expect("read");
    assert_eq!(waiting(&scene.replica), 1);

    // The answer is lost: it stays here, and the same comes again.
    scene.server.refuses_contacts(ErrorCode::Unavailable);
    scene.run(Driver::is_settled);
    assert_eq!(waiting(&scene.replica), 1);
    assert_eq!(scene.replica.read(facts::unsent_count).expect("read"), 0);
    scene.run(Driver::is_settled);
    assert_eq!(waiting(&scene.replica), 0);
    let held = scene.server.contacts();
    let [(_, blob, hash)] = named(&scene.replica)[..] else {
        panic!("one fact")
    };
    assert_eq!(held.len(), 1);
    assert_eq!(contact::hash(&held[&uuid::Uuid::from_bytes(blob)]), hash);
}
