//! Fields of forms: what they ask, what was typed, and what is wrong with it, beside it.

use std::collections::BTreeMap;
use std::fmt::Display;

use askama::Template;
use axum::http::StatusCode;

use crate::catalog::fields::FieldErrors;
use crate::web::store::Texts;

/// A field. A template shows it by `{{ field|safe }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "office/field.html")]
pub(super) struct Field {
    name: String,
    /// Unlike any other's of the page.
    id: String,
    label: String,
    kind: Kind,
    value: String,
    help: Option<String>,
    wrong: Option<String>,
    need: Need,
    width: Width,
}

#[derive(Clone, Debug)]
enum Kind {
    Line,
    Email,
    Area,
    Number,
    /// A date with a time.
    Moment,
    Choice(Vec<Choice>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Must,
    May,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Whole,
    Half,
}

#[derive(Clone, Debug)]
struct Choice {
    value: String,
    label: String,
}

impl Field {
    fn new(kind: Kind, name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self {
            id: name.to_string(),
            name: name.to_string(),
            label: label.into(),
            kind,
            value: value.to_owned(),
            help: None,
            wrong: None,
            need: Need::Must,
            width: Width::Whole,
        }
    }

    /// One line of text.
    pub(super) fn line(name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Line, name, label, value)
    }

    /// An address of mail.
    pub(super) fn email(name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Email, name, label, value)
    }

    /// Several lines.
    pub(super) fn area(name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Area, name, label, value)
    }

    /// A whole number.
    pub(super) fn number(name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Number, name, label, value)
    }

    /// A date with a time.
    pub(super) fn moment(name: impl Display, label: impl Into<String>, value: &str) -> Self {
        Self::new(Kind::Moment, name, label, value)
    }

    /// One of a list, each with its word.
    pub(super) fn choice<V: Display, L: Into<String>>(
        name: impl Display,
        label: impl Into<String>,
        value: &str,
        among: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        let choices = among.into_iter().map(|(value, label)| Choice {
            value: value.to_string(),
            label: label.into(),
        });
        Self::new(Kind::Choice(choices.collect()), name, label, value)
    }

    /// One of several of this name in a page; errors are told by `id`.
    pub(super) fn named_apart(self, id: impl Display) -> Self {
        Self {
            id: id.to_string(),
            ..self
        }
    }

    /// It may be left empty.
    pub(super) fn optional(self) -> Self {
        Self {
            need: Need::May,
            ..self
        }
    }

    /// Two stand side by side where there is room.
    pub(super) fn half(self) -> Self {
        Self {
            width: Width::Half,
            ..self
        }
    }

    pub(super) fn help(self, text: impl Into<String>) -> Self {
        Self {
            help: Some(text.into()),
            ..self
        }
    }

    /// With what is wrong with it.
    pub(super) fn told(self, wrong: &Wrong) -> Self {
        Self {
            wrong: wrong.of(&self.id),
            ..self
        }
    }

    fn is_needed(&self) -> bool {
        self.need == Need::Must
    }

    fn is_half(&self) -> bool {
        self.width == Width::Half
    }

    /// Something is said of it.
    pub(super) fn is_invalid(&self) -> bool {
        self.wrong.is_some()
    }
}

/// What is wrong with the fields of a form, in the words of its reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wrong(BTreeMap<String, String>);

/// A field as a capability names it, as the form names it, and what is said of it.
pub(super) type Said = (&'static str, &'static str, &'static str);

impl Wrong {
    /// The first that is said of a field stays.
    pub(super) fn add(&mut self, field: impl Display, sentence: impl Into<String>) {
        self.0
            .entry(field.to_string())
            .or_insert_with(|| sentence.into());
    }

    /// What a capability refused; a field that no form has is told at the top alone.
    pub(super) fn take(&mut self, errors: &FieldErrors, said: &[Said], t: Texts) {
        for (field, detail) in &errors.0 {
            match said.iter().find(|(theirs, ..)| theirs == field) {
                Some((_, ours, key)) => self.add(ours, t.get(key)),
                None => self.add(field, detail.as_str()),
            }
        }
    }

    /// What is said of a field.
    pub(super) fn of(&self, field: &str) -> Option<String> {
        self.0.get(field).cloned()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of the page that shows it.
    pub(super) fn status(&self) -> StatusCode {
        if self.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }

    /// Of those fields alone.
    pub(super) fn only(&self, fields: &[&str]) -> Self {
        let kept = self.0.iter();
        let kept = kept.filter(|(field, _)| fields.contains(&field.as_str()));
        Self(
            kept.map(|(field, text)| (field.clone(), text.clone()))
                .collect(),
        )
    }

    /// How many there are, in words; none where all is well.
    pub(super) fn counted(&self, t: Texts) -> Option<String> {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        (count > 0).then(|| t.count("office-errors", count))
    }
}

/// The fields of a form that come several times, so in pairs.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    pub(super) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of a field; empty where it was not sent.
    pub(super) fn first(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// As [`Self::first`], of a row of several alike.
    pub(super) fn of_row(&self, name: &str, row: impl Display) -> String {
        self.first(&format!("{name}-{row}")).to_owned()
    }

    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        let values = self.0.iter().filter(move |(field, _)| field == name);
        values.map(|(_, value)| value.as_str())
    }
}
