//! An event's entry windows: made, changed, removed.

use shared::ids::WindowNo;

use super::There;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::windows::{self, WindowRequest, WriteWindowError};
use crate::office::desk::Office;
use crate::office::fields::{Field, Sent, Wrong};
use crate::office::times::{as_typed, from_typed};
use crate::web::ApiError;

/// A row for one more interval stands below those that are there.
const SPARE_INTERVALS: usize = 1;

pub(super) struct WindowHtml {
    pub(super) no: i64,
    pub(super) title: String,
    pub(super) name: Field,
    pub(super) intervals: Vec<(Field, Field)>,
    pub(super) is_new: bool,
}

pub(super) async fn save(
    app: &App,
    office: &Office,
    (event, there): (&EventPage, &mut There),
    (no, sent): (i64, &Sent),
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let t = office.desk.t;
    let at = |text| from_typed(text, &event.time_zone);
    let pairs = sent.all("from").zip(sent.all("until"));
    let pairs: Vec<_> = pairs
        .filter(|(from, until)| !(from.is_empty() && until.is_empty()))
        .collect();
    let intervals: Vec<_> = pairs
        .iter()
        .filter_map(|(from, until)| at(from).zip(at(until)))
        .collect();
    let request = WindowRequest {
        no: Some(no),
        name: sent.first("name").to_owned(),
        intervals,
    };
    if request.intervals.len() < pairs.len() {
        wrong.add(format_args!("window-{no}"), t.get("office-wrong-interval"));
    }
    let is_known = there.windows.iter().any(|window| window.no == Some(no));
    let written = match request.parse(None) {
        _ if !wrong.is_empty() => Ok(()),
        Err(errors) => {
            let key = if errors.0.contains_key("name") {
                "office-wrong-window-name"
            } else {
                "office-wrong-interval"
            };
            wrong.add(format_args!("window-{no}"), t.get(key));
            Ok(())
        }
        Ok(window) if is_known => windows::replace(&app.pool, there.of, &window).await,
        Ok(window) => windows::create(&app.pool, there.of, &window)
            .await
            .map(drop),
    };
    match written {
        Ok(()) => {}
        Err(WriteWindowError::NumberUsed | WriteWindowError::NoSuchWindow) => {
            wrong.add(format_args!("window-{no}"), t.get("office-wrong-window"));
        }
        Err(
            error @ (WriteWindowError::NoSuchEvent
            | WriteWindowError::InUse
            | WriteWindowError::Database(_)),
        ) => return Err(error.into()),
    }
    if !wrong.is_empty() {
        there.windows.retain(|window| window.no != Some(no));
        there.windows.push(request);
        there.windows.sort_by_key(|window| window.no);
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
    let window = WindowNo(u8::try_from(no).map_err(|_| ApiError::not_found("window"))?);
    match windows::delete(&app.pool, there.of, window).await {
        Ok(()) | Err(WriteWindowError::NoSuchWindow) => Ok(()),
        Err(WriteWindowError::InUse) => {
            let text = office.desk.t.get("office-wrong-window-used");
            wrong.add(format_args!("window-{no}"), text);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn shown(
    office: &Office,
    event: &EventPage,
    there: &There,
    window: &WindowRequest,
    wrong: &Wrong,
) -> WindowHtml {
    let t = office.desk.t;
    let no = window.no.unwrap_or_default();
    let at = |ms| as_typed(ms, &event.time_zone);
    let pairs = window
        .intervals
        .iter()
        .map(|(from, until)| (at(*from), at(*until)));
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_INTERVALS);
    let intervals = (0..).zip(pairs.chain(spare)).map(|(place, (from, until))| {
        let field = |name: &'static str, key: &str, value: &str| {
            Field::moment(name, t.get(key), value)
                .named_apart(format_args!("{name}-{no}-{place}"))
                .optional()
                .half()
        };
        (
            field("from", "office-interval-from", &from),
            field("until", "office-interval-until", &until),
        )
    });
    let is_new = no == there.free_window;
    WindowHtml {
        no,
        title: if is_new {
            t.get("office-window-new").into_owned()
        } else {
            window.name.clone()
        },
        name: Field::line("name", t.get("office-window-name"), &window.name)
            .named_apart(format_args!("window-{no}"))
            .told(wrong),
        intervals: intervals.collect(),
        is_new,
    }
}
