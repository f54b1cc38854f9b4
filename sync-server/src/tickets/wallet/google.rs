//! Google Wallet: a link that carries the ticket, signed with a service account's key. Google makes the pass when the holder
//! follows it; nothing is told to Google before.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use rsa::pkcs8::DecodePrivateKey as _;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::language::Language;

use super::card::Card;
use crate::config::GoogleWalletSettings;

/// Where a signed ticket is taken.
const SAVE: &str = "https://pay.google.com/gp/v/save/";

/// Signs links.
pub(super) struct GoogleSigner {
    key: EncodingKey,
    account: String,
    issuer: String,
}

/// The service account can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PrepareGoogleError {
    /// The file.
    #[error("reading {0}, which GOOGLE_WALLET_ACCOUNT names")]
    Read(String, #[source] std::io::Error),
    /// What it holds.
    #[error(
        "GOOGLE_WALLET_ACCOUNT is not a service account's JSON, with client_email and private_key"
    )]
    Json(#[source] serde_json::Error),
    /// Its key.
    #[error("the private_key of GOOGLE_WALLET_ACCOUNT is no RSA key in PEM")]
    Key,
}

#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: String,
}

impl GoogleSigner {
    pub(super) fn read(settings: &GoogleWalletSettings) -> Result<Self, PrepareGoogleError> {
        let path = &settings.account;
        let text = std::fs::read(path)
            .map_err(|error| PrepareGoogleError::Read(path.display().to_string(), error))?;
        let account: ServiceAccount =
            serde_json::from_slice(&text).map_err(PrepareGoogleError::Json)?;
        let key = RsaPrivateKey::from_pkcs8_pem(&account.private_key)
            .ok()
            .and_then(|key| key.to_pkcs1_der().ok())
            .ok_or(PrepareGoogleError::Key)?;
        Ok(Self {
            key: EncodingKey::from_rsa_der(key.as_bytes()),
            account: account.client_email,
            issuer: settings.issuer.clone(),
        })
    }

    /// The address at which the holder's phone takes the ticket.
    pub(super) fn link(
        &self,
        card: &Card,
        language: Language,
        now_ms: UnixMillis,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = json!({
            "iss": self.account,
            "aud": "google",
            "typ": "savetowallet",
            "iat": now_ms.div_euclid(1000),
            "payload": {
                "eventTicketClasses": [self.class(card, language)],
                "eventTicketObjects": [self.object(card, language)],
            },
        });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)?;
        Ok(format!("{SAVE}{token}"))
    }

    /// What all tickets of the event share.
    fn class(&self, card: &Card, language: Language) -> Value {
        json!({
            "id": self.class_id(card),
            "issuerName": card.organizer,
            "reviewStatus": "UNDER_REVIEW",
            "eventName": said(&card.title, language),
            "venue": { "name": said(&card.venue, language), "address": said(&card.address, language) },
            "dateTime": { "doorsOpen": card.doors, "start": card.starts, "end": card.ends },
            "hexBackgroundColor": "#0c072e",
        })
    }

    fn object(&self, card: &Card, language: Language) -> Value {
        let mut object = json!({
            "id": format!("{}.{}", self.issuer, card.ticket),
            "classId": self.class_id(card),
            "state": "ACTIVE",
            "ticketNumber": card.series,
            "ticketType": said(&card.type_name, language),
            "reservationInfo": { "confirmationCode": card.order_code },
            "barcode": { "type": "QR_CODE", "value": card.code, "alternateText": card.short_code },
        });
        if !card.holder.is_empty() {
            object["ticketHolderName"] = json!(card.holder);
        }
        object
    }

    fn class_id(&self, card: &Card) -> String {
        format!("{}.{}", self.issuer, card.event_id)
    }
}

/// Our names are in one language, which is told with them.
fn said(text: &str, language: Language) -> Value {
    json!({ "defaultValue": { "language": language.code(), "value": text } })
}
