//! Printers, and papers that did not come out.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a printer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PaperOf {
    /// Tickets.
    Tickets,
    /// Receipts and reports.
    Papers,
}

/// A printer as it is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PrinterView {
    /// `tcp:192.168.1.60`, `device:/dev/usb/lp0`, `cups:QUEUE`, `file:PATH`.
    pub address: String,
    /// `escpos:80:wpc1252:picture`, `fgl:203`, `zpl:300`, `pdf:a6`.
    pub speaks: String,
}

/// Those of a till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PrintersView {
    /// Of tickets; `null` = they are shown to the guest.
    pub tickets: Option<PrinterView>,
    /// Of receipts and reports.
    pub papers: Option<PrinterView>,
}

/// Where this machine may have printers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct FoundPrinters {
    /// Queues first, then devices.
    pub addresses: Vec<String>,
}

/// What is on a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// The tickets of a sale.
    Tickets,
    /// A receipt.
    Receipt,
    /// A Z.
    Report,
}

/// A paper that did not come out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct UnprintedView {
    /// The job's number.
    #[ts(type = "number")]
    pub job: i64,
    /// What is on it.
    pub paper: PaperKind,
    /// Of which sale: its receipt's number.
    pub receipt: Option<u32>,
    /// Something of it may be on paper: the next one says DUPLICATA.
    pub began: bool,
    /// What is wrong and what to do, in the screen's language.
    pub says: String,
}

/// What a clerk does about a paper that did not come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum PaperAct {
    /// It is printed once more.
    Again {
        /// The job's number.
        #[ts(type = "number")]
        job: i64,
    },
    /// It is on paper all the same, or nobody wants it.
    LetBe {
        /// The job's number.
        #[ts(type = "number")]
        job: i64,
    },
}
