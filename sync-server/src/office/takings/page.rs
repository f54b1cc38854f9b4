//! The statement as a page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::EventId;
use shared::money::Money;

use super::Opened;
use super::statement::{Line, Moment, Sum};
use crate::app::App;
use crate::messages::when::{amount, date_and_time};
use crate::office::desk::Desk;
use crate::office::page::{Here, OfficePage, shown};
use crate::office::words::{number, percent};
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/takings.html")]
struct TakingsHtml {
    page: OfficePage,
    when: String,
    place: String,
    organizer: String,
    licence: Option<String>,
    made: String,
    event: String,
    csv: String,
    lines: Vec<LineHtml>,
    valid: (String, String),
    takings: String,
    free: String,
    /// What, how many, what they come to.
    parts: Vec<[String; 3]>,
    /// Rate, without VAT, VAT, with VAT.
    rates: Vec<[String; 4]>,
    retained: Option<String>,
    net: String,
    /// The tickets and the ledger disagree by so much.
    difference: Option<String>,
}

struct LineHtml {
    name: String,
    moment: String,
    price: String,
    first: String,
    last: String,
    count: String,
    cancelled: String,
    valid: String,
    total: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::read(&app, desk, event).await?;
    shown(StatusCode::OK, &html(&opened, app.now_ms()))
}

fn html(opened: &Opened, now_ms: i64) -> TakingsHtml {
    let Opened {
        office,
        event,
        statement,
        ..
    } = opened;
    let (language, t) = (office.desk.language, office.desk.t);
    let path = format!("/events/{}/takings", event.id);
    let money = |money: Money| amount(money, language);
    let part = |key: &str, sum: Sum| {
        let tickets = number(sum.tickets.into(), language);
        [t.get(key).into_owned(), tickets, money(sum.total)]
    };
    let some = |of: Money| (of.minor != 0).then(|| money(of));
    TakingsHtml {
        page: office.page(
            Here::Events,
            t.named("takings-of", "title", &event.title),
            &path,
        ),
        when: date_and_time(event.starts_ms, &event.time_zone, language),
        place: format!(
            "{}, {} {}",
            event.venue.name, event.venue.postal_code, event.venue.city
        ),
        organizer: office.organizer.legal_name.clone(),
        licence: office.organizer.licence.clone(),
        made: date_and_time(now_ms, &event.time_zone, language),
        event: office.at(format_args!("/events/{}", event.id)),
        csv: office.at(format_args!("{path}.csv")),
        lines: statement
            .lines
            .iter()
            .map(|line| line_html(line, opened))
            .collect(),
        valid: (
            number(statement.valid.tickets.into(), language),
            money(statement.valid.total),
        ),
        takings: money(statement.takings),
        free: number(statement.free.into(), language),
        parts: vec![
            part("takings-presale", statement.presale),
            part("takings-doors", statement.doors),
            part("takings-cancelled", statement.cancelled),
        ],
        rates: statement
            .rates
            .iter()
            .map(|rate| {
                let basis_points = percent(rate.basis_points.into(), language);
                let rate_of = t.named("takings-rate", "rate", basis_points);
                [
                    rate_of,
                    money(rate.net()),
                    money(rate.vat),
                    money(rate.total),
                ]
            })
            .collect(),
        retained: some(statement.retained),
        net: money(statement.net()),
        difference: some(statement.difference),
    }
}

fn line_html(line: &Line, opened: &Opened) -> LineHtml {
    let (language, t) = (opened.office.desk.language, opened.office.desk.t);
    let issued = &line.issued;
    let count = |count: u32| number(count.into(), language);
    let no = |no: i64| format!("{}-{no}", issued.channel);
    let moment = match issued.moment {
        Moment::Presale => "takings-presale",
        Moment::Doors => "takings-doors",
    };
    LineHtml {
        name: issued.type_name.clone(),
        moment: t.get(moment).into_owned(),
        price: if issued.price.minor == 0 {
            t.get("takings-free").into_owned()
        } else {
            amount(issued.price, language)
        },
        first: no(issued.first),
        last: no(issued.last),
        count: count(issued.count),
        cancelled: count(issued.cancelled),
        valid: count(line.valid),
        total: amount(line.total, language),
    }
}
