//! The server's sync and the exchange with other doors, together, while something else goes on.

mod handing_in;
mod in_step;

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use shared::sync::engine::Follow;

pub use handing_in::HandingIn;
pub use in_step::{InStep, InStepNews};

use crate::edge::{OsRandom, SystemClock};
use crate::peers::{Lan, LanConfig, LanLink, LanNews, RightCalls, StartLanError};
use crate::replica::{Replica, ReplicaError, identity, sign_off};
use crate::sync::driver::{Driver, News, StartSyncError};
use crate::sync::{ClaimCalls, HandInError, HttpTransport, ServerAddressError, StockCalls};

/// Where a door takes calls of the others unless told otherwise.
const LAN_PORT: u16 = 7464;

/// Whether and where a door takes calls of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LanChoice {
    /// At port 7464, or, if another door of this machine has it, at any free port.
    #[default]
    AsUsual,
    /// There.
    At(SocketAddr),
    /// Not at all.
    Off,
}

impl FromStr for LanChoice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "on" => Ok(Self::AsUsual),
            "off" => Ok(Self::Off),
            address => address
                .parse()
                .map(Self::At)
                .map_err(|_| "`on`, `off` or an address such as 0.0.0.0:7464"),
        }
    }
}

/// How a device takes part in the exchange between doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanOptions {
    /// Whether and where it takes calls.
    pub lan: LanChoice,
    /// It tells the network where it is, and hears others (mDNS).
    pub announces: bool,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum OnlineNews {
    /// With the server.
    Sync(News),
    /// With other doors.
    Lan(LanNews),
    /// Calls of other doors are taken there.
    Listening(SocketAddr),
}

/// What a door that scans meanwhile asks others.
#[derive(Debug)]
pub struct Asked {
    /// The server.
    pub claims: ClaimCalls,
    /// Other doors.
    pub rights: RightCalls,
    /// By a till, the server: for places.
    pub stock: Option<StockCalls>,
}

/// It could not begin, or ended by itself. What the device saw is kept.
#[derive(Debug, thiserror::Error)]
pub enum OnlineError {
    /// Nobody's device yet.
    #[error(
        "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page"
    )]
    NotEnrolled,
    /// The replica can't be read.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// What was enrolled with is no server's address.
    #[error("calling the server of this device")]
    ServerAddress(#[source] ServerAddressError),
    /// The sync could not begin.
    #[error(transparent)]
    Sync(#[from] StartSyncError),
    /// The server didn't say what it has.
    #[error(transparent)]
    HandIn(#[from] HandInError),
    /// The exchange with other doors could not begin.
    #[error(transparent)]
    Lan(#[from] StartLanError),
    /// It ended, which it never does.
    #[error("the exchange with other doors ended")]
    LanEnded,
    /// The system gave no runtime or no thread.
    #[error("starting the sync's thread")]
    Thread(#[source] std::io::Error),
}

impl OnlineError {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotEnrolled => "not_enrolled",
            Self::Replica(error) => error.code(),
            Self::ServerAddress(_) => "server_address",
            Self::Sync(error) => error.code(),
            Self::HandIn(error) => error.code(),
            Self::Lan(error) => error.code(),
            Self::LanEnded => "internal",
            Self::Thread(_) => "thread",
        }
    }
}

/// Until `until`. `asked`: by a door that scans meanwhile.
pub async fn run(
    replica: &Replica,
    data_dir: &Path,
    options: LanOptions,
    news: &RefCell<impl FnMut(OnlineNews)>,
    asked: Option<Asked>,
    until: impl Future<Output = ()>,
) -> Result<(), OnlineError> {
    let (claims, rights, stock) = match asked {
        Some(asked) => (Some(asked.claims), Some(asked.rights), asked.stock),
        None => (None, None, None),
    };
    let mut driver = driver(replica, Follow::Changes)?;
    let (desk, lender) = (driver.claim_desk(), driver.stock_desk());
    let claiming = async {
        match claims {
            Some(calls) => desk.serve(calls).await,
            None => std::future::pending().await,
        }
    };
    let lending = async {
        match stock {
            Some(calls) => lender.serve(calls).await,
            None => std::future::pending().await,
        }
    };
    let lan = match exchange(replica, data_dir, options).await? {
        None => None,
        Some((lan, link)) => {
            (news.borrow_mut())(OnlineNews::Listening(lan.bound()));
            driver = driver.with_lan(link);
            Some(match rights {
                Some(calls) => lan.with_rights(calls),
                None => lan,
            })
        }
    };
    let exchanging = async {
        match lan {
            Some(lan) => {
                lan.run(|said| (news.borrow_mut())(OnlineNews::Lan(said)))
                    .await;
            }
            None => std::future::pending().await,
        }
    };
    let syncing = async {
        loop {
            let mut tell = |said| (news.borrow_mut())(OnlineNews::Sync(said));
            driver.step(&mut tell).await;
        }
    };
    tokio::select! {
        () = exchanging => Err(OnlineError::LanEnded),
        () = syncing => Ok(()),
        () = claiming => Ok(()),
        () = lending => Ok(()),
        () = until => Ok(()),
    }
}

async fn exchange(
    replica: &Replica,
    data_dir: &Path,
    options: LanOptions,
) -> Result<Option<(Lan, LanLink)>, StartLanError> {
    if replica.read(sign_off::since_ms)?.is_some() {
        // It shows itself to no other door any more.
        return Ok(None);
    }
    let usual = SocketAddr::from(([0, 0, 0, 0], LAN_PORT));
    let at = |listen| start(replica, data_dir, options, listen);
    let started = match options.lan {
        LanChoice::Off => return Ok(None),
        LanChoice::At(address) => at(address).await,
        LanChoice::AsUsual => match at(usual).await {
            Err(StartLanError::Listen(..)) => at(SocketAddr::from(([0, 0, 0, 0], 0))).await,
            other => other,
        },
    };
    started.map(Some)
}

async fn start(
    replica: &Replica,
    data_dir: &Path,
    options: LanOptions,
    listen: SocketAddr,
) -> Result<(Lan, LanLink), StartLanError> {
    let config = LanConfig {
        listen,
        announces: options.announces,
        data_dir: data_dir.to_owned(),
    };
    Lan::start(replica, config, Arc::new(SystemClock), Box::new(OsRandom)).await
}

/// Drives the sync with this device's server.
pub fn driver(replica: &Replica, follow: Follow) -> Result<Driver<HttpTransport>, OnlineError> {
    let identity = replica
        .read(identity::load)?
        .ok_or(OnlineError::NotEnrolled)?;
    let clock = Arc::new(SystemClock);
    let transport =
        HttpTransport::to(&identity.server, clock.clone()).map_err(OnlineError::ServerAddress)?;
    Ok(Driver::start(
        replica,
        transport,
        follow,
        clock,
        Box::new(OsRandom),
    )?)
}
