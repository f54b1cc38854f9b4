//! What happens to a camera in an evening, and how it goes on by itself.

use super::USUAL;
use super::fake::{Cameras, Mishap};
use super::scanning::Evening;

#[test]
fn unplugged_and_plugged_in_again_it_goes_on() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    camera.shows(&evening.ticket(1), 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    door.lets_in(1);
    for ticket in 2..=3 {
        camera.suffers(Mishap::Unplugged);
        door.camera_is("missing");
        camera.shows(&evening.ticket(ticket), 1280, 720);
        camera.recovers(Mishap::Unplugged);
        door.camera_is("live");
        door.lets_in(ticket);
    }
}

#[test]
fn without_a_camera_it_says_so_and_takes_the_first_that_is_plugged_in() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    cameras.add_metadata(1);
    camera.suffers(Mishap::Unplugged);
    let mut door = evening.scan(&cameras, "webcam");
    let said = door.camera_is("missing");
    assert_eq!(said["says"], "there is no camera; plug one in");
    camera.shows(&evening.ticket(1), 1280, 720);
    camera.recovers(Mishap::Unplugged);
    door.lets_in(1);
}

#[test]
fn a_camera_that_stalls_is_opened_anew_until_pictures_come() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    camera.shows(&evening.ticket(1), 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    door.lets_in(1);
    for ticket in 2..=3 {
        camera.suffers(Mishap::Stall);
        door.camera_is("stalled");
        camera.shows(&evening.ticket(ticket), 1280, 720);
        camera.recovers(Mishap::Stall);
        door.camera_is("live");
        door.lets_in(ticket);
    }
}

#[test]
fn while_another_program_has_it_it_says_so_and_waits() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    camera.suffers(Mishap::Busy);
    camera.shows(&evening.ticket(1), 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    let said = door.camera_is("busy");
    assert!(
        said["says"]
            .as_str()
            .is_some_and(|says| says.contains("close that program"))
    );
    camera.recovers(Mishap::Busy);
    door.camera_is("live");
    door.lets_in(1);
}

#[test]
fn a_user_who_may_not_use_it_is_told_what_to_do() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let camera = cameras.add(0, USUAL);
    camera.suffers(Mishap::Forbidden);
    camera.shows(&evening.ticket(1), 1280, 720);
    let mut door = evening.scan(&cameras, "webcam");
    let said = door.camera_is("camera_not_allowed");
    assert!(
        said["says"]
            .as_str()
            .is_some_and(|says| says.contains("group `video`"))
    );
    camera.recovers(Mishap::Forbidden);
    door.lets_in(1);
}

#[test]
fn another_camera_stands_in_for_a_chosen_one_that_is_missing_until_it_is_back() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let (front, back) = (cameras.add(0, USUAL), cameras.add(1, USUAL));
    front.shows(&evening.ticket(1), 1280, 720);
    back.shows(&evening.ticket(2), 1280, 720);
    back.suffers(Mishap::Unplugged);
    let mut door = evening.scan(&cameras, &format!("webcam:{}", back.id()));
    let live = door.camera_is("live");
    assert_eq!(
        (&live["id"], &live["instead_of"]),
        (&front.id().into(), &back.id().into())
    );
    door.lets_in(1);
    back.recovers(Mishap::Unplugged);
    let live = door.camera_is("live");
    assert_eq!(
        (&live["id"], &live["instead_of"]),
        (&back.id().into(), &serde_json::Value::Null)
    );
    door.lets_in(2);
}

#[test]
fn a_driver_that_hangs_is_left_behind_for_another_camera_until_it_comes_back() {
    let (evening, cameras) = (Evening::begin(), Cameras::new());
    let (front, back) = (cameras.add(0, USUAL), cameras.add(1, USUAL));
    front.shows(&evening.ticket(1), 1280, 720);
    back.shows(&evening.ticket(2), 1280, 720);
    let mut door = evening.scan(&cameras, &format!("webcam:{}", front.id()));
    door.lets_in(1);
    front.suffers(Mishap::Stuck);
    door.camera_is("stalled");
    let live = door.camera_is("live");
    assert_eq!(
        (&live["id"], &live["instead_of"]),
        (&back.id().into(), &front.id().into())
    );
    door.lets_in(2);
    front.shows(&evening.ticket(3), 1280, 720);
    front.recovers(Mishap::Stuck);
    door.lets_in(3);
    front.suffers(Mishap::Stuck);
    door.camera_is("stalled");
    assert_eq!(door.end(), Some(0), "it ends while the driver hangs");
}
