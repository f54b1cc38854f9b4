//! The real thing: npm's `oidc-provider`, with its own pages. Where it isn't installed (`ui/node_modules`), there is nothing to
//! compare with.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use shared::clock::Clock as _;
use sync_server::config::{ClientSecret, OidcProvider, Secret};
use sync_server::edge::SystemClock;

use super::*;
use crate::support::smtp::free_port;

struct Certified {
    child: Child,
    /// Kept open: it says more now and then.
    _said: BufReader<ChildStdout>,
    issuer: String,
}

impl Drop for Certified {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ui() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui")
}

impl Certified {
    fn start(port: u16, redirect: &str) -> Self {
        let mut child = Command::new("node")
            .arg(ui().join("e2e/oidc/provider.mjs"))
            .args([&port.to_string(), redirect, CLIENT, hostile::SECRET])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts where its packages are");
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self {
            child,
            _said: said,
            issuer: format!("http://127.0.0.1:{port}"),
        }
    }

    /// A person in front of its pages, with a browser of hers, until it sends her back: where to.
    async fn visited(&self, address: &str, name: &str) -> String {
        let client = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut request = client.get(address);
        for _ in 0..12 {
            let answer = Answer::of(request).await;
            if answer.status.is_redirection() {
                let to = answer.header("location");
                let to = match to.strip_prefix('/') {
                    Some(path) => format!("{}/{path}", self.issuer),
                    None => to.to_owned(),
                };
                if !to.starts_with(&self.issuer) {
                    return to;
                }
                request = client.get(to);
                continue;
            }
            assert_eq!(answer.status, 200, "{}", answer.text);
            let form = answer.text.split_once("action=\"").expect("a form").1;
            let action = form.split('"').next().unwrap();
            let fields = if answer.text.contains("name=\"login\"") {
                format!("prompt=login&login={name}&password=x")
            } else {
                "prompt=consent".to_owned()
            };
            request = client
                .post(action)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(fields);
        }
        panic!("{name} is never sent back");
    }
}

#[tokio::test]
async fn a_certified_provider_and_this_server_understand_each_other() {
    if !ui().join("node_modules/oidc-provider").is_dir() {
        return;
    }
    let port = free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let setting = OidcProvider {
        id: "guichet".into(),
        name: "Guichet".into(),
        issuer,
        client_id: CLIENT.into(),
        secret: ClientSecret::Text(Secret::new(hostile::SECRET)),
        answer: AnswerMode::Query,
    };
    let server = TestServer::start_with(|config| config.oidc.push(setting)).await;
    let redirect = server.url(BACK);
    let provider = tokio::task::spawn_blocking(move || Certified::start(port, &redirect))
        .await
        .unwrap();
    // Its tokens are of now.
    let now_ms = SystemClock.now_ms();
    server.clock.advance(now_ms - server.now_ms());

    let mut ana = Browser::new(&server);
    let away = location(&ana.page(GO).await);
    let back = provider.visited(&away, "ana").await;
    let back = back.strip_prefix(&server.url("")).unwrap().to_owned();
    let kept = ana.cookies.clone();
    assert_eq!(location(&ana.page(&back).await), JOINED);
    says(&ana.page(JOINED).await, "value=\"ana Ruiz\"");
    ana.form(JOINED, &[("name", "Ana")]).await;
    assert!(ana.is_in());
    let mut again = Browser::new(&server);
    again.cookies = kept;
    let replayed = again.page(&back).await;
    assert_eq!(replayed.status, 502, "a code is good once");
    assert!(!again.is_in());

    let mut later = Browser::new(&server);
    let away = location(&later.page(GO).await);
    let back = provider.visited(&away, "ana").await;
    let back = back.strip_prefix(&server.url("")).unwrap();
    assert_eq!(location(&later.page(back).await), "/fr/account");
    assert!(later.is_in());
}
