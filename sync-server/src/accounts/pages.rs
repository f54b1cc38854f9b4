//! Logging in and out with a browser.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::language::Language;
use shared::wire::latest::ErrorCode;

use super::identity::SESSION_COOKIE;
use super::session::{SESSION_MS, SessionKind};
use super::{MaybeIdentity, entrance, link_pages, session};
use crate::app::App;
use crate::web::language::PageLanguage;
use crate::web::page::{Page, html};
use crate::web::{ApiError, ClientAddress, Form, Query};

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/login", get(show_login).post(login))
        .route("/logout", post(logout))
        .merge(link_pages::router())
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    texts: LoginTexts,
    problem: Option<String>,
    email: String,
    next: String,
}

struct LoginTexts {
    title: &'static str,
    email: &'static str,
    password: &'static str,
    log_in: &'static str,
    forgot: &'static str,
    wrong: &'static str,
    wait: &'static str,
}

#[derive(Deserialize)]
struct LoginQuery {
    next: Option<String>,
}

#[derive(Deserialize)]
struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn show_login(
    PageLanguage(language): PageLanguage,
    Query(query): Query<LoginQuery>,
) -> Result<Response, ApiError> {
    let next = local_path(query.next.as_deref().unwrap_or_default());
    html(&login_page(language, next, "", None))
}

fn login_page(language: Language, next: &str, email: &str, problem: Option<String>) -> LoginPage {
    let texts = texts(language);
    LoginPage {
        page: Page::new(language, texts.title)
            .without_login()
            .keeping("next", &encode(next)),
        texts,
        problem,
        email: email.to_owned(),
        next: next.to_owned(),
    }
}

async fn login(
    State(app): State<App>,
    client: ClientAddress,
    PageLanguage(language): PageLanguage,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Result<Response, ApiError> {
    let next = local_path(&form.next);
    match entrance::check_password(&app, &form.email, form.password, client).await {
        Ok(account) => {
            let session =
                entrance::begin_session(&app, account, SessionKind::Browser, &headers).await?;
            let cookie = set_cookie(&session.credential, SESSION_MS / 1000)?;
            Ok(([(SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(error) => refused(error, language, next, &form.email),
    }
}

fn refused(
    error: ApiError,
    language: Language,
    next: &str,
    email: &str,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    let problem = match error.code() {
        ErrorCode::WrongCredentials => texts.wrong.to_owned(),
        ErrorCode::TooManyRequests => {
            let seconds = error.retry_after_seconds().unwrap_or(1);
            texts.wait.replace("{seconds}", &seconds.to_string())
        }
        _ => return Err(error),
    };
    let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let page = html(&login_page(language, next, email, Some(problem)))?;
    let mut response = (status, page).into_response();
    if let Some(seconds) = error.retry_after_seconds() {
        response
            .headers_mut()
            .insert(axum::http::header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

async fn logout(
    State(app): State<App>,
    MaybeIdentity(identity): MaybeIdentity,
) -> Result<Response, ApiError> {
    if let Some(identity) = identity {
        session::end(&app, &identity).await?;
    }
    let cookie = set_cookie("", 0)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Lax, so that a link in a mail finds its reader logged in.
fn set_cookie(value: &str, max_age_seconds: i64) -> Result<HeaderValue, ApiError> {
    let text = format!(
        "{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age_seconds}"
    );
    HeaderValue::from_str(&text).map_err(ApiError::internal)
}

/// Only a path on this site: nobody shall use our log-in to lead people elsewhere.
fn local_path(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t', '\0']);
    if is_local && HeaderValue::from_str(next).is_ok() {
        next
    } else {
        "/"
    }
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

fn texts(language: Language) -> LoginTexts {
    match language {
        Language::Fr => LoginTexts {
            title: "Se connecter",
            email: "Adresse e-mail",
            password: "Mot de passe",
            log_in: "Se connecter",
            forgot: "Mot de passe oublié",
            wrong: "L'adresse ou le mot de passe ne va pas. Réessayez, ou demandez un nouveau mot de passe.",
            wait: "Trop d'essais pour ce compte. Réessayez dans {seconds}\u{a0}secondes.",
        },
        Language::En => LoginTexts {
            title: "Log in",
            email: "E-mail address",
            password: "Password",
            log_in: "Log in",
            forgot: "Forgotten password",
            wrong: "The address or the password is wrong. Try again, or ask for a new password.",
            wait: "Too many tries for this account. Try again in {seconds}\u{a0}seconds.",
        },
        Language::Es => LoginTexts {
            title: "Iniciar sesión",
            email: "Correo electrónico",
            password: "Contraseña",
            log_in: "Iniciar sesión",
            forgot: "He olvidado la contraseña",
            wrong: "El correo o la contraseña no es correcto. Inténtelo de nuevo o pida una nueva contraseña.",
            wait: "Demasiados intentos para esta cuenta. Inténtelo de nuevo en {seconds}\u{a0}segundos.",
        },
        Language::De => LoginTexts {
            title: "Anmelden",
            email: "E-Mail-Adresse",
            password: "Passwort",
            log_in: "Anmelden",
            forgot: "Passwort vergessen",
            wrong: "Adresse oder Passwort stimmt nicht. Versuchen Sie es noch einmal, oder fordern Sie ein neues Passwort an.",
            wait: "Zu viele Versuche für dieses Konto. Versuchen Sie es in {seconds}\u{a0}Sekunden noch einmal.",
        },
        Language::It => LoginTexts {
            title: "Accedi",
            email: "Indirizzo e-mail",
            password: "Password",
            log_in: "Accedi",
            forgot: "Password dimenticata",
            wrong: "L'indirizzo o la password non è corretto. Riprovi o chieda una nuova password.",
            wait: "Troppi tentativi per questo account. Riprovi tra {seconds}\u{a0}secondi.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_nowhere_else() {
        assert_eq!(local_path("/devices?a=1"), "/devices?a=1");
        for elsewhere in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x",
            "/\t/evil.example",
        ] {
            assert_eq!(local_path(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
