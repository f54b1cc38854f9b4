//! Where an invitation's link leads. Opening it changes nothing, a button does.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::language::Language;

use super::enter::Field;
use super::{Problem, answer, encode, on_with};
use crate::accounts::entrance::{Steps, parse_name};
use crate::accounts::invitations::{self, AcceptError, Offered};
use crate::accounts::password::Password;
use crate::accounts::session::SessionKind;
use crate::accounts::{Identity, MaybeIdentity, entrance, profile};
use crate::app::App;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Form, Query};

#[derive(Template)]
#[template(path = "store/invitation.html")]
struct InvitationPage {
    page: StorePage,
    problem: Option<String>,
    lead: String,
    token: String,
    face: Face,
}

enum Face {
    /// It is for whoever is logged in.
    Join,
    /// It is for somebody else than who is logged in.
    Another,
    /// For an account: log in first, then this page again.
    LogIn { next: String },
    /// For somebody who has none.
    Make { email: String, typed: Typed },
    /// It opens nothing.
    Over,
}

#[derive(Default)]
struct Typed {
    name: Field,
    is_wrong_password: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct InvitationQuery {
    token: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct InvitationForm {
    token: String,
    name: String,
    password: String,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<InvitationQuery>,
) -> Result<Response, ApiError> {
    let shown = Shown {
        app: &app,
        language,
        identity: identity.as_deref(),
        token: &query.token,
    };
    shown.page(Typed::default(), None).await
}

struct Shown<'a> {
    app: &'a App,
    language: Language,
    identity: Option<&'a Identity>,
    token: &'a str,
}

impl Shown<'_> {
    async fn page(&self, typed: Typed, problem: Option<Problem>) -> Result<Response, ApiError> {
        let t = Texts::of(self.language);
        let offered = invitations::offered(self.app, self.token).await?;
        let Some(offered) = offered else {
            let problem = Problem::new(StatusCode::GONE, t.get("problem-invitation"));
            return self.filled(
                t.get("invitation-over").into_owned(),
                Face::Over,
                Some(problem),
            );
        };
        let role = t.get(&format!("office-role-{}", offered.role.as_str()));
        let means = t.get(&format!("office-role-{}-means", offered.role.as_str()));
        let lead = t.with(
            "invitation-lead",
            &[
                ("organizer", &offered.organizer),
                ("role", &role),
                ("means", &means),
            ],
        );
        let face = self.face(offered, typed).await?;
        self.filled(lead, face, problem)
    }

    async fn face(&self, offered: Offered, typed: Typed) -> Result<Face, ApiError> {
        if let Some(identity) = self.identity {
            let own = profile::profile(self.app, identity.account).await?.email;
            let is_theirs = own.to_lowercase() == offered.email.to_lowercase();
            return Ok(if is_theirs { Face::Join } else { Face::Another });
        }
        Ok(if offered.is_known {
            let here = format!("/{}/invitation?token={}", self.language, self.token);
            Face::LogIn {
                next: encode(&here),
            }
        } else {
            Face::Make {
                email: offered.email,
                typed,
            }
        })
    }

    fn filled(
        &self,
        lead: String,
        face: Face,
        problem: Option<Problem>,
    ) -> Result<Response, ApiError> {
        let title = Texts::of(self.language).get("invitation-title");
        let page = StorePage::private(self.app, self.language, self.identity, title, "/invitation");
        let page = html(&InvitationPage {
            page: page.keeping(format!("?token={}", encode(self.token))),
            problem: problem.as_ref().map(|problem| problem.sentence.clone()),
            lead,
            token: self.token.to_owned(),
            face,
        })?;
        Ok(answer(page, problem.as_ref()))
    }
}

pub(super) async fn accept(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    headers: HeaderMap,
    Form(form): Form<InvitationForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let shown = Shown {
        app: &app,
        language,
        identity: identity.as_deref(),
        token: &form.token,
    };
    let office = format!("/{language}/office");
    let mut typed = Typed {
        name: Field::typed(&form.name),
        is_wrong_password: false,
    };
    let accepted = match &identity {
        Some(identity) => invitations::accept(&app, &form.token, identity.account)
            .await
            .map(|()| None),
        None => match (parse_name(&form.name), Password::chosen(form.password)) {
            (Ok(name), Ok(password)) => {
                let new = (name.as_str(), password);
                invitations::accept_as_new(&app, &form.token, new, language)
                    .await
                    .map(Some)
            }
            (name, password) => {
                typed.name.is_wrong = name.is_err();
                typed.is_wrong_password = password.is_err();
                let count = usize::from(name.is_err()) + usize::from(password.is_err());
                let problem = Problem::wrong_fields(count, t);
                return shown.page(typed, Some(problem)).await;
            }
        },
    };
    match accepted {
        Ok(None) => Ok(private(Redirect::to(&office).into_response())),
        Ok(Some(account)) => {
            let kind = SessionKind::Browser;
            let session =
                entrance::begin_session(&app, (account, Steps::One), kind, &headers).await?;
            on_with(&session, &office)
        }
        // The page says for whom it is, or that it is over.
        Err(AcceptError::Over | AcceptError::Another) => shown.page(typed, None).await,
        Err(AcceptError::Known) => {
            let problem = Problem::new(StatusCode::CONFLICT, t.get("problem-known-address"));
            shown.page(typed, Some(problem)).await
        }
        Err(AcceptError::Failed(error)) => Err(error),
    }
}
