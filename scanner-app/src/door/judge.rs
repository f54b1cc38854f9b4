//! From what a code says to a decision: verify, look up, fold, decide. Reads only.

use rusqlite::Connection;
use shared::admission::{
    self, ClaimOutcome, ClockTrust, Code, Decision, Direction, EntryRight, FoldContext, Issued,
    Known, Means, Now, Presented, Reason, RosterState, Rotating, SignedBy, TicketCode, decide,
    fold, seen_for_new_fact,
};
use shared::clock::offset::NEVER_MEASURED;
use shared::clock::{ClockDoubt, CorrectedTime, UnixMillis};
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, FactName, GateNo, TicketId};
use shared::lease::{Right, stock};
use shared::roster::{EventMode, KeyRow};
use shared::sync::claim::Scan;
use shared::ticket::{self, Flags, PublicKey, VerifiedToken};

use super::ScanError;
use super::rights::RightHere;
use super::scene::Scene;
use crate::replica::roster::Side;
use crate::replica::{ReplicaError, facts, rights, roster, tickets};

/// A decision, before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What the code says, if its signature holds.
    pub ticket: Option<TicketCode>,
    /// Green, red or amber.
    pub decision: Decision,
    /// The ticket's facts that the new one names.
    pub seen: Vec<FactName>,
    /// Server time of the decision, as well as the door knows it.
    pub at_ms: UnixMillis,
}

impl Judged {
    /// Refused without a valid signature: counted, not written one by one.
    pub(super) fn unsigned_refusal(&self) -> Option<Reason> {
        match (&self.decision, self.ticket) {
            (Decision::Refuse(reason), None) => Some(reason.reason()),
            (Decision::Refuse(_) | Decision::Admit(_) | Decision::Ask(_), _) => None,
        }
    }
}

/// Where and when.
pub(super) struct At {
    pub(super) gate: Option<GateNo>,
    pub(super) direction: Direction,
    pub(super) roster: RosterState,
    pub(super) time: CorrectedTime,
    /// What came of a claim, if there was one.
    pub(super) claim: Option<ClaimOutcome>,
    /// Strict mode: how the right of entry is taken to stand.
    pub(super) right: Supposed,
    pub(super) device: DeviceId,
}

/// Strict mode: what a decision goes by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Supposed {
    /// The right as it stands here.
    AsKnown,
    /// What would be decided if it stood so.
    Right(EntryRight),
}

/// What is to be decided on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shown {
    /// A ticket's code.
    Code(ticket::Presented),
    /// A ticket that was found by name or short code: nothing was signed.
    ByHand(TicketId),
}

type Signer = (KeyRow, PublicKey);

/// What was shown comes to, and the key that it names.
fn read<'s>(
    connection: &Connection,
    scene: &'s Scene,
    shown: &Shown,
) -> Result<(Code, Option<&'s Signer>), ScanError> {
    match shown {
        Shown::Code(presented) => {
            let signer = scene.key(presented.token().claimed().key);
            let code = match signer {
                None => Code::UnknownKey,
                Some((_, public)) => match ticket::verify(presented, public) {
                    Ok(verified) => Code::Ticket(ticket_code(&verified)),
                    Err(_) => Code::Forged,
                },
            };
            Ok((code, signer))
        }
        Shown::ByHand(ticket) => {
            let row = tickets::ticket(connection, scene.event_no, *ticket)?;
            let row = row.ok_or(ScanError::NotOnList(*ticket))?;
            let code = TicketCode::by_hand(&row, scene.event.mode);
            Ok((Code::Ticket(code), scene.key(row.key)))
        }
    }
}

pub(super) fn judge(
    connection: &Connection,
    scene: &Scene,
    shown: &Shown,
    at: &At,
) -> Result<Judged, ScanError> {
    let (code, signer) = read(connection, scene, shown)?;
    let found = match code {
        Code::Ticket(code) => Found::of(connection, scene, code, signer.map(|(row, _)| row))?,
        Code::Forged | Code::UnknownKey => Found::default(),
    };
    let rules = scene.rules();
    let cursor = roster::cursor(connection, scene.event.id, Side::InUse)?;
    let door = admission::Door {
        gate: at.gate.and_then(|no| rules.gate(no)),
        roster: at.roster,
        roster_as_of_ms: cursor.and_then(|cursor| cursor.as_of_ms),
    };
    let known = Known {
        row: found.row,
        barred: found.barred,
        key: signer.map(|(row, _)| row),
        issued: found.issued,
        state: &found.state,
        claimed_at: None,
        right: right(connection, scene, code, at)?,
    };
    let presented = Presented {
        direction: at.direction,
        code,
    };
    let decision = decide(&presented, &known, now(at.time), &door, &rules);
    Ok(Judged {
        decision: match at.claim {
            Some(outcome) => Scan::claimed(decision, outcome),
            None => decision,
        },
        ticket: match code {
            Code::Ticket(code) => Some(code),
            Code::Forged | Code::UnknownKey => None,
        },
        seen: found.seen,
        at_ms: at.time.now_ms,
    })
}

/// Looked up in the same transaction as everything else, the entry's own fact included: another door may have asked for it
/// a moment ago.
fn right(
    connection: &Connection,
    scene: &Scene,
    code: Code,
    at: &At,
) -> Result<EntryRight, ReplicaError> {
    match (at.right, code) {
        (Supposed::Right(right), _) => Ok(right),
        (Supposed::AsKnown, Code::Ticket(code)) if scene.event.strict => {
            RightHere::of(connection, scene, at.device, code.ticket).map(|here| here.for_entry())
        }
        (Supposed::AsKnown, Code::Ticket(_) | Code::Forged | Code::UnknownKey) => {
            Ok(EntryRight::Elsewhere)
        }
    }
}

/// The time as rules ask for it.
pub fn now(time: CorrectedTime) -> Now {
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

fn ticket_code(verified: &VerifiedToken) -> TicketCode {
    let fields = verified.fields();
    let flagged = |flag| fields.flags.contains(flag);
    TicketCode {
        ticket: fields.ticket,
        type_no: fields.type_no,
        window: fields.window,
        key: fields.key,
        mode: if flagged(Flags::TEST) {
            EventMode::Test
        } else {
            EventMode::Real
        },
        signed_by: if flagged(Flags::LEASED) {
            SignedBy::Lease
        } else {
            SignedBy::Event
        },
        // No device holds a key's rotating secret yet, so a code can't be checked: that is asked.
        rotating: match (flagged(Flags::ROTATING), verified.rotating_code()) {
            (false, _) => Rotating::No,
            (true, None) => Rotating::Missing,
            (true, Some(_)) => Rotating::SecretMissing,
        },
        means: Means::Signed,
    }
}

/// What is here of a ticket.
struct Found {
    row: Option<shared::roster::TicketRow>,
    barred: Option<shared::roster::TicketStatus>,
    issued: Issued,
    state: admission::TicketState,
    seen: Vec<FactName>,
}

impl Default for Found {
    fn default() -> Self {
        Self {
            row: None,
            barred: None,
            issued: Issued::Unseen,
            state: admission::TicketState::default(),
            seen: Vec::new(),
        }
    }
}

impl Found {
    fn of(
        connection: &Connection,
        scene: &Scene,
        code: TicketCode,
        key: Option<&KeyRow>,
    ) -> Result<Self, ReplicaError> {
        let event = scene.event_no;
        let row = tickets::ticket(connection, event, code.ticket)?;
        let barred = match row {
            Some(_) => None,
            None => tickets::barred(connection, event, code.ticket)?,
        };
        let leased =
            code.signed_by == SignedBy::Lease || key.is_some_and(|key| key.lessee.is_some());
        let issued = if leased {
            issued(connection, scene, code.ticket)?
        } else {
            Issued::Unseen
        };
        let facts = facts::of_ticket(connection, event, code.ticket)?;
        let rules = scene.rules();
        let context = FoldContext {
            rules: &rules,
            devices: &scene.devices,
            server: scene.server,
            ticket: code.ticket,
            row,
            issued,
        };
        Ok(Self {
            row,
            barred,
            issued,
            state: fold(&facts, &context).state,
            seen: seen_for_new_fact(&facts),
        })
    }
}

/// What its lease and all facts say of its sale.
fn issued(
    connection: &Connection,
    scene: &Scene,
    ticket: TicketId,
) -> Result<Issued, ReplicaError> {
    let right = Right {
        kind: RightKind::Sell,
        ticket,
    };
    let mut facts = facts::issuing(connection, ticket)?;
    facts.extend(rights::moving(connection, scene.event_no, right)?);
    let lease = scene.stock.find(scene.event.id, right);
    Ok(stock::issued(ticket, lease, &facts, &scene.authors()))
}
