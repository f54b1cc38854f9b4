//! The log of a device with a window: a file a day below its data folder, the last two weeks of them. Nobody waits for the
//! disk: a thread of its own writes. No line holds a code, a name or whose ticket it was.

use std::io;
use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Names what is logged, when it is not the usual: `tracing_subscriber::EnvFilter`.
const FILTER_VARIABLE: &str = "TICKETHUB_LOG";
const USUAL: &str = "warn,scanner_app=info,tickethub_window=info";
const DAYS: usize = 14;

/// Where the log of a data folder is.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("log")
}

/// Starts it, and notes panics in it. What waits is written when the answer is dropped.
pub fn start(data: &Path) -> Result<WorkerGuard, InitError> {
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("window")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder(data))?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(true)
        .thread_name("log")
        .finish(files);
    let filter = std::env::var(FILTER_VARIABLE).ok();
    let filter = filter.and_then(|filter| EnvFilter::try_new(filter).ok());
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|| EnvFilter::new(USUAL)))
        .with_writer(writer)
        .with_ansi(false)
        .try_init();
    if started.is_ok() {
        note_panics();
    }
    Ok(guard)
}

/// A panic says where it was, never with what: its message may hold anything.
fn note_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let at = panic.location().map(ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(at, thread = thread.name(), "a step failed badly");
        before(panic);
    }));
}

/// The log's files, oldest first.
pub(super) fn files(data: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder(data)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "log"));
    paths.sort();
    Ok(paths)
}
