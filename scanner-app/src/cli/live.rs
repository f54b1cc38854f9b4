//! `door scan --camera webcam`: the live camera, until the program is told to end. And `door cameras`, which lists them.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use serde_json::{Value, json};
use shared::language::Language;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::scan::show;
use super::{CliError, Output};
use crate::camera::webcam::{CameraId, CameraState, Webcam, list_cameras};
use crate::camera::{self, Read};
use crate::door::{Door, Sight};

/// How long a change of the camera's state may wait to be told.
const TICK: Duration = Duration::from_millis(100);

/// A line for each scan and for each change of the camera, until SIGINT or SIGTERM.
pub(super) fn scan_webcam(
    chosen: Option<CameraId>,
    door: &Door,
    language: Language,
    output: &mut Output,
) -> Result<(), CliError> {
    let stop = told_to_stop()?;
    let webcam = Webcam::start(chosen);
    let states = webcam.states();
    let reads = camera::start(webcam.frames());
    while !stop.load(Ordering::Acquire) {
        for state in states.try_iter() {
            output.line(
                &json!({"camera": state_value(&state)}),
                &format!("-  {state}"),
            )?;
        }
        match reads.recv_timeout(TICK) {
            Ok(read) => {
                if holds_code(&read) {
                    webcam.seen_code();
                }
                show(&read, door, Sight::Stream, language, output)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(())
}

fn holds_code(read: &Read) -> bool {
    match read {
        Read::Codes { found, .. } => !found.is_empty(),
        Read::Blocked | Read::Failed(_) => false,
    }
}

fn state_value(state: &CameraState) -> Value {
    let mut value = json!({"state": state.code(), "says": state.to_string()});
    if let Some(camera) = state.camera() {
        value["id"] = json!(camera.id.to_string());
        value["name"] = json!(camera.name);
    }
    if let CameraState::Live {
        mode, instead_of, ..
    } = state
    {
        value["mode"] = json!(mode.to_string());
        value["instead_of"] = json!(instead_of.as_ref().map(ToString::to_string));
    }
    value
}

/// Becomes true at the first signal; at the second one the program ends at once.
fn told_to_stop() -> Result<Arc<AtomicBool>, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| CliError::of("internal", &error))?;
    }
    Ok(stop)
}

/// A line for each camera that is plugged in.
pub(super) fn list(output: &mut Output) -> Result<ExitCode, CliError> {
    let cameras = list_cameras();
    for camera in &cameras {
        let (id, name) = (camera.id.to_string(), &camera.name);
        output.line(
            &json!({"id": id, "name": name}),
            &format!("webcam:{id}  {name}"),
        )?;
    }
    if cameras.is_empty() {
        return Err(CliError::new(
            "no_camera",
            "there is no camera; plug one in",
        ));
    }
    Ok(ExitCode::SUCCESS)
}
