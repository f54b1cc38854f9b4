//! The till's printers at work, on a thread of its own: a guest waits for no paper, and a paper that does not come out is said.

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::language::Language;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Station;
use super::at_till::Counter;
use super::common::Common;
use super::view::{FoundPrinters, PaperOf, PrinterView, PrintersView, UiError, UiErrorCode};
use crate::print::document::{Document, Mark, ReportKind};
use crate::print::transport::{Patience, found, hand_over};
use crate::print::{Trouble, render, sample};
use crate::till::{Printer, Prints, Till, TillError};
use shared::fact::till::Printed;

/// How often it looks for jobs, whatever happens.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A job that a printer's trouble stopped before anything was on paper is tried again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// What the printing thread is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    /// Something is to be printed.
    Waits,
    /// No more.
    Stop,
}

/// Until it is told to stop. What is being sent then is found again at the next start.
pub(super) fn run(common: &Arc<Common>, told: UnboundedReceiver<Paper>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(Printing::new(common, told).work()),
        Err(error) => tracing::error!(%error, "nothing is printed"),
    }
}

struct Printing<'a> {
    common: &'a Common,
    told: UnboundedReceiver<Paper>,
    has_resumed: bool,
    tried_at: Instant,
}

impl<'a> Printing<'a> {
    fn new(common: &'a Common, told: UnboundedReceiver<Paper>) -> Self {
        Self {
            common,
            told,
            has_resumed: false,
            tried_at: Instant::now(),
        }
    }

    async fn work(mut self) {
        loop {
            match tokio::time::timeout(LOOK_EVERY, self.told.recv()).await {
                Ok(None | Some(Paper::Stop)) => return,
                Ok(Some(Paper::Waits)) | Err(_) => {}
            }
            let Some(counter) = self.common.counter() else {
                continue;
            };
            if let Err(error) = self.begin(&counter) {
                tracing::error!(code = error.code(), "print jobs can't be gone on with");
                continue;
            }
            if self.all_of(&counter).await {
                return;
            }
        }
    }

    /// What was being sent when the program ended is said; what failed a while ago is tried again.
    fn begin(&mut self, counter: &Counter) -> Result<(), TillError> {
        let (till, now_ms) = (counter.till(), self.common.now_ms());
        if !self.has_resumed {
            till.resume_printing(now_ms)?;
            self.has_resumed = true;
            counter.printed(self.common);
        }
        if self.tried_at.elapsed() >= AGAIN_AFTER {
            self.tried_at = Instant::now();
            for job in till.unprinted()? {
                let trouble = job.trouble.as_deref().and_then(Trouble::from_code);
                if !job.began && trouble.is_some_and(|trouble| passes(&trouble)) {
                    till.print_again(job.no, now_ms)?;
                }
            }
        }
        Ok(())
    }

    /// Whether it was told to stop meanwhile.
    async fn all_of(&mut self, counter: &Counter) -> bool {
        let till = counter.till();
        let (patience, clock) = (Patience::default(), &*self.common.clock);
        loop {
            let next = till.print_next(&patience, clock);
            tokio::select! {
                biased;
                () = stopped(&mut self.told) => return true,
                next = next => match next {
                    Ok(Some(job)) => {
                        tracing::info!(job = job.no, state = job.state, trouble = job.trouble, "printed");
                        counter.printed(self.common);
                    }
                    Ok(None) => return false,
                    Err(error) => {
                        tracing::error!(code = error.code(), "a print job can't be read or noted");
                        return false;
                    }
                },
            }
        }
    }
}

async fn stopped(told: &mut UnboundedReceiver<Paper>) {
    loop {
        match told.recv().await {
            None | Some(Paper::Stop) => return,
            Some(Paper::Waits) => {}
        }
    }
}

/// Somebody may see to it at the printer, without a word to the till.
fn passes(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::NotThere
        | Trouble::NoDevice
        | Trouble::QueueStopped
        | Trouble::PaperOut
        | Trouble::CoverOpen
        | Trouble::Offline
        | Trouble::CutterStuck
        | Trouble::TooHot => true,
        Trouble::UnknownName
        | Trouble::NotAllowed
        | Trouble::NoQueue
        | Trouble::NoCups
        | Trouble::File(_)
        | Trouble::Broken
        | Trouble::Stalled
        | Trouble::HungUp
        | Trouble::Interrupted
        | Trouble::NotDrawn => false,
    }
}

impl From<PaperOf> for Prints {
    fn from(of: PaperOf) -> Self {
        match of {
            PaperOf::Tickets => Self::Tickets,
            PaperOf::Papers => Self::Papers,
        }
    }
}

fn view(printer: Option<&Printer>) -> Option<PrinterView> {
    printer.map(|printer| PrinterView {
        address: printer.address.to_string(),
        speaks: printer.speaks.to_string(),
    })
}

fn read(view: &PrinterView) -> Result<Printer, UiError> {
    let address = view.address.trim().parse();
    let address = address.map_err(|error| UiError::of(UiErrorCode::PrinterAddress, &error))?;
    let speaks = view.speaks.parse();
    let speaks = speaks.map_err(|error| UiError::of(UiErrorCode::PrinterAddress, &error))?;
    Ok(Printer { address, speaks })
}

impl Station {
    /// The printers of this till.
    pub fn printers(&self) -> Result<PrintersView, UiError> {
        let printers = self.common.the_till()?.printers()?;
        Ok(PrintersView {
            tickets: view(printers.tickets.as_ref()),
            papers: view(printers.papers.as_ref()),
        })
    }

    /// Where this machine may have printers.
    pub fn found_printers(&self) -> Result<FoundPrinters, UiError> {
        let addresses = alone(found())?;
        Ok(FoundPrinters {
            addresses: addresses.iter().map(ToString::to_string).collect(),
        })
    }

    /// Sets one up; `None` takes it away. What was sold while there was none is not printed by the first one: the guests went
    /// with their codes.
    pub fn set_printer(&self, of: PaperOf, printer: Option<PrinterView>) -> Result<(), UiError> {
        let counter = self.common.counter().ok_or_else(no_till)?;
        let printer = printer.as_ref().map(read).transpose()?;
        let (till, now_ms) = (counter.till(), self.common.now_ms());
        let prints = Prints::from(of);
        if till.printers()?.for_papers(prints).is_none() {
            till.let_be_all(prints, now_ms)?;
        }
        till.set_printer(prints, printer, now_ms)?;
        counter.printed(&self.common);
        Ok(())
    }

    /// Prints a sheet that says SPECIMEN, which is a fact; what the printer did, in the screen's language.
    pub fn test_print(&self, of: PaperOf) -> Result<String, UiError> {
        let till = self.common.the_till()?;
        let printers = till.printers()?;
        let Some(printer) = printers.for_papers(of.into()) else {
            return Err(UiError::new(
                UiErrorCode::NotFound,
                "no such printer is set up",
            ));
        };
        let (language, now_ms) = (self.common.language(), self.common.now_ms());
        let (document, what) = specimen(of, language, now_ms);
        let bytes = render(&document, &printer.speaks)
            .map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
        let handed = alone(hand_over(
            &bytes,
            "Ticket Hub SPECIMEN",
            &printer.address,
            &printer.speaks,
            &Patience::default(),
        ))?;
        let says = match handed {
            Ok(handed) => {
                till.test_print(what, now_ms)?;
                handed.told(language).to_owned()
            }
            Err(error) => error.told(language),
        };
        Ok(says)
    }
}

fn specimen(of: PaperOf, language: Language, now_ms: i64) -> (Document, Printed) {
    match of {
        PaperOf::Tickets => {
            let ticket = sample::ticket(language, Mark::Specimen, now_ms, 1);
            (Document::Tickets(vec![ticket]), Printed::Ticket)
        }
        PaperOf::Papers => {
            let report = sample::report(language, Mark::Specimen, ReportKind::X, now_ms);
            (Document::Report(report), Printed::Report)
        }
    }
}

/// Waits for it, on this thread.
fn alone<T>(work: impl Future<Output = T>) -> Result<T, UiError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| UiError::of(UiErrorCode::Internal, &error))?;
    Ok(runtime.block_on(work))
}

pub(super) fn no_till() -> UiError {
    UiError::new(UiErrorCode::NotFound, "this device is no box office now")
}

impl Common {
    fn the_till(&self) -> Result<Arc<Till>, UiError> {
        Ok(self.counter().ok_or_else(no_till)?.till())
    }
}
