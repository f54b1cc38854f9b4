//! Passkeys on the account's page, and the log-in by one.
//!
//! The device answers to a script (`assets/passkey.js`), which asks here for the question and sends the answer as the form that it
//! came from. All else of the pages works without it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use shared::language::Language;
use uuid::Uuid;

use super::account::{Done, Part, TIME_ZONE, account_page};
use super::login::login_page;
use super::{Problem, in_words, next_path, on_with};
use crate::accounts::client_name::client_name;
use crate::accounts::entrance::Steps;
use crate::accounts::passkeys::{self, Challenge, LogInError, RegisterError, RelyingParty};
use crate::accounts::session::SessionKind;
use crate::accounts::{Identity, MaybeIdentity, PageIdentity, entrance, profile, second_asked};
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::web::store::{StoreLanguage, Texts, private};
use crate::web::{ApiError, ClientAddress, Form, Json};

/// The account page's part of them.
pub(super) struct PasskeysPart {
    /// Where this server's pages can ask for them.
    pub(super) host: Option<String>,
    pub(super) lines: Vec<Line>,
    /// What a new one is called if nobody says otherwise.
    pub(super) suggested: String,
}

pub(super) struct Line {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) since: String,
    pub(super) used: Option<String>,
}

impl PasskeysPart {
    pub(super) async fn of(
        app: &App,
        identity: &Identity,
        language: Language,
        headers: &HeaderMap,
    ) -> Result<Self, ApiError> {
        let t = Texts::of(language);
        let when = |at_ms| date_and_time(at_ms, TIME_ZONE, language);
        let own = passkeys::list(app, identity.account).await?;
        let lines = own.into_iter().map(|passkey| Line {
            id: passkey.id,
            name: passkey.name,
            since: t.named("passkey-since", "when", when(passkey.created_ms)),
            used: passkey
                .used_ms
                .map(|used_ms| t.named("passkey-used", "when", when(used_ms))),
        });
        Ok(Self {
            host: login_host(app),
            lines: lines.collect(),
            suggested: client_name(headers).unwrap_or_default(),
        })
    }
}

/// The host at which a page may ask for a passkey.
pub(super) fn login_host(app: &App) -> Option<String> {
    let party = app.accounts.passkeys.as_ref();
    party.map(|party| party.host.clone())
}

fn party(app: &App) -> Result<&RelyingParty, ApiError> {
    let party = app.accounts.passkeys.as_ref();
    party.ok_or_else(|| ApiError::not_found("page"))
}

/// A question for the device, or why there is none, in words.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    Challenge(Challenge),
    Problem(String),
}

fn asked(challenge: Challenge) -> Response {
    private(Json(Asked::Challenge(challenge)).into_response())
}

#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    password: String,
}

/// What a device signs to log in.
pub(super) async fn ask_for_log_in(
    State(app): State<App>,
    StoreLanguage(_): StoreLanguage,
) -> Result<Response, ApiError> {
    passkeys::ask_for_log_in(&app, party(&app)?)
        .await
        .map(asked)
}

#[derive(Deserialize)]
pub(super) struct LogInForm {
    token: String,
    credential: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn log_in(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    headers: HeaderMap,
    Form(form): Form<LogInForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let (status, key) =
        match passkeys::log_in(&app, party(&app)?, &form.token, &form.credential).await {
            // The device has asked its owner for a finger, a face or a PIN: that is the second step.
            Ok(account) => {
                let session = entrance::begin_session(
                    &app,
                    (account, Steps::Both),
                    SessionKind::Browser,
                    &headers,
                )
                .await?;
                return on_with(&session, &next_path(&form.next, language));
            }
            Err(LogInError::Over) => (StatusCode::GONE, "problem-step-over"),
            Err(LogInError::Refused) => (StatusCode::UNAUTHORIZED, "problem-passkey"),
            Err(LogInError::Failed(error)) => return Err(error),
        };
    let problem = Some(Problem::new(status, t.get(key)));
    login_page(&app, language, &form.next, "", problem)
}

/// What a device signs to join in. Who sits at an open session must not come back by a key of his own.
pub(super) async fn ask_for_new(
    State(app): State<App>,
    client: ClientAddress,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Form(form): Form<AskForm>,
) -> Result<Response, ApiError> {
    let (t, party) = (Texts::of(language), party(&app)?);
    let refused = |problem: Problem| {
        let told = Json(Asked::Problem(problem.sentence));
        private((problem.status, told).into_response())
    };
    let Some(identity) = identity else {
        let over = Problem::new(StatusCode::UNAUTHORIZED, t.get("problem-step-over"));
        return Ok(refused(over));
    };
    let account = identity.account;
    if profile::profile(&app, account).await?.has_password
        && let Err(error) = profile::confirm(&app, account, form.password, client).await
    {
        return Ok(refused(in_words(error, t)?));
    }
    passkeys::ask_for_new(&app, party, account).await.map(asked)
}

#[derive(Deserialize)]
pub(super) struct AddForm {
    token: String,
    credential: String,
    #[serde(default)]
    name: String,
}

pub(super) async fn add(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    headers: HeaderMap,
    Form(form): Form<AddForm>,
) -> Result<Response, ApiError> {
    let t = Texts::of(language);
    let name = passkeys::parse_passkey_name(&form.name)
        .or_else(|| client_name(&headers))
        .unwrap_or_else(|| t.get("passkey").into_owned());
    let answer = (form.token.as_str(), form.credential.as_str());
    let added = passkeys::register(&app, party(&app)?, identity.account, answer, &name).await;
    let (status, key) = match added {
        Ok(()) => {
            // The device has verified its owner, just now.
            second_asked::has_made_both(&app, &identity).await?;
            return Ok(Done::Passkey.on(language));
        }
        Err(RegisterError::Over) => (StatusCode::GONE, "problem-passkey-over"),
        Err(RegisterError::Refused) => (StatusCode::BAD_REQUEST, "problem-passkey-new"),
        Err(RegisterError::TooMany) => (StatusCode::CONFLICT, "problem-passkey-many"),
        Err(RegisterError::Failed(error)) => return Err(error),
    };
    let problem = Some((Part::Passkeys, Problem::new(status, t.get(key))));
    account_page(&app, language, (&identity, &headers), None, problem).await
}

#[derive(Deserialize)]
pub(super) struct NameForm {
    passkey: Uuid,
    name: String,
}

pub(super) async fn rename(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    headers: HeaderMap,
    Form(form): Form<NameForm>,
) -> Result<Response, ApiError> {
    let Some(name) = passkeys::parse_passkey_name(&form.name) else {
        let sentence = Texts::of(language).get("error-account-name");
        let problem = Problem::new(StatusCode::BAD_REQUEST, sentence);
        let problem = Some((Part::Passkeys, problem));
        return account_page(&app, language, (&identity, &headers), None, problem).await;
    };
    passkeys::rename(&app, identity.account, form.passkey, &name).await?;
    Ok(Done::Profile.on(language))
}

#[derive(Deserialize)]
pub(super) struct RemoveForm {
    passkey: Uuid,
}

pub(super) async fn remove(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<RemoveForm>,
) -> Result<Response, ApiError> {
    passkeys::remove(&app, identity.account, form.passkey).await?;
    Ok(Done::PasskeyGone.on(language))
}
