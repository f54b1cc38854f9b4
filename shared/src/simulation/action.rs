//! What happens on an evening, drawn up front, so that a run can be stored and replayed.

use serde::{Deserialize, Serialize};

use super::device::CrashPoint;
use super::dice::Dice;

/// Devices are numbered from 1; 0 is the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Scan {
        device: u16,
        ticket: u64,
        out: bool,
    },
    Override {
        device: u16,
        ticket: u64,
    },
    Void {
        device: u16,
    },
    /// Sells a place from leased stock.
    Sell {
        till: u16,
    },
    /// The last sale of a till that it can take back.
    Refund {
        till: u16,
    },
    /// The drawer is counted, and the shift closed.
    CloseShift {
        till: u16,
    },
    SellOnline,
    TopUp {
        till: u16,
    },
    HandPlaces {
        till: u16,
        to: u16,
    },
    /// A till releases all that it did not sell.
    Close {
        till: u16,
    },
    StopLeases {
        till: u16,
    },
    WriteOff {
        till: u16,
    },
    /// A door hands what has not gone in to another and signs off.
    HandShare {
        device: u16,
        to: u16,
    },
    /// A door gives its share back to the server.
    ReleaseShare {
        device: u16,
    },
    /// The server moves what was released or lost.
    MoveRights,
    /// The server changes rows.
    Roster {
        ticket: u64,
        status: u8,
    },
    /// Cuts the way from one to the other, not back.
    Cut {
        from: u16,
        to: u16,
    },
    /// Cuts all ways between two halves: bit n = the side of n.
    Partition {
        sides: u64,
    },
    Heal,
    Weather {
        loss: u8,
        twice: u8,
        slow_ms: u16,
    },
    /// The next transaction of the device is its last before a restart.
    Crash {
        device: u16,
        at: CrashPoint,
    },
    PowerCut {
        device: u16,
    },
    Snapshot {
        device: u16,
    },
    /// The snapshot is put back; with the second file, nobody can notice at the start.
    PutBack {
        device: u16,
        whole: bool,
    },
    /// The replica starts on another machine; with the second file and the machine's identity it is a twin.
    Copy {
        device: u16,
        whole: bool,
    },
    BackUp,
    Restore,
    ClockJump {
        device: u16,
        by_ms: i64,
    },
    /// Stolen: it goes on in a thief's hands.
    Theft {
        device: u16,
    },
    /// A thief writes an entry that claims another time.
    Forge {
        device: u16,
        ticket: u64,
        claims_ms: i64,
        new_journal: bool,
    },
    /// Revoked since so long ago; what it held is moved.
    DeclareLost {
        device: u16,
        ago_ms: i64,
    },
    /// A fact of a kind, or of an envelope, that the others don't know yet.
    NewerFact {
        device: u16,
        version: bool,
    },
    /// A fact that the server can never take.
    Spoil {
        device: u16,
    },
    NetworkUp {
        device: u16,
    },
}

/// What kind of evening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) devices: u16,
    pub(crate) tickets: u64,
    pub(crate) actions: usize,
    /// Only holders of rights admit.
    pub(crate) strict: bool,
    /// Twins and whole images put back: nothing that a device could notice by itself.
    pub(crate) twins: bool,
}

impl Profile {
    /// By the seed, so that a run of seeds has of all.
    pub(crate) fn of(seed: u64) -> Self {
        Self {
            devices: 4,
            tickets: 7,
            actions: 60,
            strict: seed % 3 == 1,
            twins: seed % 3 == 2,
        }
    }

    /// Only strict evenings.
    pub(crate) fn strict() -> Self {
        Self {
            strict: true,
            twins: false,
            ..Self::of(0)
        }
    }

    /// Fifty doors.
    pub(crate) fn large() -> Self {
        Self {
            devices: 50,
            tickets: 60,
            actions: 150,
            ..Self::of(0)
        }
    }
}

/// How long tickets come in on a long evening; afterwards devices only talk to each other.
pub(crate) const BUSY_MS: u64 = 40 * 3_600_000;
/// All of it.
pub(crate) const LONG_MS: u64 = 60 * 3_600_000;

impl Profile {
    /// A festival: fifty doors, twenty thousand tickets, sixty hours.
    pub(crate) fn long() -> Self {
        Self {
            devices: 50,
            tickets: 20_000,
            actions: 0,
            ..Self::of(0)
        }
    }
}

/// Each ticket goes in once at some door, and every twentieth is shown once more; the server is gone for a while, halves
/// of the building are cut off, doors crash.
pub(crate) fn draw_long(profile: Profile, dice: &mut Dice) -> Vec<(u64, Action)> {
    let devices = u64::from(profile.devices);
    let mut actions = Vec::new();
    for ticket in 1..=profile.tickets {
        let times = if ticket % 20 == 0 { 2 } else { 1 };
        for _ in 0..times {
            let device = 1 + dice.below(devices) as u16;
            let out = false;
            let scan = Action::Scan {
                device,
                ticket,
                out,
            };
            actions.push((60_000 + dice.below(BUSY_MS), scan));
        }
    }
    for hour in 1..BUSY_MS / 3_600_000 {
        let at_ms = hour * 3_600_000 + dice.below(1_800_000);
        let device = 1 + dice.below(devices) as u16;
        let trouble = match hour % 4 {
            0 => Action::Partition { sides: 1 },
            1 => Action::Partition {
                sides: dice.below(1 << devices.min(59)) << 1,
            },
            2 => Action::PowerCut { device },
            _ => Action::Weather {
                loss: dice.below(30) as u8,
                twice: dice.below(30) as u8,
                slow_ms: dice.below(1_000) as u16,
            },
        };
        actions.push((at_ms, trouble));
        actions.push((at_ms + 600_000 + dice.below(1_200_000), Action::Heal));
    }
    actions.sort_by_key(|(at_ms, _)| *at_ms);
    actions
}

/// The actions of an evening, and when.
pub(crate) fn draw(profile: Profile, dice: &mut Dice) -> Vec<(u64, Action)> {
    let mut at_ms = 3_000;
    let crashes = dice.percent(70);
    let thieves = dice.percent(35);
    let clocks = dice.percent(60);
    (0..profile.actions)
        .map(|_| {
            at_ms += match dice.below(6) {
                0..3 => dice.below(300),
                3 | 4 => dice.below(4_000),
                _ => dice.below(20_000),
            };
            (at_ms, one(profile, crashes, thieves, clocks, dice))
        })
        .collect()
}

fn one(profile: Profile, crashes: bool, thieves: bool, clocks: bool, dice: &mut Dice) -> Action {
    // Now and then the first copy, if there is one by then.
    let devices = u64::from(profile.devices) + u64::from(dice.percent(40));
    let device = 1 + dice.below(devices) as u16;
    let other = 1 + dice.below(u64::from(profile.devices)) as u16;
    let ticket = 1 + dice.below(profile.tickets);
    let till = 1 + dice.below(2) as u16;
    match dice.below(100) {
        0..2 => Action::Override { device, ticket },
        2..4 => Action::Void { device },
        4..9 => Action::Sell { till },
        9 => Action::SellOnline,
        10..12 => Action::TopUp { till },
        12 => Action::HandPlaces { till, to: 3 - till },
        13 => Action::Close { till },
        14 => Action::StopLeases { till },
        15 => Action::WriteOff { till },
        16..18 => Action::HandShare { device, to: other },
        18 => Action::ReleaseShare { device },
        19..22 => Action::MoveRights,
        22..24 => Action::Roster {
            ticket,
            status: if dice.percent(70) {
                0
            } else {
                dice.below(5) as u8
            },
        },
        24..26 => Action::Cut {
            from: dice.below(u64::from(profile.devices) + 1) as u16,
            to: other,
        },
        // Between doors, or all doors from the server.
        26..29 => Action::Partition {
            sides: dice.below(1 << profile.devices.min(59)) << 1,
        },
        29..31 => Action::Partition { sides: 1 },
        31..34 => Action::Heal,
        34..36 => Action::Weather {
            loss: dice.below(40) as u8,
            twice: dice.below(40) as u8,
            slow_ms: dice.below(2_000) as u16,
        },
        36..41 if crashes => Action::Crash {
            device,
            at: dice.pick(&[CrashPoint::BeforePersist, CrashPoint::AfterPersist]),
        },
        41..43 if crashes => Action::PowerCut { device },
        43..46 => Action::Snapshot { device },
        46..48 => Action::PutBack {
            device,
            whole: profile.twins,
        },
        48 => Action::Copy {
            device,
            whole: profile.twins,
        },
        49 => Action::BackUp,
        50 if dice.percent(50) => Action::Restore,
        51..54 if clocks => Action::ClockJump {
            device,
            by_ms: dice.pick(&[
                -7_200_000,
                -600_000,
                -30_000,
                -2_000,
                2_000,
                45_000,
                900_000,
                150_000_000_000,
            ]),
        },
        54 if thieves => Action::Theft { device },
        55..59 if thieves => Action::Forge {
            device,
            ticket,
            claims_ms: dice.below(120_000) as i64,
            new_journal: dice.percent(50),
        },
        59 if thieves => Action::DeclareLost {
            device,
            ago_ms: dice.below(60_000) as i64,
        },
        60 => Action::NewerFact {
            device,
            version: dice.percent(50),
        },
        61 => Action::Spoil { device },
        62 => Action::NetworkUp { device },
        63 => Action::Refund { till },
        64 => Action::CloseShift { till },
        _ => Action::Scan {
            device,
            ticket,
            out: dice.percent(20),
        },
    }
}
