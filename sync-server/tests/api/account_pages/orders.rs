//! What an account has bought, and what joins it.

use super::*;

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
