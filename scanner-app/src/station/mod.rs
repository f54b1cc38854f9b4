//! A device at work, as a window drives it: everything that a door does, and what its screen shows. The window itself is
//! behind [`Host`]; nothing here knows of one, so that all of it is tested without a desktop.

mod at_till;
mod before;
pub mod box_office;
mod by_hand;
mod cameras;
mod choices;
mod closing;
mod common;
mod conductor;
pub mod desk;
mod enrol;
mod failures;
mod figures;
mod gauges;
mod host;
mod in_step;
mod in_view;
mod kept;
mod link;
pub mod log;
mod nearby;
mod places;
mod printing;
mod ready;
mod recent;
mod report;
mod scanning;
mod stage;
mod supervising;
mod undoing;
mod verdicts;
pub mod view;
mod watching;
mod wedge;

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use shared::admission::RosterState;
use shared::clock::Clock;
use shared::ids::{EventId, GateNo, TicketId};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

pub use cameras::{Camera, Cameras, NoCameras, PictureCameras, Preview, Webcams};
pub use host::Host;

use crate::journal_files;
use crate::online::LanOptions;
use crate::replica::{MachineState, Replica, open_to_look};
use common::{Common, Latest, locked};
use conductor::{Conductor, Order};
use enrol::Offer;
use figures::{Figures, Wake};
use printing::Paper;
use stage::Stage;
use view::{
    CameraChoice, EnrolStep, HandHit, Overview, PlaceChoice, SavedFile, UiError, UiErrorCode,
    UndoReason, Use, VerdictView, Way,
};

/// So long a page waits for a camera picture at most.
const PREVIEW_WAIT: Duration = Duration::from_secs(1);

/// Where a station keeps and finds things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// The replica, the choices, the log.
    pub data: PathBuf,
    /// The machine's keys.
    pub state: MachineState,
    /// The person's own documents, where files are put to take away; without it they go below `data`.
    pub documents: Option<PathBuf>,
    /// Where the system tells of batteries.
    pub power_supplies: PathBuf,
}

impl Folders {
    /// Of a device that keeps its data here.
    pub fn of(data: PathBuf, state: impl Into<MachineState>, documents: Option<PathBuf>) -> Self {
        Self {
            data,
            state: state.into(),
            documents,
            power_supplies: gauges::POWER_SUPPLIES.into(),
        }
    }

    fn to_take_away(&self) -> PathBuf {
        match &self.documents {
            Some(documents) => documents.join("Ticket Hub"),
            None => self.data.join("to take away"),
        }
    }

    /// A report of a device whose station may not even start: see [`Station::prepare_report`].
    pub fn prepare_report(&self, clock: &dyn Clock) -> Result<SavedFile, UiError> {
        let settings = kept::settings(&self.data);
        Ok(report::prepare(self, &settings, None, clock.now_ms())?)
    }
}

/// What a station works with.
pub struct Equipment {
    /// Where it keeps things.
    pub folders: Folders,
    /// Who shows what it tells.
    pub host: Arc<dyn Host>,
    /// What it sees through.
    pub cameras: Arc<dyn Cameras>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How it takes part in the exchange with other doors.
    pub lan: LanOptions,
}

/// A device at work. Dropping it stops everything and closes the replica.
pub struct Station {
    common: Arc<Common>,
    orders: Sender<Order>,
    figures: Sender<Wake>,
    printing: UnboundedSender<Paper>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Station").finish_non_exhaustive()
    }
}

impl Station {
    /// Opens the replica, which nobody else may have open, and goes on where the device was.
    pub fn start(equipment: Equipment) -> Result<Self, UiError> {
        let folders = equipment.folders;
        let replica = Replica::open(&folders.data, folders.state.clone())?;
        let settings = kept::settings(&folders.data);
        equipment.host.full_screen(settings.used_by != Use::Staffed);
        let (orders, ordered) = channel();
        let (figures, wakes) = channel();
        let (printing, papers) = unbounded_channel();
        let common = Arc::new(Common {
            folders,
            machine: gauges::machine_name(),
            host: equipment.host,
            clock: equipment.clock,
            cameras: equipment.cameras,
            replica,
            settings: Mutex::new(settings),
            supervising: Mutex::default(),
            turn: Mutex::default(),
            stage: Mutex::new(Stage::Enrol(EnrolStep::Waiting)),
            scans: Mutex::default(),
            in_view: Mutex::default(),
            camera: Mutex::default(),
            roster: Mutex::new(RosterState::MaybeBehind),
            latest: Mutex::new(Latest::default()),
            index: Mutex::default(),
            orders: orders.clone(),
            figures: figures.clone(),
            printing: printing.clone(),
        });
        let mut station = Self {
            common: Arc::clone(&common),
            orders,
            figures,
            printing,
            threads: Vec::new(),
        };
        let conductor = Conductor::new(Arc::clone(&common), equipment.lan);
        station.spawn("conductor", move || conductor.run(&ordered))?;
        // What is asked first is answered from where the device was.
        common.conduct(|_| Ok(()))?;
        let for_papers = Arc::clone(&common);
        station.spawn("printing", move || printing::run(&for_papers, papers))?;
        station.spawn("figures", move || Figures::new(common).run(&wakes))?;
        Ok(station)
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), UiError> {
        let thread = std::thread::Builder::new().name(name.into()).spawn(run);
        let thread = thread.map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
        self.threads.push(thread);
        Ok(())
    }

    /// Tells everything anew, for a page that begins to listen.
    pub fn tell_all(&self) {
        self.common.tell_all();
    }

    /// Everything that a page needs to draw itself anew.
    pub fn overview(&self) -> Overview {
        self.common.overview()
    }

    /// The first camera picture after `after`, if one comes within a second.
    pub fn preview(&self, after: u64) -> Option<Preview> {
        let camera = locked(&self.common.camera).clone()?;
        camera.preview(after, PREVIEW_WAIT)
    }

    /// Makes this device one of an organizer's, by the code of 16 characters. The steps are told.
    pub fn enrol(&self, server: &str, code: &str) -> Result<(), UiError> {
        let offer = Offer {
            server: server.to_owned(),
            code: code.to_owned(),
        };
        self.common.conduct(move |conductor| conductor.enrol(offer))
    }

    /// Back to looking for a code. Nothing is kept.
    pub fn enrol_cancel(&self) -> Result<(), UiError> {
        self.common.conduct(|conductor| {
            conductor.enrol_cancel();
            Ok(())
        })
    }

    /// Where this device may stand.
    pub fn places(&self) -> Result<Vec<PlaceChoice>, UiError> {
        self.common.conduct(|conductor| Ok(conductor.places()?))
    }

    /// Takes up a place. No gate: the organizer's, else none.
    pub fn take_place(&self, event: EventId, gate: Option<GateNo>) -> Result<(), UiError> {
        self.common
            .conduct(move |conductor| conductor.take_place(event, gate))
    }

    /// Back to choosing. Once somebody was decided on it is a supervisor's decision, where anybody may decide.
    pub fn leave_place(&self) -> Result<(), UiError> {
        self.common.conduct(Conductor::leave_place)
    }

    /// Turns the door: people come in, or go out, or are only looked at.
    pub fn face(&self, way: Way) -> Result<(), UiError> {
        self.common.conduct(move |conductor| conductor.face(way))
    }

    /// What a USB scanner sent. What comes of it is told.
    pub fn wedge(&self, text: &str) {
        self.common.wedge(text);
    }

    /// Tickets by a name, an order's code or a short code, the best first.
    pub fn search(&self, text: &str) -> Result<Vec<HandHit>, UiError> {
        self.common.search(text)
    }

    /// Decides on a ticket that was found, as the door stands.
    pub fn by_hand(&self, ticket: TicketId) -> Result<VerdictView, UiError> {
        self.common.by_hand(ticket)
    }

    /// Takes back the entry or exit of a verdict of the last scans.
    pub fn undo(&self, no: u32, reason: UndoReason) -> Result<(), UiError> {
        self.common.undo(no, reason)
    }

    /// The cameras that may be chosen.
    pub fn cameras(&self) -> Vec<CameraChoice> {
        self.common.cameras.list()
    }

    /// The signed record of what this device did, as files in a folder to take away.
    pub fn export_journal(&self) -> Result<SavedFile, UiError> {
        let name = format!("journal-{}", report::stamp(self.common.now_ms()));
        let folder = self.common.folders.to_take_away().join(name);
        let replica = open_to_look(&self.common.folders.data)?;
        journal_files::export(&replica, &folder)?;
        Ok(SavedFile {
            path: folder.display().to_string(),
        })
    }

    /// A zip with the log and this device's figures, without personal data, to look at and hand on.
    pub fn prepare_report(&self) -> Result<SavedFile, UiError> {
        let settings = locked(&self.common.settings).clone();
        let camera = self.common.camera_view();
        let (folders, now_ms) = (&self.common.folders, self.common.now_ms());
        Ok(report::prepare(folders, &settings, Some(&camera), now_ms)?)
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        // Whoever has ended by itself hears nothing.
        let _ = self.orders.send(Order::Stop);
        let _ = self.figures.send(Wake::Stop);
        let _ = self.printing.send(Paper::Stop);
        for thread in self.threads.drain(..) {
            // A panic there is in the log.
            let _ = thread.join();
        }
    }
}
