//! The sync while the door works: begun, heard, and begun again when it ended by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::admission::RosterState;
use shared::sync::state::{BlockReason, State};

use super::closing::End;
use super::common::{Common, locked};
use super::conductor::Conductor;
use super::figures::Wake;
use crate::online::{Asked, InStep, InStepNews, OnlineNews};
use crate::peers::{RightLine, right_line};
use crate::sync::{ClaimLine, StockLine, claim_line, driver, stock_line};

/// A sync that ended by itself is begun again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The sync under way, and how a door asks through it.
pub(super) struct Syncing {
    pub(super) claims: ClaimLine,
    pub(super) rights: RightLine,
    pub(super) stock: StockLine,
    running: Option<InStep>,
    ended_at: Option<Instant>,
}

impl Conductor {
    pub(super) fn keep_in_step(&mut self) {
        let ((claims, calls), (rights, right_calls)) = (claim_line(), right_line());
        let (stock, stock_calls) = stock_line();
        let asked = Asked {
            claims: calls,
            rights: right_calls,
            stock: Some(stock_calls),
        };
        let common = Arc::clone(&self.common);
        let begun = InStep::begin(
            &self.common.replica,
            &self.common.folders.data,
            self.lan,
            asked,
            move |news| heard(&common, news),
        );
        let running = begun
            .inspect_err(|error| tracing::error!(code = error.code(), "the sync did not begin"))
            .ok();
        self.in_step = Some(Syncing {
            claims,
            rights,
            stock,
            ended_at: running.is_none().then(Instant::now),
            running,
        });
    }

    fn sync_ended(&mut self) {
        self.common.set_roster(RosterState::MaybeBehind);
        if let Some(syncing) = &mut self.in_step {
            syncing.ended_at = Some(Instant::now());
        }
    }

    /// Begins it again, if it ended a while ago.
    pub(super) fn sync_again(&mut self) {
        let ended = self
            .in_step
            .as_ref()
            .and_then(|syncing| syncing.ended_at)
            .is_some_and(|at| at.elapsed() > AGAIN_AFTER);
        if ended {
            drop(self.in_step.take().and_then(|syncing| syncing.running));
            self.keep_in_step();
            if let Some(post) = self.common.post() {
                // Its lines lead nowhere any more.
                let _ = self.face(post.way);
            }
            if let Some(counter) = self.common.counter() {
                self.connect(&counter);
            }
        }
    }
}

impl Common {
    pub(super) fn set_roster(&self, roster: RosterState) {
        *locked(&self.roster) = roster;
        if let Some(post) = self.post() {
            post.door.set_roster_state(roster);
        }
    }
}

/// On the sync's thread.
fn heard(common: &Arc<Common>, news: InStepNews) {
    match news {
        InStepNews::Online(OnlineNews::Sync(driver::News::State(state))) => {
            common.set_roster(if state == State::Live {
                RosterState::Live
            } else {
                RosterState::MaybeBehind
            });
            if state == State::Blocked(BlockReason::Revoked) {
                common.order(|conductor| conductor.close(End::Revoked));
            }
            common.wake_figures(Wake::Changed);
        }
        InStepNews::Online(OnlineNews::Lan(_)) => common.wake_figures(Wake::Changed),
        InStepNews::Online(OnlineNews::Sync(driver::News::Failed(error))) => {
            tracing::info!(code = error.code(), "the server was not reached");
        }
        InStepNews::Online(
            OnlineNews::Sync(driver::News::Report(_)) | OnlineNews::Listening(_),
        ) => {}
        InStepNews::Ended(_) => common.order(Conductor::sync_ended),
    }
}
