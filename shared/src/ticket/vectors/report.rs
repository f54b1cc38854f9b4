//! How the vectors came out, for people and for exit codes.

use std::fmt;

use crate::ticket::{PublicKeyError, TokenError};

/// Which list of the file a vector is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// Made and read exactly so.
    Valid,
    /// Refused.
    Invalid,
}

/// How one vector came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which list it is in.
    pub expectation: Expectation,
    /// Its place in that list, from 1.
    pub number: usize,
    /// The file's own words on it, for people; empty for valid ones.
    pub why: String,
    /// For an invalid one that was refused as it should: on what grounds.
    pub refusal: Option<Refusal>,
    /// What is wrong; empty if it came out right.
    pub faults: Vec<Fault>,
}

impl Outcome {
    /// Did it come out as the file says?
    pub fn is_right(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Outcome {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.expectation {
            Expectation::Valid => "valid",
            Expectation::Invalid => "invalid",
        };
        write!(f, "{list} {}", self.number)?;
        if !self.why.is_empty() {
            write!(f, " ({})", self.why)?;
        }
        write!(f, ": {}", if self.is_right() { "right" } else { "WRONG" })?;
        if let Some(refusal) = &self.refusal {
            write!(f, ", refused: {refusal}")?;
        }
        self.faults
            .iter()
            .try_for_each(|fault| write!(f, "; {fault}"))
    }
}

/// On what grounds a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No key to verify anything under.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
    /// No token, or not signed by that key.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// What is wrong with a vector, or with us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The vector itself can't be read.
    #[error("the vector can't be read: {0}")]
    Unreadable(String),
    /// Another value than the file's.
    #[error("{field} should be {expected}, is {found}")]
    Differs {
        /// The file's name for it.
        field: &'static str,
        /// The file's value.
        expected: String,
        /// Ours.
        found: String,
    },
    /// Refused, though it is valid.
    #[error("{field} is refused: {refusal}")]
    Refused {
        /// The file's name for the text.
        field: &'static str,
        /// On what grounds.
        refusal: Refusal,
    },
    /// Taken, though it is invalid.
    #[error("it is accepted and must not be")]
    Accepted,
}

/// How every vector came out: the valid ones, then the invalid ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One for each vector of the file.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Is every vector right?
    pub fn is_right(&self) -> bool {
        self.outcomes.iter().all(Outcome::is_right)
    }
}
