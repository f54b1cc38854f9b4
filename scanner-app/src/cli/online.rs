//! The server's sync and the exchange with other doors, together, while something else goes on.

use std::net::SocketAddr;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use shared::sync::engine::Follow;

use super::CliError;
use crate::edge::{OsRandom, SystemClock};
use crate::peers::{Lan, LanConfig, LanLink, LanNews, RightCalls, StartLanError};
use crate::replica::{Replica, identity, sign_off};
use crate::sync::driver::{Driver, News};
use crate::sync::{ClaimCalls, HttpTransport};

/// Where a door takes calls of the others unless told otherwise.
const LAN_PORT: u16 = 7464;

/// Whether and where a door takes calls of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LanChoice {
    /// At [`LAN_PORT`], or, if another door of this machine has it, at any free port.
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

/// Whether a door tells the network where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Announce {
    /// It does, and hears others (mDNS).
    On,
    /// It does not.
    Off,
}

/// How a command takes part in the exchange between doors.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct LanArguments {
    /// Exchange with other doors in this network: `on`, `off`, or the address to take their calls at.
    #[arg(long, default_value = "on")]
    lan: LanChoice,
    /// Announce this door in the network, and hear of others (mDNS).
    #[arg(long, value_enum, default_value = "on")]
    announce: Announce,
}

/// What happens meanwhile.
pub(super) enum OnlineNews {
    Sync(News),
    Lan(LanNews),
    /// Calls of other doors are taken there.
    Listening(SocketAddr),
}

/// What a door that scans meanwhile asks others.
pub(super) struct Asked {
    /// The server.
    pub(super) claims: ClaimCalls,
    /// Other doors.
    pub(super) rights: RightCalls,
}

/// Until `until`. `asked`: by a door that scans meanwhile.
pub(super) async fn run(
    replica: &Replica,
    data_dir: &Path,
    arguments: LanArguments,
    news: &std::cell::RefCell<impl FnMut(OnlineNews)>,
    asked: Option<Asked>,
    until: impl Future<Output = ()>,
) -> Result<(), CliError> {
    let (claims, rights) = asked.map(|asked| (asked.claims, asked.rights)).unzip();
    let mut driver = driver(replica, Follow::Changes)?;
    let desk = driver.claim_desk();
    let claiming = async {
        match claims {
            Some(calls) => desk.serve(calls).await,
            None => std::future::pending().await,
        }
    };
    let lan = match exchange(replica, data_dir, arguments).await? {
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
        () = exchanging => Err(CliError::new("internal", "the exchange with other doors ended")),
        () = syncing => Ok(()),
        () = claiming => Ok(()),
        () = until => Ok(()),
    }
}

async fn exchange(
    replica: &Replica,
    data_dir: &Path,
    arguments: LanArguments,
) -> Result<Option<(Lan, LanLink)>, CliError> {
    let signed_off = replica
        .read(sign_off::since_ms)
        .map_err(|error| CliError::of(error.code(), &error))?;
    if signed_off.is_some() {
        // It shows itself to no other door any more.
        return Ok(None);
    }
    let usual = SocketAddr::from(([0, 0, 0, 0], LAN_PORT));
    let at = |listen| start(replica, data_dir, arguments, listen);
    let started = match arguments.lan {
        LanChoice::Off => return Ok(None),
        LanChoice::At(address) => at(address).await,
        LanChoice::AsUsual => match at(usual).await {
            Err(StartLanError::Listen(..)) => at(SocketAddr::from(([0, 0, 0, 0], 0))).await,
            other => other,
        },
    };
    started
        .map(Some)
        .map_err(|error| CliError::of(error.code(), &error))
}

async fn start(
    replica: &Replica,
    data_dir: &Path,
    arguments: LanArguments,
    listen: SocketAddr,
) -> Result<(Lan, LanLink), StartLanError> {
    let config = LanConfig {
        listen,
        announces: arguments.announce == Announce::On,
        data_dir: data_dir.to_owned(),
    };
    Lan::start(replica, config, Arc::new(SystemClock), Box::new(OsRandom)).await
}

/// Drives the sync with this device's server.
pub(super) fn driver(replica: &Replica, follow: Follow) -> Result<Driver<HttpTransport>, CliError> {
    let identity = replica
        .read(identity::load)
        .map_err(|error| CliError::of(error.code(), &error))?;
    let Some(identity) = identity else {
        return Err(CliError::new(
            "not_enrolled",
            "this door is not enrolled; run `door enrol` with a code from the organizer's Devices page",
        ));
    };
    let clock = Arc::new(SystemClock);
    let transport = HttpTransport::to(&identity.server, clock.clone())
        .map_err(|error| CliError::of("server_address", &error))?;
    Driver::start(replica, transport, follow, clock, Box::new(OsRandom))
        .map_err(|error| CliError::of(error.code(), &error))
}
