//! What is printed of a till's facts. Every amount on paper is read from them; what they don't say (names, places, codes) comes
//! from the roster and from what the server said with the places that it leased.

mod collected;
mod receipt;
mod report;
mod tickets;
mod words;

use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::fact::till::{ClerkId, Means, Reprinted, SaleId, TillFact};
use shared::ids::{FactId, JournalId, TicketId};
use shared::language::Language;
use shared::money::Money;
use shared::roster::{EventRow, TicketTypeRow};
use shared::ticket::TokenError;
use shared::till::Sold;
use shared::wire::latest::{StockPaper, SupervisorRow, VoucherKind};

use super::TillError;
use super::contact;
use super::ledger::Ledger;
use crate::print::document::{self, Document, JournalPlace, Mark, Seller};
use crate::replica::events::{self, EventNo};
use crate::replica::identity::{self, SigningKeyError};
use crate::replica::print_jobs::{PrintJob, PrintWhat};
use crate::replica::supervisors::{self, ReadSupervisorsError};
use crate::replica::{ReplicaError, stock, till as kept, till_terms};
use crate::vault::{UnsealError, Vault};

/// There is no document.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The job is of something that has no such paper.
    #[error("this is nothing that is printed so")]
    NotOnPaper,
    /// The fact isn't here: an old replica was put back.
    #[error("the sale is not in this till's journal any more")]
    NotHere,
    /// The event is not in the roster.
    #[error("the event is not in the roster of this device; run `door sync`")]
    NoEvent,
    /// The ticket was given back, or its places were taken away.
    #[error("ticket {0} is not here any more")]
    NoTicket(TicketId),
    /// A ticket doesn't open.
    #[error("opening a ticket")]
    Sealed(#[from] UnsealError),
    /// What was opened is no ticket.
    #[error("reading a ticket")]
    Token(#[from] TokenError),
    /// Who sold.
    #[error("reading who sells here")]
    People(#[from] ReadSupervisorsError),
    /// Books of another journal.
    #[error(transparent)]
    Till(#[from] Box<TillError>),
    /// Reading.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// What papers are made of.
pub(super) struct Desk<'a> {
    ledger: &'a Ledger<'a>,
    vault: &'a Vault,
    till: String,
    organizer: String,
    people: Vec<SupervisorRow>,
    vouchers: Vec<VoucherKind>,
}

/// An event as its paper names it.
struct Billing {
    no: EventNo,
    event: EventRow,
    types: Vec<TicketTypeRow>,
    paper: StockPaper,
}

impl Billing {
    fn type_name(&self, type_no: shared::ids::TypeNo) -> String {
        let of = self.types.iter().find(|row| row.no == type_no);
        of.map(|row| row.name.clone()).unwrap_or_default()
    }
}

impl<'a> Desk<'a> {
    pub(super) fn open(ledger: &'a Ledger<'a>, vault: &'a Vault) -> Result<Self, PaperError> {
        let identity = identity::load(ledger.tx)?.ok_or_else(|| {
            PaperError::Till(Box::new(TillError::Key(SigningKeyError::NotEnrolled)))
        })?;
        Ok(Self {
            ledger,
            vault,
            till: identity.name,
            organizer: identity.organizer_name,
            people: supervisors::load(ledger.tx, vault)?,
            vouchers: till_terms::vouchers(ledger.tx)?,
        })
    }

    /// The document of a job.
    pub(super) fn document(&self, job: &PrintJob) -> Result<Document, PaperError> {
        let (journal, seq, hash) =
            kept::find(self.ledger.tx, job.fact)?.ok_or(PaperError::NotHere)?;
        let fact = self.fact(journal, seq)?;
        let mark = if job.duplicate {
            Mark::Duplicate
        } else {
            Mark::Original
        };
        let FactBody::Till(body) = &fact.body else {
            return Err(PaperError::NotOnPaper);
        };
        let of = Of {
            journal,
            place: JournalPlace { seq, hash },
            mark,
            language: job.language,
            holder: contact::holder(self.ledger, self.vault, job.no).map_err(Box::new)?,
        };
        match body {
            TillFact::Sale { .. } => match job.what {
                PrintWhat::Tickets => self.tickets(&of, fact.id, None),
                PrintWhat::Receipt => self.receipt(&of, fact.id),
                PrintWhat::Report => Err(PaperError::NotOnPaper),
            },
            TillFact::Reprint { sale, what } => match what {
                Reprinted::Receipt => {
                    let (journal, seq, hash) =
                        kept::find(self.ledger.tx, *sale)?.ok_or(PaperError::NotHere)?;
                    let place = JournalPlace { seq, hash };
                    let of = Of {
                        journal,
                        place,
                        ..of
                    };
                    self.receipt(&of, *sale)
                }
                Reprinted::Tickets => self.tickets(&of, *sale, None),
                Reprinted::Ticket(ticket) => self.tickets(&of, *sale, Some(*ticket)),
            },
            TillFact::Refund { .. } => self.refund(&of, &fact),
            TillFact::Collected { .. } => self.collected(&of, fact.id),
            TillFact::ShiftClosed { .. } => self.z(&of),
            _other => Err(PaperError::NotOnPaper),
        }
    }

    fn fact(&self, journal: JournalId, seq: u64) -> Result<Fact, PaperError> {
        let mut facts = kept::facts_from(self.ledger.tx, journal, seq, 1)?;
        facts.pop().ok_or(PaperError::NotHere)
    }

    /// A sale as it was before a place of its journal.
    fn sold(&self, journal: JournalId, sale: SaleId, before: u64) -> Result<Sold, PaperError> {
        kept::sold(self.ledger.tx, journal, sale, before)?.ok_or(PaperError::NotHere)
    }

    fn billing(&self, event: shared::ids::EventId) -> Result<Billing, PaperError> {
        let tx = self.ledger.tx;
        let no = events::number(tx, event)?.ok_or(PaperError::NoEvent)?;
        let row = events::event_row(tx, no)?.ok_or(PaperError::NoEvent)?;
        let on_sale = stock::on_sale(tx, no)?;
        Ok(Billing {
            no,
            event: row,
            types: events::ticket_types(tx, no)?,
            paper: on_sale.map(|on_sale| on_sale.paper).unwrap_or_default(),
        })
    }

    /// The organizer, at the place of an event: no other address of it is known here.
    fn seller(&self, paper: &StockPaper) -> Seller {
        let address = [&paper.venue, &paper.street, &paper.city];
        let address = address.into_iter().filter(|line| !line.is_empty());
        let licence = paper.licence.iter();
        Seller {
            name: self.legal_name(paper),
            address: address.cloned().collect(),
            numbers: licence
                .map(|number| (words::LICENCE.to_owned(), number.clone()))
                .collect(),
        }
    }

    fn legal_name(&self, paper: &StockPaper) -> String {
        let said = Some(&paper.organizer).filter(|name| !name.is_empty());
        said.unwrap_or(&self.organizer).clone()
    }

    /// Who it is, or the beginning of the id of somebody who isn't on the list any more.
    fn clerk(&self, clerk: ClerkId) -> String {
        let person = self.people.iter().find(|row| row.person == clerk);
        person.map_or_else(
            || clerk.to_string().chars().take(8).collect(),
            |row| row.name.clone(),
        )
    }

    /// As papers name a means.
    fn means(&self, means: Means) -> document::Means {
        match means {
            Means::Cash => document::Means::Cash,
            Means::Card => document::Means::Card,
            Means::Cheque => document::Means::Cheque,
            Means::Exchange => document::Means::Exchange,
            Means::Voucher(kind) => document::Means::Named(
                till_terms::voucher_name(&self.vouchers, kind)
                    .unwrap_or_else(|| format!("#{kind}")),
            ),
        }
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.ledger.setup.currency)
    }

    /// `B-R12`: told apart from the numbers of tickets, which have no R.
    fn receipt_number(&self, receipt: u32) -> String {
        format!("{}-R{receipt}", self.ledger.setup.series)
    }
}

/// What a paper is of.
struct Of {
    journal: JournalId,
    place: JournalPlace,
    mark: Mark,
    language: Language,
    /// Who its tickets are for.
    holder: Option<String>,
}

/// The parts of a sum in cents, of which a till holds fewer than `i64` can.
fn cents(minor: u64) -> i64 {
    i64::try_from(minor).unwrap_or(i64::MAX)
}

/// Which sale a fact is about, for a duplicate of what was printed of it.
pub(super) fn reprints(
    ledger: &Ledger<'_>,
    fact: FactId,
) -> Result<Option<(FactId, Option<Reprinted>)>, PaperError> {
    let Some((journal, seq, _)) = kept::find(ledger.tx, fact)? else {
        return Ok(None);
    };
    let facts = kept::facts_from(ledger.tx, journal, seq, 1)?;
    Ok(facts.first().and_then(|fact| match &fact.body {
        FactBody::Till(TillFact::Sale { .. }) => Some((fact.id, None)),
        FactBody::Till(TillFact::Reprint { sale, what }) => Some((*sale, Some(*what))),
        _other => None,
    }))
}
