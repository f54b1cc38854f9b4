use super::*;
use crate::admission::scene::at;
use crate::roster::Revocation;

fn revoked_at(point: Option<(u64, FactHash)>) -> Vec<DeviceRow> {
    let mut devices = crew();
    devices[0].revocation = Some(Revocation {
        at_ms: at(19, 40),
        points: point
            .map(|(seq, hash)| (JournalId(Uuid::from_u128(1)), seq, hash))
            .into_iter()
            .collect(),
    });
    devices
}

#[test]
fn beyond_the_point_a_revoked_devices_entry_is_quarantined_whatever_time_it_claims() {
    let facts = [
        fact(1, 1, at(19, 10), entry()),
        fact(1, 2, at(19, 20), refusal()),
        fact(1, 3, at(19, 5), entry()),
        fact(2, 1, at(20, 0), entry()),
    ];
    let devices = revoked_at(Some((2, facts[1].1)));
    let folded = fold_in(&Scene::new(), &devices, &facts);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(1, 1))
    );
    assert_eq!(labels(&folded, name(1, 3)), [FactLabel::Quarantined]);
    assert_eq!(
        folded.state.also_seen.map(|entry| entry.fact),
        Some(name(1, 3))
    );
    assert_eq!(folded.alerts[&AlertKind::Quarantined].facts, [name(1, 3)]);
}

#[test]
fn a_journal_that_the_revocation_does_not_name_is_quarantined_whole() {
    let facts = [fact(1, 1, at(19, 10), entry())];
    let folded = fold_in(&Scene::new(), &revoked_at(None), &facts);
    assert_eq!(folded.state.entries, 0);
    assert_eq!(labels(&folded, name(1, 1)), [FactLabel::Quarantined]);
}

#[test]
fn another_fact_at_the_point_is_quarantined() {
    let facts = [fact(1, 1, at(19, 10), entry())];
    let folded = fold_in(&Scene::new(), &revoked_at(Some((1, [9; 32]))), &facts);
    assert_eq!(labels(&folded, name(1, 1)), [FactLabel::Quarantined]);
}

#[test]
fn the_server_may_admit_a_quarantined_fact_and_nobody_else_may() {
    let devices = revoked_at(None);
    let quarantined = fact(1, 1, at(19, 10), entry());
    let admit = says(name(1, 1), Annotation::Admitted);
    let by_server = fact(SERVER, 1, at(22, 0), admit.clone());
    let admitted = fold_in(&Scene::new(), &devices, &[quarantined.clone(), by_server]);
    assert_eq!(admitted.state.entries, 1);
    assert_eq!(labels(&admitted, name(1, 1)), [FactLabel::Ok]);
    let by_a_door = fact(2, 1, at(22, 0), admit);
    let ignored = fold_in(&Scene::new(), &devices, &[quarantined, by_a_door]);
    assert_eq!(ignored.state.entries, 0);
    assert_eq!(labels(&ignored, name(2, 1)), [FactLabel::NotAuthorised]);
}

#[test]
fn what_its_author_may_not_do_is_labelled_and_ignored() {
    let ignored = |change: fn(&mut DeviceRow), body| {
        let mut devices = crew();
        change(&mut devices[0]);
        let folded = fold_in(&Scene::new(), &devices, &[fact(1, 1, at(20, 0), body)]);
        assert_eq!(labels(&folded, name(1, 1)), [FactLabel::NotAuthorised]);
        assert_eq!(folded.state, TicketState::default());
        assert_eq!(folded.alerts[&AlertKind::NotAuthorised].facts, [name(1, 1)]);
    };
    ignored(|row| row.rights.scan = false, entry());
    ignored(|row| row.rights.scan = false, void(name(2, 2)));
    ignored(
        |row| row.rights.search = false,
        entry_marked(EntryMarks::BY_HAND),
    );
    ignored(|row| row.rights.supervise = false, overridden());
    ignored(|row| row.events.clear(), entry());
    ignored(|row| row.id = device(6), entry());
}

#[test]
fn the_servers_own_entry_counts() {
    let folded = folded(&[fact(SERVER, 1, at(20, 0), entry())]);
    assert_eq!(folded.state.entries, 1);
}

#[test]
fn one_fact_in_two_journals_is_one() {
    let first = fact(1, 1, at(20, 0), entry());
    let mut again = first.clone();
    again.0.journal = JournalId(Uuid::from_u128(50));
    again.1 = [200; 32];
    let folded = folded(&[again, first]);
    assert_eq!(folded.state.entries, 1);
    assert!(folded.alerts.is_empty());
}

#[test]
fn of_two_facts_under_one_name_the_smaller_hash_counts_and_an_alert_is_raised() {
    let first = fact(1, 1, at(20, 0), entry());
    let mut other = fact(1, 1, at(20, 0), exit());
    other.1 = [200; 32];
    let folded = folded(&[other, first]);
    assert!(folded.state.inside);
    assert_eq!(folded.alerts[&AlertKind::FactIdReused].facts, [name(1, 1)]);
}

#[test]
fn r1_a_stolen_device_cannot_displace_what_it_said_before_by_a_smaller_hash() {
    let before = fact(1, 1, at(19, 10), entry());
    let mut displacing = fact(1, 1, at(19, 10), refusal());
    displacing.0.journal = JournalId(Uuid::from_u128(50));
    displacing.1 = [0; 32];
    let devices = revoked_at(Some((1, before.1)));
    let folded = fold_in(&Scene::new(), &devices, &[displacing, before]);
    assert_eq!(folded.state.entries, 1);
    assert_eq!(labels(&folded, name(1, 1)), [FactLabel::Ok]);
}
