//! Mails by a real mail server, and what becomes of them while it fails.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use sync_server::config::{Encryption, Secret};
use sync_server::messages::outbox::{self, Mail};
use sync_server::messages::sender::send_due;

use crate::backoffice::Clerk;
use crate::store::says;
use crate::support::fixtures::published_event;
use crate::support::smtp::{SmtpPlace, SmtpServer};
use crate::support::stall::text;
use crate::support::{TestServer, until};

const LEASE_MS: i64 = 5 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

async fn start(place: &SmtpPlace) -> TestServer {
    let settings = place.settings.clone();
    TestServer::start_with(move |config| {
        config.mail.smtp = Some(settings);
        config.mail.from = Some("billets@quai.example".into());
    })
    .await
}

async fn enqueue(server: &TestServer, recipients: &[&str]) {
    let mails: Vec<Mail> = recipients
        .iter()
        .map(|recipient| Mail {
            dedupe_key: (*recipient).into(),
            recipient: (*recipient).into(),
            language: "fr".into(),
            template: "verify".into(),
            payload: json!({"link": "https://x.example/verify?token=abc"}),
        })
        .collect();
    let mut connection = server.app.pool.acquire().await.unwrap();
    outbox::enqueue(&mut connection, &mails, server.now_ms())
        .await
        .unwrap();
}

async fn due(server: &TestServer) -> i64 {
    send_due(&server.app).await.unwrap()
}

/// Recipient, whether it was sent, whether it was given up, and what the mail server said.
async fn rows(server: &TestServer) -> Vec<(String, bool, bool, Option<String>)> {
    sqlx::query_as(
        "select recipient, sent_ms is not null, failed_ms is not null, answer from outbox order by recipient",
    )
    .fetch_all(&server.app.pool)
    .await
    .unwrap()
}

/// How often each mail was kept, by its Message-ID.
fn copies(smtp: &mut SmtpServer) -> BTreeMap<String, usize> {
    let mut copies = BTreeMap::new();
    for kept in smtp.kept() {
        *copies.entry(kept.mail.message_id).or_default() += 1;
    }
    copies
}

#[tokio::test]
async fn mails_go_encrypted_to_a_server_that_knows_us_over_a_connection_that_is_kept() {
    for encryption in [Encryption::StartTls, Encryption::Tls] {
        let place = SmtpPlace::new(encryption);
        let mut smtp = place.open();
        let server = start(&place).await;
        enqueue(&server, &["ana@example.org", "bob@example.org"]).await;
        assert_eq!(due(&server).await, 2);
        enqueue(&server, &["eve@example.org"]).await;
        assert_eq!(due(&server).await, 1);
        let kept = smtp.kept();
        let to: Vec<_> = kept.iter().map(|kept| kept.to.join(",")).collect();
        assert_eq!(
            to,
            ["ana@example.org", "bob@example.org", "eve@example.org"]
        );
        for mail in &kept {
            assert!(mail.encrypted, "{encryption:?}");
            assert_eq!(mail.user.as_deref(), Some("billets"));
            assert_eq!(mail.from, "billets@quai.example");
            assert_eq!(mail.connection, kept[0].connection, "one connection");
            assert!(mail.mail.text.contains("token=abc"));
        }
        let answers: Vec<_> = rows(&server).await.into_iter().map(|row| row.3).collect();
        assert_eq!(answers[0].as_deref(), Some("250 2.0.0 kept"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_or_does_not_know_us_gets_no_mail_and_loses_none() {
    let place = SmtpPlace::new(Encryption::StartTls);
    let mut plain = SmtpPlace::new(Encryption::None);
    plain.settings.port = place.settings.port;
    let cheap = plain.open();
    let server = start(&place).await;
    enqueue(&server, &["ana@example.org"]).await;
    assert_eq!(due(&server).await, 1);
    drop(cheap);
    let mut smtp = place.open();
    let mut stranger = SmtpPlace::new(Encryption::None);
    stranger.settings = place.settings.clone();
    let login = stranger.settings.login.as_mut().unwrap();
    login.password = Secret::new("un autre");
    let other = start(&stranger).await;
    enqueue(&other, &["ana@example.org"]).await;
    assert_eq!(due(&other).await, 1);
    for waits in [&server, &other] {
        let (_, sent, failed, _) = rows(waits).await.remove(0);
        assert!(!sent && !failed, "it waits");
    }
    assert!(smtp.kept().is_empty());
    server.clock.advance(5_000);
    assert_eq!(due(&server).await, 1);
    assert_eq!(smtp.kept().len(), 1);
}

#[tokio::test]
async fn through_an_hour_of_every_failure_each_mail_arrives_once() {
    let place = SmtpPlace::new(Encryption::None);
    let server = start(&place).await;
    enqueue(&server, &["ana@example.org", "bob@example.org"]).await;
    // Nobody is there, for more than an hour: that counts against no mail, and they leave within a minute after it.
    for _ in 0..70 {
        due(&server).await;
        server.clock.advance(60_000);
    }
    assert!(rows(&server).await.iter().all(|row| !row.1 && !row.2));
    let mut smtp = place.open();
    for script in [
        ["hang", "rcpt 450 4.2.1 later"],
        ["451 4.3.0 later", "rcpt 421 4.3.2 closing"],
        ["452 4.3.1 full", "hang"],
    ] {
        smtp.will(&script);
        assert_eq!(due(&server).await, 2);
        assert_eq!(due(&server).await, 0, "both wait");
        server.clock.advance(60_000);
    }
    assert!(smtp.kept().is_empty());
    assert_eq!(due(&server).await, 2);
    assert_eq!(due(&server).await, 0);
    let copies = copies(&mut smtp);
    assert_eq!(copies.len(), 2);
    assert!(copies.values().all(|count| *count == 1), "{copies:?}");
    assert!(rows(&server).await.iter().all(|row| row.1));
}

#[tokio::test]
async fn what_is_refused_for_ever_is_kept_with_the_servers_answer_and_holds_up_no_other_mail() {
    let place = SmtpPlace::new(Encryption::None);
    let mut smtp = place.open();
    let server = start(&place).await;
    enqueue(
        &server,
        &["ana@example.org", "nobody@example.org", "zoe@example.org"],
    )
    .await;
    smtp.will(&["554 5.7.1 looks like spam"]);
    assert_eq!(due(&server).await, 3);
    let refused = |answer: &str| (false, true, Some(answer.to_owned()));
    let seen: BTreeMap<_, _> = rows(&server)
        .await
        .into_iter()
        .map(|(recipient, sent, failed, answer)| (recipient, (sent, failed, answer)))
        .collect();
    assert_eq!(
        seen["ana@example.org"],
        refused("554 5.7.1 looks like spam")
    );
    assert_eq!(
        seen["nobody@example.org"],
        refused("550 5.1.1 no such mailbox")
    );
    assert!(seen["zoe@example.org"].0);
    server.clock.advance(DAY_MS);
    assert_eq!(due(&server).await, 0, "it is not tried again");
    // Put off until nobody waits for it any more.
    enqueue(&server, &["late@example.org"]).await;
    while !smtp_gave_up(&server, &mut smtp).await {
        server.clock.advance(4 * 3_600_000);
    }
    assert_eq!(smtp.kept().len(), 1);
}

async fn smtp_gave_up(server: &TestServer, smtp: &mut SmtpServer) -> bool {
    smtp.will(&["451 4.7.1 come back later"]);
    due(server).await;
    let late = rows(server).await;
    let late = late.iter().find(|row| row.0 == "late@example.org").unwrap();
    assert!(!late.1);
    assert_eq!(late.3.as_deref(), Some("451 4.7.1 come back later"));
    late.2
}

#[tokio::test]
async fn who_is_killed_before_a_sent_mail_is_noted_has_it_sent_again_as_the_same_mail() {
    let place = SmtpPlace::new(Encryption::None);
    let mut smtp = place.open();
    let server = start(&place).await;
    enqueue(&server, &["ana@example.org"]).await;
    smtp.will(&["keep-hang"]);
    let app = server.app.clone();
    let killed = tokio::spawn(async move { send_due(&app).await });
    until("it is there", async || smtp.kept().len() == 1).await;
    killed.abort();
    assert!(killed.await.is_err(), "it died");
    assert_eq!(due(&server).await, 0, "it is not seen to be free at once");
    server.clock.advance(LEASE_MS);
    // The connection broke after the mail was kept: nobody can know.
    smtp.will(&["keep-drop"]);
    assert_eq!(due(&server).await, 1);
    server.clock.advance(60_000);
    assert_eq!(due(&server).await, 1);
    let copies = copies(&mut smtp);
    assert_eq!(
        copies.into_values().collect::<Vec<_>>(),
        [3],
        "one Message-ID"
    );
    assert!(rows(&server).await[0].1);
}

#[tokio::test]
async fn a_slow_server_holds_no_connection_to_the_database_and_nobody_else_sends_the_same() {
    let mut place = SmtpPlace::new(Encryption::None);
    place.settings.patience = Duration::from_mins(5);
    let mut smtp = place.open();
    let server = start(&place).await;
    let recipients: Vec<String> = (0..30).map(|no| format!("p{no}@example.org")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    enqueue(&server, &recipients[..1]).await;
    smtp.will(&["hang"]);
    let app = server.app.clone();
    let waits = tokio::spawn(async move { send_due(&app).await });
    until("it is taken", async || {
        let taken: bool = sqlx::query_scalar("select next_attempt_ms > created_ms from outbox")
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
        taken
    })
    .await;
    let pool = &server.app.pool;
    until("all connections are free", async || {
        pool.num_idle() == pool.size() as usize
    })
    .await;
    assert!(!waits.is_finished(), "it still waits for the server");
    waits.abort();
    // It may have been on its way to the server yet, which would then keep another mail waiting.
    smtp.will(&[]);
    // Three at once, as three servers would.
    enqueue(&server, &recipients[1..]).await;
    let (a, b, c) = tokio::join!(due(&server), due(&server), due(&server));
    assert_eq!(a + b + c, 29);
    let copies = copies(&mut smtp);
    assert_eq!(copies.len(), 29);
    assert!(copies.values().all(|count| *count == 1));
}

#[tokio::test]
async fn an_organizer_sees_what_did_not_reach_a_buyer_and_what_the_server_said() {
    let place = SmtpPlace::new(Encryption::None);
    let mut smtp = place.open();
    let server = start(&place).await;
    let event = published_event(&server, 50).await;
    let clerk = Clerk::of(&server, event.owner).await;
    let mails = format!("/fr/office/{}/mails", event.organizer);
    says(&clerk.see(&mails).await, "Tous les e-mails sont partis");
    let order = event.stall(&server).bought(&[(1, 1)]).await;
    smtp.will(&["451 4.3.0 come back later"]);
    due(&server).await;
    let shown = clerk.see(&mails).await;
    for sentence in [
        "451 4.3.0 come back later",
        "Nouvel essai le",
        "Billets",
        "camille@example.org",
    ] {
        says(&shown, sentence);
    }
    says(&shown, text(&order["code"]));
    server.clock.advance(DAY_MS / 24);
    smtp.will(&["550 5.1.1 no such mailbox"]);
    due(&server).await;
    let shown = clerk.see(&mails).await;
    says(&shown, "550 5.1.1 no such mailbox");
    says(&shown, "Abandonné");
    let list = clerk
        .see(&format!("/fr/office/{}/orders", event.organizer))
        .await;
    says(&list, "E-mails non remis");
    let stranger = server.person("Sam").await;
    let other = Clerk::of(&server, stranger.id).await;
    assert_eq!(other.see(&mails).await.status, 404);
}
