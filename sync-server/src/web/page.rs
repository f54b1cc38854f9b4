//! What every HTML page has: its frame in `templates/layout.html`.
//!
//! A page is an askama template with a field `page: Page` that begins with `{% extends "layout.html" %}` and fills the
//! block `main`; the handler returns [`html`] of it. A form that changes something carries
//! `<input type="hidden" name="csrf" value="{{ page.csrf_token() }}">`.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use shared::language::Language;

use super::ApiError;
use crate::accounts::Identity;

/// The frame's part of a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Of all its texts.
    pub language: Language,
    /// In the tab; already in that language.
    pub title: String,
    /// Of whoever is logged in; decides between log-in and log-out in the head.
    pub csrf: Option<String>,
    /// What stands behind the `?`, without `lang`: kept when the language is changed.
    query: String,
}

/// Words of the frame.
#[derive(Clone, Copy, Debug)]
pub struct FrameTexts {
    /// Of the wordmark's link.
    pub home: &'static str,
    /// A button.
    pub log_in: &'static str,
    /// A button.
    pub log_out: &'static str,
}

impl Page {
    /// A page for anybody.
    pub fn new(language: Language, title: impl Into<String>) -> Self {
        Self {
            language,
            title: title.into(),
            csrf: None,
            query: String::new(),
        }
    }

    /// A page for somebody who is logged in.
    pub fn of(identity: &Identity, language: Language, title: impl Into<String>) -> Self {
        Self::new(language, title).known(Some(identity))
    }

    /// As [`Self::of`] where somebody may be logged in.
    pub fn known(self, identity: Option<&Identity>) -> Self {
        Self {
            csrf: identity.map(|identity| identity.csrf_token.clone()),
            ..self
        }
    }

    /// Keeps `name=value` when the language is changed; the value is already in the form that addresses have.
    pub fn keeping(mut self, name: &str, value: &str) -> Self {
        self.query = format!("{name}={value}&");
        self
    }

    /// For a form; empty when nobody is logged in.
    pub fn csrf_token(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }

    pub(crate) fn is_in(&self, code: &str) -> bool {
        self.language.code() == code
    }

    pub(crate) fn query_for(&self, code: &str) -> String {
        format!("{}lang={code}", self.query)
    }

    pub(crate) fn texts(&self) -> FrameTexts {
        let (home, log_in, log_out) = match self.language {
            Language::Fr => ("accueil", "Se connecter", "Se déconnecter"),
            Language::En => ("home", "Log in", "Log out"),
            Language::Es => ("inicio", "Iniciar sesión", "Cerrar sesión"),
            Language::De => ("Startseite", "Anmelden", "Abmelden"),
            Language::It => ("pagina iniziale", "Accedi", "Esci"),
        };
        FrameTexts {
            home,
            log_in,
            log_out,
        }
    }
}

/// Code and own name of each language.
pub(crate) fn languages() -> [(&'static str, &'static str); 5] {
    Language::ALL.map(|language| (language.code(), own_name(language)))
}

fn own_name(language: Language) -> &'static str {
    match language {
        Language::Fr => "Français",
        Language::En => "English",
        Language::Es => "Español",
        Language::De => "Deutsch",
        Language::It => "Italiano",
    }
}

/// A template as an answer.
pub fn html(template: &impl Template) -> Result<Response, ApiError> {
    let text = template.render().map_err(ApiError::internal)?;
    Ok(Html(text).into_response())
}
