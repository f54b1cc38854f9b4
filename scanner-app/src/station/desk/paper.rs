//! What is to be printed, for the screen.

use shared::fact::till::SaleId;

use super::Desk;
use crate::print::job::JobState;
use crate::print::{PrintError, Trouble};
use crate::replica::print_jobs::{PrintJob, PrintWhat};
use crate::station::view::{PaperKind, PrintState, UnprintedView};
use crate::till::{Printers, TillError};

impl Desk {
    /// Where the tickets of a sale are: those that were printed last.
    pub(in crate::station) fn print_state(&self, sale: SaleId) -> Result<PrintState, TillError> {
        let Some(job) = self.tickets_of(sale)? else {
            return Ok(PrintState::NoPrinter);
        };
        let state = JobState::read(&job.state, job.trouble.as_deref(), job.began);
        Ok(match state {
            Some(JobState::Waiting | JobState::Sending) => {
                match self.till.printers()?.of(PrintWhat::Tickets) {
                    Some(_) => PrintState::Waiting,
                    None => PrintState::NoPrinter,
                }
            }
            Some(JobState::HandedOver) => PrintState::HandedOver,
            Some(JobState::Printed) => PrintState::Printed,
            Some(JobState::Left) => PrintState::NoPrinter,
            Some(JobState::Failed { .. }) | None => PrintState::Failed,
        })
    }

    /// The job that prints the tickets of a sale now.
    fn tickets_of(&self, sale: SaleId) -> Result<Option<PrintJob>, TillError> {
        let jobs = self.till.print_jobs(sale)?;
        let mut job = jobs.into_iter().rfind(|job| job.what == PrintWhat::Tickets);
        while let Some(by) = job.as_ref().and_then(|job| job.replaced_by) {
            job = self.till.print_job(by)?;
        }
        Ok(job)
    }

    /// Prints the tickets of a sale once more: as the original, unless something of them may be on paper.
    pub(super) fn again(&self, sale: SaleId) -> Result<PrintState, TillError> {
        let job = self.tickets_of(sale)?.ok_or(TillError::NoSuchJob)?;
        self.till.print_again(job.no, self.now_ms())?;
        self.paper_waits();
        self.print_state(sale)
    }

    /// What did not come out, the oldest first.
    pub(in crate::station) fn unprinted(&self) -> Result<Vec<UnprintedView>, TillError> {
        let (jobs, printers) = (self.till.unprinted()?, self.till.printers()?);
        let failed = jobs
            .iter()
            .filter_map(|job| Some((job, trouble_of(job, &printers)?)));
        failed
            .map(|(job, error)| {
                Ok(UnprintedView {
                    job: job.no,
                    paper: match job.what {
                        PrintWhat::Tickets => PaperKind::Tickets,
                        PrintWhat::Receipt => PaperKind::Receipt,
                        PrintWhat::Report => PaperKind::Report,
                    },
                    receipt: self.till.receipt_of(job.fact)?,
                    began: error.began,
                    says: error.told(self.language),
                })
            })
            .collect()
    }
}

/// What is wrong with a job that failed.
fn trouble_of(job: &PrintJob, printers: &Printers) -> Option<PrintError> {
    let state = JobState::read(&job.state, job.trouble.as_deref(), job.began)?;
    let JobState::Failed { trouble, began } = state else {
        return None;
    };
    let printer = printers.of(job.what);
    Some(PrintError {
        printer: printer.map_or_else(String::new, |of| of.address.to_string()),
        // The name of the file was said in the log.
        trouble: match trouble {
            Trouble::File(_) => Trouble::File(String::new()),
            other => other,
        },
        began,
    })
}
