//! Pages, cookies and forms, as a browser sends them.

use reqwest::Method;
use serde_json::json;
use shared::ids::UserId;
use sync_server::accounts::session::SessionKind;
use sync_server::database::transaction;

use crate::support::{Answer, TestServer};

const PASSWORD: &str = "trois mots en file";

async fn register(server: &TestServer) -> UserId {
    let account = json!({"email": "ana@example.org", "password": PASSWORD, "name": "Ana"});
    let made = server.post("/api/v1/auth/register", &account).await.ok();
    made["account_id"].as_str().unwrap().parse().unwrap()
}

/// Logs in by the form and gives the cookie.
async fn login(server: &TestServer) -> String {
    let fields = [
        ("email", "ana@example.org"),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let answer = Answer::of(server.form("/fr/login", &fields)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

async fn page(server: &TestServer, path: &str, cookie: &str) -> Answer {
    let request = server
        .request(Method::GET, path)
        .header("accept", "text/html");
    Answer::of(request.header("cookie", cookie)).await
}

fn csrf(page: &Answer) -> String {
    let rest = page
        .text
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .expect("a form with a token");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_log_in_page_is_french_first_and_speaks_five_languages() {
    let server = TestServer::start().await;
    let get = |path: &'static str, accept: &'static str| {
        Answer::of(
            server
                .request(Method::GET, path)
                .header("accept-language", accept),
        )
    };
    let titles = [
        "Se connecter",
        "Log in",
        "Iniciar sesión",
        "Anmelden",
        "Accedi",
    ];
    for (code, title) in ["fr", "en", "es", "de", "it"].iter().zip(titles) {
        let answer = server.get(&format!("/{code}/login")).await;
        assert!(
            answer
                .text
                .contains(&format!("<h1 class=\"title\">{title}</h1>")),
            "{}",
            answer.text
        );
        assert!(answer.text.contains(&format!("<html lang=\"{code}\">")));
    }
    for (path, accept, page) in [
        ("/login", "ja", "/fr/login"),
        (
            "/login?next=/office/devices",
            "de-AT,de;q=0.9",
            "/de/login?next=/office/devices",
        ),
        ("/login?lang=it&next=//evil.example", "de", "/it/login"),
        ("/verify?token=a-b_c", "es", "/es/verify?token=a-b_c"),
        ("/reset", "en", "/en/reset"),
    ] {
        let answer = get(path, accept).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, page)
        );
    }
}

#[tokio::test]
async fn pages_allow_no_script_and_no_style_but_our_own_and_it_is_there() {
    let server = TestServer::start().await;
    for path in [
        "/fr/",
        "/fr/login",
        "/fr/register",
        "/fr/reset",
        "/fr/verify?token=x",
    ] {
        let answer = Answer::of(server.request(Method::GET, path)).await;
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(
            !answer.text.contains(" style=") && !answer.text.contains("<style"),
            "{path}"
        );
        let scripts = answer.text.split("<script").skip(1);
        let scripts = scripts.map(|script| {
            let own = script.strip_prefix(" src=\"/assets/");
            own.unwrap_or_else(|| panic!("{path}: a script that is not our own"))
        });
        let links = answer.text.split("href=\"/assets/").skip(1);
        for link in links.chain(scripts) {
            let name = link.split('"').next().unwrap();
            let asset = server.get(&format!("/assets/{name}")).await;
            assert_eq!(asset.status, 200, "{name}");
            assert_eq!(
                asset.header("cache-control"),
                "public, max-age=31536000, immutable"
            );
        }
    }
    assert_eq!(server.get("/assets/hub-0.css").await.status, 404);
}

#[tokio::test]
async fn a_log_in_sets_a_cookie_that_opens_pages_until_the_log_out() {
    let server = TestServer::start().await;
    register(&server).await;
    let cookie = login(&server).await;
    let home = page(&server, "/fr/", &cookie).await;
    assert!(home.text.contains("Mon compte"), "{}", home.text);
    let own = page(&server, "/fr/account", &cookie).await;
    let profile = page(&server, "/api/v1/auth/profile", &cookie).await;
    assert_eq!(profile.ok()["email"], "ana@example.org");
    let stored: Vec<u8> =
        sqlx::query_scalar("select token_hash from sessions where kind = 'browser'")
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    assert_eq!(stored.len(), 32, "only a hash is stored");

    let token = csrf(&own);
    let out = server
        .form("/logout", &[("csrf", &token)])
        .header("cookie", &cookie);
    let out = Answer::of(out).await;
    assert_eq!(out.status, 303, "{}", out.text);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert!(
        page(&server, "/fr/", &cookie)
            .await
            .text
            .contains("Se connecter")
    );
}

#[tokio::test]
async fn a_log_in_replaces_the_session_that_the_cookie_named() {
    let server = TestServer::start().await;
    let account = register(&server).await;
    let planted = server.session(account, SessionKind::Browser).await;
    let before = format!("__Host-session={}", planted.credential);
    assert_eq!(
        page(&server, "/api/v1/auth/profile", &before).await.status,
        200
    );
    let fields = [("email", "ana@example.org"), ("password", PASSWORD)];
    let answer = server.form("/fr/login", &fields).header("cookie", &before);
    assert_eq!(Answer::of(answer).await.status, 303);
    assert_eq!(
        page(&server, "/api/v1/auth/profile", &before).await.status,
        401
    );
}

#[tokio::test]
async fn a_change_by_cookie_needs_the_token_of_that_session() {
    let server = TestServer::start().await;
    let account = register(&server).await;
    let cookie = login(&server).await;
    let token = csrf(&page(&server, "/fr/account", &cookie).await);
    let other = server.session(account, SessionKind::Browser).await;
    let theirs = csrf(
        &page(
            &server,
            "/fr/account",
            &format!("__Host-session={}", other.credential),
        )
        .await,
    );
    let post = |token: Option<&str>| {
        let request = server
            .request(Method::POST, "/api/v1/auth/logout")
            .json(&json!({}));
        let request = request.header("cookie", &cookie);
        Answer::of(match token {
            Some(token) => request.header("x-csrf-token", token),
            None => request,
        })
    };
    post(None).await.error(403, "csrf_failed");
    post(Some("")).await.error(403, "csrf_failed");
    post(Some(&theirs)).await.error(403, "csrf_failed");
    let form = |fields: &[(&str, &str)]| {
        let form = server.form("/logout", fields).header("cookie", &cookie);
        Answer::of(form.header("accept", "application/json"))
    };
    form(&[]).await.error(403, "csrf_failed");
    form(&[("csrf", &theirs)]).await.error(403, "csrf_failed");
    assert_eq!(
        page(&server, "/api/v1/auth/profile", &cookie).await.status,
        200,
        "still logged in"
    );
    assert_eq!(post(Some(&token)).await.status, 204);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_even_without_a_cookie() {
    let server = TestServer::start().await;
    register(&server).await;
    let foreign = server
        .request(Method::POST, "/fr/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .body("email=ana%40example.org&password=trois+mots+en+file");
    Answer::of(foreign).await.error(403, "csrf_failed");
}

#[tokio::test]
async fn a_wrong_password_stays_on_the_page_and_says_so() {
    let server = TestServer::start().await;
    register(&server).await;
    let fields = [
        ("email", "ana@example.org"),
        ("password", "<b>wrong</b>"),
        ("next", "https://evil.example"),
    ];
    let answer = Answer::of(server.form("/fr/login", &fields)).await;
    assert_eq!(answer.status, 401);
    assert!(answer.text.contains("role=\"alert\""), "{}", answer.text);
    assert!(answer.text.contains("value=\"ana@example.org\""));
    assert!(
        !answer.text.contains("wrong</b>") && !answer.text.contains("evil.example"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn an_error_is_a_page_for_browsers_and_the_envelope_for_programs() {
    let server = TestServer::start().await;
    let browse = |path: &'static str, accept: &'static str| {
        let request = server
            .request(Method::GET, path)
            .header("accept", "text/html,*/*;q=0.8");
        Answer::of(request.header("accept-language", accept))
    };
    let page = browse("/nothing", "de").await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("Seite nicht gefunden"), "{}", page.text);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.text.contains(page.header("x-request-id")),
        "the number to tell us"
    );
    browse("/api/v1/nothing", "de")
        .await
        .error(404, "not_found");
    server.get("/nothing").await.error(404, "not_found");
    server.app.pool.close().await;
    let page = browse("/fr/", "fr").await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("Un instant"), "{}", page.text);
}

#[tokio::test]
async fn the_start_page_lists_what_is_published_and_the_developers_page_every_call() {
    let server = TestServer::start().await;
    let organizer = server.organizer("la-cigale").await;
    let venue = uuid::Uuid::from_u128(1);
    sqlx::query("insert into venues (organizer_id, id, name, address, postal_code, city, created_ms) values ($1, $2, 'La Cigale', 'x', '75018', 'Paris', 0)")
        .bind(organizer.0).bind(venue).execute(&server.app.pool).await.unwrap();
    let soon = 1_795_894_200_000_i64;
    for (n, title, status, starts_ms) in [
        (1, "Mirabelle <Nord>", "published", soon),
        (2, "Brouillon", "draft", soon),
        (3, "Passé", "published", 1_700_000_000_000),
    ] {
        let event = uuid::Uuid::from_u128(n);
        let mut tx = transaction::begin(&server.app.pool).await.unwrap();
        sqlx::query("insert into feeds (organizer_id, event_id, epoch) values ($1, $2, 1)")
            .bind(organizer.0)
            .bind(event)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query("select begin_change($1, $2)")
            .bind(organizer.0)
            .bind(event)
            .execute(&mut *tx)
            .await
            .unwrap();
        sqlx::query(
            "insert into events (organizer_id, id, venue_id, title, category, time_zone, doors_ms, starts_ms, ends_ms, mode, status, created_ms, updated_ms)
             values ($1, $2, $3, $4, 'concert', 'Europe/Paris', $5, $5, $5 + 1, 'real', $6, 0, 0)",
        )
        .bind(organizer.0)
        .bind(event)
        .bind(venue)
        .bind(title)
        .bind(starts_ms)
        .bind(status)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
    let home = server.get("/fr/").await.text;
    assert!(
        home.contains("Mirabelle &#60;Nord&#62;") || home.contains("Mirabelle &lt;Nord&gt;"),
        "{home}"
    );
    assert!(
        home.contains("La Cigale, Paris") && home.contains("20\u{a0}h\u{a0}30"),
        "{home}"
    );
    assert!(
        !home.contains("Brouillon") && !home.contains("Passé"),
        "{home}"
    );
    let developers = server.get("/fr/developers").await.text;
    let described = server.get("/api/v1/openapi.json").await.ok();
    assert_eq!(
        described["openapi"].as_str().map(|version| &version[..2]),
        Some("3.")
    );
    let paths = described["paths"].as_object().unwrap();
    for path in [
        "/api/v1/auth/login",
        "/api/v1/orders/{id}/refunds",
        "/api/v1/tickets/scan/{id}",
        "/api/v1/events/{event}/keys",
        "/api/v1/events/{event}/keys/rotate",
        "/api/v1/events/{event}/keys/{key}/revoke",
    ] {
        assert!(paths.contains_key(path), "{path} is not in {paths:?}");
    }
    for path in paths.keys() {
        assert!(
            developers.contains(&format!("<code>{path}</code>")),
            "{path} is not on the page"
        );
    }
}

#[tokio::test]
async fn the_links_of_mails_open_pages_and_change_nothing_by_themselves() {
    let server = TestServer::start().await;
    register(&server).await;
    let forms = [
        ("/fr/verify", vec![("token", "wrong")]),
        (
            "/fr/reset",
            vec![("token", "wrong"), ("password", "quatre autres mots")],
        ),
    ];
    for (path, fields) in forms {
        let shown = server
            .get(&format!("{path}?token=%22%3E%3Cscript%3E"))
            .await;
        assert!(!shown.text.contains("<script>"), "{}", shown.text);
        let answer = Answer::of(server.form(path, &fields)).await;
        assert_eq!(answer.status, 410, "{path}");
        assert!(answer.text.contains("role=\"alert\""), "{}", answer.text);
    }
    let short =
        Answer::of(server.form("/fr/reset", &[("token", "x"), ("password", "court")])).await;
    assert_eq!(short.status, 400);
    let asked = Answer::of(server.form("/fr/reset", &[("email", "nobody@example.org")])).await;
    assert_eq!(asked.status, 200);
}
