//! The statement on paper: A4, lying, as many sheets as it needs.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use paper::{
    About, FaceName, FileError, Ink, POINTS, Page, Sheet, Surface as _, Type, UsedGlyphs, set, tall,
};
use shared::ids::EventId;

use super::Opened;
use super::view::{LineView, View};
use crate::app::App;
use crate::office::desk::Desk;
use crate::web::store::Texts;
use crate::web::{ApiError, Path};

const SIZE: (f32, f32) = (297.0, 210.0);
const MARGIN: f32 = 16.0;
const RIGHT: f32 = SIZE.0 - MARGIN;
/// Nothing stands below it but the number of the sheet.
const FOOT: f32 = SIZE.1 - 16.0;
const ROW: f32 = 7.0;
const THIN: f32 = 0.2;
const THICK: f32 = 0.9;

const TITLE: [(Type, usize); 3] = [wide(22.0, 1), wide(17.0, 1), wide(13.0, 2)];
const HEAD: Type = text(8.5);
const CELL: Type = text(10.0);
const SUM: Type = Type {
    face: FaceName::Narrow,
    size: 13.0,
};

const fn text(size: f32) -> Type {
    let face = FaceName::Text;
    Type { face, size }
}

const fn wide(size: f32, most: usize) -> (Type, usize) {
    let face = FaceName::Wide;
    (Type { face, size }, most)
}

/// The right edges of the columns; the first two begin at the left.
const COLUMNS: [f32; 9] = [72.0, 120.0, 142.0, 164.0, 186.0, 206.0, 226.0, 252.0, RIGHT];
/// The texts above them.
const HEADS: [&str; 9] = [
    "office-type-name",
    "takings-moment",
    "takings-price",
    "takings-first",
    "takings-last",
    "takings-issued",
    "takings-cancelled",
    "takings-valid",
    "takings-total",
];
/// The same above what tills were given.
const LENT_HEADS: [&str; 9] = [
    "office-type-name",
    "takings-till",
    "takings-first",
    "takings-last",
    "takings-given",
    "takings-sold",
    "takings-returned",
    "takings-unsold",
    "takings-written-off",
];
const GAP: f32 = 3.0;

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::read(&app, desk, event).await?;
    let now_ms = app.now_ms();
    let view = View::of(&opened, now_ms);
    let (language, t) = (opened.office.desk.language, opened.office.desk.t);
    let about = About {
        title: view.title.clone(),
        author: opened.office.organizer.legal_name.clone(),
        language,
        made_ms: now_ms,
    };
    let made = tokio::task::spawn_blocking(move || make(&view, t, &about)).await;
    let bytes = made
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CACHE_CONTROL, "private, no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"takings-{event}.pdf\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}

fn make(view: &View, t: Texts, about: &About) -> Result<Vec<u8>, FileError> {
    let mut used = UsedGlyphs::default();
    let mut pages: Vec<Page> = Vec::new();
    let mut rest = view.lines.as_slice();
    loop {
        let mut sheet = Sheet::new(SIZE, &mut used);
        let heads = HEADS.map(|key| t.get(key).into_owned());
        let below = head(&mut sheet, view, &heads, pages.len() + 1);
        let fit = ((FOOT - below) / ROW) as usize;
        let (now, later) = rest.split_at(rest.len().min(fit));
        let mut y = below;
        for line in now {
            y = row(&mut sheet, &cells(line), CELL, y);
        }
        rest = later;
        // The sums stand together: on this sheet if they have room, else on one of their own.
        let is_last = rest.is_empty() && y + tall_of_sums(view) <= FOOT;
        if is_last {
            sums(&mut sheet, view, t, y);
        }
        pages.push(sheet.finish());
        if is_last {
            break;
        }
    }
    lent(&mut pages, &mut used, view, t);
    paper::file(pages, &used, about)
}

/// What tills were given, on sheets of its own.
fn lent(pages: &mut Vec<Page>, used: &mut UsedGlyphs, view: &View, t: Texts) {
    let heads = LENT_HEADS.map(|key| t.get(key).into_owned());
    let mut rest = view.lent.as_slice();
    let mut returned = view.returned.as_slice();
    while !rest.is_empty() || !returned.is_empty() {
        let mut sheet = Sheet::new(SIZE, used);
        let mut y = head(&mut sheet, view, &heads, pages.len() + 1);
        let fit = ((FOOT - y) / ROW) as usize;
        let (now, later) = rest.split_at(rest.len().min(fit));
        for cells in now {
            // The longer name stands in the wider column.
            let mut cells = cells.clone();
            cells.swap(0, 1);
            y = row(&mut sheet, &cells, CELL, y);
        }
        rest = later;
        if rest.is_empty() && !returned.is_empty() && y + 2.0 * ROW <= FOOT {
            let title = t.get("takings-returned-numbers");
            y = sheet.lines(
                &title,
                HEAD,
                (MARGIN, y + 3.0),
                RIGHT - MARGIN,
                1,
                Ink::Muted,
            );
            while let Some((line, more)) = returned.split_first() {
                if y + 3.0 * ROW > FOOT {
                    break;
                }
                y = sheet.lines(line, CELL, (MARGIN, y + 1.0), RIGHT - MARGIN, 3, Ink::Full);
                returned = more;
            }
        }
        pages.push(sheet.finish());
    }
}

/// What stands above the rows of each sheet. Gives where they begin.
fn head(sheet: &mut Sheet<'_>, view: &View, heads: &[String; 9], number: usize) -> f32 {
    let width = RIGHT - MARGIN;
    sheet.rule((MARGIN, RIGHT), MARGIN, THICK, Ink::Full);
    let mut y = sheet.fitted(&view.title, &TITLE, (MARGIN, MARGIN + 5.0), width) + 2.0;
    for said in [
        format!("{}, {}", view.when, view.place),
        format!("{} · {}", view.organizer, view.made),
    ] {
        y = sheet.lines(&said, CELL, (MARGIN, y + 1.0), width, 2, Ink::Muted);
    }
    if let Some(difference) = &view.difference {
        y = sheet.lines(difference, CELL, (MARGIN, y + 2.0), width, 3, Ink::Full);
    }
    right(
        sheet,
        &number.to_string(),
        HEAD,
        RIGHT,
        SIZE.1 - 10.0,
        Ink::Muted,
    );
    row(sheet, heads, HEAD, y + 5.0)
}

fn cells(line: &LineView) -> [String; 9] {
    [
        &line.name,
        &line.moment,
        &line.price,
        &line.first,
        &line.last,
        &line.count,
        &line.cancelled,
        &line.valid,
        &line.total,
    ]
    .map(Clone::clone)
}

/// A row with a hairline below it. Gives where the next one begins.
fn row(sheet: &mut Sheet<'_>, cells: &[String; 9], kind: Type, top: f32) -> f32 {
    let ink = if kind == HEAD { Ink::Muted } else { Ink::Full };
    let baseline = top + ROW * 0.64;
    for (at, cell) in cells.iter().enumerate() {
        let edge = COLUMNS[at];
        let left = at
            .checked_sub(1)
            .map_or(MARGIN, |before| COLUMNS[before] + GAP);
        if at < 2 {
            let lines = set(cell, kind, (edge - left) * POINTS, 1);
            for line in &lines {
                sheet.line(line, kind, (left, baseline), ink);
            }
        } else {
            right(sheet, cell, kind, edge, baseline, ink);
        }
    }
    sheet.rule((MARGIN, RIGHT), top + ROW, THIN, Ink::Line);
    top + ROW
}

/// A text that ends at `edge`.
fn right(sheet: &mut Sheet<'_>, text: &str, kind: Type, edge: f32, baseline: f32, ink: Ink) {
    let width = paper::width(text, kind) / POINTS;
    for line in set(text, kind, width * POINTS + 1.0, 1) {
        sheet.line(&line, kind, (edge - width, baseline), ink);
    }
}

fn tall_of_sums(view: &View) -> f32 {
    let rows = (view.parts.len() + 1).max(view.rates.len()) + 1;
    24.0 + tall(SUM, 1) + ROW * rows as f32
}

/// Tickets and money on the left, the VAT on the right.
fn sums(sheet: &mut Sheet<'_>, view: &View, t: Texts, top: f32) {
    let baseline = top + 9.0;
    let total = t.get("takings-total");
    for line in set(&total, SUM, 80.0 * POINTS, 1) {
        sheet.line(&line, SUM, (MARGIN, baseline), Ink::Full);
    }
    right(sheet, &view.valid[0], SUM, COLUMNS[7], baseline, Ink::Full);
    right(sheet, &view.valid[1], SUM, COLUMNS[8], baseline, Ink::Full);
    sheet.rule((MARGIN, RIGHT), top + 13.0, THICK, Ink::Full);
    let below = top + 17.0;
    let free = [
        t.get("takings-free").into_owned(),
        view.free.clone(),
        String::new(),
    ];
    let mut y = below;
    for cells in view.parts.iter().chain([&free]) {
        small(
            sheet,
            cells,
            (MARGIN, [MARGIN + 60.0, MARGIN + 80.0, MARGIN + 110.0]),
            y,
        );
        y += ROW;
    }
    let came = [
        t.get("takings-came").into_owned(),
        String::new(),
        view.takings.clone(),
    ];
    small(
        sheet,
        &came,
        (MARGIN, [MARGIN + 60.0, MARGIN + 80.0, MARGIN + 110.0]),
        y,
    );
    if let Some(retained) = &view.retained {
        sheet.lines(retained, HEAD, (MARGIN, y + ROW), 110.0, 1, Ink::Muted);
    }
    let left = 160.0;
    let edges = [left + 34.0, left + 62.0, left + 90.0, RIGHT];
    let heads = [
        "takings-vat-rate",
        "takings-without-vat",
        "takings-vat",
        "takings-with-vat",
    ];
    small(
        sheet,
        &heads.map(|key| t.get(key).into_owned()),
        (left, edges),
        below,
    );
    let mut y = below + ROW;
    for rate in &view.rates {
        small(sheet, rate, (left, edges), y);
        y += ROW;
    }
    let net = [t.get("takings-net").into_owned(), view.net.clone()];
    small(sheet, &net, (left, [left + 62.0, RIGHT]), y);
}

/// A row of a small table: the first cell at `left`, the others at their right edges.
fn small<const N: usize>(
    sheet: &mut Sheet<'_>,
    cells: &[String; N],
    (left, edges): (f32, [f32; N]),
    top: f32,
) {
    let baseline = top + ROW * 0.64;
    for (at, (cell, edge)) in cells.iter().zip(edges).enumerate() {
        if at == 0 {
            for line in set(cell, CELL, (edge - left) * POINTS, 1) {
                sheet.line(&line, CELL, (left, baseline), Ink::Muted);
            }
        } else {
            right(sheet, cell, CELL, edge, baseline, Ink::Full);
        }
    }
}
