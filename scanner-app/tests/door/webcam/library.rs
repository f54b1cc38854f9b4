//! What a window takes of the camera: pictures for the screen, another camera at a touch. The library is called here, in a
//! process of its own that was started before the fake cameras.

use std::any::type_name;
use std::env;
use std::process::{Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use image::GrayImage;
use scanner_app::camera::webcam::{CameraState, Webcam, WebcamFrames, list_cameras};
use scanner_app::camera::{CameraSource as _, Frame};

use super::USUAL;
use super::fake::{Cameras, FOLDER, FakeCamera, Mishap, jpeg};

const LIMIT: Duration = Duration::from_secs(30);

/// Runs a test anew as a process before these cameras; there, it looks at them.
fn before<T: Fn()>(_test: T, prepare: impl FnOnce(&Cameras), look: impl FnOnce()) {
    if env::var_os(FOLDER).is_some() {
        return look();
    }
    let cameras = Cameras::new();
    prepare(&cameras);
    // Without the name of this crate.
    let (_, name) = type_name::<T>().split_once("::").expect("a path");
    let mut again = Command::new(env::current_exe().expect("this program"));
    again.args(["--exact", "--nocapture", name]);
    let ended = cameras.before(again.stdin(Stdio::null())).output();
    let ended = ended.expect("started");
    let printed = String::from_utf8_lossy(&ended.stdout);
    let complained = String::from_utf8_lossy(&ended.stderr);
    let passed = ended.status.success() && printed.contains("1 passed");
    assert!(passed, "{name}: {printed}{complained}");
}

fn until_live(states: &Receiver<CameraState>) -> CameraState {
    loop {
        let state = states.recv_timeout(LIMIT).expect("it becomes live");
        if state.is_live() {
            return state;
        }
    }
}

fn next(frames: &mut WebcamFrames) -> Frame {
    frames.next_frame().expect("a frame").expect("a good one")
}

fn grey(tone: u8, width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, image::Luma([tone]))
}

#[test]
fn the_screen_gets_the_cameras_own_jpeg_at_most_15_times_a_second_and_two_screens_the_same() {
    before(
        the_screen_gets_the_cameras_own_jpeg_at_most_15_times_a_second_and_two_screens_the_same,
        |cameras| {
            cameras
                .add(0, USUAL)
                .gives("mjpg", &jpeg(&grey(80, 1280, 720)));
        },
        || {
            let webcam = Webcam::start(None);
            let screens = [webcam.preview(), webcam.preview()].map(|previews| {
                thread::spawn(move || {
                    let first = previews.next(0, LIMIT).expect("a picture");
                    let (began, mut last) = (Instant::now(), first.no);
                    for _ in 0..10 {
                        let preview = previews.next(last, LIMIT).expect("another one");
                        assert!(preview.no > last);
                        last = preview.no;
                    }
                    (first, began.elapsed())
                })
            });
            for screen in screens {
                let (first, took) = screen.join().expect("it saw eleven");
                assert_eq!((first.width, first.height), (1280, 720));
                assert_eq!(first.jpeg[..], jpeg(&grey(80, 1280, 720))[..]);
                assert!(took > Duration::from_millis(550), "ten more in {took:?}");
            }
            let previews = webcam.preview();
            drop(webcam);
            assert!(previews.next(0, LIMIT).is_none(), "the camera is off");
        },
    );
}

#[test]
fn a_camera_without_jpeg_is_shown_in_half_its_size() {
    before(
        a_camera_without_jpeg_is_shown_in_half_its_size,
        |cameras| {
            cameras
                .add(0, "YUYV:640x480@30")
                .shows_yuyv(&grey(80, 640, 480));
        },
        || {
            let webcam = Webcam::start(None);
            let shown = webcam.preview().next(0, LIMIT).expect("a picture");
            let decoded = image::load_from_memory(&shown.jpeg).expect("a JPEG");
            assert_eq!((decoded.width(), decoded.height()), (320, 240));
            assert_eq!((shown.width, shown.height), (320, 240));
        },
    );
}

#[test]
fn another_camera_is_used_once_it_is_chosen_and_one_that_is_off_can_be_opened_again() {
    before(
        another_camera_is_used_once_it_is_chosen_and_one_that_is_off_can_be_opened_again,
        |cameras| {
            for (number, tone) in [(0, 40), (1, 200)] {
                cameras
                    .add(number, USUAL)
                    .gives("mjpg", &jpeg(&grey(tone, 1280, 720)));
            }
        },
        || {
            let listed = list_cameras();
            let [front, back] = &listed[..] else {
                panic!("{listed:?}")
            };
            for _ in 0..2 {
                let webcam = Webcam::start(Some(front.id.clone()));
                let (states, mut frames) = (webcam.states(), webcam.frames());
                assert_eq!(until_live(&states).camera(), Some(front));
                webcam.choose(back.id.clone());
                assert_eq!(until_live(&states).camera(), Some(back));
                // One of the first camera may still be on its way.
                let mut is_bright = || next(&mut frames).luma[0] > 150;
                assert!(
                    (0..20).any(|_| is_bright()),
                    "pictures of the chosen one come"
                );
                drop(webcam);
                assert!(frames.next_frame().is_none());
            }
        },
    );
}

#[test]
fn while_nothing_is_in_view_half_of_the_pictures_are_read_and_all_once_a_code_was_seen() {
    before(
        while_nothing_is_in_view_half_of_the_pictures_are_read_and_all_once_a_code_was_seen,
        |cameras| {
            cameras
                .add(0, "GRAY:64x48@30")
                .gives("gray", grey(9, 64, 48).as_raw());
        },
        || {
            let webcam = Webcam::start(None);
            let mut frames = webcam.frames();
            let mut number = || next(&mut frames).name.parse::<u64>().expect("its number");
            let idle: Vec<u64> = (0..10).map(|_| number()).collect();
            assert!(idle[9] - idle[0] >= 15, "{idle:?}");
            webcam.seen_code();
            let alert: Vec<u64> = (0..10).map(|_| number()).collect();
            // A machine that does much else loses some.
            assert!(
                alert.windows(2).any(|pair| pair[1] == pair[0] + 1),
                "{alert:?}"
            );
        },
    );
}

#[test]
fn switched_off_in_the_middle_of_a_stall_it_ends_at_once() {
    before(
        switched_off_in_the_middle_of_a_stall_it_ends_at_once,
        |cameras| {
            cameras
                .add(0, USUAL)
                .gives("mjpg", &jpeg(&grey(80, 1280, 720)));
        },
        || {
            let webcam = Webcam::start(None);
            let states = webcam.states();
            until_live(&states);
            FakeCamera::here(0).suffers(Mishap::Stall);
            let began = Instant::now();
            drop(webcam);
            assert!(
                began.elapsed() < Duration::from_secs(2),
                "{:?}",
                began.elapsed()
            );
            assert!(
                states.iter().all(|state| !state.is_live()),
                "nothing more is told"
            );
        },
    );
}
