//! The vouchers that tills take in place of money: added, turned on and off.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::OrganizerId;

use crate::accounts::Right;
use crate::app::App;
use crate::door::money::vouchers::{self, AddVoucherError, VoucherRow};
use crate::office::desk::{Desk, Office};
use crate::office::fields::Field;
use crate::office::page::{Here, OfficePage, on_to, shown};
use crate::web::{ApiError, Form, Path};

#[derive(Template)]
#[template(path = "office/vouchers.html")]
struct VouchersHtml {
    page: OfficePage,
    back: String,
    action: String,
    problem: Option<String>,
    field: Field,
    vouchers: Vec<VoucherRow>,
    may_act: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadFigures).await?;
    page(&app, &office, None, String::new()).await
}

#[derive(Debug, Deserialize)]
pub(super) struct NewForm {
    #[serde(default)]
    name: String,
}

pub(super) async fn add(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<NewForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageDevices).await?;
    let problem = match vouchers::add(&app, organizer, &form.name).await {
        Ok(_) => return Ok(on_to(&office.own("/tills/vouchers"))),
        Err(AddVoucherError::Name) => "vouchers-no-name",
        Err(AddVoucherError::Exists) => "vouchers-exists",
        Err(AddVoucherError::TooMany) => "vouchers-too-many",
        Err(error @ AddVoucherError::Database(_)) => return Err(error.into()),
    };
    let problem = office.desk.t.get(problem).into_owned();
    page(&app, &office, Some(problem), form.name).await
}

#[derive(Debug, Deserialize)]
pub(super) struct TakeForm {
    number: u16,
    taken: bool,
}

pub(super) async fn take(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<TakeForm>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ManageDevices).await?;
    if !vouchers::take(&app, organizer, form.number, form.taken).await? {
        return Err(ApiError::not_found("voucher"));
    }
    Ok(on_to(&office.own("/tills/vouchers")))
}

async fn page(
    app: &App,
    office: &Office,
    problem: Option<String>,
    name: String,
) -> Result<Response, ApiError> {
    let organizer = office.organizer.id;
    let mut conn = app.pool.acquire().await?;
    let vouchers = vouchers::list(&mut conn, organizer).await?;
    drop(conn);
    let t = office.desk.t;
    let field =
        Field::line("name", t.get("vouchers-name"), &name).help(t.get("vouchers-name-help"));
    let status = if problem.is_none() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let html = VouchersHtml {
        page: office.page(
            Here::Tills,
            t.get("vouchers-title"),
            format_args!("/{organizer}/tills/vouchers"),
        ),
        back: office.own("/tills"),
        action: office.own("/tills/vouchers"),
        problem,
        field,
        vouchers,
        may_act: office.may(Right::ManageDevices),
    };
    shown(status, &html)
}
