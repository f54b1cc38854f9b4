//! The printers of this till: one for tickets, one for receipts and reports.

use shared::clock::UnixMillis;
use shared::fact::till::TillFact;

use crate::print::printer::{PrinterAddress, Speaks};
use crate::replica::ReplicaError;
use crate::replica::print_jobs::PrintWhat;
use crate::replica::printers::{self, PrinterRow};
use crate::till::{Till, TillError, configuration};

/// What a printer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prints {
    /// Tickets.
    Tickets,
    /// Receipts and reports.
    Papers,
}

impl Prints {
    /// Of such a job.
    pub fn of(what: PrintWhat) -> Self {
        match what {
            PrintWhat::Tickets => Self::Tickets,
            PrintWhat::Receipt | PrintWhat::Report => Self::Papers,
        }
    }

    /// As rows and the command line name it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Papers => "papers",
        }
    }
}

/// A printer that is set up.
#[derive(Clone, Debug, PartialEq)]
pub struct Printer {
    /// Where it is.
    pub address: PrinterAddress,
    /// What it understands.
    pub speaks: Speaks,
}

impl Printer {
    fn row(&self) -> PrinterRow {
        PrinterRow {
            address: self.address.to_string(),
            speaks: self.speaks.to_string(),
        }
    }

    fn read(row: &PrinterRow) -> Result<Self, ReplicaError> {
        let unreadable = || ReplicaError::Row { table: "printer" };
        Ok(Self {
            address: row.address.parse().map_err(|_| unreadable())?,
            speaks: row.speaks.parse().map_err(|_| unreadable())?,
        })
    }
}

/// Those of a till.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printers {
    /// Of tickets.
    pub tickets: Option<Printer>,
    /// Of receipts and reports.
    pub papers: Option<Printer>,
}

impl Printers {
    /// The one that such a job is for.
    pub fn of(&self, what: PrintWhat) -> Option<&Printer> {
        self.for_papers(Prints::of(what))
    }

    /// The one of these papers.
    pub fn for_papers(&self, prints: Prints) -> Option<&Printer> {
        match prints {
            Prints::Tickets => self.tickets.as_ref(),
            Prints::Papers => self.papers.as_ref(),
        }
    }
}

impl Till {
    /// As they are set up.
    pub fn printers(&self) -> Result<Printers, TillError> {
        self.replica.read(|tx| {
            let read = |prints: Prints| {
                let row = printers::get(tx, prints.code())?;
                row.as_ref().map(Printer::read).transpose()
            };
            Ok(Printers {
                tickets: read(Prints::Tickets)?,
                papers: read(Prints::Papers)?,
            })
        })
    }

    /// Sets one up; `None` takes it away. The till's journal says that the configuration changed.
    pub fn set_printer(
        &self,
        prints: Prints,
        printer: Option<Printer>,
        now_ms: UnixMillis,
    ) -> Result<(), TillError> {
        let on_stock = printer
            .as_ref()
            .is_some_and(|printer| match printer.speaks {
                Speaks::Fgl(_) | Speaks::Zpl(_) => true,
                Speaks::EscPos(_) | Speaks::Pdf(_) => false,
            });
        if on_stock && prints == Prints::Papers {
            return Err(TillError::StockForPapers);
        }
        let row = printer.as_ref().map(Printer::row);
        self.write(now_ms, move |ledger| {
            if printers::get(ledger.tx, prints.code())? == row {
                return Ok(());
            }
            printers::put(ledger.tx, prints.code(), row.as_ref())?;
            let hash = configuration::hash(ledger.tx)?;
            ledger.write(TillFact::ConfigurationChanged { hash })?;
            Ok(())
        })
    }
}
