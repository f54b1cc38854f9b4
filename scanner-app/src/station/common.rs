//! What the threads of a station share.

use std::sync::mpsc::{Sender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::admission::RosterState;
use shared::clock::{Clock, UnixMillis};
use shared::ids::EventId;
use shared::language::Language;
use tokio::sync::mpsc::UnboundedSender;

use super::at_till::Counter;
use super::cameras::{Camera, Cameras, off};
use super::conductor::{Conductor, Order};
use super::figures::Wake;
use super::in_view::InView;
use super::printing::Paper;
use super::recent::LastScans;
use super::stage::{Post, Stage};
use super::supervising::Supervising;
use super::view::{
    AlertView, CameraView, CountsView, News, Overview, ReadyView, Settings, SyncView, UiError,
    UiErrorCode, VerdictView,
};
use super::{Folders, Host};
use crate::replica::{Replica, identity};
use crate::search::Index;

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Common {
    pub(super) folders: Folders,
    /// What this machine is called until the organizer has named it.
    pub(super) machine: String,
    pub(super) host: Arc<dyn Host>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) cameras: Arc<dyn Cameras>,
    pub(super) replica: Replica,
    pub(super) settings: Mutex<Settings>,
    pub(super) supervising: Mutex<Supervising>,
    /// Held while a code is decided on, and while the stage changes: nothing is decided at a door that was left.
    pub(super) turn: Mutex<()>,
    pub(super) stage: Mutex<Stage>,
    pub(super) scans: Mutex<LastScans>,
    pub(super) in_view: Mutex<InView>,
    pub(super) camera: Mutex<Option<Arc<dyn Camera>>>,
    /// Whether what is not in the roster does not exist.
    pub(super) roster: Mutex<RosterState>,
    pub(super) latest: Mutex<Latest>,
    /// Names, while somebody searches at an event.
    pub(super) index: Mutex<Option<(EventId, Arc<Index>)>>,
    pub(super) orders: Sender<Order>,
    pub(super) figures: Sender<Wake>,
    pub(super) printing: UnboundedSender<Paper>,
}

/// What was told last, for a page that begins to listen.
#[derive(Debug, Default)]
pub(super) struct Latest {
    pub(super) ready: Option<ReadyView>,
    pub(super) sync: Option<SyncView>,
    pub(super) counts: Option<CountsView>,
    pub(super) alerts: Vec<AlertView>,
    /// A code may be in view before the page is there, which takes longer to come than a camera.
    pub(super) unheard: Unheard,
}

/// The last verdict that no page has heard.
#[derive(Debug)]
pub(super) enum Unheard {
    /// No page has listened yet.
    Waits(Option<Box<VerdictView>>),
    /// Whoever listens hears each as it comes.
    Heard,
}

impl Default for Unheard {
    fn default() -> Self {
        Self::Waits(None)
    }
}

impl Common {
    pub(super) fn now_ms(&self) -> UnixMillis {
        self.clock.now_ms()
    }

    /// Server time, as well as it is known.
    pub(super) fn server_ms(&self) -> UnixMillis {
        self.replica.time().now(self.now_ms()).now_ms
    }

    pub(super) fn language(&self) -> Language {
        locked(&self.settings).language
    }

    pub(super) fn post(&self) -> Option<Arc<Post>> {
        locked(&self.stage).post()
    }

    pub(super) fn counter(&self) -> Option<Arc<Counter>> {
        locked(&self.stage).counter()
    }

    pub(super) fn camera_view(&self) -> CameraView {
        let camera = locked(&self.camera).clone();
        camera.map_or_else(off, |camera| camera.view())
    }

    pub(super) fn overview(&self) -> Overview {
        let identity = self.replica.read(identity::load).ok().flatten();
        let (device_name, organizer_name) = identity
            .map(|identity| (identity.name, identity.organizer_name))
            .unzip();
        Overview {
            settings: locked(&self.settings).clone(),
            screen: locked(&self.stage).screen(&self.machine),
            device_name,
            organizer_name,
        }
    }

    pub(super) fn tell_overview(&self) {
        self.host.tell(News::Overview(self.overview()));
    }

    pub(super) fn tell_recent(&self) {
        let lines = locked(&self.scans).lines();
        self.host.tell(News::Recent(lines));
    }

    /// For a page that knows nothing yet.
    pub(super) fn tell_all(&self) {
        self.tell_overview();
        self.host.tell(News::Camera(self.camera_view()));
        self.tell_recent();
        let mut latest = locked(&self.latest);
        let verdict = match std::mem::replace(&mut latest.unheard, Unheard::Heard) {
            Unheard::Waits(verdict) => verdict,
            Unheard::Heard => None,
        };
        let told = [
            latest.ready.clone().map(News::Ready),
            latest.sync.clone().map(News::Sync),
            latest.counts.clone().map(News::Counts),
            Some(News::Alerts(latest.alerts.clone())),
            verdict.map(|verdict| News::Verdict(*verdict)),
        ];
        told.into_iter()
            .flatten()
            .for_each(|news| self.host.tell(news));
        drop(latest);
        if let Some(counter) = self.counter() {
            counter.tell(self);
        }
    }

    /// Has the conductor do something, some time soon.
    pub(super) fn order(&self, order: impl FnOnce(&mut Conductor) + Send + 'static) {
        // It is gone when the station goes.
        let _ = self.orders.send(Order::Do(Box::new(order)));
    }

    /// Has the conductor do something, and waits until it is done.
    pub(super) fn conduct<T: Send + 'static>(
        &self,
        order: impl FnOnce(&mut Conductor) -> Result<T, UiError> + Send + 'static,
    ) -> Result<T, UiError> {
        let (answer, answered) = sync_channel(1);
        self.order(move |conductor| {
            // Whoever asked may have gone.
            let _ = answer.send(order(conductor));
        });
        answered.recv().unwrap_or_else(|_| {
            let detail = "the station is closing, or a step in it failed badly; start again";
            Err(UiError::new(UiErrorCode::Internal, detail))
        })
    }

    pub(super) fn wake_figures(&self, wake: Wake) {
        // They are gone when the station goes.
        let _ = self.figures.send(wake);
    }
}
