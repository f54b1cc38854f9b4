//! `door status`: how this door stands.

mod texts;

use std::path::PathBuf;
use std::process::ExitCode;

use shared::admission::fold::AlertKind;
use shared::admission::sentence;
use shared::clock::Clock as _;
use shared::language::Language;

use self::texts::Texts;
use super::{CliError, Output};
use crate::door::DoorAlert;
use crate::edge::SystemClock;
use crate::status::{self, DoorStatus, EnrolledDoor};

/// What `door status` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folder of this door's data.
    #[arg(long)]
    data: PathBuf,
    /// Language: fr, en, es, de, it.
    #[arg(long, default_value = "fr")]
    lang: Language,
}

pub(super) fn run(arguments: &Arguments, output: &mut Output) -> Result<ExitCode, CliError> {
    let status = status::read_at(&arguments.data, SystemClock.now_ms())
        .map_err(|error| CliError::of(error.code(), &error))?;
    output.line(&status, &text(&status, arguments.lang))?;
    Ok(ExitCode::SUCCESS)
}

fn text(status: &DoorStatus, language: Language) -> String {
    let texts = Texts::of(language);
    let Some(door) = &status.enrolled else {
        return format!("{} : {}", status.data_dir.display(), texts.not_enrolled);
    };
    let known = |value: Option<u64>| value.map_or(texts.unknown.into(), |value| value.to_string());
    let seconds =
        |value: Option<u64>| value.map_or(texts.unknown.into(), |value| format!("{value} s"));
    let name = door.name.as_deref().unwrap_or_default();
    let sync = door.sync.map_or(texts.never, |phase| phase.as_str());
    let oldest = door
        .oldest_unsynced_s
        .map_or(texts.none.into(), |age| format!("{age} s"));
    let mut lines = vec![
        format!("{name} ({})", status.data_dir.display()),
        format!("{}: {sync}", texts.sync),
        format!("{}: {}", texts.roster_age, seconds(door.roster_age_s)),
        format!("{}: {}", texts.unsent, known(door.unsent_facts)),
        format!("{}: {}", texts.carried, door.carried_facts),
        format!("{}: {oldest}", texts.oldest),
        clock(door, texts),
    ];
    if door.signed_off_ms.is_some() {
        lines.insert(1, texts.signed_off.to_owned());
    }
    for peer in &door.peers {
        let id = peer.device.to_string();
        let state = if peer.reachable {
            texts.reachable
        } else {
            texts.away
        };
        lines.push(format!(
            "{} {}: {state}, {} {}",
            texts.peer,
            peer.name.as_deref().unwrap_or(&id),
            texts.seen,
            peer.seen_s
                .map_or(texts.never.into(), |age| format!("{age} s")),
        ));
    }
    for event in &door.events {
        let name = event.name.as_deref().unwrap_or(texts.unknown);
        let behind = if event.caught_up { "" } else { texts.behind };
        let (id, tickets) = (event.id, event.tickets);
        lines.push(format!(
            "{} {id}: {name} ({tickets} {}{behind})",
            texts.event, texts.tickets
        ));
        if let Some(share) = event.strict {
            lines.push(format!(
                "  {}: {} {}, {} {}, {} {}",
                texts.strict,
                share.held,
                texts.held,
                share.elsewhere,
                texts.elsewhere,
                share.void,
                texts.not_guaranteed
            ));
        }
    }
    for journal in &door.journals {
        let closed = journal.closed.map_or(String::new(), |cause| {
            format!(", {}: {cause}", texts.closed)
        });
        lines.push(format!(
            "{} {}: {} {}, {} {}, {}{closed}",
            texts.journal,
            journal.id,
            journal.facts,
            texts.facts,
            journal.acked_through,
            texts.on_server,
            journal.cause,
        ));
    }
    lines.extend(door.alerts.iter().map(|alert| alert_line(alert, language)));
    lines.join("\n")
}

/// What is the matter, with which ticket, and where it was seen.
fn alert_line(alert: &DoorAlert, language: Language) -> String {
    let says =
        AlertKind::from_code(alert.kind).map_or(alert.kind, |kind| sentence::alert(kind, language));
    let seen = alert.seen.iter().map(|seen| {
        let gate = seen
            .gate
            .as_deref()
            .map_or(String::new(), |gate| format!("{gate}, "));
        format!("{gate}{} {}", seen.device, seen.at)
    });
    let seen: Vec<String> = seen.collect();
    format!("! {says} : {} ({})", alert.ticket, seen.join("; "))
}

fn clock(door: &EnrolledDoor, texts: &Texts) -> String {
    let measured = match (door.clock_offset_ms, door.clock_error_ms) {
        (Some(offset), Some(error)) => format!("{offset} ms ± {error} ms"),
        (Some(_), None) | (None, _) => texts.never.to_owned(),
    };
    format!("{}: {measured}", texts.clock)
}
