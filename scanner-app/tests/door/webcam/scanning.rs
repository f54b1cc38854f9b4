//! `door scan --camera webcam`, running.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use image::GrayImage;
use serde_json::Value;
use shared::ids::TicketId;

use super::fake::Cameras;
use crate::photos::{STRAIGHT, picture};
use crate::run::{now, said, scan_from};
use crate::venue::{Device, Venue};

/// Longer than anything takes on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(40);

/// A door with tickets 1 to 9.
pub(crate) struct Evening {
    venue: Venue,
    device: Device,
}

impl Evening {
    pub(crate) fn begin() -> Self {
        let (venue, device) = (Venue::at(now()), Device::new(21));
        drop(venue.door(&device, now(), &[1, 2, 3, 4, 5, 6, 7, 8, 9]));
        Self { venue, device }
    }

    /// A phone that shows this ticket.
    pub(crate) fn ticket(&self, id: u64) -> GrayImage {
        picture(&self.venue.presented(id), STRAIGHT)
    }

    /// The door opens, before these cameras.
    pub(crate) fn scan(&self, cameras: &Cameras, camera: &str) -> Scanning {
        let mut child = cameras
            .before(&mut scan_from(&self.venue, &self.device, camera))
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).expect("a line of JSON");
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Scanning {
            child,
            lines,
            told: Vec::new(),
            stood: 0,
        }
    }
}

/// Dropping it ends it.
pub(crate) struct Scanning {
    child: Child,
    lines: Receiver<Value>,
    told: Vec<Value>,
    /// Behind the line of the state that was last asked for.
    stood: usize,
}

impl Scanning {
    /// The place of the first line from `from` on that is as expected, among those that were told.
    fn until(&mut self, expected: &str, from: usize, fits: impl Fn(&Value) -> bool) -> usize {
        let until = Instant::now() + LIMIT;
        let mut at = from;
        loop {
            if let Some(line) = self.told.get(at) {
                if fits(line) {
                    return at;
                }
                at += 1;
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                let ended = self.child.try_wait().expect("asked");
                let told = &self.told;
                panic!("waited in vain for {expected}; told so far {told:#?}, ended: {ended:?}");
            };
            self.told.push(line);
        }
    }

    /// Until the camera stands so, after it stood as was last asked for.
    pub(crate) fn camera_is(&mut self, state: &str) -> Value {
        let at = self.until(state, self.stood, |line| line["camera"]["state"] == state);
        self.stood = at + 1;
        self.told[at]["camera"].clone()
    }

    /// Until this ticket is let in, which may be told before the camera's state.
    pub(crate) fn lets_in(&mut self, ticket: u64) {
        let id = TicketId(ticket).to_string();
        self.until(&format!("ticket {ticket}"), 0, |line| {
            said(line).as_deref() == Some("admit") && line["ticket"] == id.as_str()
        });
    }

    /// All states that were told so far.
    pub(crate) fn states(&self) -> Vec<&str> {
        self.told
            .iter()
            .filter_map(|line| line["camera"]["state"].as_str())
            .collect()
    }

    /// Ends it as a service manager does; its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        let id = nix::unistd::Pid::from_raw(self.child.id() as i32);
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("a signal");
        self.child.wait().expect("ended").code()
    }
}

impl Drop for Scanning {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
