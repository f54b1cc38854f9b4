//! What a print job may become. A job is of one document of one sale: however often it is tried, the sale stays one.

use shared::language::Language;

use super::trouble::{PrintError, Trouble};

/// How a job stands. Its row is written before the step that it names, so that after a crash it is known what may be on
/// paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Nothing was sent.
    Waiting,
    /// Its bytes are on their way.
    Sending,
    /// The printer, or its queue, took all of it, and doesn't say whether it is on paper.
    HandedOver,
    /// The printer said that it is done.
    Printed,
    /// It came to nothing, or to half of it.
    Failed {
        /// Why.
        trouble: Trouble,
        /// Whether something may be on paper.
        began: bool,
    },
    /// Nobody waits for it any more: it is on paper all the same, or the guest went without.
    Left,
}

/// What the printer's side told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handed {
    /// It took all of it.
    Over,
    /// It is on paper.
    Printed,
}

impl Handed {
    /// As a person is told.
    pub fn told(self, language: Language) -> &'static str {
        match self {
            Self::Over => handed_over(language),
            Self::Printed => printed(language),
        }
    }
}

fn handed_over(language: Language) -> &'static str {
    match language {
        Language::Fr => "transmis ; regardez ce qui sort de l'imprimante",
        Language::En => "handed over; look at what the printer gives",
        Language::Es => "entregado; mire lo que sale de la impresora",
        Language::De => "übergeben; sehen Sie nach, was der Drucker ausgibt",
        Language::It => "consegnato; guardi che cosa esce dalla stampante",
    }
}

fn printed(language: Language) -> &'static str {
    match language {
        Language::Fr => "imprimé",
        Language::En => "printed",
        Language::Es => "impreso",
        Language::De => "gedruckt",
        Language::It => "stampato",
    }
}

/// What happens to a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEvent {
    /// The first byte is about to leave; again, if it was tried before.
    Started,
    /// It went well.
    Handed(Handed),
    /// It went wrong.
    Failed(PrintError),
    /// The program starts anew and finds the job.
    ProgramStarted,
    /// A person has seen to it.
    LetBe,
}

/// What the next print of a job counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Nothing is on paper: the original.
    Original,
    /// Something may be: a duplicate, which says so and is a fact of the journal.
    Duplicate,
}

/// That can't happen to a job that stands so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a print job that is {state} can't go on with {event:?}: read the job again before the next step"
)]
pub struct NotNow {
    state: &'static str,
    event: JobEvent,
}

impl JobState {
    /// Its name in rows and JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::HandedOver => "handed_over",
            Self::Printed => "printed",
            Self::Failed { .. } => "failed",
            Self::Left => "left",
        }
    }

    /// From a row: the name of the state, and of a failed one why and whether something may be on paper.
    pub fn read(code: &str, trouble: Option<&str>, began: bool) -> Option<Self> {
        match code {
            "waiting" => Some(Self::Waiting),
            "sending" => Some(Self::Sending),
            "handed_over" => Some(Self::HandedOver),
            "printed" => Some(Self::Printed),
            "failed" => Some(Self::Failed {
                trouble: Trouble::from_code(trouble?)?,
                began,
            }),
            "left" => Some(Self::Left),
            _ => None,
        }
    }

    /// How the job stands after that.
    pub fn after(self, event: JobEvent) -> Result<Self, NotNow> {
        match (self, event) {
            (
                Self::Waiting | Self::HandedOver | Self::Printed | Self::Failed { .. } | Self::Left,
                JobEvent::Started,
            ) => Ok(Self::Sending),
            (Self::Sending, JobEvent::Handed(Handed::Over)) => Ok(Self::HandedOver),
            (Self::Sending | Self::HandedOver, JobEvent::Handed(Handed::Printed)) => {
                Ok(Self::Printed)
            }
            (Self::Sending, JobEvent::Failed(error)) => Ok(Self::Failed {
                trouble: error.trouble,
                began: error.began,
            }),
            // A queue may tell so after it took the job.
            (Self::HandedOver, JobEvent::Failed(error)) => Ok(Self::Failed {
                trouble: error.trouble,
                began: true,
            }),
            (Self::Sending, JobEvent::ProgramStarted) => Ok(Self::Failed {
                trouble: Trouble::Interrupted,
                began: true,
            }),
            (Self::Waiting | Self::Failed { .. }, JobEvent::LetBe) => Ok(Self::Left),
            (other, JobEvent::ProgramStarted) => Ok(other),
            (other, event) => Err(NotNow {
                state: other.code(),
                event,
            }),
        }
    }

    /// What the next print counts as.
    pub fn again(&self) -> Again {
        match self {
            Self::Waiting | Self::Failed { began: false, .. } => Again::Original,
            Self::Sending
            | Self::HandedOver
            | Self::Printed
            | Self::Failed { began: true, .. }
            | Self::Left => Again::Duplicate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(began: bool) -> JobEvent {
        JobEvent::Failed(PrintError {
            printer: "tcp:10.0.0.9:9100".into(),
            trouble: Trouble::PaperOut,
            began,
        })
    }

    fn lived(events: &[JobEvent]) -> JobState {
        events.iter().fold(JobState::Waiting, |state, event| {
            state.after(event.clone()).unwrap()
        })
    }

    #[test]
    fn a_job_that_never_began_is_tried_again_as_the_original() {
        let state = lived(&[JobEvent::Started, failed(false)]);
        assert_eq!(state.again(), Again::Original);
        let state = state.after(JobEvent::Started).unwrap();
        let state = state.after(JobEvent::Handed(Handed::Printed)).unwrap();
        assert_eq!(state, JobState::Printed);
    }

    #[test]
    fn whatever_may_be_on_paper_is_printed_again_as_a_duplicate() {
        for events in [
            vec![JobEvent::Started],
            vec![JobEvent::Started, failed(true)],
            vec![JobEvent::Started, JobEvent::Handed(Handed::Over)],
            vec![JobEvent::Started, JobEvent::Handed(Handed::Printed)],
            vec![JobEvent::Started, JobEvent::ProgramStarted],
            vec![
                JobEvent::Started,
                JobEvent::Handed(Handed::Over),
                failed(false),
            ],
        ] {
            assert_eq!(lived(&events).again(), Again::Duplicate, "{events:?}");
        }
    }

    #[test]
    fn a_program_that_died_while_sending_finds_a_failed_job_and_others_as_they_were() {
        let interrupted = JobState::Failed {
            trouble: Trouble::Interrupted,
            began: true,
        };
        assert_eq!(
            JobState::Sending.after(JobEvent::ProgramStarted),
            Ok(interrupted)
        );
        for state in [JobState::Waiting, JobState::HandedOver, JobState::Printed] {
            assert_eq!(
                state.clone().after(JobEvent::ProgramStarted),
                Ok(state.clone())
            );
        }
    }

    #[test]
    fn a_job_is_read_from_its_row() {
        for state in [
            JobState::Waiting,
            JobState::Sending,
            JobState::HandedOver,
            JobState::Printed,
            JobState::Left,
        ] {
            assert_eq!(JobState::read(state.code(), None, false), Some(state));
        }
        for trouble in Trouble::ALL {
            let state = JobState::Failed {
                trouble: trouble.clone(),
                began: true,
            };
            let read = JobState::read(state.code(), Some(trouble.code()), true);
            assert_eq!(read, Some(state));
        }
        assert_eq!(JobState::read("failed", None, true), None);
        assert_eq!(JobState::read("lost", None, true), None);
    }

    #[test]
    fn a_job_that_nobody_waits_for_is_left_and_printed_again_as_a_duplicate_only() {
        for state in [lived(&[]), lived(&[JobEvent::Started, failed(true)])] {
            let left = state.after(JobEvent::LetBe).unwrap();
            assert_eq!(left, JobState::Left);
            assert_eq!(left.again(), Again::Duplicate);
        }
        assert!(JobState::Printed.after(JobEvent::LetBe).is_err());
    }

    #[test]
    fn an_answer_to_a_job_that_was_not_sent_is_refused() {
        for event in [JobEvent::Handed(Handed::Printed), failed(true)] {
            assert!(JobState::Waiting.after(event.clone()).is_err());
            assert!(JobState::Printed.after(event).is_err());
        }
        assert!(JobState::Sending.after(JobEvent::Started).is_err());
    }
}
