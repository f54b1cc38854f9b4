//! An error as the person at the keyboard, or the program that called, meets it.

use std::error::Error;

use crate::causes::with_causes;
use crate::online::OnlineError;

/// What went wrong: a code for programs, and words that say what to do next.
#[derive(Debug)]
pub struct CliError {
    /// Snake case; programs branch on it.
    pub code: &'static str,
    /// What was tried, why it failed, what to do.
    pub detail: String,
}

impl CliError {
    /// From words.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
        }
    }

    /// From an error and its causes.
    pub fn of(code: &'static str, error: &dyn Error) -> Self {
        Self::new(code, with_causes(error))
    }
}

impl From<OnlineError> for CliError {
    fn from(error: OnlineError) -> Self {
        Self::of(error.code(), &error)
    }
}
