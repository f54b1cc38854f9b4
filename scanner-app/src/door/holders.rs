//! Asking another door for a ticket's right of entry, before the light. Whom and when is `shared::sync::claim`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use shared::admission::{Decision, EntryRight};
use shared::clock::UnixMillis;
use shared::fact::kind::RightKind;
use shared::ids::{DeviceId, EventId, FactId, TicketId};
use shared::lease::Held;
use shared::roster::signed::SignedKind;
use shared::sync::backoff::Moment;
use shared::sync::claim::{self, Link, Mode, Scan, Step, whom_to_ask};
use shared::wire::latest::RightAsk;

use super::judge::{Shown, Supposed};
use super::rights::RightHere;
use super::{Door, ScanError, locked};
use crate::replica::signed;

/// Who reaches the other doors.
pub trait Holders: fmt::Debug + Send + Sync {
    /// Does that device answer, as far as is known?
    fn can_reach(&self, holder: DeviceId) -> bool;

    /// Asks it, and returns when its facts are on this device's disk, or after `limit`. What comes later is kept, too.
    fn ask(&self, holder: DeviceId, event: EventId, ask: RightAsk, limit: Duration);

    /// The tickets that are being decided here.
    fn in_hand(&self) -> &InHand;
}

/// Tickets whose scan is between its decision and its fact: this device keeps their rights meanwhile.
#[derive(Clone, Debug, Default)]
pub struct InHand(Arc<Mutex<BTreeSet<TicketId>>>);

impl InHand {
    pub(super) fn has(&self, ticket: TicketId) -> bool {
        locked(&self.0).contains(&ticket)
    }

    fn take(&self, ticket: TicketId) -> Taken {
        locked(&self.0).insert(ticket);
        Taken {
            of: self.clone(),
            ticket,
        }
    }
}

/// A ticket in hand until this is dropped.
#[derive(Debug)]
pub(super) struct Taken {
    of: InHand,
    ticket: TicketId,
}

impl Drop for Taken {
    fn drop(&mut self) {
        locked(&self.of.0).remove(&self.ticket);
    }
}

/// A strict event's ticket, before anybody is asked.
struct Glance {
    with_right: Decision,
    without: Decision,
    ticket: Option<TicketId>,
    held: Held,
    leases: u64,
}

impl Door {
    /// Strict mode: gets the right from its holder if it isn't here, the ticket would go in with it, and the holder can be
    /// reached. The decision is made afterwards, from what is on the disk then.
    pub(super) fn fetch_right(
        &self,
        shown: &Shown,
        fact: FactId,
        now_ms: UnixMillis,
    ) -> Result<Option<Taken>, ScanError> {
        let Some(holders) = &self.holders else {
            return Ok(None);
        };
        let began = Instant::now();
        let mut scan = Scan::begin(self.place.direction, Moment(0));
        let mut taken = None;
        loop {
            let glance = self.glance(shown, now_ms)?;
            let Some(ticket) = glance.ticket else {
                return Ok(taken);
            };
            let whom = whom_to_ask(&glance.held);
            let mode = Mode::Strict {
                can_reach: whom.is_some_and(|holder| holders.can_reach(holder)),
                held: glance.held,
            };
            let decide = |right| match right {
                EntryRight::Here => glance.with_right.clone(),
                EntryRight::Elsewhere => glance.without.clone(),
            };
            let now = Moment(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
            match scan.next(decide, &mode, Link::NotLive, &claim::Claims::default(), now) {
                Step::AskHolder { holder, until } => {
                    taken.get_or_insert_with(|| holders.in_hand().take(ticket));
                    let ask = RightAsk {
                        right: RightKind::Admit,
                        ticket,
                        fact,
                        leases: glance.leases,
                    };
                    let limit = Duration::from_millis(until.since(now));
                    holders.ask(holder, self.place.event, ask, limit);
                }
                Step::Decided(_) | Step::Claim { .. } => return Ok(taken),
            }
        }
    }

    fn glance(&self, shown: &Shown, now_ms: UnixMillis) -> Result<Glance, ScanError> {
        let (place, time, shown) = (Arc::clone(&self.place), self.replica.time(), *shown);
        self.replica.read(move |tx| {
            let scene = place.scene(tx)?;
            let judge = |right| {
                let supposed = Supposed::Right(right);
                place.judge_supposing(tx, &shown, &time, now_ms, (None, supposed))
            };
            let with_right = judge(EntryRight::Here)?;
            let ticket = with_right.ticket.map(|code| code.ticket);
            let held = ticket
                .map(|ticket| RightHere::of(tx, &scene, place.author.device, ticket))
                .transpose()?
                .map_or(Held::Nobody, |here| here.held);
            Ok::<_, ScanError>(Glance {
                without: judge(EntryRight::Elsewhere)?.decision,
                with_right: with_right.decision,
                ticket,
                held,
                leases: signed::version(tx, SignedKind::Leases)?,
            })
        })
    }
}
