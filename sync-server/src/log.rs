//! The log, on standard error. Nobody waits for whoever reads it: a thread of its own writes, and when too many lines wait
//! for it, further ones are dropped and counted.

use std::io::{self, Write as _};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};

use crate::config::{Config, LogFormat};

/// Lines that wait to be written: some 1 MB.
const WAITING: usize = 4_000;
/// So long the last word may take.
const LAST_WORD: Duration = Duration::from_secs(1);

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// Starts it. When the answer is dropped, what waits is written, if that takes no longer than a second.
pub fn start(config: &Config) -> WorkerGuard {
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(WAITING)
        .thread_name("log")
        .finish(io::stderr());
    // A second start in one process keeps the first one's count.
    let _ = DROPPED.set(writer.error_counter());
    let log = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&config.log))
        .with_writer(writer)
        .with_target(false);
    match config.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    guard
}

/// Lines that nobody will ever read.
pub(crate) fn lines_dropped() -> u64 {
    DROPPED
        .get()
        .map_or(0, |dropped| dropped.dropped_lines() as u64)
}

/// What the program says as it ends. If nobody reads it, it ends all the same.
pub fn last_word(text: String) {
    let (done, is_done) = channel();
    let saying = thread::Builder::new().spawn(move || {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "{text}");
        let _ = done.send(());
    });
    if saying.is_ok() {
        let _ = is_done.recv_timeout(LAST_WORD);
    }
}
