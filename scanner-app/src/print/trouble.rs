//! What goes wrong at a printer, and what the person beside it does next.

mod texts;

use std::fmt;

use shared::language::Language;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody answers at its address.
    NotThere,
    /// Its name leads nowhere.
    UnknownName,
    /// There is no such device here.
    NoDevice,
    /// This user may not write to the device.
    NotAllowed,
    /// There is no such queue.
    NoQueue,
    /// The queue is stopped, or takes nothing.
    QueueStopped,
    /// This machine has no CUPS.
    NoCups,
    /// The file could not be written.
    File(String),
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// It is there and takes no work.
    Offline,
    /// The knife is stuck.
    CutterStuck,
    /// The head is too hot.
    TooHot,
    /// It reports an error that doesn't pass.
    Broken,
    /// It took a part of the job and then no more.
    Stalled,
    /// It hung up in the middle of the job.
    HungUp,
    /// This program ended while it was sending.
    Interrupted,
    /// The document can't be made for this printer.
    NotDrawn,
}

impl Trouble {
    /// All but [`Self::File`], which says more than its name.
    pub const ALL: [Self; 17] = [
        Self::NotThere,
        Self::UnknownName,
        Self::NoDevice,
        Self::NotAllowed,
        Self::NoQueue,
        Self::QueueStopped,
        Self::NoCups,
        Self::PaperOut,
        Self::CoverOpen,
        Self::Offline,
        Self::CutterStuck,
        Self::TooHot,
        Self::Broken,
        Self::Stalled,
        Self::HungUp,
        Self::Interrupted,
        Self::NotDrawn,
    ];

    /// From its name in a row.
    pub fn from_code(code: &str) -> Option<Self> {
        let file = Self::File(String::new());
        let mut all = Self::ALL.into_iter().chain([file]);
        all.find(|trouble| trouble.code() == code)
    }

    /// Its name in rows and JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotThere => "not_there",
            Self::UnknownName => "unknown_name",
            Self::NoDevice => "no_device",
            Self::NotAllowed => "not_allowed",
            Self::NoQueue => "no_queue",
            Self::QueueStopped => "queue_stopped",
            Self::NoCups => "no_cups",
            Self::File(_) => "file",
            Self::PaperOut => "paper_out",
            Self::CoverOpen => "cover_open",
            Self::Offline => "offline",
            Self::CutterStuck => "cutter_stuck",
            Self::TooHot => "too_hot",
            Self::Broken => "broken",
            Self::Stalled => "stalled",
            Self::HungUp => "hung_up",
            Self::Interrupted => "interrupted",
            Self::NotDrawn => "not_drawn",
        }
    }
}

/// A job that came to nothing, or to half of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintError {
    /// Which printer.
    pub printer: String,
    /// What is wrong.
    pub trouble: Trouble,
    /// Whether something may be on paper: then the next print of it is a duplicate.
    pub began: bool,
}

impl PrintError {
    /// What to tell the clerk: what is wrong, and what to do next.
    pub fn told(&self, language: Language) -> String {
        let texts = texts::Texts::of(language);
        let told = texts.told(&self.trouble, &self.printer);
        if self.began {
            format!("{told} {}", texts.began)
        } else {
            told
        }
    }
}

impl fmt::Display for PrintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Language::En))
    }
}

impl std::error::Error for PrintError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trouble_is_told_with_the_printers_name_and_half_a_job_with_what_it_means() {
        for language in Language::ALL {
            let mut seen = Vec::new();
            for trouble in Trouble::ALL {
                let error = PrintError {
                    printer: "tcp:10.0.0.9".into(),
                    trouble,
                    began: false,
                };
                let told = error.told(language);
                assert!(told.contains("tcp:10.0.0.9"), "{told}");
                assert!(!seen.contains(&told), "{told}");
                let half = PrintError {
                    began: true,
                    ..error
                };
                assert!(half.told(language).len() > told.len() + 20, "{told}");
                seen.push(told);
            }
        }
    }
}
