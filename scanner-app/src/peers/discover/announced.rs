//! Announcements in the network (mDNS). Anybody can announce anything, so an announcement is taken only if it names a
//! device of the organizer's signed list, and is then no more than an address to try.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use mdns_sd::{Metrics, ServiceDaemon, ServiceEvent, ServiceInfo};
use shared::ids::DeviceId;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use uuid::Uuid;

const SERVICE: &str = "_tickethub._tcp.local.";
/// Announcements that wait to be looked at; of more there is a note, and they are listed again.
const WAITING: usize = 64;
/// Addresses that are taken of one announcement.
const MOST_OF_ONE: usize = 8;
/// Records and timers that the daemon may have: fifty doors with eight addresses each make 700. It has no bound of its own,
/// and anybody in the network can fill it, so beyond this it begins anew. It can list no more than 1,000 events at once,
/// two for each name, and a name has three records or more.
const MOST_REMEMBERED: i64 = 1_500;
/// What counts, among its figures.
const REMEMBERED: [&str; 7] = [
    "cached-ptr",
    "cached-srv",
    "cached-addr",
    "cached-txt",
    "cached-nsec",
    "cached-subtype",
    "timer",
];

/// A device says that it may be reached there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// Which.
    pub device: DeviceId,
    /// Where.
    pub address: SocketAddr,
}

/// Whose announcements are wanted.
type Wanted = Arc<Mutex<BTreeSet<DeviceId>>>;

/// Tells of this device, and hears of others.
pub struct Announcements {
    daemon: ServiceDaemon,
    filter: Filter,
    heard: Receiver<Announced>,
    told: Option<(DeviceId, Vec<SocketAddr>)>,
    figures: Option<mdns_sd::Receiver<Metrics>>,
    listener: JoinHandle<()>,
}

impl Announcements {
    /// Begins to listen. Fails where there is no multicast: the other ways go on.
    pub fn start() -> Result<Self, mdns_sd::Error> {
        let (sender, heard) = channel(WAITING);
        let filter = Filter {
            wanted: Wanted::default(),
            has_missed: Arc::default(),
            sender,
        };
        let daemon = ServiceDaemon::new()?;
        Ok(Self {
            listener: listen(&daemon, &filter)?,
            daemon,
            filter,
            heard,
            told: None,
            figures: None,
        })
    }

    /// These devices' announcements are taken from now on. To be called now and then.
    ///
    /// The daemon tells of each announcement once. So it lists all again when somebody is wanted who was not when they
    /// came, when there was no room for some, and when it gave up telling because too many came at once.
    pub fn want(&mut self, devices: impl Iterator<Item = DeviceId>) {
        let devices: BTreeSet<DeviceId> = devices.collect();
        let has_new = {
            let mut wanted = self.filter.wanted();
            let has_new = !devices.is_subset(&wanted);
            *wanted = devices;
            has_new
        };
        let figures = self.figures.take();
        let figures = figures.and_then(|figures| figures.try_recv().ok());
        let has_missed = self.filter.has_missed.swap(false, Ordering::Relaxed);
        let again = if figures.is_some_and(|figures| remembered(&figures) > MOST_REMEMBERED) {
            self.begin_anew()
        } else if has_new || has_missed || self.listener.is_finished() {
            listen(&self.daemon, &self.filter).map(|listener| self.listener = listener)
        } else {
            Ok(())
        };
        if let Err(error) = again {
            tracing::warn!(%error, "announcements in this network are not heard for now");
        }
        self.figures = self.daemon.get_metrics().ok();
    }

    fn begin_anew(&mut self) -> Result<(), mdns_sd::Error> {
        tracing::warn!("too many announcements in this network: all are forgotten");
        let daemon = ServiceDaemon::new()?;
        // Its listener ends with the former one.
        self.listener = listen(&daemon, &self.filter)?;
        let _ = std::mem::replace(&mut self.daemon, daemon).shutdown();
        if let Some((device, addresses)) = self.told.take() {
            self.tell(device, &addresses);
        }
        Ok(())
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
        let info = own_service(device, &ips, port);
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

/// What a device says of itself. Its name is its own for ever: it doesn't ask whether somebody has it already, and so no
/// stranger who says that can make it take another.
fn own_service(device: DeviceId, ips: &[IpAddr], port: u16) -> Result<ServiceInfo, mdns_sd::Error> {
    let name = device.0.simple().to_string();
    let host = format!("{name}.local.");
    let no_properties: &[(&str, &str)] = &[];
    let mut info = ServiceInfo::new(SERVICE, &name, &host, ips, port, no_properties)?;
    info.set_requires_probe(false);
    Ok(info)
}

/// Has the daemon list all that it knows and tell of what comes, in the place of whoever it told before.
fn listen(daemon: &ServiceDaemon, filter: &Filter) -> Result<JoinHandle<()>, mdns_sd::Error> {
    let (events, filter) = (daemon.browse(SERVICE)?, filter.clone());
    // Its receiver may block: a thread that does nothing else.
    thread::Builder::new()
        .name("announcements".into())
        .spawn(move || pass_on(&events, &filter))
        .map_err(|error| mdns_sd::Error::Msg(error.to_string()))
}

fn remembered(figures: &Metrics) -> i64 {
    let each = REMEMBERED.iter().filter_map(|name| figures.get(*name));
    each.sum()
}

fn pass_on(events: &mdns_sd::Receiver<ServiceEvent>, filter: &Filter) {
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
#[derive(Clone)]
struct Filter {
    wanted: Wanted,
    /// There was no room for some.
    has_missed: Arc<AtomicBool>,
    sender: Sender<Announced>,
}

impl Filter {
    fn wanted(&self) -> MutexGuard<'_, BTreeSet<DeviceId>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(
        &self,
        full_name: &str,
        port: u16,
        ips: impl Iterator<Item = IpAddr>,
    ) -> Result<(), Ended> {
        let Some(device) = device_of(full_name) else {
            return Ok(());
        };
        let is_wanted = self.wanted().contains(&device);
        if !is_wanted || port == 0 {
            return Ok(());
        }
        for ip in ips.take(MOST_OF_ONE) {
            let address = SocketAddr::new(ip, port);
            match self.sender.try_send(Announced { device, address }) {
                Ok(()) => {}
                Err(tokio::sync::mpsc::error::TrySendError::Full(_)) => {
                    self.has_missed.store(true, Ordering::Relaxed);
                    return Ok(());
                }
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

    #[test]
    fn a_door_asks_nobody_whether_its_name_is_free() {
        let device = DeviceId::from_bytes([7; 16]);
        let info = own_service(device, &[IpAddr::from([10, 0, 0, 7])], 7464).unwrap();
        assert!(!info.requires_probe());
        assert_eq!(device_of(info.get_fullname()), Some(device));
    }

    /// On real sockets; the loopback is a network, too.
    #[tokio::test]
    async fn what_was_announced_before_anybody_asked_for_it_is_heard_once_somebody_does() {
        const LONGEST: std::time::Duration = std::time::Duration::from_secs(30);
        let (sibling, address) = (DeviceId::from_bytes([7; 16]), ([127, 0, 0, 1], 7464).into());
        let mut tells = Announcements::start().unwrap();
        let mut hears = Announcements::start().unwrap();
        tells.tell(sibling, &[address]);
        let began = std::time::Instant::now();
        while remembered(&hears.daemon.get_metrics().unwrap().recv().unwrap()) < 3 {
            assert!(began.elapsed() < LONGEST, "it was not announced");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert!(hears.heard.try_recv().is_err(), "nobody is wanted yet");
        hears.want(std::iter::once(sibling));
        let announced = Announced {
            device: sibling,
            address,
        };
        let heard = tokio::time::timeout(LONGEST, hears.next()).await;
        assert_eq!(heard.expect("it is heard"), Some(announced));
    }

    /// Bad input: a thousand announcements of nobody we know, and a hundred false ones for somebody we do.
    #[test]
    fn a_flood_of_announcements_fills_nothing_and_the_true_one_comes_through() {
        let (sender, mut heard) = channel(WAITING);
        let wanted = Wanted::default();
        let sibling = DeviceId::from_bytes([7; 16]);
        wanted.lock().unwrap().insert(sibling);
        let filter = Filter {
            wanted,
            has_missed: Arc::default(),
            sender,
        };
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
        assert!(filter.has_missed.load(Ordering::Relaxed), "there were more");
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
