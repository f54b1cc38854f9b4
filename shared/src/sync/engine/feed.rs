//! The pull of one event's roster.

use super::{Call, Context, Engine, POLL_MS, Purpose};
use crate::ids::EventId;
use crate::sync::backoff::{Backoff, Moment};
use crate::sync::checksum::Checksum;
use crate::sync::effect::{Effect, Report, Request, Save, Table};
use crate::sync::event::{CallId, Held, Times};
use crate::sync::state::Progress;
use crate::wire::latest::Page;

/// Entries in one page, at most; the server gives no more.
const MAX_PAGE: u32 = 50_000;
/// A page that was cut off is asked for in halves, down to this.
const MIN_PAGE: u32 = 500;
/// A roster that differs again after each reset is not pulled in a loop.
const RESET_CAP_MS: u64 = 15 * 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Bootstrapping(Progress),
    CatchingUp,
    Live,
    Resetting(Shadow),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shadow {
    Wanted,
    Filling,
    Full,
}

/// What matters of a page while it is being applied.
#[derive(Clone, Copy, Debug)]
struct Applying {
    has_more: bool,
    rows: u64,
    /// It named newer root-signed objects: the server held the request until then, and will hold the next.
    has_newer_signed: bool,
    checksum: Option<(u64, u64)>,
    asked_at: Moment,
}

#[derive(Debug)]
pub(super) struct Feed {
    stage: Stage,
    is_busy: bool,
    due_at: Moment,
    /// The next pull does not wait for a change: it measures the clock and shows at once where the feed is.
    is_hurried: bool,
    limit: u32,
    head: u64,
    epoch: Option<u64>,
    cursor: Option<String>,
    applying: Option<Applying>,
    backoff: Backoff,
}

impl Feed {
    pub(super) fn new() -> Self {
        Self::resume(Held::Incomplete)
    }

    pub(super) fn resume(held: Held) -> Self {
        Self {
            stage: match held {
                Held::Incomplete => Stage::Bootstrapping(Progress::default()),
                Held::Complete => Stage::CatchingUp,
            },
            is_busy: false,
            due_at: Moment::default(),
            is_hurried: true,
            limit: MAX_PAGE,
            head: 0,
            epoch: None,
            cursor: None,
            applying: None,
            backoff: Backoff::capped(RESET_CAP_MS),
        }
    }

    pub(super) fn is_resetting(&self) -> bool {
        matches!(self.stage, Stage::Resetting(_))
    }

    pub(super) fn is_live(&self) -> bool {
        self.stage == Stage::Live
    }

    pub(super) fn first_progress(&self) -> Option<Progress> {
        match self.stage {
            Stage::Bootstrapping(progress) => Some(progress),
            Stage::CatchingUp | Stage::Live | Stage::Resetting(_) => None,
        }
    }

    pub(super) fn head(&self) -> u64 {
        self.head
    }

    pub(super) fn backoff(&mut self) -> &mut Backoff {
        &mut self.backoff
    }

    pub(super) fn ask_at_once(&mut self, now: Moment) {
        self.due_at = self.due_at.min(now);
        self.is_hurried = true;
    }

    pub(super) fn due_at(&self) -> Option<Moment> {
        (!self.is_busy).then(|| self.due_at.max(self.backoff.ready_at()))
    }

    pub(super) fn stop(&mut self) {
        self.is_busy = false;
        self.applying = None;
    }

    /// A smaller page may come through where a large one was cut off.
    pub(super) fn halve(&mut self) {
        self.limit = (self.limit / 2).max(MIN_PAGE);
    }

    pub(super) fn reset(&mut self) {
        self.stop();
        self.stage = Stage::Resetting(Shadow::Wanted);
        self.epoch = None;
        self.cursor = None;
    }

    pub(super) fn shadow_begun(&mut self) {
        self.stop();
        if let Stage::Resetting(shadow) = &mut self.stage {
            *shadow = Shadow::Filling;
        }
    }

    pub(super) fn shadow_swapped(&mut self, now: Moment) {
        self.stop();
        self.stage = Stage::Live;
        self.backoff.succeed();
        self.due_at = now;
    }

    fn table(&self) -> Table {
        match self.stage {
            Stage::Bootstrapping(_) | Stage::CatchingUp | Stage::Live => Table::InUse,
            Stage::Resetting(_) => Table::Shadow,
        }
    }

    /// The server's feed can't go on from here: another life of it, or a page that leads nowhere.
    fn fault(&self, page: &Page) -> Option<PageFault> {
        if self.epoch.is_some_and(|epoch| epoch != page.epoch) {
            return Some(PageFault::OtherEpoch);
        }
        let stays = self.cursor.as_ref() == Some(&page.cursor);
        (page.has_more && stays).then_some(PageFault::LeadsNowhere)
    }

    fn receive(&mut self, page: &Page, has_newer_signed: bool, asked_at: Moment) {
        let rows = page.tickets.len() + page.entries.len();
        self.epoch = Some(page.epoch);
        self.cursor = Some(page.cursor.clone());
        self.head = page.head;
        self.is_hurried = false;
        self.limit = self.limit.saturating_mul(2).min(MAX_PAGE);
        self.applying = Some(Applying {
            has_more: page.has_more,
            rows: rows as u64,
            has_newer_signed,
            checksum: page.checksum,
            asked_at,
        });
    }

    /// The page is applied; what comes next.
    fn applied(&mut self, ours: Option<Checksum>, now: Moment) -> Next {
        let Some(page) = self.applying.take() else {
            return Next::GoOn;
        };
        self.is_busy = false;
        if let Stage::Bootstrapping(progress) = &mut self.stage {
            progress.pages += 1;
            progress.rows += page.rows;
        }
        if page.has_more {
            if self.stage == Stage::Live {
                self.stage = Stage::CatchingUp;
            }
            self.due_at = now;
            return Next::GoOn;
        }
        match page.checksum {
            Some(theirs) if ours.map(|ours| (ours.rows, ours.xor)) != Some(theirs) => {
                return Next::Differs(theirs);
            }
            Some(_) => self.backoff.succeed(),
            None => {}
        }
        self.due_at = if page.rows > 0 || page.has_newer_signed {
            now
        } else {
            now.max(page.asked_at.after(POLL_MS))
        };
        if let Stage::Resetting(shadow) = &mut self.stage {
            *shadow = Shadow::Full;
            self.due_at = now;
        } else {
            self.stage = Stage::Live;
        }
        Next::GoOn
    }
}

enum PageFault {
    OtherEpoch,
    LeadsNowhere,
}

enum Next {
    GoOn,
    Differs((u64, u64)),
}

impl Engine {
    pub(super) fn start_feed(
        &mut self,
        event: EventId,
        hold_s: u32,
        out: &mut Vec<Effect>,
        now: Moment,
    ) {
        let Some(feed) = self.feeds.get_mut(&event) else {
            return;
        };
        if feed.due_at().is_none_or(|due| due > now) {
            return;
        }
        feed.is_busy = true;
        let wait_s = if feed.is_live() && !feed.is_hurried {
            hold_s
        } else {
            0
        };
        match feed.stage {
            Stage::Resetting(Shadow::Wanted) => {
                let save = Save::BeginShadow { event };
                self.save(Purpose::BeginShadow(event), save, out, now);
            }
            Stage::Resetting(Shadow::Full) => {
                self.forget_push();
                let save = Save::SwapShadow { event };
                self.save(Purpose::SwapShadow(event), save, out, now);
            }
            Stage::Bootstrapping(_)
            | Stage::CatchingUp
            | Stage::Live
            | Stage::Resetting(Shadow::Filling) => {
                let request = Request::Pull {
                    event,
                    table: feed.table(),
                    limit: feed.limit,
                    wait_s,
                    signed_version: self.signed.newest(),
                };
                self.send(Purpose::Pull { event, wait_s }, request, out, now);
            }
        }
    }

    pub(super) fn page_received(
        &mut self,
        id: CallId,
        page: Box<Page>,
        times: Times,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        let Some(call) = self.calls.get(&id).copied() else {
            return;
        };
        let Purpose::Pull { event, wait_s } = call.purpose else {
            return;
        };
        self.calls.remove(&id);
        self.pull_worked();
        let has_newer_signed = self.signed.hear_of(page.signed_version);
        if wait_s == 0 {
            self.measured(times, page.server_ms, out, context.now);
        }
        let Some(feed) = self.feeds.get_mut(&event) else {
            return;
        };
        match feed.fault(&page) {
            Some(PageFault::OtherEpoch) => self.begin_anew(event, call, out, context),
            Some(PageFault::LeadsNowhere) => {
                feed.stop();
                feed.backoff.fail(call.sent_at, context.now, context.random);
            }
            None => {
                feed.receive(&page, has_newer_signed, call.sent_at);
                let table = feed.table();
                let save = Save::Page { event, page, table };
                self.save(Purpose::ApplyPage(event), save, out, context.now);
            }
        }
    }

    pub(super) fn page_applied(
        &mut self,
        id: CallId,
        ours: Option<Checksum>,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        let Some(call) = self.calls.get(&id).copied() else {
            return;
        };
        let Purpose::ApplyPage(event) = call.purpose else {
            return;
        };
        self.calls.remove(&id);
        let Some(feed) = self.feeds.get_mut(&event) else {
            return;
        };
        match feed.applied(ours, context.now) {
            Next::GoOn => {}
            Next::Differs(theirs) => {
                let ours = ours.unwrap_or_default();
                out.push(Effect::Report(Report::checksum(event, ours, theirs)));
                feed.reset();
                feed.backoff.fail(call.sent_at, context.now, context.random);
            }
        }
    }

    /// The server's feed is another one than ours. Once more while it is being pulled anew, there is no hurry.
    pub(super) fn begin_anew(
        &mut self,
        event: EventId,
        call: Call,
        out: &mut Vec<Effect>,
        context: &mut Context<'_>,
    ) {
        let Some(feed) = self.feeds.get_mut(&event) else {
            return;
        };
        if feed.is_resetting() {
            feed.backoff.fail(call.sent_at, context.now, context.random);
        }
        feed.reset();
        out.push(Effect::Report(Report::FeedBeganAnew { event }));
    }
}
