//! Becoming one of an organizer's devices, step by step on the screen.

use std::sync::Arc;
use std::thread::JoinHandle;

use shared::clock::Clock;
use shared::sync::enrolment::EnrolmentCode;
use tokio::sync::oneshot;

use super::common::locked;
use super::conductor::Conductor;
use super::stage::Stage;
use super::view::{EnrolStep, UiError, UiErrorCode};
use crate::edge::OsRandom;
use crate::replica::{Replica, identity};
use crate::sync::HttpTransport;
use crate::sync::enrolment::{EnrolError, Proved, enrol};

/// What the organizer's QR code says, or what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) server: String,
    pub(super) code: String,
}

impl Offer {
    /// From the text of a QR code: `tickethub:enrol?server=https://...&code=...`. `None`: it is something else.
    pub(super) fn read(text: &str) -> Option<Self> {
        let fields = text.trim().strip_prefix("tickethub:enrol?")?;
        let field = |name: &str| {
            let mut fields = fields.split('&').filter_map(|field| field.split_once('='));
            fields.find_map(|(key, value)| (key == name).then(|| value.to_owned()))
        };
        Some(Self {
            server: field("server")?,
            code: field("code")?,
        })
    }
}

/// What comes of an attempt.
#[derive(Debug)]
pub(super) enum Came {
    Step(EnrolStep),
    Enrolled,
}

/// An attempt under way, on a thread of its own. Dropping it ends it; nothing is kept then, unless it was done.
#[derive(Debug)]
pub(super) struct Enrolling {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Enrolling {
    /// Begins. `say` is called on that thread.
    pub(super) fn begin(
        replica: &Replica,
        offer: &Offer,
        device_name: &str,
        clock: &Arc<dyn Clock>,
        say: impl Fn(Came) + Send + Sync + 'static,
    ) -> Result<Self, UiError> {
        let code: EnrolmentCode = offer
            .code
            .parse()
            .map_err(|error| UiError::of(UiErrorCode::CodeMalformed, &error))?;
        let transport = HttpTransport::to(&offer.server, Arc::clone(clock))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (replica, clock) = (replica.clone(), Arc::clone(clock));
        let (server, device_name) = (offer.server.clone(), device_name.to_owned());
        let thread = std::thread::Builder::new()
            .name("enrol".into())
            .spawn(move || {
                let show = |proved: &Proved| {
                    say(Came::Step(EnrolStep::Compare {
                        digits: proved.digits.clone(),
                        server: server.clone(),
                    }));
                };
                let mut random = OsRandom;
                let enrolled: Option<Result<_, EnrolError>> = runtime.block_on(async {
                    let attempt = enrol(
                        &transport,
                        &replica,
                        &mut random,
                        &code,
                        &device_name,
                        clock.as_ref(),
                        show,
                    );
                    tokio::select! {
                        enrolled = attempt => Some(enrolled),
                        _ = stopped => None,
                    }
                });
                match enrolled {
                    None => {}
                    Some(Ok(_)) => say(Came::Enrolled),
                    Some(Err(error)) => {
                        tracing::warn!(code = error.code(), "enrolling failed");
                        let error = error.into();
                        say(Came::Step(EnrolStep::Failed { error }));
                    }
                }
            })
            .map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Conductor {
    /// The organizer's code was shown or typed.
    pub(super) fn enrol(&mut self, offer: Offer) -> Result<(), UiError> {
        if !matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            let detail = "this device is enrolled already";
            return Err(UiError::new(UiErrorCode::AlreadyEnrolled, detail));
        }
        drop(self.enrolling.take());
        let common = Arc::clone(&self.common);
        let say = move |came| common.order(move |conductor| conductor.came(came));
        let begun = Enrolling::begin(
            &self.common.replica,
            &offer,
            &self.common.machine,
            &self.common.clock,
            say,
        );
        match begun {
            Ok(enrolling) => {
                self.enrolling = Some(enrolling);
                let server = offer.server;
                self.enter(Stage::Enrol(EnrolStep::Connecting { server }));
                Ok(())
            }
            Err(error) => {
                let step = EnrolStep::Failed {
                    error: error.clone(),
                };
                self.enter(Stage::Enrol(step));
                Err(error)
            }
        }
    }

    pub(super) fn enrol_cancel(&mut self) {
        drop(self.enrolling.take());
        if matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            // It may have been done just before.
            match self.common.replica.read(identity::load) {
                Ok(Some(_)) => self.came(Came::Enrolled),
                Ok(None) | Err(_) => self.enter(Stage::Enrol(EnrolStep::Waiting)),
            }
        }
    }

    pub(super) fn came(&mut self, came: Came) {
        if !matches!(*locked(&self.common.stage), Stage::Enrol(_)) {
            return;
        }
        match came {
            Came::Step(_) if self.enrolling.is_none() => {}
            Came::Step(step) => {
                if matches!(step, EnrolStep::Failed { .. }) {
                    drop(self.enrolling.take());
                }
                self.enter(Stage::Enrol(step));
            }
            Came::Enrolled => {
                drop(self.enrolling.take());
                self.keep_in_step();
                let stage = self.choosing();
                self.enter(stage);
            }
        }
    }
}

impl Drop for Enrolling {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been told on standard error.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organizers_code_says_where_and_what() {
        let text = "tickethub:enrol?server=https://billets.example.org&code=7K2M4QXW9A3BCDEF";
        let offer = Offer {
            server: "https://billets.example.org".into(),
            code: "7K2M4QXW9A3BCDEF".into(),
        };
        assert_eq!(Offer::read(text), Some(offer));
        for other in [
            "https://example.org",
            "tickethub:enrol?code=7K2M",
            "",
            "0123",
        ] {
            assert_eq!(Offer::read(other), None, "{other}");
        }
    }
}
