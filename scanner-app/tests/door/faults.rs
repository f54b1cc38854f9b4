//! Disks that are full or can't be written: the door says so and admits nobody.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use scanner_app::replica::{ReplicaError, facts, journals};
use shared::fact::{Envelope, FactBody};

use crate::photos::{STRAIGHT, write};
use crate::run::{Run, now, run, scan};
use crate::venue::{Device, Venue};

fn pictures(venue: &Venue, device: &Device, ids: &[u64]) -> std::path::PathBuf {
    let folder = device.data().with_file_name("pictures");
    fs::create_dir_all(&folder).expect("a folder");
    for id in ids {
        write(
            &folder.join(format!("{id:03}.png")),
            &venue.presented(*id),
            STRAIGHT,
        );
    }
    folder
}

/// The same command, begun by a shell that runs `before` first.
fn after(before: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{before}; exec \"$0\" \"$@\""))
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell
}

fn admitted(run: &Run) -> BTreeSet<String> {
    run.lines
        .iter()
        .filter(|line| line["decision"] == "admit")
        .map(|line| line["ticket"].to_string())
        .collect()
}

#[test]
fn a_full_disk_stops_the_door_and_nobody_is_admitted_unwritten() {
    let (venue, device) = (Venue::at(now()), Device::new(21));
    let ids: Vec<u64> = (1..=20).collect();
    drop(venue.door(&device, now(), &ids));
    let folder = pictures(&venue, &device, &ids);
    // No file may grow past 300 blocks of 512 bytes; the log of a dozen commits does.
    let full = "trap '' XFSZ; ulimit -f 300";
    let stopped = run(&mut after(full, &scan(&venue, &device, &folder)));
    assert_eq!(stopped.code, Some(1), "{stopped:?}");
    assert!(
        ["disk_full", "disk_failed"].contains(&stopped.error()),
        "{:?}",
        stopped.lines.last()
    );
    let told = admitted(&stopped);
    assert!(
        !told.is_empty() && told.len() < ids.len(),
        "it stopped on the way: {}",
        told.len()
    );
    let written = device
        .open()
        .read(|tx| {
            let mut tickets = BTreeSet::new();
            for journal in journals::all(tx)? {
                for bytes in facts::of_journal(tx, journal.id)? {
                    let envelope = Envelope::decode(&bytes).expect("own fact");
                    if let FactBody::Entry { ticket, .. } = envelope.fact().body {
                        tickets.insert(format!("\"{ticket}\""));
                    }
                }
            }
            Ok::<_, ReplicaError>(tickets)
        })
        .expect("read");
    assert!(
        told.is_subset(&written),
        "{told:?} told, {written:?} written"
    );

    // With room again it goes on: the rest enters, those before are known.
    let again = run(&mut scan(&venue, &device, &folder));
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(admitted(&again).len(), ids.len() - written.len());
}

/// As root only a read-only mount keeps a program from writing.
fn read_only(folder: &Path, command: &Command) -> Option<Command> {
    let path = folder.display();
    let mount = format!("mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}'");
    let works = |shell: &str| {
        let probe = format!("{shell}; ! touch '{path}/probe' 2>/dev/null");
        let status = Command::new("unshare")
            .args(["-m", "sh", "-c", &probe])
            .status();
        status.is_ok_and(|status| status.success())
    };
    if works(&mount) {
        let mut inside = Command::new("unshare");
        let shell = after(&mount, command);
        inside
            .arg("-m")
            .arg(shell.get_program())
            .args(shell.get_args());
        for (name, value) in shell.get_envs() {
            inside.env(name, value.unwrap_or_default());
        }
        return Some(inside);
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o555);
    fs::set_permissions(folder, mode).expect("made read-only");
    let writable = fs::write(folder.join("probe"), "").is_ok();
    (!writable).then(|| after("true", command))
}

#[test]
fn a_read_only_folder_is_said_to_be_one() {
    let (venue, device) = (Venue::at(now()), Device::new(21));
    drop(venue.door(&device, now(), &[1]));
    let folder = pictures(&venue, &device, &[1]);
    let Some(mut command) = read_only(&device.data(), &scan(&venue, &device, &folder)) else {
        // Root without the right to mount: nothing here is read-only.
        return;
    };
    let found = run(&mut command);
    let writable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(device.data(), writable).expect("made writable");
    assert_eq!(
        (found.code, found.error()),
        (Some(1), "data_read_only"),
        "{found:?}"
    );
}
