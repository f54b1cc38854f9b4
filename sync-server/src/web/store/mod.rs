//! What the store's pages share: their frame in `templates/store/layout.html`, their language, their texts.
//!
//! A page of the store is below `/fr/`, `/en/`, `/es/`, `/de/` or `/it/`. Its template has a field `page: StorePage` and
//! begins with `{% extends "store/layout.html" %}`. Nothing needs a script: a change is a form, answered by 303.
//!
//! A visitor's form needs no token: forms of other sites are refused (`csrf`), and what is done to an order needs its
//! secret, which no other site knows. Whoever is logged in sends the session's token as everywhere.

pub(crate) mod developers;
mod texts;

use axum::extract::FromRequestParts;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::language::Language;

pub(crate) use texts::Texts;

use super::ApiError;
use super::artwork::SharedPicture;
use super::headers::keep_to_itself;
use super::language::PageLanguage;
use crate::accounts::Identity;
use crate::accounts::pages::encode;
use crate::app::App;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// The language that an address of the store begins with.
pub(crate) fn language_of(uri: &Uri) -> Option<Language> {
    let first = uri.path().split('/').nth(1)?;
    Language::ALL
        .into_iter()
        .find(|language| language.code() == first)
}

/// As an extractor: the language of a page of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreLanguage(pub(crate) Language);

impl<S: Sync> FromRequestParts<S> for StoreLanguage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        language_of(&parts.uri)
            .map(Self)
            .ok_or_else(|| ApiError::not_found("page"))
    }
}

/// Who may find a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Search engines list it.
    ByAll,
    /// Only who has its address.
    ByItsHolder,
}

/// The frame's part of a page.
#[derive(Clone, Debug)]
pub(crate) struct StorePage {
    /// Of all its texts.
    pub(crate) language: Language,
    /// Its texts.
    pub(crate) t: Texts,
    /// In the tab.
    pub(crate) title: String,
    /// For search engines and for whoever gets the link.
    pub(crate) description: Option<String>,
    /// For whoever gets the link.
    pub(crate) picture: Option<SharedPicture>,
    /// Of whoever is logged in.
    pub(crate) csrf: Option<String>,
    public_url: String,
    /// Behind the language.
    path: String,
    /// From the `?` on, or empty.
    query: String,
    found: Found,
}

impl StorePage {
    /// A page that search engines list. `path` is what stands behind the language: `/events/…`.
    pub(crate) fn public(
        app: &App,
        language: Language,
        identity: Option<&Identity>,
        title: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            language,
            t: Texts::of(language),
            title: title.into(),
            description: None,
            picture: None,
            csrf: identity.map(|identity| identity.csrf_token.clone()),
            public_url: app.config.public_url.clone(),
            path: path.into(),
            query: String::new(),
            found: Found::ByAll,
        }
    }

    /// A page for whoever has its address; answer it through [`private`].
    pub(crate) fn private(
        app: &App,
        language: Language,
        identity: Option<&Identity>,
        title: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            found: Found::ByItsHolder,
            ..Self::public(app, language, identity, title, path)
        }
    }

    /// What the page says of itself elsewhere.
    pub(crate) fn described(self, description: String) -> Self {
        Self {
            description: Some(description),
            ..self
        }
    }

    /// What is shown with a link to it.
    pub(crate) fn pictured(self, picture: SharedPicture) -> Self {
        Self {
            picture: Some(picture),
            ..self
        }
    }

    /// Keeps this, from the `?` on, when the language is changed.
    pub(crate) fn keeping(self, query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..self
        }
    }

    /// Not for search engines after all.
    pub(crate) fn unlisted(self) -> Self {
        Self {
            found: Found::ByItsHolder,
            ..self
        }
    }

    /// For a form; empty when nobody is logged in.
    pub(crate) fn csrf_token(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }

    pub(crate) fn is_indexed(&self) -> bool {
        match self.found {
            Found::ByAll => true,
            Found::ByItsHolder => false,
        }
    }

    /// The same page in another language, by its code: a template has references to references.
    pub(crate) fn path_in(&self, code: &str) -> String {
        format!("/{code}{}{}", self.path, self.query)
    }

    /// To the log-in, and back to this page where its address is nobody's secret.
    pub(crate) fn login_path(&self) -> String {
        let login = format!("/{}/login", self.language);
        match self.found {
            Found::ByAll => {
                let here = encode(&self.path_in(self.language.code()));
                format!("{login}?next={here}")
            }
            Found::ByItsHolder => login,
        }
    }

    /// With the server's name, and without what only this visitor asked.
    pub(crate) fn address_in(&self, code: &str) -> String {
        format!("{}/{code}{}", self.public_url, self.path)
    }
}

/// A button that leads on.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) path: String,
    pub(crate) label: String,
}

/// No search engine lists it, no other site hears its address, no cache keeps it.
pub(crate) fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    keep_to_itself(headers);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The browser asks again after so many seconds, without a script.
pub(crate) fn reloading(mut response: Response, seconds: u32) -> Response {
    response.headers_mut().insert(REFRESH, seconds.into());
    response
}

/// `GET /`: to the start page in the browser's language.
pub(crate) async fn to_start(PageLanguage(language): PageLanguage) -> Response {
    let mut response = Redirect::temporary(&format!("/{language}/")).into_response();
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("accept-language"));
    response
}
