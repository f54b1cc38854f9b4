//! Where the links in mails lead. Opening one changes nothing, a button does: mail programs open links too.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::language::Language;

use super::enter::{Step, StepPage};
use super::{Problem, answer, encode, in_words};
use crate::accounts::links::{self, Purpose};
use crate::accounts::password::Password;
use crate::accounts::{Identity, MaybeIdentity};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts};
use crate::web::{ApiError, Form, Query};

#[derive(Deserialize)]
pub(super) struct LinkQuery {
    token: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct VerifyForm {
    token: String,
}

#[derive(Deserialize)]
pub(super) struct ResetForm {
    email: Option<String>,
    token: Option<String>,
    password: Option<String>,
}

/// A step of `verify` or `reset`.
struct Shown<'a> {
    app: &'a App,
    language: Language,
    identity: Option<&'a Identity>,
    kind: &'static str,
    t: Texts,
}

impl<'a> Shown<'a> {
    fn new(
        app: &'a App,
        language: Language,
        identity: Option<&'a Identity>,
        kind: &'static str,
    ) -> Self {
        let t = Texts::of(language);
        Self {
            app,
            language,
            identity,
            kind,
            t,
        }
    }

    fn action(&self) -> String {
        format!("/{}/{}", self.language, self.kind)
    }

    fn step(
        &self,
        lead: &str,
        step: Step,
        token: &str,
        problem: Option<Problem>,
    ) -> Result<Response, ApiError> {
        let title = self.t.get(&format!("{}-title", self.kind));
        let path = format!("/{}", self.kind);
        let page = StorePage::private(self.app, self.language, self.identity, title, path);
        let page = if token.is_empty() {
            page
        } else {
            page.keeping(format!("?token={}", encode(token)))
        };
        let lead = if lead.is_empty() {
            String::new()
        } else {
            self.t.get(lead).into_owned()
        };
        let page = html(&StepPage {
            page,
            problem: problem.as_ref().map(|problem| problem.sentence.clone()),
            lead,
            step,
        })?;
        Ok(answer(page, problem.as_ref()))
    }

    /// On: to the account, or to the log-in.
    fn done(&self, lead: &str) -> Result<Response, ApiError> {
        let (path, label) = match self.identity {
            Some(_) => ("account", "account"),
            None => ("login", "log-in"),
        };
        let step = Step::Go {
            path: format!("/{}/{path}", self.language),
            label: self.t.get(label).into_owned(),
        };
        self.step(lead, step, "", None)
    }

    fn choose(&self, token: String, problem: Option<Problem>) -> Result<Response, ApiError> {
        let step = Step::Password {
            action: self.action(),
            token: token.clone(),
            button: self.t.get("reset-choose-button").into_owned(),
        };
        self.step("reset-choose", step, &token, problem)
    }
}

pub(super) async fn show_verify(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<LinkQuery>,
) -> Result<Response, ApiError> {
    let token = query.token.unwrap_or_default();
    let shown = Shown::new(&app, language, identity.as_deref(), "verify");
    let step = Step::Press {
        action: shown.action(),
        token: token.clone(),
        button: shown.t.get("verify-button").into_owned(),
    };
    shown.step("verify-lead", step, &token, None)
}

pub(super) async fn verify(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Form(form): Form<VerifyForm>,
) -> Result<Response, ApiError> {
    let shown = Shown::new(&app, language, identity.as_deref(), "verify");
    match links::verify(&app, &form.token).await {
        Ok(()) => shown.done("verify-done"),
        Err(error) => {
            let problem = in_words(error, shown.t)?;
            shown.step("", Step::Told, "", Some(problem))
        }
    }
}

pub(super) async fn show_reset(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<LinkQuery>,
) -> Result<Response, ApiError> {
    let shown = Shown::new(&app, language, identity.as_deref(), "reset");
    if let Some(token) = query.token {
        return shown.choose(token, None);
    }
    let step = Step::Address {
        action: shown.action(),
        button: shown.t.get("reset-ask-button").into_owned(),
    };
    shown.step("reset-ask", step, "", None)
}

pub(super) async fn reset(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Form(form): Form<ResetForm>,
) -> Result<Response, ApiError> {
    let shown = Shown::new(&app, language, identity.as_deref(), "reset");
    let (Some(token), Some(password)) = (form.token, form.password) else {
        let email = form.email.unwrap_or_default();
        links::request_unseen(&app, email, Purpose::Reset);
        return shown.step("link-asked", Step::Told, "", None);
    };
    let Ok(password) = Password::chosen(password) else {
        let sentence = shown.t.get("error-password");
        let problem = Problem::new(StatusCode::BAD_REQUEST, sentence);
        return shown.choose(token, Some(problem));
    };
    match links::reset(&app, &token, password).await {
        // Every log-in has ended, this one too.
        Ok(()) => Shown::new(&app, language, None, "reset").done("reset-done"),
        Err(error) => {
            let problem = in_words(error, shown.t)?;
            shown.step("", Step::Told, "", Some(problem))
        }
    }
}
