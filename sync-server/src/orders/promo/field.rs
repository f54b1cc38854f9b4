//! The one field of the store in which a code is typed.

/// What stands in it, and what is said of it. A template shows it by `{% include "store/code.html" %}`.
#[derive(Clone, Debug, Default)]
pub(crate) struct CodeField {
    /// As it was typed.
    pub(crate) typed: String,
    /// What the code does.
    pub(crate) says: Option<String>,
    /// Why it does nothing.
    pub(crate) wrong: Option<String>,
    /// It is wrong, and that is said elsewhere on the page.
    pub(crate) is_wrong: bool,
}

impl CodeField {
    /// Somebody has begun with it.
    pub(crate) fn is_open(&self) -> bool {
        !self.typed.is_empty()
    }
}
