//! Before an office that asks for a second step: it is made here, or set up.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::language::Language;

use super::enter::NextQuery;
use super::passkeys::login_host;
use super::{Problem, answer, code_problem, encode, local_path, next_path};
use crate::accounts::second_asked::{self, Means};
use crate::accounts::{Identity, PageIdentity, second_factor};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form, Query};

#[derive(Template)]
#[template(path = "store/both.html")]
struct BothPage {
    page: StorePage,
    problem: Option<String>,
    next: String,
    means: Means,
    /// Where a passkey can be asked for.
    passkey_host: Option<String>,
}

impl BothPage {
    fn has_none(&self) -> bool {
        !self.means.has_codes && !self.means.has_passkey
    }
}

#[derive(Deserialize)]
pub(super) struct BothForm {
    code: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Query(query): Query<NextQuery>,
) -> Result<Response, ApiError> {
    both_page(&app, language, &identity, &query.next, None).await
}

async fn both_page(
    app: &App,
    language: Language,
    identity: &Identity,
    next: &str,
    problem: Option<Problem>,
) -> Result<Response, ApiError> {
    if !identity.is_awaited {
        return Ok(private(
            Redirect::to(&next_path(next, language)).into_response(),
        ));
    }
    let next = local_path(next).unwrap_or_default().to_owned();
    let title = Texts::of(language).get("both-title");
    let page = StorePage::private(app, language, Some(identity), title, "/account/both");
    let page = html(&BothPage {
        page: page.keeping(format!("?next={}", encode(&next))),
        problem: problem.as_ref().map(|problem| problem.sentence.clone()),
        means: second_asked::means(app, identity.account).await?,
        passkey_host: login_host(app),
        next,
    })?;
    Ok(answer(page, problem.as_ref()))
}

pub(super) async fn check(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<BothForm>,
) -> Result<Response, ApiError> {
    match second_factor::check(&app, identity.account, &form.code).await {
        Ok(()) => {
            second_asked::has_made_both(&app, &identity).await?;
            let next = next_path(&form.next, language);
            Ok(private(Redirect::to(&next).into_response()))
        }
        Err(error) => {
            let problem = code_problem(error, Texts::of(language))?;
            both_page(&app, language, &identity, &form.next, Some(problem)).await
        }
    }
}
