//! Bad input: nothing of it stops scanning, moves a clock or loses a fact.

use std::time::Duration;

use shared::ids::DeviceId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::building::{Authority, Building, tell_address, wait_until};
use super::caller::{GOOD, Pen};
use super::impostor::{Impostor, Manners};

#[test]
fn a_batch_that_comes_again_in_any_order_changes_nothing() {
    let building = Building::with(1);
    let door = &building.members[0];
    let mut pen = Pen::of(&building.others[0], building.venue.event, 0x30);
    let mut facts = pen.entries(&[1, 2, 3]);
    let caller = building.caller(door);
    building.block_on(async {
        for round in 0..3 {
            let (answer, said) = caller.offer(&facts).await;
            assert_eq!(answer.status(), 200);
            let through = &said["journals"][0]["acked_through"];
            assert_eq!(through, &4, "round {round}: {said}");
            facts.reverse();
        }
    });
    for ticket in 1..=3 {
        assert_eq!(door.facts_of(&building.venue, ticket), 1, "A4");
    }
}

/// A6
#[test]
fn garbage_costs_the_facts_beside_it_nothing() {
    let building = Building::with(1);
    let door = &building.members[0];
    let mut pen = Pen::of(&building.others[0], building.venue.event, 0x31);
    let facts = pen.entries(&[1, 2]);
    let mut forged = facts[1].clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let cut = facts[1][..100].to_vec();
    let mixed = vec![
        Vec::new(),
        vec![0; 5_000],
        facts[0].clone(),
        cut,
        forged,
        facts[1].clone(),
        vec![0xff; 300],
        facts[2].clone(),
    ];
    let caller = building.caller(door);
    let (answer, said) = building.block_on(caller.offer(&mixed));
    assert_eq!(answer.status(), 200, "{said}");
    assert_eq!(door.facts_of(&building.venue, 1), 1);
    assert_eq!(door.facts_of(&building.venue, 2), 1);
    let told = door.reports();
    assert!(!told.is_empty(), "a person is told");
}

#[test]
fn frames_that_are_garbage_truncated_or_too_large_are_refused() {
    let building = Building::with(1);
    let door = &building.members[0];
    let caller = building.caller(door);
    building.block_on(async {
        for (body, status) in [
            ("{".to_owned(), 400),
            ("[]".to_owned(), 400),
            (r#"{"envelopes":["not base64!"]}"#.to_owned(), 400),
            (r#"{"envelopes":[7]}"#.to_owned(), 400),
            (
                format!(r#"{{"envelopes":[{}""]}}"#, r#""","#.repeat(600)),
                413,
            ),
            ("x".repeat(5 << 20), 413),
        ] {
            let (answer, _) = caller.post("/facts", body).await;
            // The door may close on a body that is too large before it has come whole.
            assert!([status, 0].contains(&answer.status()), "{answer:?}");
        }
        // The connection of the body that was too large may be closing: another one.
        let caller = building.caller(door);
        let (answer, _) = caller.post("/signed", "{}").await;
        assert_eq!(answer.status(), 400);
        // Not even TLS; and half a greeting, left hanging.
        let mut raw = TcpStream::connect(door.address).await.expect("connected");
        raw.write_all(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .expect("sent");
        let mut answer = Vec::new();
        let _ = raw.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"));
        let mut hanging = TcpStream::connect(door.address).await.expect("connected");
        hanging.write_all(&[0x16, 3, 1, 0x40]).await.expect("sent");
        assert_eq!(caller.get("/hello").await.0.status(), 200);
    });
    assert!(door.admits(&building.venue, 1));
}

/// Takes connections and says nothing, or one byte now and then, for ever.
async fn dawdle(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            while stream.write_all(&[0x16]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    }
}

#[test]
fn a_peer_that_answers_slowly_for_ever_costs_the_others_nothing() {
    let building = Building::with(2);
    let slow: DeviceId = building.others[0].id;
    building.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(dawdle(listener));
        for member in &building.members {
            tell_address(&member.replica, slow, address);
        }
    });
    building.acquaint();
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    for ticket in 1..=10 {
        assert!(one.admits(&building.venue, ticket));
        let took = other.wait_until_refused(&building.venue, ticket);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

/// One that is a device of the list, and sends its answer byte by byte for ever.
#[test]
fn a_peer_whose_answers_never_end_costs_the_others_nothing() {
    let building = Building::with(2);
    let slow = &building.others[0];
    let impostor = Impostor::of(
        &building,
        &building.authority,
        slow.id,
        GOOD,
        Manners::Trickles,
    );
    for member in &building.members {
        tell_address(&member.replica, slow.id, impostor.address);
    }
    building.acquaint();
    wait_until("it was asked by both", || match impostor.asked() {
        0 | 1 => Err(impostor.asked()),
        _ => Ok(()),
    });
    let [one, other] = building.members.as_slice() else {
        panic!("two doors");
    };
    for ticket in 1..=10 {
        assert!(one.admits(&building.venue, ticket));
        let took = other.wait_until_refused(&building.venue, ticket);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    for member in &building.members {
        member.wait_for_peers(1);
    }
}

/// Who answers with such a certificate gets no word, though it stands at the address of a device that is known.
#[test]
fn a_peer_that_shows_a_foreign_or_expired_certificate_is_told_nothing() {
    let building = Building::with(1);
    let (door, known) = (&building.members[0], &building.others[0]);
    let stranger = Authority::new("another building");
    let shows =
        |signs: &Authority, days| Impostor::of(&building, signs, known.id, days, Manners::Answers);
    let (good, ours) = (shows(&building.authority, GOOD), &building.authority);
    let bad = [
        shows(&stranger, GOOD),
        shows(ours, (-100, -1)),
        shows(ours, (1, 90)),
    ];
    for impostor in bad.iter().chain([&good]) {
        tell_address(&door.replica, known.id, impostor.address);
    }
    wait_until("all were called, and the good one was asked", || {
        let called: Vec<usize> = bad.iter().map(Impostor::called).collect();
        if called.iter().all(|calls| *calls > 0) && good.asked() > 0 {
            Ok(())
        } else {
            Err((called, good.asked()))
        }
    });
    let asked: Vec<usize> = bad.iter().map(Impostor::asked).collect();
    assert_eq!(asked, [0, 0, 0], "foreign, expired, not valid yet");
    assert!(door.admits(&building.venue, 1));
}
