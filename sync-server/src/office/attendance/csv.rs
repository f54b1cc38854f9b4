//! The figures as a file for a spreadsheet.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use shared::ids::EventId;
use shared::language::Language;

use super::figures::{Counted, reason_word};
use crate::accounts::Right;
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::office::desk::{Desk, Office};
use crate::web::{ApiError, Path};

/// Spreadsheets take UTF-8 for what it is only behind this.
const MARK: char = '\u{feff}';

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let counted = Counted::read(&app, &event).await?;
    let rows = rows(&counted, &office, &event.time_zone);
    let name = format!("attachment; filename=\"attendance-{}.csv\"", event.id);
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).map_err(ApiError::internal)?,
        ),
    ];
    Ok((headers, written(&rows, office.desk.language)).into_response())
}

/// What, which, sold, came, left, inside, entries, exits, refused: a line for each thing that is counted.
type Row = [String; 9];

fn rows(counted: &Counted, office: &Office, zone: &str) -> Vec<Row> {
    let (language, t) = (office.desk.language, office.desk.t);
    let word = |key: &str| t.get(key).into_owned();
    let none = String::new;
    let n = |value: i64| value.to_string();
    let whole = &counted.whole;
    let mut rows = vec![[
        word("office-csv-what"),
        word("office-csv-which"),
        word("office-sold"),
        word("office-came"),
        word("office-left"),
        word("office-inside"),
        word("office-entries"),
        word("office-exits"),
        word("office-refused"),
    ]];
    rows.push([
        word("office-csv-all"),
        none(),
        n(counted.sold()),
        n(whole.came),
        n(whole.left),
        n(whole.inside),
        n(whole.entries),
        n(whole.exits),
        n(whole.refusals),
    ]);
    for (name, sold, [came, left, inside]) in counted.by_type(t) {
        let kind = word("office-type-name");
        rows.push([
            kind,
            name,
            n(sold),
            n(came),
            n(left),
            n(inside),
            none(),
            none(),
            none(),
        ]);
    }
    let mut passages = |kind: String, name: String, [entries, exits, refusals]: [String; 3]| {
        rows.push([
            kind,
            name,
            none(),
            none(),
            none(),
            none(),
            entries,
            exits,
            refusals,
        ]);
    };
    for gate in &whole.gates {
        let counts = [gate.entries, gate.exits, gate.refusals].map(n);
        passages(
            word("office-gate"),
            counted.gate_name(gate.gate.0, t),
            counts,
        );
    }
    for device in &counted.parts.devices {
        let counts = [device.entries, device.exits, device.refusals].map(n);
        let name = if device.is_server {
            word("office-server-device")
        } else {
            device.name.clone()
        };
        passages(word("office-device"), name, counts);
    }
    for reason in &whole.refusals_by_reason {
        let counts = [none(), none(), n(reason.count)];
        passages(
            word("office-reason"),
            reason_word(&reason.reason, t),
            counts,
        );
    }
    for count in &counted.parts.flow {
        let when = date_and_time(count.from_ms, zone, language);
        let name = format!("{when}, {}", counted.gate_name(count.gate.0, t));
        let counts = [n(count.entries), none(), none()];
        passages(word("office-five-minutes"), name, counts);
    }
    rows
}

fn written(rows: &[Row], language: Language) -> String {
    // What a spreadsheet of that language takes for the end of a cell: the comma is its decimal sign.
    let between = match language {
        Language::En => ",",
        Language::Fr | Language::Es | Language::De | Language::It => ";",
    };
    let lines = rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| cell_of(cell)).collect();
        format!("{}\r\n", cells.join(between))
    });
    std::iter::once(MARK.to_string()).chain(lines).collect()
}

/// In quotes, and never a formula: a spreadsheet would carry out what a name begins with.
fn cell_of(text: &str) -> String {
    let is_number = text.parse::<i64>().is_ok();
    let acts = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%'])
        || text.starts_with(['\t', '\r', '\n']);
    let guard = if acts && !is_number { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_becomes_a_formula() {
        for name in [
            "=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", " =1", "\r=1", "%x", "|x",
        ] {
            let cell = cell_of(name);
            assert!(cell.starts_with("\"'"), "{name:?}: {cell:?}");
        }
        assert_eq!(cell_of("-12"), "\"-12\"", "a number stays one");
    }

    #[test]
    fn quotes_and_ends_of_cells_stay_in_their_cell() {
        assert_eq!(cell_of("Porte \"A\"; 1,5"), "\"Porte \"\"A\"\"; 1,5\"");
    }
}
