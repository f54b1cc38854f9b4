//! What failures mean. Only here.

use super::{Call, Context, Engine, Erasure, HUMAN_MS, Link, Purpose, Session};
use crate::ids::EventId;
#[cfg(test)]
use crate::planted::{self, Bug};
use crate::sync::effect::{Effect, Report};
use crate::sync::event::{CallId, Failure};
use crate::sync::state::BlockReason;
use crate::wire::latest::ErrorCode;

/// A session that dies this young is not opened again at once.
const YOUNG_SESSION_MS: u64 = 60_000;

impl Engine {
    pub(super) fn failed(
        &mut self,
        id: CallId,
        failure: Failure,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        if failure == Failure::Storage {
            out.push(Effect::Report(Report::StorageFailed));
        }
        match call.purpose {
            Purpose::OpenSession | Purpose::SaveGrant => {
                self.session_failed(call, failure, out, context);
            }
            Purpose::Push => self.push_failed(call, failure, context),
            Purpose::SaveAcks => {
                self.push.stop();
                let backoff = self.push.backoff();
                backoff.fail(call.sent_at, context.now, context.random);
            }
            Purpose::PullSigned | Purpose::SaveSigned => {
                self.signed.failed();
                if failure == Failure::WrongServer {
                    // Signed by another root, or two objects of one version: a person has to look.
                    self.blocked = Some(BlockReason::WrongServer);
                    out.push(Effect::Report(Report::WrongServer));
                }
                self.pull_failed(call, failure, context);
            }
            Purpose::Pull { event, .. } => self.feed_failed(event, call, failure, out, context),
            Purpose::ApplyPage(event)
            | Purpose::BeginShadow(event)
            | Purpose::SwapShadow(event) => {
                self.feed_waits(event, call, context);
            }
            Purpose::Erase => {
                self.erasure = Erasure::Due;
                self.erase_backoff
                    .fail(call.sent_at, context.now, context.random);
            }
            // Measured again with the next answer.
            Purpose::SaveClock => {}
        }
    }

    fn session_failed(
        &mut self,
        call: Call,
        failure: Failure,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        self.session = Session::Closed;
        let mut for_human = false;
        match failure {
            Failure::Storage => {}
            Failure::Network => self.link = Link::Down,
            Failure::WrongServer => {
                self.link = Link::Up;
                if self.blocked != Some(BlockReason::WrongServer) {
                    out.push(Effect::Report(Report::WrongServer));
                }
                self.blocked = Some(BlockReason::WrongServer);
            }
            Failure::Refused {
                code,
                retry_after_ms,
            } => {
                self.link = Link::Up;
                for_human = self.session_refused(code);
                if let Some(ms) = retry_after_ms {
                    self.session_backoff.hold(ms, context.now, context.random);
                }
            }
        }
        if for_human {
            self.session_backoff
                .hold(HUMAN_MS, context.now, context.random);
        } else {
            self.session_backoff
                .fail(call.sent_at, context.now, context.random);
        }
    }

    /// Whether nothing changes before a person acts.
    fn session_refused(&mut self, code: ErrorCode) -> bool {
        match code {
            ErrorCode::DeviceRevoked => self.revoke(),
            ErrorCode::UpgradeRequired => self.is_too_old = true,
            // A nonce may have been too old; a key that is not known stays so.
            ErrorCode::Unauthenticated => {
                self.blocked = Some(BlockReason::NotAccepted);
                return false;
            }
            _ if code.is_permanent() => self.blocked = Some(BlockReason::NotAccepted),
            _ => return false,
        }
        true
    }

    /// The device hands in what it saw, but knows nothing any more.
    fn revoke(&mut self) {
        self.blocked = Some(BlockReason::Revoked);
        if self.erasure == Erasure::NotNeeded {
            self.erasure = Erasure::Due;
        }
    }

    fn push_failed(&mut self, call: Call, failure: Failure, context: &mut Context<'_>) {
        self.push.stop();
        #[cfg(test)]
        if planted::is(Bug::CutUploadForgotten) && failure == Failure::Network {
            self.push.nothing_left(context.now.after(HUMAN_MS));
            return;
        }
        match failure {
            Failure::Network | Failure::Storage | Failure::WrongServer => {}
            Failure::Refused { code, .. } if self.has_lost_session(code, call, context) => return,
            // The pull says whether the device is revoked; that does not stop its facts.
            Failure::Refused {
                code: ErrorCode::TooLarge,
                ..
            } if self.push.halve() => return,
            Failure::Refused {
                code,
                retry_after_ms,
            } => {
                if code.is_permanent() {
                    self.push.halve();
                }
                if code == ErrorCode::DeviceRevoked {
                    self.revoke();
                }
                let backoff = self.push.backoff();
                if let Some(ms) = retry_after_ms {
                    backoff.hold(ms, context.now, context.random);
                }
            }
        }
        let backoff = self.push.backoff();
        backoff.fail(call.sent_at, context.now, context.random);
    }

    fn feed_failed(
        &mut self,
        event: EventId,
        call: Call,
        failure: Failure,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        match failure {
            Failure::Network => {
                self.with_feed(event, |feed| {
                    feed.stop();
                    feed.halve();
                });
                self.pull_failed(call, failure, context);
            }
            Failure::Refused {
                code: ErrorCode::ResetRequired | ErrorCode::InvalidCursor,
                ..
            } => {
                self.pull_worked();
                self.begin_anew(event, call, out, context);
            }
            Failure::Refused {
                code: ErrorCode::TooLarge,
                ..
            } => {
                self.pull_worked();
                self.with_feed(event, super::feed::Feed::halve);
                self.feed_waits(event, call, context);
            }
            // Taken away from this device, or gone: the next session says.
            Failure::Refused {
                code: ErrorCode::NotFound | ErrorCode::Forbidden,
                ..
            }
            | Failure::Storage => self.feed_waits(event, call, context),
            Failure::Refused { .. } | Failure::WrongServer => {
                self.with_feed(event, super::feed::Feed::stop);
                self.pull_failed(call, failure, context);
            }
        }
    }

    fn feed_waits(&mut self, event: EventId, call: Call, context: &mut Context<'_>) {
        if let Some(feed) = self.feeds.get_mut(&event) {
            feed.stop();
            feed.backoff()
                .fail(call.sent_at, context.now, context.random);
        }
    }

    fn pull_failed(&mut self, call: Call, failure: Failure, context: &mut Context<'_>) {
        match failure {
            Failure::Storage | Failure::WrongServer => {}
            Failure::Network => self.link = Link::Down,
            Failure::Refused { code, .. } if self.has_lost_session(code, call, context) => return,
            Failure::Refused {
                code,
                retry_after_ms,
            } => {
                self.link = Link::Up;
                let wait_ms = match code {
                    ErrorCode::UpgradeRequired => {
                        self.is_too_old = true;
                        Some(HUMAN_MS)
                    }
                    ErrorCode::DeviceRevoked => {
                        self.revoke();
                        retry_after_ms
                    }
                    _ => retry_after_ms,
                };
                if let Some(ms) = wait_ms {
                    self.pull_backoff.hold(ms, context.now, context.random);
                }
            }
        }
        self.pull_backoff
            .fail(call.sent_at, context.now, context.random);
    }

    /// The session is over: another one is opened, at once unless this one was young. What was sent under
    /// a former session says nothing about the present one.
    fn has_lost_session(&mut self, code: ErrorCode, call: Call, context: &mut Context<'_>) -> bool {
        if code != ErrorCode::Unauthenticated {
            return false;
        }
        if let Session::Open { since } = self.session
            && call.session == self.session_number
        {
            self.session = Session::Closed;
            if context.now.since(since) < YOUNG_SESSION_MS {
                self.session_backoff
                    .fail(call.sent_at, context.now, context.random);
            }
        }
        true
    }
}
