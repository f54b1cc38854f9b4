//! Who is not let in.

use serde_json::json;
use shared::roster::signed::{KeySet, SignedKind};

use super::building::{Authority, Building};
use super::caller::{Caller, GOOD, Pen};
use crate::run::now;
use crate::venue::{Device, Venue};

#[test]
fn foreign_expired_and_missing_certificates_are_refused_and_a_good_one_is_not() {
    let building = Building::with(1);
    let (door, stranger) = (&building.members[0], Authority::new("another building"));
    let (device, address) = (building.others[0].id, door.address);
    let ours = &building.authority;
    building.block_on(async {
        let caller = |signs: &Authority, days| Caller::of(signs, ours, device, days, address);
        let (good, hello) = caller(ours, GOOD).get("/hello").await;
        assert_eq!(good.status(), 200, "{hello}");
        assert_eq!(hello["device"], json!(door.device.id));
        for (what, refused) in [
            ("foreign", caller(&stranger, GOOD)),
            ("expired", caller(ours, (-100, -1))),
            ("not valid yet", caller(ours, (1, 90))),
            ("none", Caller::nobody(ours, address)),
        ] {
            let (answer, _) = refused.get("/hello").await;
            assert_eq!(answer.status(), 0, "{what}: {answer:?}");
        }
        // And the other way round: a door with a foreign certificate is not talked to.
        let deceived = Caller::of(ours, &stranger, device, GOOD, address);
        assert_eq!(deceived.get("/hello").await.0.status(), 0);
    });
}

#[test]
fn a_device_that_the_list_does_not_name_is_refused() {
    let building = Building::with(1);
    let unknown = Device::new(55);
    let caller = Caller::of(
        &building.authority,
        &building.authority,
        unknown.id,
        GOOD,
        building.members[0].address,
    );
    let (answer, _) = building.block_on(caller.get("/hello"));
    assert_eq!((answer.status(), answer.code()), (403, "forbidden"));
}

#[test]
fn a_revoked_device_may_ask_for_the_signed_lists_and_nothing_else() {
    let building = Building::with(1);
    let (door, revoked) = (&building.members[0], &building.others[0]);
    let caller = building.caller(door);
    let event = building.venue.event;
    building.block_on(async {
        assert_eq!(caller.get("/hello").await.0.status(), 200);
        let list = building.list(9, &building.everybody(), &[revoked.id]);
        Venue::tell(&door.replica, list);
        let mut pen = Pen::of(revoked, event, 0x40);
        let facts = pen.entries(&[1]);
        assert_eq!(
            caller.get("/hello").await.0.status(),
            200,
            "which lists there are"
        );
        for (answer, _) in [
            caller.post(&format!("/events/{event}/vector"), "").await,
            caller.get(&format!("/events/{event}/facts")).await,
            caller.offer(&facts).await,
        ] {
            assert_eq!((answer.status(), answer.code()), (403, "device_revoked"));
        }
        let (answer, said) = caller.get("/signed?have=key_set:1,device_list:2").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(said["objects"][0]["version"], 9, "so that it learns of it");
    });
    assert_eq!(door.facts_of(&building.venue, 1), 0);
    assert!(door.admits(&building.venue, 1));
}

#[test]
fn only_facts_of_an_event_in_common_are_given() {
    let building = Building::with(1);
    let other = "00000000-0000-7000-8000-000000000009";
    let caller = building.caller(&building.members[0]);
    let (answer, _) = building.block_on(caller.get(&format!("/events/{other}/facts")));
    assert_eq!((answer.status(), answer.code()), (404, "not_found"));
}

#[test]
fn an_older_signed_object_is_ignored_and_one_version_with_other_bytes_is_not_taken() {
    let building = Building::with(1);
    let door = &building.members[0];
    let newer = building.venue.keys(7, now());
    Venue::tell(&door.replica, newer);
    let older = building.venue.keys(6, now());
    let empty = KeySet { keys: Vec::new() };
    let twin = building.venue.sign(SignedKind::KeySet, 7, now(), &empty);
    let mut forged = building.venue.sign(SignedKind::KeySet, 8, now(), &empty);
    forged.signature[5] ^= 1;
    let caller = building.caller(door);
    for object in [older, twin, forged] {
        let body = json!({ "objects": [object] }).to_string();
        let (answer, _) = building.block_on(caller.post("/signed", body));
        assert_eq!(answer.status(), 204);
        assert_eq!(door.version(SignedKind::KeySet), 7);
    }
    assert!(door.admits(&building.venue, 1), "the keys are still there");
}
