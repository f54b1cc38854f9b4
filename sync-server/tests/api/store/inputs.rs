//! What people and others send that no page of ours would.

use reqwest::Method;
use sync_server::accounts::session::SessionKind;

use super::{after, location, page, says, send};
use crate::support::{Answer, TestServer};

#[tokio::test]
async fn what_is_wrong_is_counted_and_told_beside_its_field_and_nothing_typed_is_lost() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let long = "é".repeat(10_000);
    let wrong = send(&server, &checkout, &[("email", "camille"), ("name", &long)]).await;
    assert_eq!(wrong.status, 400);
    says(&wrong, "2\u{a0}champs à corriger. Rien n’a été débité.");
    says(&wrong, "Écrivez une adresse comme camille@example.org.");
    says(&wrong, "Écrivez un nom, en 200 lettres au plus.");
    says(&wrong, "value=\"camille\"");
    says(&wrong, &long);
    let empty = send(&server, &checkout, &[]).await;
    assert_eq!(empty.status, 400);
    let injected = [
        ("email", "a@b.fr\r\nBcc: all@example.org"),
        ("name", "Camille\r\nX-Injected: yes"),
    ];
    let injected = send(&server, &checkout, &injected).await;
    assert_eq!(injected.status, 400);
    says(&injected, "2\u{a0}champs à corriger");
    assert!(!injected.headers.contains_key("x-injected"));
    assert_eq!(stall.stock().await, (2, 0, 98), "still kept");
}

#[tokio::test]
async fn names_of_all_scripts_and_of_markup_are_shown_as_they_are() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    for name in [
        "علي بن أحمد",
        "🎸 Ana 👩‍🎤",
        "<img src=x onerror=alert(1)>",
        "O'Neil \"Bob\" & {{ 7 * 7 }}",
    ] {
        let checkout = stall.reserved().await;
        let fields = [
            ("email", "o'neil+1@example.org"),
            ("name", name),
            ("method", "accept"),
        ];
        let order = location(&send(&server, &checkout, &fields).await);
        let done = stall.until_says(&order, "C’est réservé").await;
        let ticket = page(&server, &after(&done, "btn-main", "href")).await;
        assert!(!ticket.text.contains("<img src=x"), "{}", ticket.text);
        let shown = after_text(&ticket, "<bdi>");
        let read = shown
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"");
        let read = read.replace("&#39;", "'").replace("&#38;", "&");
        assert_eq!(read, name);
    }
}

fn after_text(page: &Answer, mark: &str) -> String {
    let rest = page.text.split_once(mark).unwrap().1;
    rest.split_once("</bdi>").unwrap().0.to_owned()
}

#[tokio::test]
async fn a_title_of_markup_ends_no_script_and_opens_no_tag() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    stall
        .change(
            r#"update events set title = '</script><script>alert(1)</script>"''',
                   description = '</script><script>alert(1)</script>' where id = $1"#,
        )
        .await;
    for path in [stall.event_path("fr"), "/fr/".to_owned()] {
        let shown = page(&server, &path).await;
        says(&shown, "alert(1)");
        assert!(!shown.text.contains("<script>"), "{}", shown.text);
    }
    let shown = page(&server, &stall.event_path("fr")).await;
    let json = shown
        .text
        .split("<script type=\"application/ld+json\">")
        .nth(1)
        .unwrap();
    let json: serde_json::Value =
        serde_json::from_str(json.split("</script>").next().unwrap()).unwrap();
    assert_eq!(json["@type"], "Event");
    assert_eq!(json["name"], "</script><script>alert(1)</script>\"'");
    assert_eq!(json["startDate"], "2026-11-22T21:00:00+01:00");
    assert_eq!(json["offers"][0]["price"], "34.00");
}

#[tokio::test]
async fn a_stranger_sees_nothing_of_an_order_and_can_do_nothing_to_it() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let (order, shown) = stall.bought_here().await;
    let (other, _) = stall.bought_here().await;
    let secret = |path: &str| path.split("secret=").nth(1).unwrap().to_owned();
    let ticket = after(&shown, "btn-main", "href");
    let held = stall.reserved().await;
    for path in [
        order.clone(),
        ticket,
        held.clone(),
        order.replacen("/fr", "", 1),
    ] {
        for guess in [
            "",
            "?secret=",
            "?secret=AAAAAAAAAAAAAAAAAAAAAA",
            &format!("?secret={}", secret(&other)),
        ] {
            let guessed = format!("{}{guess}", path.split('?').next().unwrap());
            let answer = page(&server, &guessed).await;
            assert_eq!(answer.status, 404, "{guessed}");
            assert!(!answer.text.contains("Camille"), "{}", answer.text);
        }
    }
    let bare = held.split('?').next().unwrap();
    let back = format!("{bare}/give-back?secret={}", secret(&other));
    assert_eq!(send(&server, &back, &[]).await.status, 404);
    let pay = format!("{bare}?secret={}", secret(&other));
    assert_eq!(stall.paid_with(&pay, "accept").await.status, 404);
    assert_eq!(stall.stock().await, (2, 4, 94));
    for nonsense in [
        "/fr/orders/x",
        "/fr/tickets/x",
        "/fr/events/x",
        "/xx/events/x",
        "/fr/nothing",
    ] {
        assert_eq!(page(&server, nonsense).await.status, 404, "{nonsense}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_books_and_pays_nothing() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let checkout = stall.reserved().await;
    let foreign = |path: &str, name: &'static str, value: &'static str, body: &'static str| {
        let request = server
            .request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "text/html")
            .header(name, value)
            .body(body);
        Answer::of(request)
    };
    let book = "type=1&places=2&step=reserve";
    let pay = "email=a%40b.fr&name=A&method=accept";
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let booked = foreign(&stall.event_path("fr"), name, value, book).await;
        assert_eq!(booked.status, 403);
        assert_eq!(foreign(&checkout, name, value, pay).await.status, 403);
    }
    let nobody = foreign(&stall.event_path("fr"), "origin", "null", book).await;
    assert_eq!(nobody.status, 403);
    assert_eq!(stall.stock().await, (2, 0, 98), "only what was booked here");
}

#[tokio::test]
async fn whoever_is_logged_in_sends_the_sessions_token_and_finds_the_order_by_account() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    let person = server.person("Ana").await;
    let session = server.session(person.id, SessionKind::Browser).await;
    let cookie = format!("__Host-session={}", session.credential);
    let shown = server
        .request(Method::GET, &stall.event_path("fr"))
        .header("cookie", &cookie);
    let shown = Answer::of(shown).await;
    let (order, csrf) = (
        after(&shown, "name=\"order\"", "value"),
        after(&shown, "name=\"csrf\"", "value"),
    );
    let book = |csrf: String| {
        let fields = [
            ("order", order.as_str()),
            ("csrf", &csrf),
            ("type", "1"),
            ("places", "2"),
            ("step", "reserve"),
        ];
        Answer::of(
            server
                .form(&stall.event_path("fr"), &fields)
                .header("cookie", &cookie),
        )
    };
    assert_eq!(book(String::new()).await.status, 403);
    let checkout = location(&book(csrf).await);
    let bare = checkout.split('?').next().unwrap();
    let mine = server.request(Method::GET, bare).header("cookie", &cookie);
    assert_eq!(Answer::of(mine).await.status, 200);
    assert_eq!(page(&server, bare).await.status, 404);
}

#[tokio::test]
async fn places_that_are_gone_or_too_many_are_told_and_nothing_is_booked() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 3), (2_000, 40)]).await;
    let event = stall.event_path("fr");
    let shown = page(&server, &event).await;
    let order = after(&shown, "name=\"order\"", "value");
    stall.held(&[(1, 2)]).await;
    let book = async |type_no: &str, places: &str| {
        let fields = [
            ("order", order.as_str()),
            ("type", type_no),
            ("places", places),
            ("step", "reserve"),
        ];
        send(&server, &event, &fields).await
    };
    let gone = book("1", "2").await;
    assert_eq!(gone.status, 409);
    says(
        &gone,
        "Il ne reste pas assez de places à ce tarif. Rien n’a été réservé.",
    );
    says(&gone, "1 restante");
    let many = book("2", "11").await;
    assert_eq!(many.status, 409);
    says(&many, "10\u{a0}places au plus par commande à ce tarif.");
    for (type_no, places) in [
        ("9", "1"),
        ("1", "0"),
        ("", "1"),
        ("1", "-1"),
        ("1", "x"),
        ("1", "4294967295"),
    ] {
        let answer = book(type_no, places).await;
        assert!(
            answer.status == 400 || answer.status == 409,
            "{type_no} {places}: {}",
            answer.status
        );
        says(&answer, "Rien n’a été réservé");
    }
    stall.held(&[(1, 1)]).await;
    for _ in 0..4 {
        stall.held(&[(2, 10)]).await;
    }
    let out = book("1", "1").await;
    assert_eq!(out.status, 409);
    says(&out, "Complet");
    assert!(
        !out.text.contains(">Réserver<"),
        "a button that can do nothing"
    );
    assert_eq!(stall.stock().await, (3, 0, 0));
}
