//! What an organizer allows before and after the sale: waiting for places, money back, a ticket to somebody else, another name on it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::EventId;

use super::desk::{Desk, Office};
use super::fields::{Field, Wrong};
use super::page::{Here, OfficePage, shown};
use super::wizard::cents;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::event::terms::{self, Reservations, Terms, Until, WaitingList, terms_of};
use crate::web::store::Texts;
use crate::web::{ApiError, Form, Path};

/// Minutes that places can be held for whoever is next.
const OFFERS: [u32; 7] = [30, 60, 120, 240, 720, 1_440, 2_880];
/// Minutes before an event at which its reservations lapse.
const LAPSES: [u32; 9] = [0, 15, 30, 45, 60, 120, 240, 720, 1_440];
/// Hours before doors until which something may be done with a ticket.
const HOURS: [u32; 9] = [0, 1, 2, 6, 24, 48, 72, 168, 336];
const NEVER: &str = "never";
/// As the column allows.
const MOST_FEE: i64 = 1_000_000;

#[derive(Template)]
#[template(path = "office/terms.html")]
struct TermsHtml {
    page: OfficePage,
    back: String,
    action: String,
    told: Option<String>,
    problem: Option<String>,
    line: Vec<Field>,
    before: Vec<Field>,
    after: Vec<Field>,
}

/// As the form sends it; what is not one of its choices changes nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TermsForm {
    waiting: String,
    offer: String,
    reservation: String,
    lapse: String,
    refund: String,
    fee: String,
    rename: String,
    transfer: String,
    resale: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let terms = terms_of(&app.pool, (office.organizer.id, event.id)).await?;
    page(&office, &event, &terms, None, &Wrong::default())
}

pub(super) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(form): Form<TermsForm>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let of = (office.organizer.id, event.id);
    let mut connection = app.pool.acquire().await?;
    let mut terms = terms_of(&mut *connection, of).await?;
    match form.waiting.as_str() {
        "open" => terms.waiting_list = WaitingList::Open,
        "closed" => terms.waiting_list = WaitingList::Closed,
        _ => {}
    }
    if let Some(minutes) = form
        .offer
        .parse()
        .ok()
        .filter(|minutes| OFFERS.contains(minutes))
    {
        terms.offer_minutes = minutes;
    }
    match form.reservation.as_str() {
        "open" => terms.reservations = Reservations::Open,
        "closed" => terms.reservations = Reservations::Closed,
        _ => {}
    }
    let lapse = form.lapse.parse().ok();
    if let Some(minutes) = lapse.filter(|minutes| LAPSES.contains(minutes)) {
        terms.reservation_minutes = minutes;
    }
    terms.refunds = until(&form.refund).unwrap_or(terms.refunds);
    terms.transfers = until(&form.transfer).unwrap_or(terms.transfers);
    terms.renames = until(&form.rename).unwrap_or(terms.renames);
    terms.resales = until(&form.resale).unwrap_or(terms.resales);
    let mut wrong = Wrong::default();
    match cents(&form.fee).filter(|fee| (0..=MOST_FEE).contains(fee)) {
        Some(fee) => terms.refund_fee_minor = fee,
        None => {
            wrong.add("fee", office.desk.t.get("office-wrong-amount"));
            return page(&office, &event, &terms, None, &wrong);
        }
    }
    terms::write(&mut connection, of, &terms).await?;
    drop(connection);
    app.event_pages.forget(event.id).await;
    let told = office.desk.t.get("office-terms-saved").into_owned();
    page(&office, &event, &terms, Some(told), &wrong)
}

/// One of the page's choices.
fn until(sent: &str) -> Option<Until> {
    if sent == NEVER {
        return Some(Until::Never);
    }
    let hours = sent.parse().ok().filter(|hours| HOURS.contains(hours));
    hours.map(Until::HoursBeforeDoors)
}

fn page(
    office: &Office,
    event: &EventPage,
    terms: &Terms,
    told: Option<String>,
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let t = office.desk.t;
    let path = format!("/events/{}/terms", event.id);
    let status = wrong.status();
    shown(
        status,
        &TermsHtml {
            page: office.page(
                Here::Events,
                t.named("office-terms-of", "title", &event.title),
                &path,
            ),
            back: office.at(format_args!("/events/{}", event.id)),
            action: office.at(&path),
            told,
            problem: wrong.counted(t),
            line: line_fields(terms, t),
            before: reservation_fields(terms, t),
            after: after_fields(terms, wrong, t),
        },
    )
}

fn line_fields(terms: &Terms, t: Texts) -> Vec<Field> {
    let chosen = match terms.waiting_list {
        WaitingList::Open => "open",
        WaitingList::Closed => "closed",
    };
    let waiting = [
        ("open", t.get("office-terms-line-open")),
        ("closed", t.get("office-terms-line-closed")),
    ];
    let offers = OFFERS.map(|minutes| (minutes, lasting(minutes, t)));
    vec![
        Field::choice("waiting", t.get("office-terms-line"), chosen, waiting)
            .half()
            .help(t.get("office-terms-line-help")),
        Field::choice(
            "offer",
            t.get("office-terms-offer"),
            &terms.offer_minutes.to_string(),
            offers,
        )
        .half()
        .help(t.get("office-terms-offer-help")),
    ]
}

fn reservation_fields(terms: &Terms, t: Texts) -> Vec<Field> {
    let chosen = match terms.reservations {
        Reservations::Open => "open",
        Reservations::Closed => "closed",
    };
    let reserving = [
        ("closed", t.get("office-terms-reservation-closed")),
        ("open", t.get("office-terms-reservation-open")),
    ];
    let lapses = LAPSES.map(|minutes| {
        let label = match minutes {
            0 => t.get("office-terms-lapse-start").into_owned(),
            1.. => lasting(minutes, t),
        };
        (minutes, label)
    });
    vec![
        Field::choice(
            "reservation",
            t.get("office-terms-reservation"),
            chosen,
            reserving,
        )
        .half()
        .help(t.get("office-terms-reservation-help")),
        Field::choice(
            "lapse",
            t.get("office-terms-lapse"),
            &terms.reservation_minutes.to_string(),
            lapses,
        )
        .half()
        .help(t.get("office-terms-lapse-help")),
    ]
}

fn after_fields(terms: &Terms, wrong: &Wrong, t: Texts) -> Vec<Field> {
    let choice = |name, key: &str, until| {
        let hours = HOURS.map(|hours| (hours.to_string(), before_doors(hours, t)));
        let never = (NEVER.to_owned(), t.get("office-terms-never").into_owned());
        let chosen = match until {
            Until::Never => NEVER.to_owned(),
            Until::HoursBeforeDoors(hours) => hours.to_string(),
        };
        let among = std::iter::once(never).chain(hours);
        Field::choice(name, t.get(key), &chosen, among).half()
    };
    let fee = terms.refund_fee_minor;
    let fee = format!("{},{:02}", fee / 100, fee % 100);
    vec![
        choice("refund", "office-terms-refund", terms.refunds)
            .help(t.get("office-terms-refund-help")),
        Field::line("fee", t.get("office-terms-fee"), &fee)
            .half()
            .help(t.get("office-terms-fee-help"))
            .told(wrong),
        choice("transfer", "office-terms-transfer", terms.transfers)
            .help(t.get("office-terms-transfer-help")),
        choice("rename", "office-terms-rename", terms.renames)
            .help(t.get("office-terms-rename-help")),
        choice("resale", "office-terms-resale", terms.resales)
            .help(t.get("office-terms-resale-help")),
    ]
}

fn before_doors(hours: u32, t: Texts) -> String {
    match hours {
        0 => t.get("office-terms-doors").into_owned(),
        1..48 => t.count("office-terms-hours", hours),
        48.. => t.count("office-terms-days", hours / 24),
    }
}

fn lasting(minutes: u32, t: Texts) -> String {
    if minutes < 60 {
        t.count("hold-minutes", minutes)
    } else {
        t.count("office-hours", minutes / 60)
    }
}
