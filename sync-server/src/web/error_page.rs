//! An error as a page, for whoever asked with a browser.

use askama::Template;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use shared::language::Language;

use super::error::IsError;
use super::language::PageLanguage;
use super::page::Page;
use super::store::language_of;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    sentence: &'static str,
    back: &'static str,
    status: u16,
    request_id: String,
}

/// The language of the page, if the request is a browser's for a page.
pub(crate) fn wants_page(uri: &Uri, headers: &HeaderMap) -> Option<Language> {
    let takes_html = headers
        .get(ACCEPT)
        .is_some_and(|value| value.as_bytes().windows(9).any(|part| part == b"text/html"));
    (takes_html && !uri.path().starts_with("/api/"))
        .then(|| language_of(uri).unwrap_or_else(|| PageLanguage::of(uri.query(), headers).0))
}

/// Puts a page in the place of the envelope; what is no envelope stays.
pub(crate) fn instead(response: Response, language: Language, request_id: &str) -> Response {
    if response.extensions().get::<IsError>().is_none() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let (title, sentence) = words(parts.status, language);
    let page = ErrorPage {
        page: Page::new(language, title),
        sentence,
        back: back(language),
        status: parts.status.as_u16(),
        request_id: request_id.to_owned(),
    };
    match page.render() {
        Ok(text) => {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
            Response::from_parts(parts, text.into())
        }
        Err(_) => Response::from_parts(parts, body),
    }
}

fn back(language: Language) -> &'static str {
    match language {
        Language::Fr => "Retour à l'accueil",
        Language::En => "Back to the start",
        Language::Es => "Volver al inicio",
        Language::De => "Zur Startseite",
        Language::It => "Torna all'inizio",
    }
}

/// What happened, what was not done, what to do.
fn words(status: StatusCode, language: Language) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => match language
        {
            Language::Fr => (
                "Page introuvable",
                "Il n'y a rien à cette adresse. Vérifiez le lien, ou repartez de l'accueil.",
            ),
            Language::En => (
                "Page not found",
                "There is nothing at this address. Check the link, or begin at the start.",
            ),
            Language::Es => (
                "Página no encontrada",
                "No hay nada en esta dirección. Compruebe el enlace o vuelva al inicio.",
            ),
            Language::De => (
                "Seite nicht gefunden",
                "Unter dieser Adresse gibt es nichts. Prüfen Sie den Link, oder beginnen Sie auf der Startseite.",
            ),
            Language::It => (
                "Pagina non trovata",
                "A questo indirizzo non c'è nulla. Controlli il link o riparta dall'inizio.",
            ),
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => match language {
            Language::Fr => (
                "Accès refusé",
                "Cette page ou ce formulaire ne vous est pas ouvert. Rien n'a été changé. Rechargez la page, ou connectez-vous de nouveau.",
            ),
            Language::En => (
                "No access",
                "This page or form is not open to you. Nothing was changed. Reload the page, or log in again.",
            ),
            Language::Es => (
                "Acceso denegado",
                "Esta página o este formulario no está abierto para usted. No se ha cambiado nada. Recargue la página o inicie sesión de nuevo.",
            ),
            Language::De => (
                "Kein Zugriff",
                "Diese Seite oder dieses Formular steht Ihnen nicht offen. Es wurde nichts geändert. Laden Sie die Seite neu, oder melden Sie sich noch einmal an.",
            ),
            Language::It => (
                "Accesso negato",
                "Questa pagina o questo modulo non le è aperto. Nulla è stato cambiato. Ricarichi la pagina o acceda di nuovo.",
            ),
        },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => match language {
            Language::Fr => (
                "Un instant",
                "Trop de demandes à la fois. Rien n'a été fait. Réessayez dans une minute.",
            ),
            Language::En => (
                "One moment",
                "Too many requests at once. Nothing was done. Try again in a minute.",
            ),
            Language::Es => (
                "Un momento",
                "Demasiadas solicitudes a la vez. No se ha hecho nada. Inténtelo de nuevo en un minuto.",
            ),
            Language::De => (
                "Einen Moment",
                "Zu viele Anfragen auf einmal. Es wurde nichts getan. Versuchen Sie es in einer Minute noch einmal.",
            ),
            Language::It => (
                "Un momento",
                "Troppe richieste insieme. Non è stato fatto nulla. Riprovi tra un minuto.",
            ),
        },
        status if status.is_server_error() => match language {
            Language::Fr => (
                "Une panne, chez nous",
                "Quelque chose n'a pas marché de notre côté ; nous en avons pris note. Rien n'a été fait à moitié. Réessayez.",
            ),
            Language::En => (
                "A failure, ours",
                "Something failed on our side; it was noted. Nothing was half done. Try again.",
            ),
            Language::Es => (
                "Un fallo nuestro",
                "Algo ha fallado por nuestra parte; queda anotado. Nada ha quedado a medias. Inténtelo de nuevo.",
            ),
            Language::De => (
                "Eine Störung bei uns",
                "Bei uns ist etwas fehlgeschlagen; es wurde vermerkt. Nichts blieb halb getan. Versuchen Sie es noch einmal.",
            ),
            Language::It => (
                "Un guasto nostro",
                "Qualcosa non ha funzionato da parte nostra; ne abbiamo preso nota. Nulla è rimasto a metà. Riprovi.",
            ),
        },
        _ => match language {
            Language::Fr => (
                "Demande incomprise",
                "Nous n'avons pas compris cette demande. Rien n'a été changé. Revenez à la page et réessayez.",
            ),
            Language::En => (
                "Request not understood",
                "We did not understand this request. Nothing was changed. Go back to the page and try again.",
            ),
            Language::Es => (
                "Solicitud no entendida",
                "No hemos entendido esta solicitud. No se ha cambiado nada. Vuelva a la página e inténtelo de nuevo.",
            ),
            Language::De => (
                "Anfrage nicht verstanden",
                "Wir haben diese Anfrage nicht verstanden. Es wurde nichts geändert. Gehen Sie zurück zur Seite und versuchen Sie es noch einmal.",
            ),
            Language::It => (
                "Richiesta non compresa",
                "Non abbiamo capito questa richiesta. Nulla è stato cambiato. Torni alla pagina e riprovi.",
            ),
        },
    }
}
