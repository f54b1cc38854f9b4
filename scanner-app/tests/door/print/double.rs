//! A receipt printer on a real socket, with the faults of real ones.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What it does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Answers and prints.
    Fine,
    /// Prints, but never says a word.
    Mute,
    /// Says so when it is asked how it is.
    Answers([u8; 4]),
    /// Hangs up after so many bytes of the job.
    HangsUpAfter(usize),
    /// Takes no more after so many bytes of the job, and keeps the line.
    StallsAfter(usize),
    /// Its paper ends in the job.
    RunsOut,
    /// Takes the job and is never heard of again.
    FallsSilent,
}

const FINE: [u8; 4] = [0x16, 0x12, 0x12, 0x12];
const OUT: [u8; 4] = [0x1e, 0x32, 0x12, 0x72];

const HOW_ARE_YOU: [u8; 12] = [0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 3, 0x10, 4, 4];
const TELL_WHEN_DONE: [u8; 3] = [0x1d, b'r', 1];

pub(crate) struct Printer {
    pub(crate) address: SocketAddr,
    /// Dropped when the till has what it wanted.
    tested: Sender<()>,
    thread: JoinHandle<Vec<u8>>,
}

impl Printer {
    /// For one job.
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it has an address");
        let (tested, until) = channel();
        let thread = std::thread::spawn(move || {
            let (line, _) = listener.accept().expect("somebody comes");
            let mut works = Works {
                line,
                manner,
                until,
                job: Vec::new(),
                questions: 0,
            };
            // A line that the till cuts is no fault of this printer.
            let _cut = works.serve();
            works.job
        });
        Self {
            address,
            tested,
            thread,
        }
    }

    /// What came to be printed.
    pub(crate) fn job(self) -> Vec<u8> {
        drop(self.tested);
        self.thread.join().expect("the printer doesn't panic")
    }
}

struct Works {
    line: TcpStream,
    manner: Manner,
    until: Receiver<()>,
    job: Vec<u8>,
    questions: usize,
}

impl Works {
    fn serve(&mut self) -> io::Result<()> {
        let mut byte = [0];
        while self.line.read(&mut byte)? > 0 {
            self.job.extend(byte);
            if self.heard(&HOW_ARE_YOU) {
                self.questions += 1;
                if let Some(answers) = self.state() {
                    self.line.write_all(&answers)?;
                }
            } else if self.heard(&TELL_WHEN_DONE) && matches!(self.manner, Manner::Fine) {
                self.line.write_all(&[0])?;
            }
            match self.manner {
                Manner::HangsUpAfter(most) if self.job.len() >= most => return Ok(()),
                Manner::StallsAfter(most) if self.job.len() >= most => {
                    let _tested = self.until.recv();
                    return Ok(());
                }
                Manner::Fine
                | Manner::Mute
                | Manner::Answers(_)
                | Manner::HangsUpAfter(_)
                | Manner::StallsAfter(_)
                | Manner::RunsOut
                | Manner::FallsSilent => {}
            }
        }
        Ok(())
    }

    fn state(&self) -> Option<[u8; 4]> {
        match self.manner {
            Manner::Answers(answers) => Some(answers),
            Manner::RunsOut if self.questions > 1 => Some(OUT),
            Manner::Mute => None,
            Manner::FallsSilent if self.questions > 1 => None,
            Manner::Fine
            | Manner::HangsUpAfter(_)
            | Manner::StallsAfter(_)
            | Manner::RunsOut
            | Manner::FallsSilent => Some(FINE),
        }
    }

    /// A question is no part of the job.
    fn heard(&mut self, question: &[u8]) -> bool {
        let heard = self.job.ends_with(question);
        if heard {
            self.job.truncate(self.job.len() - question.len());
        }
        heard
    }
}

/// A printer of ZPL for one job: each question about its state gets the next answer, at last always the last one.
pub(crate) fn zebra(answers: &'static [&'static str]) -> (SocketAddr, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it has an address");
    let thread = std::thread::spawn(move || {
        let (mut line, _) = listener.accept().expect("somebody comes");
        let mut job = Vec::new();
        let mut byte = [0];
        let mut answers = answers.iter().peekable();
        while line.read(&mut byte).is_ok_and(|read| read > 0) {
            job.extend(byte);
            if job.ends_with(b"~HS") {
                job.truncate(job.len() - 3);
                let answer = answers.peek().expect("it has an answer").as_bytes();
                if line.write_all(answer).is_err() {
                    break;
                }
                if answers.len() > 1 {
                    answers.next();
                }
            }
        }
        job
    });
    (address, thread)
}
