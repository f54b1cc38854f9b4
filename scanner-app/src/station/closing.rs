//! The end of a device's work: the organizer revoked it, or a supervisor signed it off.

use super::common::{Common, locked};
use super::conductor::Conductor;
use super::kept;
use super::stage::Stage;
use super::view::{UiError, Use};
use crate::door::{ScanError, To, sign_off};
use crate::online::HandingIn;
use crate::replica::{ReplicaError, facts, identity, sign_off as signed_off, signed};

/// Why it lets nobody in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Revoked,
    SignedOff,
}

impl End {
    /// Whether a scan that gave no verdict tells of it.
    pub(super) fn told_by(error: &ScanError) -> Option<Self> {
        match error {
            ScanError::Revoked => Some(Self::Revoked),
            ScanError::SignedOff => Some(Self::SignedOff),
            ScanError::RosterMissing(_)
            | ScanError::NotListed
            | ScanError::NotAllowed(_)
            | ScanError::SearchNotAllowed
            | ScanError::NotOnList(_)
            | ScanError::Write(_)
            | ScanError::Replica(_) => None,
        }
    }
}

impl Conductor {
    /// What the replica says. One that can't be read is told elsewhere.
    pub(super) fn ended(&self) -> Option<End> {
        let ended = self.common.replica.read(|tx| {
            if signed_off::since_ms(tx)?.is_some() {
                return Ok(Some(End::SignedOff));
            }
            let Some(identity) = identity::load(tx)? else {
                return Ok(None);
            };
            let own = signed::device(tx, identity.device)?;
            let revocation = own.and_then(|row| row.revocation);
            Ok::<_, ReplicaError>(revocation.map(|_| End::Revoked))
        });
        ended.unwrap_or(None)
    }

    pub(super) fn close(&mut self, end: End) {
        if !matches!(*locked(&self.common.stage), Stage::Closed { .. }) {
            let stage = self.closed(end);
            self.enter(stage);
        }
    }

    pub(super) fn closed(&self, end: End) -> Stage {
        let unsent = self.common.replica.read(move |tx| match end {
            End::Revoked => facts::unsent_count(tx),
            // What the server refused keeps the journals, too.
            End::SignedOff => {
                let outstanding = signed_off::outstanding(tx)?;
                Ok(outstanding.own + outstanding.carried + outstanding.refused)
            }
        });
        let unsent = unsent.unwrap_or_else(|error| {
            tracing::warn!(code = error.code(), "what waits can't be counted");
            0
        });
        let unsent = u32::try_from(unsent).unwrap_or(u32::MAX);
        Stage::Closed { unsent, end }
    }

    /// A supervisor ends this device's work: its secrets are gone when this returns. The journals are handed in from now on;
    /// once the server has them, the next start is a new device's.
    pub(super) fn sign_off(&mut self) -> Result<(), UiError> {
        self.common.decider()?;
        self.leave_post();
        sign_off(&self.common.replica, To::Server, self.common.now_ms())?;
        drop(self.in_step.take());
        if let Err(error) = kept::forget_place(&self.common.folders.data) {
            tracing::warn!(detail = %error, "the door's place is still kept");
        }
        self.close(End::SignedOff);
        self.hand_in();
        Ok(())
    }

    pub(super) fn hand_in(&mut self) {
        let begun = HandingIn::begin(&self.common.replica);
        self.handing_in = begun
            .inspect_err(|error| tracing::error!(code = error.code(), "nothing is handed in"))
            .ok();
    }

    /// Nothing of a guest stays in memory, and nobody is kept from the machine: there is no supervisor any more to unlock a
    /// screen.
    pub(super) fn forget_guests(&self) {
        self.common.lock();
        locked(&self.common.scans).forget();
        self.common.give_back_screen();
    }
}

impl Common {
    fn give_back_screen(&self) {
        let settings = {
            let mut settings = locked(&self.settings);
            if settings.used_by == Use::Staffed {
                return;
            }
            settings.used_by = Use::Staffed;
            settings.clone()
        };
        if let Err(error) = kept::keep_settings(&self.folders.data, &settings) {
            tracing::warn!(detail = %error, "the screen is locked again at the next start");
        }
        self.host.full_screen(false);
    }
}
