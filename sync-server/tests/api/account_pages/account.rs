//! Registration, log-in, profile, log-ins, export and erasure.

use super::*;

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

    for email in ["CAMILLE@example.org", "nina@example.org"] {
        sqlx::query(
            "insert into waiting_list (organizer_id, event_id, id, type_no, places, email, language, state, asked_ms, joined_ms)
             values ($1, $2, gen_random_uuid(), 1, 2, $3, 'fr', 'waiting', 0, 0)",
        )
        .bind(stall.organizer.0)
        .bind(stall.event.0)
        .bind(email)
        .execute(&server.app.pool)
        .await
        .unwrap();
    }
    let unsure = browser.page("/fr/account/export").await;
    let unsure: Value = serde_json::from_str(&unsure.text).unwrap();
    assert_eq!(
        unsure["waiting_lists"].as_array().unwrap().len(),
        0,
        "the address may be another's"
    );
    confirm_address(&server).await;
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
    assert_eq!(all["waiting_lists"].as_array().unwrap().len(), 1);
    assert_eq!(all["waiting_lists"][0]["email"], "CAMILLE@example.org");
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
    let waiting: Vec<String> = sqlx::query_scalar("select email from waiting_list")
        .fetch_all(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(waiting, ["nina@example.org"]);
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
