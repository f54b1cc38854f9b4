//! Whose facts count: those of authors with the right, up to the point of their revocation.

use crate::fact::kind::{EntryMarks, Fact, FactBody, RightKind};
use crate::ids::{DeviceId, EventId};
#[cfg(test)]
use crate::planted::{self, Bug};
use crate::roster::{DeviceRow, Rights};

use super::FactHash;

/// Who may write what, by the signed device list.
#[derive(Clone, Copy, Debug)]
pub struct Authors<'a> {
    /// The signed device list.
    pub devices: &'a [DeviceRow],
    /// The server as a device.
    pub server: DeviceId,
    /// The event whose facts these are.
    pub event: EventId,
}

impl Authors<'_> {
    /// Is the author of this fact one who may say that, and it is not quarantined?
    pub fn counts(&self, fact: &Fact, hash: &FactHash) -> bool {
        standing(fact, hash, self) == Standing::Counts
    }

    /// May this device hold a right of that kind? A revoked one may not.
    pub fn may_hold(&self, device: DeviceId, right: RightKind) -> bool {
        self.devices.iter().any(|row| {
            row.id == device
                && row.revocation.is_none()
                && row.events.contains(&self.event)
                && has_right_to_hold(row.rights, right)
        })
    }
}

/// Whether a fact counts. In this order: of one fact's copies the best-standing counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Counts,
    Quarantined,
    NotAuthorised,
}

/// The standing of a fact before annotations. Claimed times play no part: a stolen device claims any.
pub(super) fn standing(fact: &Fact, hash: &FactHash, authors: &Authors<'_>) -> Standing {
    if fact.device == authors.server {
        return Standing::Counts;
    }
    let author = authors.devices.iter().find(|row| row.id == fact.device);
    match author {
        Some(row) if may(row, fact, authors) => {
            if within_revocation(row, fact, hash) {
                Standing::Counts
            } else {
                Standing::Quarantined
            }
        }
        _ => Standing::NotAuthorised,
    }
}

fn may(author: &DeviceRow, fact: &Fact, authors: &Authors<'_>) -> bool {
    author.events.contains(&authors.event) && has_right(author.rights, &fact.body)
}

fn has_right(rights: Rights, body: &FactBody) -> bool {
    match body {
        FactBody::Entry { marks, .. } | FactBody::Exit { marks, .. } => {
            rights.scan && (rights.search || !marks.has(EntryMarks::BY_HAND))
        }
        FactBody::Refusal { .. } | FactBody::Void { .. } => rights.scan,
        FactBody::Override { .. } => rights.supervise,
        FactBody::HandOver { right, .. } | FactBody::Release { right, .. } => {
            has_right_to_hold(rights, *right)
        }
        FactBody::Issued { .. } | FactBody::Withdrawn { .. } => rights.sell,
        // Annotations are the server's alone; the others are about no ticket.
        FactBody::Annotation { .. }
        | FactBody::JournalOpened { .. }
        | FactBody::Refusals { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => false,
    }
}

fn has_right_to_hold(rights: Rights, right: RightKind) -> bool {
    match right {
        RightKind::Admit => rights.scan,
        RightKind::Sell => rights.sell,
    }
}

fn within_revocation(author: &DeviceRow, fact: &Fact, hash: &FactHash) -> bool {
    let Some(revocation) = &author.revocation else {
        return true;
    };
    #[cfg(test)]
    if planted::is(Bug::QuarantineByClaimedTime) && fact.effective_ms() < revocation.at_ms - 30_000
    {
        return true;
    }
    #[cfg(test)]
    if planted::is(Bug::JournalAfterRevocation)
        && !revocation
            .points
            .iter()
            .any(|(of, _, _)| *of == fact.journal)
    {
        return true;
    }
    revocation
        .points
        .iter()
        .find(|(journal, _, _)| *journal == fact.journal)
        .is_some_and(|(_, last, last_hash)| {
            fact.seq < *last || (fact.seq == *last && hash == last_hash)
        })
}
