//! Deciding on what was seen: several scans of one event one after the other, each knowing what the ones before it did.

use std::collections::BTreeMap;

use shared::admission::{
    ClockTrust, Code, Decision, Direction, Door, EntryRight, FoldContext, Folded, Issued, Known,
    Means, Now, Presented, RosterState, TicketCode, decide, fold, seen_for_new_fact,
};
use shared::clock::UnixMillis;
use shared::fact::{EntryMarks, FactBody};
use shared::ids::Random;
use shared::roster::TicketRow;

use super::read::{Seen, SeenTicket};
use super::{OnlineScan, OnlineScanError, OnlineVerdict};
use crate::door::folded::Written;
use crate::door::own_journal::{AppendOwnError, OwnFact, OwnPlace, Pen, Signed};
use crate::door::rules::EventRules;

/// What came of each scan, in their order, and what is to be written for it to be true.
pub(super) struct Passed {
    pub(super) verdicts: Vec<Result<OnlineVerdict, OnlineScanError>>,
    /// Nothing where only questions were asked.
    pub(super) signed: Option<Signed>,
    pub(super) written: Written,
}

/// Decides on `scans`, all of the event that was seen.
pub(super) fn pass(
    rules: &EventRules,
    scans: &[OnlineScan],
    mut seen: Seen,
    place: OwnPlace,
    now_ms: UnixMillis,
    random: &mut impl Random,
) -> Result<Passed, AppendOwnError> {
    let mut pen = Pen::new(rules, place, now_ms, random);
    let mut before = BTreeMap::new();
    let mut verdicts = Vec::with_capacity(scans.len());
    for scan in scans {
        let Some(ticket) = seen.tickets.get_mut(&scan.ticket) else {
            verdicts.push(Err(OnlineScanError::NoTicket));
            continue;
        };
        let (decision, folded) = judge(rules, scan, ticket, now_ms);
        let fact = match to_write(scan, ticket, &decision) {
            None => None,
            Some(fact) => {
                let (fact, hash) = pen.write(fact, random)?;
                let name = fact.name();
                ticket.facts.push((fact, hash));
                before.entry(scan.ticket).or_insert(folded);
                Some(name)
            }
        };
        verdicts.push(Ok(OnlineVerdict { decision, fact }));
    }
    let mut written = Written::default();
    let laid_down = rules.rules();
    for (ticket, before) in &before {
        let SeenTicket { row, facts } = &seen.tickets[ticket];
        let folded = fold(facts, &context(rules, &laid_down, *row));
        written.push_after(before, *ticket, facts, folded);
    }
    Ok(Passed {
        verdicts,
        signed: (!before.is_empty()).then(|| pen.lift()),
        written,
    })
}

fn context<'a>(
    event_rules: &'a EventRules,
    rules: &'a shared::admission::Rules<'a>,
    row: TicketRow,
) -> FoldContext<'a> {
    FoldContext {
        rules,
        devices: &event_rules.devices,
        server: event_rules.server,
        ticket: row.id,
        row: Some(row),
        issued: Issued::Unseen,
    }
}

/// And what the ticket's facts come to before it.
fn judge(
    event_rules: &EventRules,
    scan: &OnlineScan,
    seen: &SeenTicket,
    now_ms: UnixMillis,
) -> (Decision, Folded) {
    let rules = event_rules.rules();
    let folded = fold(&seen.facts, &context(event_rules, &rules, seen.row));
    let code = TicketCode {
        means: scan.means,
        ..TicketCode::by_hand(&seen.row, event_rules.event.mode)
    };
    let known = Known {
        row: Some(seen.row),
        barred: None,
        key: event_rules.keys.iter().find(|key| key.id == seen.row.key),
        issued: Issued::Unseen,
        state: &folded.state,
        claimed_at: None,
        // No right can be taken here yet: a strict event's tickets are a supervisor's matter.
        right: EntryRight::Elsewhere,
    };
    let now = Now {
        ms: now_ms,
        error_ms: 0,
        trust: ClockTrust::Good,
    };
    let door = Door {
        gate: event_rules.gates.iter().find(|gate| gate.no == scan.gate),
        roster: RosterState::Live,
        roster_as_of_ms: Some(now_ms),
    };
    let presented = Presented {
        direction: scan.direction,
        code: Code::Ticket(code),
    };
    let decision = decide(&presented, &known, now, &door, &rules);
    (decision, folded)
}

/// A question writes nothing, nor does amber: a person has not answered yet.
fn to_write(scan: &OnlineScan, seen: &SeenTicket, decision: &Decision) -> Option<OwnFact> {
    let by_hand = match scan.means {
        Means::Signed => EntryMarks::default(),
        Means::ByHand => EntryMarks::BY_HAND,
    };
    let (ticket, gate) = (scan.ticket, scan.gate);
    let body = match (decision, scan.direction) {
        (Decision::Ask(_), _) | (_, Direction::CheckOnly) => return None,
        (Decision::Refuse(reason), Direction::In | Direction::Out) => FactBody::Refusal {
            ticket,
            gate,
            reason: reason.reason().number(),
        },
        (Decision::Admit(admission), Direction::In) => FactBody::Entry {
            ticket,
            type_no: seen.row.type_no,
            window: seen.row.window,
            key: seen.row.key,
            gate,
            marks: admission.marks.with(EntryMarks::CONFIRMED).with(by_hand),
        },
        (Decision::Admit(admission), Direction::Out) => FactBody::Exit {
            ticket,
            gate,
            marks: admission.marks.with(by_hand),
        },
    };
    Some(OwnFact {
        body,
        seen: seen_for_new_fact(&seen.facts),
    })
}
