//! The box office: what its screen shows, and what a clerk may do there. Amounts are money; the page only words them.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, TypeNo};
use shared::language::Language;
use shared::money::Money;
use ts_rs::TS;

use super::collect::CollectView;
use super::drawer::{CashMoveView, ClosedView, CountView, FiguresView};
use super::past::PastView;
use super::printer::UnprintedView;
use super::supervisor::SupervisorView;

/// Everything on the box office's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TillView {
    /// Counts up whenever something was done that must not be done twice. Acts and keys carry the one that they were meant
    /// for; of any other nothing comes.
    pub step: u32,
    /// "Guichet 2".
    pub till: String,
    /// Who sells, once somebody has logged in.
    pub clerk: Option<String>,
    /// When the shift began, on the venue's clock; `null` before.
    pub opened: Option<String>,
    /// Why nothing came of the last act; `null` = it was done.
    pub refusal: Option<TillRefusal>,
    /// Papers that did not come out, the oldest first.
    pub unprinted: Vec<UnprintedView>,
    /// Money was taken for a sale that was never made: the machine died.
    pub interrupted: Option<InterruptedView>,
    /// What there is to do.
    pub screen: TillScreen,
}

/// Which screen of the box office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum TillScreen {
    /// Who sells?
    LogIn {
        /// Who may.
        people: Vec<SupervisorView>,
        /// No PIN is taken until then, on this device's clock.
        #[ts(type = "number | null")]
        locked_until_ms: Option<UnixMillis>,
    },
    /// A shift begins: what lies in the drawer?
    Open(CountView),
    /// Choosing places.
    Sale(SaleView),
    /// Taking the money.
    Payment(PaymentView),
    /// Sold.
    Done(DoneView),
    /// Carts that wait.
    Parked {
        /// Oldest first.
        carts: Vec<ParkedView>,
    },
    /// What else there is to do.
    Menu,
    /// Money into the drawer or out of it.
    Cash(CashMoveView),
    /// What was taken so far: an X.
    Report(FiguresView),
    /// What lies in the drawer at the end? Nobody is told what should.
    Count(CountView),
    /// What was counted beside what should be there.
    Compare(ClosedView),
    /// The shift is over: its Z.
    Closed(ClosedView),
    /// Sales of this till.
    Past(PastView),
    /// Orders of the store.
    Collect(CollectView),
}

/// Why nothing came of an act; the page has a sentence for each, which says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TillRefusal {
    /// No place of this type is left for this till.
    NothingLeft,
    /// The cart is empty.
    CartEmpty,
    /// One sale holds no more.
    TooMany,
    /// The guest gave less than is to be paid.
    Short,
    /// More than is to be paid, by a means that gives no change.
    TooMuch,
    /// Nothing to take: no means was chosen, or the amount is nothing.
    NothingAsked,
    /// Money was taken: it goes back first.
    MoneyTaken,
    /// A cart waits: it is sold or emptied before the shift ends.
    CartsWait,
    /// Places of the cart are gone meanwhile. Nothing was sold.
    PlacesGone,
    /// The organizer changed a price meanwhile. Nothing was sold.
    PriceChanged,
    /// What this till held may not be sold any more. Nothing was sold.
    StockEnded,
    /// The disk is full. Nothing was written.
    DiskFull,
    /// The till's journal could not be written. Nothing was done.
    NotWritten,
    /// More than lies in the drawer.
    DrawerTooLow,
    /// No printer is set up for that. Nothing was done.
    NoPrinter,
    /// It was taken back already, or is not of this till.
    NotHere,
    /// This type has no such reduced rate.
    NoRate,
    /// What was typed is no e-mail address.
    WrongEmail,
    /// What was typed is no name.
    WrongName,
    /// Nothing can be sealed for the server yet. Nothing was sold.
    NoContactKey,
    /// Tickets are being exchanged: that ends first.
    ExchangeOpen,
    /// The server is needed for that, and is not there. Nothing was done.
    NoServer,
    /// Too little was typed to look for.
    TooShort,
    /// The order is not paid.
    OrderNotPaid,
    /// Nothing of the order lets anybody in.
    OrderEmpty,
    /// The codes of its tickets change on the buyer's telephone: they are not printed.
    OrderRotates,
    /// The reservation has lapsed, or was given up.
    ReservationOver,
    /// The reservation was paid online meanwhile.
    ReservationPaid,
    /// This till has sold the reservation's places.
    ReservationSold,
    /// The server is needed to take a reservation over, and is not there. Nothing was done.
    ReservationOffline,
    /// There is no such promo code for this show.
    CodeUnknown,
    /// The promo code is not good yet.
    CodeNotYet,
    /// The promo code is over.
    CodeOver,
    /// The promo code is used up.
    CodeUsedUp,
    /// The promo code takes nothing off what is in the cart.
    CodeOtherTypes,
    /// The promo code is for larger carts.
    CodeBelowMinimum,
    /// The promo code asks who buys, and here nobody is known.
    CodeNeedsPerson,
    /// The server is needed for a promo code, and is not there. Nothing was done.
    CodeNeedsServer,
    /// The promo code has to be entered again. Nothing was sold.
    CodeAgain,
}

/// Choosing places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct SaleView {
    /// Today's first.
    pub shows: Vec<ShowView>,
    /// Types of the show that is looked at.
    pub keys: Vec<TypeKeyView>,
    /// The cart.
    pub cart: CartView,
    /// How many carts wait.
    pub parked: u32,
    /// The next places are without charge, for this reason.
    pub free: Option<FreeReason>,
    /// A reason is being chosen.
    pub choosing_reason: bool,
    /// Reduced rates of the show, in the order of their digits.
    pub rates: Vec<ReducedReason>,
    /// The next places are at a reduced rate, for this reason.
    pub reduced: Option<ReducedReason>,
    /// A reduced rate is being chosen.
    pub choosing_rate: bool,
    /// Of the tickets.
    #[ts(type = "\"fr\" | \"en\" | \"es\" | \"de\" | \"it\"")]
    pub ticket_language: Language,
    /// Who buys, if they said so.
    pub guest: Option<GuestView>,
    /// Who buys is being typed.
    pub asking_guest: bool,
    /// A promo code is being typed.
    pub asking_code: bool,
    /// A promo code that went out when the cart changed.
    pub code_out: Option<String>,
    /// What comes back for this cart.
    pub exchange: Option<ExchangeView>,
}

/// Who buys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GuestView {
    /// May be empty.
    pub name: String,
    /// May be empty.
    pub email: String,
}

/// A show to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ShowView {
    /// Which.
    #[ts(type = "string")]
    pub event: EventId,
    /// Its title.
    pub title: String,
    /// When.
    pub when: String,
    /// A test event.
    pub test: bool,
    /// Its keys are shown.
    pub current: bool,
    /// What this till holds of it may be sold until then; said when it is a day away or less.
    pub stock_until: Option<String>,
    /// Places of it that other tills lent and that are not sold yet.
    pub lent: Vec<LentView>,
}

/// Places that another till of the building lent while the server was away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LentView {
    /// "Guichet 2".
    pub till: String,
    /// How many.
    pub places: u32,
}

/// A type, as a large key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TypeKeyView {
    /// Which.
    #[ts(type = "number")]
    pub type_no: TypeNo,
    /// The digit that adds one, 1 to 9.
    pub key: Option<u8>,
    /// Its name.
    pub name: String,
    /// What the guest has to show for this rate.
    pub proof: Option<String>,
    /// What one costs; at a reduced rate, where the next places are.
    #[ts(type = "Money")]
    pub price: Money,
    /// What one costs from so many on.
    pub group: Option<GroupView>,
    /// What is left of this till's own, less all carts here.
    pub own_left: u32,
    /// What is left of what nobody holds, less all carts here; `null` without the server.
    pub common_left: Option<u32>,
    /// In the cart, at whatever price.
    pub in_cart: u32,
}

/// A cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CartView {
    /// In the order in which they were added.
    pub lines: Vec<LineView>,
    /// How many places.
    pub places: u32,
    /// The sum of the lines.
    #[ts(type = "Money")]
    pub total: Money,
    /// The VAT in it.
    pub vat: Vec<VatView>,
    /// The promo code that is in the prices.
    pub code: Option<CodeView>,
}

/// A promo code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CodeView {
    /// Its word.
    pub code: String,
    /// 1,000 = 10 %; `null`: it takes off an amount.
    pub percent_basis_points: Option<u32>,
    /// What it takes off the cart.
    #[ts(type = "Money")]
    pub off: Money,
}

/// Some places of one type at one price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct LineView {
    /// The show's title, if the cart holds places of several.
    pub title: Option<String>,
    /// The type's name.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one costs, before a promo code.
    #[ts(type = "Money")]
    pub unit: Money,
    /// All of them.
    #[ts(type = "Money")]
    pub total: Money,
    /// What a promo code took off all of them.
    #[ts(type = "Money | null")]
    pub off: Option<Money>,
    /// What the guest has to show.
    pub proof: Option<String>,
    /// Without charge, and why.
    pub free: Option<FreeReason>,
    /// At a reduced rate, and why: the guest proves it.
    pub reduced: Option<ReducedReason>,
    /// At a group's price.
    pub group: bool,
}

/// What a group pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct GroupView {
    /// From so many places on.
    pub from: u32,
    /// Each costs this.
    #[ts(type = "Money")]
    pub price: Money,
}

/// Why a place costs less, as facts have it; a group's price comes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReducedReason {
    /// Young people.
    Youth,
    /// Students.
    Student,
    /// Older people.
    Senior,
    /// People without work.
    JobSeeker,
    /// Disabled people.
    Disabled,
    /// Subscribers and members.
    Subscriber,
    /// The house's own people.
    Staff,
    /// A promotion.
    Promotion,
}

impl ReducedReason {
    /// By their numbers.
    pub const ALL: [Self; 8] = [
        Self::Youth,
        Self::Student,
        Self::Senior,
        Self::JobSeeker,
        Self::Disabled,
        Self::Subscriber,
        Self::Staff,
        Self::Promotion,
    ];
}

/// VAT of one rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct VatView {
    /// 550 = 5.5 %.
    pub basis_points: u16,
    /// The VAT.
    #[ts(type = "Money")]
    pub vat: Money,
}

/// Why a place is without charge ("Exonéré"): the codes of a sale's fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FreeReason {
    /// Invited.
    Guest,
    /// Press.
    Press,
    /// Artists and their guests.
    Artist,
    /// Whoever accompanies a disabled person.
    Companion,
    /// Partners of the house.
    Partner,
    /// Small children.
    Child,
}

impl FreeReason {
    /// In the order of their keys, from 1.
    pub const ALL: [Self; 6] = [
        Self::Guest,
        Self::Press,
        Self::Artist,
        Self::Companion,
        Self::Partner,
        Self::Child,
    ];
}

/// A cart that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ParkedView {
    /// Which: it stays the same while others go.
    pub no: u32,
    /// Since when, on the venue's clock.
    pub since: String,
    /// What it holds.
    pub cart: CartView,
}

/// By which means, as a person chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Means {
    /// Coins and notes.
    Cash,
    /// A card, on a terminal of its own.
    Card,
    /// A cheque.
    Cheque,
    /// A kind of vouchers.
    Voucher {
        /// Its number.
        kind: u16,
    },
    /// Tickets that were taken back for these. No money, and nobody chooses it.
    Exchange,
}

/// Tickets that come back for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ExchangeView {
    /// The receipt of their sale.
    pub receipt: u32,
    /// How many.
    pub places: u32,
    /// What they cost.
    #[ts(type = "Money")]
    pub credit: Money,
    /// What is left to pay for the new ones.
    #[ts(type = "Money")]
    pub due: Money,
    /// What goes back to the guest.
    #[ts(type = "Money")]
    pub back: Money,
    /// By what it may go back, or went.
    pub back_by: Vec<BackByView>,
}

/// A means by which money goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct BackByView {
    /// Which.
    pub means: Means,
    /// The voucher's kind in words.
    pub name: Option<String>,
}

/// A kind of vouchers that the organizer takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct VoucherView {
    /// Its number.
    pub kind: u16,
    /// "Chèque-vacances".
    pub name: String,
}

/// Taking the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PaymentView {
    /// How many places.
    pub places: u32,
    /// All of it.
    #[ts(type = "Money")]
    pub due: Money,
    /// What was taken, in order.
    pub taken: Vec<TakenView>,
    /// What is left to pay: `due` less what was taken.
    #[ts(type = "Money")]
    pub rest: Money,
    /// The kinds of vouchers, in the order of their keys.
    pub vouchers: Vec<VoucherView>,
    /// What is asked for.
    pub asking: AskingView,
    /// What comes back for this cart.
    pub exchange: Option<ExchangeView>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum AskingView {
    /// By which means? Nothing left to pay: the sale is tried again.
    Means,
    /// Coins and notes.
    Cash {
        /// What the guest gave.
        #[ts(type = "Money")]
        given: Money,
        /// What goes back; `null` = it is not enough.
        #[ts(type = "Money | null")]
        change: Option<Money>,
        /// What is missing then.
        #[ts(type = "Money | null")]
        missing: Option<Money>,
        /// What guests give for this amount.
        #[ts(type = "Money[]")]
        quick: Vec<Money>,
        /// The change in notes and coins.
        pieces: Vec<PiecesView>,
    },
    /// A card: this amount goes into the terminal.
    Card {
        /// How much.
        #[ts(type = "Money")]
        amount: Money,
    },
    /// A cheque.
    Cheque {
        /// How much.
        #[ts(type = "Money")]
        amount: Money,
    },
    /// A voucher.
    Voucher {
        /// Which kind.
        kind: u16,
        /// Its name.
        name: String,
        /// How much.
        #[ts(type = "Money")]
        amount: Money,
    },
}

/// Some notes or coins of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PiecesView {
    /// What one is worth.
    #[ts(type = "Money")]
    pub value: Money,
    /// It is a coin.
    pub coin: bool,
    /// How many.
    pub count: u32,
    /// All of them.
    #[ts(type = "Money")]
    pub sum: Money,
}

/// What had been taken for a sale that was never made. It goes back to the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct InterruptedView {
    /// When, on the venue's clock.
    pub at: String,
    /// What.
    pub taken: Vec<TakenView>,
}

/// A part that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TakenView {
    /// By what.
    pub means: Means,
    /// The voucher's kind in words.
    pub name: Option<String>,
    /// How much.
    #[ts(type = "Money")]
    pub amount: Money,
    /// The terminal refused the card: nothing was paid.
    pub refused: bool,
}

/// Sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct DoneView {
    /// Its receipt's number.
    pub receipt: u32,
    /// How many places.
    pub places: u32,
    /// What was paid.
    #[ts(type = "Money")]
    pub total: Money,
    /// By what.
    pub taken: Vec<TakenView>,
    /// What goes back into the guest's hand.
    #[ts(type = "Money | null")]
    pub change: Option<Money>,
    /// The same in notes and coins.
    pub pieces: Vec<PiecesView>,
    /// Where the tickets are.
    pub print: PrintState,
    /// Where they go besides, once the sale is with the server.
    pub email: Option<String>,
    /// The receipt was sent to the printer: the guest wanted one.
    pub receipt_asked: bool,
    /// The tickets.
    pub tickets: Vec<TicketOutView>,
    /// What came back for them.
    pub exchange: Option<ExchangeView>,
}

/// A ticket that was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TicketOutView {
    /// Its number in the series, with its letters.
    pub number: String,
    /// The type's name.
    pub name: String,
}

/// Where printed tickets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrintState {
    /// No printer is set up: they are shown or sent.
    NoPrinter,
    /// It waits its turn.
    Waiting,
    /// The printer has it, and says no more.
    HandedOver,
    /// The printer says that it is done.
    Printed,
    /// It did not work. The sale stands.
    Failed,
}

/// What the guest sees on a window of their own: what it costs, and the tickets that were not printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CustomerView {
    /// Counts up with each view that is another.
    pub step: u32,
    /// Of the guest.
    #[ts(type = "\"fr\" | \"en\" | \"es\" | \"de\" | \"it\"")]
    pub language: Language,
    /// What they buy; `null` = nobody is served.
    pub cart: Option<CartView>,
    /// What is left to pay while they pay.
    #[ts(type = "Money | null")]
    pub rest: Option<Money>,
    /// What they get back.
    #[ts(type = "Money | null")]
    pub change: Option<Money>,
    /// They have paid.
    pub paid: bool,
    /// Tickets to take along by a telephone's camera, where none was printed.
    pub codes: Vec<CustomerCodeView>,
}

/// A ticket to take along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CustomerCodeView {
    /// Its number in the series.
    pub number: String,
    /// The type's name.
    pub name: String,
    /// The code as an SVG picture, with its quiet zone.
    pub svg: String,
}
