//! What a device may do with a ticket, and what it shows.

use super::Node;
use crate::admission::fold::FactHash;
use crate::admission::{
    ClockTrust, Code, Decision, Direction, Door, EntryRight, Issued, Known, Means, Now, Presented,
    RosterState, Rotating, SignedBy, TicketCode, TicketState, decide,
};
use crate::clock::offset::NEVER_MEASURED;
use crate::clock::{ClockDoubt, UnixMillis};
use crate::fact::Fact;
use crate::fact::kind::RightKind;
use crate::ids::TicketId;
use crate::lease::{Held, Lease, Right, Trace, held, trace};
use crate::roster::{EventMode, TicketRow};
use crate::simulation::venue::{KEY, Venue};
use crate::sync::state::State;

impl Node {
    pub(in crate::simulation) fn lease(&self, venue: &Venue, right: Right) -> Option<&Lease> {
        self.disk.leases.find(venue.event.id, right)
    }

    pub(in crate::simulation) fn trace(
        &self,
        venue: &Venue,
        right: Right,
    ) -> (Trace, Vec<(Fact, FactHash)>) {
        let facts = self.disk.facts.with_rights(right.ticket);
        let authors = self.basis(venue).authors();
        let trace = trace(right, self.lease(venue, right), &facts, &authors);
        (trace, facts)
    }

    pub(in crate::simulation) fn held(&self, venue: &Venue, right: Right) -> Held {
        let (trace, facts) = self.trace(venue, right);
        let lease = self.lease(venue, right);
        held(self.id, self.own_journals(), right, lease, &trace, &facts)
    }

    pub(in crate::simulation) fn now(&self, true_ms: UnixMillis) -> Now {
        let time = self.time.now(self.wall_ms(true_ms));
        let (error_ms, trust) = match time.doubt {
            None => (time.error_ms, ClockTrust::Good),
            Some(ClockDoubt::NeverMeasured) => (NEVER_MEASURED, ClockTrust::Good),
            Some(ClockDoubt::SetBack { .. }) => (time.error_ms, ClockTrust::Doubtful),
        };
        Now {
            ms: time.now_ms,
            error_ms,
            trust,
        }
    }

    pub(in crate::simulation) fn decide(
        &self,
        venue: &Venue,
        row: TicketRow,
        direction: Direction,
        right: EntryRight,
        true_ms: UnixMillis,
    ) -> Decision {
        let rules = venue.rules();
        let presented = Presented {
            direction,
            code: Code::Ticket(TicketCode {
                ticket: row.id,
                type_no: row.type_no,
                window: row.window,
                key: KEY,
                mode: EventMode::Real,
                signed_by: SignedBy::Event,
                rotating: Rotating::No,
                means: Means::Signed,
            }),
        };
        let nothing = TicketState::default();
        let folded = self.view.folded.get(&row.id);
        let known = Known {
            row: self.disk.in_use.tickets.get(&row.id).copied(),
            barred: None,
            key: Some(&venue.key),
            issued: Issued::Unseen,
            state: folded.map_or(&nothing, |folded| &folded.state),
            claimed_at: None,
            right,
        };
        let is_live = self.engine.state() == State::Live;
        let door = Door {
            // Open doors take tickets of either gate: what is at stake here is how often, not where.
            gate: None,
            roster: if is_live {
                RosterState::Live
            } else {
                RosterState::MaybeBehind
            },
            roster_as_of_ms: None,
        };
        decide(&presented, &known, self.now(true_ms), &door, &rules)
    }

    pub(in crate::simulation) fn admit_right(ticket: TicketId) -> Right {
        Right {
            kind: RightKind::Admit,
            ticket,
        }
    }

    pub(in crate::simulation) fn sell_right(ticket: TicketId) -> Right {
        Right {
            kind: RightKind::Sell,
            ticket,
        }
    }
}
