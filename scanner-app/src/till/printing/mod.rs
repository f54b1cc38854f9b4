//! What drives the printer. A job was written with its sale; here it is taken, made a document, handed over, and noted.
//!
//! Each step is on the disk before the next: a job says `sending` before its first byte leaves, so that after a crash it is
//! known what may be on paper. Whatever is tried again, the sale stays one; what may be on paper is printed again as a
//! duplicate, which says so.

mod printers;

use shared::clock::{Clock, UnixMillis};
use shared::fact::till::{Reprinted, TillFact};
use shared::ids::FactId;
use shared::language::Language;

pub use printers::{Printer, Printers, Prints};

use super::paper::{self, Desk};
use super::{Till, TillError, collect, contact};
use crate::print::document::Document;
use crate::print::job::{Again, JobEvent, JobState};
use crate::print::transport::{Patience, hand_over};
use crate::print::{PrintError, RenderError, Trouble, render};
use crate::replica::handed_out;
use crate::replica::print_jobs::{self, PrintCopy, PrintJob, PrintWhat};
use crate::replica::{ReplicaError, WriteTx};

/// What a job is called in a print queue.
const TITLE: &str = "Ticket Hub";

/// A job that was taken up: its row says that it is being sent.
struct Taken {
    job: PrintJob,
    printer: Printer,
    document: Option<Document>,
}

impl Till {
    /// Prints the oldest job that waits and that there is a printer for; how it stands then. `None`: there is none.
    pub async fn print_next(
        &self,
        patience: &Patience,
        clock: &(dyn Clock + Sync),
    ) -> Result<Option<PrintJob>, TillError> {
        let Some(taken) = self.take_up(clock.now_ms())? else {
            return Ok(None);
        };
        let no = taken.job.no;
        let event = match send(taken, patience).await {
            Ok(handed) => JobEvent::Handed(handed),
            Err(error) => JobEvent::Failed(error),
        };
        let now_ms = clock.now_ms();
        let job = self.replica.write(move |tx| {
            let job = print_jobs::get(tx, no)?.ok_or_else(no_such_job)?;
            goes_on(tx, &job, event, now_ms)
        })?;
        Ok(Some(job))
    }

    /// At the start of the program: what it was sending when it ended may be on paper.
    pub fn resume_printing(&self, now_ms: UnixMillis) -> Result<(), TillError> {
        self.replica.write(move |tx| {
            for job in print_jobs::unfinished(tx)? {
                goes_on(tx, &job, JobEvent::ProgramStarted, now_ms)?;
            }
            Ok(())
        })
    }

    /// Prints a job's paper once more: the same job while nothing of it can be on paper, else a duplicate in its place. The
    /// number of the job that waits now.
    pub fn print_again(&self, no: i64, now_ms: UnixMillis) -> Result<i64, TillError> {
        let vault = self.vault.clone();
        self.write(now_ms, move |ledger| {
            let job = print_jobs::get(ledger.tx, no)?.ok_or(TillError::NoSuchJob)?;
            if job.replaced_by.is_some() {
                return Err(TillError::NoSuchJob);
            }
            match state(&job)?.again() {
                Again::Original => {
                    let waiting = (JobState::Waiting.code(), None, false);
                    print_jobs::put_state(ledger.tx, no, waiting, now_ms)?;
                    Ok(no)
                }
                Again::Duplicate => {
                    let fact = match paper::reprints(ledger, job.fact)? {
                        Some((sale, what)) => {
                            let what = what.unwrap_or(match job.what {
                                PrintWhat::Receipt => Reprinted::Receipt,
                                PrintWhat::Tickets | PrintWhat::Report => Reprinted::Tickets,
                            });
                            ledger.write(TillFact::Reprint { sale, what })?
                        }
                        // Receipts of refunds and Zs: no fact names their duplicates.
                        None => collect::again(ledger, &vault, job.fact)?.unwrap_or(job.fact),
                    };
                    let what = (job.what, PrintCopy::Duplicate);
                    let by = print_jobs::add(ledger.tx, fact, what, job.language, now_ms)?;
                    if let Some(name) = contact::holder(ledger, &vault, no)? {
                        contact::hold_for(ledger, &vault, by, &name)?;
                    }
                    print_jobs::replace(ledger.tx, no, by)?;
                    Ok(by)
                }
            }
        })
    }

    /// Nobody waits for a job's paper any more.
    pub fn let_be(&self, no: i64, now_ms: UnixMillis) -> Result<(), TillError> {
        self.replica.write(move |tx| {
            let job = print_jobs::get(tx, no)?.ok_or(TillError::NoSuchJob)?;
            goes_on(tx, &job, JobEvent::LetBe, now_ms)?;
            Ok(())
        })
    }

    /// The same of all that waits for such a printer.
    pub fn let_be_all(&self, prints: Prints, now_ms: UnixMillis) -> Result<(), TillError> {
        self.replica.write(move |tx| {
            for job in print_jobs::unfinished(tx)? {
                let is_waiting = job.state == JobState::Waiting.code();
                if is_waiting && Prints::of(job.what) == prints {
                    goes_on(tx, &job, JobEvent::LetBe, now_ms)?;
                }
            }
            Ok(())
        })
    }

    /// A job.
    pub fn print_job(&self, no: i64) -> Result<Option<PrintJob>, TillError> {
        self.replica.read(move |tx| Ok(print_jobs::get(tx, no)?))
    }

    /// The jobs of a sale, refund, reprint or closing.
    pub fn print_jobs(&self, fact: FactId) -> Result<Vec<PrintJob>, TillError> {
        self.replica
            .read(move |tx| Ok(print_jobs::of(tx, Some(fact))?))
    }

    /// What nobody has on paper for certain, the oldest first.
    pub fn unprinted(&self) -> Result<Vec<PrintJob>, TillError> {
        self.replica.read(|tx| Ok(print_jobs::unfinished(tx)?))
    }

    /// What a job prints.
    pub fn on_paper(&self, no: i64, now_ms: UnixMillis) -> Result<Document, TillError> {
        let vault = self.vault.clone();
        self.write(now_ms, move |ledger| {
            let job = print_jobs::get(ledger.tx, no)?.ok_or(TillError::NoSuchJob)?;
            Ok(Desk::open(ledger, &vault)?.document(&job)?)
        })
    }

    /// The open shift's X as a document.
    pub fn x_on_paper(
        &self,
        language: Language,
        now_ms: UnixMillis,
    ) -> Result<Document, TillError> {
        let vault = self.vault.clone();
        self.write(now_ms, move |ledger| {
            if ledger.book.shift().is_none() {
                return Err(TillError::NoShift);
            }
            Ok(Desk::open(ledger, &vault)?.x(language)?)
        })
    }

    /// A Z of the open journal as a document.
    pub fn z_on_paper(
        &self,
        number: u32,
        language: Language,
        now_ms: UnixMillis,
    ) -> Result<Document, TillError> {
        let vault = self.vault.clone();
        self.write(now_ms, move |ledger| {
            Ok(Desk::open(ledger, &vault)?.numbered(number, language)?)
        })
    }

    fn take_up(&self, now_ms: UnixMillis) -> Result<Option<Taken>, TillError> {
        let vault = self.vault.clone();
        let printers = self.printers()?;
        self.write(now_ms, move |ledger| {
            let mut waiting = print_jobs::unfinished(ledger.tx)?.into_iter();
            let found = waiting.find_map(|job| {
                let is_waiting = job.state == JobState::Waiting.code();
                let printer = printers.of(job.what).filter(|_| is_waiting)?.clone();
                Some((job, printer))
            });
            let Some((job, printer)) = found else {
                return Ok(None);
            };
            let document = Desk::open(ledger, &vault).and_then(|desk| desk.document(&job));
            let document = document
                .inspect_err(|error| tracing::warn!(job = job.no, %error, "no paper is made"));
            let job = goes_on(ledger.tx, &job, JobEvent::Started, now_ms)?;
            Ok(Some(Taken {
                job,
                printer,
                document: document.ok(),
            }))
        })
    }
}

/// Hands a document to its printer.
async fn send(taken: Taken, patience: &Patience) -> Result<crate::print::job::Handed, PrintError> {
    let Taken {
        printer, document, ..
    } = taken;
    let Printer { address, speaks } = printer;
    let not_drawn = || PrintError {
        printer: address.to_string(),
        trouble: Trouble::NotDrawn,
        began: false,
    };
    let document = document.ok_or_else(not_drawn)?;
    let bytes = render(&document, &speaks).map_err(|error: RenderError| {
        tracing::warn!(%error, "a document is not drawn");
        not_drawn()
    })?;
    hand_over(&bytes, TITLE, &address, &speaks, patience).await
}

fn state(job: &PrintJob) -> Result<JobState, ReplicaError> {
    JobState::read(&job.state, job.trouble.as_deref(), job.began)
        .ok_or(ReplicaError::Row { table: "print_job" })
}

fn no_such_job() -> ReplicaError {
    ReplicaError::Row { table: "print_job" }
}

/// Notes what happened to a job; how it stands then.
fn goes_on(
    tx: &WriteTx<'_>,
    job: &PrintJob,
    event: JobEvent,
    now_ms: UnixMillis,
) -> Result<PrintJob, ReplicaError> {
    let state = state(job)?.after(event).map_err(|not_now| {
        tracing::error!(%not_now, "a print job went on out of order");
        no_such_job()
    })?;
    let (trouble, began) = match &state {
        JobState::Failed { trouble, began } => (Some(trouble.code()), *began),
        JobState::Waiting
        | JobState::Sending
        | JobState::HandedOver
        | JobState::Printed
        | JobState::Left => (None, false),
    };
    print_jobs::put_state(tx, job.no, (state.code(), trouble, began), now_ms)?;
    match state {
        JobState::HandedOver | JobState::Printed | JobState::Left => {
            handed_out::forget(tx, job.fact)?;
        }
        JobState::Waiting | JobState::Sending | JobState::Failed { .. } => {}
    }
    Ok(PrintJob {
        state: state.code().to_owned(),
        trouble: trouble.map(str::to_owned),
        began,
        ..job.clone()
    })
}
