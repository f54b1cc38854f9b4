//! Kills of a door, first while it scans, then while it syncs. The oracle: what it had printed, and what the server
//! counts in the end.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::door::{PictureDoor, Verdict};
use super::{Plan, Tally, Target, audit, draws, moment};
use crate::bench::figures::Sheet;
use crate::bench::stage::{Stage, WITHOUT_LIMITS, fresh_folder};

/// Tickets shown in a round.
const SHOWN: usize = 5;

/// So many rounds.
pub async fn rounds(sheet: Sheet, plan: Plan) -> anyhow::Result<Tally> {
    let folder = fresh_folder()?;
    let stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let tickets = (plan.rounds + 1) * SHOWN as u32;
    let mut door = PictureDoor::set(&stage, folder.path(), tickets).await?;
    let mut tally = Tally::default();
    let lengths = calibrate(&stage, &mut door).await?;
    tally.entries += SHOWN as u64;
    for round in 0..plan.rounds {
        one(&stage, &mut door, plan, round, lengths, &mut tally)
            .await
            .map_err(|error| error.context(format!("round {round}")))?;
    }
    let attendance = format!("/events/{}/attendance", door.event);
    let attendance = stage.venue.owner.get(&attendance).await?;
    let counted = crate::api::number(&attendance, "/entries")?;
    ensure!(
        counted.cast_unsigned() == tally.entries,
        "the doors let {} in and the server counts {counted}",
        tally.entries
    );
    let mut database = audit::connect(stage.server.data()).await?;
    tally.facts = audit::journals(&mut database, door.event).await?;
    sheet.note(&format!(
        "device: attendance {counted}, {} facts on the server",
        tally.facts
    ));
    drop(database);
    let mut server = stage.server;
    server.stop()?;
    Ok(tally)
}

/// How long a scan and a sync take when nobody is killed.
#[derive(Clone, Copy)]
struct Lengths {
    scan: Duration,
    sync: Duration,
}

async fn calibrate(stage: &Stage, door: &mut PictureDoor) -> anyhow::Result<Lengths> {
    let (pictures, tickets) = door.queue(stage, SHOWN).await?;
    let began = Instant::now();
    let verdicts = door.scan(&pictures)?;
    let scan = began.elapsed();
    for ticket in &tickets {
        ensure!(
            said(&verdicts, ticket) == Some("admit"),
            "a good ticket was not admitted: {verdicts:?}"
        );
    }
    let sync = door.sync()?;
    Ok(Lengths { scan, sync })
}

fn said<'a>(verdicts: &'a [Verdict], ticket: &str) -> Option<&'a str> {
    let verdict = verdicts.iter().find(|verdict| verdict.ticket == ticket);
    verdict.map(|verdict| verdict.said.as_str())
}

async fn one(
    stage: &Stage,
    door: &mut PictureDoor,
    plan: Plan,
    round: u32,
    lengths: Lengths,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mut random = draws(plan, Target::Device, round);
    let (pictures, tickets) = door.queue(stage, SHOWN).await?;
    let killed_at = moment(&mut random, lengths.scan);
    let told = door.scan_until_killed(&pictures, killed_at)?;
    let began = Instant::now();
    let again = door.scan(&pictures)?;
    tally.back_ms.push(began.elapsed().as_secs_f64() * 1e3);
    compare(&tickets, &told, &again)?;
    let own = door.verified_facts()?;
    door.sync_until_killed(moment(&mut random, lengths.sync))?;
    let unsent = door.unsent()?.cast_unsigned();
    let mut database = audit::connect(stage.server.data()).await?;
    let held = audit::facts_of(&mut database, door.event, "Porte A").await?;
    ensure!(
        held + unsent >= own,
        "the door has {own} facts and takes {} for acknowledged; the server holds {held}",
        own - unsent
    );
    door.sync()?;
    let held = audit::facts_of(&mut database, door.event, "Porte A").await?;
    let own = door.verified_facts()?;
    ensure!(
        held == own,
        "after a whole sync the door has {own} facts and the server {held}"
    );
    tally.rounds += 1;
    tally.killed_at_ms.push(killed_at.as_secs_f64() * 1e3);
    tally.entries += tickets.len() as u64;
    Ok(())
}

/// Whoever was told to go in is known; everybody is in once. One fact may have reached the disk before its line was
/// printed.
fn compare(tickets: &[String], told: &[Verdict], again: &[Verdict]) -> anyhow::Result<()> {
    let admitted = |verdicts: &[Verdict]| -> BTreeSet<String> {
        let green = verdicts.iter().filter(|verdict| verdict.said == "admit");
        green.map(|verdict| verdict.ticket.clone()).collect()
    };
    let (before, after) = (admitted(told), admitted(again));
    let twice: Vec<_> = before.intersection(&after).collect();
    ensure!(
        twice.is_empty(),
        "admitted before and after the kill: {twice:?}"
    );
    let mut unprinted = 0;
    for ticket in tickets {
        match said(again, ticket) {
            Some("admit") => {}
            Some("already_entered") if before.contains(ticket) => {}
            Some("already_entered") => unprinted += 1,
            other => anyhow::bail!("a good ticket was answered {other:?} after the kill"),
        }
    }
    ensure!(
        unprinted <= 1,
        "{unprinted} tickets are in without a word of the door"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(said: &[(&str, &str)]) -> Vec<Verdict> {
        let verdict = |&(ticket, said): &(&str, &str)| Verdict {
            ticket: ticket.into(),
            said: said.into(),
        };
        said.iter().map(verdict).collect()
    }

    fn compared(told: &[(&str, &str)], again: &[(&str, &str)]) -> anyhow::Result<()> {
        let tickets: Vec<_> = again
            .iter()
            .map(|(ticket, _)| (*ticket).to_owned())
            .collect();
        compare(&tickets, &verdicts(told), &verdicts(again))
    }

    #[test]
    fn a_door_that_remembers_passes_even_if_one_line_was_not_printed() {
        let told = [("a", "admit")];
        compared(&told, &[("a", "already_entered"), ("b", "admit")]).unwrap();
        compared(&told, &[("a", "already_entered"), ("b", "already_entered")]).unwrap();
    }

    #[test]
    fn a_door_that_forgets_or_lets_in_twice_fails() {
        let told = [("a", "admit")];
        compared(&told, &[("a", "admit"), ("b", "admit")]).unwrap_err();
        compared(&told, &[("a", "already_entered"), ("b", "forged")]).unwrap_err();
        let unprinted = [("b", "already_entered"), ("c", "already_entered")];
        compared(&told, &unprinted).unwrap_err();
    }
}
