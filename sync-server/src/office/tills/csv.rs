//! Closings as a file for a spreadsheet: one line for each means of each closing.

use axum::extract::State;
use axum::response::Response;
use serde_json::Value;
use shared::ids::OrganizerId;
use shared::money::{Currency, Money};

use super::words::{closing_name, means_of, said_of};
use crate::accounts::Right;
use crate::app::App;
use crate::door::money::view::{ClosingRow, closings_of};
use crate::door::money::vouchers::VoucherNames;
use crate::messages::when::date_and_time;
use crate::office::csv::{self, decimal};
use crate::office::desk::{Desk, Office};
use crate::office::orders::OWN_ZONE;
use crate::web::{ApiError, Path};

/// Till, closing, end, clerk, means, paid, given back, kept, drawer difference, state.
type Row = [String; 10];

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadFigures).await?;
    let mut conn = app.pool.acquire().await?;
    let closings = closings_of(&mut conn, organizer, None, None).await?;
    let names = VoucherNames::load(&mut conn, organizer).await?;
    drop(conn);
    let (language, t) = (office.desk.language, office.desk.t);
    let heads = [
        "tills-till",
        "tills-closing",
        "tills-until",
        "tills-clerk",
        "tills-means",
        "tills-paid",
        "tills-back",
        "tills-kept",
        "tills-drawer",
        "tills-state",
    ];
    let mut rows = vec![heads.map(|key| t.get(key).into_owned())];
    for closing in &closings {
        rows.extend(lines(closing, &office, &names));
    }
    csv::file("tills", &rows, language)
}

/// A closing of nothing has one line.
fn lines(closing: &ClosingRow, office: &Office, names: &VoucherNames) -> Vec<Row> {
    let (language, t) = (office.desk.language, office.desk.t);
    let currency = Currency::from_code(&closing.currency).unwrap_or(Currency::Eur);
    let money = |minor| decimal(Money::new(minor, currency), language);
    let state = if closing.agrees {
        t.get("tills-agrees").into_owned()
    } else {
        let broken = (closing.broken.as_deref(), closing.broken_seq);
        said_of(
            broken,
            &closing.differences,
            &closing.currency,
            (language, t, names),
        )
        .join("; ")
    };
    let row = |[means, paid, back, kept]: [String; 4]| {
        [
            closing.device_name.clone(),
            closing_name(&closing.kind, &closing.name, t),
            date_and_time(closing.until_ms, OWN_ZONE, language),
            closing.clerk_name.clone().unwrap_or_default(),
            means,
            paid,
            back,
            kept,
            closing.difference_minor.map(money).unwrap_or_default(),
            state.clone(),
        ]
    };
    let means = closing.totals.get("means").and_then(Value::as_array);
    let means = means.map_or(&[][..], Vec::as_slice);
    if means.is_empty() {
        return vec![row([String::new(), money(0), money(0), money(0)])];
    }
    means
        .iter()
        .map(|total| {
            let sum = |field: &str| total.get(field).and_then(Value::as_i64).unwrap_or(0);
            let (paid, back) = (sum("paid"), sum("back"));
            row([
                means_of(total, (names, t)),
                money(paid),
                money(back),
                money(paid - back),
            ])
        })
        .collect()
}
