//! Codes without a valid signature, summed up over a minute: a printed page of forged codes can't fill
//! a disk.

use std::collections::BTreeMap;

use shared::admission::Reason;
use shared::clock::UnixMillis;

const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Default)]
pub(super) struct Refusals {
    since_ms: Option<UnixMillis>,
    counts: BTreeMap<Reason, u32>,
}

impl Refusals {
    pub(super) fn add(&mut self, reason: Reason, now_ms: UnixMillis) {
        self.since_ms.get_or_insert(now_ms);
        let count = self.counts.entry(reason).or_default();
        *count = count.saturating_add(1);
    }

    /// What has waited for a minute.
    pub(super) fn due(&self, now_ms: UnixMillis) -> Vec<(Reason, u32)> {
        match self.since_ms {
            Some(since) if since.abs_diff(now_ms) >= MINUTE_MS => self.all(),
            Some(_) | None => Vec::new(),
        }
    }

    pub(super) fn all(&self) -> Vec<(Reason, u32)> {
        self.counts
            .iter()
            .map(|(reason, count)| (*reason, *count))
            .collect()
    }

    /// These are on the disk. What came meanwhile waits from now on.
    pub(super) fn written(&mut self, sums: &[(Reason, u32)], now_ms: UnixMillis) {
        if sums.is_empty() {
            return;
        }
        for (reason, written) in sums {
            if let Some(count) = self.counts.get_mut(reason) {
                *count = count.saturating_sub(*written);
            }
        }
        self.counts.retain(|_, count| *count > 0);
        self.since_ms = (!self.counts.is_empty()).then_some(now_ms);
    }
}
