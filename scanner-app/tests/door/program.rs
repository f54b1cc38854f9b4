//! The program, as people and scripts call it.

use std::fs;
use std::path::PathBuf;

use shared::ids::{KeyId, TicketId};
use shared::ticket::{PixelsPerModule, Presented, Qr};

use crate::photos::{Held, STRAIGHT, write};
use crate::run::{Run, command, now, run, scan, scan_from};
use crate::venue::{Device, KEY, OTHER_KEY, Venue};

/// An enrolled door with tickets 1 to 9, and an empty folder for pictures.
fn ready() -> (Venue, Device, PathBuf) {
    let (venue, device) = (Venue::at(now()), Device::new(21));
    drop(venue.door(&device, now(), &[1, 2, 3, 4, 5, 6, 7, 8, 9]));
    let pictures = device.data().with_file_name("pictures");
    fs::create_dir_all(&pictures).expect("a folder");
    (venue, device, pictures)
}

fn door(device: &Device, arguments: &[&str]) -> Run {
    run(&mut command(device, arguments))
}

#[test]
fn a_folder_of_pictures_gets_a_line_each_in_order_and_bad_ones_are_skipped() {
    let (venue, device, pictures) = ready();
    let picture = |name: &str| pictures.join(name);
    write(&picture("1.png"), &venue.presented(1), STRAIGHT);
    let tilted = Held {
        degrees: 17.0,
        blurred: 2,
        scale: 6,
    };
    write(&picture("2.png"), &venue.presented(2), tilted);
    let upside_down = Held {
        degrees: 200.0,
        blurred: 1,
        scale: 5,
    };
    write(&picture("3.jpg"), &venue.presented(3), upside_down);
    fs::write(picture("4.txt"), "not a picture").expect("written");
    write(&picture("5.png"), &venue.presented(1), tilted);
    let forged = Presented::plain(venue.other_key.sign(Venue::fields(4, KEY)));
    write(&picture("6.png"), &forged, STRAIGHT);
    let other = Presented::plain(venue.other_key.sign(Venue::fields(4, OTHER_KEY)));
    write(&picture("7.png"), &other, STRAIGHT);
    let text = Qr::text("https://example.org").expect("a code");
    fs::write(picture("8.png"), text.png(PixelsPerModule::SCREEN)).expect("written");
    image::GrayImage::new(640, 480)
        .save(picture("9.png"))
        .expect("written");

    let seen = run(&mut scan(&venue, &device, &pictures));
    assert_eq!(seen.code, Some(0), "{seen:?}");
    assert_eq!(
        seen.said(),
        [
            "admit",
            "admit",
            "admit",
            "refuse already_entered",
            "refuse forged",
            "refuse other_event",
            "foreign",
            "no_code",
        ]
    );
    assert_eq!(seen.lines[0]["ticket"], TicketId(1).to_string());
    assert_eq!(seen.lines[0]["fact"]["seq"], 2);
    assert_eq!(seen.lines[3]["error"]["code"], "not_a_picture");
    let again = &seen.lines[4];
    assert_eq!(again["picture"], "5.png");
    assert!(
        again["says"]
            .as_str()
            .is_some_and(|says| says.contains("porte A")),
        "{again}"
    );

    let data = device.data().display().to_string();
    let status = door(&device, &["status", "--data", &data]);
    let enrolled = &status.lines[0]["enrolled"];
    // Opening, three entries, two refusals, the sum of the forged.
    assert_eq!(enrolled["unsent_facts"], 7, "{enrolled}");
    assert_eq!(enrolled["events"][0]["tickets"], 9);
    assert_eq!(enrolled["journals"][0]["facts"], 7);
}

#[test]
fn every_mistake_has_a_code_and_says_what_to_do() {
    let (venue, device, pictures) = ready();
    let failed = |found: &Run, error: &str| {
        assert_eq!((found.code, found.error()), (Some(1), error), "{found:?}");
    };
    failed(&run(&mut scan(&venue, &device, &pictures)), "no_pictures");
    fs::write(pictures.join("notes.png"), "no picture").expect("written");
    failed(&run(&mut scan(&venue, &device, &pictures)), "no_pictures");
    failed(
        &run(&mut scan(&venue, &device, &pictures.join("gone"))),
        "camera_folder",
    );
    write(&pictures.join("1.png"), &venue.presented(1), STRAIGHT);
    let file = format!("file:{}", pictures.join("1.png").display());
    let seen = run(&mut scan_from(&venue, &device, &file));
    assert_eq!(
        (seen.code, seen.said()),
        (Some(0), vec!["admit".to_owned()])
    );

    let unknown = KeyId(77).to_string();
    let data = device.data().display().to_string();
    let event = venue.event.to_string();
    let usage = [
        vec![
            "scan", "--data", &data, "--event", "tonight", "--camera", &file,
        ],
        vec![
            "scan", "--data", &data, "--event", &event, "--camera", "webcam:",
        ],
        vec!["dance"],
        vec![],
    ];
    for arguments in usage {
        let found = door(&device, &arguments);
        assert_eq!(
            (found.code, found.error()),
            (Some(2), "usage"),
            "{arguments:?}"
        );
    }
    let gate = [
        "scan", "--data", &data, "--event", &event, "--gate", &unknown, "--camera", &file,
    ];
    failed(&door(&device, &gate), "unknown_gate");
    let other = "00000000-0000-7000-8000-000000000001";
    let other = ["scan", "--data", &data, "--event", other, "--camera", &file];
    failed(&door(&device, &other), "roster_missing");

    let fresh = Device::new(22);
    failed(&run(&mut scan_from(&venue, &fresh, &file)), "not_enrolled");
    let data = fresh.data().display().to_string();
    let status = door(&fresh, &["status", "--data", &data]);
    assert_eq!(status.code, Some(0));
    assert!(status.lines[0]["enrolled"].is_null(), "{status:?}");
    failed(&door(&fresh, &["journal", "verify", &data]), "not_enrolled");
}

#[test]
fn a_door_in_use_can_be_looked_at_and_not_be_opened() {
    let (venue, device, pictures) = ready();
    write(&pictures.join("1.png"), &venue.presented(1), STRAIGHT);
    let open = device.open();
    let second = run(&mut scan(&venue, &device, &pictures));
    assert_eq!((second.code, second.error()), (Some(1), "replica_in_use"));
    let data = device.data().display().to_string();
    let status = door(&device, &["status", "--data", &data]);
    assert_eq!(status.lines[0]["enrolled"]["events_known"], 1, "{status:?}");
    drop(open);
    assert_eq!(run(&mut scan(&venue, &device, &pictures)).said(), ["admit"]);
}

#[test]
fn an_exported_journal_verifies_until_it_is_spoiled() {
    let (venue, device, pictures) = ready();
    let data = device.data().display().to_string();
    let to = device.data().with_file_name("journals");
    let none = door(&device, &["journal", "verify", &data]);
    assert_eq!((none.code, none.error()), (Some(1), "no_journals"));
    for id in 1..=3 {
        write(
            &pictures.join(format!("{id}.png")),
            &venue.presented(id),
            STRAIGHT,
        );
    }
    run(&mut scan(&venue, &device, &pictures));
    let to_text = to.display().to_string();
    let exported = door(&device, &["journal", "export", &data, "--to", &to_text]);
    assert_eq!(exported.lines[0]["facts"], 4, "{exported:?}");
    let file = exported.lines[0]["file"]
        .as_str()
        .expect("a file")
        .to_owned();
    for path in [&data, &to_text, &file] {
        let found = door(&device, &["journal", "verify", path]);
        assert_eq!(found.code, Some(0), "{found:?}");
        assert_eq!(found.lines[0]["by_kind"]["entry"], 3);
    }
    let mut text = fs::read_to_string(&file).expect("read");
    let middle = text.len() / 2;
    let other = if &text[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    text.replace_range(middle..=middle, other);
    fs::write(&file, text).expect("spoiled");
    let found = door(&device, &["journal", "verify", &file]);
    assert_eq!(found.code, Some(1));
    assert_eq!(found.lines[0]["sound"], false);
}

#[test]
fn the_published_vectors_are_right_and_a_wrong_one_is_found() {
    let device = Device::new(21);
    let vectors = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/tests/vectors/ticket-token.json"
    );
    let found = door(&device, &["token", "check", vectors]);
    assert_eq!(found.code, Some(0));
    let last = found.lines.last().expect("a sum");
    assert_eq!(
        (&last["wrong"], last["checked"].as_u64() > Some(10)),
        (&0.into(), true),
        "{last}"
    );

    let text = fs::read_to_string(vectors).expect("read");
    let mut file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    file["valid"][0]["type_no"] = 999.into();
    fs::create_dir_all(device.data()).expect("a folder");
    let spoiled = device.data().join("vectors.json");
    fs::write(&spoiled, file.to_string()).expect("written");
    let spoiled = spoiled.display().to_string();
    assert_eq!(door(&device, &["token", "check", &spoiled]).code, Some(1));
    let none = door(&device, &["token", "check", "/nowhere.json"]);
    assert_eq!((none.code, none.error()), (Some(1), "file_unreadable"));
}
