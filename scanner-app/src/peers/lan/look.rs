//! Looking who is there: what was announced, told and typed is noted, what the replica knows of others becomes calls, and
//! addresses of which nobody knows whose they are, are tried.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use shared::clock::Clock;
use shared::ids::DeviceId;
use shared::sync::gossip::Standing;
use shared::sync::gossip::event::Event;

use super::{Came, Lan, LanNews};
use crate::peers::credentials::{Credentials, CredentialsError, MadeFrom};
use crate::peers::discover::told;
use crate::peers::interfaces;
use crate::peers::roster::{self, Roster};
use crate::replica::peers::{self, PeerAddress, PeerState, Source};
use crate::replica::{Replica, ReplicaError, peer_key, signed};

/// How others stand is written that often, if nothing but the time of the last answer changed.
const NOTE_EVERY: Duration = Duration::from_secs(15);
/// An address of which nobody knows whose it is, is tried that often.
const PROBE_EVERY: Duration = Duration::from_secs(10);

/// What there is to know, read at once.
pub(super) struct Looked {
    roster: Roster,
    addresses: Vec<PeerAddress>,
    /// Newly made, if what they are made from has changed.
    credentials: Option<Credentials>,
}

impl Lan {
    /// Reads what there is to know, and writes what was heard since, in one transaction if there is anything.
    pub(super) fn look(&mut self) {
        self.tell_addresses();
        let (replica, clock) = (self.replica.clone(), Arc::clone(&self.clock));
        let now_ms = clock.now_ms();
        let announced = std::mem::take(&mut self.announced);
        let told = told::take(&self.config.data_dir);
        let made_from = self.made_from.clone();
        let states = self.states_to_note(now_ms);
        let reached = self.newly_reached();
        self.under_way.push(Box::pin(async move {
            if !(announced.is_empty() && told.is_empty() && states.is_none() && reached.is_empty())
            {
                let written = replica
                    .write_async(move |tx| {
                        for (device, address) in announced {
                            peers::put_address(
                                tx,
                                address,
                                Some(device),
                                Source::Announced,
                                now_ms,
                            )?;
                        }
                        for text in told {
                            let source = text.device.map_or(Source::Typed, |_| Source::Shown);
                            for address in text.addresses {
                                peers::put_address(tx, address, text.device, source, now_ms)?;
                            }
                        }
                        for (device, address) in reached {
                            peers::reached(tx, address, device, now_ms)?;
                        }
                        states.map_or(Ok(()), |states| peers::put_states(tx, &states))
                    })
                    .await;
                if let Err(error) = written {
                    let error: ReplicaError = error;
                    tracing::error!(%error, "noting the other doors failed");
                }
            }
            let looked = read(&replica, clock, made_from).await;
            let looked = looked.inspect_err(|error| {
                tracing::error!(%error, "looking for the other doors failed");
            });
            Came::Looked(looked.ok().map(Box::new))
        }));
    }

    pub(super) fn looked(&mut self, looked: Looked, news: &mut impl FnMut(LanNews)) {
        if let Some(credentials) = looked.credentials {
            self.dialer.call_as(credentials.client);
            *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.server);
            self.made_from = Some(credentials.made_from);
        }
        let Roster { own, peers } = looked.roster;
        if let Some(announcements) = &mut self.announcements {
            announcements.want(peers.keys().copied());
            if let Some(own) = own.filter(|_| self.made_from.is_some()) {
                announcements.tell(own, &self.addresses.borrow());
            }
        }
        let gone: Vec<DeviceId> = self
            .known
            .keys()
            .filter(|device| !peers.contains_key(device))
            .copied()
            .collect();
        for peer in gone {
            self.known.remove(&peer);
            self.dialer.forget(peer);
            self.handle(Event::Gone { peer }, news);
        }
        if self.made_from.is_none() {
            return;
        }
        for (peer, events) in peers {
            let ways = ways_to(peer, &looked.addresses);
            if ways.is_empty() {
                continue;
            }
            self.dialer.know(peer, ways);
            if self.known.get(&peer) != Some(&events) {
                self.known.insert(peer, events.clone());
                self.handle(Event::Found { peer, events }, news);
            }
        }
        self.probe_unknown(&looked.addresses);
    }

    fn probe_unknown(&mut self, addresses: &[PeerAddress]) {
        let now = Instant::now();
        for unknown in addresses.iter().filter(|known| known.device.is_none()) {
            let address = unknown.address;
            let last = self.probed.get(&address);
            if last.is_some_and(|last| now.duration_since(*last) < PROBE_EVERY) {
                continue;
            }
            self.probed.insert(address, now);
            let dialer = self.dialer.clone();
            self.under_way.push(Box::pin(async move {
                Came::Probed(address, dialer.whose(address).await)
            }));
        }
    }

    pub(super) fn probed(&mut self, address: SocketAddr, device: Option<DeviceId>) {
        let Some(device) = device else {
            return;
        };
        self.probed.remove(&address);
        let (replica, now_ms) = (self.replica.clone(), self.clock.now_ms());
        self.under_way.push(Box::pin(async move {
            let written = replica
                .write_async(move |tx| peers::reached(tx, address, device, now_ms))
                .await;
            if let Err(error) = written {
                let error: ReplicaError = error;
                tracing::error!(%error, "noting another door's address failed");
            }
            Came::Written
        }));
    }

    /// Tells everybody where this device may be reached, when that has changed.
    fn tell_addresses(&mut self) {
        let own = interfaces::own_addresses(self.bound);
        if *self.addresses.borrow() == own {
            return;
        }
        self.addresses.send_replace(own.clone());
        let replica = self.replica.clone();
        self.under_way.push(Box::pin(async move {
            let written = replica
                .write_async(move |tx| peers::put_own_addresses(tx, &own))
                .await;
            if let Err(error) = written {
                let error: ReplicaError = error;
                tracing::error!(%error, "noting this door's own addresses failed");
            }
            Came::Event(Event::NetworkUp)
        }));
    }

    /// How the others stand, if that is to be written now.
    fn states_to_note(&mut self, now_ms: i64) -> Option<Vec<PeerState>> {
        let now = self.now();
        let views: Vec<_> = self.gossip.peers().collect();
        let stands: Vec<(DeviceId, bool)> = views
            .iter()
            .map(|view| (view.peer, view.standing == Standing::Reachable))
            .collect();
        let (noted, at) = &self.noted;
        let is_due = at.is_none_or(|at| at.elapsed() >= NOTE_EVERY) && !views.is_empty();
        if *noted == stands && !is_due {
            return None;
        }
        self.noted = (stands, Some(Instant::now()));
        let states = views.into_iter().map(|view| PeerState {
            device: view.peer,
            is_reachable: view.standing == Standing::Reachable,
            seen_ms: view.seen_at.map(|at| now_ms - now.since(at) as i64),
        });
        Some(states.collect())
    }

    /// Devices that answered where they had not before.
    fn newly_reached(&mut self) -> Vec<(DeviceId, SocketAddr)> {
        let reachable: Vec<DeviceId> = self
            .gossip
            .peers()
            .filter(|view| view.standing == Standing::Reachable)
            .map(|view| view.peer)
            .collect();
        let mut newly = Vec::new();
        for device in reachable {
            if let Some(address) = self.dialer.reached_at(device)
                && self.reached.insert(device, address) != Some(address)
            {
                newly.push((device, address));
            }
        }
        newly
    }
}

/// Those that answered last first; then by how they came to be known.
fn ways_to(peer: DeviceId, addresses: &[PeerAddress]) -> Vec<SocketAddr> {
    let mut ways: Vec<&PeerAddress> = addresses
        .iter()
        .filter(|known| known.device == Some(peer))
        .collect();
    ways.sort_by_key(|way| (std::cmp::Reverse(way.reached_ms), way.source));
    ways.into_iter().map(|way| way.address).collect()
}

async fn read(
    replica: &Replica,
    clock: Arc<dyn Clock>,
    made_from: Option<MadeFrom>,
) -> Result<Looked, CredentialsError> {
    let (roster, addresses, now_from) = replica
        .read_async(|tx| {
            let now_from = peer_key::issued_ms(tx)?.zip(signed::peer_authority(tx)?);
            Ok::<_, ReplicaError>((roster::load(tx)?, peers::addresses(tx)?, now_from))
        })
        .await?;
    let credentials = if now_from.is_some() && now_from != made_from {
        Credentials::load(replica, clock).await?
    } else {
        None
    };
    Ok(Looked {
        roster,
        addresses,
        credentials,
    })
}
