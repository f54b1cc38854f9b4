//! No more reminders to an address: by one click, without an account. The link holds the address, sealed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use shared::language::Language;

use crate::app::App;

const PURPOSE: &str = "reminder_stop";

/// Where an address stops its reminders.
pub(super) fn link(app: &App, address: &str, language: Language) -> String {
    let sealed = app.vault.seal(PURPOSE, address.as_bytes());
    let token = URL_SAFE_NO_PAD.encode(sealed);
    format!(
        "{}/{language}/reminders/stop?token={token}",
        app.config.public_url
    )
}

/// The address in a link of ours.
pub(super) fn address(app: &App, token: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let address = app.vault.unseal(PURPOSE, &sealed).ok()?;
    String::from_utf8(address).ok()
}

/// From now on none is written; a repeat changes nothing.
pub(super) async fn stop(app: &App, address: &str) -> Result<(), sqlx::Error> {
    let hash: [u8; 32] = Sha256::digest(address.to_lowercase()).into();
    sqlx::query!(
        "insert into reminder_stops (address_hash, stopped_ms) values ($1, $2) on conflict do nothing",
        hash.as_slice(),
        app.now_ms(),
    )
    .execute(&app.pool)
    .await
    .map(drop)
}
