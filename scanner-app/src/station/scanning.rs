//! From what the camera or the USB scanner read to what the window is told.

use std::sync::Arc;

use super::closing::End;
use super::common::{Common, Unheard, locked};
use super::enrol::Offer;
use super::figures::Wake;
use super::in_view::Held;
use super::recent::Presented;
use super::stage::{Post, Stage};
use super::verdicts;
use super::view::{CameraHint, News, Outline, RecentView, VerdictLight, VerdictView};
use super::wedge::{Typed, typed};
use crate::camera::{Found, Read};
use crate::door::{Outcome, Sight, Verdict};

impl Common {
    /// A frame was looked at. Whether a code was in it.
    pub(super) fn read(self: &Arc<Self>, read: &Read) -> bool {
        match read {
            Read::Codes { size, found, .. } => {
                let texts: Vec<String> = found.iter().map(|code| code.text.clone()).collect();
                self.codes(&texts);
                self.outline(*size, found);
                !found.is_empty()
            }
            Read::Blocked => {
                self.hint(CameraHint::TooMuchInView);
                false
            }
            Read::Failed(error) => {
                tracing::debug!(code = error.code(), "no frame");
                false
            }
        }
    }

    fn outline(&self, (width, height): (u32, u32), found: &[Found]) {
        if !locked(&self.in_view).outlines(!found.is_empty()) {
            return;
        }
        let codes = found
            .iter()
            .map(|code| code.corners.map(|corner| [corner.x, corner.y]))
            .collect();
        self.host.tell(News::Outline(Outline {
            width,
            height,
            codes,
        }));
    }

    /// Codes are in view, or none are.
    fn codes(self: &Arc<Self>, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        let _turn = locked(&self.turn);
        let (enrols, post) = {
            let stage = locked(&self.stage);
            (matches!(*stage, Stage::Enrol(_)), stage.post())
        };
        if enrols {
            self.look_for_offer(texts);
        } else if let Some(post) = post {
            let now_ms = self.now_ms();
            let held = locked(&self.in_view).frame(texts, now_ms);
            match held {
                Held::Decide(texts) => {
                    for text in texts {
                        self.decide(&post, text);
                    }
                }
                Held::TwoTickets => self.hint(CameraHint::TwoTickets),
                Held::OneOfTwo => {}
            }
        }
    }

    /// A USB scanner typed something.
    pub(super) fn wedge(self: &Arc<Self>, text: &str) {
        let prefix = locked(&self.settings).wedge_prefix.clone();
        match typed(text, &prefix) {
            Typed::Nothing => {}
            Typed::Half => self.hint(CameraHint::HalfCode),
            Typed::Code(text) => self.codes(&[text]),
        }
    }

    fn look_for_offer(self: &Arc<Self>, texts: &[String]) {
        let Some(offer) = texts.iter().find_map(|text| Offer::read(text)) else {
            return;
        };
        if !locked(&self.in_view).is_new_code(&offer.code, self.now_ms()) {
            return;
        }
        self.order(move |conductor| {
            // What is wrong with it is on the screen.
            let _ = conductor.enrol(offer);
        });
    }

    /// In turn: see [`Common::turn`].
    fn decide(self: &Arc<Self>, post: &Arc<Post>, text: &str) {
        match post.door.scan(text, Sight::Stream, self.now_ms()) {
            Ok(verdict) if verdict.repeated => {}
            Ok(verdict) => self.decided(post, &verdict, text),
            Err(error) => {
                tracing::error!(code = error.code(), "nobody was admitted");
                if let Some(end) = End::told_by(&error) {
                    self.order(move |conductor| conductor.close(end));
                }
                let error = error.into();
                self.hint(CameraHint::Failed { error });
            }
        }
    }

    fn decided(&self, post: &Post, verdict: &Verdict, text: &str) {
        match &verdict.outcome {
            Outcome::Decided { .. } => {}
            Outcome::OrderCode(code) => {
                let order = code.to_string();
                return self.hint(CameraHint::OrderCode { order });
            }
            Outcome::Foreign(_) => return self.hint(CameraHint::Foreign),
        }
        self.tell_verdict(post, verdict, Presented::Code(text.to_owned()));
    }

    /// `None`: nobody was decided on.
    pub(super) fn tell_verdict(
        &self,
        post: &Post,
        verdict: &Verdict,
        presented: Presented,
    ) -> Option<VerdictView> {
        let decided = verdicts::Decided::of(verdict)?;
        let (language, may_supervise) = (self.language(), self.may_supervise());
        Some(self.tell(|no| {
            let view = verdicts::view(post, &decided, no, language, may_supervise);
            let moved = view.light == VerdictLight::Admit;
            let fact = verdict.fact.filter(|_| moved).map(|fact| fact.id);
            let line = verdicts::line(post, &view, fact);
            let refused = Some(presented).filter(|_| view.may_override);
            (view, line, refused)
        }))
    }

    /// Tells a verdict by its number, and remembers its line, and what a supervisor may still let in.
    pub(super) fn tell(
        &self,
        of: impl FnOnce(u32) -> (VerdictView, RecentView, Option<Presented>),
    ) -> VerdictView {
        let mut scans = locked(&self.scans);
        let no = scans.next_no();
        let (view, line, refused) = of(no);
        self.host.tell(News::Verdict(view.clone()));
        if let Unheard::Waits(last) = &mut locked(&self.latest).unheard {
            *last = Some(Box::new(view.clone()));
        }
        scans.remember(line, refused);
        drop(scans);
        self.tell_recent();
        self.wake_figures(Wake::Scanned);
        view
    }

    /// A line in the picture, unless it stands there.
    pub(super) fn hint(&self, hint: CameraHint) {
        if locked(&self.in_view).is_news(&hint, self.now_ms()) {
            self.host.tell(News::Hint(hint));
        }
    }
}
