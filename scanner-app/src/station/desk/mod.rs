//! The box office's screen over the real till: what it decided becomes facts here.

mod codes;
mod collect;
mod exchange;
mod figures;
mod held;
mod offers;
mod paper;
mod past;
mod promotion;
mod refused;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::clock::{Clock, UnixMillis};
use shared::fact::till::{Connection, Pieces};
use shared::ids::{EventId, FactId, OrderId, TypeNo, UserId};
use shared::language::Language;
use shared::lease::lend::Purpose;
use shared::money::{Currency, Money};
use shared::ticket::Presented;
use shared::till::cart::Tender;
use shared::wire::latest::{Promotion, StockSale, VoucherKind};
use tokio::sync::mpsc::UnboundedSender;

use super::box_office::{
    self, Balance, BoxOffice, By, Checkout, CodeAsk, FoundOrders, HandedOut, Interrupted, Part,
    PastSale, Setup, Show, Sold, SoldTicket, TakenHere,
};
use super::kept;
use super::places;
use super::printing::Paper;
use super::view::{
    CashReason, FiguresView, Means, PastSaleView, PrintState, RefundReason, SupervisorView,
    TillRefusal, UiError, VoucherView,
};
use crate::edge::OsRandom;
use crate::peers::RightLine;
use crate::replica::{Replica, ReplicaError, identity, till_terms};
use crate::supervisor::{self, Duty};
use crate::sync::StockLine;
use crate::till::stock::{NotTaken, borrow, unsold};
use crate::till::{MoveCash, Prints, Sale, SaleDone, TakeBack, Till, TillError, Told, Wanted};
pub(super) use held::Held;
pub(super) use offers::{Common, shows};
use refused::refused;

/// So long a guest waits for places of the common stock.
const LEND_WITHIN: Duration = Duration::from_secs(4);

/// The till of this device, as the box office's screen uses it.
pub struct Desk {
    till: Arc<Till>,
    replica: Replica,
    /// Where the device keeps what is no fact.
    data: PathBuf,
    clock: Arc<dyn Clock>,
    language: Language,
    currency: Currency,
    time_zone: String,
    /// The last count, until the shift is closed with it.
    count: Vec<Pieces>,
    /// Who lends from the common stock.
    lender: Option<StockLine>,
    /// The other tills of the building.
    nearby: Option<RightLine>,
    /// What the server said of the common stock last: whether it is there.
    common: Common,
    /// Who prints.
    printing: Option<UnboundedSender<Paper>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// Of a device that may sell and was lent places.
    pub fn open(
        replica: &Replica,
        data: &Path,
        clock: Arc<dyn Clock>,
        language: Language,
    ) -> Result<Self, TillError> {
        let till = Arc::new(Till::open(replica)?);
        promotion::give_all_up(&till)?;
        let (currency, time_zone) = (till.currency()?, till.time_zone()?);
        Ok(Self {
            till,
            replica: replica.clone(),
            data: data.to_owned(),
            clock,
            language,
            currency,
            time_zone,
            count: Vec::new(),
            lender: None,
            nearby: None,
            common: Common::Away,
            printing: None,
        })
    }

    /// Borrows from the common stock by this line what a sale lacks.
    pub fn lend_by(&mut self, lender: StockLine) {
        self.lender = Some(lender);
    }

    /// Borrows from other tills of the building by this line, while the server is away.
    pub fn borrow_by(&mut self, nearby: RightLine) {
        self.nearby = Some(nearby);
    }

    pub(super) fn nearby(&self) -> Option<RightLine> {
        self.nearby.clone()
    }

    /// Tells this one whenever something is to be printed.
    pub(super) fn print_by(&mut self, printing: UnboundedSender<Paper>) {
        self.printing = Some(printing);
    }

    pub(super) fn till(&self) -> Arc<Till> {
        Arc::clone(&self.till)
    }

    fn paper_waits(&self) {
        if let Some(printing) = &self.printing {
            // It is gone when the station goes.
            let _ = printing.send(Paper::Waits);
        }
    }

    /// Of the venue's clock, as IANA names it.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// Notes that an offline period began or ended.
    pub(super) fn connected(&mut self, common: Common) {
        if (self.common, common) == (Common::Away, Common::There) {
            self.tell_of_given_up();
        }
        self.common = common;
        let to = match common {
            Common::There => Connection::Online,
            Common::Away => Connection::Offline,
        };
        if let Err(error) = self.till.note_connection(to, self.now_ms()) {
            tracing::error!(code = error.code(), "an offline period is not noted");
        }
    }

    /// The language of the screen.
    pub fn speak(&mut self, language: Language) {
        self.language = language;
    }

    /// The screen, before anybody has logged in; a shift that is open goes on.
    pub fn screen(&self) -> Result<BoxOffice, UiError> {
        let setup = Setup {
            name: self.name(),
            currency: self.currency,
            language: self.language,
            vouchers: self.taken_vouchers(),
            people: self.people()?,
        };
        let opened = match self.till.shift_figures() {
            Ok(shift) => Some(self.clock_at(shift.opened_ms)),
            Err(TillError::NoShift) => None,
            Err(error) => return Err(error.into()),
        };
        let mut screen = BoxOffice::new(setup, opened);
        screen.stock(self.shows()?);
        if let Some(interrupted) = self.interrupted() {
            screen.interrupted(interrupted);
        }
        Ok(screen)
    }

    /// Who may sell.
    pub fn people(&self) -> Result<Vec<SupervisorView>, UiError> {
        let people = supervisor::people(&self.replica, Duty::Sell)?;
        Ok(people.into_iter().map(Into::into).collect())
    }

    /// Kinds of vouchers, those that are taken no more too.
    fn vouchers(&self) -> Vec<VoucherKind> {
        self.replica
            .read(till_terms::vouchers)
            .unwrap_or_else(|error| {
                tracing::error!(code = error.code(), "the kinds of vouchers can't be read");
                Vec::new()
            })
    }

    /// Those that are taken now.
    pub(super) fn taken_vouchers(&self) -> Vec<VoucherView> {
        let kinds = self.vouchers().into_iter().filter(|kind| kind.taken);
        kinds
            .map(|kind| VoucherView {
                kind: kind.number,
                name: kind.name,
            })
            .collect()
    }

    /// What may be sold now without the server.
    pub fn shows(&self) -> Result<Vec<Show>, ReplicaError> {
        let (now_ms, language) = (self.now_ms(), self.language);
        let now = crate::door::now_of(self.replica.time().now(now_ms));
        self.replica
            .read(move |connection| offers::shows(connection, now, Common::Away, language))
    }

    /// Of this till, as people call it.
    fn name(&self) -> String {
        match self.replica.read(identity::load) {
            Ok(identity) => identity.map_or_else(String::new, |identity| identity.name),
            Err(error) => {
                tracing::error!(code = error.code(), "the till's name can't be read");
                String::new()
            }
        }
    }

    fn now_ms(&self) -> UnixMillis {
        self.clock.now_ms()
    }

    fn clock_at(&self, at_ms: UnixMillis) -> String {
        places::clock_in(&self.time_zone, at_ms)
    }

    fn money(&self, minor: u64) -> Money {
        Money::new(i64::try_from(minor).unwrap_or(i64::MAX), self.currency)
    }

    fn made(&self, checkout: &Checkout) -> Result<Sold, TillError> {
        if let Some(exchange) = &checkout.exchange {
            return self.exchanged(checkout, exchange);
        }
        let sale = Sale {
            id: checkout.sale,
            wanted: checkout.lines.iter().map(wanted).collect(),
            tenders: tenders(&checkout.parts),
            language: checkout.language,
            contact: checkout.guest.clone(),
            promotion: checkout.promotion,
        };
        let sell = |sale| {
            let told = Told {
                total: Some(checkout.total),
                first: checkout.first.clone(),
            };
            self.till.sell_as_told(sale, told, self.now_ms())
        };
        let done = match sell(sale.clone()) {
            Err(TillError::Places(NotTaken::TooFew { .. })) if self.fetch(checkout) => sell(sale)?,
            done => done?,
        };
        Ok(self.sold(&done))
    }

    /// What was just made. What can't be read of it is not shown, and the sale stands.
    fn sold(&self, done: &SaleDone) -> Sold {
        self.paper_waits();
        let tickets = self.till.handed_out(done.sale).unwrap_or_else(|error| {
            tracing::error!(code = error.code(), "the sold tickets can't be shown");
            Vec::new()
        });
        let names = self.type_names();
        Sold {
            sale: done.sale,
            receipt: done.receipt,
            tickets: tickets
                .into_iter()
                .map(|sold| SoldTicket {
                    name: names.of(sold.ticket.event, sold.ticket.type_no),
                    number: sold.ticket.number,
                    code: Presented::plain(sold.token),
                })
                .collect(),
            print: self.print_state(done.sale).unwrap_or(PrintState::Failed),
        }
    }

    /// Borrows what the sale lacks: of the common stock, if the server is there, else of the other tills.
    fn fetch(&self, checkout: &Checkout) -> bool {
        let mut wanted: BTreeMap<(EventId, TypeNo), u32> = BTreeMap::new();
        for line in &checkout.lines {
            let places = wanted.entry((line.event, line.type_no)).or_default();
            *places = places.saturating_add(line.quantity);
        }
        let until = Instant::now() + LEND_WITHIN;
        wanted.into_iter().all(|((event, type_no), places)| {
            let left = until.saturating_duration_since(Instant::now());
            let sale = StockSale { type_no, places };
            let lender = self
                .lender
                .as_ref()
                .filter(|_| self.common == Common::There);
            lender.is_some_and(|lender| lender.lend_for(event, sale, left))
                || self.borrow_nearby((event, type_no), places, until)
        })
    }

    /// Borrows what is lacking of so many places from other tills of the building; whether all are here then.
    fn borrow_nearby(
        &self,
        (event, type_no): (EventId, TypeNo),
        places: u32,
        until: Instant,
    ) -> bool {
        let Some(line) = &self.nearby else {
            return false;
        };
        let now_ms = self.now_ms();
        let now = crate::door::now_of(self.replica.time().now(now_ms));
        let has = self.replica.read(move |tx| unsold(tx, event, now));
        let Ok(has) = has.inspect_err(|error| tracing::error!(%error, "the stock can't be read"))
        else {
            return false;
        };
        let lacks = places.saturating_sub(has.get(&type_no).copied().unwrap_or(0));
        let limit = until.saturating_duration_since(Instant::now());
        let wanted = (lacks, Purpose::Sale);
        match borrow(
            &self.replica,
            line,
            (event, type_no),
            wanted,
            (now_ms, limit),
        ) {
            Ok(lent) => lent.iter().map(|lent| lent.places).sum::<u32>() >= lacks,
            Err(error) => {
                tracing::error!(%error, "other tills were not asked for places");
                false
            }
        }
    }

    fn type_names(&self) -> past::TypeNames {
        self.replica
            .read(past::TypeNames::load)
            .unwrap_or_else(|error| {
                tracing::error!(code = error.code(), "the types' names can't be read");
                past::TypeNames::default()
            })
    }
}

/// A line of the screen's cart. More than a sale holds is refused by the till.
fn wanted(line: &box_office::CheckoutLine) -> Wanted {
    Wanted {
        event: line.event,
        type_no: line.type_no,
        quantity: u16::try_from(line.quantity).unwrap_or(u16::MAX),
        reason: codes::price_reason(line.free, line.reduced),
    }
}

/// Change belongs to the cash that ended the payment. Of an earlier one, from before another part was given back, only its
/// amount counts.
fn tenders(parts: &[Part]) -> Vec<Tender> {
    let last = parts.iter().rposition(|part| part.counts());
    let tenders = parts.iter().enumerate().map(|(at, part)| match part.by {
        By::Cash { change } => Tender::Cash {
            given: if Some(at) == last {
                part.amount.plus(change).unwrap_or(part.amount)
            } else {
                part.amount
            },
        },
        By::Card { accepted } => Tender::Card {
            amount: part.amount,
            outcome: codes::outcome(accepted),
        },
        By::Cheque => Tender::Cheque {
            amount: part.amount,
        },
        By::Voucher { kind } => Tender::Voucher {
            kind,
            amount: part.amount,
        },
        By::Exchange => Tender::Exchange {
            credit: part.amount,
        },
    });
    tenders.collect()
}

/// As facts hold them: the smallest first, each once.
fn pieces(count: &[(u32, u32)]) -> Vec<Pieces> {
    let counted = count.iter().filter(|(_, count)| *count > 0);
    let mut pieces: Vec<Pieces> = counted
        .map(|&(value, count)| Pieces { value, count })
        .collect();
    pieces.sort_unstable_by_key(|pieces| pieces.value);
    pieces
}

impl box_office::Till for Desk {
    fn borrow(&mut self, event: EventId, type_no: TypeNo, places: u32) -> Option<Vec<Show>> {
        let line = self.nearby.as_ref()?;
        let limit = (self.now_ms(), LEND_WITHIN);
        let wanted = (places, Purpose::Sale);
        let lent = borrow(&self.replica, line, (event, type_no), wanted, limit);
        lent.inspect_err(|error| tracing::error!(%error, "other tills were not asked for places"))
            .ok()
            .filter(|lent| !lent.is_empty())?;
        self.shows().ok()
    }

    fn clock(&self) -> String {
        self.clock_at(self.replica.time().now(self.now_ms()).now_ms)
    }

    fn new_sale(&mut self) -> FactId {
        FactId::new(self.now_ms(), &mut OsRandom)
    }

    fn holds(&mut self, sale: FactId, parts: &[Part]) {
        self.hold(sale, parts);
    }

    fn gave_back(&mut self, _interrupted: &Interrupted) {
        if let Err(error) = kept::forget_held(&self.data) {
            tracing::error!(%error, "what was given back is said again at the next start");
        }
    }

    fn sell(&mut self, checkout: &Checkout) -> Result<Sold, TillRefusal> {
        self.made(checkout).map_err(|error| refused(&error))
    }

    fn print_again(&mut self, sale: FactId) -> Result<PrintState, TillRefusal> {
        self.again(sale).map_err(|error| refused(&error))
    }

    fn print_job_again(&mut self, job: i64) -> Result<(), TillRefusal> {
        let again = self.till.print_again(job, self.now_ms());
        again.map_err(|error| refused(&error))?;
        self.paper_waits();
        Ok(())
    }

    fn let_paper_be(&mut self, job: i64) -> Result<(), TillRefusal> {
        self.till
            .let_be(job, self.now_ms())
            .map_err(|error| refused(&error))
    }

    fn open_shift(&mut self, clerk: UserId, float: &[(u32, u32)]) -> Result<(), TillRefusal> {
        self.till
            .begin_shift(clerk, pieces(float), self.now_ms())
            .map_err(|error| refused(&error))
    }

    fn change_clerk(&mut self, clerk: UserId) -> Result<(), TillRefusal> {
        self.till
            .take_over(clerk, self.now_ms())
            .map_err(|error| refused(&error))
    }

    fn move_cash(
        &mut self,
        into: bool,
        amount: Money,
        reason: CashReason,
    ) -> Result<(), TillRefusal> {
        let moved = MoveCash {
            way: codes::cash_way(into),
            amount: u32::try_from(amount.minor).map_err(|_| TillRefusal::NothingAsked)?,
            reason: codes::cash_reason(reason),
        };
        self.till
            .move_cash(moved, self.now_ms())
            .map_err(|error| refused(&error))
    }

    fn report(&self) -> Result<FiguresView, TillRefusal> {
        let figures = self.till.shift_figures();
        let figures = figures.map_err(|error| refused(&error))?;
        Ok(self.figures(&figures))
    }

    fn count_drawer(&mut self, count: &[(u32, u32)]) -> Result<Balance, TillRefusal> {
        let pieces = pieces(count);
        let counted = self.till.count_drawer(pieces.clone(), self.now_ms());
        let counted = counted.map_err(|error| refused(&error))?;
        self.count = pieces;
        let figures = self.till.shift_figures();
        let figures = figures.map_err(|error| refused(&error))?;
        Ok(Balance {
            figures: self.figures(&figures),
            expected: Money::new(counted.expected, self.currency),
            unsent: u32::try_from(figures.unsent).unwrap_or(u32::MAX),
        })
    }

    fn close_shift(&mut self) -> Result<u32, TillRefusal> {
        let closed = self.till.close_counted(self.count.clone(), self.now_ms());
        let z = closed.map_err(|error| refused(&error))?;
        self.paper_waits();
        self.count = Vec::new();
        Ok(z.z)
    }

    fn find(&self, text: &str) -> Result<Vec<PastSaleView>, TillRefusal> {
        self.found(text).map_err(|error| refused(&error))
    }

    fn look(&self, sale: FactId) -> Result<PastSale, TillRefusal> {
        self.looked_at(sale).map_err(|error| refused(&error))
    }

    fn reprint(&mut self, sale: FactId, receipt: bool) -> Result<(), TillRefusal> {
        // Else it would be noted as printed, and never come out.
        let prints = if receipt {
            Prints::Papers
        } else {
            Prints::Tickets
        };
        let printers = self.till.printers().map_err(|error| refused(&error))?;
        if printers.for_papers(prints).is_none() {
            return Err(TillRefusal::NoPrinter);
        }
        self.till
            .reprint(sale, codes::reprinted(receipt), self.now_ms())
            .map_err(|error| refused(&error))?;
        self.paper_waits();
        Ok(())
    }

    fn find_orders(&self, text: &str) -> Result<FoundOrders, TillRefusal> {
        self.orders(text)
    }

    fn hand_out(
        &mut self,
        order: OrderId,
        fact: FactId,
        duplicate: bool,
    ) -> Result<HandedOut, TillRefusal> {
        self.handed_out(order, fact, duplicate)
    }

    fn take_over(&mut self, order: OrderId) -> Result<TakenHere, TillRefusal> {
        self.taken_over(order)
    }

    fn promotion(&mut self, ask: &CodeAsk) -> Result<Promotion, TillRefusal> {
        self.asked(ask)
    }

    fn give_promotion_up(&self, fact: FactId) {
        self.let_go(fact);
    }

    fn has_time(&self, promotion: &Promotion) -> bool {
        self.is_in_time(promotion)
    }

    fn refund(
        &mut self,
        sale: FactId,
        tickets: &[usize],
        reason: RefundReason,
        means: Means,
    ) -> Result<u32, TillRefusal> {
        let marked = self
            .marked(sale, tickets)
            .map_err(|error| refused(&error))?;
        let back = TakeBack {
            sale,
            tickets: marked,
            reason: codes::refund_reason(reason),
            means: codes::means(means),
        };
        // None named would mean all that are left.
        if back.tickets.is_empty() {
            return Err(TillRefusal::NothingAsked);
        }
        let done = self.till.refund(back, self.now_ms());
        let done = done.map_err(|error| refused(&error))?;
        self.paper_waits();
        Ok(done.receipt)
    }
}
