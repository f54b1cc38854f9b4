//! The key that signs API tokens, and what a token says.
//!
//! The algorithm belongs to the key: every token is checked as EdDSA, whatever its header claims.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{SessionId, UserId};
use sqlx::PgPool;

use crate::database::transaction;
use crate::edge::random_bytes;
use crate::vault::{UnsealError, Vault};

/// What the vault binds the private half to.
const SEALED_FOR: &str = "platform_key/api_token";
/// PKCS#8 of an Ed25519 seed, up to the seed (RFC 8410, section 7).
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// Under this lock servers that start together make one key.
const MAKE_LOCK: i64 = 0x6170_696b_6579;

/// The keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadKeysError {
    /// The database failed.
    #[error("reading the platform's keys")]
    Read(#[from] sqlx::Error),
    /// Another master key.
    #[error("opening the key that signs API tokens")]
    Unseal(#[from] UnsealError),
}

/// Signs with the newest key, checks with all that are not retired.
pub struct ApiKeys {
    signing: (String, EncodingKey),
    checking: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeys")
            .field("kid", &self.signing.0)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    /// Unix seconds.
    iat: i64,
    /// Unix seconds.
    exp: i64,
}

/// What a good token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenBearer {
    pub(crate) account: UserId,
    pub(crate) session: SessionId,
}

impl ApiKeys {
    /// Those in the database; the first server makes one.
    pub async fn load(
        pool: &PgPool,
        vault: &Vault,
        now_ms: UnixMillis,
    ) -> Result<Self, LoadKeysError> {
        let mut tx = transaction::begin(pool).await?;
        sqlx::query!("select pg_advisory_xact_lock($1)", MAKE_LOCK)
            .execute(&mut *tx)
            .await?;
        let none = sqlx::query_scalar!(
            "select 1 from platform_keys where purpose = 'api_token' and retired_ms is null limit 1"
        )
        .fetch_optional(&mut *tx)
        .await?
        .is_none();
        if none {
            let seed = random_bytes::<32>();
            let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
            sqlx::query!(
                "insert into platform_keys (purpose, public, sealed, created_ms) values ('api_token', $1, $2, $3)",
                public.as_bytes(),
                vault.seal(SEALED_FOR, &seed),
                now_ms,
            )
            .execute(&mut *tx)
            .await?;
        }
        let rows = sqlx::query!(
            "select id, sealed from platform_keys where purpose = 'api_token' and retired_ms is null order by id"
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let seeds = rows
            .iter()
            .map(|row| {
                Ok((
                    row.id.to_string(),
                    vault.unseal_array(SEALED_FOR, &row.sealed)?,
                ))
            })
            .collect::<Result<Vec<(String, [u8; 32])>, UnsealError>>()?;
        Ok(Self::from_seeds(&seeds))
    }

    /// # Panics
    /// Without a seed.
    fn from_seeds(seeds: &[(String, [u8; 32])]) -> Self {
        let (kid, seed) = seeds.last().expect("a key was made if there was none");
        let private = [PKCS8_HEAD.as_slice(), seed].concat();
        let checking = seeds.iter().map(|(kid, seed)| {
            let public = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
            (kid.clone(), DecodingKey::from_ed_der(public.as_bytes()))
        });
        let mut validation = Validation::new(Algorithm::EdDSA);
        // Checked by our own clock, which tests can move.
        validation.validate_exp = false;
        Self {
            signing: (kid.clone(), EncodingKey::from_ed_der(&private)),
            checking: checking.collect(),
            validation,
        }
    }

    /// A token for a session.
    pub(crate) fn sign(
        &self,
        bearer: TokenBearer,
        now_ms: UnixMillis,
        expires_ms: UnixMillis,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header {
            kid: Some(self.signing.0.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            sub: bearer.account,
            sid: bearer.session,
            iat: now_ms / 1000,
            exp: expires_ms / 1000,
        };
        jsonwebtoken::encode(&header, &claims, &self.signing.1)
    }

    /// Who holds `token`, if it is one of ours and its time isn't over. That its session still lives is another question.
    pub(crate) fn check(&self, token: &str, now_ms: UnixMillis) -> Option<TokenBearer> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.checking.iter().find(|(known, _)| *known == kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .ok()?
            .claims;
        (now_ms / 1000 < claims.exp).then_some(TokenBearer {
            account: claims.sub,
            session: claims.sid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use shared::ids::uuid_v7;

    const NOW: UnixMillis = 1_764_000_000_000;

    fn bearer() -> TokenBearer {
        let id = || uuid_v7(NOW, &mut crate::edge::OsRandom);
        TokenBearer {
            account: UserId(id()),
            session: SessionId(id()),
        }
    }

    fn keys() -> ApiKeys {
        ApiKeys::from_seeds(&[("1".into(), [7; 32])])
    }

    fn with_header(token: &str, header: &serde_json::Value) -> String {
        let rest = token.split_once('.').unwrap().1;
        format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
    }

    fn claims(token: &str) -> Claims {
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    #[test]
    fn a_token_names_its_bearer_until_its_time_is_over() {
        let (keys, bearer) = (keys(), bearer());
        let token = keys.sign(bearer, NOW, NOW + 10_000).unwrap();
        assert_eq!(keys.check(&token, NOW), Some(bearer));
        assert_eq!(keys.check(&token, NOW + 9_000), Some(bearer));
        assert_eq!(keys.check(&token, NOW + 10_000), None);
    }

    #[test]
    fn no_algorithm_but_ours_is_believed() {
        let keys = keys();
        let token = keys.sign(bearer(), NOW, NOW + 10_000).unwrap();
        for alg in ["none", "None", "NONE", "HS256", "ES256", "RS256", ""] {
            let header = serde_json::json!({"alg": alg, "typ": "JWT", "kid": "1"});
            let confused = with_header(&token, &header);
            assert_eq!(keys.check(&confused, NOW), None, "{alg}");
            let unsigned = format!("{}.", confused.rsplit_once('.').unwrap().0);
            assert_eq!(keys.check(&unsigned, NOW), None, "{alg} without signature");
        }
    }

    #[test]
    fn the_public_key_is_no_secret_of_a_hash() {
        let keys = keys();
        let public = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key();
        let token = keys.sign(bearer(), NOW, NOW + 10_000).unwrap();
        let header = Header {
            kid: Some("1".into()),
            ..Header::new(Algorithm::HS256)
        };
        let secret = EncodingKey::from_secret(public.as_bytes());
        let forged = jsonwebtoken::encode(&header, &claims(&token), &secret).unwrap();
        assert_eq!(keys.check(&forged, NOW), None);
    }

    #[test]
    fn another_key_under_our_name_or_another_name_is_refused() {
        let keys = keys();
        let theirs = ApiKeys::from_seeds(&[("1".into(), [8; 32])]);
        let token = theirs.sign(bearer(), NOW, NOW + 10_000).unwrap();
        assert_eq!(keys.check(&token, NOW), None, "another key");
        let ours = keys.sign(bearer(), NOW, NOW + 10_000).unwrap();
        let renamed = with_header(
            &ours,
            &serde_json::json!({"alg": "EdDSA", "typ": "JWT", "kid": "2"}),
        );
        assert_eq!(keys.check(&renamed, NOW), None, "another name");
        let unnamed = with_header(&ours, &serde_json::json!({"alg": "EdDSA", "typ": "JWT"}));
        assert_eq!(keys.check(&unnamed, NOW), None, "no name");
        for text in ["", ".", "..", "a.b.c", "é.é.é"] {
            assert_eq!(keys.check(text, NOW), None, "{text}");
        }
    }

    #[test]
    fn tokens_of_the_key_before_stay_good_after_a_new_one() {
        let old = keys();
        let token = old.sign(bearer(), NOW, NOW + 10_000).unwrap();
        let both = ApiKeys::from_seeds(&[("1".into(), [7; 32]), ("2".into(), [9; 32])]);
        assert!(both.check(&token, NOW).is_some());
        let newer = both.sign(bearer(), NOW, NOW + 10_000).unwrap();
        assert_eq!(
            jsonwebtoken::decode_header(&newer).unwrap().kid.as_deref(),
            Some("2")
        );
    }
}
