//! Third step: what is sold, for how much, and how many there are.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{EventId, OrganizerId, TypeNo};
use shared::language::Language;

use super::preview::Preview;
use super::rows::{Row, rates};
use super::what::next;
use super::{Opened, Step, StepLink};
use crate::app::App;
use crate::catalog::api::changed;
use crate::catalog::event::ask_for_donation;
use crate::catalog::event::page::EventPage;
use crate::catalog::gates::gates_of;
use crate::catalog::ticket_types::{
    self, TicketType, TicketTypeWithStock, WriteTypeError, free_number, types_of,
};
use crate::catalog::windows::windows_of;
use crate::office::desk::Desk;
use crate::office::fields::{Field, Sent, Wrong};
use crate::office::page::{OfficePage, on_to, shown};
use crate::office::words::{number, percent};
use crate::web::store::{Link, Texts};
use crate::web::{ApiError, Form, Path, Query};

#[derive(Template)]
#[template(path = "office/prices.html")]
struct PricesHtml {
    page: OfficePage,
    steps: Vec<StepLink>,
    lead: String,
    problem: Option<String>,
    action: String,
    rows: Vec<RowHtml>,
    /// Buyers are asked for a gift.
    donation: bool,
    /// More places than people may be in at once.
    over: Option<String>,
    back: Link,
    next: String,
    preview: Option<Preview>,
}

struct RowHtml {
    no: u16,
    name: String,
    main: Vec<Field>,
    more: Vec<Field>,
    rotating: bool,
    needs_other: bool,
    is_open: bool,
    /// `389 vendues`.
    taken: Option<String>,
}

#[derive(Deserialize)]
pub(in crate::office) struct PricesQuery {
    #[serde(default)]
    add: bool,
}

pub(in crate::office) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Query(query): Query<PricesQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let there = There::read(&app, &opened).await?;
    let mut rows: Vec<Row> = there
        .types
        .iter()
        .map(|row| Row::of(row, &there.zone))
        .collect();
    if query.add || rows.is_empty() {
        rows.push(Row::empty(there.free));
    }
    page(&opened, &there, &rows, &Wrong::default())
}

pub(in crate::office) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let there = There::read(&app, &opened).await?;
    let sent = Sent::new(pairs);
    let asked = Asked::of(sent.first("do"));
    let mut rows = Row::all(&sent);
    if let Asked::Delete(no) = asked {
        rows.retain(|row| row.no != no);
    }
    let mut wrong = Wrong::default();
    let types = there.checked(&rows, &mut wrong, opened.office.desk.t);
    if wrong.is_empty() {
        write(&app, &opened, &there, types, asked, &mut wrong).await?;
        let asks = sent.first("donation") == "on";
        if asks != opened.made()?.asks_donation {
            ask_for_donation(&app.pool, there.of, asks)
                .await
                .map_err(WriteTypeError::from)?;
        }
        changed(&app, event).await;
    }
    if !wrong.is_empty() {
        return page(&opened, &there, &Row::all(&sent), &wrong);
    }
    Ok(on_to(&match asked {
        Asked::Next if rows.iter().all(Row::is_empty) => opened.at(Step::Prices),
        Asked::Next => opened.after(Step::Prices),
        Asked::Add => format!("{}?add=true#new", opened.at(Step::Prices)),
        Asked::Delete(_) => opened.at(Step::Prices),
    }))
}

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Next,
    Add,
    Delete(u16),
}

impl Asked {
    fn of(text: &str) -> Self {
        match text.strip_prefix("delete-").map(str::parse) {
            Some(Ok(no)) => Self::Delete(no),
            None if text == "add" => Self::Add,
            Some(Err(_)) | None => Self::Next,
        }
    }
}

/// What the catalog has of the event.
struct There {
    of: (OrganizerId, EventId),
    zone: String,
    types: Vec<TicketTypeWithStock>,
    windows: Vec<(String, String)>,
    gates: Vec<(String, String)>,
    free: TypeNo,
}

impl There {
    async fn read(app: &App, opened: &Opened) -> Result<Self, ApiError> {
        let event = opened.made()?;
        let of = (event.organizer.id, event.id);
        let mut connection = app.pool.acquire().await?;
        let named = |no: Option<i64>, name: String| (no.unwrap_or_default().to_string(), name);
        let windows = windows_of(&mut connection, of).await?;
        let gates = gates_of(&mut connection, of).await?;
        Ok(Self {
            of,
            zone: event.time_zone.clone(),
            types: types_of(&mut connection, of).await?,
            windows: windows
                .into_iter()
                .map(|window| named(window.no, window.name))
                .collect(),
            gates: gates
                .into_iter()
                .map(|gate| named(gate.no, gate.name))
                .collect(),
            free: free_number(&mut connection, of).await?,
        })
    }

    fn known(&self, no: u16) -> Option<&TicketTypeWithStock> {
        let mut types = self.types.iter();
        types.find(|row| row.details.no == Some(no.into()))
    }

    /// What is to be written of all rows that say something.
    fn checked(&self, rows: &[Row], wrong: &mut Wrong, t: Texts) -> Vec<TicketType> {
        let rows = rows.iter().filter(|row| !row.is_empty()).enumerate();
        let types = rows.filter_map(|(position, row)| {
            let known = self.known(row.no).map(|known| &known.details);
            let request = row.request(known, (&self.zone, position), wrong, t);
            row.refused(&request, wrong, t);
            request.parse(None).ok()
        });
        types.collect()
    }
}

async fn write(
    app: &App,
    opened: &Opened,
    there: &There,
    types: Vec<TicketType>,
    asked: Asked,
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let t = opened.office.desk.t;
    for new in types {
        let no = new.no.0;
        let written = if there.known(no).is_some() {
            ticket_types::replace(&app.pool, there.of, &new).await
        } else {
            ticket_types::create(&app.pool, there.of, &new)
                .await
                .map(drop)
        };
        let (field, sentence) = match written {
            Ok(()) => continue,
            Err(WriteTypeError::QuotaBelowTaken { taken }) => {
                let taken = number(taken, opened.office.desk.language);
                ("quota", t.named("office-wrong-quota-taken", "taken", taken))
            }
            Err(WriteTypeError::NoSuchWindow) => {
                ("window", t.get("office-wrong-window").into_owned())
            }
            Err(WriteTypeError::NoSuchGate) => ("gate", t.get("office-wrong-gate").into_owned()),
            Err(WriteTypeError::NumberUsed | WriteTypeError::NoSuchType) => {
                ("name", t.get("office-wrong-type").into_owned())
            }
            Err(error @ (WriteTypeError::NoSuchEvent | WriteTypeError::Database(_))) => {
                return Err(error.into());
            }
        };
        wrong.add(format_args!("{field}-{no}"), sentence);
    }
    if let Asked::Delete(no) = asked
        && there.known(no).is_some()
        && wrong.is_empty()
    {
        match ticket_types::delete(&app.pool, there.of, TypeNo(no)).await {
            // Deleted meanwhile: that is what was wanted.
            Ok(()) | Err(WriteTypeError::NoSuchType) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn page(opened: &Opened, there: &There, rows: &[Row], wrong: &Wrong) -> Result<Response, ApiError> {
    let office = &opened.office;
    let (language, t) = (office.desk.language, office.desk.t);
    let event = opened.made()?;
    let rate = percent(office.organizer.commission_basis_points.into(), language);
    let html = PricesHtml {
        page: opened.page(Step::Prices, "office-prices-title"),
        steps: opened.steps(Step::Prices),
        lead: t.named("office-prices-lead", "rate", rate),
        problem: wrong.counted(t),
        action: opened.at(Step::Prices),
        rows: rows
            .iter()
            .map(|row| row_html(there, row, wrong, (language, t)))
            .collect(),
        donation: event.asks_donation,
        over: over(event, &there.types, language, t),
        back: Link {
            path: opened.at(Step::Place),
            label: t.get(Step::Place.key()).into_owned(),
        },
        next: next(opened, t, "office-next-publish"),
        preview: Some(Preview::of(event, &office.desk)),
    };
    shown(wrong.status(), &html)
}

fn row_html(there: &There, row: &Row, wrong: &Wrong, (language, t): (Language, Texts)) -> RowHtml {
    let no = row.no;
    let name = |field: &str| format!("{field}-{no}");
    let any = |key: &str| ("0".to_owned(), t.get(key).into_owned());
    let told = |fields: Vec<Field>| {
        let fields = fields.into_iter();
        fields.map(|field| field.told(wrong)).collect::<Vec<_>>()
    };
    let main = vec![
        Field::line(name("name"), t.get("office-type-name"), &row.name),
        Field::line(name("price"), t.get("office-type-price"), &row.price),
        Field::number(name("quota"), t.get("office-type-quota"), &row.quota),
        Field::choice(
            name("vat"),
            t.get("office-type-vat"),
            &row.vat,
            rates(&row.vat, language),
        ),
    ];
    let mut more = vec![
        Field::line(name("about"), t.get("office-type-about"), &row.about).optional(),
        Field::moment(name("from"), t.get("office-type-from"), &row.from)
            .optional()
            .half(),
        Field::moment(name("until"), t.get("office-type-until"), &row.until)
            .optional()
            .half(),
        Field::number(name("least"), t.get("office-type-least"), &row.least)
            .optional()
            .half(),
        Field::number(name("most"), t.get("office-type-most"), &row.most).half(),
        Field::number(name("group"), t.get("office-type-group"), &row.group)
            .optional()
            .half(),
        Field::line(name("each"), t.get("office-type-each"), &row.each)
            .optional()
            .half(),
        Field::line(name("access"), t.get("office-type-access"), &row.access)
            .optional()
            .help(t.get("office-type-access-help")),
        Field::line(name("note"), t.get("office-type-note"), &row.note)
            .optional()
            .half(),
    ];
    if !there.windows.is_empty() {
        let windows = [any("office-any-window")].into_iter();
        let windows = windows.chain(there.windows.iter().cloned());
        let label = t.get("office-type-window");
        more.push(Field::choice(name("window"), label, &row.window, windows).half());
    }
    if !there.gates.is_empty() {
        let gates = [any("office-any-gate")].into_iter();
        let gates = gates.chain(there.gates.iter().cloned());
        more.push(Field::choice(name("gate"), t.get("office-type-gate"), &row.gate, gates).half());
    }
    let known = there.known(no);
    let taken = known.map_or(0, |known| i64::from(known.sold) + i64::from(known.held));
    let more = told(more);
    RowHtml {
        no,
        name: row.name.clone(),
        main: told(main),
        is_open: more.iter().any(Field::is_invalid),
        more,
        rotating: row.rotating,
        needs_other: row.needs_other,
        taken: (taken > 0).then(|| t.named("office-type-taken", "count", number(taken, language))),
    }
}

fn over(
    event: &EventPage,
    types: &[TicketTypeWithStock],
    language: Language,
    t: Texts,
) -> Option<String> {
    let capacity = i64::from(event.capacity?);
    let places: i64 = types.iter().filter_map(|row| row.details.quota).sum();
    let (sold, most) = (number(places, language), number(capacity, language));
    (places > capacity).then(|| {
        t.with(
            "office-over-capacity",
            &[("places", &sold), ("capacity", &most)],
        )
    })
}
