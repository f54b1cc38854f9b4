//! A server of its own for each test.

pub(crate) mod authenticator;
pub(crate) mod door;
pub(crate) mod fixtures;
pub(crate) mod mails;
mod people;
mod server;
pub(crate) mod smtp;
pub(crate) mod stall;
pub(crate) mod till;

pub(crate) use server::{Answer, NOW, TestServer};

/// Waits until `holds`, for at most ten seconds.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}: not within ten seconds");
}
