//! The office's page of devices, as an organizer's browser sees it.

use reqwest::Method;
use sync_server::accounts::session::SessionKind;

use crate::support::door::{Enrolling, Event};
use crate::support::{Answer, TestServer};

const PAGE: &str = "/office/devices";

/// The owner's browser.
struct Browser<'a> {
    event: &'a Event<'a>,
    server: &'a TestServer,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a TestServer, event: &'a Event<'a>) -> Self {
        let session = server.session(event.owner.id, SessionKind::Browser).await;
        Self {
            event,
            server,
            cookie: format!("__Host-session={}", session.credential),
        }
    }

    async fn see(&self, path: &str) -> Answer {
        let request = self
            .server
            .request(Method::GET, path)
            .header("accept", "text/html")
            .header("cookie", &self.cookie);
        Answer::of(request).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = self.server.form(path, fields);
        Answer::of(form.header("cookie", &self.cookie)).await
    }

    async fn csrf(&self) -> String {
        let shown = self.see(PAGE).await;
        let (_, rest) = shown.text.split_once("name=\"csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Sends the form for a device that may scan and search.
    async fn offer(&self, csrf: &str) -> Answer {
        let event = self.event.id.to_string();
        let fields = [
            ("csrf", csrf),
            ("device_name", "Porte <A>"),
            ("event", &event),
            ("right", "scan"),
            ("right", "search"),
            ("gate", "1"),
        ];
        self.send(PAGE, &fields).await
    }
}

/// The code as it stands in text on the page of an offer.
fn code(page: &Answer) -> shared::sync::enrolment::EnrolmentCode {
    let (_, rest) = page.text.split_once("offer-code\">").unwrap();
    rest.split('<').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_stranger_is_sent_to_the_log_in_and_back() {
    let server = TestServer::start().await;
    let seen = server.get("/office/devices?lang=de").await;
    assert_eq!(seen.status, 303);
    assert_eq!(
        seen.header("location"),
        "/login?next=/office/devices%3Flang%3Dde"
    );
    let sent = Answer::of(server.form(PAGE, &[("device_name", "A")])).await;
    assert_eq!(
        (sent.status.as_u16(), sent.header("location")),
        (303, "/login")
    );
}

#[tokio::test]
async fn an_offer_shows_code_and_picture_then_the_digits_and_then_the_device_is_listed() {
    let server = TestServer::start().await;
    let event = server.event("office").await;
    let browser = Browser::of(&server, &event).await;
    let csrf = browser.csrf().await;
    let made = browser.offer(&csrf).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let offer = made.header("location").split('?').next().unwrap();
    let shown = browser.see(offer).await;
    assert!(shown.text.contains("<svg xmlns"), "{}", shown.text);
    assert_eq!(shown.header("refresh"), "2", "it looks again by itself");

    let code = code(&shown);
    let mut device = Enrolling::start(&server, &code).await.ok().unwrap();
    device.prove(&code).await.ok();
    let compare = browser.see(offer).await;
    let digits = device.said.digits(code.secret());
    assert!(
        compare.text.contains(&format!(">{digits}<")),
        "both screens show the same: {}",
        compare.text
    );
    assert!(!compare.text.contains("offer-code"), "its use is over");

    let confirm = format!("{offer}/confirm");
    for _ in ["click", "double click"] {
        let answer = browser.send(&confirm, &[("csrf", &csrf)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    let ended = browser.see(&format!("{offer}?lang=en")).await;
    assert!(
        ended.text.contains("The device is enrolled."),
        "{}",
        ended.text
    );
    let listed = browser.see(PAGE).await.text;
    let name = listed.split("<h3 class=\"title\">").nth(1).unwrap();
    assert!(name.starts_with("Porte &#60;A&#62;"), "{listed}");
    assert!(
        name.contains("Scanner les billets · Chercher un billet"),
        "{listed}"
    );

    for (taken, says) in [
        ("withdraw-search", "Permettre la recherche"),
        ("grant-search", "Retirer la recherche"),
    ] {
        let listed = browser.see(PAGE).await.text;
        let action = listed.split("action=\"").find(|rest| rest.contains(taken));
        let path = action.unwrap().split('?').next().unwrap();
        let changed = browser.send(path, &[("csrf", &csrf)]).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
        let listed = browser.see(PAGE).await.text;
        assert!(listed.contains(says), "{listed}");
    }

    let revoke = listed
        .split("action=\"")
        .find_map(|rest| rest.split_once("/revoke").map(|(path, _)| path))
        .unwrap();
    let parted = browser
        .send(&format!("{revoke}/declare-lost"), &[("csrf", &csrf)])
        .await;
    assert_eq!(parted.status, 303, "{}", parted.text);
    let listed = browser.see(PAGE).await.text;
    assert!(
        listed.contains("badge-no\">Perdu<") && !listed.contains("/revoke"),
        "{listed}"
    );
}

#[tokio::test]
async fn nothing_is_changed_without_the_token_of_the_session() {
    let server = TestServer::start().await;
    let event = server.event("token").await;
    let browser = Browser::of(&server, &event).await;
    browser.offer("wrong").await.error(403, "csrf_failed");
    let (offer, code) = event.offer("A", serde_json::json!({ "scan": true })).await;
    let mut device = Enrolling::start(&server, &code).await.ok().unwrap();
    device.prove(&code).await.ok();
    for answer in ["confirm", "reject"] {
        let path = format!("{PAGE}/offers/{offer}/{answer}");
        browser.send(&path, &[]).await.error(403, "csrf_failed");
    }
    let path = format!("/api/v1/devices/offers/{offer}");
    assert_eq!(event.owner.get(&path).await.ok()["state"], "proved");
    let made: i64 = sqlx::query_scalar("select count(*) from device_offers")
        .fetch_one(event.pool())
        .await
        .unwrap();
    assert_eq!(made, 1, "the API's only");
}

#[tokio::test]
async fn a_form_without_event_or_right_says_what_is_missing() {
    let server = TestServer::start().await;
    let event = server.event("missing").await;
    let browser = Browser::of(&server, &event).await;
    let csrf = browser.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("device_name", "A"), ("gate", "0")];
    let answer = browser.send("/office/devices?lang=en", &fields).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.text.contains("choose at least one event"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn somebody_elses_offer_is_not_there_and_a_clerk_is_refused() {
    let server = TestServer::start().await;
    let event = server.event("mine").await;
    let other = server.event("theirs").await;
    let (offer, _) = other.offer("A", serde_json::json!({ "scan": true })).await;
    let browser = Browser::of(&server, &event).await;
    let seen = browser.see(&format!("{PAGE}/offers/{offer}")).await;
    assert_eq!(seen.status, 404);
    let clerk = server
        .member(event.organizer, sync_server::accounts::Role::Door, "Clerk")
        .await;
    clerk.get(PAGE).await.error(403, "forbidden");
}

#[tokio::test]
async fn the_page_speaks_five_languages() {
    let server = TestServer::start().await;
    let event = server.event("languages").await;
    let browser = Browser::of(&server, &event).await;
    let words = [
        ("fr", "Appareils", "Créer le code"),
        ("en", "Devices", "Make the code"),
        ("es", "Dispositivos", "Crear el código"),
        ("de", "Geräte", "Code erstellen"),
        ("it", "Dispositivi", "Crea il codice"),
    ];
    for (code, title, make) in words {
        let shown = browser.see(&format!("{PAGE}?lang={code}")).await.text;
        assert!(
            shown.contains(&format!("<h1 class=\"title\">{title}</h1>"))
                && shown.contains(make)
                && shown.contains(&format!("<html lang=\"{code}\">"))
                && shown.contains(&format!("action=\"/office/devices?lang={code}\"")),
            "{shown}"
        );
    }
}
