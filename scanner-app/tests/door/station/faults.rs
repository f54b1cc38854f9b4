//! A disk that is full: nobody is admitted, and the screen says so.

use std::collections::BTreeSet;
use std::process::Command;

use scanner_app::replica::{ReplicaError, facts, journals};
use scanner_app::station::view::{CameraHint, News, UiErrorCode, VerdictLight};
use shared::fact::{Envelope, FactBody};

use super::screen::{at_gate_a, enrolled, verdicts};

/// Set where the disk is as good as full.
const FULL: &str = "TICKETHUB_TEST_FULL_DISK";
const TICKETS: u64 = 100;

/// Only within [`a_full_disk_is_told_and_nobody_is_admitted`], which starts it anew with files that can't grow.
#[test]
fn within_a_full_disk() {
    if std::env::var_os(FULL).is_none() {
        return;
    }
    let ids: Vec<u64> = (1..=TICKETS).collect();
    let (venue, window, station) = at_gate_a(&ids);
    for id in &ids {
        station.wedge(&venue.code(*id));
        window.clock.advance(2_500);
    }
    let told = window.told.all();
    let admitted = verdicts(&told)
        .iter()
        .filter(|verdict| verdict.light == VerdictLight::Admit)
        .count();
    let failed = told.iter().position(|news| {
        matches!(news, News::Hint(CameraHint::Failed { error })
            if matches!(error.code, UiErrorCode::DiskFull | UiErrorCode::Storage))
    });
    let failed = failed.expect("the full disk is told");
    let after = verdicts(&told[failed..]);
    assert!(after.is_empty(), "admitted on a full disk: {after:?}");
    assert!(admitted > 0 && admitted < ids.len(), "{admitted} admitted");
    drop(station);
    let written = window.device.open().read(|tx| {
        let mut tickets = BTreeSet::new();
        for journal in journals::all(tx)? {
            for bytes in facts::of_journal(tx, journal.id)? {
                let envelope = Envelope::decode(&bytes).expect("own fact");
                if let FactBody::Entry { ticket, .. } = envelope.fact().body {
                    tickets.insert(ticket);
                }
            }
        }
        Ok::<_, ReplicaError>(tickets)
    });
    assert!(written.expect("read").len() >= admitted);
}

#[test]
fn a_full_disk_is_told_and_nobody_is_admitted() {
    // No file may grow past 1200 blocks of 512 bytes; the log of some dozen commits does.
    let itself = std::env::current_exe().expect("this test's program");
    let output = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 1200; exec \"$0\" \"$@\"")
        .arg(itself)
        .args(["--exact", "station::faults::within_a_full_disk"])
        .env(FULL, "1")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
fn a_replica_that_is_none_is_said_to_be_unusable() {
    let (_, window) = enrolled(&[1]);
    let file = window
        .device
        .data()
        .join(scanner_app::replica::REPLICA_FILE);
    std::fs::write(
        &file,
        "not a replica, but long enough to be looked at as one",
    )
    .expect("written");
    let error = window
        .start_with(std::sync::Arc::new(scanner_app::station::NoCameras))
        .expect_err("no replica");
    assert_eq!(error.code, UiErrorCode::ReplicaUnusable, "{error:?}");
}
