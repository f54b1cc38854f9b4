//! A till in this process gets in step with the server.

use scanner_app::online;
use scanner_app::replica::Replica;
use shared::sync::engine::Follow;

/// Requests to a server until a till is in step, or something is wrong.
const MOST_STEPS: usize = 2_000;

/// Until everything of the server is here, and everything of the till there.
pub async fn sync(replica: &Replica) -> anyhow::Result<()> {
    settle(replica, Follow::Once).await
}

/// The same for a till that is closing: it is lent nothing more.
pub async fn hand_in(replica: &Replica) -> anyhow::Result<()> {
    settle(replica, Follow::Nothing).await
}

async fn settle(replica: &Replica, follow: Follow) -> anyhow::Result<()> {
    let mut driver = online::driver(replica, follow)?;
    for _ in 0..MOST_STEPS {
        driver.step(&mut |_| {}).await;
        if driver.is_settled() {
            return Ok(());
        }
    }
    anyhow::bail!("a till does not get in step: {:?}", driver.last_failure())
}
