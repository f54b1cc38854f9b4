//! Reading a request field by field, so that all its errors are told at once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use uuid::Uuid;

use crate::web::ApiError;

/// Fields that are not as they must be, each with what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("fields that are not as they must be: {0:?}")]
pub struct FieldErrors(pub BTreeMap<String, String>);

impl FieldErrors {
    /// Notes an error; the first of a field stays.
    pub(crate) fn add(&mut self, field: &str, wrong: impl Display) {
        self.0
            .entry(field.to_owned())
            .or_insert_with(|| wrong.to_string());
    }

    /// The value, or a note and `None`.
    pub(crate) fn keep<T, E: Display>(&mut self, field: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|wrong| self.add(field, wrong)).ok()
    }

    /// A text without blanks around it, of so many characters.
    pub(crate) fn text(
        &mut self,
        field: &str,
        value: &str,
        length: RangeInclusive<usize>,
    ) -> String {
        let trimmed = value.trim();
        let characters = trimmed.chars().count();
        if trimmed.contains('\0') {
            self.add(field, "must not hold the character NUL");
        } else if characters == 0 && *length.start() > 0 {
            self.add(field, "is missing");
        } else if !length.contains(&characters) {
            let (least, most) = length.into_inner();
            self.add(
                field,
                format!("must have {least} to {most} characters, has {characters}"),
            );
        }
        trimmed.to_owned()
    }

    /// A text that may be missing; blank is missing.
    pub(crate) fn optional_text(
        &mut self,
        field: &str,
        value: Option<&str>,
        most: usize,
    ) -> Option<String> {
        let text = value.map(str::trim).filter(|text| !text.is_empty())?;
        Some(self.text(field, text, 1..=most))
    }

    /// A value that must be there.
    pub(crate) fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(field, "is missing");
        }
        value
    }

    /// A number within bounds.
    pub(crate) fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        field: &str,
        value: T,
        bounds: RangeInclusive<T>,
    ) -> T {
        if !bounds.contains(&value) {
            let (least, most) = (bounds.start(), bounds.end());
            self.add(field, format!("must be {least} to {most}, is {value}"));
        }
        value
    }

    /// A UUID that the client made.
    pub(crate) fn id<T>(&mut self, field: &str, value: &str, of: fn(Uuid) -> T) -> Option<T> {
        if value.trim().is_empty() {
            self.add(field, "is missing: make a UUID (version 7 sorts by time)");
            return None;
        }
        let id = Uuid::from_str(value.trim()).ok().filter(|id| !id.is_nil());
        if id.is_none() {
            self.add(field, "must be a UUID");
        }
        id.map(of)
    }

    /// One of a list of words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        field: &str,
        value: &str,
        known: &[(&'static str, T)],
    ) -> Option<T> {
        let found = known.iter().find(|(word, _)| *word == value.trim());
        if found.is_none() {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.add(field, format!("must be one of: {}", words.join(", ")));
        }
        found.map(|(_, meant)| *meant)
    }

    /// An IANA time zone.
    pub(crate) fn time_zone(&mut self, field: &str, value: &str) -> String {
        if jiff::tz::TimeZone::get(value).is_err() {
            self.add(field, "must be a time zone such as Europe/Paris");
        }
        value.to_owned()
    }

    /// What was read, if nothing was noted.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Self> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(self),
        }
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::invalid(errors.0)
    }
}
