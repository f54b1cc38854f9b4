//! One's account: name and language, password, log-ins, and the ways to one's data.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::SessionId;
use shared::language::Language;

use super::elsewhere::ElsewherePart;
use super::passkeys::PasskeysPart;
use super::{Problem, answer, in_words, on_with};
use crate::accounts::entrance::parse_name;
use crate::accounts::links::{self, Purpose};
use crate::accounts::password::Password;
use crate::accounts::session::SessionKind;
use crate::accounts::{Identity, PageIdentity, own_sessions, profile, second_factor};
use crate::app::App;
use crate::database::transaction;
use crate::messages::when::date_and_time;
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, ClientAddress, Form, Query};

/// A person says no time zone; the store's own is France's.
pub(super) const TIME_ZONE: &str = "Europe/Paris";

#[derive(Template)]
#[template(path = "store/account.html")]
struct AccountPage {
    page: StorePage,
    /// What was done, told once.
    done: Option<String>,
    problem: Option<(Part, String)>,
    email: String,
    is_verified: bool,
    name: String,
    language: Language,
    has_password: bool,
    has_second: bool,
    passkeys: PasskeysPart,
    elsewhere: ElsewherePart,
    sessions: Vec<SessionLine>,
    has_others: bool,
    works: bool,
}

struct SessionLine {
    id: SessionId,
    client: String,
    since: String,
    is_this: bool,
}

/// Whose form did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Profile,
    Password,
    Passkeys,
}

impl AccountPage {
    fn profile_problem(&self) -> Option<&str> {
        self.problem_of(Part::Profile)
    }

    fn password_problem(&self) -> Option<&str> {
        self.problem_of(Part::Password)
    }

    fn passkeys_problem(&self) -> Option<&str> {
        self.problem_of(Part::Passkeys)
    }

    fn problem_of(&self, part: Part) -> Option<&str> {
        let (of, sentence) = self.problem.as_ref()?;
        (*of == part).then_some(sentence.as_str())
    }
}

/// What a form has done, for the page after it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Done {
    Profile,
    Password,
    Check,
    Session,
    Sessions,
    Passkey,
    PasskeyGone,
    Joined,
    Parted,
}

impl Done {
    fn key(self) -> &'static str {
        match self {
            Self::Profile => "done-profile",
            Self::Password => "done-password",
            Self::Check => "done-check",
            Self::Session => "done-session",
            Self::Sessions => "done-sessions",
            Self::Passkey => "done-passkey",
            Self::PasskeyGone => "done-passkey-gone",
            Self::Joined => "done-joined",
            Self::Parted => "done-parted",
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Password => "password",
            Self::Check => "check",
            Self::Session => "session",
            Self::Sessions => "sessions",
            Self::Passkey => "passkey",
            Self::PasskeyGone => "passkey-gone",
            Self::Joined => "joined",
            Self::Parted => "parted",
        }
    }

    fn path(self, language: Language) -> String {
        format!("/{language}/account?done={}", self.as_str())
    }

    /// Back to the account, which tells it.
    pub(super) fn on(self, language: Language) -> Response {
        private(Redirect::to(&self.path(language)).into_response())
    }
}

#[derive(Deserialize)]
pub(super) struct AccountQuery {
    done: Option<Done>,
}

#[derive(Deserialize)]
pub(super) struct ProfileForm {
    name: String,
    language: String,
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    current: String,
    new: String,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    headers: HeaderMap,
    Query(query): Query<AccountQuery>,
) -> Result<Response, ApiError> {
    account_page(&app, language, (&identity, &headers), query.done, None).await
}

pub(super) async fn account_page(
    app: &App,
    language: Language,
    (identity, headers): (&Identity, &HeaderMap),
    done: Option<Done>,
    problem: Option<(Part, Problem)>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let known = profile::profile(app, identity.account).await?;
    let sessions = own_sessions::list(app, identity).await?;
    let has_others = sessions.iter().any(|session| !session.is_this);
    let lines = sessions.into_iter().map(|session| SessionLine {
        id: session.id,
        client: session.client.unwrap_or_else(|| match session.kind {
            SessionKind::Browser => t.get("session-browser").into_owned(),
            SessionKind::Api => t.get("session-program").into_owned(),
        }),
        since: date_and_time(session.since_ms, TIME_ZONE, language),
        is_this: session.is_this,
    });
    let (part, problem) = problem.unzip();
    let sentence = problem.as_ref().map(|problem| problem.sentence.clone());
    let page = html(&AccountPage {
        page: StorePage::private(app, language, Some(identity), t.get("account"), "/account"),
        done: done.map(|done| t.get(done.key()).into_owned()),
        problem: part.zip(sentence),
        email: known.email,
        is_verified: known.is_verified,
        name: known.name,
        language: known.language.parse().unwrap_or_default(),
        has_password: known.has_password,
        has_second: second_factor::is_on(app, identity.account).await?,
        passkeys: PasskeysPart::of(app, identity, language, headers).await?,
        elsewhere: ElsewherePart::of(app, identity, language).await?,
        sessions: lines.collect(),
        has_others,
        works: !identity.memberships.is_empty(),
    })?;
    Ok(answer(page, problem.as_ref()))
}

pub(super) async fn save(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    headers: HeaderMap,
    Form(form): Form<ProfileForm>,
) -> Result<Response, ApiError> {
    let chosen = form.language.parse::<Language>();
    match (parse_name(&form.name), chosen) {
        (Ok(name), Ok(chosen)) => {
            profile::save(&app, identity.account, &name, chosen).await?;
            Ok(Done::Profile.on(chosen))
        }
        (Err(_), _) | (_, Err(_)) => {
            let sentence = Texts::of(language).get("error-account-name");
            let problem = Problem::new(StatusCode::BAD_REQUEST, sentence);
            let problem = Some((Part::Profile, problem));
            account_page(&app, language, (&identity, &headers), None, problem).await
        }
    }
}

pub(super) async fn change_password(
    State(app): State<App>,
    client: ClientAddress,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    headers: HeaderMap,
    Form(form): Form<PasswordForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let account = identity.account;
    let refused = match Password::chosen(form.new) {
        Err(_) => Problem::new(StatusCode::BAD_REQUEST, t.get("error-password")),
        Ok(new) => match profile::confirm(&app, account, form.current, client).await {
            Ok(()) => {
                let session = profile::change_password(&app, &identity, new, &headers).await?;
                return on_with(&session, &Done::Password.path(language));
            }
            Err(error) => in_words(error, t)?,
        },
    };
    let problem = Some((Part::Password, refused));
    account_page(&app, language, (&identity, &headers), None, problem).await
}

/// The mail by which the address is confirmed, once more.
pub(super) async fn send_check(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    let mut tx = transaction::begin(&app.pool).await?;
    links::send(&app, &mut tx, identity.account, Purpose::Verify).await?;
    tx.commit().await?;
    Ok(Done::Check.on(language))
}
