//! Up from tills: their journals are kept as door journals are, and nobody hears of them.

use shared::clock::{Hlc, Stamp};
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::till::{Counters, TillFact, TillOpening, TillSeries};
use shared::fact::{Envelope, FactBody, Head};
use shared::ids::{FactId, JournalId, OrganizerId, UserId};
use shared::money::Currency;
use shared::wire::latest::JournalAck;
use sync_server::edge::OsRandom;

use crate::support::TestServer;
use crate::support::door::{Device, entry};

fn opening(organizer: OrganizerId) -> TillFact {
    TillFact::JournalOpened(TillOpening {
        organizer,
        series: TillSeries::from_text("B").expect("letters"),
        currency: Currency::Eur,
        cause: OpeningCause::First,
        counters: Counters::default(),
        predecessor: None,
    })
}

/// Signs what follows in the device's till journal.
fn follow(device: &Device<'_>, journal: JournalId, head: &mut Head, body: TillFact) -> Envelope {
    let author = Author {
        device: device.id,
        journal,
        key: &device.key,
    };
    let now_ms = device.event.server.now_ms();
    let draft = Draft {
        id: FactId::new(now_ms, &mut OsRandom),
        stamp: Stamp {
            hlc: Hlc::from_raw((now_ms.cast_unsigned() << 16) + head.seq),
            wall_ms: now_ms,
            offset_ms: 0,
            offset_err_ms: 20,
        },
        seen: Vec::new(),
        body: FactBody::Till(body),
    };
    let envelope = append(*head, author, draft).expect("a valid fact");
    *head = Head::from(&envelope.header());
    envelope
}

fn clerk(n: u8) -> TillFact {
    TillFact::ClerkChanged {
        clerk: UserId::from_bytes([n; 16]),
    }
}

fn said(acks: &[JournalAck], journal: JournalId) -> (u64, Option<u64>) {
    let ack = acks.iter().find(|ack| ack.journal == journal);
    let ack = ack.expect("each journal is answered");
    (ack.acked_through, ack.forked_at)
}

#[tokio::test]
async fn a_tills_journal_is_kept_in_order_whatever_the_batches_and_goes_down_to_nobody() {
    let server = TestServer::start().await;
    let event = server.event("till-journal").await;
    let ticket = event.tickets(1).await[0];
    let (mut till, carrier) = (event.device("Caisse").await, event.device("Porte").await);
    let journal = JournalId::new(server.now_ms(), &mut OsRandom);
    let mut head = Head::EMPTY;
    let mut facts = vec![follow(&till, journal, &mut head, opening(event.organizer))];
    facts.extend((1..=4).map(|n| follow(&till, journal, &mut head, clerk(n))));
    let doors = till.write(vec![entry(ticket, 1)]);

    let gap = till.upload(&facts[2..]).await;
    assert_eq!(said(&gap.journals, journal), (0, None), "a gap (A3)");
    // With a door's facts in one upload, carried by another device.
    let both = carrier.upload(&[&facts[..3], &doors[..]].concat()).await;
    assert_eq!(said(&both.journals, journal), (3, None));
    assert_eq!(said(&both.journals, till.journal.id), (2, None));
    let twice = till.upload(&[&facts[..], &facts[..]].concat()).await;
    assert_eq!(said(&twice.journals, journal), (5, None));
    assert_eq!(event.states().await[&ticket], (true, 1, 0));

    let kept: Vec<Vec<u8>> = sqlx::query_scalar(
        "select envelope from till_facts where organizer_id = $1 and journal_id = $2 order by seq",
    )
    .bind(event.organizer.0)
    .bind(journal.0)
    .fetch_all(event.pool())
    .await
    .unwrap();
    let signed: Vec<&[u8]> = facts.iter().map(Envelope::bytes).collect();
    assert_eq!(kept, signed, "as signed, each once (A2, A4)");
    let replica = carrier.replica(100).await;
    assert!(
        !replica.facts.contains(facts[1].bytes()),
        "doors get no till's facts"
    );
    let changed = sqlx::query("delete from till_facts")
        .execute(event.pool())
        .await;
    assert!(changed.is_err(), "they only grow (A2)");
}

#[tokio::test]
async fn both_sides_of_a_tills_fork_are_kept_and_it_is_told_so() {
    let server = TestServer::start().await;
    let event = server.event("till-fork").await;
    let till = event.device("Caisse").await;
    let journal = JournalId::new(server.now_ms(), &mut OsRandom);
    let mut head = Head::EMPTY;
    let opened = follow(&till, journal, &mut head, opening(event.organizer));
    let mut copy = head;
    let own = [
        opened.clone(),
        follow(&till, journal, &mut head, clerk(1)),
        follow(&till, journal, &mut head, clerk(2)),
    ];
    let other = [
        follow(&till, journal, &mut copy, clerk(8)),
        follow(&till, journal, &mut copy, clerk(9)),
        follow(&till, journal, &mut copy, clerk(10)),
    ];
    till.upload(&own).await;
    let forked = till.upload(&other).await;
    assert_eq!(said(&forked.journals, journal), (3, Some(2)));
    assert_eq!(forked.journals[0].aside_through, Some(4));
    let again = till.upload(&other[2..]).await;
    assert_eq!(
        again.journals[0].aside_through,
        Some(4),
        "what follows it is of the same branch"
    );
    let aside: i64 = sqlx::query_scalar("select count(*) from till_forks where journal_id = $1")
        .bind(journal.0)
        .fetch_one(event.pool())
        .await
        .unwrap();
    assert_eq!(aside, 3);
}

#[tokio::test]
async fn a_till_of_another_organizer_or_of_another_device_is_not_taken() {
    let server = TestServer::start().await;
    let (event, elsewhere) = (
        server.event("till-own").await,
        server.event("till-else").await,
    );
    let (till, other) = (event.device("Caisse").await, event.device("Copie").await);
    let journal = JournalId::new(server.now_ms(), &mut OsRandom);
    let mut head = Head::EMPTY;
    let foreign = follow(&till, journal, &mut head, opening(elsewhere.organizer));
    let refused = till.upload(&[foreign]).await;
    assert_eq!(refused.journals[0].refused[0].1, "foreign_author");

    let mut head = Head::EMPTY;
    let own = follow(&till, journal, &mut head, opening(event.organizer));
    till.upload(&[own]).await;
    let intruder = follow(&other, journal, &mut head, clerk(3));
    let refused = other.upload(&[intruder]).await;
    assert_eq!(
        refused.journals[0].refused,
        [(2, "foreign_author".to_owned())]
    );
}
