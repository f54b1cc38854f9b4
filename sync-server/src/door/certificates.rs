//! Certificates with which an organizer's devices know each other in the venue's network. Each organizer has an
//! authority of its own; devices trust it because the root-signed device list names it.

use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, OrganizerId};
use shared::roster::signed::SignedKind;
use shared::sync::peer_name::{ANY_DEVICE, name_of};
use shared::wire::latest::{CertificateAnswer, ErrorCode};
use sqlx::PgConnection;

use super::signed::{self, PublishSignedError};
use crate::app::App;
use crate::database::transaction;
use crate::edge::random_bytes;
use crate::vault::UnsealError;
use crate::web::ApiError;

/// A clock that is some days late still takes a certificate made today.
const BACKDATED_MS: i64 = 7 * DAY_MS;
/// From the day it is made; renewed at sync long before.
const VALID_MS: i64 = 90 * DAY_MS;
/// The authority outlives every device. Its key is changed with the root key: by enrolling anew.
const AUTHORITY_VALID_MS: i64 = 20 * 365 * DAY_MS;
const DAY_MS: i64 = 24 * 3_600_000;
/// A point of P-256, uncompressed.
const PUBLIC_KEY_BYTES: usize = 65;

/// A device was given no certificate.
#[derive(Debug, thiserror::Error)]
pub enum IssueCertificateError {
    /// Not a point of the curve.
    #[error("the key is no uncompressed point of P-256")]
    Key,
    /// Reading or writing.
    #[error("giving a device its certificate")]
    Database(#[from] sqlx::Error),
    /// The authority's key doesn't open.
    #[error("opening the key that signs certificates of devices")]
    Sealed(#[from] UnsealError),
    /// It could not be put together.
    #[error("making a certificate")]
    Make(#[from] rcgen::Error),
    /// Signing the device list that names a new authority.
    #[error("publishing who signs certificates of devices")]
    Publish(#[from] PublishSignedError),
}

impl From<IssueCertificateError> for ApiError {
    fn from(error: IssueCertificateError) -> Self {
        match error {
            IssueCertificateError::Key => Self::new(ErrorCode::InvalidRequest, error.to_string()),
            IssueCertificateError::Database(source) => source.into(),
            IssueCertificateError::Sealed(source) => source.into(),
            IssueCertificateError::Publish(source) => source.into(),
            other @ IssueCertificateError::Make(_) => Self::internal(other),
        }
    }
}

/// A certificate that names the device, for the key that it shows its peers.
pub async fn issue(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    public_key: &[u8],
) -> Result<CertificateAnswer, IssueCertificateError> {
    if public_key.len() != PUBLIC_KEY_BYTES || public_key.first() != Some(&4) {
        return Err(IssueCertificateError::Key);
    }
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let authority = match load(&mut tx, app, organizer).await? {
        Some(authority) => authority,
        None => make(&mut tx, app, organizer, now_ms).await?,
    };
    tx.commit().await?;
    let certificate = authority.sign(device, public_key, now_ms)?;
    Ok(CertificateAnswer {
        certificate,
        server_ms: now_ms,
    })
}

/// The authority's certificate, for the device list.
pub(super) async fn authority_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar!(
        "select certificate from peer_authorities where organizer_id = $1",
        organizer.0
    )
    .fetch_optional(conn)
    .await
}

struct Authority {
    key: KeyPair,
    params: CertificateParams,
}

async fn load(
    conn: &mut PgConnection,
    app: &App,
    organizer: OrganizerId,
) -> Result<Option<Authority>, IssueCertificateError> {
    let row = sqlx::query!(
        "select sealed_key, created_ms from peer_authorities where organizer_id = $1",
        organizer.0
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let key = app.vault.unseal(&purpose(organizer), &row.sealed_key)?;
    let key = KeyPair::from_pkcs8_der_and_sign_algo(&key.into(), &PKCS_ECDSA_P256_SHA256)?;
    let params = authority_params(organizer, row.created_ms);
    Ok(Some(Authority { key, params }))
}

/// Makes it and publishes a device list that names it. Two devices that ask at the same time get the same one.
async fn make(
    conn: &mut PgConnection,
    app: &App,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<Authority, IssueCertificateError> {
    sqlx::query!(
        "select id from organizers where id = $1 for no key update",
        organizer.0
    )
    .fetch_one(&mut *conn)
    .await?;
    if let Some(authority) = load(conn, app, organizer).await? {
        return Ok(authority);
    }
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let params = authority_params(organizer, now_ms);
    let certificate = params.self_signed(&key)?;
    sqlx::query!(
        "insert into peer_authorities (organizer_id, certificate, sealed_key, created_ms) values ($1, $2, $3, $4)",
        organizer.0,
        certificate.der().as_ref(),
        app.vault.seal(&purpose(organizer), key.serialized_der()),
        now_ms
    )
    .execute(&mut *conn)
    .await?;
    signed::publish(conn, &app.vault, organizer, SignedKind::DeviceList, now_ms).await?;
    Ok(Authority { key, params })
}

fn purpose(organizer: OrganizerId) -> String {
    format!("peer_authority/{organizer}")
}

fn authority_params(organizer: OrganizerId, created_ms: UnixMillis) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!("Ticket Hub {organizer}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    valid(&mut params, created_ms, AUTHORITY_VALID_MS);
    params
}

impl Authority {
    fn sign(
        &self,
        device: DeviceId,
        public_key: &[u8],
        now_ms: UnixMillis,
    ) -> Result<Vec<u8>, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&device.to_string());
        params.subject_alt_names = [name_of(device), ANY_DEVICE.to_owned()]
            .into_iter()
            .map(|name| name.try_into().map(SanType::DnsName))
            .collect::<Result<_, _>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.serial_number = Some(SerialNumber::from_slice(&serial()));
        valid(&mut params, now_ms, VALID_MS);
        let key = DeviceKey(public_key);
        let issuer = Issuer::from_params(&self.params, &self.key);
        Ok(params.signed_by(&key, &issuer)?.der().to_vec())
    }
}

/// Positive, whatever is drawn.
fn serial() -> [u8; 16] {
    let mut serial = random_bytes::<16>();
    serial[0] &= 0x7f;
    serial
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

fn valid(params: &mut CertificateParams, from_ms: UnixMillis, for_ms: i64) {
    let epoch = date_time_ymd(1970, 1, 1);
    let at = |ms: UnixMillis| epoch + Duration::from_millis(ms.max(0).cast_unsigned());
    params.not_before = at(from_ms - BACKDATED_MS);
    params.not_after = at(from_ms + for_ms);
}

struct DeviceKey<'a>(&'a [u8]);

impl PublicKeyData for DeviceKey<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}
