//! The pages of one's account: getting in, and all that one may see and change of oneself.
//!
//! They are in the store's look, below `/fr/` and its like. Addresses without a language (`/login`, and the links of older
//! mails) lead there.

mod account;
mod both;
mod data;
mod elsewhere;
mod enter;
mod invitation;
mod joined;
mod links;
mod login;
mod mail_link;
mod moved;
mod oidc;
mod passkeys;
mod register;
mod second;
mod second_step;
mod sessions;

use axum::Router;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use shared::language::Language;
use shared::wire::latest::ErrorCode;

use super::identity::SESSION_COOKIE;
use super::session::{NewSession, SESSION_MS};
use crate::app::App;
use crate::web::ApiError;
use crate::web::store::{Texts, private};

pub(crate) fn router() -> Router<App> {
    let mut router = Router::new()
        .route("/login", get(moved::to_login))
        .route("/verify", get(moved::to_verify))
        .route("/reset", get(moved::to_reset))
        .route("/logout", post(login::logout))
        .route(
            "/login/back/{provider}",
            get(oidc::back_by_address).post(oidc::back_by_form),
        );
    for language in Language::ALL {
        let at = |path: &str| format!("/{language}{path}");
        router = router
            .route(&at("/login"), get(login::show).post(login::login))
            .route(
                &at("/login/link"),
                get(mail_link::show).post(mail_link::use_or_ask),
            )
            .route(
                &at("/login/code"),
                get(second_step::show).post(second_step::check),
            )
            .route(&at("/login/with/{provider}"), get(oidc::go))
            .route(&at("/login/joined"), get(joined::show).post(joined::join))
            .route(&at("/account/joined/part"), post(joined::part))
            .route(&at("/login/passkey"), post(passkeys::log_in))
            .route(&at("/login/passkey/ask"), post(passkeys::ask_for_log_in))
            .route(&at("/account/passkeys/ask"), post(passkeys::ask_for_new))
            .route(&at("/account/passkeys/add"), post(passkeys::add))
            .route(&at("/account/passkeys/name"), post(passkeys::rename))
            .route(&at("/account/passkeys/remove"), post(passkeys::remove))
            .route(&at("/account/both"), get(both::show).post(both::check))
            .route(&at("/account/second"), get(second::show))
            .route(&at("/account/second/on"), post(second::turn_on))
            .route(&at("/account/second/paper"), post(second::new_paper))
            .route(&at("/account/second/off"), post(second::turn_off))
            .route(
                &at("/register"),
                get(register::show).post(register::register),
            )
            .route(
                &at("/invitation"),
                get(invitation::show).post(invitation::accept),
            )
            .route(&at("/verify"), get(links::show_verify).post(links::verify))
            .route(&at("/reset"), get(links::show_reset).post(links::reset))
            .route(&at("/account"), get(account::show))
            .route(&at("/account/profile"), post(account::save))
            .route(&at("/account/password"), post(account::change_password))
            .route(&at("/account/check"), post(account::send_check))
            .route(&at("/account/sessions/end"), post(sessions::end_one))
            .route(
                &at("/account/sessions/end-others"),
                post(sessions::end_others),
            )
            .route(&at("/account/export"), get(data::export))
            .route(
                &at("/account/erase"),
                get(data::show_erase).post(data::erase),
            );
    }
    router
}

/// Lax, so that a link in a mail finds its reader logged in.
fn set_cookie(value: &str, max_age_seconds: i64) -> Result<HeaderValue, ApiError> {
    let text = format!(
        "{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}"
    );
    HeaderValue::from_str(&text).map_err(ApiError::internal)
}

/// On, with the cookie of a session that has just begun.
fn on_with(session: &NewSession, to: &str) -> Result<Response, ApiError> {
    let cookie = set_cookie(&session.credential, SESSION_MS / 1000)?;
    let on = ([(SET_COOKIE, cookie)], Redirect::to(to));
    Ok(private(on.into_response()))
}

/// A refusal that a page tells, as its status and its sentence; any other is an error.
fn in_words(error: ApiError, t: Texts) -> Result<Problem, ApiError> {
    let retry_after = error.retry_after_seconds();
    let sentence = match error.code() {
        ErrorCode::WrongCredentials => t.get("problem-credentials").into_owned(),
        ErrorCode::TooManyRequests => t.count("problem-tries", retry_after.unwrap_or(1)),
        ErrorCode::AlreadyExists => t.get("problem-known-address").into_owned(),
        ErrorCode::LinkExpired => t.get("problem-link").into_owned(),
        ErrorCode::Conflict => t.get("problem-only-owner").into_owned(),
        _ => return Err(error),
    };
    Ok(Problem {
        status: StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::BAD_REQUEST),
        sentence,
        retry_after,
    })
}

/// As [`in_words`], of a code.
fn code_problem(error: ApiError, t: Texts) -> Result<Problem, ApiError> {
    let is_wrong = error.code() == ErrorCode::WrongCredentials;
    let problem = in_words(error, t)?;
    Ok(if is_wrong {
        Problem::new(problem.status, t.get("problem-code"))
    } else {
        problem
    })
}

/// Why a form comes back.
#[derive(Clone, Debug)]
struct Problem {
    status: StatusCode,
    sentence: String,
    retry_after: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
            retry_after: None,
        }
    }

    fn wrong_fields(count: usize, t: Texts) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Self::new(StatusCode::BAD_REQUEST, t.count("fields-count", count))
    }
}

/// The page, with the status of what it tells.
fn answer(page: Response, problem: Option<&Problem>) -> Response {
    let mut response = private(page);
    if let Some(problem) = problem {
        *response.status_mut() = problem.status;
        if let Some(seconds) = problem.retry_after {
            let seconds = HeaderValue::from(seconds);
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
    }
    response
}

/// Only a path on this site: nobody shall use our log-in to lead people elsewhere.
fn local_path(next: &str) -> Option<&str> {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t', '\0']);
    (is_local && HeaderValue::from_str(next).is_ok()).then_some(next)
}

/// Where a log-in leads: where its visitor came from, else to the account.
fn next_path(next: &str, language: Language) -> String {
    local_path(next).map_or_else(|| format!("/{language}/account"), str::to_owned)
}

/// The end of an address, from the `?` on, that keeps where a log-in leads.
fn next_query(next: &str) -> String {
    local_path(next).map_or_else(String::new, |next| format!("?next={}", encode(next)))
}

/// As the value of a parameter in an address.
pub(crate) fn encode(text: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.extend([
                '%',
                HEX[usize::from(other >> 4)],
                HEX[usize::from(other & 15)],
            ]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_nowhere_else() {
        assert_eq!(local_path("/devices?a=1"), Some("/devices?a=1"));
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
            "/\t/evil.example",
        ] {
            assert_eq!(local_path(elsewhere), None, "{elsewhere:?}");
        }
        assert_eq!(next_path("//evil.example", Language::De), "/de/account");
    }
}
