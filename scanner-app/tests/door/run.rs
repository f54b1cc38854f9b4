//! Runs the program `door`.

use std::path::Path;
use std::process::{Command, Stdio};

use scanner_app::edge::SystemClock;
use serde_json::Value;
use shared::clock::Clock as _;

use crate::venue::{Device, Venue};

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) lines: Vec<Value>,
}

impl Run {
    /// Decision and reason of each line that has one.
    pub(crate) fn said(&self) -> Vec<String> {
        self.lines.iter().filter_map(said).collect()
    }

    /// The code of the error that ended it.
    pub(crate) fn error(&self) -> &str {
        self.lines
            .last()
            .and_then(|line| line["error"]["code"].as_str())
            .unwrap_or_default()
    }
}

pub(crate) fn said(line: &Value) -> Option<String> {
    let decision = line["decision"].as_str()?;
    Some(match line["reason"].as_str() {
        Some(reason) => format!("{decision} {reason}"),
        None => decision.to_owned(),
    })
}

/// The real time: the program has no other.
pub(crate) fn now() -> i64 {
    SystemClock.now_ms()
}

/// `door ARGUMENTS --json` on this device.
pub(crate) fn command(device: &Device, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_door"));
    command
        .args(arguments)
        .arg("--json")
        .env("TICKETHUB_STATE", device.state())
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    Run {
        code: output.status.code(),
        lines: json_lines(&output.stdout),
    }
}

/// Whole lines only: what was cut in the middle was not told.
pub(crate) fn json_lines(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output)
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// `door scan` of a folder.
pub(crate) fn scan(venue: &Venue, device: &Device, pictures: &Path) -> Command {
    scan_from(venue, device, &format!("dir:{}", pictures.display()))
}

pub(crate) fn scan_from(venue: &Venue, device: &Device, camera: &str) -> Command {
    let (data, event) = (device.data().display().to_string(), venue.event.to_string());
    command(
        device,
        &[
            "scan", "--data", &data, "--event", &event, "--gate", "Porte A", "--camera", camera,
        ],
    )
}
