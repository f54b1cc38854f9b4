//! Whose facts count: those of authors with the right, up to the point of their revocation.

use crate::fact::kind::{EntryMarks, Fact, FactBody};
use crate::roster::{DeviceRow, Rights};

use super::{FactHash, FoldContext};

/// Whether a fact counts. In this order: of one fact's copies the best-standing counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Counts,
    Quarantined,
    NotAuthorised,
}

/// The standing of a fact before annotations. Claimed times play no part: a stolen device claims any.
pub(super) fn standing(fact: &Fact, hash: &FactHash, context: &FoldContext<'_>) -> Standing {
    if fact.device == context.server {
        return Standing::Counts;
    }
    let author = context.devices.iter().find(|row| row.id == fact.device);
    match author {
        Some(row) if may(row, fact, context) => {
            if within_revocation(row, fact, hash) {
                Standing::Counts
            } else {
                Standing::Quarantined
            }
        }
        _ => Standing::NotAuthorised,
    }
}

fn may(author: &DeviceRow, fact: &Fact, context: &FoldContext<'_>) -> bool {
    author.events.contains(&context.rules.event.id) && has_right(author.rights, &fact.body)
}

fn has_right(rights: Rights, body: &FactBody) -> bool {
    match body {
        FactBody::Entry { marks, .. } | FactBody::Exit { marks, .. } => {
            rights.scan && (rights.search || !marks.has(EntryMarks::BY_HAND))
        }
        FactBody::Refusal { .. } | FactBody::Void { .. } => rights.scan,
        FactBody::Override { .. } => rights.supervise,
        // Annotations are the server's alone; the others are about no ticket.
        FactBody::Annotation { .. }
        | FactBody::JournalOpened { .. }
        | FactBody::Refusals { .. }
        | FactBody::Issued { .. }
        | FactBody::Opaque { .. } => false,
    }
}

fn within_revocation(author: &DeviceRow, fact: &Fact, hash: &FactHash) -> bool {
    let Some(revocation) = &author.revocation else {
        return true;
    };
    revocation
        .points
        .iter()
        .find(|(journal, _, _)| *journal == fact.journal)
        .is_some_and(|(_, last, last_hash)| {
            fact.seq < *last || (fact.seq == *last && hash == last_hash)
        })
}
