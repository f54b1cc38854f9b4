//! "Send the link to my phone": on the order's page, once there are tickets and somebody sends text messages for us.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::OrderId;

use super::opened::Opened;
use super::order;
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::orders::OrderState;
use crate::orders::api::SecretQuery;
use crate::orders::phone::{TextMeError, text_me, texted};
use crate::web::store::StoreLanguage;
use crate::web::{ApiError, Form, Path, Query};

/// The form, with what was typed and what is wrong with it.
pub(super) struct TextMe {
    pub(super) action: String,
    pub(super) typed: String,
    pub(super) wrong: Option<String>,
    /// The last digits of the number to which it went.
    pub(super) sent_to: Option<String>,
}

impl TextMe {
    pub(super) async fn of(app: &App, opened: &Opened) -> Result<Option<Self>, sqlx::Error> {
        let order = &opened.order;
        if app.sms.is_none() || order.state != OrderState::Paid || order.issued_ms.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            action: opened.path_below("/text"),
            typed: String::new(),
            wrong: None,
            sent_to: texted(app, order).await?,
        }))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TextMeForm {
    phone: String,
}

pub(super) async fn send(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<TextMeForm>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    let Some(shown) = TextMe::of(&app, &opened).await? else {
        return Ok(opened.to_order());
    };
    let said = match text_me(&app, &opened.order, opened.event(), &form.phone, language).await {
        Ok(()) | Err(TextMeError::NoTickets) => return Ok(opened.to_order()),
        Err(TextMeError::Number) => "text-me-wrong",
        Err(TextMeError::TooOften) => "text-me-too-often",
        Err(TextMeError::Secret(error)) => return Err(error.into()),
        Err(TextMeError::Database(error)) => return Err(error.into()),
    };
    let text_me = TextMe {
        typed: form.phone,
        wrong: Some(opened.t.get(said).into_owned()),
        ..shown
    };
    let mut response = order::bought(&app, &opened, Some(text_me)).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
