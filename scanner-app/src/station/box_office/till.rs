//! The till behind the screen: what a screen decided becomes facts and paper there, and nowhere else.

use shared::ids::{EventId, FactId, OrderId, TicketId, TypeNo, UserId};
use shared::language::Language;
use shared::money::Money;
use shared::ticket::Presented;
use shared::till::contact::Contact;
use shared::wire::latest::Promotion;

use super::Interrupted;
use super::code::CodeAsk;
use super::exchange::CheckoutExchange;
use super::offer::Show;
use super::payment::Part;
use crate::station::view::{
    CashReason, CollectedView, FiguresView, FreeReason, KeptBecause, Means, OrderView,
    PastSaleView, PrintState, ReducedReason, RefundReason, TillRefusal,
};

/// A sale that was paid: it becomes facts, or nothing of it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// Its id, made when the payment was begun: the same sale told twice is made once.
    pub sale: FactId,
    /// What was chosen, in the order of the cart.
    pub lines: Vec<CheckoutLine>,
    /// How it was paid, in order; the parts that count sum up to `total`, less what comes back.
    pub parts: Vec<Part>,
    /// The sum of the lines, less what a promo code takes off.
    pub total: Money,
    /// Of the tickets.
    pub language: Language,
    /// Who buys, if they said so.
    pub guest: Option<Contact>,
    /// Tickets that come back for these; the parts pay the rest.
    pub exchange: Option<CheckoutExchange>,
    /// Places that were reserved for the guest: they go first.
    pub first: Vec<TicketId>,
    /// The use of a promo code that makes up the difference of `total` to the lines' units.
    pub promotion: Option<FactId>,
}

/// Some places of one type at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckoutLine {
    /// The event.
    pub event: EventId,
    /// The type.
    pub type_no: TypeNo,
    /// How many.
    pub quantity: u32,
    /// What one costs, VAT included, as the guest was told; before a promo code.
    pub unit: Money,
    /// The rate of the VAT in it, in basis points.
    pub vat_bps: u16,
    /// Without charge, and why.
    pub free: Option<FreeReason>,
    /// At a reduced rate, and why. A group's comes by itself.
    pub reduced: Option<ReducedReason>,
}

/// A sale that is in the till's journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    /// Its fact.
    pub sale: FactId,
    /// Its receipt's number.
    pub receipt: u32,
    /// Its tickets, in the order of the lines.
    pub tickets: Vec<SoldTicket>,
    /// Where the printed tickets are.
    pub print: PrintState,
}

/// A ticket that was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoldTicket {
    /// Its number in the series, with its letters.
    pub number: String,
    /// The type's name.
    pub name: String,
    /// What the door reads, for a QR code in front of the guest.
    pub code: Presented,
}

/// What should be in the drawer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What was taken.
    pub figures: FiguresView,
    /// What should be there.
    pub expected: Money,
    /// Facts that the server has not acknowledged.
    pub unsent: u32,
}

/// A sale of this till in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastSale {
    /// In short.
    pub sale: PastSaleView,
    /// How it was paid, with each voucher's name.
    pub parts: Vec<(Part, Option<String>)>,
    /// Its tickets.
    pub tickets: Vec<PastTicket>,
    /// The means by which money may go back.
    pub back_by: Vec<Means>,
}

/// A ticket of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTicket {
    /// Its number in the series, with its letters.
    pub number: String,
    /// Its type.
    pub name: String,
    /// What it cost.
    pub price: Money,
    /// Why it can't be taken back, if it can't.
    pub kept: Option<KeptBecause>,
}

/// Orders of the store that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundOrders {
    /// The newest first.
    pub orders: Vec<OrderView>,
    /// There are more.
    pub more: bool,
}

/// What came of handing out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandedOut {
    /// They go to the printer.
    Printing {
        /// How many.
        tickets: u32,
        /// As it is told from now on.
        collected: CollectedView,
    },
    /// They were handed out before.
    Before(CollectedView),
}

/// What came of taking a reservation over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenHere {
    /// Its places are this till's, to be sold.
    Places {
        /// What may be sold now.
        shows: Vec<Show>,
        /// The event.
        event: EventId,
        /// Those that are not sold yet.
        lines: Vec<Reserved>,
    },
    /// Another till was first.
    Before(CollectedView),
}

/// Places of a reservation, of one type at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The type.
    pub type_no: TypeNo,
    /// What one costs alone, VAT included.
    pub price: Money,
    /// The rate of the VAT in it, in basis points.
    pub vat_bps: u16,
    /// Its tickets.
    pub tickets: Vec<TicketId>,
}

/// The till of this device. Each call is durable when it returns, or nothing of it happened.
pub trait Till {
    /// `19:42` on the venue's clock.
    fn clock(&self) -> String;

    /// A guest wants more than is left here, and the server is away: other tills of the building may lend so many. What may be
    /// sold then; nothing if nobody lent any.
    fn borrow(&mut self, event: EventId, type_no: TypeNo, places: u32) -> Option<Vec<Show>>;

    /// An id that no sale has yet.
    fn new_sale(&mut self) -> FactId;

    /// What was taken for a sale that is not made yet, so that somebody is told of it if the machine dies meanwhile; nothing:
    /// no guest's money is held.
    fn holds(&mut self, sale: FactId, parts: &[Part]);

    /// Makes the sale: facts, places and print job in one go.
    fn sell(&mut self, checkout: &Checkout) -> Result<Sold, TillRefusal>;

    /// Sends what was not printed to the printer once more.
    fn print_again(&mut self, sale: FactId) -> Result<PrintState, TillRefusal>;

    /// Prints a job that failed once more, on whatever screen.
    fn print_job_again(&mut self, job: i64) -> Result<(), TillRefusal>;

    /// Nobody waits for a job that failed any more.
    fn let_paper_be(&mut self, job: i64) -> Result<(), TillRefusal>;

    /// The guest of a sale that was never made has their money back.
    fn gave_back(&mut self, interrupted: &Interrupted);

    /// Begins a shift with so much in the drawer: value and count of each kind of notes and coins.
    fn open_shift(&mut self, clerk: UserId, float: &[(u32, u32)]) -> Result<(), TillRefusal>;

    /// Another clerk goes on with the shift.
    fn change_clerk(&mut self, clerk: UserId) -> Result<(), TillRefusal>;

    /// Money goes into the drawer, or out of it.
    fn move_cash(
        &mut self,
        into: bool,
        amount: Money,
        reason: CashReason,
    ) -> Result<(), TillRefusal>;

    /// What was taken so far.
    fn report(&self) -> Result<FiguresView, TillRefusal>;

    /// Notes what was counted; only then it says what should be there.
    fn count_drawer(&mut self, count: &[(u32, u32)]) -> Result<Balance, TillRefusal>;

    /// Ends the shift right after a count; the Z's number.
    fn close_shift(&mut self) -> Result<u32, TillRefusal>;

    /// Sales by a receipt's or a ticket's number; nothing = the last ones. The newest first.
    fn find(&self, text: &str) -> Result<Vec<PastSaleView>, TillRefusal>;

    /// A sale in detail.
    fn look(&self, sale: FactId) -> Result<PastSale, TillRefusal>;

    /// Prints a sale's receipt, or its tickets, once more, marked as a duplicate; the first receipt is the original.
    fn reprint(&mut self, sale: FactId, receipt: bool) -> Result<(), TillRefusal>;

    /// Orders of the store, by the server's word.
    fn find_orders(&self, text: &str) -> Result<FoundOrders, TillRefusal>;

    /// Hands an order's tickets out on paper. Told again with the same fact, it is done once.
    fn hand_out(
        &mut self,
        order: OrderId,
        fact: FactId,
        duplicate: bool,
    ) -> Result<HandedOut, TillRefusal>;

    /// Takes a reservation over, by the server's word. Told again, it is done once.
    fn take_over(&mut self, order: OrderId) -> Result<TakenHere, TillRefusal>;
    /// What places cost with a promo code, by the server's word: once it says so, this till has a use of it.
    fn promotion(&mut self, ask: &CodeAsk) -> Result<Promotion, TillRefusal>;

    /// A use will not be made. The server is told when it can be.
    fn give_promotion_up(&self, fact: FactId);

    /// Whether a guest who begins to pay now can pay by it.
    fn has_time(&self, promotion: &Promotion) -> bool;

    /// Takes tickets of a sale back, by their index there; the receipt's number.
    fn refund(
        &mut self,
        sale: FactId,
        tickets: &[usize],
        reason: RefundReason,
        means: Means,
    ) -> Result<u32, TillRefusal>;
}
