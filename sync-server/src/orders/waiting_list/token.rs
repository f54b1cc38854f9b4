//! The unguessable part of the links in mails to those who wait: their place's id, sealed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use shared::language::Language;
use uuid::Uuid;

use super::Place;
use crate::app::App;

const PURPOSE: &str = "waiting_list";

fn sealed(app: &App, place: Place) -> String {
    URL_SAFE_NO_PAD.encode(app.vault.seal(PURPOSE, place.0.as_bytes()))
}

/// The place that a link of ours names.
pub(super) fn place(app: &App, token: &str) -> Option<Place> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let id = app.vault.unseal(PURPOSE, &sealed).ok()?;
    Uuid::from_slice(&id).ok().map(Place)
}

/// Where they confirm their address, and see how far the line is.
pub(super) fn place_link(app: &App, place: Place, language: Language) -> String {
    let (url, token) = (&app.config.public_url, sealed(app, place));
    format!("{url}/{language}/waiting/place?token={token}")
}

/// Where they leave the line.
pub(super) fn leave_link(app: &App, place: Place, language: Language) -> String {
    let (url, token) = (&app.config.public_url, sealed(app, place));
    format!("{url}/{language}/waiting/leave?token={token}")
}
