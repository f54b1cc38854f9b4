//! A device that sells: its till. What it may sell without asking is in [`stock`]; what was sold, paid and given back is in its
//! journal, and every sum is read from there (`shared::till`).
//!
//! Each act is one transaction of the replica: the till's facts, the tickets' facts in their events' door journals, the receipt's
//! number and the print job are on the disk together, or none of them is. Nothing is printed before.

mod archives;
mod collect;
mod configuration;
mod contact;
mod drawer;
mod error;
mod exchange;
mod figures;
mod inspection;
mod ledger;
mod paper;
mod past;
mod printing;
mod promotion;
mod refund;
mod report;
mod sale;
mod setup;
pub mod stock;
mod training;

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use shared::clock::UnixMillis;
use shared::fact::till::ClerkId;
use shared::ids::{EventId, TicketId};
use shared::money::Currency;

pub use archives::ArchiveError;
pub use drawer::{Counted, MoveCash};
pub use error::TillError;
pub use exchange::{Exchange, Exchanged};
pub use figures::{Numbers, ShiftFigures};
pub use inspection::{Inspection, JournalInspected};
pub use paper::PaperError;
pub use past::{Detail, HandedOut, PastSale, PastTicket};
pub use printing::{Printer, Printers, Prints};
pub use refund::{Refunded, TakeBack};
pub use report::{Closings, Standing, Sums, XReport, ZReport};
pub use sale::{Sale, SaleDone, SoldTicket, Told, Wanted};

use crate::door::{Author, ScanError, standing};
use crate::replica::identity::{self, SigningKeyError};
use crate::replica::{Priority, Replica, WriteTx, sign_off, supervisors};
use crate::vault::Vault;
use ledger::{Books, Ledger};
use setup::Setup;

/// A till at work. Clones of the replica may sync meanwhile.
#[derive(Debug)]
pub struct Till {
    replica: Replica,
    author: Author,
    vault: Vault,
    /// As they were after the last act. Read anew where the journal went on without this till.
    books: Mutex<Option<Books>>,
}

impl Till {
    /// The till of this device, which must be enrolled with the right to sell.
    pub fn open(replica: &Replica) -> Result<Self, TillError> {
        let key = replica.signing_key()?;
        let vault = replica
            .vault()
            .cloned()
            .ok_or(SigningKeyError::KeysElsewhere)?;
        let device = replica.read(|tx| {
            let identity = identity::load(tx)?.ok_or(SigningKeyError::NotEnrolled)?;
            if sign_off::since_ms(tx)?.is_some() {
                return Err(TillError::SignedOff);
            }
            Ok(identity.device)
        })?;
        Ok(Self {
            replica: replica.with_priority(Priority::Door),
            author: Author { device, key },
            vault,
            books: Mutex::default(),
        })
    }

    /// The currency that it takes.
    pub fn currency(&self) -> Result<Currency, TillError> {
        self.replica.read(|tx| Ok(Setup::load(tx)?.currency))
    }

    /// As somebody is called at doors; of somebody who is not on the list any more the id.
    pub fn name_of(&self, clerk: ClerkId) -> Result<String, TillError> {
        let vault = self.vault.clone();
        self.replica.read(move |tx| {
            let people = supervisors::load(tx, &vault).map_err(PaperError::from)?;
            let person = people.into_iter().find(|row| row.person == clerk);
            Ok(person.map_or_else(|| clerk.to_string(), |row| row.name))
        })
    }

    /// Of the venue's clock, as IANA names it.
    pub fn time_zone(&self) -> Result<String, TillError> {
        self.replica.read(|tx| Ok(Setup::load(tx)?.time_zone))
    }

    /// Reads the open journal's books, in one transaction; `None` = none is open.
    fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection, &Books) -> Result<T, TillError> + Send + 'static,
    ) -> Result<Option<T>, TillError> {
        self.look_around(|connection, books| books.map(|books| look(connection, books)).transpose())
    }

    /// The same, also when none is open.
    fn look_around<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection, Option<&Books>) -> Result<T, TillError> + Send + 'static,
    ) -> Result<T, TillError> {
        let mut kept = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.take();
        let (seen, books) = self.replica.read(move |connection| {
            let books = Books::of_open(connection, known)?;
            let seen = look(connection, books.as_ref())?;
            Ok::<_, TillError>((seen, books))
        })?;
        *kept = books;
        Ok(seen)
    }

    /// With which of these tickets somebody went in, by what is known here.
    pub fn went_in(
        &self,
        event: EventId,
        tickets: Vec<TicketId>,
    ) -> Result<Vec<TicketId>, ScanError> {
        self.replica
            .read(move |connection| standing::went_in(connection, event, &tickets))
    }

    /// Runs `act` on the open journal, in one transaction.
    fn write<T: Send + 'static>(
        &self,
        now_ms: UnixMillis,
        act: impl FnOnce(&mut Ledger<'_>) -> Result<T, TillError> + Send + 'static,
    ) -> Result<T, TillError> {
        let author = self.author.clone();
        let mut kept = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let books = kept.take();
        let (done, books) = self.replica.write(move |tx: &WriteTx<'_>| {
            let setup = Setup::load(tx)?;
            let mut ledger = Ledger::take(tx, &author, setup, books, now_ms)?;
            configuration::note_change(&mut ledger)?;
            let done = act(&mut ledger)?;
            Ok::<_, TillError>((done, ledger.into_books()))
        })?;
        // Only once it is on the disk.
        *kept = Some(books);
        Ok(done)
    }
}
