//! One pass over a ticket's facts in their order: its state, and what is said of each passage.

use std::collections::{BTreeMap, BTreeSet};

use crate::admission::presented::Issued;
use crate::admission::rules::{barring_entry, max_entries, takes};
use crate::admission::state::{Sighting, TicketState};
use crate::admission::window::{Lies, lies};
use crate::fact::kind::{EntryMarks, FactBody};
use crate::ids::{FactName, GateNo, KeyId, TypeNo, WindowNo};
#[cfg(test)]
use crate::planted::{self, Bug};
use crate::roster::{EntryRule, TicketStatus};

use super::label::FactLabel;
use super::{FoldContext, Kept};

/// What came of the walk.
pub(super) struct Walked {
    pub(super) state: TicketState,
    pub(super) labels: BTreeMap<FactName, Vec<FactLabel>>,
    /// Entries that a duplicate doubles.
    pub(super) doubled: BTreeSet<FactName>,
}

/// An entry, an exit or an override, alike.
struct Passage {
    way: Way,
    gate: GateNo,
    marks: EntryMarks,
    /// What the code said; an override doesn't say.
    token: Option<(TypeNo, WindowNo, KeyId)>,
}

#[derive(PartialEq, Eq)]
enum Way {
    In,
    Overridden,
    Out,
}

fn passage(body: &FactBody) -> Option<Passage> {
    match *body {
        FactBody::Entry {
            type_no,
            window,
            key,
            gate,
            marks,
            ..
        } => Some(Passage {
            way: Way::In,
            gate,
            marks,
            token: Some((type_no, window, key)),
        }),
        FactBody::Override { gate, .. } => Some(Passage {
            way: Way::Overridden,
            gate,
            marks: EntryMarks::default(),
            token: None,
        }),
        FactBody::Exit { gate, marks, .. } => Some(Passage {
            way: Way::Out,
            gate,
            marks,
            token: None,
        }),
        FactBody::Void { .. }
        | FactBody::Refusal { .. }
        | FactBody::Annotation { .. }
        | FactBody::JournalOpened { .. }
        | FactBody::Refusals { .. }
        | FactBody::Issued { .. }
        | FactBody::HandOver { .. }
        | FactBody::Release { .. }
        | FactBody::Withdrawn { .. }
        | FactBody::Till(_)
        | FactBody::Opaque { .. } => None,
    }
}

/// The entry that a fact tells of, if it tells of one.
pub(super) fn sighting(kept: &Kept<'_>) -> Option<Sighting> {
    passage(&kept.fact.body)
        .filter(|passage| passage.way != Way::Out)
        .map(|passage| Sighting {
            fact: kept.fact.name(),
            at_ms: kept.at_ms(),
            gate: passage.gate,
        })
}

/// Walks over the facts that count, in causal order.
pub(super) fn walk(
    facts: &[&Kept<'_>],
    voided: &BTreeSet<FactName>,
    context: &FoldContext<'_>,
) -> Walked {
    let standing = |kept: &&&Kept<'_>| !voided.contains(&kept.fact.name());
    let type_no = context.row.map(|row| row.type_no).or_else(|| {
        let said = facts.iter().filter(standing);
        said.filter_map(|kept| passage(&kept.fact.body)?.token)
            .map(|(type_no, _, _)| type_no)
            .next()
    });
    let mut walk = Walk {
        context,
        type_no,
        rule: type_no.map_or(context.rules.event.entry_rule, |no| {
            context.rules.entry_rule(no)
        }),
        walked: Walked {
            state: TicketState::default(),
            labels: BTreeMap::new(),
            doubled: BTreeSet::new(),
        },
    };
    for kept in facts {
        let Some(passage) = passage(&kept.fact.body) else {
            continue;
        };
        let mut labels = circumstances(kept, &passage);
        if standing(&kept) {
            match passage.way {
                Way::Out => walk.walked.state.inside = false,
                Way::In | Way::Overridden => {
                    labels.extend(walk.enter(kept, passage.gate));
                    labels.extend(walk.ticket(&passage));
                    labels.extend(walk.time(kept, &passage));
                    labels.extend(walk.gate(&passage));
                }
            }
        }
        walk.walked.labels.insert(kept.fact.name(), labels);
    }
    walk.walked
}

fn circumstances(kept: &Kept<'_>, passage: &Passage) -> Vec<FactLabel> {
    let suspect = kept.adjusted_ms.is_some() || passage.marks.has(EntryMarks::CLOCK_DOUBTFUL);
    [
        (passage.marks.has(EntryMarks::BY_HAND), FactLabel::ByHand),
        (passage.way == Way::Overridden, FactLabel::Override),
        (suspect, FactLabel::ClockSuspect),
    ]
    .into_iter()
    .filter_map(|(applies, label)| applies.then_some(label))
    .collect()
}

struct Walk<'c> {
    context: &'c FoldContext<'c>,
    type_no: Option<TypeNo>,
    rule: EntryRule,
    walked: Walked,
}

impl Walk<'_> {
    /// Who went in is in; whether it counts is another matter.
    fn enter(&mut self, kept: &Kept<'_>, gate: GateNo) -> Option<FactLabel> {
        let state = &mut self.walked.state;
        let doubled = barring_entry(self.rule, state);
        state.inside = true;
        #[cfg(test)]
        if planted::is(Bug::LastWriterWins) {
            let entry = sighting(kept);
            (state.entries, state.first_entry, state.last_entry) = (1, entry, entry);
            return None;
        }
        if let Some(entry) = doubled {
            self.walked.doubled.insert(entry.fact);
            return Some(FactLabel::DuplicateEntry);
        }
        let entry = Sighting {
            fact: kept.fact.name(),
            at_ms: kept.at_ms(),
            gate,
        };
        let day = state
            .entries_by_day
            .entry(self.context.rules.day(entry.at_ms))
            .or_default();
        let all_used = max_entries(self.rule).is_some_and(|most| state.entries >= most.into());
        let day_used = self
            .rule
            .max_entries_per_day
            .is_some_and(|most| *day >= most.into());
        *day = day.saturating_add(1);
        state.entries = state.entries.saturating_add(1);
        state.first_entry.get_or_insert(entry);
        state.last_entry = Some(entry);
        (all_used || day_used).then_some(FactLabel::OverLimit)
    }

    fn ticket(&self, passage: &Passage) -> Option<FactLabel> {
        let Some(row) = self.context.row else {
            return match self.context.issued {
                Issued::Known => None,
                Issued::Withdrawn => Some(FactLabel::Refunded),
                Issued::Returned => Some(FactLabel::AdmittedUnsold),
                Issued::Unseen | Issued::Stopped => {
                    if passage.marks.has(EntryMarks::SALE_UNSEEN) {
                        Some(FactLabel::SaleUnseen)
                    } else if passage.marks.has(EntryMarks::ROW_UNSEEN) {
                        Some(FactLabel::RowUnseen)
                    } else {
                        Some(FactLabel::UnknownTicket)
                    }
                }
            };
        };
        match row.status {
            TicketStatus::Revoked | TicketStatus::Cancelled | TicketStatus::Blocked => {
                Some(FactLabel::Revoked)
            }
            TicketStatus::Refunded => Some(FactLabel::Refunded),
            TicketStatus::Valid if self.context.issued == Issued::Withdrawn => {
                Some(FactLabel::Refunded)
            }
            TicketStatus::Valid => passage
                .token
                .filter(|token| *token != (row.type_no, row.window, row.key))
                .map(|_| FactLabel::Superseded),
        }
    }

    fn time(&self, kept: &Kept<'_>, passage: &Passage) -> Option<FactLabel> {
        let row = self.context.row.map(|row| row.window);
        let window = row.or(passage.token.map(|(_, window, _)| window))?;
        let hours = self.context.rules.hours(window)?;
        let error = match kept.adjusted_ms {
            Some(_) => 0,
            None => i64::from(kept.fact.offset_err_ms),
        };
        let at_ms = kept.at_ms();
        let lies = lies(
            &hours,
            at_ms.saturating_sub(error),
            at_ms.saturating_add(error),
        );
        (lies == Lies::Outside).then_some(FactLabel::OutsideWindow)
    }

    fn gate(&self, passage: &Passage) -> Option<FactLabel> {
        let here = self.context.rules.gate(passage.gate)?;
        let type_refused = self.type_no.is_some_and(|no| !takes(here, no));
        let home = self.context.row.map(|row| row.home_gate);
        let home_elsewhere = home
            .filter(|home| *home != here.no)
            .and_then(|home| self.context.rules.gate(home))
            .is_some();
        (type_refused || (here.strict_home && home_elsewhere)).then_some(FactLabel::WrongGate)
    }
}
