//! English.

use crate::admission::reason::{AskReason, OutsideWindow, RefuseReason};

use super::{Day, Here, Moment, NBSP, Sentence, amid};

pub(super) const NOUNS: &[&str] = &["gate", "door", "entrance"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec",
];
const WELCOME: &str = "Send to the welcome desk";
const BOX_OFFICE: &str = "Send to the box office";
const SUPERVISOR: &str = "Call a supervisor";
const SHOW_THE_WAY: &str = "Show the way";

pub(super) fn refusal(reason: &RefuseReason, here: &Here<'_>) -> Sentence {
    match reason {
        RefuseReason::Forged => Sentence::new(
            "This ticket isn't one of ours",
            "Keep it and call your supervisor",
        ),
        RefuseReason::UnknownKey => Sentence::new("Ticket not known here", "Call your supervisor"),
        RefuseReason::OtherEvent { name, starts_ms } => Sentence::new(
            other_event(name, &here.moment(*starts_ms)),
            "Show the guest the date",
        ),
        RefuseReason::WrongType { go_to } => match go_to.and_then(|gate| here.gate(gate)) {
            Some(gate) => Sentence::new(format!("{gate}, not here"), SHOW_THE_WAY),
            None => Sentence::new("This type of ticket doesn't enter here", WELCOME),
        },
        RefuseReason::WrongGate { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(format!("{gate}, not here"), SHOW_THE_WAY),
            None => Sentence::new("Another gate, not here", WELCOME),
        },
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at)) => Sentence::new(
            format!("Valid from {}", when(&here.moment(*at))),
            "Ask them to wait",
        ),
        RefuseReason::OutsideWindow(OutsideWindow::ClosedAt(at)) => {
            Sentence::new(format!("Valid until {}", when(&here.moment(*at))), WELCOME)
        }
        RefuseReason::OutsideWindow(OutsideWindow::Never) => {
            Sentence::new("No entry times were set", WELCOME)
        }
        RefuseReason::AlreadyEntered { at_ms, gate } => Sentence::new(
            format!(
                "Already in {}{}",
                at(&here.moment(*at_ms)),
                here.comma_gate(*gate, NOUNS)
            ),
            WELCOME,
        ),
        RefuseReason::NoEntriesLeft => Sentence::new("No entries left on this ticket", WELCOME),
        RefuseReason::Superseded => Sentence::new("Ticket replaced", "Ask for the new ticket"),
        RefuseReason::Revoked => Sentence::new("Ticket withdrawn", BOX_OFFICE),
        RefuseReason::Refunded => Sentence::new("Ticket refunded", BOX_OFFICE),
        RefuseReason::Cancelled => Sentence::new("Ticket cancelled", BOX_OFFICE),
        RefuseReason::Blocked => Sentence::new("Ticket on hold", BOX_OFFICE),
        RefuseReason::TestTicket => Sentence::new("Test ticket", "Refuse: it was never sold"),
        RefuseReason::RealTicketAtTest => Sentence::new(
            "Real ticket, but this door is on a test",
            "Check the event chosen on this device",
        ),
        RefuseReason::RotatingCodeMissing => Sentence::new(
            "This ticket is shown on the phone",
            "Ask them to open the ticket's page",
        ),
        RefuseReason::RotatingCodeStale => {
            Sentence::new("Code out of date", "Ask them to reopen the ticket's page")
        }
        RefuseReason::NotInside => Sentence::new("No entry on this ticket", "Let the person leave"),
    }
}

pub(super) fn question(reason: &AskReason, here: &Here<'_>) -> Sentence {
    match reason {
        AskReason::UnknownKeyOffline => Sentence::new(
            "This door isn't up to date",
            "Synchronise, or call a supervisor",
        ),
        AskReason::UnknownWindow => Sentence::new("Unknown time slot", SUPERVISOR),
        AskReason::RowUnseenLive => Sentence::new("Ticket not on the list", SUPERVISOR),
        AskReason::LeaseRevoked => Sentence::new("Till reported lost", SUPERVISOR),
        AskReason::RosterTooOld { as_of_ms } => Sentence::new(
            as_of_ms.map_or("No list received".into(), |at| {
                let at = here.moment(at);
                format!("List of {}, {}", date(&at), at.clock())
            }),
            SUPERVISOR,
        ),
        AskReason::ClockDoubtful => {
            Sentence::new("This device's clock is in doubt", "Set the clock")
        }
        AskReason::HomeGateElsewhere { home } => match here.gate(*home) {
            Some(gate) => Sentence::new(
                format!("Ticket for {}", amid(gate, NOUNS)),
                format!("Supervisor, or Send to {}", amid(gate, NOUNS)),
            ),
            None => Sentence::new("Ticket for another gate", SUPERVISOR),
        },
        AskReason::BeingAdmittedElsewhere { gate } => Sentence::new(
            format!("Going in now{}", here.comma_gate(*gate, NOUNS)),
            format!("Wait 10{NBSP}seconds"),
        ),
        AskReason::EntryUnknownHere => Sentence::new(
            "No entry known here",
            "Let the person leave, tell a supervisor",
        ),
        AskReason::RotatingCodeBlocked => Sentence::new(
            "Too many tries for this ticket",
            "Supervisor, in a minute if possible",
        ),
    }
}

fn date(at: &Moment) -> String {
    format!("{}{NBSP}{}", at.day_of_month, MONTHS[at.month])
}

pub(super) fn at(at: &Moment) -> String {
    match at.day {
        Day::Today => format!("at {}", at.clock()),
        Day::Yesterday => format!("yesterday at {}", at.clock()),
        Day::Tomorrow => format!("tomorrow at {}", at.clock()),
        Day::Other => format!("on {} at {}", date(at), at.clock()),
    }
}

pub(super) fn when(at: &Moment) -> String {
    match at.day {
        Day::Today => at.clock(),
        Day::Yesterday => format!("yesterday, {}", at.clock()),
        Day::Tomorrow => format!("tomorrow, {}", at.clock()),
        Day::Other => format!("{}, {}", date(at), at.clock()),
    }
}

fn other_event(name: &str, at: &Moment) -> String {
    match at.day {
        Day::Today => format!("Ticket for “{name}”, {}", at.clock()),
        Day::Yesterday => format!("Yesterday's ticket, {}", at.clock()),
        Day::Tomorrow | Day::Other => format!("Ticket for {}", when(at)),
    }
}
