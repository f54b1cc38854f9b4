//! What a clerk does, by touch or by key. Amounts and counts are as they were typed; the rules decide.

use serde::{Deserialize, Serialize};
use shared::ids::{EventId, FactId, TypeNo};
use shared::language::Language;
use ts_rs::TS;

use super::collect::CollectAct;
use super::drawer::CashReason;
use super::past::RefundReason;
use super::printer::PaperAct;
use super::till::{FreeReason, Means, ReducedReason};

/// An act, by the screen that it belongs to. On any other nothing comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "on", content = "act", rename_all = "snake_case")]
pub enum TillAct {
    /// Choosing places.
    Sale(SaleAct),
    /// Taking the money.
    Payment(PaymentAct),
    /// After the sale.
    Done(DoneAct),
    /// The drawer and the shift.
    Shift(ShiftAct),
    /// Sales of this till.
    Past(PastAct),
    /// Orders of the store.
    Collect(CollectAct),
    /// A paper that did not come out, on whatever screen.
    Paper(PaperAct),
    /// The money of a sale that was never made went back.
    GivenBack,
}

/// Choosing places.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum SaleAct {
    /// Looks at another show.
    Show {
        /// Which.
        #[ts(type = "string")]
        event: EventId,
    },
    /// Adds a place of the show that is looked at.
    Add {
        /// Its type.
        #[ts(type = "number")]
        type_no: TypeNo,
    },
    /// One more of a line.
    More {
        /// Its index; `null` = the one that was added to last.
        line: Option<usize>,
    },
    /// One less of a line.
    Less {
        /// Its index; `null` = takes back what was added last.
        line: Option<usize>,
    },
    /// So many of a line: a group.
    Set {
        /// Its index.
        line: usize,
        /// How many; 0 takes the line out.
        quantity: u32,
    },
    /// Takes everything out of the cart.
    Empty,
    /// Asks for the reason of places without charge; again = does not.
    Reasons,
    /// The next places are without charge; `null` = they are paid.
    Free {
        /// Why.
        reason: Option<FreeReason>,
    },
    /// Asks for a reduced rate; again = does not.
    Rates,
    /// The next places are at a reduced rate; `null` = they are not.
    Reduced {
        /// Why.
        reason: Option<ReducedReason>,
    },
    /// In which language the tickets are.
    TicketLanguage {
        /// Which.
        #[ts(type = "\"fr\" | \"en\" | \"es\" | \"de\" | \"it\"")]
        language: Language,
    },
    /// Asks who buys; again = does not.
    Guest,
    /// Who buys: the tickets bear the name, and go to the address as well. Both empty = nobody said.
    GuestIs {
        /// A name.
        name: String,
        /// An address.
        email: String,
        /// Of tickets and mail.
        #[ts(type = "\"fr\" | \"en\" | \"es\" | \"de\" | \"it\"")]
        language: Language,
    },
    /// Asks for a promo code; again = does not.
    Code,
    /// A promo code for the cart.
    CodeIs {
        /// As it was typed or read.
        code: String,
    },
    /// Takes the promo code out of the cart.
    NoCode,
    /// Puts the cart aside.
    Park,
    /// Shows the carts that wait.
    Parked,
    /// Goes on with a cart that waits; the one at hand is put aside.
    Resume {
        /// Its number.
        no: u32,
    },
    /// From the carts that wait back to the one at hand.
    Back,
    /// Goes on to the money.
    Pay {
        /// By what; `null` = it is chosen there.
        means: Option<Means>,
    },
    /// The guest keeps the tickets that were to be exchanged.
    NoExchange,
    /// What else there is to do.
    Menu,
}

/// Taking the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum PaymentAct {
    /// Chooses a means for the rest.
    By {
        /// Which.
        means: Means,
    },
    /// Types an amount.
    Type {
        /// What.
        stroke: Stroke,
    },
    /// The guest gave this.
    Give {
        /// In minor units.
        minor: u32,
    },
    /// Takes the amount that is shown. Nothing left to pay = the sale is made.
    Take,
    /// Takes cash that is less than what is left; the rest is paid by another means.
    TakePart,
    /// The card terminal refused.
    CardRefused,
    /// A part goes back to the guest.
    GiveBack {
        /// Its index.
        part: usize,
    },
    /// The difference of an exchange goes back, and it is made.
    Return {
        /// By what.
        means: Means,
    },
    /// Back to the means, or to the cart.
    Back,
}

/// A stroke on the pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "stroke", rename_all = "snake_case")]
pub enum Stroke {
    /// A digit.
    Digit {
        /// 0 to 9.
        digit: u8,
    },
    /// Two zeros.
    DoubleZero,
    /// The last digit away.
    Erase,
}

/// After the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum DoneAct {
    /// The next guest.
    Next,
    /// The print failed: it is tried once more.
    PrintAgain,
    /// The guest wants a receipt.
    Receipt,
}

/// The drawer and the shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ShiftAct {
    /// Counts notes or coins of a value.
    Count {
        /// What one is worth, in minor units.
        value: u32,
        /// How many.
        count: u32,
    },
    /// The amount that is typed, or the count, is right.
    Confirm,
    /// Looks at what was taken so far.
    Report,
    /// Money into the drawer, or out of it.
    Cash {
        /// Into it; else out of it.
        into: bool,
    },
    /// Types an amount.
    Type {
        /// What.
        stroke: Stroke,
    },
    /// Why the money goes.
    Reason {
        /// Why.
        reason: CashReason,
    },
    /// Looks for sales of this till.
    Past,
    /// Looks for an order of the store.
    Collect,
    /// Begins the end of the shift: the count.
    CountDrawer,
    /// Another clerk sells from now on.
    LogOut,
    /// Back to where one came from.
    Back,
}

/// Sales of this till.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum PastAct {
    /// Looks for a receipt's or a ticket's number; nothing = the last ones.
    Find {
        /// What was typed.
        text: String,
    },
    /// Looks at a sale.
    Look {
        /// Which.
        #[ts(type = "string")]
        sale: FactId,
    },
    /// Prints it once more, marked as a duplicate.
    Reprint {
        /// Its receipt; else its tickets.
        receipt: bool,
    },
    /// Marks a ticket to be taken back, or takes the mark off.
    Mark {
        /// Its index.
        ticket: usize,
    },
    /// Takes the marked tickets back.
    Refund {
        /// Why.
        reason: RefundReason,
        /// By what the money goes back.
        means: Means,
    },
    /// Chooses other tickets for the marked ones.
    Exchange,
    /// Back to the list, or to what else there is to do.
    Back,
}

/// A key of the keyboard, as the page tells it: what it does depends on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum TillKey {
    /// 0 to 9.
    Digit {
        /// Which.
        digit: u8,
    },
    /// F1 to F12.
    Function {
        /// Which.
        no: u8,
    },
    /// One more.
    Plus,
    /// One less.
    Minus,
    /// Erase.
    Backspace,
    /// Yes.
    Enter,
    /// Back.
    Escape,
}
