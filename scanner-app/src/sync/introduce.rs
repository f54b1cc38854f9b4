//! What a device needs to be known among its siblings in the venue's network: a certificate of the organizer, and word
//! of where it and they may be reached. Asked of the server while there is one; what fails is asked again later.

use std::net::SocketAddr;

use shared::clock::Clock;
use shared::wire::latest::{AddressesReport, CertificateRequest};

use super::requests::Caller;
use super::transport::{SyncTransport, TransportError};
use crate::replica::peer_key::{self, Certificate, PeerKeyError};
use crate::replica::peers::{self, Source};
use crate::replica::{Replica, ReplicaError};

/// A certificate is good for 90 days; one that is a day old is renewed, so that a device which was with the server
/// before an event has a fresh one.
const RENEW_AFTER_MS: i64 = 24 * 3_600_000;

#[derive(Debug, thiserror::Error)]
enum IntroduceError {
    #[error(transparent)]
    Key(#[from] PeerKeyError),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// Tells the server and listens to it, under the session that is open.
pub(super) async fn introduce<T: SyncTransport>(
    caller: std::sync::Arc<Caller<T>>,
    addresses: Vec<SocketAddr>,
) {
    if let Err(error) = certificate(&caller).await {
        tracing::warn!(%error, "no certificate for the venue's network");
    }
    if let Err(error) = siblings(&caller, &addresses).await {
        tracing::debug!(%error, "siblings' addresses were not learnt");
    }
}

async fn certificate<T: SyncTransport>(caller: &Caller<T>) -> Result<(), IntroduceError> {
    let (replica, clock) = (caller.replica(), caller.clock());
    let key = replica.peer_key().await?;
    let now_ms = server_ms(replica, clock);
    let is_fresh = |held: &Certificate| (0..RENEW_AFTER_MS).contains(&(now_ms - held.issued_ms));
    if key.certificate.as_ref().is_some_and(is_fresh) {
        return Ok(());
    }
    let request = CertificateRequest {
        public_key: key.public,
    };
    let answer = caller
        .transport()
        .certificate(&caller.token(), &request)
        .await?
        .value;
    let certificate = Certificate {
        der: answer.certificate,
        issued_ms: answer.server_ms,
    };
    replica
        .write_async(move |tx| peer_key::put_certificate(tx, &certificate))
        .await?;
    Ok(())
}

fn server_ms(replica: &Replica, clock: &dyn Clock) -> i64 {
    replica.time().now(clock.now_ms()).now_ms
}

async fn siblings<T: SyncTransport>(
    caller: &Caller<T>,
    addresses: &[SocketAddr],
) -> Result<(), IntroduceError> {
    let report = AddressesReport {
        addresses: addresses.iter().map(SocketAddr::to_string).collect(),
    };
    let answer = caller
        .transport()
        .report_addresses(&caller.token(), &report)
        .await?
        .value;
    let now_ms = caller.clock().now_ms();
    caller
        .replica()
        .write_async(move |tx| {
            for sibling in &answer.siblings {
                let addresses = sibling
                    .addresses
                    .iter()
                    .filter_map(|text| text.parse().ok());
                for address in addresses {
                    let device = Some(sibling.device);
                    peers::put_address(tx, address, device, Source::Server, now_ms)?;
                }
            }
            Ok::<_, ReplicaError>(())
        })
        .await?;
    Ok(())
}
