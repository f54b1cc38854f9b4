//! What is printed at a till, in plain values: printing knows nothing of journals and sales, and decides nothing about
//! money. Who makes a document states its totals.

use shared::clock::UnixMillis;
use shared::language::Language;
use shared::money::Money;
use shared::ticket::Token;

/// A job for a printer.
#[derive(Clone, Debug)]
pub enum Document {
    /// Tickets, each with its code.
    Tickets(Vec<TicketSheet>),
    /// A receipt.
    Receipt(Receipt),
    /// An X or a Z.
    Report(Report),
}

/// What a printed sheet counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The one that was sold.
    Original,
    /// Printed again: it says DUPLICATA.
    Duplicate,
    /// Printed to try the printer: it says SPECIMEN.
    Specimen,
    /// Of a sale made to learn the till.
    Training,
}

/// A ticket.
#[derive(Clone, Debug)]
pub struct TicketSheet {
    /// Of the words around it.
    pub language: Language,
    /// What it counts as.
    pub mark: Mark,
    /// The event's title.
    pub event: String,
    /// The performance begins.
    pub starts_ms: UnixMillis,
    /// Doors open.
    pub doors_ms: Option<UnixMillis>,
    /// Where its clocks are.
    pub time_zone: String,
    /// The venue's name.
    pub venue: String,
    /// Street, number and city, in one line.
    pub address: String,
    /// Who answers for it.
    pub organizer: String,
    /// The number of the organizer's licence; without one nothing stands in its place.
    pub licence: Option<String>,
    /// The type's name.
    pub type_name: String,
    /// Category, row or seat.
    pub place: Option<String>,
    /// What was paid, with VAT. Nothing: "Exonéré".
    pub price: Money,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// Number in the unbroken series, with its letters: `B-12`.
    pub series: String,
    /// Number of the order or the receipt.
    pub order: String,
    /// When it was sold.
    pub sold_ms: UnixMillis,
    /// Where.
    pub sold_at: String,
    /// Who it is for.
    pub holder: Option<String>,
    /// What the door reads.
    pub token: Token,
    /// `ABCDE-FGHJK`.
    pub short_code: String,
    /// What else has to stand on it, a line each.
    pub mentions: Vec<String>,
}

/// Who sells, as receipts and reports name it.
#[derive(Clone, Debug)]
pub struct Seller {
    /// The legal name.
    pub name: String,
    /// A line each.
    pub address: Vec<String>,
    /// SIRET, VAT number, licence: a label and a number each.
    pub numbers: Vec<(String, String)>,
}

/// How something was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Means {
    /// Notes and coins.
    Cash,
    /// On the card terminal.
    Card,
    /// A cheque.
    Cheque,
    /// Tickets that were taken back for others.
    Exchange,
    /// One that the organizer set up: pass Culture, chèque-vacances.
    Named(String),
}

/// Taxes of one rate.
#[derive(Clone, Debug)]
pub struct VatLine {
    /// 550 = 5.5 %.
    pub basis_points: u32,
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub vat: Money,
    /// With it.
    pub gross: Money,
}

/// Where a fact stands in the till's journal: a paper head of the chain, outside the machine.
#[derive(Clone, Debug)]
pub struct JournalPlace {
    /// Its number in the journal.
    pub seq: u64,
    /// Its hash, of which a sheet shows the first 8 characters.
    pub hash: [u8; 32],
}

impl JournalPlace {
    /// `4711 · 9f2c01ab`.
    pub fn told(&self) -> String {
        let [a, b, c, d, ..] = self.hash;
        format!("{} · {a:02x}{b:02x}{c:02x}{d:02x}", self.seq)
    }
}

/// What a receipt is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptKind {
    /// Something was sold.
    Sale,
    /// Money went back.
    Refund,
    /// A sale was taken back before it counted.
    Void,
}

/// A receipt.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Of its words.
    pub language: Language,
    /// What it counts as.
    pub mark: Mark,
    /// What it is of.
    pub kind: ReceiptKind,
    /// Who sells.
    pub seller: Seller,
    /// Its number.
    pub number: String,
    /// The till's name.
    pub till: String,
    /// Who served.
    pub clerk: String,
    /// When.
    pub at_ms: UnixMillis,
    /// Where its clock is.
    pub time_zone: String,
    /// What was sold.
    pub lines: Vec<ReceiptLine>,
    /// Of all lines, with VAT.
    pub total: Money,
    /// What a promo code took off the prices of these lines.
    pub taken_off: Option<Money>,
    /// The tickets that were taken back for these.
    pub exchanged: Option<ExchangedLines>,
    /// A line a rate.
    pub vat: Vec<VatLine>,
    /// How it was paid.
    pub paid: Vec<(Means, Money)>,
    /// Cash that was given, and change.
    pub cash: Option<CashGiven>,
    /// Where the sale stands in the journal.
    pub journal: JournalPlace,
}

/// Tickets that were taken back in the same act.
#[derive(Clone, Debug)]
pub struct ExchangedLines {
    /// The number of the receipt that took them back.
    pub number: String,
    /// Which; their totals are below zero.
    pub lines: Vec<ReceiptLine>,
    /// What of their price went back as money.
    pub back: Vec<(Means, Money)>,
}

/// Cash over the counter.
#[derive(Clone, Copy, Debug)]
pub struct CashGiven {
    /// What the customer gave.
    pub given: Money,
    /// What went back.
    pub change: Money,
}

/// A line of a receipt.
#[derive(Clone, Debug)]
pub struct ReceiptLine {
    /// How many.
    pub count: u32,
    /// Of what.
    pub text: String,
    /// One of them.
    pub each: Money,
    /// All of them.
    pub total: Money,
    /// Reduced rate, reason of a free ticket, numbers of the tickets.
    pub note: Option<String>,
}

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// Any time, closes nothing.
    X,
    /// The closing of a shift, with its number.
    Z(u64),
}

/// An X or a Z.
#[derive(Clone, Debug)]
pub struct Report {
    /// Of its words.
    pub language: Language,
    /// What it counts as.
    pub mark: Mark,
    /// Which one.
    pub kind: ReportKind,
    /// Who sells.
    pub seller: Seller,
    /// The till's name.
    pub till: String,
    /// Who worked on it.
    pub clerks: Vec<String>,
    /// The shift began.
    pub opened_ms: UnixMillis,
    /// The report was made.
    pub made_ms: UnixMillis,
    /// Where its clocks are.
    pub time_zone: String,
    /// Of all sales, less refunds, with VAT.
    pub total: Money,
    /// A line a rate.
    pub vat: Vec<VatLine>,
    /// A line a means: how often, how much.
    pub means: Vec<(Means, u32, Money)>,
    /// How many sales.
    pub sales: u32,
    /// How many refunds, and how much went back.
    pub refunds: (u32, Money),
    /// How many sales were taken back.
    pub voids: u32,
    /// How many sheets were printed again.
    pub reprints: u32,
    /// The drawer.
    pub drawer: Drawer,
    /// Tickets of each series: the first and the last number, and how many.
    pub series: Vec<SeriesRange>,
    /// First and last receipt.
    pub receipts: Option<(String, String)>,
    /// All that this till ever sold; only grows.
    pub perpetual: Money,
    /// Where the closing stands in the journal.
    pub journal: JournalPlace,
}

/// Cash as the facts say and as it was counted.
#[derive(Clone, Copy, Debug)]
pub struct Drawer {
    /// In it at the beginning.
    pub float: Money,
    /// Cash sales, less cash refunds.
    pub sales: Money,
    /// Put in by hand.
    pub put_in: Money,
    /// Taken out by hand.
    pub taken_out: Money,
    /// What must be there.
    pub expected: Money,
    /// What is there, and how much that is above (or, negative, below) what must be.
    pub counted: Option<(Money, Money)>,
}

/// Numbers of a series.
#[derive(Clone, Debug)]
pub struct SeriesRange {
    /// Its letters.
    pub letters: String,
    /// The first number.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// How many were used.
    pub used: u64,
}
