//! Who we are to Apple: a token that we sign ourselves, good for some minutes.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use shared::clock::UnixMillis;

use crate::config::AppleKey;

const LASTS_SECONDS: i64 = 5 * 60;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// For `client_secret`.
pub(super) fn client_secret(
    key: &AppleKey,
    client_id: &str,
    issuer: &str,
    now_ms: UnixMillis,
) -> Result<String, jsonwebtoken::errors::Error> {
    let mut header = Header::new(Algorithm::ES256);
    header.kid = Some(key.key_id.clone());
    let iat = now_ms / 1000;
    let claims = Claims {
        iss: &key.team_id,
        sub: client_id,
        aud: issuer,
        iat,
        exp: iat + LASTS_SECONDS,
    };
    let signing = EncodingKey::from_ec_pem(key.pem.reveal().as_bytes())?;
    jsonwebtoken::encode(&header, &claims, &signing)
}
