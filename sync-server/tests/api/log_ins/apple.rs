//! What is particular with Apple: a form instead of an address, a signed secret, truth as text, a name once.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{KeyPair, PublicKeyData as _};
use sync_server::config::{AppleKey, ClientSecret, Secret};

use super::*;

/// As Apple's file holds it.
fn pem(key: &KeyPair) -> String {
    let text = STANDARD.encode(key.serialized_der());
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

/// A form that a page of Apple's has the browser send.
fn of_another_site(
    server: &TestServer,
    path: &str,
    fields: &[(&str, &str)],
) -> reqwest::RequestBuilder {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let request = server.request(Method::POST, path);
    request
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://appleid.apple.com")
        .body(body.extend_pairs(fields).finish())
}

#[tokio::test]
async fn apple_answers_by_a_form_from_its_own_site_and_is_shown_a_signed_secret() {
    let provider = Provider::start().await;
    let key = KeyPair::generate().unwrap();
    let mut setting = provider.setting("guichet", AnswerMode::FormPost);
    setting.secret = ClientSecret::Signed(AppleKey {
        team_id: "TEAM".into(),
        key_id: "KEY".into(),
        pem: Secret::new(pem(&key)),
    });
    let server = TestServer::start_with(|config| config.oidc.push(setting)).await;
    let mut browser = Browser::new(&server);
    let away = browser.page(GO).await;
    let set = away.header("set-cookie").to_owned();
    assert!(
        set.contains("SameSite=None; ") && set.contains("Secure"),
        "{set}"
    );
    let asked = asked(&location(&away));
    assert_eq!(asked["response_mode"], "form_post");
    assert_eq!(asked["scope"], "openid email name");
    let told = Claims {
        changed: |claims| {
            claims["email_verified"] = json!("true");
            claims.as_object_mut().unwrap().remove("name");
        },
        ..ANA
    };
    provider.says(told.of(&provider, &server, &asked["nonce"]), Signed::Well);
    let user =
        json!({ "name": { "firstName": "Ana", "lastName": "Ruiz" }, "email": "root@example.org" });
    let user = user.to_string();
    let fields = [
        ("code", "x"),
        ("state", asked["state"].as_str()),
        ("user", &user),
    ];
    let form = of_another_site(&server, BACK, &fields);
    let back = browser.send(form).await;
    assert_eq!(location(&back), JOINED);
    let shown = browser.page(JOINED).await;
    says(&shown, "value=\"Ana Ruiz\"");
    says(&shown, "ana@example.org");
    assert!(!shown.text.contains("root@"), "the address is the token's");
    let made = browser.form(JOINED, &[("name", "Ana Ruiz")]).await;
    assert_eq!(location(&made), "/fr/account");
    let own = browser.page("/fr/account").await;
    assert!(!own.text.contains("pas encore confirmée"), "{}", own.text);

    let secret = &provider.asked()["client_secret"];
    let header = jsonwebtoken::decode_header(secret).unwrap();
    assert_eq!(
        (header.alg, header.kid.as_deref()),
        (jsonwebtoken::Algorithm::ES256, Some("KEY"))
    );
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&[&provider.issuer]);
    rules.validate_exp = false;
    let key = jsonwebtoken::DecodingKey::from_ec_der(key.der_bytes());
    let claims = jsonwebtoken::decode::<Value>(secret, &key, &rules)
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!("TEAM"), &json!(CLIENT))
    );
    let now = server.now_ms() / 1000;
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(now), &json!(now + 300))
    );
}

#[tokio::test]
async fn a_form_of_another_site_is_taken_at_that_one_address_only() {
    let provider = Provider::start().await;
    let server = started(&provider).await;
    let fields = [("email", "a@b.example"), ("password", "x")];
    let elsewhere = of_another_site(&server, "/fr/login", &fields);
    assert_eq!(Answer::of(elsewhere).await.status, 403);
}
