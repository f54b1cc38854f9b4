//! A supervisor's evening at a station, against the real server: lets somebody in who was refused, signs the device off
//! while there is no server, and the server has everything once it is back.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use scanner_app::station::Station;
use scanner_app::station::view::{Screen, UiError, UiErrorCode, UserId, VerdictLight};
use scanner_app::status::SyncPhase;
use serde_json::json;

use super::machine::{Machine, enrol, held_up};
use crate::api::{number, text};
use crate::bench::stage::{Offer, Stage};
use crate::organizer::buy;

/// The server may be asked again only after a while.
const LONGEST: Duration = Duration::from_mins(2);

pub(super) async fn evening(stage: &mut Stage, folder: &Path) -> anyhow::Result<()> {
    let event = stage.event(&Offer::only(10)).await?;
    let bought = buy(&stage.guest, event, 3, "lea@example.org").await?;
    let shown = held_up(stage, &bought).await?;
    let supervisors = format!("/organizers/{}/supervisors", stage.venue.organizer);
    let ana = json!({"name": "Ana Costa", "pin": "73514"});
    let ana = stage.venue.owner.post(&supervisors, &ana).await?;
    let ana = UserId(text(&ana, "/person")?.parse().context("a person's id")?);

    let machine = Machine::below(folder, "supervised")?;
    let told = &machine.told;
    let station = machine.start()?;
    enrol(stage, event, &machine, "Porte A, responsable", true).await?;
    told.screen("a door with a supervisor", |screen| match screen {
        Screen::Door(place) if place.may_supervise => Some(()),
        Screen::Door(_)
        | Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Till { .. }
        | Screen::Closed { .. } => None,
    })?;
    told.phase(SyncPhase::Live)?;
    machine.hold_up("t0.png", &shown[0])?;
    ensure!(
        told.verdict(1)?.light == VerdictLight::Admit,
        "a sold ticket"
    );
    stage.enter(&bought.tickets[1]).await?;
    told.inside(2)?;
    machine.hold_up("t1.png", &shown[1])?;
    let red = told.verdict(2)?;
    ensure!(
        red.light == VerdictLight::Refuse && red.may_override,
        "{red:?}"
    );
    let_in(&station, ana)?;
    machine.take_away()?;
    let attendance = format!("/events/{event}/attendance");
    let duplicates = "the server hears who was let in twice";
    until(duplicates, async || {
        let seen = stage.venue.owner.get(&attendance).await?;
        Ok(number(&seen, "/duplicates")? == 1)
    })
    .await?;

    stage.server.stop()?;
    machine.hold_up("t2.png", &shown[2])?;
    ensure!(told.verdict(4)?.light == VerdictLight::Admit, "offline");
    station.sign_off().map_err(said)?;
    ensure!(closed(&station)? == 1, "an entry waits for the server");
    drop(station);
    machine.take_away()?;
    let station = machine.start()?;
    ensure!(closed(&station)? == 1, "after a restart, too");
    stage.server.start().await?;
    until("everything is handed in", async || {
        Ok(closed(&station)? == 0 && station.overview().organizer_name.is_none())
    })
    .await?;
    drop(station);
    let station = machine.start()?;
    ensure!(
        matches!(station.overview().screen, Screen::Enrol(_)),
        "as new: {:?}",
        station.overview()
    );
    let seen = stage.venue.owner.get(&attendance).await?;
    ensure!(number(&seen, "/entries")? == 3, "{seen}");
    Ok(())
}

/// Of verdict 2, after what doesn't do.
fn let_in(station: &Station, ana: UserId) -> anyhow::Result<()> {
    let refused = station.let_in_anyway(2).err().map(|error| error.code);
    ensure!(
        refused == Some(UiErrorCode::SupervisorNeeded),
        "nobody is unlocked: {refused:?}"
    );
    let refused = station.unlock(ana, "73515").err().map(|error| error.code);
    ensure!(
        refused == Some(UiErrorCode::WrongPin),
        "not her PIN: {refused:?}"
    );
    station.unlock(ana, "73514").map_err(said)?;
    let green = station.let_in_anyway(2).map_err(said)?;
    ensure!(green.light == VerdictLight::Admit, "{green:?}");
    Ok(())
}

fn closed(station: &Station) -> anyhow::Result<u32> {
    match station.overview().screen {
        Screen::Closed {
            unsent,
            revoked: false,
        } => Ok(unsent),
        other @ (Screen::Closed { .. }
        | Screen::Enrol(_)
        | Screen::Choose { .. }
        | Screen::Door(_)
        | Screen::Till { .. }) => bail!("not signed off: {other:?}"),
    }
}

fn said(error: UiError) -> anyhow::Error {
    anyhow::anyhow!("{:?}: {}", error.code, error.detail)
}

async fn until(
    what: &str,
    mut look: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let until = Instant::now() + LONGEST;
    while !look().await? {
        ensure!(Instant::now() < until, "never: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
