//! The box office's screen as a state machine: keys and touches in, what is shown out. It holds no file, no clock and no
//! network; what was decided is made true by a [`Till`].
//!
//! Nothing is taken twice by a double tap: whatever changes hands ends a step, and an act says for which step it was meant.

mod cart;
mod code;
mod coins;
mod collect;
mod customer;
mod drawer;
mod exchange;
mod guest;
mod keys;
mod offer;
mod past;
mod payment;
mod sale;
mod shown;
#[cfg(test)]
mod tests;
mod till;
mod typed;

use shared::clock::UnixMillis;
use shared::ids::{EventId, FactId};
use shared::language::Language;
use shared::money::Currency;
use shared::till::contact::Contact;

pub use code::CodeAsk;
pub use exchange::CheckoutExchange;
pub use offer::{Left, Offer, Show};
pub use payment::{By, Part};
pub use till::{
    Balance, Checkout, CheckoutLine, FoundOrders, HandedOut, PastSale, PastTicket, Reserved, Sold,
    SoldTicket, TakenHere, Till,
};

use super::view::{
    DoneAct, FiguresView, Means, PaperAct, PaymentAct, PrintState, SupervisorView, TillAct,
    TillKey, TillRefusal, TillView, UnprintedView, VoucherView,
};
use cart::{Cart, Rate};
use collect::Collect;
use drawer::{CashMove, Counting};
use exchange::Exchanging;
use past::Past;
use payment::Payment;

/// What the organizer set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// "Guichet 2".
    pub name: String,
    /// Of everything here.
    pub currency: Currency,
    /// Of tickets, unless a guest wants another.
    pub language: Language,
    /// Vouchers that are taken.
    pub vouchers: Vec<VoucherView>,
    /// Who may sell.
    pub people: Vec<SupervisorView>,
}

/// A cart that waits.
#[derive(Clone, Debug)]
struct Parked {
    no: u32,
    since: String,
    cart: Cart,
    language: Language,
    guest: Option<Contact>,
    /// A promo code that it had.
    code_out: Option<String>,
}

/// A sale that was just made.
#[derive(Clone, Debug)]
struct Done {
    sold: Sold,
    cart: Cart,
    parts: Vec<Part>,
    language: Language,
    /// Where the tickets go besides.
    email: Option<String>,
    receipt_asked: bool,
    /// What came back for it, and by what the difference went.
    exchange: Option<(Exchanging, Option<Means>)>,
}

/// What there is to do.
#[derive(Clone, Debug)]
enum Stage {
    LogIn,
    Open(Counting),
    Sale,
    Parked,
    Payment(Payment),
    Done(Box<Done>),
    Menu,
    Cash(CashMove),
    Report(Box<FiguresView>),
    Count(Counting),
    Compare(Counting, Box<Balance>),
    Closed(Counting, Box<Balance>, u32),
    Past(Box<Past>),
    Collect(Box<Collect>),
}

/// The screen of a box office.
#[derive(Clone, Debug)]
pub struct BoxOffice {
    setup: Setup,
    shows: Vec<Show>,
    /// The show that is looked at.
    event: Option<EventId>,
    cart: Cart,
    language: Language,
    /// Who buys, if they said so.
    guest: Option<Contact>,
    asking_guest: bool,
    asking_code: bool,
    /// A promo code that went out when the cart changed.
    code_out: Option<String>,
    /// Tickets that come back for what is in the cart.
    exchange: Option<Exchanging>,
    parked: Vec<Parked>,
    parked_so_far: u32,
    /// What the next places cost, if not their price.
    rate: Option<Rate>,
    choosing_reason: bool,
    choosing_rate: bool,
    clerk: Option<SupervisorView>,
    /// When the shift began.
    opened: Option<String>,
    /// Too many wrong PINs: none is taken until then, on this device's clock.
    locked_until_ms: Option<UnixMillis>,
    stage: Stage,
    step: u32,
    refusal: Option<TillRefusal>,
    unprinted: Vec<UnprintedView>,
    /// What had been taken for a sale that was never made: the machine died.
    interrupted: Option<Interrupted>,
}

/// Money of a sale that was never made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// When, on the venue's clock.
    pub at: String,
    /// What was taken.
    pub parts: Vec<Part>,
}

impl BoxOffice {
    /// Before anybody has logged in. `opened` is when the shift began that the till is in, if it is in one.
    pub fn new(setup: Setup, opened: Option<String>) -> Self {
        Self {
            cart: Cart::empty(setup.currency),
            language: setup.language,
            setup,
            shows: Vec::new(),
            event: None,
            guest: None,
            asking_guest: false,
            asking_code: false,
            code_out: None,
            exchange: None,
            parked: Vec::new(),
            parked_so_far: 0,
            rate: None,
            choosing_reason: false,
            choosing_rate: false,
            clerk: None,
            opened,
            locked_until_ms: None,
            stage: Stage::LogIn,
            step: 0,
            refusal: None,
            unprinted: Vec::new(),
            interrupted: None,
        }
    }

    /// What may be sold now, as often as it changes.
    pub fn stock(&mut self, shows: Vec<Show>) {
        self.shows = offer::in_order(shows, self.setup.currency);
        let is_there = |event| self.shows.iter().any(|show| show.event == event);
        if !self.event.is_some_and(is_there) {
            self.event = self.shows.first().map(|show| show.event);
        }
    }

    /// Who may sell, and until when no PIN is taken, as often as it changes.
    pub fn people(&mut self, people: Vec<SupervisorView>, locked_until_ms: Option<UnixMillis>) {
        self.setup.people = people;
        self.locked_until_ms = locked_until_ms;
    }

    /// Vouchers that are taken, as often as the organizer changes them.
    pub fn vouchers(&mut self, vouchers: Vec<VoucherView>) {
        self.setup.vouchers = vouchers;
    }

    /// Somebody's PIN was right: they sell from now on.
    pub fn log_in(&mut self, clerk: SupervisorView, till: &mut dyn Till) {
        let Stage::LogIn = self.stage else { return };
        let done = match self.opened {
            Some(_) => till.change_clerk(clerk.person),
            None => Ok(()),
        };
        self.refusal = done.err();
        if self.refusal.is_none() {
            self.clerk = Some(clerk);
            self.go(match self.opened {
                Some(_) => Stage::Sale,
                None => Stage::Open(Counting::nothing(self.setup.currency)),
            });
        }
    }

    /// Whether the device may become something else: nobody is logged in, and no cart waits. One that does is said.
    pub fn is_left(&mut self) -> bool {
        let carts_wait = !self.parked.is_empty() || !self.cart.is_empty();
        self.refusal = carts_wait.then_some(TillRefusal::CartsWait);
        matches!(self.stage, Stage::LogIn) && !carts_wait
    }

    /// A printer told how the tickets of a sale are doing.
    pub fn printed(&mut self, sale: FactId, print: PrintState) {
        if let Stage::Done(done) = &mut self.stage
            && done.sold.sale == sale
        {
            done.sold.print = print;
        }
    }

    /// What had been taken for a sale that was never made; it is said until somebody has given it back.
    pub fn interrupted(&mut self, interrupted: Interrupted) {
        self.interrupted = Some(interrupted);
    }

    /// Papers that did not come out, as often as that changes.
    pub fn unprinted(&mut self, unprinted: Vec<UnprintedView>) {
        self.unprinted = unprinted;
    }

    /// The sale that was made right before, while it is looked at.
    pub fn just_sold(&self) -> Option<FactId> {
        match &self.stage {
            Stage::Done(done) => Some(done.sold.sale),
            Stage::LogIn
            | Stage::Open(_)
            | Stage::Sale
            | Stage::Parked
            | Stage::Payment(_)
            | Stage::Menu
            | Stage::Cash(_)
            | Stage::Report(_)
            | Stage::Count(_)
            | Stage::Compare(..)
            | Stage::Closed(..)
            | Stage::Past(_)
            | Stage::Collect(_) => None,
        }
    }

    /// Does what a touch asks for, if it was meant for this step.
    pub fn act(&mut self, step: u32, act: TillAct, till: &mut dyn Till) -> TillView {
        if step == self.step {
            self.refusal = self.acted(act, till).err();
        }
        self.view()
    }

    /// Does what a key means on this screen, if it was struck for this step.
    pub fn press(&mut self, step: u32, key: TillKey, till: &mut dyn Till) -> TillView {
        match self.meant(key) {
            Some(act) => self.act(step, act, till),
            None => self.view(),
        }
    }

    /// What an act does depends on the screen; what belongs to another one does nothing.
    fn acted(&mut self, act: TillAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        match act {
            TillAct::Sale(act) => match self.stage {
                Stage::Sale | Stage::Parked => self.choose(act, till),
                Stage::LogIn
                | Stage::Open(_)
                | Stage::Payment(_)
                | Stage::Done(_)
                | Stage::Menu
                | Stage::Cash(_)
                | Stage::Report(_)
                | Stage::Count(_)
                | Stage::Compare(..)
                | Stage::Closed(..)
                | Stage::Past(_)
                | Stage::Collect(_) => Ok(()),
            },
            TillAct::Payment(act) => self.pay(act, till),
            TillAct::Done(act) => self.after(act, till),
            TillAct::Shift(act) => self.in_shift(act, till),
            TillAct::Past(act) => self.in_past(act, till),
            TillAct::Collect(act) => self.in_collect(act, till),
            TillAct::Paper(act) => self.see_to(act, till),
            TillAct::GivenBack => {
                if let Some(interrupted) = self.interrupted.take() {
                    till.gave_back(&interrupted);
                    self.step = self.step.wrapping_add(1);
                }
                Ok(())
            }
        }
    }

    /// Of a paper that did not come out. It is not asked about again until it fails once more.
    fn see_to(&mut self, act: PaperAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let (PaperAct::Again { job } | PaperAct::LetBe { job }) = act;
        if !self.unprinted.iter().any(|one| one.job == job) {
            return Err(TillRefusal::NotHere);
        }
        match act {
            PaperAct::Again { .. } => till.print_job_again(job)?,
            PaperAct::LetBe { .. } => till.let_paper_be(job)?,
        }
        self.unprinted.retain(|one| one.job != job);
        self.step = self.step.wrapping_add(1);
        Ok(())
    }

    /// Another screen is another step.
    fn go(&mut self, stage: Stage) {
        self.stage = stage;
        self.step = self.step.wrapping_add(1);
    }

    fn pay(&mut self, act: PaymentAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Payment(payment) = &mut self.stage else {
            return Ok(());
        };
        match act {
            PaymentAct::By { means } if takes(&self.setup, means) => payment.ask(Some(means)),
            PaymentAct::By { .. } => {}
            PaymentAct::Type { stroke } => payment.stroke(stroke),
            PaymentAct::Give { minor } => payment.give(minor),
            PaymentAct::Return { means } => return self.return_by(means, till),
            // Somebody says first by what money goes back.
            PaymentAct::Take if payment.back().is_some() => {}
            PaymentAct::Take if payment.is_settled() => return self.sell(None, till),
            PaymentAct::Take => {
                payment.take(false)?;
                till.holds(payment.sale(), payment.taken());
                self.step = self.step.wrapping_add(1);
                if payment.is_settled() {
                    return self.sell(None, till);
                }
            }
            PaymentAct::TakePart => {
                payment.take(true)?;
                till.holds(payment.sale(), payment.taken());
                self.step = self.step.wrapping_add(1);
                if payment.is_settled() {
                    return self.sell(None, till);
                }
            }
            PaymentAct::CardRefused => {
                payment.card_refused()?;
                self.step = self.step.wrapping_add(1);
            }
            PaymentAct::GiveBack { part } => {
                if payment.give_back(part).is_some() {
                    till.holds(payment.sale(), payment.taken());
                    self.step = self.step.wrapping_add(1);
                }
            }
            PaymentAct::Back => {
                if payment.asking().is_some() && payment.holds_money() {
                    payment.ask(None);
                } else if payment.holds_money() {
                    return Err(TillRefusal::MoneyTaken);
                } else {
                    self.go(Stage::Sale);
                }
            }
        }
        Ok(())
    }

    /// What was paid becomes a sale. If it can't, the money that was taken is still shown, to be tried again or given back.
    fn sell(&mut self, back_by: Option<Means>, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Payment(payment) = &self.stage else {
            return Ok(());
        };
        let parts = payment.taken().to_vec();
        let lines = self.cart.lines().iter().map(|line| CheckoutLine {
            event: line.event,
            type_no: line.type_no,
            quantity: line.quantity,
            unit: line.unit,
            vat_bps: line.vat_bps,
            free: line.free(),
            reduced: line.reduced(),
        });
        let checkout = Checkout {
            sale: payment.sale(),
            lines: lines.collect(),
            parts: parts.clone(),
            total: self.cart.total(),
            language: self.language,
            guest: self
                .guest
                .clone()
                .map(|guest| guest.spoken_to_in(self.language)),
            exchange: self.exchange.as_ref().map(|of| of.checkout(back_by)),
            first: self.cart.reserved(),
            promotion: self.cart.code().map(|code| code.fact),
        };
        let sold = till.sell(&checkout)?;
        till.holds(checkout.sale, &[]);
        let empty = Cart::empty(self.setup.currency);
        let cart = std::mem::replace(&mut self.cart, empty);
        let language = std::mem::replace(&mut self.language, self.setup.language);
        let guest = self.guest.take();
        self.rate = None;
        self.code_out = None;
        let exchange = self.exchange.take().map(|of| (of, back_by));
        self.go(Stage::Done(Box::new(Done {
            sold,
            cart,
            parts,
            language,
            email: guest
                .map(|guest| guest.email().to_owned())
                .filter(|email| !email.is_empty()),
            receipt_asked: false,
            exchange,
        })));
        Ok(())
    }

    fn after(&mut self, act: DoneAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        let Stage::Done(done) = &mut self.stage else {
            return Ok(());
        };
        match act {
            DoneAct::Next => self.go(Stage::Sale),
            DoneAct::PrintAgain => {
                if done.sold.print == PrintState::Failed {
                    done.sold.print = till.print_again(done.sold.sale)?;
                    self.step = self.step.wrapping_add(1);
                }
            }
            DoneAct::Receipt => {
                till.reprint(done.sold.sale, true)?;
                done.receipt_asked = true;
                self.step = self.step.wrapping_add(1);
            }
        }
        Ok(())
    }
}

/// Whether the organizer takes this means.
fn takes(setup: &Setup, means: Means) -> bool {
    match means {
        Means::Voucher { kind } => setup.vouchers.iter().any(|one| one.kind == kind),
        Means::Cash | Means::Card | Means::Cheque => true,
        Means::Exchange => false,
    }
}
