//! The way to a printer: bytes are handed over, or it is said what stops them and what to do.

mod conversation;
mod device;
mod file;
mod found;
mod network;
pub mod queue;

use std::time::Duration;

use super::job::Handed;
use super::printer::{PrinterAddress, Speaks};
use super::trouble::{PrintError, Trouble};

pub use conversation::Patience;
pub use found::found;

/// What went wrong, before the printer's name is put to it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    trouble: Trouble,
    began: bool,
}

impl Failure {
    /// Nothing can be on paper.
    fn before(trouble: Trouble) -> Self {
        Self {
            trouble,
            began: false,
        }
    }

    /// Something may be.
    fn during(trouble: Trouble) -> Self {
        Self {
            trouble,
            began: true,
        }
    }
}

/// Hands a job over and, where the printer tells, waits until it is on paper.
pub async fn hand_over(
    bytes: &[u8],
    title: &str,
    address: &PrinterAddress,
    speaks: &Speaks,
    patience: &Patience,
) -> Result<Handed, PrintError> {
    let done = match address {
        PrinterAddress::Network { host, port } => {
            network::hand_over(bytes, (host, *port), speaks, patience).await
        }
        PrinterAddress::Device { path, speed } => {
            device::hand_over(bytes, path, *speed, speaks, patience).await
        }
        PrinterAddress::Queue(name) => queue::hand_over(bytes, title, name, speaks, patience).await,
        PrinterAddress::File(path) => file::hand_over(bytes, path).await,
    };
    done.map_err(|failure| PrintError {
        printer: address.to_string(),
        trouble: failure.trouble,
        began: failure.began,
    })
}

/// The answer in time, or none.
async fn within<T>(most: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(most, work).await.ok()
}
