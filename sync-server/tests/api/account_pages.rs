//! The pages of one's account, as a browser without scripts uses them.

use reqwest::Method;
use serde_json::{Value, json};
use sync_server::messages::sender;

use crate::store::{location, page as page_of_a_stranger, says};
use crate::support::stall::text;
use crate::support::{Answer, TestServer, until};

const PASSWORD: &str = "trois mots en file";
const EMAIL: &str = "camille@example.org";

/// A browser with its cookie.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
    csrf: String,
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-session="), "{set}");
    set.split(';').next().unwrap().to_owned()
}

impl<'a> Browser<'a> {
    /// With the cookie that `answer` set.
    async fn of(server: &'a TestServer, answer: &Answer) -> Self {
        assert_eq!(answer.status, 303, "{}", answer.text);
        let mut browser = Self {
            server,
            cookie: cookie(answer),
            csrf: String::new(),
        };
        let own = browser.page("/fr/account").await;
        assert_eq!(own.status, 200, "{}", own.text);
        let rest = own.text.split_once("name=\"csrf\" value=\"").unwrap().1;
        rest.split('"')
            .next()
            .unwrap()
            .clone_into(&mut browser.csrf);
        browser
    }

    async fn registered(server: &'a TestServer) -> Self {
        let fields = [
            ("name", "Camille Roux"),
            ("email", EMAIL),
            ("password", PASSWORD),
        ];
        let made = server.form("/fr/register", &fields).header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) Gecko/144.0 Firefox/144.0",
        );
        Self::of(server, &Answer::of(made).await).await
    }

    async fn logged_in(server: &'a TestServer, password: &str) -> Self {
        let answer = log_in(server, password).await;
        Self::of(server, &answer).await
    }

    async fn page(&self, path: &str) -> Answer {
        let request = self.server.request(Method::GET, path);
        let request = request.header("accept", "text/html");
        Answer::of(request.header("cookie", &self.cookie)).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &self.csrf));
        let form = self
            .server
            .form(path, &fields)
            .header("accept", "text/html");
        Answer::of(form.header("cookie", &self.cookie)).await
    }

    async fn is_in(&self) -> bool {
        self.page("/fr/account").await.status == 200
    }
}

async fn log_in(server: &TestServer, password: &str) -> Answer {
    let fields = [("email", EMAIL), ("password", password), ("next", "")];
    Answer::of(server.form("/fr/login", &fields)).await
}

/// The newest mail's link, from its path on.
async fn mailed(server: &TestServer, path: &str) -> String {
    let mut link = None;
    until("a mail with a link", async || {
        sender::send_due(&server.app).await.unwrap();
        let listed = std::fs::read_dir(server.folder.path().join("mail"));
        let mut files: Vec<_> = listed
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        link = files.iter().rev().find_map(|file| {
            let mail = std::fs::read_to_string(file).unwrap();
            let mail = mail.replace("=\r\n", "").replace("=3D", "=");
            let (_, rest) = mail.split_once(path)?;
            let of_address = |c: &char| c.is_ascii_alphanumeric() || "-_?=".contains(*c);
            let end: String = rest.chars().take_while(of_address).collect();
            Some(format!("{path}{end}"))
        });
        link.is_some()
    })
    .await;
    link.unwrap()
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

/// Confirms the address by the mail's link.
async fn confirm_address(server: &TestServer) {
    let link = mailed(server, "/fr/verify").await;
    let done = server.form("/fr/verify", &[("token", token(&link))]);
    says(&Answer::of(done).await, "Votre adresse est confirmée.");
}

#[track_caller]
fn is_private(answer: &Answer) {
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn an_account_is_made_by_a_form_and_its_address_confirmed_by_the_mail() {
    let server = TestServer::start().await;
    let fields = [("name", " "), ("email", "camille@"), ("password", "court")];
    let refused = Answer::of(server.form("/de/register", &fields)).await;
    assert_eq!(refused.status, 400);
    says(&refused, "3\u{a0}Felder sind zu berichtigen.");
    assert_eq!(refused.text.matches("aria-invalid=\"true\"").count(), 3);
    is_private(&refused);

    let browser = Browser::registered(&server).await;
    let own = browser.page("/fr/account").await;
    is_private(&own);
    says(&own, "Cette adresse n’est pas encore confirmée.");
    says(&own, "<b>Firefox, Linux</b>");
    let again = [
        ("name", "X"),
        ("email", "CAMILLE@example.org"),
        ("password", PASSWORD),
    ];
    let again = Answer::of(server.form("/fr/register", &again)).await;
    assert_eq!(again.status, 409);
    says(&again, "Un compte existe déjà avec cette adresse.");

    confirm_address(&server).await;
    let own = browser.page("/fr/account").await;
    assert!(!own.text.contains("pas encore confirmée"), "{}", own.text);
}

#[tokio::test]
async fn a_log_in_leads_back_to_where_its_visitor_came_from() {
    let server = TestServer::start().await;
    Browser::registered(&server).await;
    let sent = page_of_a_stranger(&server, "/fr/account/orders?after=x").await;
    let login = location(&sent);
    assert_eq!(login, "/fr/login?next=/fr/account/orders%3Fafter%3Dx");
    let shown = page_of_a_stranger(&server, &login).await;
    is_private(&shown);
    says(&shown, "name=\"next\" value=\"/fr/account/orders?after=x\"");
    says(
        &shown,
        "href=\"/de/login?next=/fr/account/orders%3Fafter%3Dx\"",
    );
    let fields = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", "/fr/account/orders?after=x"),
    ];
    let on = Answer::of(server.form("/fr/login", &fields)).await;
    assert_eq!(location(&on), "/fr/account/orders?after=x");
    let elsewhere = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    let on = Answer::of(server.form("/de/login", &elsewhere)).await;
    assert_eq!(location(&on), "/de/account");
    let browser = Browser::of(&server, &on).await;
    let known = browser.page("/fr/login?next=/fr/developers").await;
    assert_eq!(
        location(&known),
        "/fr/developers",
        "whoever is in is not asked again"
    );
}

#[tokio::test]
async fn name_language_and_password_are_changed_by_their_owner() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let other = Browser::logged_in(&server, PASSWORD).await;
    let saved = browser
        .send(
            "/fr/account/profile",
            &[("name", "علي 🎸 <b>"), ("language", "de")],
        )
        .await;
    assert_eq!(location(&saved), "/de/account?done=profile");
    let own = browser.page(&location(&saved)).await;
    says(&own, "Gespeichert.");
    assert!(own.text.contains("علي 🎸 &#60;b&#62;"), "{}", own.text);
    let long = "x".repeat(10_000);
    let refused = browser
        .send(
            "/fr/account/profile",
            &[("name", &long), ("language", "fr")],
        )
        .await;
    assert_eq!(refused.status, 400);

    let change = "/fr/account/password";
    let wrong = [
        ("current", "un autre mot"),
        ("new", "quatre autres mots ici"),
    ];
    let refused = browser.send(change, &wrong).await;
    assert_eq!(refused.status, 401);
    says(&refused, "role=\"alert\"");
    let short = [("current", PASSWORD), ("new", "court")];
    assert_eq!(browser.send(change, &short).await.status, 400);
    assert!(other.is_in().await, "nothing was changed");
    let right = [("current", PASSWORD), ("new", "quatre autres mots ici")];
    let changed = browser.send(change, &right).await;
    assert_eq!(location(&changed), "/fr/account?done=password");
    let after = Browser::of(&server, &changed).await;
    assert!(!other.is_in().await, "a log-in with the old password ends");
    assert!(!browser.is_in().await, "the cookie is another one");
    assert!(after.is_in().await);
    assert_eq!(log_in(&server, PASSWORD).await.status, 401);
}

#[tokio::test]
async fn log_ins_are_listed_and_ended_one_by_one_or_all_others() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let second = Browser::logged_in(&server, PASSWORD).await;
    let third = Browser::logged_in(&server, PASSWORD).await;
    let stranger = server.person("Bob").await;
    let own = browser.page("/fr/account").await;
    assert_eq!(
        own.text.matches("name=\"session\"").count(),
        2,
        "{}",
        own.text
    );
    let id = |answer: &Answer| {
        let rest = answer
            .text
            .split_once("name=\"session\" value=\"")
            .unwrap()
            .1;
        rest.split('"').next().unwrap().to_owned()
    };
    // The newest is listed first.
    let ended = browser
        .send("/fr/account/sessions/end", &[("session", &id(&own))])
        .await;
    says(
        &browser.page(&location(&ended)).await,
        "Cette connexion est fermée.",
    );
    assert!(!third.is_in().await && second.is_in().await && browser.is_in().await);
    let theirs: uuid::Uuid = sqlx::query_scalar("select id from sessions where account_id = $1")
        .bind(stranger.id.0)
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    let foreign = theirs.to_string();
    browser
        .send("/fr/account/sessions/end", &[("session", &foreign)])
        .await;
    stranger.get("/api/v1/auth/profile").await.ok();
    let ended = browser.send("/fr/account/sessions/end-others", &[]).await;
    assert_eq!(location(&ended), "/fr/account?done=sessions");
    assert!(!second.is_in().await && browser.is_in().await);
    let forged = server
        .form("/fr/account/sessions/end-others", &[("csrf", "wrong")])
        .header("cookie", &browser.cookie);
    assert_eq!(Answer::of(forged).await.status, 403);
}

#[tokio::test]
async fn a_person_takes_a_copy_of_all_and_goes_with_the_password() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let browser = Browser::registered(&server).await;
    let bought = stall.bought(&[(1, 2)]).await;
    let (id, secret) = (text(&bought["id"]), text(&bought["secret"]));
    let order = format!("/fr/orders/{id}?secret={secret}");
    browser.send(&order.replace("?", "/keep?"), &[]).await;

    let saved = browser.page("/fr/account/export").await;
    is_private(&saved);
    assert!(
        saved
            .header("content-disposition")
            .starts_with("attachment;")
    );
    let all: Value = serde_json::from_str(&saved.text).unwrap();
    assert_eq!(all["account"]["email"], EMAIL);
    assert_eq!(all["orders"][0]["id"], bought["id"]);
    assert_eq!(all["sessions"][0]["client"], "Firefox, Linux");
    assert!(!saved.text.contains(PASSWORD) && !saved.text.contains("argon2"));

    let erase = "/fr/account/erase";
    says(&browser.page(erase).await, "dix ans");
    let refused = browser.send(erase, &[("password", "un autre mot")]).await;
    assert_eq!(refused.status, 401);
    assert!(browser.is_in().await);
    let gone = browser.send(erase, &[("password", PASSWORD)]).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert!(!browser.is_in().await);
    assert_eq!(log_in(&server, PASSWORD).await.status, 401);
    let left: i64 = server
        .number(
            "select count(*) from sessions s join orders o on o.account_id = s.account_id
             where o.id = $1 and (s.client is not null or s.ended_ms is null)",
            id.parse().unwrap(),
        )
        .await;
    assert_eq!(left, 0);
    says(&page_of_a_stranger(&server, &order).await, "C’est réservé");
}

#[tokio::test]
async fn an_owner_who_is_alone_is_told_why_he_cannot_go() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let organizer = server.organizer("la-cigale").await;
    sqlx::query(
        "insert into memberships (organizer_id, account_id, role, created_ms) select $1, id, 'owner', 0 from accounts",
    )
    .bind(organizer.0)
    .execute(&server.app.pool)
    .await
    .unwrap();
    let refused = browser
        .send("/fr/account/erase", &[("password", PASSWORD)])
        .await;
    assert_eq!(refused.status, 409);
    says(&refused, "seul propriétaire");
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn what_was_bought_is_listed_and_a_guests_order_joins_by_its_link_or_the_mailbox() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let orders = "/fr/account/orders";
    let by_link = stall.bought(&[(1, 1)]).await;
    let by_mail = stall.bought(&[(1, 2)]).await;
    stall.held(&[(1, 3)]).await;
    let browser = Browser::registered(&server).await;
    let listed = browser.page(orders).await;
    is_private(&listed);
    says(&listed, "Rien ici pour l’instant.");
    says(&listed, "Confirmez votre adresse");
    // A form that the page does not show changes nothing either while the mailbox is unproven.
    browser.send("/fr/account/orders/find", &[]).await;
    says(&browser.page(orders).await, "Rien ici pour l’instant.");

    let (id, secret) = (text(&by_link["id"]), text(&by_link["secret"]));
    let keep = |secret: &str| format!("/fr/orders/{id}/keep?secret={secret}");
    assert_eq!(browser.send(&keep("x"), &[]).await.status, 404);
    let shown = browser
        .page(&format!("/fr/orders/{id}?secret={secret}"))
        .await;
    says(&shown, "Ajouter à mon compte");
    browser.send(&keep(secret), &[]).await;
    let own = browser.page(&format!("/fr/orders/{id}")).await;
    assert_eq!(own.status, 200, "no secret is needed any more");
    assert!(!own.text.contains("Ajouter à mon compte"), "{}", own.text);
    let other = server.person("Bob").await;
    let taken = other
        .request(Method::POST, &keep(secret))
        .header("content-type", "application/x-www-form-urlencoded");
    Answer::of(taken).await;
    let path = format!("/api/v1/orders/{id}");
    assert_eq!(
        other.get(&path).await.status,
        404,
        "it stays with the first"
    );

    confirm_address(&server).await;
    says(
        &browser.page(orders).await,
        "1\u{a0}commande a été faite sans compte avec votre adresse.",
    );
    browser.send("/fr/account/orders/find", &[]).await;
    let listed = browser.page(orders).await;
    for order in [&by_link, &by_mail] {
        says(&listed, text(&order["code"]));
    }
    says(&listed, "2\u{a0}places · 68,00\u{a0}€");
    assert!(
        !listed.text.contains("3\u{a0}places"),
        "what is not paid is no order of mine"
    );
    assert!(!listed.text.contains("sans compte"), "{}", listed.text);
}

#[tokio::test]
async fn orders_come_in_pages_newest_first() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 100)]).await;
    let browser = Browser::registered(&server).await;
    let mut codes = Vec::new();
    for _ in 0..21 {
        server.clock.advance(1_000);
        let bought = stall.bought(&[(1, 1)]).await;
        codes.push(text(&bought["code"]).to_owned());
    }
    confirm_address(&server).await;
    browser.send("/fr/account/orders/find", &[]).await;
    let first = browser.page("/fr/account/orders").await;
    assert_eq!(first.text.matches("class=\"ev").count(), 0);
    assert!(first.text.contains(&codes[20]) && !first.text.contains(&codes[0]));
    let rest = first
        .text
        .split_once("/fr/account/orders?after=")
        .unwrap()
        .1;
    let cursor = rest.split('"').next().unwrap();
    let second = browser
        .page(&format!("/fr/account/orders?after={cursor}"))
        .await;
    assert!(second.text.contains(&codes[0]) && !second.text.contains(&codes[1]));
}

#[tokio::test]
async fn the_checkout_of_somebody_logged_in_knows_the_name_and_the_address() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 10)]).await;
    let browser = Browser::registered(&server).await;
    let event = format!("/fr/events/{}", stall.event);
    let fields = [("type", "1"), ("places", "1"), ("step", "reserve")];
    let checkout = location(&browser.send(&event, &fields).await);
    let shown = browser.page(&checkout).await;
    says(&shown, "value=\"camille@example.org\"");
    says(&shown, "value=\"Camille Roux\"");
    let fields = [
        ("email", EMAIL),
        ("name", "Camille Roux"),
        ("method", "accept"),
    ];
    browser.send(&checkout, &fields).await;
    until("the order is listed", async || {
        let listed = browser.page("/fr/account/orders").await;
        listed.text.contains("Nuit électrique")
    })
    .await;
}

#[tokio::test]
async fn a_program_of_another_site_gets_nothing_from_an_account() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let foreign = server
        .request(Method::POST, "/fr/account/erase")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .header("cookie", &browser.cookie)
        .body(format!("password=trois+mots+en+file&csrf={}", browser.csrf));
    Answer::of(foreign).await.error(403, "csrf_failed");
    let body = json!({"email": EMAIL, "password": PASSWORD});
    server.post("/api/v1/auth/login", &body).await.ok();
    assert!(browser.is_in().await);
}
