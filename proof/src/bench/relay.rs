//! A relay that counts the bytes it carries: what is on the wire, whole answers with their headers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Bytes carried so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// From the server.
    pub down: u64,
    /// To the server.
    pub up: u64,
}

/// Between one port and another of this machine.
pub struct Relay {
    counts: Arc<Counts>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    down: AtomicU64,
    up: AtomicU64,
}

impl Relay {
    /// Carries what comes to `listener` to `server_port`.
    pub fn to(listener: TcpListener, server_port: u16) -> Self {
        let counts = Arc::<Counts>::default();
        let counting = Arc::clone(&counts);
        let accepting = tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                tokio::spawn(carry(device, server_port, Arc::clone(&counting)));
            }
        });
        Self { counts, accepting }
    }

    /// The counts now.
    pub fn carried(&self) -> Carried {
        Carried {
            down: self.counts.down.load(Ordering::Relaxed),
            up: self.counts.up.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(device: TcpStream, server_port: u16, counts: Arc<Counts>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)).await else {
        return;
    };
    // As the two ends have it: a relay that waits to fill packets would add to the time.
    let _ = (device.set_nodelay(true), server.set_nodelay(true));
    let ((from_device, to_device), (from_server, to_server)) =
        (device.into_split(), server.into_split());
    tokio::join!(
        pump(from_device, to_server, &counts.up),
        pump(from_server, to_device, &counts.down),
    );
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicU64,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        count.fetch_add(read as u64, Ordering::Relaxed);
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_byte_is_counted_and_carried() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = front.local_addr().unwrap();
        let relay = Relay::to(front, port);
        let mut device = TcpStream::connect(address).await.unwrap();
        device.write_all(b"hello").await.unwrap();
        device.shutdown().await.unwrap();
        let (mut served, _) = server.accept().await.unwrap();
        let mut heard = Vec::new();
        served.read_to_end(&mut heard).await.unwrap();
        served.write_all(&vec![7; 100_000]).await.unwrap();
        drop(served);
        let mut answer = Vec::new();
        device.read_to_end(&mut answer).await.unwrap();
        assert_eq!(
            (heard.as_slice(), answer.len()),
            (b"hello".as_slice(), 100_000)
        );
        assert_eq!(
            relay.carried(),
            Carried {
                up: 5,
                down: 100_000
            }
        );
    }
}
