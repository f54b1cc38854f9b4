//! Keys of one's own devices, beside passwords.

use super::*;
use crate::support::authenticator::Authenticator;

const ASK_NEW: &str = "/fr/account/passkeys/ask";
const ADD: &str = "/fr/account/passkeys/add";
const ASK: &str = "/fr/login/passkey/ask";

fn device(server: &TestServer) -> Authenticator {
    Authenticator::at(server.address.port())
}

fn challenge(answer: &Answer) -> Value {
    is_private(answer);
    answer.ok()["challenge"].clone()
}

async fn asked_for_new(browser: &Browser<'_>) -> Value {
    challenge(&browser.send(ASK_NEW, &[("password", PASSWORD)]).await)
}

async fn add(browser: &Browser<'_>, challenge: &Value, answer: &Value) -> Answer {
    let (token, answer) = (text(&challenge["token"]), answer.to_string());
    let fields = [
        ("token", token),
        ("credential", &answer),
        ("name", "Téléphone"),
    ];
    browser.send(ADD, &fields).await
}

async fn added(browser: &Browser<'_>, device: &mut Authenticator) {
    let challenge = asked_for_new(browser).await;
    let answer = device.create(&challenge["options"]);
    let done = add(browser, &challenge, &answer).await;
    assert_eq!(location(&done), "/fr/account?done=passkey");
}

async fn asked(server: &TestServer) -> Value {
    challenge(&Answer::of(server.form(ASK, &[])).await)
}

async fn log_in_by(server: &TestServer, token: &Value, answer: &Value) -> Answer {
    let (token, answer) = (text(token), answer.to_string());
    let fields = [("token", token), ("credential", &answer), ("next", "")];
    Answer::of(server.form("/fr/login/passkey", &fields)).await
}

async fn enters(server: &TestServer, device: &mut Authenticator) -> Answer {
    let challenge = asked(server).await;
    let answer = device.get(&challenge["options"]);
    log_in_by(server, &challenge["token"], &answer).await
}

#[tokio::test]
async fn a_passkey_is_added_named_used_in_place_of_both_steps_and_removed() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let own = browser.page("/fr/account").await;
    says(&own, "data-host=\"localhost\"");
    let stranger = browser.send(ASK_NEW, &[("password", "un autre mot")]).await;
    assert_eq!(stranger.status, 401);
    assert!(stranger.json()["problem"].is_string(), "{}", stranger.text);
    let mut device = device(&server);
    added(&browser, &mut device).await;
    let own = browser.page("/fr/account?done=passkey").await;
    says(&own, "Votre clé d’accès est ajoutée.");
    says(&own, "<b dir=\"auto\">Téléphone</b>");

    // Whoever has the second step on is asked for no code after a passkey.
    sqlx::query(
        "insert into second_factors (account_id, secret_sealed, created_ms, confirmed_ms) select id, '', 1, 1 from accounts",
    )
    .execute(&server.app.pool)
    .await
    .unwrap();
    says(
        &log_in(&server, PASSWORD).await,
        "action=\"/fr/login/code\"",
    );
    let on = enters(&server, &mut device).await;
    assert_eq!(location(&on), "/fr/account");
    let by_key = Browser::of(&server, &on).await;
    let own = by_key.page("/fr/account").await;
    says(&own, "Dernière connexion le");

    let id = own.text.split_once("name=\"passkey\" value=\"").unwrap().1;
    let id = &id[..36];
    let named = [("passkey", id), ("name", "علي 🔑 <b>")];
    let renamed = by_key.send("/fr/account/passkeys/name", &named).await;
    assert_eq!(location(&renamed), "/fr/account?done=profile");
    let empty = [("passkey", id), ("name", " ")];
    let refused = by_key.send("/fr/account/passkeys/name", &empty).await;
    assert_eq!(refused.status, 400);
    says(&refused, "علي 🔑 &#60;b&#62;");
    let saved: Value = by_key.page("/fr/account/export").await.ok();
    assert_eq!(saved["passkeys"][0]["name"], "علي 🔑 <b>");

    let remove = "/fr/account/passkeys/remove";
    let other = server.person("Bob").await;
    let foreign = server
        .session(
            other.id,
            sync_server::accounts::session::SessionKind::Browser,
        )
        .await;
    let mut stranger = Browser {
        server: &server,
        cookie: format!("__Host-session={}", foreign.credential),
        csrf: String::new(),
    };
    stranger.csrf = csrf_of(&stranger.page("/fr/account").await);
    stranger.send(remove, &[("passkey", id)]).await;
    assert_eq!(
        enters(&server, &mut device).await.status,
        303,
        "it is not Bob's"
    );
    let gone = by_key.send(remove, &[("passkey", id)]).await;
    assert_eq!(location(&gone), "/fr/account?done=passkey-gone");
    let refused = enters(&server, &mut device).await;
    assert_eq!(refused.status, 401);
    says(&refused, "Cette clé d’accès n’ouvre aucun compte ici.");
    is_private(&refused);
}

#[tokio::test]
async fn a_device_that_answers_otherwise_than_it_was_asked_opens_nothing() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let mut device = device(&server);
    added(&browser, &mut device).await;

    let (one, other) = (asked(&server).await, asked(&server).await);
    let answer = device.get(&one["options"]);
    let crossed = log_in_by(&server, &other["token"], &answer).await;
    assert_eq!(crossed.status, 401, "the answer is to another question");
    let again = device.get(&other["options"]);
    let over = log_in_by(&server, &other["token"], &again).await;
    assert_eq!(over.status, 410, "a question is asked once");
    assert_eq!(log_in_by(&server, &one["token"], &answer).await.status, 303);
    let replayed = log_in_by(&server, &one["token"], &answer).await;
    assert_eq!(replayed.status, 410);

    let late = asked(&server).await;
    server.clock.advance(6 * 60_000 + 1);
    let answer = device.get(&late["options"]);
    assert_eq!(
        log_in_by(&server, &late["token"], &answer).await.status,
        410
    );

    let ours = std::mem::replace(&mut device.origin, "https://evil.example".into());
    assert_eq!(
        enters(&server, &mut device).await.status,
        401,
        "another site"
    );
    device.origin = ours;
    device.verifies = false;
    assert_eq!(
        enters(&server, &mut device).await.status,
        401,
        "anybody's finger"
    );
    device.verifies = true;
    device.counter = 1;
    assert_eq!(
        enters(&server, &mut device).await.status,
        401,
        "a copy, which counts for itself"
    );
    device.counter = 100;
    assert_eq!(enters(&server, &mut device).await.status, 303);

    let mine = device.user.clone();
    device.user = server.person("Bob").await.id.0.as_bytes().to_vec();
    assert_eq!(
        enters(&server, &mut device).await.status,
        401,
        "somebody else's account"
    );
    device.user = mine;
    let mut liar = self::device(&server);
    liar.user.clone_from(&device.user);
    assert_eq!(
        enters(&server, &mut liar).await.status,
        401,
        "a key that nobody added"
    );
    let question = asked(&server).await;
    let answer = device.get(&question["options"]);
    let mut forged = answer.clone();
    forged["response"]["signature"] =
        liar.get(&question["options"])["response"]["signature"].clone();
    assert_eq!(
        log_in_by(&server, &question["token"], &forged).await.status,
        401
    );
    let nonsense = asked(&server).await;
    assert_eq!(
        log_in_by(&server, &nonsense["token"], &json!({}))
            .await
            .status,
        401
    );
    assert_eq!(
        enters(&server, &mut device).await.status,
        303,
        "the key itself is good still"
    );
}

#[tokio::test]
async fn a_key_is_added_only_by_an_answer_to_its_own_question() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let refused = |answer: &Answer, status: u16, what: &str| {
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        says(answer, "role=\"alert\"");
    };
    let mut device = device(&server);
    let (one, other) = (asked_for_new(&browser).await, asked_for_new(&browser).await);
    let answer = device.create(&one["options"]);
    refused(
        &add(&browser, &other, &answer).await,
        400,
        "another question",
    );
    refused(&add(&browser, &other, &answer).await, 410, "used");
    let log_in = asked(&server).await;
    refused(
        &add(&browser, &log_in, &answer).await,
        410,
        "a log-in's question",
    );
    let asked_of_other = asked_for_new(&browser).await;
    device.verifies = false;
    let answer = device.create(&asked_of_other["options"]);
    refused(
        &add(&browser, &asked_of_other, &answer).await,
        400,
        "nobody verified",
    );
    device.verifies = true;
    device.origin = "https://evil.example".into();
    let question = asked_for_new(&browser).await;
    let answer = device.create(&question["options"]);
    refused(
        &add(&browser, &question, &answer).await,
        400,
        "another site",
    );
    let own = browser.page("/fr/account").await;
    assert!(!own.text.contains("name=\"passkey\""), "{}", own.text);

    // A key of somebody else's is not added a second time, and opens the first one's account still.
    let mut device = self::device(&server);
    added(&browser, &mut device).await;
    let bob = server.person("Bob").await;
    let session = server
        .session(bob.id, sync_server::accounts::session::SessionKind::Browser)
        .await;
    let mut bob = Browser {
        server: &server,
        cookie: format!("__Host-session={}", session.credential),
        csrf: String::new(),
    };
    bob.csrf = csrf_of(&bob.page("/fr/account").await);
    let mine = device.user.clone();
    let question = challenge(&bob.send(ASK_NEW, &[]).await);
    let answer = device.create(&question["options"]);
    let foreign = add(&browser, &question, &answer).await;
    refused(&foreign, 410, "Bob's question");
    refused(&add(&bob, &question, &answer).await, 400, "Camille's key");
    device.user = mine;
    assert_eq!(enters(&server, &mut device).await.status, 303);
    let nobody = Answer::of(server.form(ASK_NEW, &[])).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn keys_of_whoever_made_an_account_go_when_another_proves_to_read_its_mail() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let mut device = device(&server);
    added(&browser, &mut device).await;
    Answer::of(server.form("/fr/login/link", &[("email", EMAIL)])).await;
    let link = mailed(&server, "/fr/login/link").await;
    let on = Answer::of(server.form("/fr/login/link", &[("token", token(&link))])).await;
    assert_eq!(on.status, 303);
    assert_eq!(enters(&server, &mut device).await.status, 401);
}

#[tokio::test]
async fn a_server_whose_address_is_a_number_asks_for_no_passkeys() {
    let server = TestServer::start_with(|config| {
        config.public_url = "https://192.0.2.1".into();
    })
    .await;
    let shown = page_of_a_stranger(&server, "/fr/login").await;
    assert!(!shown.text.contains("data-passkey"), "{}", shown.text);
    assert_eq!(Answer::of(server.form(ASK, &[])).await.status, 404);
}
