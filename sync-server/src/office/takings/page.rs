//! The statement as a page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::EventId;

use super::Opened;
use super::view::View;
use crate::app::App;
use crate::office::desk::Desk;
use crate::office::page::{Here, OfficePage, shown};
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/takings.html")]
struct TakingsHtml {
    page: OfficePage,
    view: View,
    event: String,
    csv: String,
    pdf: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::read(&app, desk, event).await?;
    let view = View::of(&opened, app.now_ms());
    let office = &opened.office;
    let path = format!("/events/{event}/takings");
    let page = TakingsHtml {
        page: office.page(Here::Events, &view.title, &path),
        view,
        event: office.at(format_args!("/events/{event}")),
        csv: office.at(format_args!("{path}.csv")),
        pdf: office.at(format_args!("{path}.pdf")),
    };
    shown(StatusCode::OK, &page)
}
