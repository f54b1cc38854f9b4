//! Somebody who calls a door by hand: with whatever certificate, saying whatever.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use shared::fact::journal::{Author, Draft, append};
use shared::fact::kind::OpeningCause;
use shared::fact::{FactBody, Head, Header};
use shared::ids::{
    DeviceId, EventId, FactId, GateNo, JournalId, KeyId, TicketId, TypeNo, WindowNo,
};
use shared::sync::peer_name::ANY_DEVICE;

use super::building::{Authority, Building, Member};
use crate::run::now;
use crate::venue::Device;

const DAY_MS: i64 = 24 * 3_600_000;

pub(crate) struct Caller {
    client: reqwest::Client,
    base: String,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Not even TLS came about.
    NoConnection,
    /// The status, and the code of a refusal.
    Said(u16, String),
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::NoConnection => 0,
            Self::Said(status, _) => *status,
        }
    }

    pub(crate) fn code(&self) -> &str {
        match self {
            Self::NoConnection => "no connection",
            Self::Said(_, code) => code,
        }
    }
}

/// Days from today between which a certificate is good.
pub(crate) type Days = (i64, i64);
pub(crate) const GOOD: Days = (-7, 90);

impl Caller {
    /// As `device`, to `to`, with a certificate of `authority`.
    pub(crate) fn of(
        authority: &Authority,
        trusts: &Authority,
        device: DeviceId,
        days: Days,
        to: SocketAddr,
    ) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let (from_ms, to_ms) = (now() + days.0 * DAY_MS, now() + days.1 * DAY_MS);
        let der = authority.sign(device, key.public_key_raw(), from_ms, to_ms);
        let shown = Some((der, key.serialize_der()));
        Self::showing(shown, trusts, to)
    }

    /// Without any certificate.
    pub(crate) fn nobody(trusts: &Authority, to: SocketAddr) -> Self {
        Self::showing(None, trusts, to)
    }

    fn showing(shown: Option<(Vec<u8>, Vec<u8>)>, trusts: &Authority, to: SocketAddr) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(trusts.der.clone()))
            .expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match shown {
            None => config.with_no_client_auth(),
            Some((der, key)) => config
                .with_client_auth_cert(vec![der.into()], PrivatePkcs8KeyDer::from(key).into())
                .expect("a pair"),
        };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .resolve(ANY_DEVICE, to)
            .no_proxy()
            .build()
            .expect("a client");
        let base = format!("https://{ANY_DEVICE}:{}/api/v1/sync", to.port());
        Self { client, base }
    }

    pub(crate) async fn get(&self, path: &str) -> (Answer, Value) {
        self.answered(self.client.get(format!("{}{path}", self.base)))
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (Answer, Value) {
        let request = self.client.post(format!("{}{path}", self.base));
        let request = request
            .header("content-type", "application/json")
            .body(body);
        self.answered(request).await
    }

    pub(crate) async fn offer(&self, envelopes: &[Vec<u8>]) -> (Answer, Value) {
        let texts: Vec<String> = envelopes
            .iter()
            .map(|bytes| STANDARD.encode(bytes))
            .collect();
        self.post("/facts", json!({ "envelopes": texts }).to_string())
            .await
    }

    async fn answered(&self, request: reqwest::RequestBuilder) -> (Answer, Value) {
        let Ok(response) = request.send().await else {
            return (Answer::NoConnection, Value::Null);
        };
        let status = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let code = value["code"].as_str().unwrap_or_default().to_owned();
        (Answer::Said(status, code), value)
    }
}

impl Building {
    /// The device of the list that is not here calls a door.
    pub(crate) fn caller(&self, to: &Member) -> Caller {
        let device = self.others[0].id;
        Caller::of(&self.authority, &self.authority, device, GOOD, to.address)
    }
}

/// A journal of a device, written by hand.
pub(crate) struct Pen<'a> {
    device: &'a Device,
    event: EventId,
    pub(crate) journal: JournalId,
    pub(crate) head: Head,
    made: u8,
}

impl<'a> Pen<'a> {
    pub(crate) fn of(device: &'a Device, event: EventId, journal: u8) -> Self {
        Self {
            device,
            event,
            journal: JournalId::from_bytes([journal; 16]),
            head: Head::EMPTY,
            made: journal,
        }
    }

    /// The opening and an entry of each ticket.
    pub(crate) fn entries(&mut self, tickets: &[u64]) -> Vec<Vec<u8>> {
        let opening = FactBody::JournalOpened {
            event: self.event,
            gate: GateNo(0),
            cause: OpeningCause::First,
            predecessor: None,
        };
        let mut envelopes = vec![self.write(opening, now())];
        envelopes.extend(
            tickets
                .iter()
                .map(|ticket| self.write(entry(*ticket), now())),
        );
        envelopes
    }

    /// An entry in an envelope of version 2.
    pub(crate) fn newer(&mut self, ticket: u64) -> Vec<u8> {
        let envelope = self.write(entry(ticket), now());
        let newer = of_version_2(self.device, &envelope);
        self.head = Head::from(&Header::peek(&newer).expect("a header"));
        newer
    }

    pub(crate) fn write(&mut self, body: FactBody, at_ms: i64) -> Vec<u8> {
        self.made = self.made.wrapping_add(1);
        let author = Author {
            device: self.device.id,
            journal: self.journal,
            key: &self.device.key,
        };
        let draft = Draft {
            id: FactId::from_bytes([self.made; 16]),
            stamp: shared::clock::Stamp {
                hlc: shared::clock::Hlc::at_ms(at_ms),
                wall_ms: at_ms,
                offset_ms: 0,
                offset_err_ms: 10,
            },
            seen: Vec::new(),
            body,
        };
        let envelope = append(self.head, author, draft).expect("a small fact");
        self.head = Head::from(&envelope.header());
        envelope.bytes().to_vec()
    }
}

/// The same fact in an envelope of a version that nobody knows yet, which its author signed.
pub(crate) fn of_version_2(device: &Device, envelope: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer as _;
    let mut bytes = envelope[..envelope.len() - 64].to_vec();
    bytes[0] = 2;
    bytes.extend_from_slice(b"fields that only version 2 knows");
    let key = ed25519_dalek::SigningKey::from_bytes(&device.key.seed());
    let signed = [b"tickethub/fact/v2".as_slice(), &bytes].concat();
    bytes.extend(key.sign(&signed).to_bytes());
    bytes
}

pub(crate) fn entry(ticket: u64) -> FactBody {
    FactBody::Entry {
        ticket: TicketId(ticket),
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KeyId(11),
        gate: GateNo(1),
        marks: shared::fact::EntryMarks::default(),
    }
}
