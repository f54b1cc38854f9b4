//! A station, as the window drives it, against the real server: enrolled by the organizer's code before its camera, it takes
//! its place by itself, lets in what was sold, hears of what another door did, and closes when it is revoked.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use scanner_app::station::view::{News, Screen, VerdictLight};
use scanner_app::status::SyncPhase;
use serde_json::json;

use super::machine::{Machine, enrol, held_up};
use super::supervised;
use crate::bench::figures::Sheet;
use crate::bench::stage::{Offer, Stage, WITHOUT_LIMITS, fresh_folder};
use crate::organizer::buy;

/// Tickets bought.
const TICKETS: u32 = 3;

/// One device's evening.
pub async fn run(sheet: Sheet) -> anyhow::Result<()> {
    let folder = fresh_folder()?;
    let mut stage = Stage::set(folder.path(), &WITHOUT_LIMITS).await?;
    let evening = evening(&stage, folder.path()).await;
    let (enrolled_ms, light_ms) = evening
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    let supervised = supervised::evening(&mut stage, folder.path()).await;
    supervised
        .with_context(|| format!("the server's log ends: {}", stage.server.last_log_lines()))?;
    stage.server.stop()?;
    sheet.put("station.enrolled_ms", enrolled_ms, "ms", 1);
    sheet.put("station.green_after_picture_ms", light_ms, "ms", 1);
    Ok(())
}

async fn evening(stage: &Stage, folder: &Path) -> anyhow::Result<(f64, f64)> {
    let event = stage.event(&Offer::only(10)).await?;
    let bought = buy(&stage.guest, event, TICKETS, "lea@example.org").await?;
    let shown = held_up(stage, &bought).await?;
    let machine = Machine::below(folder, "machine")?;
    let told = Arc::clone(&machine.told);
    let station = machine.start()?;

    let began = Instant::now();
    let device = enrol(stage, event, &machine, "Porte A, tablette", false).await?;
    let place = told.screen("the door", |screen| match screen {
        Screen::Door(place) => Some(place.clone()),
        Screen::Enrol(_) | Screen::Choose { .. } | Screen::Till { .. } | Screen::Closed { .. } => {
            None
        }
    })?;
    let enrolled_ms = began.elapsed().as_secs_f64() * 1_000.0;
    ensure!(
        place.gate.as_deref() == Some("Porte A"),
        "the only event of today is not taken at the organizer's gate: {place:?}"
    );
    told.phase(SyncPhase::Live)?;

    let held_up_at = Instant::now();
    machine.hold_up("t0.png", &shown[0])?;
    let first = told.verdict(1)?;
    let light_ms = held_up_at.elapsed().as_secs_f64() * 1_000.0;
    ensure!(
        first.light == VerdictLight::Admit,
        "a sold ticket: {first:?}"
    );

    // Another door lets the second one in; this one hears of it.
    stage.enter(&bought.tickets[1]).await?;
    told.inside(2)?;
    machine.hold_up("t1.png", &shown[1])?;
    let second = told.verdict(2)?;
    ensure!(
        second.light == VerdictLight::Refuse,
        "a ticket that went in elsewhere: {second:?}"
    );
    told.wait("all sent", |told| {
        let last = told.iter().rev().find_map(|news| match news {
            News::Sync(link) => Some(link.unsent == 0),
            _ => None,
        })?;
        last.then_some(())
    })?;

    // Switched off and on: the same screen, and what happened is known. What is still held up would be read again.
    drop(station);
    machine.take_away()?;
    let station = machine.start()?;
    ensure!(
        matches!(station.overview().screen, Screen::Door(_)),
        "after a restart: {:?}",
        station.overview().screen
    );
    told.phase(SyncPhase::Live)?;

    let path = format!("/devices/{device}/revoke");
    stage.venue.owner.post(&path, &json!({})).await?;
    told.screen("closed", |screen| {
        matches!(screen, Screen::Closed { revoked: true, .. }).then_some(())
    })?;
    machine.hold_up("t2.png", &shown[2])?;
    drop(station);
    let verdicts = told.wait("verdicts", |told| {
        let verdicts = told.iter().filter(|news| matches!(news, News::Verdict(_)));
        Some(verdicts.count())
    })?;
    ensure!(
        verdicts == 2,
        "{verdicts} verdicts: a revoked device decided"
    );
    Ok((enrolled_ms, light_ms))
}
