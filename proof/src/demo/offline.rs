//! The part without a network: what two doors see while the server is gone.

use super::before::Phones;
use super::stage::{Sold, Stage, Verdict};
use super::telling::Telling;

/// What the doors told while the server was away.
#[derive(Default)]
pub struct Seen {
    /// Entries shown green, both doors.
    pub admitted: usize,
    /// Refusals of validly signed tickets and of forgeries.
    pub refused: usize,
}

/// A green light.
pub const ADMIT: &str = "admit";

/// From the server's end to a door's.
pub async fn play(
    tell: &mut Telling,
    stage: &mut Stage,
    sold: &Sold,
    phones: &Phones,
) -> anyhow::Result<Seen> {
    tell.step("offline");
    if !tell.breaks("offline") {
        stage.server.stop()?;
    }
    tell.check(
        "the server answers",
        stage.guest.get("/events").await.is_ok(),
        false,
    )?;

    let mut seen = Seen::default();
    tell.step("admit");
    for n in 0..2 {
        let png = if tell.breaks("admit") {
            &phones.forged
        } else {
            &phones.anna[n]
        };
        let verdict = stage.show(0, sold.event, &format!("anna-{n}"), png)?;
        tally(tell, &mut seen, "at door A, Anna's ticket", &verdict, ADMIT)?;
        tell.check(
            "it is the ticket that was bought",
            verdict.ticket,
            sold.anna.tickets[n].clone(),
        )?;
    }

    tell.step("copy");
    let shown = if tell.breaks("copy") {
        &phones.guest[0]
    } else {
        &phones.anna[0]
    };
    let verdict = stage.show(0, sold.event, "copy", shown)?;
    tally(
        tell,
        &mut seen,
        "at door A, the same ticket again",
        &verdict,
        "refuse: already_entered",
    )?;

    tell.step("forged");
    let shown = if tell.breaks("forged") {
        &phones.guest[0]
    } else {
        &phones.forged
    };
    let verdict = stage.show(1, sold.event, "forged", shown)?;
    tally(
        tell,
        &mut seen,
        "at door B, a forgery",
        &verdict,
        "refuse: forged",
    )?;

    tell.step("other-event");
    let shown = if tell.breaks("other-event") {
        &phones.guest[0]
    } else {
        &phones.other
    };
    let verdict = stage.show(1, sold.event, "other-event", shown)?;
    tally(
        tell,
        &mut seen,
        "at door B, a ticket of another evening",
        &verdict,
        "refuse: other_event",
    )?;

    tell.step("refunded");
    let shown = if tell.breaks("refunded") {
        &phones.guest[0]
    } else {
        &phones.refunded
    };
    let verdict = stage.show(1, sold.event, "refunded", shown)?;
    tally(
        tell,
        &mut seen,
        "at door B, Karim's refunded ticket",
        &verdict,
        "refuse: refunded",
    )?;

    tell.step("copy-elsewhere");
    let shown = if tell.breaks("copy-elsewhere") {
        &phones.refunded
    } else {
        &phones.anna[1]
    };
    let verdict = stage.show(1, sold.event, "copy-elsewhere", shown)?;
    tally(
        tell,
        &mut seen,
        "at door B, a copy of Anna's second ticket",
        &verdict,
        ADMIT,
    )?;

    kill_a_door(tell, stage, sold, phones, &mut seen)?;
    Ok(seen)
}

/// Eight people at door A; after three it is killed, started again, and shown all eight.
fn kill_a_door(
    tell: &mut Telling,
    stage: &Stage,
    sold: &Sold,
    phones: &Phones,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    tell.step("kill");
    let queue = stage.pictures("queue", &phones.guest)?;
    let told = stage.scan_until_killed(0, sold.event, &queue, 3)?;
    tell.check(
        "people told to go in before the kill",
        count(&told, ADMIT),
        3,
    )?;
    if tell.breaks("kill") {
        std::fs::remove_dir_all(&stage.doors[0].data)?;
    }
    let again = stage.scan(0, sold.event, &queue)?;
    let forgotten = told
        .iter()
        .filter(|before| !again.iter().any(|now| remembered(before, now)))
        .count();
    tell.check("of those, forgotten by the door", forgotten, 0)?;
    // A fact may have reached the disk although the kill came before its line was printed: that person is in.
    tell.check(
        "tickets that are in once, and only once",
        count(&again, ADMIT) + count(&again, "refuse: already_entered"),
        8,
    )?;
    seen.admitted += 8;
    seen.refused += count(&again, "refuse: already_entered");
    Ok(())
}

fn remembered(before: &Verdict, now: &Verdict) -> bool {
    before.ticket == now.ticket && now.told() == "refuse: already_entered"
}

fn count(verdicts: &[Verdict], told: &str) -> usize {
    verdicts
        .iter()
        .filter(|verdict| verdict.told() == told)
        .count()
}

/// Counts what a door told, and checks it.
pub fn tally(
    tell: &mut Telling,
    seen: &mut Seen,
    what: &str,
    verdict: &Verdict,
    expected: &str,
) -> anyhow::Result<()> {
    if verdict.decision == ADMIT {
        seen.admitted += 1;
    } else {
        seen.refused += 1;
    }
    tell.check(what, verdict.told(), expected.to_owned())
}
