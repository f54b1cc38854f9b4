//! Printers on a network: raw bytes to port 9100.

use tokio::net::{TcpStream, lookup_host};

use super::conversation::{Patience, talk};
use super::{Failure, within};
use crate::print::job::Handed;
use crate::print::printer::Speaks;
use crate::print::trouble::Trouble;

pub(super) async fn hand_over(
    bytes: &[u8],
    (host, port): (&str, u16),
    speaks: &Speaks,
    patience: &Patience,
) -> Result<Handed, Failure> {
    let mut stream = connect(host, port, patience).await?;
    // The job's end is told by what is in it; nothing waits for more.
    let _ = stream.set_nodelay(true);
    let (from, to) = stream.split();
    talk(bytes, from, to, speaks, patience).await
}

async fn connect(host: &str, port: u16, patience: &Patience) -> Result<TcpStream, Failure> {
    let found = within(patience.connect, lookup_host((host, port))).await;
    let found: Vec<_> = match found {
        Some(Ok(found)) => found.collect(),
        Some(Err(_)) | None => return Err(Failure::before(Trouble::UnknownName)),
    };
    for address in found {
        if let Some(Ok(stream)) = within(patience.connect, TcpStream::connect(address)).await {
            return Ok(stream);
        }
    }
    Err(Failure::before(Trouble::NotThere))
}
