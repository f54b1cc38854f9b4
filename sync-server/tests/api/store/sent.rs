//! What goes over the line: how much, how it is packed, who may keep it, and whom its address is told.

use std::io::Read as _;

use flate2::read::GzDecoder;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use shared::ids::UserId;
use sync_server::accounts::session::SessionKind;

use super::{after, page, says};
use crate::support::{Answer, TestServer};

/// An answer as it came over the line.
struct Sent {
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Sent {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn unpacked(&self) -> String {
        let mut text = String::new();
        GzDecoder::new(&self.bytes[..])
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}

/// As a browser asks for it.
async fn sent(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Sent {
    // This one would unpack what it is sent.
    let line = Client::builder().gzip(false).zstd(false).build().unwrap();
    let mut request = line
        .get(server.url(path))
        .header("accept", "text/html,*/*")
        .header("accept-encoding", "gzip, deflate, br, zstd");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    Sent {
        headers: response.headers().clone(),
        bytes: response.bytes().await.unwrap().into(),
    }
}

/// Addresses of what a page shows.
fn parts(page: &str, beginning: &str) -> Vec<String> {
    page.split('"')
        .skip(1)
        .step_by(2)
        .filter(|address| address.starts_with(beginning))
        .map(|address| address.replace("&#38;", "&"))
        .collect()
}

#[tokio::test]
async fn an_events_page_is_light_and_what_it_shows_is_kept_for_ever() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 5)]).await;
    let shown = sent(&server, &stall.event_path("fr"), &[]).await;
    assert_eq!(shown.header("content-encoding"), "gzip");
    assert_eq!(shown.header("vary"), "accept-encoding");
    let html = shown.unpacked();
    let mut without_faces = shown.bytes.len();
    let mut faces = 0;
    let mut seen = parts(&html, "/assets/");
    seen.extend(parts(&html, "/artwork/"));
    let style = seen.iter().find(|address| address.contains("/hub-"));
    let style = sent(&server, style.unwrap(), &[]).await;
    let in_style: Vec<String> = style
        .unpacked()
        .split("url(\"")
        .skip(1)
        .map(|rest| format!("/assets/{}", rest.split('"').next().unwrap()))
        .collect();
    assert_eq!(in_style.len(), 2, "{in_style:?}");
    seen.extend(in_style);
    seen.sort();
    seen.dedup();
    for address in &seen {
        let part = sent(&server, address, &[]).await;
        assert!(
            part.header("cache-control").contains("immutable"),
            "{address}"
        );
        if part.header("content-type") == "font/woff2" {
            faces += part.bytes.len();
        } else {
            assert_eq!(part.header("content-encoding"), "gzip", "{address}");
            without_faces += part.bytes.len();
        }
    }
    assert!(
        without_faces < 60_000,
        "{without_faces} bytes without faces"
    );
    assert!(faces <= 120_000, "{faces} bytes of faces");
    let plain = page(&server, &stall.event_path("fr")).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    says(&plain, "Réserver");
}

#[tokio::test]
async fn strangers_share_a_page_and_each_has_an_order_of_their_own() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 5)]).await;
    let event = stall.event_path("fr");
    let order = |html: &str| {
        let rest = html.split_once("name=\"order\" value=\"").unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let mut orders = Vec::new();
    let mut pages = Vec::new();
    for _ in 0..4 {
        let html = sent(&server, &event, &[]).await.unpacked();
        pages.push(html.replace(&order(&html), "ORDER"));
        orders.push(order(&html));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1);
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), 4);
    for (query, places) in [
        ("?type=2&places=3", "3"),
        ("?type=1&places=3", "3"),
        ("", "2"),
    ] {
        let html = sent(&server, &format!("{event}{query}"), &[])
            .await
            .unpacked();
        assert!(
            html.contains(&format!("<output>{places}</output>")),
            "{query}"
        );
    }
    let german = sent(&server, &stall.event_path("de"), &[]).await.unpacked();
    assert!(german.contains("<html lang=\"de\">"));
    // Who was refused the last places reads at once what is left.
    stall.bought(&[(2, 5)]).await;
    let fields = [
        ("order", orders[0].as_str()),
        ("type", "2"),
        ("places", "1"),
        ("step", "reserve"),
    ];
    let refused = super::send(&server, &event, &fields).await;
    assert_eq!(refused.status, 409);
    let html = sent(&server, &event, &[]).await.unpacked();
    assert!(html.contains("Complet"), "{html}");
}

#[tokio::test]
async fn whoever_is_logged_in_has_a_page_of_their_own_that_is_not_packed() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let person = server.person("Anna Petit").await;
    let account: UserId = person.id;
    let session = server.session(account, SessionKind::Browser).await;
    let cookie = format!("__Host-session={}", session.credential);
    let own = sent(&server, &stall.event_path("fr"), &[("cookie", &cookie)]).await;
    assert_eq!(own.header("content-encoding"), "");
    let html = String::from_utf8(own.bytes).unwrap();
    assert!(html.contains("Mon compte"));
    let strangers = sent(&server, &stall.event_path("fr"), &[]).await.unpacked();
    assert!(strangers.contains("Se connecter") && !strangers.contains("Mon compte"));
}

#[tokio::test]
async fn pages_of_accounts_are_found_by_nobody_and_tell_nobody_their_address() {
    let server = TestServer::start().await;
    for path in [
        "/login",
        "/fr/login",
        "/fr/login?next=/office/devices",
        "/fr/login/link",
        "/fr/register",
        "/fr/reset",
        "/fr/reset?token=x",
        "/fr/verify?token=x",
        "/fr/account",
        "/fr/account/orders",
        "/office/devices",
        "/fr/tickets/",
    ] {
        let shown = page(&server, path).await;
        assert_eq!(shown.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(shown.header("x-robots-tag"), "noindex", "{path}");
    }
    // As a browser does that is too old to say where a form comes from.
    let fields = "email=nobody%40example.org&password=wrong";
    let login = server
        .request(Method::POST, "/fr/login")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "null")
        .body(fields);
    assert_eq!(
        Answer::of(login).await.status,
        401,
        "asked, not turned away"
    );
}

#[tokio::test]
async fn a_link_to_an_event_comes_with_its_picture() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let shown = page(&server, &stall.event_path("it")).await;
    let address = after(&shown, "og:image\"", "content");
    let root = server.url("");
    let path = address.strip_prefix(&root).unwrap();
    let picture = server.request(Method::GET, path).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    let kept = picture.headers()["cache-control"].to_str().unwrap();
    assert!(kept.contains("immutable"), "{kept}");
    let picture = picture.bytes().await.unwrap();
    let drawn = image::load_from_memory(&picture).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (1200, 630));
    assert_eq!(after(&shown, "og:image:width\"", "content"), "1200");
    stall
        .change("update events set image_url = 'https://nuits.example/a.jpg' where id = $1")
        .await;
    server.app.event_pages.forget(stall.event).await;
    let shown = page(&server, &stall.event_path("it")).await;
    assert_eq!(
        after(&shown, "og:image\"", "content"),
        "https://nuits.example/a.jpg"
    );
    assert!(!shown.text.contains("og:image:width"));
}

#[tokio::test]
async fn the_pocket_is_a_program_that_can_be_installed_and_fetches_from_here_alone() {
    let server = TestServer::start().await;
    for language in ["fr", "en", "es", "de", "it"] {
        let manifest = server.get(&format!("/{language}/app.webmanifest")).await;
        assert_eq!(manifest.header("content-type"), "application/manifest+json");
        let manifest = manifest.json();
        assert_eq!(manifest["lang"], language);
        let start = manifest["start_url"].as_str().unwrap();
        says(
            &page(&server, start).await,
            &format!("href=\"/{language}/app.webmanifest\""),
        );
        for icon in manifest["icons"].as_array().unwrap() {
            let picture = server
                .request(Method::GET, icon["src"].as_str().unwrap())
                .send()
                .await
                .unwrap();
            let drawn = image::load_from_memory(&picture.bytes().await.unwrap()).unwrap();
            let size = format!("{}x{}", drawn.width(), drawn.height());
            assert_eq!(icon["sizes"], size);
        }
    }
    let worker = server.get("/pocket-worker.js").await;
    assert_eq!(worker.header("cache-control"), "no-cache");
    assert_eq!(
        worker.header("content-security-policy"),
        "default-src 'none'; connect-src 'self'"
    );
    let policy = page(&server, "/fr/tickets/").await;
    let policy = policy.header("content-security-policy");
    for part in [
        "script-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
}
