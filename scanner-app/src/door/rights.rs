//! Strict mode at a door: how a ticket's right of entry stands here, and what is answered to a door that asks for it.

use std::collections::BTreeSet;

use rusqlite::Connection;
use shared::admission::EntryRight;
use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, GateNo, TicketId};
use shared::lease::{
    self, Held, Lease, Reply, Request, Right, Trace, Use, answer as answer_by_rules, held, trace,
};
use shared::roster::signed::SignedKind;
use shared::wire::latest::{EnvelopeBytes, RightAnswer, RightAsk, RightOutcome};

use super::journal::{Author, NewFact, write_fact};
use super::scene::{Scene, Scenes};
use super::{InHand, ScanError};
use crate::replica::facts::HashedFact;
use crate::replica::{ReplicaError, WriteTx, facts, identity, rights, signed};

/// The right to let a ticket in.
pub(super) fn admit(ticket: TicketId) -> Right {
    Right {
        kind: RightKind::Admit,
        ticket,
    }
}

/// How a right stands, by what is known here.
pub(crate) struct RightHere {
    pub(super) held: Held,
    pub(super) trace: Trace,
    /// Of the ticket and of its right.
    pub(super) facts: Vec<HashedFact>,
}

impl RightHere {
    pub(crate) fn of(
        connection: &Connection,
        scene: &Scene,
        me: DeviceId,
        ticket: TicketId,
    ) -> Result<Self, ReplicaError> {
        let own = rights::own_journals(connection)?;
        let (event, right) = (scene.event_no, admit(ticket));
        let mut facts = facts::of_ticket(connection, event, ticket)?;
        facts.extend(rights::moving(connection, event, right)?);
        let lease = Self::lease(scene, ticket);
        let trace = trace(right, lease, &facts, &scene.authors());
        Ok(Self {
            held: held(me, own, right, lease, &trace, &facts),
            trace,
            facts,
        })
    }

    pub(super) fn lease(scene: &Scene, ticket: TicketId) -> Option<&Lease> {
        scene.leases.find(scene.event.id, admit(ticket))
    }

    /// As the decision asks for it.
    pub(super) fn for_entry(&self) -> EntryRight {
        match self.held {
            Held::Here => EntryRight::Here,
            Held::Unread { .. } | Held::Doubtful | Held::Elsewhere(_) | Held::Nobody => {
                EntryRight::Elsewhere
            }
        }
    }
}

/// Answers a device that asks for a ticket's right. Whoever sends the answer does so when the transaction is durable: the
/// hand-over is in it.
pub(crate) fn answer(
    tx: &WriteTx<'_>,
    scenes: &Scenes,
    author: &Author,
    asker: DeviceId,
    (event, ask): (EventId, &RightAsk),
    in_hand: &InHand,
    now_ms: UnixMillis,
) -> Result<RightAnswer, ScanError> {
    let scene = scenes.get(tx, event)?;
    let right = Right {
        kind: ask.right,
        ticket: ask.ticket,
    };
    let outcome = match ask.right {
        // No place is handed out yet.
        RightKind::Sell => RightOutcome::NotHolder { who: None },
        RightKind::Admit => {
            let here = RightHere::of(tx, &scene, author.device, ask.ticket)?;
            let reply = answer_by_rules(
                Request {
                    right,
                    asker,
                    asked_for: ask.fact,
                },
                author.device,
                &here.trace,
                &here.held,
                in_hand.how(ask.ticket),
                &here.facts,
                &scene.authors(),
            );
            match reply {
                Reply::WriteThenSend { body, seen } => {
                    let gate = identity::load(tx)?.map(|identity| identity.gate);
                    let gate = gate.unwrap_or(GateNo(0));
                    write_fact(tx, author, event, gate, NewFact { body, seen }, now_ms)?;
                    RightOutcome::HandedOver
                }
                Reply::SendAgain(_) => RightOutcome::HandedOver,
                Reply::NotHolder { who } => RightOutcome::NotHolder { who },
                Reply::NotNow(_) => RightOutcome::NotNow,
            }
        }
    };
    let leases = SignedKind::Leases;
    let is_newer = signed::version(tx, leases)? > ask.leases;
    let leases = is_newer.then(|| signed::get(tx, leases)).transpose()?;
    let facts = rights::envelopes(tx, scene.event_no, right)?;
    Ok(RightAnswer {
        outcome,
        facts: facts.into_iter().map(EnvelopeBytes).collect(),
        leases: leases.flatten(),
    })
}

impl InHand {
    fn how(&self, ticket: TicketId) -> Use {
        if self.has(ticket) {
            Use::InHand
        } else {
            Use::Idle
        }
    }
}

/// What this device holds of an event's rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Share {
    /// Tickets that it lets in by itself.
    pub held: u64,
    /// Of those the ones for which nobody guarantees that it is alone: their former holder was declared lost, or handed them
    /// out twice.
    pub void: u64,
    /// Tickets that others hold, or nobody, by what is known here.
    pub elsewhere: u64,
}

/// Counts the rights of an event in strict mode; `None` = it isn't in it, or its roster isn't here.
pub fn share(
    connection: &Connection,
    event: EventId,
    me: DeviceId,
) -> Result<Option<Share>, ScanError> {
    let scene = match Scene::load(connection, event) {
        Err(ScanError::RosterMissing(_)) => return Ok(None),
        other => other?,
    };
    if !scene.event.strict {
        return Ok(None);
    }
    let mut share = Share::default();
    each_right(connection, &scene, me, |_, _, here| {
        let is_held = here.held == Held::Here;
        share.held += u64::from(is_held);
        share.void += u64::from(is_held && !here.trace.is_guaranteed());
        share.elsewhere += u64::from(!is_held);
        Ok(())
    })?;
    Ok(Some(share))
}

/// Every right of the event that was granted, with how it stands.
pub(super) fn each_right(
    connection: &Connection,
    scene: &Scene,
    me: DeviceId,
    mut tell: impl FnMut(&Lease, TicketId, &RightHere) -> Result<(), ReplicaError>,
) -> Result<(), ReplicaError> {
    let own = rights::own_journals(connection)?;
    let moved = rights::moved(connection, scene.event_no, RightKind::Admit)?;
    let moved: BTreeSet<TicketId> = moved.into_iter().collect();
    for lease in &scene.leases.leases {
        let named: BTreeSet<TicketId> = lease.after.iter().map(|(ticket, _)| *ticket).collect();
        for &ticket in &lease.tickets {
            let here = if moved.contains(&ticket) || named.contains(&ticket) {
                RightHere::of(connection, scene, me, ticket)?
            } else {
                // Nothing moved it and nothing has to be known: no fact is read.
                let right = admit(ticket);
                let trace = lease::trace(right, Some(lease), &[], &scene.authors());
                RightHere {
                    held: held(me, own, right, Some(lease), &trace, &[]),
                    trace,
                    facts: Vec::new(),
                }
            };
            tell(lease, ticket, &here)?;
        }
    }
    Ok(())
}
