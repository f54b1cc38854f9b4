//! CPU time and memory by the operating system's accounting.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// Idle is: less than this in [`LOOK_EVERY`].
const IDLE_MS: f64 = 10.0;
const LOOK_EVERY: Duration = Duration::from_millis(300);
const LONGEST_SETTLING: Duration = Duration::from_secs(20);

/// User and system CPU time of one process and all its descendants, in milliseconds.
pub fn tree_cpu_ms(root: u32) -> f64 {
    descendants(root).into_iter().map(stat_cpu_ms).sum()
}

/// The most memory that this process ever had resident, in MB (1,000,000 bytes).
pub fn peak_mb() -> anyhow::Result<f64> {
    peak_mb_of("self")
}

/// The same of a process that runs, by its number.
pub fn peak_mb_of(pid: impl std::fmt::Display) -> anyhow::Result<f64> {
    memory_mb(pid, "VmHWM:")
}

/// What a process has resident now, in MB.
pub fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    memory_mb(pid, "VmRSS:")
}

fn memory_mb(pid: impl std::fmt::Display, name: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("reading the memory of process {pid}"))?;
    let line = status.lines().find(|line| line.starts_with(name));
    let kibibytes: f64 = line
        .and_then(|line| line.split_whitespace().nth(1))
        .with_context(|| format!("no {name} line"))?
        .parse()?;
    Ok(kibibytes * 1024.0 / 1e6)
}

/// The one-minute load average.
pub fn load_average() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split_whitespace().next().and_then(|n| n.parse().ok()))
        .unwrap_or(f64::NAN)
}

/// Waits until the server, whose process is `pid`, has nothing left to do.
pub async fn settle(pid: u32) {
    let began = Instant::now();
    let mut last = tree_cpu_ms(pid);
    while began.elapsed() < LONGEST_SETTLING {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = tree_cpu_ms(pid);
        if now - last <= IDLE_MS {
            return;
        }
        last = now;
    }
}

fn descendants(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, stat_field(pid, 1)? as u32)))
        .collect();
    let mut tree = vec![root];
    let mut next = 0;
    while let Some(&parent) = tree.get(next) {
        tree.extend(
            parents
                .iter()
                .filter(|(_, p)| *p == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    tree
}

/// Fields after the command's closing parenthesis; 0 = state, 1 = parent, 11 and 12 = user and system ticks.
fn stat_field(pid: u32, field: usize) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(field)?
        .parse()
        .ok()
}

/// Ended children count too (13 and 14): PostgreSQL's workers come and go.
fn stat_cpu_ms(pid: u32) -> f64 {
    let ticks: u64 = [11, 12, 13, 14]
        .into_iter()
        .filter_map(|field| stat_field(pid, field))
        .sum();
    // USER_HZ is 100 on every Linux that we run on.
    ticks as f64 * 10.0
}
