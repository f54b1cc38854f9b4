//! A provider of log-ins that can be made to lie: it describes itself, has keys, and gives whatever token a test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PublicKeyData as _};
use serde_json::{Value, json};
use sync_server::config::{AnswerMode, ClientSecret, OidcProvider, Secret};

pub(super) const CLIENT: &str = "ticket-hub";
pub(super) const SECRET: &str = "a text that both know";

/// How its next token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// By the key that it shows.
    Well,
    /// By nobody.
    ByNobody,
    /// By the text that both know.
    ByTheSecret,
    /// By a key that it doesn't show.
    ByAnother,
}

pub(super) struct Provider {
    pub(super) issuer: String,
    said: Arc<Mutex<Said>>,
    running: tokio::task::JoinHandle<()>,
}

struct Said {
    issuer: String,
    key: KeyPair,
    key_id: String,
    claims: Value,
    signed: Signed,
    /// What the last exchange sent.
    asked: BTreeMap<String, String>,
}

type Shared = Arc<Mutex<Said>>;

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new(Said {
            issuer: issuer.clone(),
            key: KeyPair::generate().unwrap(),
            key_id: "1".into(),
            claims: Value::Null,
            signed: Signed::Well,
            asked: BTreeMap::new(),
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&said));
        let running = tokio::spawn(async move {
            axum::serve(listener, routes).await.unwrap();
        });
        Self {
            issuer,
            said,
            running,
        }
    }

    /// As a setting of the server.
    pub(super) fn setting(&self, id: &str, answer: AnswerMode) -> OidcProvider {
        OidcProvider {
            id: id.into(),
            name: "Guichet".into(),
            issuer: self.issuer.clone(),
            client_id: CLIENT.into(),
            secret: ClientSecret::Text(Secret::new(SECRET)),
            answer,
        }
    }

    /// What its next token says, and how it is signed.
    pub(super) fn says(&self, claims: Value, signed: Signed) {
        let mut said = self.said.lock().unwrap();
        (said.claims, said.signed) = (claims, signed);
    }

    pub(super) fn changes_its_key(&self) {
        let mut said = self.said.lock().unwrap();
        said.key = KeyPair::generate().unwrap();
        said.key_id = "2".into();
    }

    pub(super) fn asked(&self) -> BTreeMap<String, String> {
        self.said.lock().unwrap().asked.clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn describe(State(said): State<Shared>) -> Json<Value> {
    let issuer = said.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }))
}

async fn keys(State(said): State<Shared>) -> Json<Value> {
    let said = said.lock().unwrap();
    let point = said.key.der_bytes();
    Json(json!({ "keys": [{
        "kty": "EC", "use": "sig", "alg": "ES256", "kid": said.key_id, "crv": "P-256",
        "x": base64url(&point[1..33]), "y": base64url(&point[33..65]),
    }] }))
}

async fn token(
    State(said): State<Shared>,
    Form(asked): Form<BTreeMap<String, String>>,
) -> Json<Value> {
    let mut said = said.lock().unwrap();
    said.asked = asked;
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(said.key_id.clone());
    let by = |header: &Header, key: &EncodingKey| {
        jsonwebtoken::encode(header, &said.claims, key).unwrap()
    };
    let id_token = match said.signed {
        Signed::Well => by(
            &header,
            &EncodingKey::from_ec_der(said.key.serialized_der()),
        ),
        Signed::ByAnother => {
            let another = KeyPair::generate().unwrap();
            by(&header, &EncodingKey::from_ec_der(another.serialized_der()))
        }
        Signed::ByTheSecret => by(
            &Header::new(Algorithm::HS256),
            &EncodingKey::from_secret(SECRET.as_bytes()),
        ),
        Signed::ByNobody => {
            let header = json!({ "alg": "none" }).to_string();
            format!(
                "{}.{}.",
                base64url(header),
                base64url(said.claims.to_string())
            )
        }
    };
    Json(
        json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": id_token }),
    )
}
