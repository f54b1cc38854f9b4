//! The sync on a thread of its own, while people are let in.

use std::cell::RefCell;
use std::path::Path;
use std::thread::JoinHandle;

use super::{Asked, LanOptions, OnlineError, OnlineNews, run};
use crate::replica::Replica;

/// What whoever began it is told, on the sync's thread.
#[derive(Debug)]
pub enum InStepNews {
    /// Something happened.
    Online(OnlineNews),
    /// It ended by itself; the door goes on alone.
    Ended(OnlineError),
}

/// The sync, on a thread of its own: scanning waits for none of it. Dropping it ends it.
#[derive(Debug)]
pub struct InStep {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl InStep {
    /// Begins. `tell` is called on the sync's thread and must not wait for it.
    pub fn begin(
        replica: &Replica,
        data_dir: &Path,
        options: LanOptions,
        asked: Asked,
        tell: impl Fn(InStepNews) + Send + 'static,
    ) -> Result<Self, OnlineError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(OnlineError::Thread)?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (replica, data_dir) = (replica.clone(), data_dir.to_owned());
        let thread = std::thread::Builder::new()
            .name("sync".into())
            .spawn(move || {
                let news = RefCell::new(|news| tell(InStepNews::Online(news)));
                let until = async { drop(stopped.await) };
                let ended =
                    runtime.block_on(run(&replica, &data_dir, options, &news, Some(asked), until));
                if let Err(error) = ended {
                    tracing::error!(code = error.code(), error = %error, "the sync ended");
                    tell(InStepNews::Ended(error));
                }
            })
            .map_err(OnlineError::Thread)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for InStep {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}
