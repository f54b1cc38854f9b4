//! The screen of a test, and the station behind it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use scanner_app::camera::PicturesSpec;
use scanner_app::online::{LanChoice, LanOptions};
use scanner_app::station::view::{
    CameraHint, CustomerView, News, Overview, PlaceView, Screen, UiError, VerdictLight, VerdictView,
};
use scanner_app::station::{Cameras, Equipment, Folders, Host, NoCameras, PictureCameras, Station};
use scanner_app::sync::driver::Driver;
use shared::clock::{Clock, ManualClock};

use crate::sign_off::strict;
use crate::supervisors::{ANA, row};
use crate::sync::{Memory, Scene, scene_at};
use crate::venue::{Device, GATE_A, NOW, Venue};

/// Nothing here takes longer, however busy the machine.
const LONGEST: Duration = Duration::from_mins(1);

/// Remembers what it was told.
#[derive(Default)]
pub(crate) struct Told {
    news: Mutex<(Vec<News>, Vec<bool>)>,
    guest: Mutex<(Option<CustomerView>, bool)>,
    changed: Condvar,
}

impl Host for Told {
    fn tell(&self, news: News) {
        self.news.lock().expect("unpoisoned").0.push(news);
        self.changed.notify_all();
    }

    fn tell_guest(&self, view: CustomerView) {
        self.guest.lock().expect("unpoisoned").0 = Some(view);
    }

    fn guest_window(&self, on: bool) {
        self.guest.lock().expect("unpoisoned").1 = on;
    }

    fn full_screen(&self, on: bool) {
        self.news.lock().expect("unpoisoned").1.push(on);
    }
}

impl Told {
    /// Waits until what was told holds what is looked for.
    pub(crate) fn wait<T>(&self, what: &str, look: impl Fn(&[News]) -> Option<T>) -> T {
        let until = Instant::now() + LONGEST;
        let mut told = self.news.lock().expect("unpoisoned");
        loop {
            if let Some(found) = look(&told.0) {
                return found;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "never told: {what}; told: {:#?}", told.0);
            told = self.changed.wait_timeout(told, left).expect("unpoisoned").0;
        }
    }

    pub(crate) fn all(&self) -> Vec<News> {
        self.news.lock().expect("unpoisoned").0.clone()
    }

    /// What the guest sees, and whether there is a window for it.
    pub(crate) fn guest(&self) -> (Option<CustomerView>, bool) {
        self.guest.lock().expect("unpoisoned").clone()
    }

    pub(crate) fn full_screens(&self) -> Vec<bool> {
        self.news.lock().expect("unpoisoned").1.clone()
    }

    /// The `count`th verdict and those before it.
    pub(crate) fn verdicts(&self, count: usize) -> Vec<VerdictView> {
        self.wait(&format!("{count} verdicts"), |told| {
            let verdicts = verdicts(told);
            (verdicts.len() >= count).then_some(verdicts)
        })
    }

    /// The lights of as many verdicts.
    pub(crate) fn lights(&self, count: usize) -> Vec<VerdictLight> {
        let verdicts = self.verdicts(count);
        verdicts.iter().map(|verdict| verdict.light).collect()
    }

    pub(crate) fn hint(&self, hint: &CameraHint) {
        self.wait(&format!("{hint:?}"), |told| {
            told.contains(&News::Hint(hint.clone())).then_some(())
        });
    }

    /// The last screen, once it is what is looked for.
    pub(crate) fn screen<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> T {
        self.wait(what, |told| look(&last_overview(told)?.screen))
    }

    pub(crate) fn door(&self) -> PlaceView {
        self.screen("the door", |screen| match screen {
            Screen::Door(place) => Some(place.clone()),
            Screen::Enrol(_)
            | Screen::Choose { .. }
            | Screen::Closed { .. }
            | Screen::Till { .. } => None,
        })
    }
}

pub(crate) fn verdicts(told: &[News]) -> Vec<VerdictView> {
    told.iter()
        .filter_map(|news| match news {
            News::Verdict(verdict) => Some(verdict.clone()),
            _ => None,
        })
        .collect()
}

fn last_overview(told: &[News]) -> Option<&Overview> {
    told.iter().rev().find_map(|news| match news {
        News::Overview(overview) => Some(overview),
        _ => None,
    })
}

/// A device with a screen, and the folder that takes the place of its camera.
pub(crate) struct Window {
    pub(crate) device: Device,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) told: Arc<Told>,
}

impl Window {
    pub(crate) fn of(device: Device) -> Self {
        let window = Self {
            device,
            clock: Arc::new(ManualClock::at(NOW)),
            told: Arc::default(),
        };
        std::fs::create_dir_all(window.pictures()).expect("a folder");
        window
    }

    pub(crate) fn pictures(&self) -> PathBuf {
        self.device.data().with_file_name("pictures")
    }

    pub(crate) fn documents(&self) -> PathBuf {
        self.device.data().with_file_name("documents")
    }

    /// Holds a picture up to the camera: whole, or not at all.
    pub(crate) fn hold_up(&self, name: &str, write: impl FnOnce(&Path)) {
        let drawn = self.device.data().with_file_name(name);
        write(&drawn);
        std::fs::rename(drawn, self.pictures().join(name)).expect("held up");
    }

    /// The station, with the folder for a camera.
    pub(crate) fn start(&self) -> Station {
        let pictures = PicturesSpec::Folder(self.pictures());
        self.start_with(Arc::new(PictureCameras::of(pictures)))
            .expect("the station starts")
    }

    pub(crate) fn start_blind(&self) -> Station {
        self.start_with(Arc::new(NoCameras))
            .expect("the station starts")
    }

    pub(crate) fn start_with(&self, cameras: Arc<dyn Cameras>) -> Result<Station, UiError> {
        let folders = Folders::of(
            self.device.data(),
            self.device.state(),
            Some(self.documents()),
        );
        Station::start(Equipment {
            folders,
            host: Arc::clone(&self.told) as Arc<dyn Host>,
            cameras,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            lan: LanOptions {
                lan: LanChoice::Off,
                announces: false,
            },
        })
    }
}

/// An enrolled device with these tickets, not yet at a place.
pub(crate) fn enrolled(tickets: &[u64]) -> (Venue, Window) {
    let (venue, device) = (Venue::at(NOW), Device::new(21));
    drop(venue.door(&device, NOW, tickets));
    (venue, Window::of(device))
}

/// The same, at gate A, without a camera.
pub(crate) fn at_gate_a(tickets: &[u64]) -> (Venue, Window, Station) {
    let (venue, window) = enrolled(tickets);
    stand_at_gate_a(venue, window)
}

/// At gate A, on a device that may search by name.
pub(crate) fn searching_at_gate_a(tickets: &[u64]) -> (Venue, Window, Station) {
    let (venue, device) = (Venue::at(NOW).with_search(), Device::new(21));
    drop(venue.door(&device, NOW, tickets));
    stand_at_gate_a(venue, Window::of(device))
}

/// At gate A, where Ana Costa supervises (7351), and the server that named her.
pub(crate) fn supervised_at_gate_a(venue: Venue) -> (Venue, Window, Station, Memory) {
    let scene = supervised_by_ana(&venue);
    stand_supervised(venue, scene)
}

/// The same in strict mode, with the right of entry of tickets 1 to 20.
pub(crate) fn strict_at_gate_a(venue: Venue) -> (Venue, Window, Station) {
    let scene = supervised_by_ana(&venue);
    strict(&scene, &venue);
    let (venue, window, station, _) = stand_supervised(venue, scene);
    (venue, window, station)
}

fn stand_supervised(venue: Venue, scene: Scene) -> (Venue, Window, Station, Memory) {
    let Scene {
        device,
        replica,
        server,
    } = scene;
    drop(replica);
    let (venue, window, station) = stand_at_gate_a(venue, Window::of(device));
    (venue, window, station, server)
}

fn supervised_by_ana(venue: &Venue) -> Scene {
    let scene = scene_at(venue);
    scene.server.grants(venue.rights);
    scene.server.lists(5, &[row(ANA, "Ana Costa", "7351")]);
    scene.run(Driver::is_settled);
    scene
}

fn stand_at_gate_a(venue: Venue, window: Window) -> (Venue, Window, Station) {
    let station = window.start_blind();
    station
        .take_place(venue.event, Some(GATE_A))
        .expect("the door opens");
    (venue, window, station)
}
