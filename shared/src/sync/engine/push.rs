//! The push of facts: what a device saw, up to the server.

use super::{Call, Context, Engine, Purpose};
use crate::fact::kind::OpeningCause;
use crate::sync::backoff::{Backoff, Moment};
use crate::sync::effect::{AfterAck, Effect, JournalUpdate, Parked, Report, Save};
use crate::sync::event::{CallId, PushProgress, Times};
use crate::wire::latest::{FactsAnswer, JournalAck};

/// Facts in one upload, at most; the server takes no more.
const MAX_BATCH: u32 = 500;
/// Another process may write facts into the same replica: look for them that often.
const LOOK_MS: u64 = 2_000;

#[derive(Debug)]
pub(super) struct PushLoop {
    is_busy: bool,
    /// Something may be waiting.
    is_wanted: bool,
    /// A fact was written while an upload was under way.
    was_nudged: bool,
    look_at: Moment,
    limit: u32,
    parked: Parked,
    backoff: Backoff,
}

impl Default for PushLoop {
    fn default() -> Self {
        Self {
            is_busy: false,
            is_wanted: true,
            was_nudged: false,
            look_at: Moment::default(),
            limit: MAX_BATCH,
            parked: Parked::TryAgain,
            backoff: Backoff::default(),
        }
    }
}

impl PushLoop {
    pub(super) fn nudge(&mut self) {
        self.is_wanted = true;
        self.was_nudged = true;
    }

    pub(super) fn session_opened(&mut self) {
        self.is_wanted = true;
        self.parked = Parked::TryAgain;
    }

    pub(super) fn backoff(&mut self) -> &mut Backoff {
        &mut self.backoff
    }

    pub(super) fn is_at_rest(&self) -> bool {
        !self.is_busy && !self.is_wanted
    }

    /// What to ask for, if it is time.
    pub(super) fn start(&mut self, now: Moment) -> Option<(u32, Parked)> {
        if self.due_at()? > now {
            return None;
        }
        self.is_busy = true;
        self.was_nudged = false;
        Some((self.limit, self.parked))
    }

    pub(super) fn due_at(&self) -> Option<Moment> {
        let ready = self.backoff.ready_at();
        match (self.is_busy, self.is_wanted) {
            (true, _) => None,
            (false, true) => Some(ready),
            (false, false) => Some(ready.max(self.look_at)),
        }
    }

    pub(super) fn nothing_left(&mut self, now: Moment) {
        self.is_busy = false;
        self.is_wanted = self.was_nudged;
        self.parked = Parked::LeaveOut;
        self.look_at = now.after(LOOK_MS);
    }

    /// Half as much next time; `false` if one fact was too much already.
    pub(super) fn halve(&mut self) -> bool {
        let was = self.limit;
        self.limit = (was / 2).max(1);
        was > 1
    }

    pub(super) fn stop(&mut self) {
        self.is_busy = false;
        self.is_wanted = true;
    }
}

impl Engine {
    /// An upload under way may have been answered by the server as it was before its restore: what that acknowledged
    /// is not held any more. It is made again.
    pub(super) fn forget_push(&mut self) {
        let before = self.calls.len();
        self.calls.retain(|_, call| call.purpose != Purpose::Push);
        if self.calls.len() < before {
            self.push.stop();
        }
    }

    pub(super) fn push_answered(
        &mut self,
        call: CallId,
        answer: FactsAnswer,
        times: Times,
        out: &mut Vec<Effect>,
        context: &Context<'_>,
    ) {
        if self.take(call, Purpose::Push).is_none() {
            return;
        }
        self.measured(times, answer.server_ms, out, context.now);
        self.push.limit = (self.push.limit * 2).min(MAX_BATCH);
        self.push.parked = Parked::LeaveOut;
        for ack in &answer.journals {
            out.extend(reports(ack).map(Effect::Report));
        }
        let updates = answer.journals.into_iter().map(update).collect();
        self.save(Purpose::SaveAcks, Save::Acks(updates), out, context.now);
    }

    pub(super) fn acks_saved(
        &mut self,
        id: CallId,
        progress: PushProgress,
        context: &mut Context<'_>,
    ) {
        let Some(Call { sent_at, .. }) = self.take(id, Purpose::SaveAcks) else {
            return;
        };
        self.push.stop();
        match progress {
            PushProgress::Some => self.push.backoff.succeed(),
            PushProgress::None => self.push.backoff.fail(sent_at, context.now, context.random),
        }
    }
}

fn reports(ack: &JournalAck) -> impl Iterator<Item = Report> {
    let journal = ack.journal;
    let forked = ack.forked_at;
    let refused = ack.refused.iter();
    forked
        .map(|at| Report::JournalForked { journal, at })
        .into_iter()
        .chain(refused.map(move |(seq, why)| Report::FactRefused {
            journal,
            seq: *seq,
            why: why.clone(),
        }))
}

fn update(ack: JournalAck) -> JournalUpdate {
    let then = after(&ack);
    JournalUpdate {
        journal: ack.journal,
        acked_through: ack.acked_through,
        then,
    }
}

fn after(ack: &JournalAck) -> AfterAck {
    if let Some((_, why)) = ack.refused.iter().find(|(_, why)| may_be_taken_later(why)) {
        return AfterAck::Park { why: why.clone() };
    }
    let refused = ack.refused.iter().map(|(seq, _)| *seq);
    let Some(from) = refused.chain(ack.forked_at).min() else {
        return AfterAck::GoOn;
    };
    AfterAck::Reopen {
        from,
        without: ack.refused.clone(),
        through: ack.aside_through.unwrap_or(u64::MAX),
        cause: OpeningCause::Forked,
    }
}

/// The server does not know the author or the event, which may change: a server restored from a backup of
/// before the enrolment learns them again. Any other refusal is about the bytes and stays.
fn may_be_taken_later(why: &str) -> bool {
    matches!(
        why,
        "unknown_author" | "foreign_author" | "unknown_event" | "unknown_purpose"
    )
}
