//! Log-ins by somebody else's: OpenID Connect.

mod apple;
mod certified;
mod hostile;

use std::collections::BTreeMap;

use hostile::{CLIENT, Provider, Signed};
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::accounts::session::SessionKind;
use sync_server::config::AnswerMode;

use crate::store::{location, says};
use crate::support::{Answer, TestServer};

const GO: &str = "/fr/login/with/guichet";
const BACK: &str = "/login/back/guichet";
const JOINED: &str = "/fr/login/joined";

/// A browser that keeps all cookies that are set.
struct Browser<'a> {
    server: &'a TestServer,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            cookies: BTreeMap::new(),
        }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let request = request.header("accept", "text/html");
        let answer = Answer::of(request.header("cookie", cookies.join("; "))).await;
        for set in answer.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    async fn page(&mut self, path: &str) -> Answer {
        let request = self.server.request(Method::GET, path);
        self.send(request).await
    }

    async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.server.form(path, fields);
        self.send(request).await
    }

    /// Of a page of theirs.
    async fn csrf(&mut self) -> String {
        let own = self.page("/fr/account").await;
        assert_eq!(own.status, 200, "{}", own.text);
        let rest = own.text.split_once("name=\"csrf\" value=\"").unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    }

    fn is_in(&self) -> bool {
        self.cookies.contains_key("__Host-session")
    }

    /// To the provider: what the address there asks.
    async fn goes(&mut self) -> BTreeMap<String, String> {
        let answer = self.page(GO).await;
        asked(&location(&answer))
    }

    /// There and back with a token of these claims.
    async fn comes_by(&mut self, provider: &Provider, claims: Claims<'_>) -> Answer {
        let asked = self.goes().await;
        let token = claims.of(provider, self.server, &asked["nonce"]);
        provider.says(token, claims.signed);
        self.page(&format!("{BACK}?code=x&state={}", asked["state"]))
            .await
    }
}

fn asked(url: &str) -> BTreeMap<String, String> {
    let url: url::Url = url.parse().unwrap();
    url.query_pairs().into_owned().collect()
}

/// A token that is right, but for what a test changes.
#[derive(Clone, Copy)]
struct Claims<'a> {
    email: Option<&'a str>,
    verified: bool,
    signed: Signed,
    changed: fn(&mut Value),
}

const ANA: Claims<'_> = Claims {
    email: Some("ana@example.org"),
    verified: true,
    signed: Signed::Well,
    changed: |_| {},
};

impl Claims<'_> {
    fn of(&self, provider: &Provider, server: &TestServer, nonce: &str) -> Value {
        let now = server.now_ms() / 1000;
        let mut claims = json!({
            "iss": provider.issuer, "aud": CLIENT, "sub": "ana-there", "nonce": nonce, "iat": now, "exp": now + 60,
            "email": self.email, "email_verified": self.verified, "name": "Ana Ruiz",
        });
        (self.changed)(&mut claims);
        claims
    }
}

async fn started(provider: &Provider) -> TestServer {
    let setting = provider.setting("guichet", AnswerMode::Query);
    TestServer::start_with(|config| config.oidc.push(setting)).await
}

async fn identities(server: &TestServer) -> i64 {
    sqlx::query_scalar("select count(*) from oidc_identities")
        .fetch_one(&server.app.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn somebody_new_comes_by_a_provider_and_is_known_from_then_on() {
    let provider = Provider::start().await;
    let server = started(&provider).await;
    let mut browser = Browser::new(&server);
    for page in [
        "/fr/login?next=/fr/developers",
        "/fr/register?next=/fr/developers",
    ] {
        let shown = browser.page(page).await;
        says(
            &shown,
            "href=\"/fr/login/with/guichet?next=/fr/developers\"",
        );
        says(&shown, "Continuer avec Guichet");
    }
    let away = browser.page(&format!("{GO}?next=/fr/developers")).await;
    let set = away.header("set-cookie").to_owned();
    assert!(
        set.contains("SameSite=Lax") && set.contains("HttpOnly") && set.contains("Secure"),
        "{set}"
    );
    assert_eq!(away.header("referrer-policy"), "no-referrer");
    let asked = asked(&location(&away));
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], server.url(BACK));
    assert!(asked["scope"].contains("openid") && asked["scope"].contains("email"));
    provider.says(ANA.of(&provider, &server, &asked["nonce"]), Signed::Well);
    let back = browser
        .page(&format!("{BACK}?code=x&state={}", asked["state"]))
        .await;
    assert_eq!(location(&back), JOINED);
    assert!(!browser.is_in(), "nobody has said yes yet");
    let exchanged = provider.asked();
    assert_eq!(exchanged["code"], "x");
    assert!(exchanged["code_verifier"].len() >= 43);

    let shown = browser.page(JOINED).await;
    says(&shown, "ana@example.org");
    says(&shown, "value=\"Ana Ruiz\"");
    let nameless = browser.form(JOINED, &[("name", " ")]).await;
    assert_eq!(nameless.status, 400);
    let made = browser.form(JOINED, &[("name", "Ana R.")]).await;
    assert_eq!(location(&made), "/fr/developers");
    let own = browser.page("/fr/account").await;
    says(&own, "value=\"Ana R.\"");
    says(&own, "Guichet");
    assert!(
        !own.text.contains("pas encore confirmée"),
        "the provider knows that it is hers"
    );
    assert_eq!(
        location(&browser.page(JOINED).await),
        "/fr/account",
        "done is done"
    );

    let mut later = Browser::new(&server);
    provider.changes_its_key();
    let back = later.comes_by(&provider, ANA).await;
    assert_eq!(location(&back), "/fr/account");
    assert!(
        later.is_in(),
        "by a key that is newer than what was known of the provider"
    );
    let csrf = later.csrf().await;
    let own = later.page("/fr/account").await;
    let id = &own.text.split_once("name=\"joined\" value=\"").unwrap().1[..36];
    let parted = later
        .form(
            "/fr/account/joined/part",
            &[("joined", id), ("csrf", &csrf)],
        )
        .await;
    assert_eq!(location(&parted), "/fr/account?done=parted");
    let mut stranger = Browser::new(&server);
    let back = stranger.comes_by(&provider, ANA).await;
    assert_eq!(location(&back), JOINED);
    says(
        &stranger.page(JOINED).await,
        "href=\"/fr/login?next=/fr/login/joined\"",
    );
}

#[tokio::test]
async fn an_account_of_the_same_address_is_joined_by_its_own_log_in_only() {
    let provider = Provider::start().await;
    let server = started(&provider).await;
    let ana = server.person("Ana").await;
    assert_eq!(ana.email, "ana@example.org");
    let mut browser = Browser::new(&server);
    browser.comes_by(&provider, ANA).await;
    let shown = browser.page(JOINED).await;
    says(&shown, "Un compte existe déjà");
    assert!(!shown.text.contains("name=\"name\""), "{}", shown.text);
    let forced = browser.form(JOINED, &[("name", "Ana")]).await;
    assert_eq!(forced.status, 409);
    assert!(!browser.is_in());
    assert_eq!(
        identities(&server).await,
        0,
        "an address alone joins nothing"
    );

    let session = server.session(ana.id, SessionKind::Browser).await;
    browser
        .cookies
        .insert("__Host-session".into(), session.credential);
    says(&browser.page(JOINED).await, "Relier Guichet");
    let forged = browser.form(JOINED, &[("csrf", "wrong")]).await;
    assert_eq!(forged.status, 403);
    let csrf = browser.csrf().await;
    let joined = browser.form(JOINED, &[("csrf", &csrf)]).await;
    assert_eq!(location(&joined), "/fr/account?done=joined");
    let mut later = Browser::new(&server);
    later.comes_by(&provider, ANA).await;
    assert!(later.is_in());

    // Whoever has a second step is asked for it here, too.
    sqlx::query("insert into second_factors (account_id, secret_sealed, created_ms, confirmed_ms) values ($1, '', 1, 1)")
        .bind(ana.id.0)
        .execute(&server.app.pool)
        .await
        .unwrap();
    let mut again = Browser::new(&server);
    says(
        &again.comes_by(&provider, ANA).await,
        "action=\"/fr/login/code\"",
    );
    assert!(!again.is_in());

    // Somebody else's log-in there stays hers.
    let bob = server.person("Bob").await;
    let session = server.session(bob.id, SessionKind::Browser).await;
    let mut other = Browser::new(&server);
    sqlx::query("update oidc_identities set subject = 'later'")
        .execute(&server.app.pool)
        .await
        .unwrap();
    other.comes_by(&provider, ANA).await;
    sqlx::query("update oidc_identities set subject = 'ana-there'")
        .execute(&server.app.pool)
        .await
        .unwrap();
    other
        .cookies
        .insert("__Host-session".into(), session.credential);
    let csrf = other.csrf().await;
    assert_eq!(other.form(JOINED, &[("csrf", &csrf)]).await.status, 409);
    assert_eq!(identities(&server).await, 1);
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_vouch_for_is_asked_for_by_mail() {
    let provider = Provider::start().await;
    let server = started(&provider).await;
    let mut browser = Browser::new(&server);
    browser
        .comes_by(
            &provider,
            Claims {
                verified: false,
                ..ANA
            },
        )
        .await;
    browser.form(JOINED, &[("name", "Ana")]).await;
    says(&browser.page("/fr/account").await, "pas encore confirmée");
    let asked: i64 = sqlx::query_scalar("select count(*) from outbox where template = 'verify'")
        .fetch_one(&server.app.pool)
        .await
        .unwrap();
    assert_eq!(asked, 1);
    let mut nameless = Browser::new(&server);
    let of_another = |claims: &mut Value| claims["sub"] = json!("bob-there");
    nameless
        .comes_by(
            &provider,
            Claims {
                email: None,
                changed: of_another,
                ..ANA
            },
        )
        .await;
    says(
        &nameless.page(JOINED).await,
        "href=\"/fr/register?next=/fr/login/joined\"",
    );
    assert_eq!(nameless.form(JOINED, &[("name", "Bob")]).await.status, 404);
}

#[tokio::test]
async fn a_token_that_is_not_for_this_question_opens_nothing() {
    let provider = Provider::start().await;
    let server = started(&provider).await;
    Browser::new(&server).comes_by(&provider, ANA).await;
    let lies: [(&str, Claims<'_>); 10] = [
        (
            "another question's",
            Claims {
                changed: |claims| claims["nonce"] = json!("x"),
                ..ANA
            },
        ),
        (
            "no question's",
            Claims {
                changed: |claims| drop(claims.as_object_mut().unwrap().remove("nonce")),
                ..ANA
            },
        ),
        (
            "another issuer's",
            Claims {
                changed: |claims| claims["iss"] = json!("https://accounts.google.com"),
                ..ANA
            },
        ),
        (
            "for another shop",
            Claims {
                changed: |claims| claims["aud"] = json!("other-shop"),
                ..ANA
            },
        ),
        (
            "over",
            Claims {
                changed: |claims| claims["exp"] = json!(claims["iat"].as_i64().unwrap() - 1),
                ..ANA
            },
        ),
        (
            "without an end",
            Claims {
                changed: |claims| drop(claims.as_object_mut().unwrap().remove("exp")),
                ..ANA
            },
        ),
        (
            "nobody's",
            Claims {
                changed: |claims| drop(claims.as_object_mut().unwrap().remove("sub")),
                ..ANA
            },
        ),
        (
            "signed by nobody",
            Claims {
                signed: Signed::ByNobody,
                ..ANA
            },
        ),
        (
            "signed by the secret",
            Claims {
                signed: Signed::ByTheSecret,
                ..ANA
            },
        ),
        (
            "signed by another key",
            Claims {
                signed: Signed::ByAnother,
                ..ANA
            },
        ),
    ];
    for (what, lie) in lies {
        let mut browser = Browser::new(&server);
        let answer = browser.comes_by(&provider, lie).await;
        assert!(
            matches!(answer.status.as_u16(), 401 | 502),
            "{what}: {} {}",
            answer.status,
            answer.text
        );
        says(&answer, "role=\"alert\"");
        assert!(browser.cookies.is_empty(), "{what}: {:?}", browser.cookies);
    }
    let mut browser = Browser::new(&server);
    let asked = browser.goes().await;
    provider.says(ANA.of(&provider, &server, &asked["nonce"]), Signed::Well);
    let good = format!("{BACK}?code=x&state={}", asked["state"]);
    let mut stranger = Browser::new(&server);
    assert_eq!(
        stranger.page(&good).await.status,
        410,
        "another browser's question"
    );
    let kept = browser.cookies.clone();
    assert_eq!(
        browser.page(&format!("{BACK}?code=x&state=x")).await.status,
        410
    );
    assert_eq!(
        browser.page(&good).await.status,
        410,
        "the first answer used it up"
    );
    browser.cookies = kept.clone();
    let no = browser
        .page(&format!(
            "{BACK}?error=access_denied&state={}",
            asked["state"]
        ))
        .await;
    assert_eq!(no.status, 401);
    browser.cookies = kept.clone();
    server.clock.advance(15 * 60_000);
    assert_eq!(browser.page(&good).await.status, 410, "too late");
    assert_eq!(browser.page("/fr/login/with/nobody").await.status, 404);
    assert_eq!(browser.page("/login/back/nobody?state=x").await.status, 404);
    let foreign = server.form(BACK, &[("code", "x"), ("state", &asked["state"])]);
    assert_eq!(Answer::of(foreign).await.status, 410);
}

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be() {
    let gone = Provider::start().await;
    let setting = gone.setting("guichet", AnswerMode::Query);
    drop(gone);
    tokio::task::yield_now().await;
    let server = TestServer::start_with(|config| config.oidc.push(setting)).await;
    let mut browser = Browser::new(&server);
    let answer = browser.page(GO).await;
    assert_eq!(answer.status, 502);
    says(&answer, "Guichet ne répond pas");
    says(&answer, "name=\"password\"");
}
