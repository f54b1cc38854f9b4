//! Rights lent: of entry to doors, of stock to tills.

use std::collections::BTreeMap;

use super::SimServer;
use crate::clock::UnixMillis;
use crate::fact::kind::RightKind;
use crate::ids::{DeviceId, GateNo, TicketId};
use crate::lease::stock::{ENDS_AFTER_MS, lease_size, stock};
use crate::lease::{Cause, DoorShare, Lease, Right, WriteOff, share_out, trace};
use crate::planted::{self, Bug};
use crate::simulation::venue::{BEGIN, STOCK, Venue};

impl SimServer {
    /// Opens the doors: each gate's tickets in equal shares to its doors.
    pub(in crate::simulation) fn open_doors(
        &mut self,
        venue: &Venue,
        gates: &[(DeviceId, GateNo)],
    ) {
        let doors: Vec<DoorShare> = gates
            .iter()
            .map(|(device, gate)| DoorShare {
                device: *device,
                gate: *gate,
                tickets: 0,
            })
            .collect();
        let tickets: Vec<(TicketId, GateNo)> = self
            .durable
            .rows
            .values()
            .map(|row| (row.id, row.home_gate))
            .collect();
        let term = self.next_version(BEGIN);
        self.grant_shares(venue, share_out(&tickets, doors), Cause::First, term);
        self.publish_leases(venue, BEGIN);
    }

    fn grant_shares(
        &mut self,
        venue: &Venue,
        shares: Vec<(TicketId, DeviceId)>,
        cause: Cause,
        term: u64,
    ) {
        let mut of: BTreeMap<DeviceId, Vec<TicketId>> = BTreeMap::new();
        for (ticket, device) in shares {
            of.entry(device).or_default().push(ticket);
        }
        for (device, tickets) in of {
            let facts = &self.durable.facts;
            let after = tickets.iter().flat_map(|ticket| {
                let seen = crate::admission::seen_for_new_fact(facts.of(*ticket));
                seen.into_iter().map(|name| (*ticket, name))
            });
            self.durable.leases.grant(Lease {
                event: venue.event.id,
                right: RightKind::Admit,
                term,
                device,
                cause,
                after: after.collect(),
                type_no: None,
                ends_ms: None,
                is_stopped: false,
                tickets,
            });
        }
    }

    /// Moves what was released, and what a lost device held, to the doors that are left.
    pub(in crate::simulation) fn move_rights(
        &mut self,
        venue: &Venue,
        gates: &[(DeviceId, GateNo)],
        now_ms: UnixMillis,
    ) {
        if !self.recovering.is_empty() {
            return;
        }
        let durable = &self.durable;
        let authors = self.basis(venue).authors();
        let lost = |device: DeviceId| durable.revoked.contains_key(&device);
        let mut held: BTreeMap<DeviceId, u32> = BTreeMap::new();
        let mut moved: BTreeMap<u8, Vec<(TicketId, GateNo)>> = BTreeMap::new();
        for row in durable.rows.values() {
            let right = Right {
                kind: RightKind::Admit,
                ticket: row.id,
            };
            let lease = durable.leases.find(venue.event.id, right);
            let facts = durable.facts.with_rights(row.id);
            let trace = trace(right, lease, &facts, &authors);
            let cause = if planted::is(Bug::RightMovedUnreleased) {
                Some(Cause::Released).filter(|_| row.id.0 % 2 == 0)
            } else {
                trace.may_be_moved(lost)
            };
            match (cause, trace.holder()) {
                (Some(cause), _) => {
                    let of_cause = moved.entry(cause as u8).or_default();
                    of_cause.push((row.id, row.home_gate));
                }
                (None, Some(device)) => *held.entry(device).or_default() += 1,
                (None, None) => {}
            }
        }
        if moved.is_empty() {
            return;
        }
        let doors: Vec<DoorShare> = gates
            .iter()
            .filter(|(device, _)| !lost(*device))
            .map(|(device, gate)| DoorShare {
                device: *device,
                gate: *gate,
                tickets: held.get(device).copied().unwrap_or(0),
            })
            .collect();
        let term = self.next_version(now_ms);
        for cause in [Cause::First, Cause::Released, Cause::Lost] {
            if let Some(tickets) = moved.get(&(cause as u8)) {
                let shares = share_out(tickets, doors.clone());
                self.grant_shares(venue, shares, cause, term);
            }
        }
        self.publish_leases(venue, now_ms);
    }

    /// Places that a till may sell, and those that it sold.
    pub(in crate::simulation) fn leased(&self, venue: &Venue) -> (u32, u32) {
        let authors = self.basis(venue).authors();
        let (mut unsold, mut sold) = (0, 0);
        for (lease, ticket) in self.stock_places() {
            let right = Right {
                kind: RightKind::Sell,
                ticket,
            };
            let facts = self.durable.facts.with_rights(ticket);
            let trace = trace(right, Some(lease), &facts, &authors);
            let stock = stock(ticket, &trace, &facts, &authors);
            match stock {
                _ if stock.is_free_again() => {}
                crate::lease::stock::Stock::Sold(_) => sold += 1,
                crate::lease::stock::Stock::Unsold(_)
                | crate::lease::stock::Stock::Returned
                | crate::lease::stock::Stock::NotLeased => unsold += 1,
            }
        }
        (unsold, sold)
    }

    /// The same, told by who said what and not by what the server makes of it: a place is free again only
    /// after its holder's release.
    pub(in crate::simulation) fn places(&self, venue: &Venue) -> (u32, u32) {
        planted::with(None, || self.leased(venue))
    }

    fn stock_places(&self) -> impl Iterator<Item = (&Lease, TicketId)> {
        let leases = self.durable.leases.leases.iter();
        leases
            .filter(|lease| lease.right == RightKind::Sell)
            .flat_map(|lease| lease.tickets.iter().map(move |ticket| (lease, *ticket)))
    }

    pub(in crate::simulation) fn written_off(&self) -> u32 {
        let written_off = self.durable.leases.write_offs.iter();
        written_off.map(|write_off| write_off.places).sum()
    }

    /// Places that are neither sold nor leased.
    pub(in crate::simulation) fn free_places(&self, venue: &Venue) -> u32 {
        let (unsold, sold) = self.leased(venue);
        let taken = self.durable.online_sold + unsold + sold;
        (self.capacity + self.written_off()).saturating_sub(taken)
    }

    /// A till gets more places. Whether it did.
    pub(in crate::simulation) fn top_up(
        &mut self,
        venue: &Venue,
        till: DeviceId,
        now_ms: UnixMillis,
    ) -> bool {
        let size = lease_size(self.free_places(venue) * 5).min(self.free_places(venue));
        if size == 0 || !self.recovering.is_empty() || self.durable.revoked.contains_key(&till) {
            return false;
        }
        let first = 1_000_000 + self.durable.next_stock_id;
        self.durable.next_stock_id += u64::from(size);
        let term = self.next_version(now_ms);
        self.durable.leases.grant(Lease {
            event: venue.event.id,
            right: RightKind::Sell,
            term,
            device: till,
            cause: Cause::First,
            after: Vec::new(),
            type_no: Some(STOCK),
            ends_ms: Some(venue.event.ends_ms + ENDS_AFTER_MS),
            is_stopped: false,
            tickets: (first..first + u64::from(size)).map(TicketId).collect(),
        });
        self.publish_leases(venue, now_ms);
        true
    }

    pub(in crate::simulation) fn sell_online(&mut self, venue: &Venue) -> bool {
        let can = self.recovering.is_empty() && self.free_places(venue) > 0;
        self.durable.online_sold += u32::from(can);
        can
    }

    /// Takes a silent till's leases back: it may not sell, and its places stay where they are.
    pub(in crate::simulation) fn stop_leases(
        &mut self,
        venue: &Venue,
        till: DeviceId,
        now_ms: UnixMillis,
    ) {
        let leases = self.durable.leases.leases.iter_mut();
        leases
            .filter(|lease| lease.right == RightKind::Sell && lease.device == till)
            .for_each(|lease| lease.is_stopped = true);
        self.publish_leases(venue, now_ms);
    }

    pub(in crate::simulation) fn write_off(
        &mut self,
        venue: &Venue,
        till: DeviceId,
        now_ms: UnixMillis,
    ) {
        self.durable.leases.write_offs.push(WriteOff {
            event: venue.event.id,
            type_no: STOCK,
            device: till,
            places: 1,
            at_ms: now_ms,
        });
        self.publish_leases(venue, now_ms);
    }
}
