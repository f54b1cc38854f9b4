//! Ending one's own log-ins.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::SessionId;

use super::account::Done;
use crate::accounts::{PageIdentity, own_sessions};
use crate::app::App;
use crate::web::store::StoreLanguage;
use crate::web::{ApiError, Form};

#[derive(Deserialize)]
pub(super) struct EndForm {
    session: SessionId,
}

pub(super) async fn end_one(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
    Form(form): Form<EndForm>,
) -> Result<Response, ApiError> {
    own_sessions::end(&app, &identity, form.session).await?;
    Ok(Done::Session.on(language))
}

pub(super) async fn end_others(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    PageIdentity(identity): PageIdentity,
) -> Result<Response, ApiError> {
    own_sessions::end_others(&app, &identity).await?;
    Ok(Done::Sessions.on(language))
}
