//! What the commands share: the station, and the page that it tells.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use scanner_app::camera::CameraSpec;
use scanner_app::causes::with_causes;
use scanner_app::edge::SystemClock;
use scanner_app::online::{LanChoice, LanOptions};
use scanner_app::replica::MachineState;
use scanner_app::station::view::{CustomerView, News, UiError, UiErrorCode};
use scanner_app::station::{
    Cameras, Equipment, Folders, Host, NoCameras, PictureCameras, Station, Webcams,
};
use tauri::ipc::Channel;
use tauri::{App, AppHandle, Manager};

use crate::guest_window;

/// The window of whoever uses the device.
pub(crate) const MAIN: &str = "main";
/// Names the folder of the door's data, when it is not the usual one.
const FOLDER_VARIABLE: &str = "TICKETHUB_DOOR_DATA";
/// `dir:FOLDER` or `file:PICTURE` takes the place of the webcams; `off`: none is used.
const CAMERA_VARIABLE: &str = "TICKETHUB_CAMERA";
/// `off`: other doors of the network are left alone.
const LAN_VARIABLE: &str = "TICKETHUB_LAN";

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The page that listens, and the window around it.
pub(crate) struct Page {
    app: AppHandle,
    channel: Mutex<Option<Channel<News>>>,
    guest: Mutex<Option<Channel<CustomerView>>>,
    is_locked: AtomicBool,
}

impl Page {
    /// Whether the window must not be closed.
    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::Relaxed)
    }
}

impl Host for Page {
    fn tell(&self, news: News) {
        if let Some(channel) = &*locked(&self.channel)
            && let Err(error) = channel.send(news)
        {
            tracing::warn!(%error, "the page was not told");
        }
    }

    fn tell_guest(&self, view: CustomerView) {
        if let Some(channel) = &*locked(&self.guest)
            && let Err(error) = channel.send(view)
        {
            tracing::warn!(%error, "the guest's window was not told");
        }
    }

    fn guest_window(&self, on: bool) {
        if on {
            guest_window::open(&self.app);
        } else {
            *locked(&self.guest) = None;
            guest_window::close(&self.app);
        }
    }

    fn full_screen(&self, on: bool) {
        self.is_locked.store(on, Ordering::Relaxed);
        let Some(window) = self.app.get_webview_window(MAIN) else {
            return;
        };
        let done = window
            .set_fullscreen(on)
            .and_then(|()| window.set_always_on_top(on));
        if let Err(error) = done {
            tracing::warn!(%error, "the window did not change");
        }
    }
}

/// The device, as long as the window is there. Clones share it.
#[derive(Clone)]
pub(crate) struct Device(Arc<Inner>);

struct Inner {
    data: PathBuf,
    documents: Option<PathBuf>,
    page: Arc<Page>,
    /// None until it has started: another program may have the data open for the moment.
    station: Mutex<Option<Arc<Station>>>,
}

impl Device {
    /// The folder that the environment names, else the one that the system gives this program.
    pub(crate) fn of(app: &App) -> tauri::Result<Self> {
        let data = match std::env::var_os(FOLDER_VARIABLE) {
            Some(folder) => folder.into(),
            None => app.path().app_local_data_dir()?,
        };
        let page = Page {
            app: app.handle().clone(),
            channel: Mutex::default(),
            guest: Mutex::default(),
            is_locked: AtomicBool::default(),
        };
        Ok(Self(Arc::new(Inner {
            data,
            documents: app.path().document_dir().ok(),
            page: Arc::new(page),
            station: Mutex::default(),
        })))
    }

    pub(crate) fn data(&self) -> &Path {
        &self.0.data
    }

    pub(crate) fn page(&self) -> &Page {
        &self.0.page
    }

    /// From now on this page is told, and no other.
    pub(crate) fn listen(&self, channel: Channel<News>) {
        *locked(&self.0.page.channel) = Some(channel);
    }

    /// From now on the guest's window is told.
    pub(crate) fn listen_guest(&self, channel: Channel<CustomerView>) {
        *locked(&self.0.page.guest) = Some(channel);
    }

    /// The station, started if it has not been yet.
    pub(crate) fn station(&self) -> Result<Arc<Station>, UiError> {
        let mut station = locked(&self.0.station);
        if let Some(station) = &*station {
            return Ok(Arc::clone(station));
        }
        let started = Arc::new(Station::start(self.equipment()?)?);
        *station = Some(Arc::clone(&started));
        Ok(started)
    }

    /// Stops it, so that all it knows is on the disk.
    pub(crate) fn close(&self) {
        drop(locked(&self.0.station).take());
    }

    pub(crate) fn folders(&self) -> Result<Folders, UiError> {
        let state = MachineState::of_this_user()
            .map_err(|error| UiError::of(UiErrorCode::KeysMissing, &error))?;
        let documents = self.0.documents.clone();
        Ok(Folders::of(self.0.data.clone(), state, documents))
    }

    fn equipment(&self) -> Result<Equipment, UiError> {
        let is_off = std::env::var(LAN_VARIABLE).is_ok_and(|choice| choice == "off");
        Ok(Equipment {
            folders: self.folders()?,
            host: Arc::clone(&self.0.page) as Arc<dyn Host>,
            cameras: cameras(),
            clock: Arc::new(SystemClock),
            lan: LanOptions {
                lan: if is_off {
                    LanChoice::Off
                } else {
                    LanChoice::AsUsual
                },
                announces: !is_off,
            },
        })
    }
}

fn cameras() -> Arc<dyn Cameras> {
    let Ok(spec) = std::env::var(CAMERA_VARIABLE) else {
        return Arc::new(Webcams);
    };
    match spec.parse() {
        _ if spec == "off" => Arc::new(NoCameras),
        Ok(CameraSpec::Pictures(spec)) => Arc::new(PictureCameras::of(spec)),
        Ok(CameraSpec::Webcam(_)) => Arc::new(Webcams),
        Err(error) => {
            tracing::warn!(
                error = with_causes(&error),
                "{CAMERA_VARIABLE} is not understood"
            );
            Arc::new(Webcams)
        }
    }
}
