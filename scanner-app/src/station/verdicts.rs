//! A decision as it fills the window, and as a line of the last scans.

use shared::admission::{AskReason, Decision};
use shared::language::Language;

use super::stage::Post;
use super::view::{EntryCount, RecentView, VerdictLight, VerdictView, Way};
use crate::door::{Outcome, Verdict};

/// `None`: nobody was decided on. `may_supervise`: this device may decide against the rules.
pub(super) fn view(
    post: &Post,
    verdict: &Verdict,
    no: u32,
    language: Language,
    may_supervise: bool,
) -> Option<VerdictView> {
    let Outcome::Decided {
        ticket,
        type_no,
        decision,
    } = &verdict.outcome
    else {
        return None;
    };
    let sentence = post.door.sentence(verdict, language);
    let (says, then) = sentence
        .map(|sentence| (sentence.says, sentence.then))
        .unzip();
    let mut view = VerdictView {
        no,
        light: VerdictLight::Refuse,
        way: post.way,
        type_name: type_no.and_then(|no| post.door.type_name(no)),
        entry: None,
        note: None,
        says,
        then,
        also_seen: post.door.also_seen(verdict, language),
        send_to: None,
        may_override: may_supervise && post.way == Way::In && ticket.is_some(),
        at_ms: verdict.at_ms,
    };
    match decision {
        Decision::Admit(admission) => {
            view.light = VerdictLight::Admit;
            view.entry = Some(EntryCount {
                no: admission.entry_no,
                of: admission.of,
            });
            view.note.clone_from(&admission.note);
            view.may_override = false;
        }
        Decision::Refuse(_) => {}
        Decision::Ask(reason) => {
            view.light = VerdictLight::Ask;
            if let AskReason::HomeGateElsewhere { home } = reason {
                view.send_to = post.door.name_of_gate(*home);
            }
        }
    }
    Some(view)
}

/// The line of a verdict that can be undone as long as it wrote an entry or an exit.
pub(super) fn line(post: &Post, verdict: &Verdict, view: &VerdictView) -> RecentView {
    let moved = view.light == VerdictLight::Admit;
    RecentView {
        no: view.no,
        light: view.light,
        way: view.way,
        type_name: view.type_name.clone(),
        detail: view.note.clone().or_else(|| view.says.clone()),
        at_ms: view.at_ms,
        at: post.door.clock(view.at_ms),
        undo: verdict.fact.filter(|_| moved).map(|fact| fact.id),
        undone: false,
    }
}
