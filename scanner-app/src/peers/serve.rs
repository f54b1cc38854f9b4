//! Answering other devices: the server's fact endpoints, over mutual TLS under the organizer's authority.

mod api;
mod places;
mod rights;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::server::ServerConfig;
use shared::clock::Clock;
use shared::ids::{DeviceId, JournalId};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::Sender;
use tokio_rustls::TlsAcceptor;

use super::credentials::device_named;
use crate::door::scene::Scenes;
use crate::door::{Author, InHand};
use crate::replica::Replica;

/// A caller that does not finish its greeting is not waited for.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// An idle connection is kept for so long: a push must not wait for a new one. As long may sending the head of a
/// request take; its body has [`api::ANSWER_WITHIN`].
const IDLE: Duration = Duration::from_mins(10);
/// Connections at a time of one address, and of all.
const MOST_OF_ADDRESS: usize = 128;
const MOST: usize = 512;

/// What callers bring that whoever drives the exchange must hear of.
#[derive(Debug)]
pub(super) enum Called {
    /// A device called.
    By(DeviceId),
    /// It brought the other side of a fork.
    Forked(DeviceId, JournalId, u64),
    /// It brought what nobody signed.
    Rubbish(DeviceId, u32),
}

/// What answers are given from.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) replica: Replica,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) called: Sender<Called>,
    /// Who signs hand-overs.
    pub(super) author: Author,
    pub(super) scenes: Arc<Scenes>,
    pub(super) in_hand: InHand,
}

/// Shown to callers; none until there is a certificate.
pub(super) type Shown = Arc<Mutex<Option<Arc<ServerConfig>>>>;

/// Takes calls until dropped. Each connection is a task of its own: a slow one costs the others nothing.
pub(super) async fn serve(listener: TcpListener, shown: Shown, desk: Desk) {
    let open = Open::default();
    loop {
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most likely too many open files: some will be closed.
                tracing::warn!(%error, "a call of another door was not taken");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let config = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let (Some(config), Some(place)) = (config, open.take(from.ip())) {
            let desk = desk.clone();
            tokio::spawn(async move {
                connection(stream, from, config, desk).await;
                drop(place);
            });
        }
    }
}

async fn connection(stream: TcpStream, from: SocketAddr, config: Arc<ServerConfig>, desk: Desk) {
    // A request is one small packet: waiting to fill it would cost 40 ms.
    let _ = stream.set_nodelay(true);
    let accepted = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await;
    let stream = match accepted {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%from, %error, "a caller's certificate was not accepted");
            return;
        }
        Err(_) => return,
    };
    let (_, session) = stream.get_ref();
    let shown = session.peer_certificates().and_then(<[_]>::first);
    let Some(caller) = shown.and_then(device_named) else {
        return;
    };
    let router: Router = api::router(desk, caller);
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        tracing::debug!(%caller, %error, "a caller's connection broke");
    }
}

/// Open connections by address.
#[derive(Clone, Default)]
struct Open(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct PlaceTaken {
    open: Open,
    ip: IpAddr,
}

impl Open {
    fn take(&self, ip: IpAddr) -> Option<PlaceTaken> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<usize>() >= MOST {
            return None;
        }
        let of_address = open.entry(ip).or_default();
        if *of_address >= MOST_OF_ADDRESS {
            return None;
        }
        *of_address += 1;
        let open = self.clone();
        Some(PlaceTaken { open, ip })
    }
}

impl Drop for PlaceTaken {
    fn drop(&mut self) {
        let mut open = self.open.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_address) = open.get_mut(&self.ip) {
            *of_address -= 1;
            if *of_address == 0 {
                open.remove(&self.ip);
            }
        }
    }
}
