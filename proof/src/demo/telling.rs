//! How the story is told: each line names what was seen and what was expected.

use std::fmt::Display;
use std::time::Instant;

use anyhow::bail;

/// The steps, in order. Each can be broken on purpose: `./hub demo --break NAME`.
pub const STEPS: &[(&str, &str)] = &[
    (
        "server",
        "the server starts on fresh data, on its own PostgreSQL",
    ),
    (
        "publish",
        "an organizer publishes an event, and another one",
    ),
    ("buy", "three customers buy, one of them as a guest"),
    ("qr", "another implementation reads the ticket's PNG"),
    (
        "store",
        "a stranger buys in a phone's browser, with three taps and no account",
    ),
    ("mail", "the mail's link opens the order, and it the ticket"),
    (
        "enrol",
        "two devices are enrolled; both screens show the same digits",
    ),
    ("roster", "both devices have the roster"),
    ("refund", "one order is refunded"),
    ("offline", "the server is stopped"),
    ("admit", "good tickets go in, from pictures of phones"),
    ("copy", "a copy is refused on the same device"),
    ("forged", "a forged ticket is refused"),
    ("other-event", "a ticket of another event is refused"),
    ("refunded", "the refunded ticket is refused"),
    (
        "copy-elsewhere",
        "a copy at the other door, which can't know, goes in",
    ),
    (
        "kill",
        "a device dies by kill -9 in the middle and loses nothing",
    ),
    (
        "pocket",
        "without the server the stranger's ticket is on the phone",
    ),
    ("screenshot", "a screenshot of it goes in, and only once"),
    ("return", "the server returns, on its data"),
    ("sync", "both devices send what they saw"),
    ("duplicate", "the copy is caught as a duplicate entry"),
    ("attendance", "attendance equals what the doors saw"),
    ("journals", "the journals verify, by two readers"),
    (
        "tills",
        "two tills are enrolled, and lent places to sell alone",
    ),
    ("till-sales", "both sell without a word to the server"),
    (
        "till-kill",
        "one dies by kill -9 in the middle of a sale: it is whole or not there",
    ),
    (
        "till-rush",
        "meanwhile more guests than places buy online, all at once",
    ),
    ("till-refund", "a till takes a ticket back"),
    ("till-z", "both drawers are counted and their shifts closed"),
    (
        "till-sync",
        "both give back what they did not sell, and send all",
    ),
    (
        "statement",
        "statement of takings, Zs and store agree to the cent",
    ),
    (
        "archive",
        "the day's archive verifies, and a flipped bit is found",
    ),
];

/// Tells the story and counts.
pub struct Telling {
    broken: Option<String>,
    began: Instant,
    step: &'static str,
    checks: u32,
}

impl Telling {
    /// `broken`: the step that is to go wrong.
    pub fn new(broken: Option<String>) -> anyhow::Result<Self> {
        if let Some(name) = &broken
            && !STEPS.iter().any(|(step, _)| step == name)
        {
            let names: Vec<_> = STEPS.iter().map(|(step, _)| *step).collect();
            bail!(
                "there is no step '{name}'; the steps are: {}",
                names.join(", ")
            );
        }
        Ok(Self {
            broken,
            began: Instant::now(),
            step: "",
            checks: 0,
        })
    }

    /// A step begins.
    pub fn step(&mut self, name: &'static str) {
        let says = STEPS
            .iter()
            .find(|(step, _)| *step == name)
            .map_or("", |(_, says)| *says);
        self.step = name;
        say(&format!(
            "\n{:5.1} s  {name}: {says}",
            self.began.elapsed().as_secs_f32()
        ));
    }

    /// Is this the step to spoil?
    pub fn breaks(&self, name: &str) -> bool {
        self.broken.as_deref() == Some(name)
    }

    /// A line without a check.
    #[expect(
        clippy::unused_self,
        reason = "a note belongs to the telling like a check"
    )]
    pub fn note(&self, line: &str) {
        say(&format!("         {line}"));
    }

    /// A check: what was seen must equal what was expected.
    pub fn check<T: PartialEq + Display>(
        &mut self,
        what: &str,
        seen: T,
        expected: T,
    ) -> anyhow::Result<()> {
        self.checks += 1;
        if seen == expected {
            say(&format!("      ok {what}: {seen} (expected {expected})"));
            return Ok(());
        }
        say(&format!("  FAILED {what}: {seen} (expected {expected})"));
        bail!(
            "step {}: {what}: saw {seen}, expected {expected}",
            self.step
        )
    }

    /// The end of a good story.
    pub fn finish(&self) {
        say(&format!(
            "\nAll {} checks of {} steps held in {:.1} s.",
            self.checks,
            STEPS.len(),
            self.began.elapsed().as_secs_f32()
        ));
    }
}

/// A line of the story.
#[expect(clippy::print_stdout, reason = "the demo is told on the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}
