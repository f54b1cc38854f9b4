//! The live camera, by the real way to it: kernel's calls, v4l, nokhwa. Only the kernel's answers are made up.

mod fake;
mod library;
mod mishaps;
mod scanning;

use std::process::Command;

use fake::{Cameras, jpeg};
use image::GrayImage;
use scanning::Evening;

use crate::run::run;

/// What a usual webcam can do.
const USUAL: &str = "MJPG:1280x720@30,15 YUYV:640x480@30 YUYV:1280x720@10 MJPG:1920x1080@30";

#[test]
fn each_ticket_that_is_held_before_the_camera_is_read_once_until_the_door_is_told_to_end() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    camera.shows(&evening.ticket(1), 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    let live = door.camera_is("live");
    assert_eq!(live["mode"], "MJPG 1280x720 at 30");
    assert_eq!(live["id"], camera.id());
    for ticket in 1..=4 {
        camera.shows(&evening.ticket(ticket), 1280, 720);
        door.lets_in(ticket);
    }
    assert_eq!(door.states(), ["looking", "live"]);
    assert_eq!(door.end(), Some(0));
}

#[test]
fn black_and_truncated_pictures_are_passed_over_and_garbage_is_told_until_it_ends() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    let black = GrayImage::new(1280, 720);
    camera.shows(&black, 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    door.camera_is("live");
    camera.shows(&evening.ticket(1), 1280, 720);
    door.lets_in(1);
    // Behind its cut end are the bytes of the last picture.
    let whole = jpeg(&evening.ticket(2));
    camera.gives("mjpg", &whole[..whole.len() / 3]);
    camera.shows(&evening.ticket(2), 1280, 720);
    door.lets_in(2);
    camera.gives("mjpg", &[0x55; 9000]);
    door.camera_is("garbled");
    camera.shows(&evening.ticket(3), 1280, 720);
    door.camera_is("live");
    door.lets_in(3);
}

#[test]
fn a_camera_is_used_in_whatever_form_it_gives_pictures() {
    let evening = Evening::begin();
    let ticket = |id| evening.ticket(id);
    // What another program left a camera in is unknown here, and comes first.
    let odd = [
        (
            "H264:1920x1080@30000/1001 UYVY:640x480@30 YUYV:640x480@30",
            "YUYV 640x480 at 30",
        ),
        ("NV12:640x480@30000/1001,25", "NV12 640x480 at 25"),
        ("MJPG:3840x2160@30", "MJPG 3840x2160 at 30"),
        (
            "MJPG:3840x2160@30 MJPG:1920x1080@24 YUYV:3840x2160@5",
            "MJPG 1920x1080 at 24",
        ),
    ];
    for (id, (modes, mode)) in (1..).zip(odd) {
        let cameras = Cameras::new();
        let camera = cameras.add(0, modes);
        camera.shows_yuyv(&ticket(id));
        camera.shows_nv12(&ticket(id));
        let (width, height) = if mode.contains("1920") {
            (1920, 1080)
        } else {
            (3840, 2160)
        };
        if mode.contains("MJPG") {
            camera.shows(&ticket(id), width, height);
        }
        let mut door = evening.scan(&cameras, "webcam");
        assert_eq!(door.camera_is("live")["mode"], mode);
        door.lets_in(id);
        assert_eq!(door.end(), Some(0));
    }
}

#[test]
fn a_camera_that_gives_nothing_readable_says_so() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    cameras.add(0, "H264:1920x1080@30");
    let mut door = evening.scan(&cameras, "webcam");
    let said = door.camera_is("camera_no_mode");
    let words = said["says"].as_str().expect("words");
    assert!(
        words.contains("Fake Camera 0") && words.contains("another camera"),
        "{words}"
    );
}

#[test]
fn the_cameras_are_listed_and_a_webcams_second_node_is_none() {
    let cameras = Cameras::new();
    let none = run(cameras.before(&mut door_cameras()));
    assert_eq!((none.code, none.error()), (Some(1), "no_camera"));
    let (front, back) = (cameras.add(0, USUAL), cameras.add(2, USUAL));
    cameras.add_metadata(1);
    let listed = run(cameras.before(&mut door_cameras()));
    assert_eq!(listed.code, Some(0));
    let ids: Vec<_> = listed
        .lines
        .iter()
        .filter_map(|line| line["id"].as_str())
        .collect();
    assert_eq!(ids, [front.id(), back.id()]);
    assert_eq!(listed.lines[1]["name"], "Fake Camera 2");
}

fn door_cameras() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_door"));
    command.args(["cameras", "--json"]);
    command
}
