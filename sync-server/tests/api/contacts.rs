//! What guests leave at tills: sealed up to the server, and their tickets by mail once both sides of it are here.

use reqwest::Method;
use serde_json::{Value, json};
use shared::fact::till::{PaidBy, SaleId, TillFact};
use shared::ids::{EventId, TypeNo};
use shared::language::Language;
use shared::till::contact::{self, Bound, Contact, ContactKey};
use shared::wire::latest::{ContactUpload, StockTicket};
use sync_server::config::Enclosed;
use sync_server::door::money;
use sync_server::edge::{OsRandom, random_bytes};
use sync_server::messages::sender;
use uuid::Uuid;

use crate::support::door::Event;
use crate::support::till::{Till, full};
use crate::support::{Answer, TestServer};

const CASH: PaidBy = PaidBy::Cash { change: 0 };

/// A till with what was lent to it, and what it seals by.
struct Counter<'a> {
    till: Till<'a>,
    key: ContactKey,
    tickets: Vec<StockTicket>,
}

/// Left with a sale, and still to be brought.
struct Sealed {
    id: Uuid,
    bytes: Vec<u8>,
}

impl<'a> Counter<'a> {
    async fn of(event: &'a Event<'a>, name: &str) -> Self {
        let mut till = Till::of(event, name).await;
        let answer = till.device.top_up().await;
        let clerk = event.server.person(name).await.id;
        till.open(clerk, &answer.series);
        let mut tickets = answer.tickets;
        tickets.retain(|ticket| ticket.type_no == TypeNo(1));
        let key = ContactKey::from_bytes(answer.terms.contact_key).unwrap();
        Self { till, key, tickets }
    }

    fn sells(&mut self, event: EventId, places: usize) -> SaleId {
        let sold: Vec<StockTicket> = self.tickets.drain(..places).collect();
        let paid = 3_400 * u32::try_from(places).unwrap();
        self.till.sell(&[full(event, &sold)], &[(CASH, paid)])
    }

    /// Seals it and names it in the journal.
    fn leaves(&mut self, sale: SaleId, contact: &Contact) -> Sealed {
        let sealed = self.seals(sale, contact);
        let hash = contact::hash(&sealed.bytes);
        let blob = *sealed.id.as_bytes();
        self.till.write(TillFact::Contact { sale, blob, hash });
        sealed
    }

    fn seals(&self, sale: SaleId, contact: &Contact) -> Sealed {
        let blob = random_bytes();
        let organizer = self.till.device.event.organizer;
        let bound = Bound {
            organizer,
            sale,
            blob,
        };
        Sealed {
            id: Uuid::from_bytes(blob),
            bytes: self.key.seal(&bound, contact, &mut OsRandom).unwrap(),
        }
    }

    async fn brings(&self, id: Uuid, bytes: &[u8]) -> Answer {
        let path = format!("/api/v1/sync/contacts/{id}");
        let upload = ContactUpload {
            sealed: bytes.to_vec(),
        };
        let request = self.till.device.request(Method::PUT, &path);
        Answer::of(request.json(&upload)).await
    }

    async fn sends(&mut self) {
        self.till.send_tickets().await;
        self.till.send_money().await;
    }
}

fn nadia() -> Contact {
    Contact::typed("Nadia Ferrand", "nadia@example.org", Language::De).unwrap()
}

/// Name, address and language of each order, the oldest first.
async fn buyers(event: &Event<'_>) -> Vec<(String, String, String)> {
    sqlx::query_as(
        "select o.name, o.email, o.language from orders o join till_orders t on t.order_id = o.id
         where o.event_id = $1 order by t.receipt",
    )
    .bind(event.id.0)
    .fetch_all(event.pool())
    .await
    .unwrap()
}

fn said(name: &str, email: &str, language: &str) -> (String, String, String) {
    (name.into(), email.into(), language.into())
}

async fn waiting_mails(event: &Event<'_>) -> i64 {
    event
        .server
        .number(
            "select count(*) from outbox where $1 is not null",
            event.id.0,
        )
        .await
}

async fn kept(event: &Event<'_>) -> i64 {
    let query = "select count(*) from till_contacts where sealed is not null and $1 is not null";
    event.server.number(query, event.id.0).await
}

#[tokio::test]
async fn the_tickets_go_by_mail_once_whichever_side_comes_first_and_what_was_sealed_is_gone() {
    let server = TestServer::start_with(|config| config.mail.enclosed = Enclosed::Tickets).await;
    let event = server.event_on_sale(400).await;
    let mut counter = Counter::of(&event, "Caisse 1").await;
    // The blob before its journal.
    let sale = counter.sells(event.id, 2);
    let left = counter.leaves(sale, &nadia());
    let answer = counter.brings(left.id, &left.bytes).await.ok();
    assert_eq!(answer, json!({ "state": "kept" }));
    assert_eq!((waiting_mails(&event).await, kept(&event).await), (0, 1));
    counter.sends().await;
    assert_eq!(
        buyers(&event).await,
        [said("Nadia Ferrand", "nadia@example.org", "de")]
    );
    assert_eq!((waiting_mails(&event).await, kept(&event).await), (1, 0));
    sender::send_due(&server.app).await.unwrap();
    let mail = server.mails().remove(0);
    assert_eq!(mail.to, "nadia@example.org");
    assert!(
        mail.text.contains("Guten Tag Nadia Ferrand"),
        "{}",
        mail.text
    );
    let kinds: Vec<&str> = mail
        .enclosed
        .iter()
        .map(|file| file.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["image/png", "image/png", "application/pdf", "text/calendar"],
        "as for an order of the store"
    );

    // The journal before the blob; an address without a name; the same twice, and a sweep.
    let sale = counter.sells(event.id, 1);
    let alone = Contact::typed("", "paul@example.org", Language::Fr).unwrap();
    let left = counter.leaves(sale, &alone);
    counter.sends().await;
    assert_eq!(buyers(&event).await[1], said("Caisse 1", "", "fr"));
    for _ in 0..2 {
        let answer = counter.brings(left.id, &left.bytes).await.ok();
        assert_eq!(answer, json!({ "state": "kept" }));
    }
    money::sweep(&server.app).await.unwrap();
    assert_eq!(
        buyers(&event).await[1],
        said("paul@example.org", "paul@example.org", "fr")
    );
    assert_eq!((waiting_mails(&event).await, kept(&event).await), (2, 0));
    // A name without an address has no mail.
    let sale = counter.sells(event.id, 1);
    let left = counter.leaves(sale, &Contact::typed("Ana", "", Language::En).unwrap());
    counter.sends().await;
    counter.brings(left.id, &left.bytes).await.ok();
    assert_eq!(buyers(&event).await[2], said("Ana", "", "en"));
    assert_eq!(waiting_mails(&event).await, 2);
    assert_eq!(event.alerts().await, Vec::<Value>::new());
}

#[tokio::test]
async fn what_is_not_what_the_journal_names_is_an_alert_and_no_mail_until_the_right_one_comes() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let mut counter = Counter::of(&event, "Caisse 1").await;
    let first = counter.sells(event.id, 1);
    let left = counter.leaves(first, &nadia());
    counter.sends().await;
    // Somebody put another address in its place.
    let other = counter.seals(
        first,
        &Contact::typed("Nadia", "eve@example.org", Language::Fr).unwrap(),
    );
    counter.brings(left.id, &other.bytes).await.ok();
    assert_eq!((waiting_mails(&event).await, kept(&event).await), (0, 0));
    let open = |alerts: Vec<Value>| -> Vec<(String, bool)> {
        let alerts = alerts.iter();
        alerts
            .map(|alert| {
                (
                    alert["kind"].as_str().unwrap().to_owned(),
                    alert["resolved_ms"].is_null(),
                )
            })
            .collect()
    };
    let alerts = event.alerts().await;
    assert_eq!(alerts[0]["detail"]["facts"][0]["receipt"], 1, "{alerts:?}");
    assert_eq!(open(alerts), [("contact_refused".to_owned(), true)]);
    counter.brings(left.id, &left.bytes).await.ok();
    assert_eq!(waiting_mails(&event).await, 1);
    assert_eq!(
        open(event.alerts().await),
        [("contact_refused".to_owned(), false)]
    );

    // Sealed for another sale: its hash fits, and it doesn't open.
    let second = counter.sells(event.id, 1);
    let stray = counter.seals(first, &nadia());
    let (blob, hash) = (*stray.id.as_bytes(), contact::hash(&stray.bytes));
    counter.till.write(TillFact::Contact {
        sale: second,
        blob,
        hash,
    });
    counter.sends().await;
    counter.brings(stray.id, &stray.bytes).await.ok();
    assert_eq!(waiting_mails(&event).await, 1);
    assert_eq!(
        open(event.alerts().await),
        [("contact_refused".to_owned(), true)]
    );
    // Of another till's sale nothing comes either.
    let mut stranger = Counter::of(&event, "Caisse 2").await;
    let own = stranger.sells(event.id, 1);
    let theirs = stranger.leaves(own, &nadia());
    stranger.sends().await;
    counter.brings(theirs.id, &theirs.bytes).await.ok();
    assert_eq!(waiting_mails(&event).await, 1);
    let long = vec![1; contact::MAX_SEALED + 1];
    counter
        .brings(theirs.id, &long)
        .await
        .error(400, "invalid_request");
}

#[tokio::test]
async fn what_nobody_can_use_is_erased_after_30_days_and_does_not_come_back() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(400).await;
    let mut counter = Counter::of(&event, "Caisse 1").await;
    let sale = counter.sells(event.id, 1);
    let left = counter.leaves(sale, &nadia());
    counter.brings(left.id, &left.bytes).await.ok();
    sqlx::query("update till_contacts set received_ms = received_ms - 30 * 86400000::bigint - 1")
        .execute(event.pool())
        .await
        .unwrap();
    money::sweep(&server.app).await.unwrap();
    assert_eq!(kept(&event).await, 0);
    counter.sends().await;
    let again = counter.brings(left.id, &left.bytes).await.ok();
    assert_eq!(again, json!({ "state": "erased" }));
    assert_eq!((waiting_mails(&event).await, kept(&event).await), (0, 0));
    assert_eq!(buyers(&event).await, [said("Caisse 1", "", "fr")]);
}
