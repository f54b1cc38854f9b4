//! A decision as it fills the window, and as a line of the last scans.

use shared::admission::{AskReason, Decision};
use shared::ids::{FactId, TicketId, TypeNo};
use shared::language::Language;

use super::stage::Post;
use super::view::{EntryCount, RecentView, VerdictLight, VerdictView, Way};
use crate::door::{LetIn, Outcome, Verdict};

/// A verdict by which somebody was decided on.
pub(super) struct Decided<'v> {
    verdict: &'v Verdict,
    ticket: Option<TicketId>,
    type_no: Option<TypeNo>,
    decision: &'v Decision,
}

impl<'v> Decided<'v> {
    /// `None`: nobody was.
    pub(super) fn of(verdict: &'v Verdict) -> Option<Self> {
        match &verdict.outcome {
            Outcome::Decided {
                ticket,
                type_no,
                decision,
            } => Some(Self {
                verdict,
                ticket: *ticket,
                type_no: *type_no,
                decision,
            }),
            Outcome::OrderCode(_) | Outcome::Foreign(_) => None,
        }
    }

    fn may_be_overridden(&self) -> bool {
        let reason = match self.decision {
            Decision::Admit(_) => return false,
            Decision::Refuse(reason) => reason.reason(),
            Decision::Ask(reason) => reason.reason(),
        };
        self.ticket.is_some() && reason.may_be_overridden()
    }
}

/// `may_supervise`: this device may decide against the rules.
pub(super) fn view(
    post: &Post,
    decided: &Decided<'_>,
    no: u32,
    language: Language,
    may_supervise: bool,
) -> VerdictView {
    let verdict = decided.verdict;
    let sentence = post.door.sentence(verdict, language);
    let (says, then) = sentence
        .map(|sentence| (sentence.says, sentence.then))
        .unzip();
    let mut view = VerdictView {
        no,
        light: VerdictLight::Refuse,
        way: post.way,
        type_name: decided.type_no.and_then(|no| post.door.type_name(no)),
        entry: None,
        note: None,
        says,
        then,
        also_seen: post.door.also_seen(verdict, language),
        send_to: None,
        may_override: may_supervise && post.way == Way::In && decided.may_be_overridden(),
        at_ms: verdict.at_ms,
    };
    match decided.decision {
        Decision::Admit(admission) => {
            view.light = VerdictLight::Admit;
            view.entry = Some(EntryCount {
                no: admission.entry_no,
                of: admission.of,
            });
            view.note.clone_from(&admission.note);
        }
        Decision::Refuse(_) => {}
        Decision::Ask(reason) => {
            view.light = VerdictLight::Ask;
            if let AskReason::HomeGateElsewhere { home } = reason {
                view.send_to = post.door.name_of_gate(*home);
            }
        }
    }
    view
}

/// A supervisor let somebody in: green, and no count, since it goes by no rule.
pub(super) fn let_in(post: &Post, done: &LetIn, no: u32) -> VerdictView {
    VerdictView {
        no,
        light: VerdictLight::Admit,
        way: post.way,
        type_name: post.door.type_name(done.type_no),
        entry: None,
        note: done.note.clone(),
        says: None,
        then: None,
        also_seen: None,
        send_to: None,
        may_override: false,
        at_ms: done.at_ms,
    }
}

/// The line of a verdict, and the entry or exit by which it can be taken back.
pub(super) fn line(post: &Post, view: &VerdictView, moved: Option<FactId>) -> RecentView {
    RecentView {
        no: view.no,
        light: view.light,
        way: view.way,
        type_name: view.type_name.clone(),
        detail: view.note.clone().or_else(|| view.says.clone()),
        at_ms: view.at_ms,
        at: post.door.clock(view.at_ms),
        undo: moved,
        undone: false,
    }
}
