//! The box office at work: one screen over the till, told whenever it changes.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use shared::admission::RosterState;
use shared::ids::UserId;
use shared::language::Language;

use super::Station;
use super::box_office::BoxOffice;
use super::common::{Common, locked};
use super::conductor::Conductor;
use super::desk::{self, Desk};
use super::figures::Wake;
use super::kept::{self, Kept, KeptTill};
use super::nearby;
use super::printing::no_till;
use super::stage::Stage;
use super::view::{
    CustomerView, News, SupervisorView, TillAct, TillChoice, TillKey, TillView, UiError,
};
use crate::replica::{ReplicaError, identity, signed, stock};
use crate::supervisor::{self, Duty};
use crate::till::Till;

/// Whether this device may be a box office.
pub(super) fn choice(connection: &Connection) -> Result<TillChoice, ReplicaError> {
    let Some(identity) = identity::load(connection)? else {
        return Ok(TillChoice::No);
    };
    let own = signed::device(connection, identity.device)?;
    if own.is_none_or(|own| !own.rights.sell || own.revocation.is_some()) {
        return Ok(TillChoice::No);
    }
    Ok(if stock::has_series(connection)? {
        TillChoice::Ready
    } else {
        TillChoice::NotYet
    })
}

/// The screen and its till. Whoever holds it is alone with both.
#[derive(Debug)]
pub(super) struct Counter {
    work: Mutex<Work>,
    nearby: nearby::Nearby,
    time_zone: String,
}

#[derive(Debug)]
struct Work {
    screen: BoxOffice,
    desk: Desk,
    told: Option<(TillView, CustomerView)>,
}

impl Counter {
    fn of(desk: Desk) -> Result<Self, UiError> {
        Ok(Self {
            time_zone: desk.time_zone().to_owned(),
            nearby: nearby::Nearby::default(),
            work: Mutex::new(Work {
                screen: desk.screen()?,
                desk,
                told: None,
            }),
        })
    }

    pub(super) fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// Has the screen do something, and tells whoever looks at it if it looks different then.
    fn with<T>(&self, common: &Common, act: impl FnOnce(&mut BoxOffice, &mut Desk) -> T) -> T {
        let mut work = locked(&self.work);
        let Work { screen, desk, told } = &mut *work;
        let done = act(screen, desk);
        let now = (screen.view(), screen.customer());
        let before = told.as_ref();
        if before.is_none_or(|before| before.0 != now.0) {
            common.host.tell(News::Till(Box::new(now.0.clone())));
        }
        if before.is_none_or(|before| before.1 != now.1) {
            common.host.tell_guest(now.1.clone());
        }
        *told = Some(now);
        done
    }

    /// For whoever knows nothing of it yet.
    pub(super) fn tell(&self, common: &Common) {
        locked(&self.work).told = None;
        self.with(common, |_, _| ());
    }

    pub(super) fn till(&self) -> Arc<Till> {
        locked(&self.work).desk.till()
    }

    /// Paper came out, or did not.
    pub(super) fn printed(&self, common: &Common) {
        self.with(common, |screen, desk| {
            match desk.unprinted() {
                Ok(unprinted) => screen.unprinted(unprinted),
                Err(error) => tracing::error!(code = error.code(), "print jobs can't be read"),
            }
            if let Some(sale) = screen.just_sold() {
                match desk.print_state(sale) {
                    Ok(state) => screen.printed(sale, state),
                    Err(error) => tracing::error!(code = error.code(), "a print job can't be read"),
                }
            }
        });
    }

    pub(super) fn speak(&self, language: Language, common: &Common) {
        self.with(common, |_, desk| desk.speak(language));
        // What is sold is worded anew.
        common.wake_figures(Wake::Changed);
    }
}

impl Station {
    /// Takes up the box office.
    pub fn take_till(&self) -> Result<(), UiError> {
        self.common.conduct(Conductor::take_till)
    }

    /// A touch at the box office, meant for the step that was shown.
    pub fn till_act(&self, step: u32, act: TillAct) -> Result<TillView, UiError> {
        self.common
            .at_till(|screen, desk| screen.act(step, act, desk))
    }

    /// A key struck there, likewise.
    pub fn till_press(&self, step: u32, key: TillKey) -> Result<TillView, UiError> {
        self.common
            .at_till(|screen, desk| screen.press(step, key, desk))
    }

    /// Who sells from now on, by the PIN.
    pub fn till_log_in(&self, person: UserId, pin: &str) -> Result<TillView, UiError> {
        self.common.till_log_in(person, pin)
    }

    /// Tells the guest's own window anew.
    pub fn tell_guest(&self) {
        if let Some(counter) = self.common.counter() {
            counter.tell(&self.common);
        }
    }
}

impl Common {
    fn at_till<T>(&self, act: impl FnOnce(&mut BoxOffice, &mut Desk) -> T) -> Result<T, UiError> {
        let counter = self.counter().ok_or_else(no_till)?;
        let done = counter.with(self, act);
        self.wake_figures(Wake::Scanned);
        Ok(done)
    }

    /// The PIN is compared before anybody waits for the till: that takes a while.
    fn till_log_in(&self, person: UserId, pin: &str) -> Result<TillView, UiError> {
        let clerk = supervisor::unlock(&self.replica, (person, Duty::Sell), pin, self.now_ms());
        let people = supervisor::people(&self.replica, Duty::Sell)?.into_iter();
        let people: Vec<SupervisorView> = people.map(Into::into).collect();
        let locked_until_ms = supervisor::locked_until(&self.replica, self.now_ms())?;
        self.at_till(|screen, desk| {
            screen.people(people, locked_until_ms);
            let clerk = clerk
                .inspect_err(|error| tracing::warn!(code = error.code(), "nobody logged in"))?;
            screen.log_in(clerk.into(), desk);
            Ok(screen.view())
        })?
    }

    /// What may be sold, as it is now.
    pub(super) fn restock(
        &self,
        counter: &Counter,
        replica: &Connection,
    ) -> Result<(), ReplicaError> {
        let now = crate::door::now_of(self.replica.time().now(self.now_ms()));
        let common = match *locked(&self.roster) {
            RosterState::Live => desk::Common::There,
            RosterState::MaybeBehind => desk::Common::Away,
        };
        let shows = desk::shows(replica, now, common, self.language())?;
        let short = match common {
            desk::Common::There => Vec::new(),
            desk::Common::Away => nearby::short_of(&shows),
        };
        let line = counter.with(self, |screen, desk| {
            desk.connected(common);
            screen.stock(shows);
            desk.nearby()
        });
        match (common, line) {
            (desk::Common::There, _) => counter.nearby.is_needless(),
            (desk::Common::Away, Some(line)) => {
                let now_ms = self.now_ms();
                counter.nearby.ask(&self.replica, line, short, now_ms);
            }
            (desk::Common::Away, None) => {}
        }
        Ok(())
    }
}

impl Conductor {
    pub(super) fn at_till(&self) -> Result<Stage, UiError> {
        let common = &self.common;
        let clock = Arc::clone(&common.clock);
        let mut desk = Desk::open(
            &common.replica,
            &common.folders.data,
            clock,
            common.language(),
        )?;
        desk.print_by(common.printing.clone());
        let counter = Counter::of(desk)?;
        self.connect(&counter);
        Ok(Stage::Till(Arc::new(counter)))
    }

    /// Places of the common stock come by the sync that is under way.
    pub(super) fn connect(&self, counter: &Counter) {
        if let Some(syncing) = &self.in_step {
            let (line, nearby) = (syncing.stock.clone(), syncing.rights.clone());
            counter.with(&self.common, |_, desk| {
                desk.lend_by(line);
                desk.borrow_by(nearby);
            });
        }
    }

    pub(super) fn take_till(&mut self) -> Result<(), UiError> {
        let stage = self.at_till()?;
        kept::keep_place(&self.common.folders.data, Kept::Till(KeptTill::Till))?;
        self.enter(stage);
        Ok(())
    }

    /// Back to choosing, while nobody is logged in and no cart waits.
    pub(super) fn leave_till(&mut self, counter: &Counter) -> Result<(), UiError> {
        if counter.with(&self.common, |screen, _| screen.is_left()) {
            self.choose_again()?;
        }
        Ok(())
    }

    /// What the organizer changed meanwhile.
    pub(super) fn look_at_till(&mut self, counter: &Counter) {
        let may_sell = self.common.replica.read(choice);
        if matches!(may_sell, Ok(TillChoice::No)) {
            tracing::warn!("the organizer took the right to sell back");
            if let Err(error) = self.choose_again() {
                tracing::error!(error = error.detail, "the till can't be left");
            }
            return;
        }
        let common = &self.common;
        let people = supervisor::people(&common.replica, Duty::Sell);
        let locked_until_ms = supervisor::locked_until(&common.replica, common.now_ms());
        let (Ok(people), Ok(locked_until_ms)) = (people, locked_until_ms) else {
            return;
        };
        let people = people.into_iter().map(Into::into).collect();
        counter.with(common, |screen, desk| {
            screen.people(people, locked_until_ms);
            screen.vouchers(desk.taken_vouchers());
        });
    }
}
