//! One scan, one decision, from what is here and without waiting.
//!
//! The checks stand in the order of what is most useful to hear: whose ticket it is, then whether it
//! still counts, then when, where and how often. The first refusal is told. A question is asked only
//! when nothing refuses, so that no supervisor is called for a ticket that can't enter anyway.

use crate::fact::EntryMarks;
use crate::ids::GateNo;
use crate::roster::{EventMode, ReEntry, TicketStatus};

use crate::admission::presented::{
    ClockTrust, Code, Direction, Door, EntryRight, Issued, Known, Means, Now, Presented,
    RosterState, Rotating, SignedBy, TicketCode,
};
use crate::admission::reason::{AskReason, RefuseReason};
use crate::admission::rules::{Rules, barring_entry, max_entries, takes};
use crate::admission::state::Sighting;
use crate::admission::window::{Lies, lies, next_hours};

/// Past this error of the clock an entry is marked. Two minutes: from there on the door warns, too.
const LARGE_CLOCK_ERROR_MS: u32 = 120_000;

/// Green, red or amber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let them pass.
    Admit(Admission),
    /// Turn them away.
    Refuse(RefuseReason),
    /// A supervisor decides.
    Ask(AskReason),
}

/// What goes with green.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// For the fact.
    pub marks: EntryMarks,
    /// The ticket type's note for the person at the door.
    pub note: Option<String>,
    /// The how manieth entry this is, from 1; on the way out the one that ends.
    pub entry_no: u32,
    /// The most entries there are; `None` = no maximum.
    pub of: Option<u16>,
    /// A revoked device says that it was here before.
    pub also_seen: Option<Sighting>,
}

/// A question, if there is one, or a refusal at once.
type Check = Result<Option<AskReason>, RefuseReason>;

/// Decides on what was presented. Total: every input has a decision.
pub fn decide(
    presented: &Presented,
    known: &Known<'_>,
    now: Now,
    door: &Door<'_>,
    rules: &Rules<'_>,
) -> Decision {
    let scan = match presented.code {
        Code::Forged => return Decision::Refuse(RefuseReason::Forged),
        Code::UnknownKey => {
            return match door.roster {
                RosterState::Live => Decision::Refuse(RefuseReason::UnknownKey),
                RosterState::MaybeBehind => Decision::Ask(AskReason::UnknownKeyOffline),
            };
        }
        Code::Ticket(code) => Scan {
            code,
            known,
            now,
            door,
            rules,
        },
    };
    let judged = match presented.direction {
        Direction::In | Direction::CheckOnly => scan.entry(),
        Direction::Out => scan.exit(),
    };
    match judged {
        Err(reason) => Decision::Refuse(reason),
        Ok(Some(reason)) => Decision::Ask(reason),
        Ok(None) => Decision::Admit(scan.admission(presented.direction)),
    }
}

struct Scan<'a> {
    code: TicketCode,
    known: &'a Known<'a>,
    now: Now,
    door: &'a Door<'a>,
    rules: &'a Rules<'a>,
}

impl Scan<'_> {
    fn entry(&self) -> Check {
        self.this_event()?;
        self.mode()?;
        self.status()?;
        let lease = self.key()?;
        let unseen = self.row_seen();
        let time = self.window()?;
        let home = self.gate()?;
        let rotating = self.rotating()?;
        let day = self.entries()?;
        let claim = self
            .known
            .claimed_at
            .map(|gate| AskReason::BeingAdmittedElsewhere { gate });
        Ok([lease, unseen, time, day, rotating, home, claim]
            .into_iter()
            .flatten()
            .next())
    }

    /// Whoever is inside may leave, whatever has become of the ticket since.
    fn exit(&self) -> Check {
        self.this_event()?;
        if self.known.state.inside {
            Ok(None)
        } else if self.may_be_inside() {
            Ok(Some(AskReason::EntryUnknownHere))
        } else {
            Err(RefuseReason::NotInside)
        }
    }

    /// Strict mode: whoever holds the right may have let it in without this door's knowing. With unlimited re-entry several
    /// people may be inside on one ticket, of whom one has left.
    fn may_be_inside(&self) -> bool {
        let goes_in_again = match self.rules.entry_rule(self.code.type_no).re_entry {
            ReEntry::Unlimited => self.known.state.entries > 0,
            ReEntry::None | ReEntry::AfterExit => false,
        };
        self.rules.event.strict && (self.known.right == EntryRight::Elsewhere || goes_in_again)
    }

    fn this_event(&self) -> Result<(), RefuseReason> {
        match self.known.key {
            Some(key) if key.event != self.rules.event.id => Err(RefuseReason::OtherEvent {
                name: key.event_name.clone(),
                starts_ms: key.event_starts_ms,
            }),
            _ => Ok(()),
        }
    }

    fn mode(&self) -> Result<(), RefuseReason> {
        match (self.code.mode, self.rules.event.mode) {
            (EventMode::Test, EventMode::Real) => Err(RefuseReason::TestTicket),
            (EventMode::Real, EventMode::Test) => Err(RefuseReason::RealTicketAtTest),
            (EventMode::Test, EventMode::Test) | (EventMode::Real, EventMode::Real) => Ok(()),
        }
    }

    fn status(&self) -> Result<(), RefuseReason> {
        if self.rules.event.cancelled {
            return Err(RefuseReason::Cancelled);
        }
        let status = self.known.row.map(|row| row.status).or(self.known.barred);
        match status {
            None | Some(TicketStatus::Valid) => {}
            Some(TicketStatus::Revoked) => return Err(RefuseReason::Revoked),
            Some(TicketStatus::Refunded) => return Err(RefuseReason::Refunded),
            Some(TicketStatus::Cancelled) => return Err(RefuseReason::Cancelled),
            Some(TicketStatus::Blocked) => return Err(RefuseReason::Blocked),
        }
        // The till's word is here before the row's.
        if self.leased() && self.known.issued == Issued::Withdrawn {
            return Err(RefuseReason::Refunded);
        }
        let code = &self.code;
        match self.known.row {
            Some(row)
                if (row.type_no, row.window, row.key) != (code.type_no, code.window, code.key) =>
            {
                Err(RefuseReason::Superseded)
            }
            _ => Ok(()),
        }
    }

    /// A revoked key. Of a lease, what was sold before that still counts, and a lease that was taken back is the same. By
    /// hand nothing was shown, but the ticket is one of that key all the same.
    fn key(&self) -> Check {
        let Some(key) = self.known.key else {
            return match self.door.roster {
                RosterState::Live => Err(RefuseReason::UnknownKey),
                RosterState::MaybeBehind => Ok(Some(AskReason::UnknownKeyOffline)),
            };
        };
        let issued = match (self.leased(), self.known.issued) {
            (false, _) if key.revoked => return Err(RefuseReason::Revoked),
            (false, _) => return Ok(None),
            (true, Issued::Unseen) if key.revoked => Issued::Stopped,
            (true, issued) => issued,
        };
        match (issued, self.door.roster) {
            (Issued::Known | Issued::Withdrawn | Issued::Unseen, _) => Ok(None),
            (Issued::Returned, _) | (Issued::Stopped, RosterState::Live) => {
                Err(RefuseReason::Revoked)
            }
            (Issued::Stopped, RosterState::MaybeBehind) => Ok(Some(AskReason::LeaseRevoked)),
        }
    }

    fn row_seen(&self) -> Option<AskReason> {
        if self.known.row.is_some() || (self.leased() && self.known.issued == Issued::Known) {
            return None;
        }
        match self.door.roster {
            // What a till sold a minute ago, cut off, has no row yet.
            RosterState::Live if self.leased() => None,
            RosterState::Live => Some(AskReason::RowUnseenLive),
            RosterState::MaybeBehind => self.roster_age(),
        }
    }

    fn roster_age(&self) -> Option<AskReason> {
        let most = i64::from(self.rules.event.max_roster_age_minutes?) * 60_000;
        let as_of_ms = self.door.roster_as_of_ms;
        let fresh = as_of_ms.is_some_and(|as_of| self.now.ms.saturating_sub(as_of) <= most);
        (!fresh).then_some(AskReason::RosterTooOld { as_of_ms })
    }

    fn window(&self) -> Check {
        let Some(hours) = self.rules.hours(self.code.window) else {
            return Ok(Some(AskReason::UnknownWindow));
        };
        if self.now.trust == ClockTrust::Doubtful {
            return Ok(Some(AskReason::ClockDoubtful));
        }
        match lies(&hours, self.now.earliest(), self.now.latest()) {
            Lies::Inside => Ok(None),
            Lies::Either => Ok(Some(AskReason::ClockDoubtful)),
            Lies::Outside => Err(RefuseReason::OutsideWindow(next_hours(&hours, self.now.ms))),
        }
    }

    fn gate(&self) -> Check {
        let home = self.home_elsewhere();
        if let Some(here) = self.door.gate {
            if !takes(here, self.code.type_no) {
                let other = self
                    .rules
                    .gates
                    .iter()
                    .find(|gate| gate.no != here.no && takes(gate, self.code.type_no));
                return Err(RefuseReason::WrongType {
                    go_to: other.map(|gate| gate.no),
                });
            }
            if let Some(home) = home.filter(|_| here.strict_home) {
                return Err(RefuseReason::WrongGate { home });
            }
        }
        if self.rules.event.strict {
            return Ok(self.right());
        }
        Ok(home.map(|home| AskReason::HomeGateElsewhere { home }))
    }

    /// Strict mode: where the right is, there is the ticket's gate, whatever is printed on it.
    fn right(&self) -> Option<AskReason> {
        match self.known.right {
            EntryRight::Here => None,
            EntryRight::Elsewhere => Some(AskReason::HomeGateElsewhere {
                home: self.known.row.map_or(GateNo(0), |row| row.home_gate),
            }),
        }
    }

    /// The ticket's gate, if this door stands at another. One that was taken off the list can't be anyone's
    /// any more.
    fn home_elsewhere(&self) -> Option<GateNo> {
        let here = self.door.gate?;
        let home = self.known.row?.home_gate;
        (home != here.no && self.rules.gate(home).is_some()).then_some(home)
    }

    fn rotating(&self) -> Check {
        match self.code.rotating {
            Rotating::No | Rotating::Right => Ok(None),
            Rotating::Missing => Err(RefuseReason::RotatingCodeMissing),
            Rotating::Wrong => Err(RefuseReason::RotatingCodeStale),
            Rotating::Blocked => Ok(Some(AskReason::RotatingCodeBlocked)),
            Rotating::SecretMissing => Ok(Some(AskReason::UnknownKeyOffline)),
        }
    }

    fn entries(&self) -> Check {
        let state = self.known.state;
        let rule = self.rules.entry_rule(self.code.type_no);
        if let Some(entry) = barring_entry(rule, state) {
            return Err(RefuseReason::AlreadyEntered {
                at_ms: entry.at_ms,
                gate: entry.gate,
            });
        }
        if max_entries(rule).is_some_and(|most| state.entries >= most.into()) {
            return Err(RefuseReason::NoEntriesLeft);
        }
        rule.max_entries_per_day
            .map_or(Ok(None), |most| self.entries_today(most.into()))
    }

    /// Of the days that it may be, on how many is there no entry left?
    fn entries_today(&self, most: u32) -> Check {
        if most == 0 {
            return Err(RefuseReason::NoEntriesLeft);
        }
        let first = self.rules.day(self.now.earliest());
        let last = self.rules.day(self.now.latest());
        let days = first.duration_until(last).as_hours() / 24 + 1;
        let full = self
            .known
            .state
            .entries_by_day
            .range(first..=last)
            .filter(|(_, entries)| **entries >= most)
            .count() as i64;
        match full {
            0 => Ok(None),
            _ if full == days && self.now.trust == ClockTrust::Good => {
                Err(RefuseReason::NoEntriesLeft)
            }
            _ => Ok(Some(AskReason::ClockDoubtful)),
        }
    }

    fn admission(&self, direction: Direction) -> Admission {
        let state = self.known.state;
        let going_in = match direction {
            Direction::In | Direction::CheckOnly => 1,
            Direction::Out => 0,
        };
        Admission {
            marks: self.marks(),
            note: self
                .rules
                .ticket_type(self.code.type_no)
                .and_then(|row| row.door_note.clone()),
            entry_no: state.entries.saturating_add(going_in),
            of: max_entries(self.rules.entry_rule(self.code.type_no)),
            also_seen: state.also_seen,
        }
    }

    fn marks(&self) -> EntryMarks {
        let sold_unseen = self.leased() && self.known.issued != Issued::Known;
        [
            (
                self.known.row.is_none() && !self.leased(),
                EntryMarks::ROW_UNSEEN,
            ),
            (
                self.known.row.is_none() && sold_unseen,
                EntryMarks::SALE_UNSEEN,
            ),
            (self.code.means == Means::ByHand, EntryMarks::BY_HAND),
            (
                self.now.error_ms > LARGE_CLOCK_ERROR_MS,
                EntryMarks::CLOCK_DOUBTFUL,
            ),
        ]
        .into_iter()
        .filter(|(applies, _)| *applies)
        .fold(EntryMarks::default(), |marks, (_, mark)| marks.with(mark))
    }

    fn leased(&self) -> bool {
        self.code.signed_by == SignedBy::Lease
            || self.known.key.is_some_and(|key| key.lessee.is_some())
    }
}

#[cfg(test)]
mod tests;
