//! The statement as a file for a spreadsheet: one line for each kind of ticket, then the sums.

use axum::extract::State;
use axum::response::Response;
use shared::ids::EventId;
use shared::money::Money;

use super::Opened;
use super::statement::{Moment, Sum};
use super::view::lent_cells;
use crate::app::App;
use crate::office::csv::{self, decimal};
use crate::office::desk::Desk;
use crate::office::words::percent;
use crate::web::store::Texts;
use crate::web::{ApiError, Path};

/// Type, moment, price, rate of VAT, first and last number, issued, cancelled, valid, total, VAT.
type Row = [String; 11];

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::read(&app, desk, event).await?;
    let name = format!("takings-{}", opened.event.id);
    csv::file(&name, &rows(&opened), opened.office.desk.language)
}

fn rows(opened: &Opened) -> Vec<Row> {
    let (language, t) = (opened.office.desk.language, opened.office.desk.t);
    let statement = &opened.statement;
    let word = |key: &str| t.get(key).into_owned();
    let none = String::new;
    let money = |money: Money| decimal(money, language);
    let mut rows = vec![[
        word("office-type-name"),
        word("takings-moment"),
        word("takings-price"),
        word("takings-vat-rate"),
        word("takings-first"),
        word("takings-last"),
        word("takings-issued"),
        word("takings-cancelled"),
        word("takings-valid"),
        word("takings-total"),
        word("takings-vat"),
    ]];
    for line in &statement.lines {
        let issued = &line.issued;
        let vat = shared::money::vat_included(line.total, issued.vat_basis_points);
        rows.push([
            issued.type_name.clone(),
            word(match issued.moment {
                Moment::Presale => "takings-presale",
                Moment::Doors => "takings-doors",
            }),
            money(issued.price),
            percent(issued.vat_basis_points.into(), language),
            format!("{}-{}", issued.channel, issued.first),
            format!("{}-{}", issued.channel, issued.last),
            issued.count.to_string(),
            issued.cancelled.to_string(),
            line.valid.to_string(),
            money(line.total),
            money(vat),
        ]);
    }
    let sum = |key: &str, tickets: String, total: Money, vat: String| {
        let mut row = Row::default();
        row[0] = word(key);
        [row[8], row[9], row[10]] = [tickets, money(total), vat];
        row
    };
    let part = |key: &str, of: Sum| sum(key, of.tickets.to_string(), of.total, none());
    rows.push(part("takings-presale", statement.presale));
    rows.push(part("takings-doors", statement.doors));
    for rate in &statement.rates {
        let mut row = sum("takings-vat-rate", none(), rate.total, money(rate.vat));
        row[3] = percent(rate.basis_points.into(), language);
        rows.push(row);
    }
    rows.push(part("takings-cancelled", statement.cancelled));
    let free = Sum {
        tickets: statement.free,
        total: Money::zero(opened.currency),
    };
    rows.push(part("takings-free", free));
    rows.push(part("takings-valid", statement.valid));
    rows.push(sum("takings-retained", none(), statement.retained, none()));
    rows.push(sum("takings-net", none(), statement.net(), none()));
    rows.push(sum("takings-came", none(), statement.takings, none()));
    if !opened.lent.is_empty() {
        rows.push(Row::default());
        rows.push(heads_of_lent(t));
        rows.extend(opened.lent.iter().map(|lent| {
            let [
                till,
                kind,
                first,
                last,
                given,
                sold,
                returned,
                unsold,
                written_off,
            ] = lent_cells(lent, language);
            let numbers = lent.returned_text();
            let none = String::new();
            [
                till,
                kind,
                none.clone(),
                numbers,
                first,
                last,
                given,
                returned,
                sold,
                unsold,
                written_off,
            ]
        }));
    }
    rows
}

fn heads_of_lent(t: Texts) -> Row {
    [
        Some("takings-till"),
        Some("office-type-name"),
        None,
        Some("takings-returned-numbers"),
        Some("takings-first"),
        Some("takings-last"),
        Some("takings-given"),
        Some("takings-returned"),
        Some("takings-sold"),
        Some("takings-unsold"),
        Some("takings-written-off"),
    ]
    .map(|key| key.map(|key| t.get(key).into_owned()).unwrap_or_default())
}
