//! No place of a journal is ever written twice: copies, old replicas put back, forks.

use scanner_app::door::{AtGate, Author, Door, Sight, reopen_after_fork};
use scanner_app::replica::journals::{self, OwnJournal};
use scanner_app::replica::{Replica, ReplicaError, Start, facts};
use shared::admission::Direction;
use shared::fact::kind::OpeningCause;
use shared::fact::{Envelope, FactBody, Head, journal::check_chain};
use shared::ids::FactId;

use crate::venue::{Device, NOW, Venue, copy_folder};

fn enter(venue: &Venue, replica: &Replica, ids: &[u64], now_ms: i64) {
    let door = Door::open(replica, venue.event, &AtGate::AsEnrolled, Direction::In)
        .expect("the door opens");
    for id in ids {
        let verdict = door
            .scan(&venue.code(*id), Sight::Still, now_ms)
            .expect("a verdict");
        assert!(verdict.fact.is_some(), "{verdict:?}");
    }
}

fn own(replica: &Replica) -> Vec<OwnJournal> {
    replica.read(journals::all).expect("read")
}

fn envelopes(replica: &Replica, journal: &OwnJournal) -> Vec<Vec<u8>> {
    let id = journal.id;
    replica
        .read(move |tx| facts::of_journal(tx, id))
        .expect("read")
}

fn opening(replica: &Replica, journal: &OwnJournal) -> FactBody {
    let first = envelopes(replica, journal).remove(0);
    Envelope::decode(&first)
        .expect("own fact")
        .fact()
        .body
        .clone()
}

/// Every journal of the replica is a sound chain.
fn assert_sound(device: &Device, replica: &Replica) {
    for journal in own(replica) {
        let head = check_chain(envelopes(replica, &journal), &device.key.public());
        assert!(
            head.is_ok_and(|head| head.seq <= journal.head.seq),
            "{journal:?}"
        );
    }
}

#[test]
fn a_journal_goes_on_after_a_restart() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    enter(&venue, &replica, &[1], NOW);
    drop(replica);
    let replica = device.open();
    enter(&venue, &replica, &[2], NOW + 5);
    let journals = own(&replica);
    assert_eq!(journals.len(), 1);
    assert_eq!(journals[0].head.seq, 3);
    assert_sound(&device, &replica);
}

#[test]
fn a_copied_folder_opens_a_new_journal_and_both_go_on() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2, 3]);
    enter(&venue, &replica, &[1], NOW);
    drop(replica);
    let copy = device.data().with_file_name("copy");
    copy_folder(&device.data(), &copy);

    let copied = Replica::open(&copy, device.state()).expect("the copy opens");
    assert_eq!(copied.start(), Start::Copied);
    enter(&venue, &copied, &[2], NOW);
    let journals = own(&copied);
    assert_eq!(journals.len(), 2);
    assert_eq!(journals[0].closed, Some(OpeningCause::Copied));
    let FactBody::JournalOpened {
        cause, predecessor, ..
    } = opening(&copied, &journals[1])
    else {
        panic!("a journal begins with its opening");
    };
    let before = journals[0].head;
    assert_eq!(cause, OpeningCause::Copied);
    assert_eq!(predecessor, Some((journals[0].id, before.seq, before.hash)));
    assert_sound(&device, &copied);

    let original = device.open();
    assert_eq!(original.start(), Start::AsLeft);
    enter(&venue, &original, &[3], NOW);
    assert_eq!(own(&original).len(), 1);
    drop(copied);
    let copied = Replica::open(&copy, device.state()).expect("the copy opens again");
    assert_eq!(copied.start(), Start::AsLeft, "it is at home now");
}

#[test]
fn on_another_machine_the_keys_are_missing_and_the_journal_is_still_there() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1]);
    enter(&venue, &replica, &[1], NOW);
    drop(replica);
    let elsewhere = Device::new(21);
    copy_folder(&device.data(), &elsewhere.data());
    let stolen = elsewhere.open();
    assert_eq!(stolen.start(), Start::Copied);
    let error =
        Door::open(&stolen, venue.event, &AtGate::AsEnrolled, Direction::In).expect_err("no keys");
    assert_eq!(error.code(), "keys_elsewhere");
    assert!(
        error.to_string().contains("enrol this device again"),
        "{error}"
    );
    assert_sound(&device, &stolen);
    assert_eq!(stolen.read(facts::unsent_count).expect("read"), 2);
}

/// A2, A7: what was written after the backup is not written over.
#[test]
fn an_old_replica_put_back_opens_a_new_journal_after_the_last_known_fact() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2, 3]);
    enter(&venue, &replica, &[1], NOW);
    drop(replica);
    let backup = device.data().with_file_name("backup");
    copy_folder(&device.data(), &backup);
    let replica = device.open();
    enter(&venue, &replica, &[2], NOW + 1);
    let lost = own(&replica)[0].clone();
    let sent = envelopes(&replica, &lost);
    drop(replica);
    std::fs::remove_dir_all(device.data()).expect("removed");
    copy_folder(&backup, &device.data());

    let replica = device.open();
    assert_eq!(replica.start(), Start::RolledBack);
    enter(&venue, &replica, &[3], NOW + 2);
    let journals = own(&replica);
    assert_eq!(journals.len(), 2);
    let FactBody::JournalOpened {
        cause, predecessor, ..
    } = opening(&replica, &journals[1])
    else {
        panic!("a journal begins with its opening");
    };
    assert_eq!(cause, OpeningCause::RolledBack);
    assert_eq!(predecessor, Some((lost.id, lost.head.seq, lost.head.hash)));
    assert_sound(&device, &replica);

    // What the server had of the lost part comes back with the feed, and counts.
    let entries = sent
        .into_iter()
        .map(|bytes| shared::wire::v1::PageEntry::Fact(bytes.into()))
        .collect();
    venue.pull(
        &replica,
        shared::wire::v1::Page {
            entries,
            ..venue.page(NOW, &[])
        },
    );
    assert_eq!(envelopes(&replica, &lost).len(), 3);
    drop(replica);
    assert_eq!(device.open().start(), Start::AsLeft);
}

#[test]
fn a_head_on_the_server_beyond_ours_closes_the_journal() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    enter(&venue, &replica, &[1], NOW);
    let journal = own(&replica)[0].clone();
    let compare = |head: Head| {
        replica
            .write(move |tx| journals::compare_head(tx, journal.id, head))
            .expect("compared")
    };
    assert!(!compare(journal.head));
    assert!(compare(Head {
        seq: 7,
        hash: [1; 32]
    }));
    enter(&venue, &replica, &[2], NOW);
    let journals = own(&replica);
    assert_eq!(journals[1].cause, OpeningCause::RolledBack);
    assert_sound(&device, &replica);
}

/// What the server hasn't acknowledged is said again, under the same ids and at the same times.
#[test]
fn after_a_fork_unacknowledged_facts_are_written_again_in_a_new_journal() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2, 3]);
    enter(&venue, &replica, &[1, 2], NOW);
    let old = own(&replica)[0].clone();
    let id = old.id;
    replica
        .write(move |tx| journals::record_ack(tx, id, 2))
        .expect("acknowledged");
    let author = Author {
        device: device.id,
        key: device.key.clone(),
    };
    let reopened = replica
        .write(move |tx| reopen_after_fork(tx, &author, id, NOW + 9))
        .expect("reopened");
    let journals = own(&replica);
    assert_eq!(reopened, Some(journals[1].id));
    assert_eq!(journals[1].cause, OpeningCause::Forked);
    let facts = |journal: &OwnJournal| -> Vec<(FactId, i64)> {
        envelopes(&replica, journal)
            .iter()
            .map(|bytes| Envelope::decode(bytes).expect("own fact").fact().clone())
            .map(|fact| (fact.id, fact.effective_ms()))
            .collect()
    };
    assert_eq!(facts(&journals[1])[1..], facts(&old)[2..]);
    let unsent = replica.read(|tx| facts::unsent(tx, 500)).expect("read");
    assert_eq!(
        unsent,
        envelopes(&replica, &journals[1]),
        "the forked one is not sent again"
    );
    assert_sound(&device, &replica);
    enter(&venue, &replica, &[3], NOW + 10);
    assert_eq!(own(&replica).len(), 2);
}

#[test]
fn acks_never_go_back_unless_the_server_was_put_back() {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    let replica = venue.door(&device, NOW, &[1, 2]);
    enter(&venue, &replica, &[1, 2], NOW);
    let id = own(&replica)[0].id;
    let unsent = |through: u64| {
        replica
            .write(move |tx| {
                journals::record_ack(tx, id, through)?;
                facts::unsent_count(tx)
            })
            .expect("acknowledged")
    };
    assert_eq!([unsent(2), unsent(1), unsent(900)], [1, 1, 0]);
    let event = venue.event;
    let again = replica.write(move |tx| {
        journals::forget_acks(tx, event)?;
        facts::unsent_count(tx)
    });
    assert_eq!(again.expect("forgotten"), 3);
    let parked = replica.write(move |tx| {
        facts::refused_by_server(tx, id, 2, "bad_signature")?;
        Ok::<_, ReplicaError>(facts::unsent(tx, 500)?.len())
    });
    assert_eq!(
        parked.expect("parked"),
        2,
        "what is never taken is not sent again"
    );
}
