//! The code of an app as a second step.

use super::*;

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
