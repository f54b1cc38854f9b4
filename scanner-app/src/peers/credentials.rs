//! Who this device is to its peers, and whom it believes: certificates of the organizer's authority, which the
//! root-signed device list names. The time that they are checked by is the corrected one: a dead clock battery must not
//! lock a door out.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::{
    NoServerSessionStorage, ServerConfig, VerifierBuilderError, WebPkiClientVerifier,
};
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, version};
use shared::clock::{Clock, UnixMillis};
use shared::ids::DeviceId;
use shared::sync::peer_name::device_of;

use crate::replica::peer_key::PeerKeyError;
use crate::replica::{Replica, ReplicaError, signed};

/// TLS as this device speaks it to its peers.
#[derive(Clone)]
pub struct Credentials {
    pub(super) server: Arc<ServerConfig>,
    pub(super) client: ClientConfig,
    /// What they were made from: with another pair they are made anew.
    pub(super) made_from: MadeFrom,
}

/// A certificate's date, and the authority.
pub(super) type MadeFrom = (UnixMillis, Vec<u8>);

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("issued_ms", &self.made_from.0)
            .finish_non_exhaustive()
    }
}

/// There are none.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The key.
    #[error(transparent)]
    Key(#[from] PeerKeyError),
    /// The replica.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The certificates don't fit, or are none.
    #[error("setting up TLS between doors; it is tried again after the next sync")]
    Tls(#[from] rustls::Error),
    /// The authority's certificate is none.
    #[error("reading who signs certificates of doors; it is tried again after the next sync")]
    Authority(#[from] VerifierBuilderError),
}

impl Credentials {
    /// From the replica; `None` until the server gave a certificate and the device list names the authority.
    pub async fn load(
        replica: &Replica,
        clock: Arc<dyn Clock>,
    ) -> Result<Option<Self>, CredentialsError> {
        let key = replica.peer_key().await?;
        let authority = replica.read_async(signed::peer_authority).await?;
        let (Some(certificate), Some(authority)) = (key.certificate, authority) else {
            return Ok(None);
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let time = Arc::new(CorrectedClock {
            replica: replica.clone(),
            clock,
        });
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.clone()))?;
        let own = vec![CertificateDer::from(certificate.der)];
        let key: PrivateKeyDer<'static> = PrivatePkcs8KeyDer::from(key.private).into();
        Ok(Some(Self {
            server: server(&provider, &time, &roots, own.clone(), key.clone_key())?,
            client: client(&provider, &time, roots, own, key)?,
            made_from: (certificate.issued_ms, authority),
        }))
    }
}

fn server(
    provider: &Arc<CryptoProvider>,
    time: &Arc<CorrectedClock>,
    roots: &RootCertStore,
    own: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, CredentialsError> {
    let roots = Arc::new(roots.clone());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider)).build()?;
    let mut config = ServerConfig::builder_with_details(
        Arc::clone(provider),
        Arc::clone(time) as Arc<dyn TimeProvider>,
    )
    .with_protocol_versions(&[&version::TLS13])?
    .with_client_cert_verifier(verifier)
    .with_single_cert(own, key)?;
    // Each connection shows its certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn client(
    provider: &Arc<CryptoProvider>,
    time: &Arc<CorrectedClock>,
    roots: RootCertStore,
    own: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ClientConfig, CredentialsError> {
    let mut config = ClientConfig::builder_with_details(
        Arc::clone(provider),
        Arc::clone(time) as Arc<dyn TimeProvider>,
    )
    .with_protocol_versions(&[&version::TLS13])?
    .with_root_certificates(roots)
    .with_client_auth_cert(own, key)?;
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Which device a certificate names, that TLS has checked.
pub(super) fn device_named(certificate: &CertificateDer<'_>) -> Option<DeviceId> {
    let parsed = webpki::EndEntityCert::try_from(certificate).ok()?;
    parsed.valid_dns_names().find_map(device_of)
}

/// What rustls takes for the time.
struct CorrectedClock {
    replica: Replica,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for CorrectedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CorrectedClock").finish_non_exhaustive()
    }
}

impl TimeProvider for CorrectedClock {
    fn current_time(&self) -> Option<UnixTime> {
        // Peers are asked for the time under these certificates: a clock that was set back must not lock them out.
        let now_ms = self.replica.time().own_ms(self.clock.now_ms());
        let since_epoch = Duration::from_millis(u64::try_from(now_ms).ok()?);
        Some(UnixTime::since_unix_epoch(since_epoch))
    }
}
