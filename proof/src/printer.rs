//! A receipt printer on a socket, which has paper and says so.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use anyhow::Context as _;

/// `DLE EOT 4`: the last of the four questions how it is.
const HOW_ARE_YOU: [u8; 3] = [0x10, 4, 4];
const FINE: [u8; 4] = [0x16, 0x12, 0x12, 0x12];
/// `GS r 1`: asked after a job.
const TELL_WHEN_DONE: [u8; 3] = [0x1d, b'r', 1];

/// It prints one job after the other, until the program ends.
pub struct ReceiptPrinter {
    address: SocketAddr,
}

impl ReceiptPrinter {
    /// Switched on.
    pub fn on() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("a port for the printer")?;
        let address = listener.local_addr()?;
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                // A line that the till cuts is the till's to notice.
                let _cut = print(line);
            }
        });
        Ok(Self { address })
    }

    /// As `--printer` takes it.
    pub fn address(&self) -> String {
        format!("tcp:{}", self.address)
    }
}

/// Takes a job, and answers the questions in it.
fn print(mut line: TcpStream) -> io::Result<()> {
    let (mut job, mut answered, mut part) = (Vec::new(), 0, [0; 4096]);
    loop {
        let read = line.read(&mut part)?;
        if read == 0 {
            return Ok(());
        }
        job.extend(part.iter().take(read));
        while let Some((until, answer)) = asked(&job, answered) {
            answered = until;
            line.write_all(answer)?;
        }
    }
}

/// The next question after the first `from` bytes: where it ends, and its answer.
fn asked(job: &[u8], from: usize) -> Option<(usize, &'static [u8])> {
    let mut windows = job.windows(3).enumerate().skip(from);
    windows.find_map(|(at, bytes)| {
        if bytes == HOW_ARE_YOU {
            return Some((at + 3, &FINE[..]));
        }
        (bytes == TELL_WHEN_DONE).then_some((at + 3, &[0][..]))
    })
}
