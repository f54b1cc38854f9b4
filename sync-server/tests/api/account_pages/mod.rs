//! The pages of one's account, as a browser without scripts uses them.

mod account;
mod mail_link;
mod orders;
mod passkeys;
mod second_step;

use reqwest::Method;
use serde_json::{Value, json};
use sync_server::messages::sender;

use crate::store::{location, page as page_of_a_stranger, says};
use crate::support::stall::text;
use crate::support::{Answer, TestServer, until};

const PASSWORD: &str = "trois mots en file";
const EMAIL: &str = "camille@example.org";

/// A browser with its cookie.
struct Browser<'a> {
    server: &'a TestServer,
    cookie: String,
    csrf: String,
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-session="), "{set}");
    set.split(';').next().unwrap().to_owned()
}

fn csrf_of(page: &Answer) -> String {
    let rest = page.text.split_once("name=\"csrf\" value=\"").unwrap().1;
    rest.split('"').next().unwrap().to_owned()
}

impl<'a> Browser<'a> {
    /// With the cookie that `answer` set.
    async fn of(server: &'a TestServer, answer: &Answer) -> Self {
        assert_eq!(answer.status, 303, "{}", answer.text);
        let mut browser = Self {
            server,
            cookie: cookie(answer),
            csrf: String::new(),
        };
        let own = browser.page("/fr/account").await;
        assert_eq!(own.status, 200, "{}", own.text);
        browser.csrf = csrf_of(&own);
        browser
    }

    async fn registered(server: &'a TestServer) -> Self {
        let fields = [
            ("name", "Camille Roux"),
            ("email", EMAIL),
            ("password", PASSWORD),
        ];
        let made = server.form("/fr/register", &fields).header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) Gecko/144.0 Firefox/144.0",
        );
        Self::of(server, &Answer::of(made).await).await
    }

    async fn logged_in(server: &'a TestServer, password: &str) -> Self {
        let answer = log_in(server, password).await;
        Self::of(server, &answer).await
    }

    async fn page(&self, path: &str) -> Answer {
        let request = self.server.request(Method::GET, path);
        let request = request.header("accept", "text/html");
        Answer::of(request.header("cookie", &self.cookie)).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        fields.push(("csrf", &self.csrf));
        let form = self
            .server
            .form(path, &fields)
            .header("accept", "text/html");
        Answer::of(form.header("cookie", &self.cookie)).await
    }

    async fn is_in(&self) -> bool {
        self.page("/fr/account").await.status == 200
    }
}

async fn log_in(server: &TestServer, password: &str) -> Answer {
    let fields = [("email", EMAIL), ("password", password), ("next", "")];
    Answer::of(server.form("/fr/login", &fields)).await
}

/// The newest mail's link, from its path on.
async fn mailed(server: &TestServer, path: &str) -> String {
    let mut link = None;
    until("a mail with a link", async || {
        sender::send_due(&server.app).await.unwrap();
        let listed = std::fs::read_dir(server.folder.path().join("mail"));
        let mut files: Vec<_> = listed
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        link = files.iter().rev().find_map(|file| {
            let mail = std::fs::read_to_string(file).unwrap();
            let mail = mail.replace("=\r\n", "").replace("=3D", "=");
            let (_, rest) = mail.split_once(path)?;
            let of_address = |c: &char| c.is_ascii_alphanumeric() || "-_?=".contains(*c);
            let end: String = rest.chars().take_while(of_address).collect();
            Some(format!("{path}{end}"))
        });
        link.is_some()
    })
    .await;
    link.unwrap()
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

/// Confirms the address by the mail's link.
async fn confirm_address(server: &TestServer) {
    let link = mailed(server, "/fr/verify").await;
    let done = server.form("/fr/verify", &[("token", token(&link))]);
    says(&Answer::of(done).await, "Votre adresse est confirmée.");
}

#[track_caller]
fn is_private(answer: &Answer) {
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}
