//! Every page in five languages, and what finds them.

use super::{after, location, page, says, send};
use crate::support::fixtures::published_event;
use crate::support::{Answer, TestServer};

const LANGUAGES: [&str; 5] = ["fr", "en", "es", "de", "it"];

#[tokio::test]
async fn every_page_speaks_five_languages() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let (order, shown) = stall.bought_here().await;
    let ticket = after(&shown, "btn-main", "href");
    let checkout = stall.reserved().await;
    let event = stall.event_path("fr");
    let gone = stall.reserved().await;
    send(
        &server,
        &gone.replace("/checkout?", "/checkout/give-back?"),
        &[],
    )
    .await;
    let gone = gone.replace("/checkout?", "?");
    let paths = [
        "/fr/",
        "/fr/developers",
        &event,
        &checkout,
        &order,
        &ticket,
        &gone,
    ];
    for path in paths {
        let mut bodies = Vec::new();
        for language in LANGUAGES {
            let path = path.replacen("/fr", &format!("/{language}"), 1);
            let shown = page(&server, &path).await;
            assert_eq!(shown.status, 200, "{path}");
            says(&shown, &format!("<html lang=\"{language}\">"));
            let title = shown.text.split("<title>").nth(1).unwrap();
            let title = title.split("</title>").next().unwrap();
            assert!(title.len() > " – Ticket Hub".len(), "{path}: {title:?}");
            assert!(
                !shown.text.contains(" style=") && !shown.text.contains("<style"),
                "{path}"
            );
            no_key(&shown, &path);
            bodies.push(shown.text);
            for other in LANGUAGES {
                let same = path.replacen(&format!("/{language}"), &format!("/{other}"), 1);
                let linked = bodies.last().unwrap().contains(&format!("href=\"{same}\""));
                assert!(linked, "{path} leads to {same}");
            }
        }
        bodies.dedup();
        assert_eq!(
            bodies.len(),
            LANGUAGES.len(),
            "{path}: two languages say the same"
        );
    }
}

/// No text that is missing was replaced by its key.
fn no_key(page: &Answer, path: &str) {
    for piece in page.text.split('>').skip(1) {
        let text = piece.split('<').next().unwrap().trim();
        let is_key = text.contains('-')
            && !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(!is_key, "{path}: {text}");
    }
}

#[tokio::test]
async fn the_start_is_in_the_browsers_language_and_french_first() {
    let server = TestServer::start().await;
    for (accept, path) in [("de-AT,de;q=0.9", "/de/"), ("ja", "/fr/"), ("", "/fr/")] {
        let request = server
            .request(reqwest::Method::GET, "/")
            .header("accept-language", accept);
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 307);
        assert_eq!(answer.header("location"), path);
        assert_eq!(answer.header("vary"), "accept-language");
    }
    assert_eq!(server.get("/it").await.status, 308);
    let lost = page(&server, "/de/nichts").await;
    assert_eq!(lost.status, 404);
    says(&lost, "Seite nicht gefunden");
    says(&lost, "href=\"/de/\"");
}

#[tokio::test]
async fn the_steps_of_the_counter_are_forms_that_change_the_address() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100), (2_000, 3)]).await;
    let event = stall.event_path("it");
    let step = async |type_no: &str, places: &str, step: &str| {
        let fields = [("type", type_no), ("places", places), ("step", step)];
        location(&send(&server, &event, &fields).await)
    };
    assert_eq!(
        step("1", "2", "more").await,
        format!("{event}?type=1&places=3#choose")
    );
    assert_eq!(
        step("2", "2", "fewer").await,
        format!("{event}?type=2&places=1#choose")
    );
    assert_eq!(
        step("1", "0", "fewer").await,
        format!("{event}?type=1&places=0#choose")
    );
    let most = page(&server, &format!("{event}?type=2&places=99")).await;
    says(&most, "<output>3</output>");
    says(&most, "60,00\u{a0}€");
    let least = page(&server, &format!("{event}?type=1&places=0")).await;
    says(&least, "<output>1</output>");
    for odd in [
        "?type=x&places=-1",
        "?type=99",
        "/nuit-electrique?places=4",
        "?other=1",
    ] {
        assert_eq!(
            page(&server, &format!("{event}{odd}")).await.status,
            200,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn the_start_page_finds_by_words_city_day_and_kind() {
    let server = TestServer::start().await;
    says(
        &page(&server, "/fr/").await,
        "Aucun événement pour l’instant.",
    );
    let stall = server.stall(&[(3_400, 100)]).await;
    let fixture = published_event(&server, 10).await;
    let home = page(&server, "/fr/").await;
    for sentence in [
        "Nuit électrique",
        "Nuit électro",
        "Le Quai, Nantes",
        "Réserver dès",
        "dès 20,00\u{a0}€",
    ] {
        says(&home, sentence);
    }
    says(&home, &format!("href=\"/fr/events/{}\"", stall.event));
    says(&home, &format!("href=\"/fr/events/{}\"", fixture.event));
    let found = async |query: &str| {
        let shown = page(&server, &format!("/fr/?{query}")).await;
        assert_eq!(shown.status, 200, "{query}");
        shown.text.matches("class=\"ev ").count() + shown.text.matches("class=\"ev\"").count()
    };
    assert_eq!(found("q=electrique&city=&from=&category=").await, 1);
    assert_eq!(found("city=nantes").await, 2);
    assert_eq!(
        found("category=concert&from=2026-11-22&to=2026-11-22").await,
        2
    );
    assert_eq!(found("category=sport").await, 0);
    assert_eq!(found("from=2026-11-24").await, 0);
    assert_eq!(found("from=2020-01-01").await, 2, "what is past stays past");
    says(&page(&server, "/fr/?q=zzz").await, "Rien ne correspond");
    let wrong = page(&server, "/fr/?from=demain").await;
    assert_eq!(wrong.status, 200);
    says(&wrong, "Cette recherche n’a pas été comprise");
    says(&wrong, "Nuit électro");
    server.clock.advance(24 * 3_600_000);
    assert_eq!(found("from=2020-01-01").await, 0);
}

#[tokio::test]
async fn search_engines_find_public_events_and_no_orders() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let root = server.url("");
    let map = server.get("/sitemap.xml").await;
    assert_eq!(map.header("content-type"), "application/xml");
    for language in LANGUAGES {
        says(&map, &format!("<loc>{root}/{language}/</loc>"));
        says(
            &map,
            &format!("<loc>{root}/{language}/events/{}</loc>", stall.event),
        );
    }
    says(
        &server.get("/robots.txt").await,
        &format!("Sitemap: {root}/sitemap.xml"),
    );
    let shown = page(&server, &stall.event_path("de")).await;
    says(
        &shown,
        &format!(
            "<link rel=\"canonical\" href=\"{root}/de/events/{}\">",
            stall.event
        ),
    );
    says(
        &shown,
        &format!(
            "hreflang=\"x-default\" href=\"{root}/fr/events/{}\"",
            stall.event
        ),
    );
    assert!(!shown.text.contains("noindex"));
    let checkout = page(&server, &stall.reserved().await).await;
    says(&checkout, "<meta name=\"robots\" content=\"noindex\">");
    assert!(!checkout.text.contains("canonical"));
}

#[tokio::test]
async fn an_event_that_is_over_or_called_off_says_so_and_sells_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let event = stall.event_path("fr");
    let shown = page(&server, &event).await;
    let order = after(&shown, "name=\"order\"", "value");
    server.clock.advance(5 * 3_600_000);
    let over = page(&server, &event).await;
    assert_eq!(over.status, 200);
    says(&over, "Cet événement est passé.");
    assert!(!over.text.contains(">Réserver<"));
    let fields = [
        ("order", order.as_str()),
        ("type", "1"),
        ("places", "2"),
        ("step", "reserve"),
    ];
    let late = send(&server, &event, &fields).await;
    assert_eq!(late.status, 409);
    says(&late, "Cet événement est passé.");
    assert_eq!(stall.stock().await, (0, 0, 100));
}
