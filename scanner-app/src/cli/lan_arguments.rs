//! How a command takes part in the exchange between doors.

use crate::online::{LanChoice, LanOptions};

/// Whether a door tells the network where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Announce {
    /// It does, and hears others (mDNS).
    On,
    /// It does not.
    Off,
}

/// What `scan` and `sync` take.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct LanArguments {
    /// Exchange with other doors in this network: `on`, `off`, or the address to take their calls at.
    #[arg(long, default_value = "on")]
    lan: LanChoice,
    /// Announce this door in the network, and hear of others (mDNS).
    #[arg(long, value_enum, default_value = "on")]
    announce: Announce,
}

impl LanArguments {
    pub(super) fn options(self) -> LanOptions {
        LanOptions {
            lan: self.lan,
            announces: self.announce == Announce::On,
        }
    }
}
