//! The server over HTTP.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::tls::TlsInfo;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use shared::clock::Clock;
use shared::ids::{EventId, FactId, OfferId, OrderId};
use shared::roster::signed::SignedAnswer;
use shared::wire::latest::{
    AddressesAnswer, AddressesReport, CertificateAnswer, CertificateRequest, ChangesQuery,
    ClaimAnswer, ClaimAsk, CollectAnswer, CollectAsk, ContactAnswer, ContactUpload, EnrolProof,
    EnrolProofAnswer, EnrolStart, EnrolStartAnswer, EnrolState, ErrorBody, FactsAnswer,
    FactsUpload, FoundOrders, OrderSearch, PROTOCOL, Page, PromotionAnswer, PromotionAsk,
    SessionAnswer, SessionNonce, SessionRequest, StockAnswer, StockAsk, SummariesPage,
    SummariesQuery, SupervisorsAnswer, TakeOverAnswer, TakeOverAsk, VectorAnswer,
};
use uuid::Uuid;

use super::transport::{Answered, SyncTransport, TransportError};

/// Hall Wi-Fi loses packets; a server that is there answers within this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Beyond the longest wait that a request asks for.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// A first page of 50,000 entries has about 1 MB; this is a stranger's answer.
const LARGEST_ANSWER: usize = 64 << 20;

/// An address is no server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerAddressError {
    /// Not an address.
    #[error("that is no server address; it looks like https://billets.example.org")]
    Malformed,
    /// Names and keys would travel in clear.
    #[error("the address must begin with https:// (plain http only to this machine itself)")]
    NotEncrypted,
    /// The system's TLS could not be set up.
    #[error("setting up TLS")]
    Tls,
}

/// The server over HTTP(S).
#[derive(Clone)]
pub struct HttpTransport {
    client: Client,
    /// Scheme, host and port, without a slash at the end.
    server: String,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpTransport")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl HttpTransport {
    /// To a server's address.
    pub fn to(server: &str, clock: Arc<dyn Clock>) -> Result<Self, ServerAddressError> {
        let url = Url::parse(server.trim()).map_err(|_| ServerAddressError::Malformed)?;
        let host = url.host_str().ok_or(ServerAddressError::Malformed)?;
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(ServerAddressError::NotEncrypted),
            _ => return Err(ServerAddressError::Malformed),
        }
        // Twice installed is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_info(true);
        let client = if url.scheme() == "http" {
            // A bare system has no root certificates, and plain HTTP needs none.
            client.tls_certs_only([])
        } else {
            client
        };
        let client = client.build().map_err(|_| ServerAddressError::Tls)?;
        Ok(Self {
            client,
            server: url.origin().ascii_serialization(),
            clock,
        })
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        wait_s: u32,
    ) -> RequestBuilder {
        let request = self
            .client
            .request(method, format!("{}/api/v1/sync{path}", self.server))
            .header("hub-protocol", PROTOCOL)
            .timeout(ANSWER_TIMEOUT + Duration::from_secs(wait_s.into()));
        match token {
            Some(token) => request.header(AUTHORIZATION, format!("Device {token}")),
            None => request,
        }
    }

    fn tls_key(&self, response: &Response) -> Result<[u8; 32], TransportError> {
        if self.server.starts_with("http://") {
            return Ok([0; 32]);
        }
        response
            .extensions()
            .get::<TlsInfo>()
            .and_then(TlsInfo::peer_certificate)
            .and_then(key_of)
            .ok_or(TransportError::NotTheServer)
    }

    async fn bytes(&self, request: RequestBuilder) -> Result<Answered<Body>, TransportError> {
        let sent_ms = self.clock.now_ms();
        let response = request.send().await.map_err(failed)?;
        let tls_key = self.tls_key(&response)?;
        let body = Body::of(response).await?;
        let received_ms = self.clock.now_ms();
        Ok(Answered {
            value: body,
            sent_ms,
            received_ms,
            tls_key,
        })
    }

    async fn json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<Answered<T>, TransportError> {
        let Answered {
            value: body,
            sent_ms,
            received_ms,
            tls_key,
        } = self.bytes(request).await?;
        let value =
            serde_json::from_slice(&body.bytes).map_err(|_| TransportError::NotTheServer)?;
        Ok(Answered {
            value,
            sent_ms,
            received_ms,
            tls_key,
        })
    }

    /// Of a request that is answered by nothing.
    async fn done(&self, request: RequestBuilder) -> Result<Answered<()>, TransportError> {
        let Answered {
            sent_ms,
            received_ms,
            tls_key,
            ..
        } = self.bytes(request).await?;
        Ok(Answered {
            value: (),
            sent_ms,
            received_ms,
            tls_key,
        })
    }

    async fn post<B: Serialize + Sync, T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&str>,
        body: &B,
    ) -> Result<Answered<T>, TransportError> {
        self.json(self.request(Method::POST, path, token, 0).json(body))
            .await
    }
}

/// SHA-256 of a certificate's public key (its SubjectPublicKeyInfo).
fn key_of(certificate: &[u8]) -> Option<[u8; 32]> {
    let certificate = CertificateDer::from(certificate);
    let parsed = ParsedCertificate::try_from(&certificate).ok()?;
    Some(Sha256::digest(parsed.subject_public_key_info().as_ref()).into())
}

/// A successful answer.
struct Body {
    bytes: Vec<u8>,
}

impl Body {
    /// The whole body, if the answer is a success; the server's refusal otherwise.
    async fn of(response: Response) -> Result<Self, TransportError> {
        let status = response.status();
        let retry_after_ms = retry_after_ms(&response);
        let is_json = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
        let bytes = capped(response).await?;
        if status.is_success() {
            return Ok(Self { bytes });
        }
        match serde_json::from_slice::<ErrorBody>(&bytes) {
            Ok(ErrorBody { code, detail, .. }) if is_json => Err(TransportError::Refused {
                code,
                detail,
                retry_after_ms,
            }),
            Ok(_) | Err(_) => Err(TransportError::NotTheServer),
        }
    }
}

async fn capped(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > LARGEST_ANSWER {
            return Err(TransportError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn retry_after_ms(response: &Response) -> Option<u64> {
    let seconds: u64 = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    Some(seconds.saturating_mul(1_000))
}

fn failed(error: reqwest::Error) -> TransportError {
    if error.is_timeout() {
        TransportError::TimedOut
    } else {
        TransportError::Unreachable(error.without_url())
    }
}

fn page(answered: Answered<Body>) -> Result<Answered<Page>, TransportError> {
    let Answered {
        value: body,
        sent_ms,
        received_ms,
        tls_key,
    } = answered;
    let value = Page::decode(&body.bytes).map_err(|error| match error {
        shared::wire::latest::PageError::NotAPage => TransportError::NotTheServer,
        damaged => TransportError::Damaged(damaged),
    })?;
    Ok(Answered {
        value,
        sent_ms,
        received_ms,
        tls_key,
    })
}

/// Cursors are made of characters that need no escape in an address; see docs/SYNC.md.
fn changes_parameters(query: &ChangesQuery) -> String {
    let cursor = query
        .cursor
        .as_ref()
        .map(|cursor| format!("cursor={cursor}"));
    let limit = query.limit.map(|limit| format!("limit={limit}"));
    let wait = query.wait.map(|seconds| format!("wait={seconds}"));
    let signed = query.signed.map(|version| format!("signed={version}"));
    query_text([cursor, limit, wait, signed])
}

fn query_text(parameters: impl IntoIterator<Item = Option<String>>) -> String {
    let parameters: Vec<String> = parameters.into_iter().flatten().collect();
    if parameters.is_empty() {
        String::new()
    } else {
        format!("?{}", parameters.join("&"))
    }
}

type Outcome<T> = Result<Answered<T>, TransportError>;

impl SyncTransport for HttpTransport {
    fn server_name(&self) -> &str {
        &self.server
    }

    async fn enrol(&self, start: &EnrolStart) -> Outcome<EnrolStartAnswer> {
        self.post("/enrol", None, start).await
    }

    async fn prove(&self, offer: OfferId, proof: &EnrolProof) -> Outcome<EnrolProofAnswer> {
        self.post(&format!("/enrol/{offer}/proof"), None, proof)
            .await
    }

    async fn enrol_state(&self, offer: OfferId, wait_s: u32) -> Outcome<EnrolState> {
        self.json(self.request(
            Method::GET,
            &format!("/enrol/{offer}?wait={wait_s}"),
            None,
            wait_s,
        ))
        .await
    }

    async fn session_nonce(&self) -> Outcome<SessionNonce> {
        self.json(self.request(Method::GET, "/session", None, 0))
            .await
    }

    async fn open_session(&self, request: &SessionRequest) -> Outcome<SessionAnswer> {
        self.post("/session", None, request).await
    }

    async fn changes(&self, token: &str, event: EventId, query: &ChangesQuery) -> Outcome<Page> {
        let wait_s = query.wait.unwrap_or(0);
        let path = format!("/events/{event}/changes{}", changes_parameters(query));
        let request = self.request(Method::GET, &path, Some(token), wait_s);
        page(self.bytes(request).await?)
    }

    async fn summaries(
        &self,
        token: &str,
        event: EventId,
        query: &SummariesQuery,
    ) -> Outcome<SummariesPage> {
        let parameters = [
            query
                .cursor
                .as_ref()
                .map(|cursor| format!("cursor={cursor}")),
            query.limit.map(|limit| format!("limit={limit}")),
        ];
        let path = format!("/events/{event}/order-summaries{}", query_text(parameters));
        self.json(self.request(Method::GET, &path, Some(token), 0))
            .await
    }

    async fn signed(&self, token: &str, have: &str) -> Outcome<SignedAnswer> {
        self.json(self.request(Method::GET, &format!("/signed?have={have}"), Some(token), 0))
            .await
    }

    async fn supervisors(&self, token: &str, have: u64) -> Outcome<SupervisorsAnswer> {
        let path = format!("/supervisors?have={have}");
        self.json(self.request(Method::GET, &path, Some(token), 0))
            .await
    }

    async fn certificate(
        &self,
        token: &str,
        request: &CertificateRequest,
    ) -> Outcome<CertificateAnswer> {
        self.post("/certificate", Some(token), request).await
    }

    async fn report_addresses(
        &self,
        token: &str,
        report: &AddressesReport,
    ) -> Outcome<AddressesAnswer> {
        self.post("/addresses", Some(token), report).await
    }

    async fn bring_signed(&self, brought: &SignedAnswer) -> Outcome<()> {
        let request = self.request(Method::POST, "/signed", None, 0).json(brought);
        self.done(request).await
    }

    async fn push(&self, token: &str, upload: &FactsUpload) -> Outcome<FactsAnswer> {
        self.post("/facts", Some(token), upload).await
    }

    async fn claim(&self, token: &str, request: &ClaimAsk) -> Outcome<ClaimAnswer> {
        self.post("/claims", Some(token), request).await
    }

    async fn stock(&self, token: &str, ask: &StockAsk) -> Outcome<StockAnswer> {
        self.post("/leases", Some(token), ask).await
    }

    async fn contact(
        &self,
        token: &str,
        id: Uuid,
        upload: &ContactUpload,
    ) -> Outcome<ContactAnswer> {
        let path = format!("/contacts/{id}");
        self.json(
            self.request(Method::PUT, &path, Some(token), 0)
                .json(upload),
        )
        .await
    }

    async fn find_orders(&self, token: &str, search: &OrderSearch) -> Outcome<FoundOrders> {
        self.post("/orders/find", Some(token), search).await
    }

    async fn collect(
        &self,
        token: &str,
        order: OrderId,
        ask: &CollectAsk,
    ) -> Outcome<CollectAnswer> {
        let path = format!("/orders/{order}/collect");
        self.post(&path, Some(token), ask).await
    }

    async fn take_over(
        &self,
        token: &str,
        order: OrderId,
        ask: &TakeOverAsk,
    ) -> Outcome<TakeOverAnswer> {
        let path = format!("/orders/{order}/take-over");
        self.post(&path, Some(token), ask).await
    }

    async fn promotion(
        &self,
        token: &str,
        fact: FactId,
        ask: &PromotionAsk,
    ) -> Outcome<PromotionAnswer> {
        let path = format!("/promotions/{fact}");
        self.json(self.request(Method::PUT, &path, Some(token), 0).json(ask))
            .await
    }

    async fn give_promotion_up(&self, token: &str, fact: FactId) -> Outcome<()> {
        let path = format!("/promotions/{fact}/give-up");
        self.done(self.request(Method::POST, &path, Some(token), 0))
            .await
    }

    async fn vector(&self, token: &str, event: EventId) -> Outcome<VectorAnswer> {
        self.json(self.request(
            Method::POST,
            &format!("/events/{event}/vector"),
            Some(token),
            0,
        ))
        .await
    }
}

#[cfg(test)]
mod tests {
    use shared::clock::ManualClock;

    use super::*;

    fn to(server: &str) -> Result<HttpTransport, ServerAddressError> {
        HttpTransport::to(server, Arc::new(ManualClock::at(0)))
    }

    #[test]
    fn plain_http_is_only_for_this_machine() {
        assert_eq!(
            to("http://127.0.0.1:8080/").unwrap().server_name(),
            "http://127.0.0.1:8080"
        );
        assert_eq!(
            to("https://billets.example.org/x").unwrap().server_name(),
            "https://billets.example.org"
        );
        assert_eq!(
            to("http://billets.example.org").unwrap_err(),
            ServerAddressError::NotEncrypted
        );
        assert_eq!(
            to("billets.example.org").unwrap_err(),
            ServerAddressError::Malformed
        );
        assert_eq!(
            to("ftp://localhost").unwrap_err(),
            ServerAddressError::Malformed
        );
    }
}
