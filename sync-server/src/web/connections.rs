//! Connections, from the accept to their end: whoever sends slowly, or nothing, or reads no answer, holds none for ever.
//!
//! axum's own loop has no time-out for a request's head, so hyper is driven here. A body's time is the request's
//! ([`super::frame`]).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::Request;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum::{Router, body::Body};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt as _};

/// How long a connection may keep the server waiting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// From the first moment, or the last answer, to a request's whole head; and for the other side to take in an
    /// answer.
    pub(crate) head: Duration,
    /// Once the server is told to stop: for the requests that are under way.
    pub(crate) last_requests: Duration,
}

/// What still ran when the time for the last requests was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut(pub(crate) usize);

/// Answers on `listener` until `stopping`. Then idle connections are closed at once and requests under way are finished,
/// for as long as there is patience; the rest is cut.
pub(crate) async fn serve(
    mut listener: TcpListener,
    routes: Router,
    patience: Patience,
    stopping: &CancellationToken,
) -> Cut {
    let mut services = routes.into_make_service_with_connect_info::<SocketAddr>();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            // It waits by itself when the system has no more files to give.
            (stream, peer) = axum::serve::Listener::accept(&mut listener) => {
                let service = service_for(&mut services, peer).await;
                connections.spawn(converse(stream, service, patience, stopping.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    match tokio::time::timeout(patience.last_requests, all_ended).await {
        Ok(()) => Cut(0),
        Err(_) => {
            let cut = Cut(connections.len());
            connections.shutdown().await;
            cut
        }
    }
}

type Connected = axum::middleware::AddExtension<Router, axum::extract::ConnectInfo<SocketAddr>>;

async fn service_for(
    services: &mut IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
    peer: SocketAddr,
) -> Connected {
    let made: Result<Connected, Infallible> = services.call(peer).await;
    match made {
        Ok(service) => service,
        Err(never) => match never {},
    }
}

async fn converse(
    stream: TcpStream,
    service: Connected,
    patience: Patience,
    stopping: CancellationToken,
) {
    // An answer is one write: waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(patience.head));
    let service = TowerToHyperService::new(
        service.map_request(|request: Request<Incoming>| request.map(Body::new)),
    );
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How it ended is the other side's business: a failure of the server is logged where it happens.
    let _ = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}
