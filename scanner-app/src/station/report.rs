//! A report for whoever repairs: a zip with the log and this device's figures, which the person can look at before it is
//! handed on. No names, no codes, no tickets.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shared::clock::UnixMillis;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::failures::Told;
use super::gauges;
use super::view::{CameraView, SavedFile, Settings, UiErrorCode};
use super::{Folders, log};
use crate::causes::with_causes;
use crate::status::{self, EnrolledDoor};

/// It was not made.
#[derive(Debug, thiserror::Error)]
#[error("writing the report {path}")]
pub(super) struct ReportError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl Told for ReportError {
    fn code(&self) -> UiErrorCode {
        match self.source.kind() {
            io::ErrorKind::StorageFull => UiErrorCode::DiskFull,
            _ => UiErrorCode::Storage,
        }
    }
}

/// Of a device that works, or can't: `camera` is what a working one knows of its camera.
pub(super) fn prepare(
    folders: &Folders,
    settings: &Settings,
    camera: Option<&CameraView>,
    now_ms: UnixMillis,
) -> Result<SavedFile, ReportError> {
    let folder = folders.to_take_away();
    let path = folder.join(format!("report-{}.zip", stamp(now_ms)));
    let failed = |source| ReportError {
        path: path.clone(),
        source,
    };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let state = state(folders, settings, camera, now_ms);
    write(&path, &folders.data, &state).map_err(failed)?;
    Ok(SavedFile {
        path: path.display().to_string(),
    })
}

fn write(path: &Path, data: &Path, state: &Value) -> io::Result<()> {
    let mut report = ZipWriter::new(File::create(path)?);
    let options = SimpleFileOptions::default();
    report.start_file("state.json", options)?;
    report.write_all(serde_json::to_string_pretty(state)?.as_bytes())?;
    for file in log::files(data)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        report.start_file(format!("log/{name}"), options)?;
        io::copy(&mut File::open(&file)?, &mut report)?;
    }
    report.finish()?.sync_all()
}

fn state(
    folders: &Folders,
    settings: &Settings,
    camera: Option<&CameraView>,
    now_ms: UnixMillis,
) -> Value {
    let system = rustix::system::uname();
    let door = match status::read_at(&folders.data, now_ms) {
        Ok(status) => status
            .enrolled
            .as_ref()
            .map_or(json!("not enrolled"), figures),
        Err(error) => json!({ "unreadable": with_causes(&error) }),
    };
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "system": format!("{} {}", system.sysname().to_string_lossy(), system.release().to_string_lossy()),
        "machine": system.machine().to_string_lossy(),
        "at_ms": now_ms,
        "settings": settings,
        "camera": camera,
        "free_bytes": gauges::free_bytes(&folders.data).ok(),
        "battery": gauges::battery(&folders.power_supplies),
        "door": door,
    })
}

/// Numbers only: what people called a device, an event or a gate stays here.
fn figures(door: &EnrolledDoor) -> Value {
    let events = door.events.iter().map(|event| {
        json!({
            "id": event.id,
            "tickets": event.tickets,
            "caught_up": event.caught_up,
            "roster_age_s": event.roster_age_s,
            "gates": event.gates.len(),
            "strict": event.strict,
        })
    });
    let alerts = door.alerts.iter().map(|alert| alert.kind);
    json!({
        "sync": door.sync,
        "unsent_facts": door.unsent_facts,
        "oldest_unsynced_s": door.oldest_unsynced_s,
        "parked_facts": door.parked_facts,
        "carried_facts": door.carried_facts,
        "clock_offset_ms": door.clock_offset_ms,
        "clock_error_ms": door.clock_error_ms,
        "events": events.collect::<Vec<_>>(),
        "journals": door.journals,
        "alerts": alerts.collect::<Vec<_>>(),
        "peers": door.peers.len(),
        "peers_reachable": door.peers.iter().filter(|peer| peer.reachable).count(),
    })
}

/// `20261129-194200`
pub(super) fn stamp(now_ms: UnixMillis) -> String {
    let at = jiff::Timestamp::from_millisecond(now_ms).unwrap_or(jiff::Timestamp::MIN);
    at.strftime("%Y%m%d-%H%M%S").to_string()
}
