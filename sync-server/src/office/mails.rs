//! Mails that did not reach the organizer's buyers, with what the mail server said.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::OrganizerId;

use super::desk::Desk;
use super::orders::OWN_ZONE;
use super::page::{Here, OfficePage, shown};
use crate::accounts::Right;
use crate::app::App;
use crate::messages::unsent::{Unsent, unsent_of};
use crate::messages::when::date_and_time;
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/mails.html")]
struct MailsHtml {
    page: OfficePage,
    back: String,
    rows: Vec<Row>,
}

struct Row {
    order: String,
    code: String,
    recipient: String,
    what: String,
    when: String,
    said: String,
    state: String,
    look: &'static str,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadOrders).await?;
    let (language, t) = (office.desk.language, office.desk.t);
    let at = |ms| date_and_time(ms, OWN_ZONE, language);
    let row = |mail: Unsent| {
        let (state, look) = match mail.again_ms {
            Some(ms) => (t.named("office-mails-again", "when", at(ms)), "badge-wait"),
            None => (t.get("office-mails-given-up").into_owned(), "badge-no"),
        };
        Row {
            order: office.at(format_args!("/orders/{}", mail.order)),
            code: mail.code,
            recipient: mail.recipient,
            what: t.get(word_of(&mail.template)).into_owned(),
            when: at(mail.created_ms),
            said: mail.said,
            state,
            look,
        }
    };
    let unsent = unsent_of(&app.pool, organizer).await?;
    let page = MailsHtml {
        page: office.page(
            Here::Orders,
            t.get("office-mails"),
            format_args!("/{organizer}/mails"),
        ),
        back: office.at(format_args!("/{organizer}/orders")),
        rows: unsent.into_iter().map(row).collect(),
    };
    shown(StatusCode::OK, &page)
}

/// The key of a mail's name.
fn word_of(template: &str) -> &'static str {
    match template {
        "tickets" => "office-mail-tickets",
        "refund" => "office-mail-refund",
        "changed" => "office-mail-changed",
        "cancelled" => "office-mail-cancelled",
        "reminder" => "office-mail-reminder",
        "given" => "office-mail-given",
        "resold" => "office-mail-resold",
        "reserved" => "office-mail-reserved",
        "lapsed" => "office-mail-lapsed",
        _ => "office-mail-other",
    }
}
