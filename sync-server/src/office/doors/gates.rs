//! An event's gates: made, changed, removed.

use shared::ids::GateNo;

use super::There;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::gates::{self, GateRequest, WriteGateError};
use crate::office::desk::Office;
use crate::office::fields::{Field, Sent, Wrong};
use crate::web::ApiError;

pub(super) struct GateHtml {
    pub(super) no: i64,
    pub(super) title: String,
    pub(super) name: Field,
    /// Numbers and names of the ticket types, and whether each may use it.
    pub(super) types: Vec<(u16, String, bool)>,
    pub(super) strict: bool,
    pub(super) is_new: bool,
}

pub(super) async fn save(
    app: &App,
    office: &Office,
    there: &mut There,
    (no, sent): (i64, &Sent),
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let t = office.desk.t;
    let request = GateRequest {
        no: Some(no),
        name: sent.first("name").to_owned(),
        types: sent.all("type").filter_map(|no| no.parse().ok()).collect(),
        strict_home: sent.first("strict") == "on",
    };
    let is_known = there.gates.iter().any(|gate| gate.no == Some(no));
    let written = match request.parse(None) {
        Err(_) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate-name"));
            Ok(())
        }
        Ok(gate) if is_known => gates::replace(&app.pool, there.of, &gate).await,
        Ok(gate) => gates::create(&app.pool, there.of, &gate).await.map(drop),
    };
    match written {
        Ok(()) => {}
        Err(WriteGateError::NumberUsed | WriteGateError::NoSuchGate) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate"));
        }
        Err(WriteGateError::NoSuchType(_)) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate-type"));
        }
        Err(
            error @ (WriteGateError::NoSuchEvent
            | WriteGateError::InUse
            | WriteGateError::Database(_)),
        ) => return Err(error.into()),
    }
    if !wrong.is_empty() {
        // What was typed stays in its place.
        there.gates.retain(|gate| gate.no != Some(no));
        there.gates.push(request);
        there.gates.sort_by_key(|gate| gate.no);
    }
    Ok(())
}

pub(super) async fn delete(
    app: &App,
    office: &Office,
    there: &There,
    no: i64,
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let gate = GateNo(u16::try_from(no).map_err(|_| ApiError::not_found("gate"))?);
    match gates::delete(&app.pool, there.of, gate).await {
        Ok(()) | Err(WriteGateError::NoSuchGate) => Ok(()),
        Err(WriteGateError::InUse) => {
            let text = office.desk.t.get("office-wrong-gate-used");
            wrong.add(format_args!("gate-{no}"), text);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn shown(
    office: &Office,
    event: &EventPage,
    there: &There,
    gate: &GateRequest,
    wrong: &Wrong,
) -> GateHtml {
    let t = office.desk.t;
    let no = gate.no.unwrap_or_default();
    let types = event.all_types().map(|row| {
        let may = gate.types.contains(&row.no.0);
        (row.no.0, row.name.clone(), may)
    });
    let is_new = no == there.free_gate;
    GateHtml {
        no,
        title: if is_new {
            t.get("office-gate-new").into_owned()
        } else {
            gate.name.clone()
        },
        name: Field::line("name", t.get("office-gate-name"), &gate.name)
            .named_apart(format_args!("gate-{no}"))
            .told(wrong),
        types: types.collect(),
        strict: gate.strict_home,
        is_new,
    }
}
