//! Asking the server before the light whether another door is letting the same ticket in. Which scans are claimed, what an
//! answer means and when claims are not worth their wait is `shared::sync::claim`; here is the asking.

use std::fmt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use shared::admission::ClaimOutcome;
use shared::sync::backoff::Moment;
use shared::sync::claim::{self, CLAIM_MS};
use shared::wire::latest::{ClaimAnswer, ClaimAsk};

/// Who asks the server.
pub trait Claims: fmt::Debug + Send + Sync {
    /// The server's answer, if it comes within `limit`; a later one is not used any more.
    fn claim(&self, ask: ClaimAsk, limit: Duration) -> Option<ClaimAnswer>;
}

/// A door's claims, and whether they are worth their wait at the moment.
#[derive(Debug)]
pub(super) struct Claiming {
    line: Box<dyn Claims>,
    began: Instant,
    so_far: Mutex<claim::Claims>,
}

impl Claiming {
    pub(super) fn by(line: Box<dyn Claims>) -> Self {
        Self {
            line,
            began: Instant::now(),
            so_far: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> Moment {
        let since = self.began.elapsed().as_millis();
        Moment(u64::try_from(since).unwrap_or(u64::MAX))
    }

    pub(super) fn so_far(&self) -> claim::Claims {
        *super::locked(&self.so_far)
    }

    pub(super) fn ask(&self, ask: ClaimAsk) -> ClaimOutcome {
        let asked_at = self.now();
        let answer = self.line.claim(ask, Duration::from_millis(CLAIM_MS));
        super::locked(&self.so_far).outcome(answer, asked_at, self.now())
    }
}
