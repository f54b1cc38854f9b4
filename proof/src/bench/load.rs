//! A closed loop: so many callers, each asking again as soon as it is answered.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::figures::percentile;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Requests answered well.
    pub done: u64,
    /// Wall time of the whole.
    pub wall: Duration,
    /// Milliseconds of each.
    pub latencies_ms: Vec<f64>,
}

impl Outcome {
    /// Requests a second.
    pub fn per_second(&self) -> f64 {
        self.done as f64 / self.wall.as_secs_f64()
    }

    /// A percentile of the latencies.
    pub fn latency_ms(&mut self, share: f64) -> f64 {
        percentile(&mut self.latencies_ms, share)
    }
}

/// `callers` at once carry out `work(n)` for n in 0..`total`. The first error ends it.
pub async fn closed_loop<F, W>(callers: usize, total: u64, work: W) -> anyhow::Result<Outcome>
where
    W: Fn(u64) -> F,
    F: Future<Output = anyhow::Result<()>>,
{
    let next = AtomicU64::new(0);
    let began = Instant::now();
    let loops = (0..callers).map(|_| async {
        let mut latencies = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            if n >= total {
                return anyhow::Ok(latencies);
            }
            let start = Instant::now();
            work(n).await?;
            latencies.push(start.elapsed().as_secs_f64() * 1e3);
        }
    });
    let latencies_ms: Vec<f64> = futures::future::try_join_all(loops)
        .await?
        .into_iter()
        .flatten()
        .collect();
    Ok(Outcome {
        done: latencies_ms.len() as u64,
        wall: began.elapsed(),
        latencies_ms,
    })
}
