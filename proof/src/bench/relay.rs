//! A relay between one port and another address: it counts what it carries, and is as bad a line as one asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::Instant;

/// Bytes of an answer, or of a request, that come through before a line breaks in its middle.
const BREAKS_AFTER: usize = 100;
/// What a line that trickles carries at once, and how long it then waits.
const DROP: usize = 40;
const DRIP: Duration = Duration::from_millis(50);
/// Chunks under way on a line with a delay.
const UNDER_WAY: usize = 64;

/// Bytes carried so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// From the server.
    pub down: u64,
    /// To the server.
    pub up: u64,
}

/// What goes wrong with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It breaks before the request has come.
    BeforeRequest,
    /// The request comes, and was carried out; its answer is lost.
    BeforeAnswer,
    /// The answer breaks off in its middle.
    MidAnswer,
    /// The request breaks off in its middle.
    MidRequest,
    /// Both come through by drops, so that an answer takes longer than anybody waits.
    Trickle,
    /// Nothing comes through, and the connection stays open.
    Silent,
}

/// How a relay carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// From one end to the other.
    pub delay: Duration,
    /// What goes wrong.
    pub fault: Fault,
}

/// Between one port and another of this machine.
pub struct Relay {
    counts: Arc<Counts>,
    line: watch::Sender<Line>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    down: AtomicU64,
    up: AtomicU64,
}

impl Relay {
    /// Carries what comes to `listener` to `server_port` of this machine.
    pub fn to(listener: TcpListener, server_port: u16) -> Self {
        Self::with(listener, server_port, Line::default())
    }

    /// Carries it so.
    pub fn with(listener: TcpListener, server_port: u16, line: Line) -> Self {
        let counts = Arc::<Counts>::default();
        let (line, carries) = watch::channel(line);
        let counting = Arc::clone(&counts);
        let accepting = tokio::spawn(async move {
            while let Ok((device, _)) = listener.accept().await {
                let line = carries.clone();
                tokio::spawn(carry(device, server_port, Arc::clone(&counting), line));
            }
        });
        Self {
            counts,
            line,
            accepting,
        }
    }

    /// Carries otherwise from now on, also on connections that are open.
    pub fn change(&self, line: Line) {
        self.line.send_replace(line);
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

async fn carry(
    device: TcpStream,
    server_port: u16,
    counts: Arc<Counts>,
    line: watch::Receiver<Line>,
) {
    if line.borrow().fault == Fault::BeforeRequest {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server_port)).await else {
        return;
    };
    // As the two ends have it: a relay that waits to fill packets would add to the time.
    let _ = (device.set_nodelay(true), server.set_nodelay(true));
    let ((from_device, to_device), (from_server, to_server)) =
        (device.into_split(), server.into_split());
    let broken = Notify::new();
    let up = pump(from_device, to_server, &counts.up, &line, Way::Up, &broken);
    let down = pump(
        from_server,
        to_device,
        &counts.down,
        &line,
        Way::Down,
        &broken,
    );
    // Dropping both halves of both sockets breaks the line for either end at once.
    tokio::select! {
        _ = async { tokio::join!(up, down) } => {}
        () = broken.notified() => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What was read goes on its way with the moment at which it arrives, so that a delay costs no throughput.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: &AtomicU64,
    line: &watch::Receiver<Line>,
    way: Way,
    broken: &Notify,
) {
    let (sender, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let delays = line.clone();
    let reading = async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            count.fetch_add(read as u64, Ordering::Relaxed);
            let at = Instant::now() + delays.borrow().delay;
            if sender.send((at, buffer[..read].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let mut line = line.clone();
    let writing = async {
        let mut carried = 0;
        while let Some((at, bytes)) = arriving.recv().await {
            tokio::time::sleep_until(at).await;
            let fault = line.borrow().fault;
            let through = match (way, fault) {
                (
                    Way::Up,
                    Fault::None | Fault::BeforeAnswer | Fault::MidAnswer | Fault::Trickle,
                )
                | (
                    Way::Down,
                    Fault::None | Fault::BeforeRequest | Fault::MidRequest | Fault::Trickle,
                ) => bytes.len(),
                (Way::Up, Fault::BeforeRequest) | (Way::Down, Fault::BeforeAnswer) => 0,
                (Way::Down, Fault::MidAnswer) | (Way::Up, Fault::MidRequest) => {
                    BREAKS_AFTER.saturating_sub(carried)
                }
                (Way::Up | Way::Down, Fault::Silent) => {
                    until_better(&mut line).await;
                    broken.notify_one();
                    return std::future::pending().await;
                }
            };
            let through = through.min(bytes.len());
            carried += through;
            let written = write(&mut to, &bytes[..through], &line).await;
            if written.is_err() || through < bytes.len() {
                broken.notify_one();
                return std::future::pending().await;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(reading, writing);
}

/// What was swallowed is lost, so the connection is of no use any more once the line is good again.
async fn until_better(line: &mut watch::Receiver<Line>) {
    // Ends too when nobody can change the line any more.
    let _ = line.wait_for(|line| line.fault != Fault::Silent).await;
}

/// All at once, or by drops for as long as the line trickles.
async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    line: &watch::Receiver<Line>,
) -> std::io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        if line.borrow().fault != Fault::Trickle {
            return to.write_all(rest).await;
        }
        let (drop, after) = rest.split_at(DROP.min(rest.len()));
        to.write_all(drop).await?;
        tokio::time::sleep(DRIP).await;
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A relay in front of a server that answers each connection with 100,000 bytes once it has heard `hello`.
    async fn relayed(line: Line) -> (Relay, TcpStream, Arc<AtomicU64>) {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = front.local_addr().unwrap();
        let requests = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut served, _)) = server.accept().await {
                let mut heard = [0; 5];
                if served.read_exact(&mut heard).await.is_ok() {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let _ = served.write_all(&vec![7; 100_000]).await;
                }
            }
        });
        let relay = Relay::with(front, port, line);
        let device = TcpStream::connect(address).await.unwrap();
        (relay, device, requests)
    }

    async fn ask(device: &mut TcpStream) -> usize {
        let mut answer = Vec::new();
        let _ = device.write_all(b"hello").await;
        let _ = device.read_to_end(&mut answer).await;
        answer.len()
    }

    fn failing(fault: Fault) -> Line {
        Line {
            fault,
            ..Line::default()
        }
    }

    #[tokio::test]
    async fn every_byte_is_counted_and_carried() {
        let (relay, mut device, _) = relayed(Line::default()).await;
        assert_eq!(ask(&mut device).await, 100_000);
        assert_eq!(
            relay.carried(),
            Carried {
                up: 5,
                down: 100_000
            }
        );
    }

    #[tokio::test]
    async fn a_delay_counts_in_both_directions() {
        let delay = Duration::from_millis(40);
        let line = Line {
            delay,
            ..Line::default()
        };
        let (_relay, mut device, _) = relayed(line).await;
        let began = Instant::now();
        assert_eq!(ask(&mut device).await, 100_000);
        let took = began.elapsed();
        assert!(took >= 2 * delay, "{took:?}");
    }

    #[tokio::test]
    async fn a_line_breaks_where_it_was_told_to() {
        for (fault, requests, answer) in [
            (Fault::BeforeRequest, 0, 0),
            (Fault::BeforeAnswer, 1, 0),
            (Fault::MidAnswer, 1, BREAKS_AFTER),
        ] {
            let (_relay, mut device, counted) = relayed(failing(fault)).await;
            assert_eq!(ask(&mut device).await, answer, "{fault:?}");
            assert_eq!(counted.load(Ordering::SeqCst), requests, "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_line_that_trickles_is_slow_until_it_is_good_again() {
        let (relay, mut device, _) = relayed(failing(Fault::Trickle)).await;
        device.write_all(b"hello").await.unwrap();
        let mut first = [0; 2 * DROP];
        let began = Instant::now();
        device.read_exact(&mut first).await.unwrap();
        assert!(began.elapsed() >= DRIP, "{:?}", began.elapsed());
        relay.change(Line::default());
        let mut rest = Vec::new();
        device.read_to_end(&mut rest).await.unwrap();
        assert_eq!(first.len() + rest.len(), 100_000);
    }

    #[tokio::test]
    async fn a_silent_line_swallows_and_ends_once_it_is_good_again() {
        let (relay, mut device, counted) = relayed(failing(Fault::Silent)).await;
        device.write_all(b"hello").await.unwrap();
        let mut heard = [0];
        let waited = tokio::time::timeout(DRIP, device.read(&mut heard)).await;
        assert!(waited.is_err(), "{waited:?}");
        relay.change(Line::default());
        assert_eq!(device.read(&mut heard).await.unwrap_or(0), 0);
        assert_eq!(counted.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_request_may_break_off_in_its_middle() {
        let (_relay, mut device, counted) = relayed(failing(Fault::MidRequest)).await;
        device.write_all(&[7; 4 * BREAKS_AFTER]).await.unwrap();
        let mut heard = [0];
        assert_eq!(device.read(&mut heard).await.unwrap_or(0), 0);
        let began = Instant::now();
        while counted.load(Ordering::SeqCst) == 0 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "its beginning came"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn a_line_that_is_open_may_break_before_the_next_request() {
        let (relay, mut device, counted) = relayed(Line::default()).await;
        relay.change(failing(Fault::BeforeRequest));
        assert_eq!(ask(&mut device).await, 0);
        assert_eq!(counted.load(Ordering::SeqCst), 0, "it was not carried out");
    }

    #[tokio::test]
    async fn a_line_may_get_worse_while_it_is_open() {
        let (relay, mut device, counted) = relayed(Line::default()).await;
        relay.change(failing(Fault::BeforeAnswer));
        assert_eq!(ask(&mut device).await, 0);
        assert_eq!(counted.load(Ordering::SeqCst), 1, "it was carried out");
    }
}
