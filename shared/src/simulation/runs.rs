//! Runs of seeds: the tests, and what `./hub sim` calls.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::action::{self, Action, Profile};
use super::dice::Dice;
use super::invariants::Violation;
use super::world::World;
use crate::planted::{self, Bug};

/// Seeds that CI runs.
const BUDGET: u64 = 2_000;

/// A run that can be repeated: as it is stored when it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Log {
    seed: u64,
    profile: Profile,
    actions: Vec<(u64, Action)>,
}

impl Log {
    fn draw(seed: u64, profile: Profile) -> Self {
        let mut dice = Dice(seed ^ 0x5bd1_e995);
        Self {
            seed,
            profile,
            actions: action::draw(profile, &mut dice),
        }
    }

    fn run(&self) -> (Result<(), Violation>, World) {
        let mut world = World::new(self.seed, self.profile);
        let result = world.live(&self.actions);
        (result, world)
    }

    /// Without the actions that the failure doesn't need.
    fn shortened(mut self, invariant: &str) -> Self {
        let mut at = self.actions.len();
        while at > 0 {
            at -= 1;
            let mut shorter = self.clone();
            shorter.actions.remove(at);
            if shorter
                .run()
                .0
                .is_err_and(|found| found.invariant == invariant)
            {
                self = shorter;
            }
        }
        self
    }

    fn store(&self) -> PathBuf {
        let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target")),
            PathBuf::from,
        );
        let folder = folder.join("simulation");
        let path = folder.join(format!("{}.json", self.seed));
        std::fs::create_dir_all(&folder).expect("a folder for the log");
        let text = serde_json::to_string_pretty(self).expect("JSON");
        std::fs::write(&path, text).expect("writing the log");
        path
    }
}

/// Says which seed it was when something panics that is no invariant.
struct Running(u64);

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("seed {}", self.0);
        }
    }
}

/// Runs one seed; panics with all that is needed to see it again.
fn must_hold(seed: u64, profile: Profile) -> World {
    let _running = Running(seed);
    let log = Log::draw(seed, profile);
    let (result, world) = log.run();
    if let Err(violation) = result {
        let log = log.shortened(violation.invariant);
        let path = log.store();
        let found = log.run().0.err().unwrap_or(violation);
        panic!(
            "seed {seed}: {}\n{}\n{} actions, stored in {}",
            found.invariant,
            found.detail,
            log.actions.len(),
            path.display()
        );
    }
    world
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in 0..6 {
        let digest = || {
            let log = Log::draw(seed, Profile::of(seed));
            let mut world = World::new(seed, log.profile);
            world.trace = Some(String::new());
            let result = world.live(&log.actions);
            (result, world.events, world.digest, world.trace)
        };
        let first = digest();
        assert_eq!(first, digest(), "seed {seed}");
        let mut text = String::new();
        let _ = write!(text, "{:?}", first.2);
        assert!(!text.is_empty());
    }
}

#[test]
fn a_stored_run_is_the_same_run() {
    let log = Log::draw(5, Profile::of(5));
    let text = serde_json::to_string(&log).expect("JSON");
    let read: Log = serde_json::from_str(&text).expect("own JSON");
    assert_eq!(read, log);
    assert_eq!(read.run().1.digest, log.run().1.digest);
}

#[test]
fn whatever_happens_every_invariant_holds() {
    // Thousands, with optimisation: `./hub sim`.
    for seed in 0..24 {
        must_hold(seed, Profile::of(seed));
    }
}

/// What once failed, shortened. In the first two the simulation expected green of a holder that heard, while it was asked, that
/// it was declared lost; in the third a duplicate of a device of whose revocation the server
/// learnt again; in the fourth green of a ticket that was taken back while its holder was asked; in the
/// fifth its server took no revocation from a list older than its own; in the sixth green of a holder that had an older list;
/// in the seventh green at both of two doors at once. In the eighth nobody told the doors, which were all declared lost, that the server
/// had been put back, so that what only it had held was gone. In the ninth the simulation took a copied door's word that all was handed in for
/// that of the door whose entries it had only just heard of.
const ONCE_FAILED: &[&str] = &[
    include_str!("regressions/mixed_holder_declared_lost.json"),
    include_str!("regressions/strict_holder_declared_lost.json"),
    include_str!("regressions/mixed_list_newer_than_the_server.json"),
    include_str!("regressions/strict_taken_back_while_asked.json"),
    include_str!("regressions/mixed_revoked_twice_around_a_restore.json"),
    include_str!("regressions/strict_holder_of_an_older_list.json"),
    include_str!("regressions/strict_shown_twice_at_once.json"),
    include_str!("regressions/mixed_holder_lost_by_the_askers_list.json"),
    include_str!("regressions/strict_all_lost_before_a_restore.json"),
    include_str!("regressions/twins_entries_of_the_copied_door.json"),
];

#[test]
fn what_once_failed_holds() {
    for text in ONCE_FAILED {
        let log: Log = serde_json::from_str(text).expect("a stored run");
        assert_eq!(log.run().0, Ok(()), "seed {}", log.seed);
    }
}

/// Each planted bug is found by the name of an invariant, within the seeds that CI runs; the seeds are just
/// the first ones.
#[test]
#[ignore = "thousands of evenings: ./hub test"]
fn each_planted_bug_is_found() {
    let mut table = String::new();
    for bug in Bug::ALL {
        let found = (0..BUDGET).find_map(|seed| {
            let log = Log::draw(seed, profile_for(*bug, seed));
            let result = planted::with(Some(*bug), || log.run().0);
            Some((seed, result.err()?))
        });
        let line = match &found {
            Some((seed, violation)) => {
                format!("| `{bug:?}` | `{}` | {} |", violation.invariant, seed + 1)
            }
            None => format!("| `{bug:?}` | not found | {BUDGET} |"),
        };
        println!("{line}");
        if found.is_none() {
            let _ = writeln!(table, "{line}");
        }
    }
    assert!(table.is_empty(), "not found:\n{table}");
}

/// Rights are lent on strict evenings.
fn profile_for(bug: Bug, seed: u64) -> Profile {
    match bug {
        Bug::HandOverNotDurable
        | Bug::RightUsedUnread
        | Bug::RightUsedBehind
        | Bug::RightMovedUnreleased => Profile::strict(),
        Bug::SequenceCursor
        | Bug::UnlockedWriter
        | Bug::BareCursor
        | Bug::EpochIgnored
        | Bug::NormalSync
        | Bug::CountBasedAck
        | Bug::CutUploadForgotten
        | Bug::RepeatedTakenTwice
        | Bug::ConflictIgnored
        | Bug::BadFactBlocks
        | Bug::LastWriterWins
        | Bug::FoldWithoutSeen
        | Bug::OrderAsComparator
        | Bug::AnnotationNotRefolded
        | Bug::AlertsReplaced
        | Bug::JournalAfterRevocation
        | Bug::QuarantineByClaimedTime
        | Bug::ClockWithoutMax
        | Bug::MergeUnbounded
        | Bug::LeaseReturnedUnclosed
        | Bug::MoneyApart
        | Bug::TillGoesOnFromDisk
        | Bug::TillAcksKept => Profile::of(seed),
    }
}

/// Strict mode does what it is for: a dead door's share, declared lost, is admitted again, all of it, and with
/// all links up every good ticket is green within the time.
#[test]
fn a_lost_doors_share_is_admitted_by_the_others() {
    for seed in 0..12 {
        let mut world = World::new(seed, Profile::strict());
        let mut evening = || {
            world.run(20_000)?;
            world.lose_for_good(1);
            world.act(Action::DeclareLost {
                device: 1,
                ago_ms: 0,
            })?;
            world.run(40_000)?;
            for ticket in 1..=world.profile.tickets {
                let device = 2 + (ticket % 3) as u16;
                let out = false;
                let scan = Action::Scan {
                    device,
                    ticket,
                    out,
                };
                world.act(scan)?;
                world.run(150)?;
            }
            Ok(())
        };
        assert_eq!(evening(), Ok::<(), Violation>(()), "seed {seed}");
        let green = world.oracle.greens.len() as u64;
        assert_eq!(green, world.profile.tickets, "seed {seed}");
    }
}

/// A venue of fifty doors.
#[test]
#[ignore = "a large evening: ./hub test"]
fn every_invariant_holds_with_fifty_doors() {
    must_hold(1, Profile::large());
}

/// What `./hub prove soak` runs: what a device keeps grows by its facts only, and not by talking.
#[test]
#[ignore = "sixty hours: ./hub prove soak"]
fn sixty_hours_of_fifty_doors() {
    let profile = Profile::long();
    let began = std::time::Instant::now();
    let mut dice = Dice(number("SIM_FROM").unwrap_or(0));
    let actions = action::draw_long(profile, &mut dice);
    let mut world = World::new(1, profile);
    world.looks = Some((600_000, world.now));
    let tell = |world: &World, what: &str| {
        println!(
            "{what}: {} h, {} events, {} facts at the server, {:.0} MB resident, {} s",
            world.now.0 / 3_600_000,
            world.events,
            world.server.durable.facts.count,
            resident_mb(),
            began.elapsed().as_secs()
        );
    };
    for (at_ms, action) in &actions {
        let ms = at_ms.saturating_sub(world.now.0);
        let hour = world.now.0 / 14_400_000;
        assert_eq!(world.run(ms), Ok(()));
        assert_eq!(world.act(*action), Ok(()));
        if world.now.0 / 14_400_000 > hour {
            tell(&world, "people come");
        }
    }
    assert_eq!(world.heal(), Ok(()));
    // Whoever waited longest has tried again.
    let settles = action::BUSY_MS + 2 * 3_600_000;
    assert_eq!(world.run(settles.saturating_sub(world.now.0)), Ok(()));
    tell(&world, "all is told");
    let before = resident_mb();
    assert_eq!(
        world.run(action::LONG_MS.saturating_sub(world.now.0)),
        Ok(())
    );
    tell(&world, "at the end");
    let grown = resident_mb() - before;
    assert!(
        grown < before * 0.02,
        "talking alone took {grown:.1} MB beside {before:.1}"
    );
    assert!(world.is_at_rest());
    assert_eq!(world.invariants_at_rest(), Ok(()));
    println!(
        "{} events, {} green lights, talking for {} h took {grown:.1} MB beside {before:.1}",
        world.events,
        world.oracle.greens.len(),
        (action::LONG_MS - settles) / 3_600_000
    );
}

/// What this process has resident, in MB.
fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kibibytes.expect("a number") * 1024.0 / 1e6
}

/// What `./hub sim` calls: SIM_FROM and SIM_SEEDS or SIM_MINUTES, SIM_STRICT; or SIM_REPLAY.
#[test]
#[ignore = "thousands of evenings: ./hub sim"]
fn evenings() {
    if let Ok(path) = std::env::var("SIM_REPLAY") {
        let text = std::fs::read_to_string(path).expect("a stored run");
        let log: Log = serde_json::from_str(&text).expect("a stored run");
        let mut world = World::new(log.seed, log.profile);
        world.trace = Some(String::new());
        let result = world.live(&log.actions);
        println!("{}", world.trace.unwrap_or_default());
        assert_eq!(result, Ok(()));
        return;
    }
    let from = number("SIM_FROM").unwrap_or(0);
    let minutes = number("SIM_MINUTES");
    let seeds = number("SIM_SEEDS").unwrap_or(if minutes.is_some() { u64::MAX } else { 2_000 });
    let is_strict = std::env::var("SIM_STRICT").is_ok_and(|strict| !strict.is_empty());
    let began = std::time::Instant::now();
    let (mut ran, mut events, mut due, mut greens) = (0, 0, 0, 0);
    for seed in (from..).take(usize::try_from(seeds).unwrap_or(usize::MAX)) {
        if minutes.is_some_and(|minutes| began.elapsed().as_secs() >= minutes * 60) {
            break;
        }
        let profile = if is_strict {
            Profile::strict()
        } else {
            Profile::of(seed)
        };
        let world = must_hold(seed, profile);
        ran += 1;
        events += world.events;
        due += world.oracle.due_green;
        greens += world.oracle.greens.len();
        if ran % 500 == 0 {
            println!("{ran} evenings, the last of seed {seed}");
        }
    }
    println!(
        "{ran} evenings from seed {from}, {events} events, {greens} green lights, {due} of them due in strict mode, in {} s",
        began.elapsed().as_secs()
    );
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
