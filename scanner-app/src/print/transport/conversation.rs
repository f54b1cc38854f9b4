//! A job over a line that carries answers back: network, USB, serial.
//!
//! A printer of receipts or of ZPL is asked how it is before the first byte, so that a job for a printer without paper
//! leaves nothing on it; and after the last one, until it has come so far. A printer that never answers is taken for one
//! that can't: its jobs are handed over, no more is known.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, sleep};

use super::{Failure, within};
use crate::print::escpos;
use crate::print::job::Handed;
use crate::print::printer::Speaks;
use crate::print::stock::zpl_status;
use crate::print::trouble::Trouble;

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For somebody to answer at an address.
    pub connect: Duration,
    /// For an answer about the printer's state.
    pub answer: Duration,
    /// Without a byte taken.
    pub stall: Duration,
    /// For a job to be on paper.
    pub print: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_millis(700),
            stall: Duration::from_secs(8),
            print: Duration::from_secs(20),
        }
    }
}

/// Bytes that leave at once, so that a stall is seen where it happens.
const PART: usize = 4_096;
/// No answer is longer.
const MOST_ANSWERED: usize = 512;
/// Between two questions about a job that is being printed.
const PAUSE: Duration = Duration::from_millis(100);

/// What a printer can be asked in.
#[derive(Clone, Copy, Debug)]
enum Asked {
    EscPos,
    Zpl,
}

/// What it answered.
enum Answer {
    /// Nothing that says how it is.
    None,
    /// It can't print.
    Trouble(Trouble),
    /// It can; does it still work on something?
    Fine { works: bool },
}

/// The whole talk about one job.
pub(super) async fn talk(
    bytes: &[u8],
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    speaks: &Speaks,
    patience: &Patience,
) -> Result<Handed, Failure> {
    let mut line = Line {
        from,
        to,
        heard: Vec::new(),
        patience: *patience,
    };
    let asked = match speaks {
        Speaks::EscPos(_) => Some(Asked::EscPos),
        Speaks::Zpl(_) => Some(Asked::Zpl),
        // Boca's answers differ from one interface to the next.
        Speaks::Fgl(_) | Speaks::Pdf(_) => None,
    };
    let mut tells = None;
    if let Some(asked) = asked {
        match line.ask(asked, before_the_job).await? {
            Answer::None => {}
            Answer::Trouble(trouble) => return Err(Failure::before(trouble)),
            Answer::Fine { .. } => tells = Some(asked),
        }
    }
    line.send(bytes, Failure::during).await?;
    match tells {
        None => Ok(Handed::Over),
        Some(Asked::EscPos) => line.until_receipt().await,
        Some(Asked::Zpl) => line.until_labels().await,
    }
}

struct Line<In, Out> {
    from: In,
    to: Out,
    /// A part of an answer stays until the rest of it comes.
    heard: Vec<u8>,
    patience: Patience,
}

impl<In: AsyncRead + Unpin, Out: AsyncWrite + Unpin> Line<In, Out> {
    /// How the printer is.
    async fn ask(
        &mut self,
        asked: Asked,
        failed: impl Fn(Trouble) -> Failure + Copy,
    ) -> Result<Answer, Failure> {
        let question: &[u8] = match asked {
            Asked::EscPos => &escpos::ASK,
            Asked::Zpl => zpl_status::ASK,
        };
        let is_whole = |answer: &[u8]| match asked {
            Asked::EscPos => answer.len() >= 4,
            Asked::Zpl => zpl_status::is_whole(answer),
        };
        self.send(question, failed).await?;
        let Some(answer) = self.answer(is_whole, failed).await? else {
            return Ok(Answer::None);
        };
        Ok(match asked {
            Asked::EscPos => told_by_receipt_printer(&answer),
            Asked::Zpl => match zpl_status::Status::read(&answer) {
                None => Answer::None,
                Some(status) => match status.trouble() {
                    Some(trouble) => Answer::Trouble(trouble),
                    None => Answer::Fine {
                        works: status.works,
                    },
                },
            },
        })
    }

    /// Bytes until they are a whole answer; none if it doesn't come in time.
    async fn answer(
        &mut self,
        is_whole: impl Fn(&[u8]) -> bool,
        failed: impl Fn(Trouble) -> Failure,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let Self { from, heard, .. } = self;
        let read = async {
            while !is_whole(heard) && heard.len() < MOST_ANSWERED {
                heard.push(from.read_u8().await?);
            }
            Ok::<(), Error>(())
        };
        match within(self.patience.answer, read).await {
            None => Ok(None),
            Some(Ok(())) => Ok(Some(std::mem::take(&mut self.heard))),
            Some(Err(error)) => Err(failed(trouble_of(&error))),
        }
    }

    async fn send(
        &mut self,
        bytes: &[u8],
        failed: impl Fn(Trouble) -> Failure,
    ) -> Result<(), Failure> {
        let mut left = bytes;
        while !left.is_empty() {
            let part = &left[..left.len().min(PART)];
            match within(self.patience.stall, self.to.write(part)).await {
                Some(Ok(0)) => return Err(failed(Trouble::HungUp)),
                Some(Ok(taken)) => left = &left[taken..],
                Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
                Some(Err(error)) => return Err(failed(trouble_of(&error))),
                None => return Err(failed(Trouble::Stalled)),
            }
        }
        match within(self.patience.stall, self.to.flush()).await {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(failed(trouble_of(&error))),
            None => Err(failed(Trouble::Stalled)),
        }
    }

    /// Waits for the answer that comes after the job's last line; in between asks what is answered at once.
    async fn until_receipt(&mut self) -> Result<Handed, Failure> {
        self.send(&escpos::ASK_WHEN_DONE, Failure::during).await?;
        let until = Instant::now() + self.patience.print;
        while Instant::now() < until {
            let is_done = |heard: &[u8]| heard.iter().copied().any(says_done) || heard.len() >= 4;
            let Some(heard) = self.answer(is_done, Failure::during).await? else {
                self.send(&escpos::ASK, Failure::during).await?;
                continue;
            };
            match heard.iter().copied().find_map(escpos::paper_when_done) {
                Some(true) => return Ok(Handed::Printed),
                Some(false) => return Err(Failure::during(Trouble::PaperOut)),
                None => {}
            }
            if let Answer::Trouble(trouble) = told_by_receipt_printer(&heard) {
                return Err(Failure::during(trouble));
            }
        }
        // It answered before the job and doesn't now.
        Err(Failure::during(Trouble::Stalled))
    }

    /// Asks until nothing is left to print.
    async fn until_labels(&mut self) -> Result<Handed, Failure> {
        let until = Instant::now() + self.patience.print;
        while Instant::now() < until {
            match self.ask(Asked::Zpl, Failure::during).await? {
                Answer::Trouble(trouble) => return Err(Failure::during(trouble)),
                Answer::Fine { works: false } => return Ok(Handed::Printed),
                Answer::Fine { works: true } | Answer::None => sleep(PAUSE).await,
            }
        }
        Err(Failure::during(Trouble::Stalled))
    }
}

/// What takes not even a question takes no work.
fn before_the_job(trouble: Trouble) -> Failure {
    Failure::before(match trouble {
        Trouble::Stalled => Trouble::Offline,
        other => other,
    })
}

fn says_done(byte: u8) -> bool {
    escpos::paper_when_done(byte).is_some()
}

fn told_by_receipt_printer(answer: &[u8]) -> Answer {
    let status = <[u8; 4]>::try_from(answer)
        .ok()
        .and_then(escpos::Status::read);
    match status {
        None => Answer::None,
        Some(status) => match status.trouble() {
            Some(trouble) => Answer::Trouble(trouble),
            None => Answer::Fine { works: false },
        },
    }
}

fn trouble_of(error: &Error) -> Trouble {
    match error.kind() {
        ErrorKind::NotFound => Trouble::NoDevice,
        ErrorKind::PermissionDenied => Trouble::NotAllowed,
        ErrorKind::TimedOut => Trouble::NotThere,
        // A line that is cut, however the system calls it.
        _ => Trouble::HungUp,
    }
}
