//! Announcements in the network (mDNS). Anybody can announce anything, so an announcement is taken only if it names a
//! device of the organizer's signed list, and is then no more than an address to try.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use mdns_sd::{ServiceDaemon, ServiceEvent, ServiceInfo};
use shared::ids::DeviceId;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;

const SERVICE: &str = "_tickethub._tcp.local.";
/// Announcements that wait to be looked at; more are dropped, they come again.
const WAITING: usize = 64;
/// Addresses that are taken of one announcement.
const MOST_OF_ONE: usize = 8;

/// A device says that it may be reached there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Which.
    pub device: DeviceId,
    /// Where.
    pub address: SocketAddr,
}

/// Whose announcements are wanted.
pub type Wanted = Arc<Mutex<BTreeSet<DeviceId>>>;

/// Tells of this device, and hears of others.
pub struct Announcements {
    daemon: ServiceDaemon,
    wanted: Wanted,
    heard: Receiver<Announced>,
    told: Option<(DeviceId, Vec<SocketAddr>)>,
}

impl Announcements {
    /// Begins to listen. Fails where there is no multicast: the other ways go on.
    pub fn start() -> Result<Self, mdns_sd::Error> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.browse(SERVICE)?;
        let wanted = Wanted::default();
        let (sender, heard) = channel(WAITING);
        let filter = Filter {
            wanted: Arc::clone(&wanted),
            sender,
        };
        // Its receiver may block, and the daemon waits for whoever doesn't read: a thread that does nothing else.
        thread::Builder::new()
            .name("announcements".into())
            .spawn(move || listen(&events, &filter))
            .map_err(|error| mdns_sd::Error::Msg(error.to_string()))?;
        Ok(Self {
            daemon,
            wanted,
            heard,
            told: None,
        })
    }

    /// These devices' announcements are taken from now on.
    pub fn want(&self, devices: impl Iterator<Item = DeviceId>) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.clear();
        wanted.extend(devices);
    }

    /// The next one.
    pub async fn next(&mut self) -> Option<Announced> {
        self.heard.recv().await
    }

    /// Announces where this device may be reached; again when that changes.
    pub fn tell(&mut self, device: DeviceId, addresses: &[SocketAddr]) {
        let now = Some((device, addresses.to_vec()));
        if self.told == now {
            return;
        }
        let Some(port) = addresses.first().map(SocketAddr::port) else {
            return;
        };
        let ips: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        let name = device.0.simple().to_string();
        let host = format!("{name}.local.");
        let no_properties: &[(&str, &str)] = &[];
        let info = ServiceInfo::new(SERVICE, &name, &host, ips.as_slice(), port, no_properties);
        match info.and_then(|info| self.daemon.register(info)) {
            Ok(()) => self.told = now,
            Err(error) => tracing::warn!(%error, "this door can't be announced in the network"),
        }
    }
}

impl Drop for Announcements {
    fn drop(&mut self) {
        // Says goodbye; whoever doesn't hear it finds out by calling.
        let _ = self.daemon.shutdown();
    }
}

fn listen(events: &mdns_sd::Receiver<ServiceEvent>, filter: &Filter) {
    while let Ok(event) = events.recv() {
        if let ServiceEvent::ServiceResolved(found) = event {
            let ips = found
                .get_addresses()
                .iter()
                .map(mdns_sd::ScopedIp::to_ip_addr);
            if filter
                .take(found.get_fullname(), found.get_port(), ips)
                .is_err()
            {
                return;
            }
        }
    }
}

/// Nobody listens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ended;

/// Lets through what names a wanted device.
struct Filter {
    wanted: Wanted,
    sender: Sender<Announced>,
}

impl Filter {
    fn take(
        &self,
        full_name: &str,
        port: u16,
        ips: impl Iterator<Item = IpAddr>,
    ) -> Result<(), Ended> {
        let Some(device) = device_of(full_name) else {
            return Ok(());
        };
        let is_wanted = self
            .wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&device);
        if !is_wanted || port == 0 {
            return Ok(());
        }
        for ip in ips.take(MOST_OF_ONE) {
            let address = SocketAddr::new(ip, port);
            match self.sender.try_send(Announced { device, address }) {
                Ok(()) => {}
                Err(tokio::sync::mpsc::error::TrySendError::Full(_)) => return Ok(()),
                Err(tokio::sync::mpsc::error::TrySendError::Closed(_)) => return Err(Ended),
            }
        }
        Ok(())
    }
}

/// The first label is the device's id.
fn device_of(full_name: &str) -> Option<DeviceId> {
    let label = full_name.split('.').next()?;
    if label.len() != 32 {
        return None;
    }
    Uuid::try_parse(label).ok().map(DeviceId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(device: DeviceId) -> String {
        format!("{}.{SERVICE}", device.0.simple())
    }

    /// Bad input: a thousand announcements of nobody we know, and a hundred false ones for somebody we do.
    #[test]
    fn a_flood_of_announcements_fills_nothing_and_the_true_one_comes_through() {
        let (sender, mut heard) = channel(WAITING);
        let wanted = Wanted::default();
        let sibling = DeviceId::from_bytes([7; 16]);
        wanted.lock().unwrap().insert(sibling);
        let filter = Filter { wanted, sender };
        let somewhere = |n: u32| IpAddr::from([10, 0, (n >> 8) as u8, n as u8]);
        for n in 0..1_000u32 {
            let nobody = DeviceId(Uuid::from_u128(u128::from(n)));
            let taken = filter.take(&name(nobody), 1, std::iter::once(somewhere(n)));
            assert_eq!(taken, Ok(()));
        }
        for odd in ["", ".", "x._tickethub._tcp.local.", &"a".repeat(10_000)] {
            assert_eq!(filter.take(odd, 1, std::iter::empty()), Ok(()));
        }
        assert!(heard.try_recv().is_err());
        for n in 0..100 {
            filter
                .take(&name(sibling), 9, std::iter::once(somewhere(n)))
                .unwrap();
        }
        let mut taken = 0;
        while heard.try_recv().is_ok() {
            taken += 1;
        }
        assert_eq!(taken, WAITING, "no more than may wait");
        filter
            .take(&name(sibling), 7464, std::iter::once(somewhere(5)))
            .unwrap();
        let address = SocketAddr::new(somewhere(5), 7464);
        assert_eq!(
            heard.try_recv().unwrap(),
            Announced {
                device: sibling,
                address
            }
        );
    }
}
