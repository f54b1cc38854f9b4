//! The tills of an organizer: what each took, by whom and by what, and whether its closings agree with that.

mod csv;
mod sibil;
mod vouchers;
pub(super) mod words;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::Value;
use shared::ids::OrganizerId;
use shared::language::Language;

use self::words::{closing_name, money_of, said_of};
use super::desk::{Desk, Office};
use super::orders::OWN_ZONE;
use super::page::{Here, OfficePage, shown};
use super::words::number;
use crate::accounts::Right;
use crate::app::App;
use crate::database::transaction;
use crate::door::money::view::{
    ClosingRow, MeansRow, Part, Revenue, TillRow, TypeRow, closings_of, revenue_of, tills_of,
};
use crate::door::money::vouchers::VoucherNames;
use crate::messages::when::date_and_time;
use crate::web::store::Texts;
use crate::web::{ApiError, Path};

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/{organizer}/tills"), get(show))
        .route(&at("/{organizer}/tills.csv"), get(csv::download))
        .route(
            &at("/{organizer}/tills/vouchers"),
            get(vouchers::show).post(vouchers::add),
        )
        .route(
            &at("/{organizer}/tills/vouchers/take"),
            post(vouchers::take),
        )
        .route(&at("/{organizer}/sibil.csv"), get(sibil::download))
}

#[derive(Template)]
#[template(path = "office/tills.html")]
struct TillsHtml {
    page: OfficePage,
    csv: String,
    sibil: String,
    vouchers: String,
    tills: Vec<TillHtml>,
    closings: Vec<ClosingHtml>,
    /// Till, clerk, means, paid, given back.
    means: Vec<[String; 5]>,
    /// Till, clerk, event, type, tickets, taken back, what they cost.
    types: Vec<[String; 7]>,
}

struct TillHtml {
    name: String,
    series: String,
    sold: String,
    refunded: String,
    kept: String,
    zs: String,
    /// What has to be looked at.
    trouble: Vec<String>,
    waits: bool,
}

struct ClosingHtml {
    till: String,
    name: String,
    until: String,
    clerk: String,
    drawer: String,
    is_off: bool,
    means: Vec<String>,
    kept: String,
    agrees: bool,
    said: Vec<String>,
}

async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadFigures).await?;
    // One moment of all of it.
    let mut tx = transaction::begin_snapshot(&app.pool).await?;
    let tills = tills_of(&mut tx, organizer).await?;
    let closings = closings_of(&mut tx, organizer, None, None).await?;
    let names = VoucherNames::load(&mut tx, organizer).await?;
    let Revenue { means, types } = revenue_of(&mut tx, organizer, Part::default()).await?;
    tx.commit().await?;
    let (language, t) = (office.desk.language, office.desk.t);
    let html = TillsHtml {
        page: office.page(
            Here::Tills,
            t.get("tills-title"),
            format_args!("/{organizer}/tills"),
        ),
        csv: office.own("/tills.csv"),
        sibil: office.own("/sibil.csv"),
        vouchers: office.own("/tills/vouchers"),
        tills: tills.iter().map(|row| till(row, &office)).collect(),
        closings: closings
            .iter()
            .map(|row| closing(row, &office, &names))
            .collect(),
        means: means
            .iter()
            .map(|row| means_line(row, language, (&names, t)))
            .collect(),
        types: types.iter().map(|row| type_line(row, language)).collect(),
    };
    shown(StatusCode::OK, &html)
}

fn till(row: &TillRow, office: &Office) -> TillHtml {
    let (language, t) = (office.desk.language, office.desk.t);
    let money = |minor| match &row.currency {
        Some(currency) => money_of(minor, currency, language),
        None => String::new(),
    };
    let mut trouble = Vec::new();
    if row.forked {
        trouble.push(t.get("tills-forked").into_owned());
    }
    if row.differing > 0 {
        let count = number(row.differing, language);
        trouble.push(format!("{} ({count})", t.get("tills-differs")));
    }
    if row.unmade_minor > 0 {
        trouble.push(t.named("tills-unmade", "amount", money(row.unmade_minor)));
    }
    TillHtml {
        name: row.device_name.clone(),
        series: row.series.clone(),
        sold: money(row.sold_minor),
        refunded: money(row.refunded_minor),
        kept: money(row.sold_minor - row.refunded_minor),
        zs: number(row.zs, language),
        trouble,
        waits: row.waiting > 0,
    }
}

fn closing(row: &ClosingRow, office: &Office, names: &VoucherNames) -> ClosingHtml {
    let (language, t) = (office.desk.language, office.desk.t);
    let money = |minor| money_of(minor, &row.currency, language);
    let stated = |field: &str| row.totals.get(field).and_then(Value::as_i64).unwrap_or(0);
    let means = row.totals.get("means").and_then(Value::as_array);
    ClosingHtml {
        till: row.device_name.clone(),
        name: closing_name(&row.kind, &row.name, t),
        until: date_and_time(row.until_ms, OWN_ZONE, language),
        clerk: row.clerk_name.clone().unwrap_or_default(),
        drawer: row.difference_minor.map(money).unwrap_or_default(),
        is_off: row.difference_minor.is_some_and(|minor| minor != 0),
        means: means
            .into_iter()
            .flatten()
            .map(|total| {
                let sum = |field: &str| total.get(field).and_then(Value::as_i64).unwrap_or(0);
                let word = words::means_of(total, (names, t));
                let amount = money(sum("paid") - sum("back"));
                t.with("tills-of-means", &[("means", &word), ("amount", &amount)])
            })
            .collect(),
        kept: money(stated("sold") - stated("refunded")),
        agrees: row.agrees,
        said: said_of(
            (row.broken.as_deref(), row.broken_seq),
            &row.differences,
            &row.currency,
            (language, t, names),
        ),
    }
}

fn means_line(row: &MeansRow, language: Language, by: (&VoucherNames, Texts)) -> [String; 5] {
    let money = |minor| money_of(minor, &row.currency, language);
    [
        row.device_name.clone(),
        row.clerk_name.clone().unwrap_or_default(),
        words::means(&row.means, row.voucher.map(i64::from), by),
        money(row.paid_minor),
        money(row.back_minor),
    ]
}

fn type_line(row: &TypeRow, language: Language) -> [String; 7] {
    [
        row.device_name.clone(),
        row.clerk_name.clone().unwrap_or_default(),
        row.event_title.clone(),
        row.type_name.clone(),
        number(row.tickets, language),
        number(row.tickets_back, language),
        money_of(row.sold_minor - row.back_minor, &row.currency, language),
    ]
}
