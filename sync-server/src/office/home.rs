//! The door of the back office: for whom do you work?

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::desk::Desk;
use super::page::{OfficePage, on_to, shown};
use crate::app::App;
use crate::catalog::organizers::{Organizer, organizers_of};
use crate::web::ApiError;

#[derive(Template)]
#[template(path = "office/home.html")]
struct HomeHtml {
    page: OfficePage,
    organizers: Vec<Organizer>,
}

/// Whoever works for one organizer is there at once.
pub(super) async fn show(State(app): State<App>, desk: Desk) -> Result<Response, ApiError> {
    let mut connection = app.pool.acquire().await?;
    let organizers = organizers_of(&mut connection, desk.identity.account).await?;
    if let [only] = organizers.as_slice() {
        return Ok(on_to(&format!("/{}/office/{}", desk.language, only.id)));
    }
    let title = desk.t.get("office-title").into_owned();
    let page = OfficePage::outside(&desk, title, "/office".to_owned());
    shown(StatusCode::OK, &HomeHtml { page, organizers })
}
