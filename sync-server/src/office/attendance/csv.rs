//! The figures as a file for a spreadsheet.

use axum::extract::State;
use axum::response::Response;
use shared::ids::EventId;

use super::figures::{Counted, reason_word};
use crate::accounts::Right;
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::office::csv;
use crate::office::desk::{Desk, Office};
use crate::web::{ApiError, Path};

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let counted = Counted::read(&app, &event).await?;
    let rows = rows(&counted, &office, &event.time_zone);
    csv::file(
        &format!("attendance-{}", event.id),
        &rows,
        office.desk.language,
    )
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
