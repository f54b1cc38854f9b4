//! What the pages share by which one gets in.

use serde::Deserialize;

use crate::web::store::StorePage;

/// Where to go afterwards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NextQuery {
    pub(super) next: String,
}

/// A field as it was typed, and whether it can't be taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub(super) value: String,
    pub(super) is_wrong: bool,
}

impl Field {
    pub(super) fn typed(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            is_wrong: false,
        }
    }
}

/// A page with one form of one field, or with words alone.
#[derive(askama::Template)]
#[template(path = "store/step.html")]
pub(super) struct StepPage {
    pub(super) page: StorePage,
    pub(super) problem: Option<String>,
    pub(super) lead: String,
    pub(super) step: Step,
}

/// What there is to do.
pub(super) enum Step {
    /// One press, with the secret of the link.
    Press {
        action: String,
        token: String,
        button: String,
    },
    /// An address of mail to type.
    Address { action: String, button: String },
    /// A new password to choose, with the secret of the link.
    Password {
        action: String,
        token: String,
        button: String,
    },
    /// Go on.
    Go { path: String, label: String },
    /// Nothing: all is said.
    Told,
}
