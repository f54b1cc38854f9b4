//! Apple Wallet: a zip with what it shows, the SHA-1 of each of its files, and a detached signature over those.
//!
//! Whose passes they are is read from the certificate: its subject names the pass type (UID) and the team (OU).

use std::io::{Cursor, Write as _};
use std::time::Duration;

use cms::builder::{SignedDataBuilder, SignerInfoBuilder};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::signed_data::{EncapsulatedContentInfo, SignerIdentifier};
use der::asn1::{ObjectIdentifier, PrintableStringRef, SetOfVec, UtcTime, Utf8StringRef};
use der::{Any, Decode as _, Encode as _};
use rsa::RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::sha2::{Digest as _, Sha256};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Map, Value, json};
use sha1::{Digest as _, Sha1};
use shared::clock::UnixMillis;
use shared::language::Language;
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::time::Time;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::card::Card;
use super::pictures::File;
use crate::config::AppleWalletSettings;
use crate::web::store::Texts;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const USER_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.9.2342.19200300.100.1.1");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// What the phone shows in its own language, by our texts' keys.
const LABELS: [&str; 8] = [
    "wallet-event",
    "wallet-doors",
    "wallet-starts",
    "wallet-place",
    "wallet-type",
    "wallet-holder",
    "wallet-number",
    "wallet-order",
];

/// Signs passes.
pub(super) struct AppleSigner {
    key: SigningKey<Sha256>,
    /// Ours first, then those that vouch for it.
    chain: Vec<Certificate>,
    pass_type: String,
    team: String,
}

/// The certificate and its key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PrepareAppleError {
    /// A file.
    #[error("reading {0}, which APPLE_PASS_CERTIFICATE or APPLE_PASS_KEY names")]
    Read(String, #[source] std::io::Error),
    /// The certificates.
    #[error(
        "APPLE_PASS_CERTIFICATE holds no certificates in PEM: the pass type's, then Apple's intermediate one"
    )]
    Certificate(#[source] der::Error),
    /// One is there, not two.
    #[error(
        "APPLE_PASS_CERTIFICATE lacks Apple's intermediate certificate (WWDR) behind the pass type's"
    )]
    Alone,
    /// Of something else.
    #[error(
        "the first certificate of APPLE_PASS_CERTIFICATE is of no pass type: its subject needs UID (pass.…) and OU (the team)"
    )]
    Subject,
    /// The key.
    #[error("APPLE_PASS_KEY holds no RSA key in PEM without a password")]
    Key,
    /// Of another certificate.
    #[error("APPLE_PASS_KEY is not the key of APPLE_PASS_CERTIFICATE")]
    OtherKey,
}

/// A pass was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum MakePassError {
    /// Its text.
    #[error("writing a pass")]
    Json(#[from] serde_json::Error),
    /// Its signature's form.
    #[error("writing a pass's signature")]
    Der(#[from] der::Error),
    /// Its signature.
    #[error("signing a pass: {0}")]
    Sign(String),
    /// The file.
    #[error("packing a pass")]
    Zip(#[from] zip::result::ZipError),
    /// The file's bytes.
    #[error("packing a pass")]
    Write(#[from] std::io::Error),
}

impl AppleSigner {
    pub(super) fn read(settings: &AppleWalletSettings) -> Result<Self, PrepareAppleError> {
        let text = |path: &std::path::Path| {
            std::fs::read_to_string(path)
                .map_err(|error| PrepareAppleError::Read(path.display().to_string(), error))
        };
        let pem = text(&settings.certificate)?;
        let mut chain =
            Certificate::load_pem_chain(pem.as_bytes()).map_err(PrepareAppleError::Certificate)?;
        // A set has each once.
        let mut seen = Vec::new();
        chain.retain(|certificate| {
            let is_new = !seen.contains(certificate);
            seen.push(certificate.clone());
            is_new
        });
        let [ours, _, ..] = chain.as_slice() else {
            return Err(PrepareAppleError::Alone);
        };
        let pass_type = subject(ours, USER_ID).filter(|name| name.starts_with("pass."));
        let team = subject(ours, UNIT);
        let (Some(pass_type), Some(team)) = (pass_type, team) else {
            return Err(PrepareAppleError::Subject);
        };
        let pem = text(&settings.key)?;
        let key = RsaPrivateKey::from_pkcs8_pem(&pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(&pem))
            .map_err(|_| PrepareAppleError::Key)?;
        if !is_key_of(&key, ours) {
            return Err(PrepareAppleError::OtherKey);
        }
        Ok(Self {
            key: SigningKey::new(key),
            chain,
            pass_type,
            team,
        })
    }

    /// The file.
    pub(super) fn pass(
        &self,
        card: &Card,
        pictures: Vec<File>,
        now_ms: UnixMillis,
    ) -> Result<Vec<u8>, MakePassError> {
        let mut files = vec![(
            "pass.json".to_owned(),
            serde_json::to_vec(&self.shown(card))?,
        )];
        files.extend(Language::ALL.map(|language| {
            let name = format!("{language}.lproj/pass.strings");
            (name, labels(language).into_bytes())
        }));
        files.extend(pictures);
        let manifest: Map<String, Value> = files
            .iter()
            .map(|(name, bytes)| (name.clone(), json!(hex(&Sha1::digest(bytes)))))
            .collect();
        let manifest = serde_json::to_vec(&manifest)?;
        let signature = self.sign(&manifest, now_ms)?;
        files.push(("manifest.json".to_owned(), manifest));
        files.push(("signature".to_owned(), signature));
        packed(&files)
    }

    /// `pass.json`.
    fn shown(&self, card: &Card) -> Value {
        let field = |key: &str, label: &str, value: &str| json!({ "key": key, "label": label, "value": value });
        let moment = |key: &str, label: &str, value: &str| {
            json!({ "key": key, "label": label, "value": value, "dateStyle": "PKDateStyleMedium",
                "timeStyle": "PKDateStyleShort", "ignoresTimeZone": true })
        };
        let mut auxiliary = vec![field("type", "wallet-type", &card.type_name)];
        if !card.holder.is_empty() {
            auxiliary.push(field("holder", "wallet-holder", &card.holder));
        }
        json!({
            "formatVersion": 1,
            "passTypeIdentifier": self.pass_type,
            "teamIdentifier": self.team,
            "serialNumber": card.ticket,
            "organizationName": card.organizer,
            "description": card.title,
            "logoText": card.organizer,
            "foregroundColor": "rgb(255, 255, 255)",
            "labelColor": "rgb(196, 190, 226)",
            "backgroundColor": "rgb(12, 7, 46)",
            "groupingIdentifier": card.order_code,
            "relevantDate": card.doors,
            "expirationDate": card.ends,
            "sharingProhibited": true,
            "barcodes": [{
                "format": "PKBarcodeFormatQR",
                "message": card.code,
                "messageEncoding": "iso-8859-1",
                "altText": card.short_code,
            }],
            "eventTicket": {
                "headerFields": [moment("doors", "wallet-doors", &card.doors)],
                "primaryFields": [field("event", "wallet-event", &card.title)],
                "secondaryFields": [
                    field("place", "wallet-place", &card.venue),
                    moment("starts", "wallet-starts", &card.starts),
                ],
                "auxiliaryFields": auxiliary,
                "backFields": [
                    field("address", "wallet-place", &format!("{}\n{}", card.venue, card.address)),
                    field("number", "wallet-number", &card.series),
                    field("order", "wallet-order", &card.order_code),
                    field("link", "wallet-event", &card.link),
                ],
            },
        })
    }

    /// Detached, with the moment of signing, as Apple asks.
    fn sign(&self, content: &[u8], now_ms: UnixMillis) -> Result<Vec<u8>, MakePassError> {
        let failed = |error: cms::builder::Error| MakePassError::Sign(error.to_string());
        let digest_algorithm = AlgorithmIdentifierOwned {
            oid: SHA_256,
            parameters: None,
        };
        let digest = Sha256::digest(content);
        let ours = &self.chain[0].tbs_certificate;
        let signer = SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: ours.issuer.clone(),
            serial_number: ours.serial_number.clone(),
        });
        // What is signed lies beside the signature, not in it.
        let beside = EncapsulatedContentInfo {
            econtent_type: DATA,
            econtent: None,
        };
        let mut info = SignerInfoBuilder::new(
            &self.key,
            signer,
            digest_algorithm.clone(),
            &beside,
            Some(&digest),
        )
        .map_err(failed)?;
        info.add_signed_attribute(signing_time(now_ms)?)
            .map_err(failed)?;
        let mut builder = SignedDataBuilder::new(&beside);
        builder
            .add_digest_algorithm(digest_algorithm)
            .map_err(failed)?;
        for certificate in &self.chain {
            builder
                .add_certificate(CertificateChoices::Certificate(certificate.clone()))
                .map_err(failed)?;
        }
        builder
            .add_signer_info::<SigningKey<Sha256>, rsa::pkcs1v15::Signature>(info)
            .map_err(failed)?;
        let signed = builder.build().map_err(failed)?;
        Ok(signed.to_der()?)
    }
}

fn signing_time(now_ms: UnixMillis) -> Result<Attribute, der::Error> {
    let since = Duration::from_secs(now_ms.div_euclid(1000).unsigned_abs());
    let at = Time::UtcTime(UtcTime::from_unix_duration(since)?);
    Ok(Attribute {
        oid: SIGNING_TIME,
        values: SetOfVec::try_from(vec![Any::encode_from(&at)?])?,
    })
}

fn packed(files: &[File]) -> Result<Vec<u8>, MakePassError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// `"wallet-doors" = "Portes";` and so on.
fn labels(language: Language) -> String {
    let t = Texts::of(language);
    LABELS.iter().fold(String::new(), |all, key| {
        let text = t.get(key).replace('\\', "\\\\").replace('"', "\\\"");
        all + &format!("\"{key}\" = \"{text}\";\n")
    })
}

fn subject(certificate: &Certificate, part: ObjectIdentifier) -> Option<String> {
    let names = certificate.tbs_certificate.subject.0.iter();
    let mut parts = names.flat_map(|name| name.0.iter());
    let value = &parts.find(|named| named.oid == part)?.value;
    let utf8 = value.decode_as::<Utf8StringRef<'_>>();
    let text = utf8.map(|text| text.as_str().to_owned());
    text.or_else(|_| {
        value
            .decode_as::<PrintableStringRef<'_>>()
            .map(|text| text.as_str().to_owned())
    })
    .ok()
}

fn is_key_of(key: &RsaPrivateKey, certificate: &Certificate) -> bool {
    let info = &certificate.tbs_certificate.subject_public_key_info;
    let public = info
        .subject_public_key
        .as_bytes()
        .and_then(|bytes| rsa::pkcs1::RsaPublicKey::from_der(bytes).ok());
    public.is_some_and(|public| public.modulus.as_bytes() == key.n().to_bytes_be().as_slice())
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
