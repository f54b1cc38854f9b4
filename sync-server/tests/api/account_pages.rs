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
    server.clock.advance(1_000);
    let second = Browser::logged_in(&server, PASSWORD).await;
    server.clock.advance(1_000);
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
    browser.send(&order.replace('?', "/keep?"), &[]).await;

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

#[tokio::test]
async fn a_link_by_mail_logs_in_once_by_its_button() {
    let server = TestServer::start().await;
    Browser::registered(&server).await;
    confirm_address(&server).await;
    let ask = |email: &'static str| {
        let form = server.form("/fr/login/link", &[("email", email)]);
        Answer::of(form.header("accept", "text/html"))
    };
    let (known, unknown) = (
        ask("CAMILLE@example.org").await,
        ask("nobody@example.org").await,
    );
    is_private(&known);
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    says(&known, "Si un compte existe avec cette adresse");

    let link = mailed(&server, "/fr/login/link").await;
    for _ in 0..2 {
        // As a program does that looks through mails.
        let opened = page_of_a_stranger(&server, &link).await;
        assert!(opened.headers.get("set-cookie").is_none(), "{opened:?}");
        is_private(&opened);
        says(&opened, EMAIL);
    }
    let press = |language: &str| {
        let form = server.form(
            &format!("/{language}/login/link"),
            &[("token", token(&link))],
        );
        Answer::of(form.header("accept", "text/html"))
    };
    let browser = Browser::of(&server, &press("fr").await).await;
    assert!(browser.is_in().await);
    let again = press("de").await;
    assert_eq!(again.status, 410, "once");
    says(&again, "wurde schon benutzt");
    says(&page_of_a_stranger(&server, &link).await, "a déjà servi");
    let misused = [
        ("token", token(&link)),
        ("password", "quatre autres mots ici"),
    ];
    let misused = Answer::of(server.form("/fr/reset", &misused)).await;
    assert_eq!(misused.status, 410);
    let seen = std::fs::read_dir(server.folder.path().join("mail")).unwrap();
    assert_eq!(seen.count(), 2, "nobody wrote to nobody");
}

#[tokio::test]
async fn a_link_to_log_in_is_good_for_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    Browser::registered(&server).await;
    server
        .form("/fr/login/link", &[("email", EMAIL)])
        .send()
        .await
        .unwrap();
    let link = mailed(&server, "/fr/login/link").await;
    server.clock.advance(15 * 60_000);
    let late = server.form("/fr/login/link", &[("token", token(&link))]);
    assert_eq!(Answer::of(late).await.status, 410);
}

#[tokio::test]
async fn who_registered_with_anothers_address_is_out_once_its_owner_comes() {
    let server = TestServer::start().await;
    let thief = Browser::registered(&server).await;
    server
        .form("/fr/login/link", &[("email", EMAIL)])
        .send()
        .await
        .unwrap();
    let link = mailed(&server, "/fr/login/link").await;
    let owner = server.form("/fr/login/link", &[("token", token(&link))]);
    let owner = Browser::of(&server, &Answer::of(owner).await).await;
    assert!(!thief.is_in().await);
    assert_eq!(log_in(&server, PASSWORD).await.status, 401);
    let own = owner.page("/fr/account").await;
    says(&own, "Votre compte n’a pas de mot de passe.");
    assert!(!own.text.contains("pas encore confirmée"), "{}", own.text);
    says(
        &owner.page("/fr/account/erase").await,
        "choisissez-en un d’abord",
    );
}

/// What an app shows that has read this key (RFC 6238), a half minute or more later.
fn app_shows(key: &str, now_ms: i64) -> String {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let key: String = key.split_whitespace().collect();
    let key = data_encoding::BASE32_NOPAD.decode(key.as_bytes()).unwrap();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(now_ms / 30_000).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] % 16);
    let four = hash[at..at + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(four) & (u32::MAX >> 1)) % 1_000_000
    )
}

fn text_behind<'a>(answer: &'a Answer, mark: &str) -> &'a str {
    let rest = answer.text.split_once(mark);
    let rest = rest
        .unwrap_or_else(|| panic!("no {mark} in {}", answer.text))
        .1;
    rest.split(['<', '"']).next().unwrap()
}

#[tokio::test]
async fn a_second_step_is_joined_asked_for_once_a_code_and_left() {
    let server = TestServer::start().await;
    let browser = Browser::registered(&server).await;
    let second = "/fr/account/second";
    let offered = browser.page(second).await;
    is_private(&offered);
    let key = text_behind(&offered, "class=\"code-text\">").to_owned();
    assert_eq!(
        text_behind(&browser.page(second).await, "class=\"code-text\">"),
        key
    );
    server.clock.advance(15 * 60_000);
    let later = browser.page(second).await;
    let later = text_behind(&later, "class=\"code-text\">").to_owned();
    assert_ne!(later, key, "what was shown once is no secret for ever");
    let key = later;
    let sealed: Vec<u8> = sqlx::query_scalar("select secret_sealed from second_factors")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    let plain = key.replace(' ', "");
    let plain = data_encoding::BASE32_NOPAD
        .decode(plain.as_bytes())
        .unwrap();
    assert!(!sealed.windows(20).any(|part| part == plain), "only sealed");

    let code = app_shows(&key, server.now_ms());
    let on = |password: &'static str, code: String| {
        let browser = &browser;
        async move {
            let fields = [("password", password), ("code", &code)];
            browser.send("/fr/account/second/on", &fields).await
        }
    };
    assert_eq!(on("un autre mot", code.clone()).await.status, 401);
    assert_eq!(on(PASSWORD, "000000".to_owned()).await.status, 401);
    assert_eq!(
        log_in(&server, PASSWORD).await.status,
        303,
        "nothing is asked yet"
    );
    let joined = on(PASSWORD, code.clone()).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let paper = text_behind(&joined, "<li>").to_owned();
    assert_eq!(joined.text.matches("<li>").count(), 8);

    // The code that joined is used; the next one is good, and once.
    let step = log_in(&server, PASSWORD).await;
    assert_eq!(step.status, 200, "{}", step.text);
    assert!(step.headers.get("set-cookie").is_none(), "nobody is in yet");
    is_private(&step);
    let token = text_behind(&step, "name=\"token\" value=\"").to_owned();
    let show = |token: String, code: String| {
        let server = &server;
        async move {
            let fields = [
                ("token", token.as_str()),
                ("code", &code),
                ("next", "/fr/account/orders"),
            ];
            Answer::of(server.form("/fr/login/code", &fields)).await
        }
    };
    let used = show(token.clone(), code).await;
    assert_eq!(used.status, 401);
    says(&used, "il a déjà servi");
    server.clock.advance(30_000);
    let next = app_shows(&key, server.now_ms());
    let entered = show(token.clone(), format!("{} {}", &next[..3], &next[3..])).await;
    assert_eq!(location(&entered), "/fr/account/orders");
    assert!(Browser::of(&server, &entered).await.is_in().await);
    server.clock.advance(30_000);
    let over = show(token, app_shows(&key, server.now_ms())).await;
    assert_eq!(over.status, 410, "the first step is made anew");

    // A program sends both at once; a code on paper is one, too, and goes.
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let asked = server.post("/api/v1/auth/login", &body).await;
    asked.error(401, "wrong_credentials");
    let body = json!({"email": EMAIL, "password": PASSWORD, "code": paper.to_lowercase()});
    server.post("/api/v1/auth/login", &body).await.ok();
    let again = server.post("/api/v1/auth/login", &body).await;
    again.error(401, "wrong_credentials");
    says(
        &browser.page(second).await,
        "Il reste 7\u{a0}codes de secours.",
    );

    let off = "/fr/account/second/off";
    assert_eq!(browser.send(off, &[("code", "123456")]).await.status, 401);
    let code = app_shows(&key, server.now_ms());
    assert_eq!(browser.send(off, &[("code", &code)]).await.status, 200);
    assert_eq!(log_in(&server, PASSWORD).await.status, 303);
    let left: i64 = sqlx::query_scalar("select count(*) from recovery_codes")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_link_by_mail_is_a_first_step_only_and_codes_are_not_guessed() {
    let server = TestServer::start_with(|config| {
        config.limits.login_failures = std::num::NonZeroU32::new(5);
    })
    .await;
    let browser = Browser::registered(&server).await;
    confirm_address(&server).await;
    let offered = browser.page("/fr/account/second").await;
    let key = text_behind(&offered, "class=\"code-text\">").to_owned();
    let code = app_shows(&key, server.now_ms());
    let fields = [("password", PASSWORD), ("code", code.as_str())];
    browser.send("/fr/account/second/on", &fields).await;

    server
        .form("/fr/login/link", &[("email", EMAIL)])
        .send()
        .await
        .unwrap();
    let link = mailed(&server, "/fr/login/link").await;
    let step = server.form("/fr/login/link", &[("token", token(&link))]);
    let step = Answer::of(step).await;
    assert_eq!(step.status, 200, "{}", step.text);
    let token = text_behind(&step, "name=\"token\" value=\"").to_owned();
    let mut statuses = Vec::new();
    for guess in 0..7 {
        let guess = format!("{guess:06}");
        let fields = [("token", token.as_str()), ("code", &guess)];
        let answer = Answer::of(server.form("/fr/login/code", &fields)).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    // The right password does not let the guesser begin anew.
    assert_eq!(log_in(&server, PASSWORD).await.status, 200);
    let fields = [("token", token.as_str()), ("code", "000001")];
    let still = Answer::of(server.form("/fr/login/code", &fields)).await;
    assert_eq!(still.status, 429);
}
