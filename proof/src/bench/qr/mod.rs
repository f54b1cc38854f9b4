//! `qr.*`: what the reading of codes finds, and what it costs.

pub mod frames;
pub mod photos;

use std::time::Duration;

use super::thread_time::thread_time;

/// What a piece of work gives, and the CPU time of it in milliseconds.
fn measured<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = thread_time();
    let given = work();
    let took: Duration = thread_time().saturating_sub(began);
    (given, took.as_secs_f64() * 1e3)
}
