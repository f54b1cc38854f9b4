//! The whole server in this process, on a port that the system picks, with a clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use shared::clock::{Clock as _, ManualClock};
use sync_server::app::App;
use sync_server::config::Config;
use sync_server::database::testing::TestDatabase;
use sync_server::serve;
use sync_server::vault::Vault;
use tokio::task::JoinHandle;

/// Where each test's clock begins: 22 November 2026, 19:00 UTC.
pub(crate) const NOW: i64 = 1_795_374_000_000;

pub(crate) struct TestServer {
    /// For what no request shows; a test looks here only to check what a request did.
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    database: TestDatabase,
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    pub(crate) folder: tempfile::TempDir,
    running: JoinHandle<std::io::Result<()>>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With other settings than a development server's.
    pub(crate) async fn start_with(settle: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let database = TestDatabase::create().await;
        let listener = serve::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config::development(folder.path().to_owned());
        config.listen = address;
        config.public_url = format!("http://{address}");
        settle(&mut config);
        let vault = Vault::open(None, &folder.path().join("master.key")).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let app = App::assemble(config, &database.database(), vault, clock.clone())
            .await
            .expect("the server's parts fit together");
        let running = tokio::spawn(serve::serve(listener, app.clone()));
        // A provider twice installed is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client can be made");
        Self {
            app,
            clock,
            database,
            address,
            client,
            folder,
            running,
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// A form as a browser on this site sends it.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", percent(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(body)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// What it runs on.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Tells the server to stop and waits for it.
    pub(crate) async fn stop(mut self) -> TestDatabase {
        self.app.stopping.cancel();
        (&mut self.running).await.unwrap().unwrap();
        self.database
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .fold(String::new(), |out, byte| format!("{out}%{byte:02X}"))
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.expect("the answer is text"),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no header {name} in {self:?}"))
            .to_str()
            .unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Checks that this is an error with `status` and the envelope's `code`, and gives the envelope.
    #[track_caller]
    pub(crate) fn error(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(
            body["detail"].as_str().is_some_and(|text| !text.is_empty()),
            "an error says something to a person: {body}"
        );
        body
    }
}
