//! Where the links in mails lead. Opening one changes nothing, a button does: mail programs open links too.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use shared::language::Language;

use super::pages::encode;
use super::password::Password;
use super::{MaybeIdentity, links};
use crate::app::App;
use crate::web::language::PageLanguage;
use crate::web::page::{Page, html};
use crate::web::{ApiError, Form, Query};
use shared::wire::latest::ErrorCode;

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/verify", get(show_verify).post(verify))
        .route("/reset", get(show_reset).post(reset))
}

enum Step {
    /// Asks for a click.
    Confirm(String),
    /// Asks for an address.
    Ask,
    /// Asks for a password.
    Choose(String),
    /// It is done: on to the log-in.
    Done,
    /// Only words.
    Told,
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    page: Page,
    problem: Option<&'static str>,
    lead: &'static str,
    label: &'static str,
    button: &'static str,
    step: Step,
}

#[derive(Deserialize)]
struct LinkQuery {
    token: Option<String>,
}

#[derive(Deserialize)]
struct VerifyForm {
    token: String,
}

#[derive(Deserialize)]
struct ResetForm {
    email: Option<String>,
    token: Option<String>,
    password: Option<String>,
}

async fn show_verify(
    PageLanguage(language): PageLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<LinkQuery>,
) -> Result<Response, ApiError> {
    let token = query.token.unwrap_or_default();
    let texts = texts(language);
    html(&LinkPage {
        page: Page::new(language, texts.verify_title)
            .known(identity.as_deref())
            .keeping("token", &encode(&token)),
        problem: None,
        lead: texts.verify_lead,
        label: "",
        button: texts.verify_button,
        step: Step::Confirm(token),
    })
}

async fn verify(
    State(app): State<App>,
    PageLanguage(language): PageLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Form(form): Form<VerifyForm>,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    let page = Page::new(language, texts.verify_title).known(identity.as_deref());
    match links::verify(&app, &form.token).await {
        Ok(()) => html(&done(page, texts.verified, texts.log_in)),
        Err(error) => expired(error, page, &texts),
    }
}

async fn show_reset(
    PageLanguage(language): PageLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Query(query): Query<LinkQuery>,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    let page = Page::new(language, texts.reset_title).known(identity.as_deref());
    match query.token {
        Some(token) => html(&choose(
            page.keeping("token", &encode(&token)),
            &texts,
            token,
            None,
        )),
        None => html(&LinkPage {
            page,
            problem: None,
            lead: texts.ask_lead,
            label: texts.email,
            button: texts.ask_button,
            step: Step::Ask,
        }),
    }
}

async fn reset(
    State(app): State<App>,
    PageLanguage(language): PageLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Form(form): Form<ResetForm>,
) -> Result<Response, ApiError> {
    let texts = texts(language);
    let page = Page::new(language, texts.reset_title).known(identity.as_deref());
    let (Some(token), Some(password)) = (form.token, form.password) else {
        links::request_reset_unseen(&app, form.email.unwrap_or_default());
        return html(&LinkPage {
            step: Step::Told,
            ..done(page, texts.asked, "")
        });
    };
    let Ok(password) = Password::chosen(password) else {
        let again = html(&choose(page, &texts, token, Some(texts.too_short)))?;
        return Ok((StatusCode::BAD_REQUEST, again).into_response());
    };
    match links::reset(&app, &token, password).await {
        Ok(()) => html(&done(page, texts.reset_done, texts.log_in)),
        Err(error) => expired(error, page, &texts),
    }
}

fn choose(page: Page, texts: &LinkTexts, token: String, problem: Option<&'static str>) -> LinkPage {
    LinkPage {
        page,
        problem,
        lead: texts.choose_lead,
        label: texts.password,
        button: texts.choose_button,
        step: Step::Choose(token),
    }
}

fn done(page: Page, lead: &'static str, button: &'static str) -> LinkPage {
    LinkPage {
        page,
        problem: None,
        lead,
        label: "",
        button,
        step: Step::Done,
    }
}

fn expired(error: ApiError, page: Page, texts: &LinkTexts) -> Result<Response, ApiError> {
    if error.code() != ErrorCode::LinkExpired {
        return Err(error);
    }
    let page = html(&LinkPage {
        problem: Some(texts.expired),
        step: Step::Ask,
        label: texts.email,
        ..done(page, texts.ask_lead, texts.ask_button)
    })?;
    Ok((StatusCode::GONE, page).into_response())
}

struct LinkTexts {
    verify_title: &'static str,
    verify_lead: &'static str,
    verify_button: &'static str,
    verified: &'static str,
    log_in: &'static str,
    reset_title: &'static str,
    ask_lead: &'static str,
    ask_button: &'static str,
    asked: &'static str,
    email: &'static str,
    choose_lead: &'static str,
    choose_button: &'static str,
    password: &'static str,
    too_short: &'static str,
    reset_done: &'static str,
    expired: &'static str,
}

fn texts(language: Language) -> LinkTexts {
    match language {
        Language::Fr => LinkTexts {
            verify_title: "Votre adresse",
            verify_lead: "Un clic, et nous savons que cette adresse est la vôtre.",
            verify_button: "Confirmer mon adresse",
            verified: "Votre adresse est confirmée.",
            log_in: "Se connecter",
            reset_title: "Nouveau mot de passe",
            ask_lead: "Nous vous envoyons un lien, valable une heure.",
            ask_button: "Envoyer le lien",
            asked: "S'il existe un compte à cette adresse, un lien vient de partir. Regardez votre messagerie.",
            email: "Adresse e-mail",
            choose_lead: "Au moins 10 caractères ; quelques mots à la suite font très bien l'affaire.",
            choose_button: "Changer le mot de passe",
            password: "Nouveau mot de passe",
            too_short: "Il faut au moins 10 caractères. Rien n'a été changé.",
            reset_done: "Votre mot de passe est changé. Les autres connexions sont fermées.",
            expired: "Ce lien a déjà servi, ou son heure est passée. Rien n'a été changé.",
        },
        Language::En => LinkTexts {
            verify_title: "Your address",
            verify_lead: "One click, and we know that this address is yours.",
            verify_button: "Confirm my address",
            verified: "Your address is confirmed.",
            log_in: "Log in",
            reset_title: "New password",
            ask_lead: "We send you a link, good for one hour.",
            ask_button: "Send the link",
            asked: "If there is an account with this address, a link is on its way. Look into your mail.",
            email: "E-mail address",
            choose_lead: "At least 10 characters; a few words in a row do very well.",
            choose_button: "Change the password",
            password: "New password",
            too_short: "It takes at least 10 characters. Nothing was changed.",
            reset_done: "Your password is changed. All other log-ins are closed.",
            expired: "This link was used already, or its time is over. Nothing was changed.",
        },
        Language::Es => LinkTexts {
            verify_title: "Su dirección",
            verify_lead: "Un clic y sabremos que esta dirección es suya.",
            verify_button: "Confirmar mi dirección",
            verified: "Su dirección está confirmada.",
            log_in: "Iniciar sesión",
            reset_title: "Nueva contraseña",
            ask_lead: "Le enviamos un enlace, válido durante una hora.",
            ask_button: "Enviar el enlace",
            asked: "Si existe una cuenta con esta dirección, acaba de salir un enlace. Mire su correo.",
            email: "Correo electrónico",
            choose_lead: "Al menos 10 caracteres; unas cuantas palabras seguidas van muy bien.",
            choose_button: "Cambiar la contraseña",
            password: "Nueva contraseña",
            too_short: "Hacen falta al menos 10 caracteres. No se ha cambiado nada.",
            reset_done: "Su contraseña ha cambiado. Las demás sesiones están cerradas.",
            expired: "Este enlace ya se usó o ha caducado. No se ha cambiado nada.",
        },
        Language::De => LinkTexts {
            verify_title: "Ihre Adresse",
            verify_lead: "Ein Klick, und wir wissen, dass diese Adresse Ihre ist.",
            verify_button: "Adresse bestätigen",
            verified: "Ihre Adresse ist bestätigt.",
            log_in: "Anmelden",
            reset_title: "Neues Passwort",
            ask_lead: "Wir senden Ihnen einen Link, der eine Stunde gilt.",
            ask_button: "Link senden",
            asked: "Gibt es ein Konto mit dieser Adresse, ist ein Link unterwegs. Sehen Sie in Ihr Postfach.",
            email: "E-Mail-Adresse",
            choose_lead: "Mindestens 10 Zeichen; ein paar Wörter hintereinander sind sehr gut.",
            choose_button: "Passwort ändern",
            password: "Neues Passwort",
            too_short: "Es braucht mindestens 10 Zeichen. Es wurde nichts geändert.",
            reset_done: "Ihr Passwort ist geändert. Alle anderen Anmeldungen sind beendet.",
            expired: "Dieser Link wurde schon benutzt, oder seine Zeit ist um. Es wurde nichts geändert.",
        },
        Language::It => LinkTexts {
            verify_title: "Il suo indirizzo",
            verify_lead: "Un clic, e sappiamo che questo indirizzo è il suo.",
            verify_button: "Conferma il mio indirizzo",
            verified: "Il suo indirizzo è confermato.",
            log_in: "Accedi",
            reset_title: "Nuova password",
            ask_lead: "Le inviamo un link, valido un'ora.",
            ask_button: "Invia il link",
            asked: "Se esiste un account con questo indirizzo, un link è appena partito. Guardi la sua posta.",
            email: "Indirizzo e-mail",
            choose_lead: "Almeno 10 caratteri; qualche parola di fila va benissimo.",
            choose_button: "Cambia la password",
            password: "Nuova password",
            too_short: "Servono almeno 10 caratteri. Nulla è stato cambiato.",
            reset_done: "La sua password è cambiata. Gli altri accessi sono chiusi.",
            expired: "Questo link è già stato usato o è scaduto. Nulla è stato cambiato.",
        },
    }
}
