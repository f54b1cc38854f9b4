//! A device that signed off hands in its journals, on a thread of its own, until the server has all of them.

use std::thread::JoinHandle;
use std::time::Duration;

use shared::sync::engine::Follow;

use super::{OnlineError, driver};
use crate::causes::with_causes;
use crate::door::{HandIn, finish_sign_off};
use crate::replica::Replica;
use crate::sync::Holds;

/// The server was asked and lacks something, or nothing could be asked: so long until the next session.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Goes on as long as it takes. Dropping it ends it; what the server has, it has.
#[derive(Debug)]
pub struct HandingIn {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HandingIn {
    /// Begins.
    pub fn begin(replica: &Replica) -> Result<Self, OnlineError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(OnlineError::Thread)?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let replica = replica.clone();
        let thread = std::thread::Builder::new()
            .name("hand in".into())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = until_handed_in(&replica) => {}
                        _ = stopped => {}
                    }
                });
            })
            .map_err(OnlineError::Thread)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

async fn until_handed_in(replica: &Replica) {
    loop {
        match one_session(replica).await {
            Ok(HandIn::Done | HandIn::AtWork) => return,
            Ok(HandIn::Waits(outstanding)) => {
                tracing::info!(?outstanding, "the server lacks some of the journals");
            }
            Err(error) => {
                let cause = with_causes(&error);
                tracing::info!(code = error.code(), cause, "nothing was handed in");
            }
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Sends what there is, then asks whether the server still has all of it.
async fn one_session(replica: &Replica) -> Result<HandIn, OnlineError> {
    let mut driver = driver(replica, Follow::Nothing)?;
    loop {
        while !driver.is_settled() {
            driver.step(&mut |_| {}).await;
        }
        match driver.server_holds().await? {
            Holds::Less => {}
            Holds::All => return Ok(finish_sign_off(replica)?),
        }
    }
}

impl Drop for HandingIn {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}
