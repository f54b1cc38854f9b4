//! What a person takes away: journals, and a report without personal data.

use std::io::Read as _;
use std::path::Path;

use shared::fact::journal_file::verify_file;

use super::screen::{Window, at_gate_a};
use crate::venue::Device;

/// Every name and text of a report.
fn contents(file: &Path) -> Vec<(String, String)> {
    let mut report =
        zip::ZipArchive::new(std::fs::File::open(file).expect("opens")).expect("a zip");
    (0..report.len())
        .map(|n| {
            let mut file = report.by_index(n).expect("a file");
            let (name, mut text) = (file.name().to_owned(), String::new());
            file.read_to_string(&mut text).expect("text");
            (name, text)
        })
        .collect()
}

#[test]
fn the_journal_goes_to_the_persons_documents_and_is_sound() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    let saved = station.export_journal().expect("exported");
    let folder = Path::new(&saved.path);
    assert!(folder.starts_with(window.documents()), "{saved:?}");
    let files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|file| file.expect("a file").path())
        .collect();
    assert_eq!(files.len(), 1);
    let report = verify_file(&std::fs::read_to_string(&files[0]).expect("text"));
    assert!(report.sound);
    assert_eq!(report.facts, 2);
}

#[test]
fn a_report_has_figures_and_log_and_nobodys_name_or_code() {
    let (venue, window, station) = at_gate_a(&[1, 2]);
    station.wedge(&venue.code(1));
    window.told.verdicts(1);
    let log = window.device.data().join("log");
    std::fs::create_dir_all(&log).expect("a folder");
    std::fs::write(log.join("window.2026-11-29.log"), "a line\n").expect("written");
    let saved = station.prepare_report().expect("made");
    let files = contents(Path::new(&saved.path));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["state.json", "log/window.2026-11-29.log"]);
    let state: serde_json::Value = serde_json::from_str(&files[0].1).expect("JSON");
    assert_eq!(state["door"]["unsent_facts"], 2);
    assert_eq!(state["door"]["events"][0]["tickets"], 2);
    let secret = [
        "Nuit électrique",
        "Porte",
        "Le Transbordeur",
        &venue.code(1),
        &shared::ids::TicketId(1).to_string(),
    ];
    for (name, text) in &files {
        for secret in secret {
            assert!(!text.contains(secret), "{secret} is in {name}: {text}");
        }
    }
}

#[test]
fn a_device_that_does_not_start_has_a_report_all_the_same() {
    let window = Window::of(Device::new(21));
    std::fs::create_dir_all(window.device.data()).expect("a folder");
    let file = window
        .device
        .data()
        .join(scanner_app::replica::REPLICA_FILE);
    std::fs::write(file, "not a replica").expect("written");
    let folders = scanner_app::station::Folders::of(
        window.device.data(),
        window.device.state(),
        Some(window.documents()),
    );
    let saved = folders.prepare_report(window.clock.as_ref()).expect("made");
    let files = contents(Path::new(&saved.path));
    let state: serde_json::Value = serde_json::from_str(&files[0].1).expect("JSON");
    assert!(state["door"]["unreadable"].is_string(), "{state}");
}
