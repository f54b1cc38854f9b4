//! Somebody who takes a door's calls by hand: with whatever certificate, answering as badly as one likes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use shared::ids::DeviceId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::building::{Authority, Building};
use super::caller::Days;
use crate::run::now;

const DAY_MS: i64 = 24 * 3_600_000;

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    /// That there is no such thing.
    Answers,
    /// A byte of a long answer now and then, for ever.
    Trickles,
}

pub(crate) struct Impostor {
    pub(crate) address: SocketAddr,
    calls: Arc<Calls>,
}

#[derive(Default)]
struct Calls {
    called: AtomicUsize,
    asked: AtomicUsize,
}

impl Impostor {
    /// At an address of its own, with a certificate of `signs` for `device`.
    pub(crate) fn of(
        building: &Building,
        signs: &Authority,
        device: DeviceId,
        days: Days,
        manners: Manners,
    ) -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let (from_ms, to_ms) = (now() + days.0 * DAY_MS, now() + days.1 * DAY_MS);
        let der = signs.sign(device, key.public_key_raw(), from_ms, to_ms);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![der.into()], key.into())
            .expect("a pair");
        let calls = Arc::<Calls>::default();
        let counted = Arc::clone(&calls);
        let address = building.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
            let address = listener.local_addr().expect("an address");
            tokio::spawn(take_calls(listener, config.into(), counted, manners));
            address
        });
        Self { address, calls }
    }

    /// Connections so far.
    pub(crate) fn called(&self) -> usize {
        self.calls.called.load(Ordering::SeqCst)
    }

    /// Of these, those on which something was asked.
    pub(crate) fn asked(&self) -> usize {
        self.calls.asked.load(Ordering::SeqCst)
    }
}

async fn take_calls(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    calls: Arc<Calls>,
    manners: Manners,
) {
    while let Ok((stream, _)) = listener.accept().await {
        calls.called.fetch_add(1, Ordering::SeqCst);
        let (acceptor, calls) = (TlsAcceptor::from(Arc::clone(&config)), Arc::clone(&calls));
        tokio::spawn(async move {
            // The caller hangs up, most likely.
            let _ = answer(acceptor, stream, &calls, manners).await;
        });
    }
}

async fn answer(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    calls: &Calls,
    manners: Manners,
) -> std::io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut asked = [0; 4_096];
    if stream.read(&mut asked).await? == 0 {
        return Ok(());
    }
    calls.asked.fetch_add(1, Ordering::SeqCst);
    match manners {
        Manners::Answers => {
            let nothing = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(nothing).await
        }
        Manners::Trickles => {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
            stream.write_all(head).await?;
            loop {
                stream.write_all(b" ").await?;
                stream.flush().await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
