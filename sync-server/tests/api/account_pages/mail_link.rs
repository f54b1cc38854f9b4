//! Logging in by a link in a mail.

use super::*;

#[tokio::test]
async fn a_link_by_mail_logs_in_once_by_its_button() {
    let server = TestServer::start().await;
    Browser::registered(&server).await;
    confirm_address(&server).await;
    let ask = |email: &'static str| {
        let form = server.form("/fr/login/link", &[("email", email)]);
        Answer::of(form.header("accept", "text/html"))
    };
    let (known, unknown) = (
        ask("CAMILLE@example.org").await,
        ask("nobody@example.org").await,
    );
    is_private(&known);
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    says(&known, "Si un compte existe avec cette adresse");

    let link = mailed(&server, "/fr/login/link").await;
    for _ in 0..2 {
        // As a program does that looks through mails.
        let opened = page_of_a_stranger(&server, &link).await;
        assert!(opened.headers.get("set-cookie").is_none(), "{opened:?}");
        is_private(&opened);
        says(&opened, EMAIL);
    }
    let press = |language: &str| {
        let form = server.form(
            &format!("/{language}/login/link"),
            &[("token", token(&link))],
        );
        Answer::of(form.header("accept", "text/html"))
    };
    let browser = Browser::of(&server, &press("fr").await).await;
    assert!(browser.is_in().await);
    let again = press("de").await;
    assert_eq!(again.status, 410, "once");
    says(&again, "wurde schon benutzt");
    says(&page_of_a_stranger(&server, &link).await, "a déjà servi");
    let misused = [
        ("token", token(&link)),
        ("password", "quatre autres mots ici"),
    ];
    let misused = Answer::of(server.form("/fr/reset", &misused)).await;
    assert_eq!(misused.status, 410);
    let seen = std::fs::read_dir(server.folder.path().join("mail")).unwrap();
    assert_eq!(seen.count(), 2, "nobody wrote to nobody");
}

#[tokio::test]
async fn a_link_to_log_in_is_good_for_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    Browser::registered(&server).await;
    server
        .form("/fr/login/link", &[("email", EMAIL)])
        .send()
        .await
        .unwrap();
    let link = mailed(&server, "/fr/login/link").await;
    server.clock.advance(15 * 60_000);
    let late = server.form("/fr/login/link", &[("token", token(&link))]);
    assert_eq!(Answer::of(late).await.status, 410);
}

#[tokio::test]
async fn who_registered_with_anothers_address_is_out_once_its_owner_comes() {
    let server = TestServer::start().await;
    let thief = Browser::registered(&server).await;
    server
        .form("/fr/login/link", &[("email", EMAIL)])
        .send()
        .await
        .unwrap();
    let link = mailed(&server, "/fr/login/link").await;
    let owner = server.form("/fr/login/link", &[("token", token(&link))]);
    let owner = Browser::of(&server, &Answer::of(owner).await).await;
    assert!(!thief.is_in().await);
    assert_eq!(log_in(&server, PASSWORD).await.status, 401);
    let own = owner.page("/fr/account").await;
    says(&own, "Votre compte n’a pas de mot de passe.");
    assert!(!own.text.contains("pas encore confirmée"), "{}", own.text);
    says(
        &owner.page("/fr/account/erase").await,
        "choisissez-en un d’abord",
    );
}
