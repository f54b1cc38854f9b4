//! A ticket's page. Two columns on a grid of 4 mm; the code stands in the upper right quarter, so that a sheet folded in
//! four shows it whole.

use paper::FaceName::{Narrow, Text, Wide};
use paper::{
    Ink, POINTS, Page as PdfPage, Shaped, Sheet, Surface as _, Type, UsedGlyphs, price, set, tall,
};
use shared::roster::EventMode;
use shared::ticket::{QUIET_ZONE, Qr};

use super::texts::{self, Texts};
use super::{MakePdfError, Paper, PaperCode, PaperTicket, PaperWindow};
use crate::messages::when::{date_and_time, short_date};

/// A4.
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
const MARGIN: f32 = 18.0;
const RIGHT: f32 = WIDTH - MARGIN;
/// The second column.
const COLUMN: f32 = 108.0;
const GAP: f32 = 6.0;
/// How wide one is.
const HALF: f32 = COLUMN - MARGIN - GAP;
/// The rule above the advice.
const FOOT: f32 = HEIGHT - 30.0;
const BELOW_LABEL: f32 = 1.2;
/// Between facts.
const MOST_GAP: f32 = 6.0;
const LEAST_GAP: f32 = 3.0;
/// A code's dark part; its quiet zone of four modules is white paper around it.
const CODE: f32 = 55.5;
const CODE_LEFT: f32 = RIGHT - CODE;
/// Beside the code and its quiet zone.
const BESIDE_CODE: f32 = CODE_LEFT - MARGIN - 10.0;
/// Hairline and headline rule.
const THIN: f32 = 0.2;
const THICK: f32 = 0.9;

const LABEL: Type = Type {
    face: Text,
    size: 8.5,
};
const VALUE: Type = Type {
    face: Text,
    size: 11.0,
};
const SMALL: Type = Type {
    face: Text,
    size: 9.5,
};
const PLACE: Type = Type {
    face: Wide,
    size: 12.0,
};
const PRICE: Type = Type {
    face: Narrow,
    size: 26.0,
};
const SHORT_CODE: Type = Type {
    face: Narrow,
    size: 19.0,
};
/// Larger ones first, each with the lines that it may take.
const TITLE: [(Type, usize); 4] = [wide(34.0, 1), wide(28.0, 2), wide(21.0, 3), wide(16.0, 3)];
const KIND: [(Type, usize); 3] = [wide(16.0, 1), wide(12.0, 2), wide(10.0, 3)];
/// In one line, if it can be.
const DATE: [(Type, usize); 3] = [narrow(22.0, 1), narrow(19.0, 1), narrow(22.0, 3)];

const fn wide(size: f32, most: usize) -> (Type, usize) {
    (Type { face: Wide, size }, most)
}

const fn narrow(size: f32, most: usize) -> (Type, usize) {
    (Type { face: Narrow, size }, most)
}

/// Draws ticket `number` of the paper.
pub(super) fn draw(
    paper: &Paper,
    number: usize,
    ticket: &PaperTicket,
    used: &mut UsedGlyphs,
) -> Result<PdfPage, MakePdfError> {
    let mut page = Page {
        sheet: Sheet::new((WIDTH, HEIGHT), used),
        texts: texts::texts(paper.language),
        paper,
        ticket,
    };
    let below_title = page.head(number);
    let below_left = page.event(below_title);
    let below_code = page.code(below_title)?;
    page.facts(below_left.max(below_code) + 10.0);
    page.foot();
    Ok(page.sheet.finish())
}

struct Page<'a> {
    sheet: Sheet<'a>,
    texts: &'static Texts,
    paper: &'a Paper,
    ticket: &'a PaperTicket,
}

impl Page<'_> {
    /// Who invites to what. Gives where the next block begins.
    fn head(&mut self, number: usize) -> f32 {
        let language = self.paper.language;
        let which = texts::which(number, self.paper.tickets.len(), language);
        let which = set(&which, SMALL, 60.0 * POINTS, 1);
        let which_width = which.first().map_or(0.0, |line| line.width() * SMALL.size);
        let which_left = RIGHT - which_width / POINTS;
        let organizer = set(
            &self.paper.event.organizer,
            SMALL,
            (which_left - MARGIN - GAP) * POINTS,
            1,
        );
        for (lines, x) in [(organizer, MARGIN), (which, which_left)] {
            for line in lines {
                self.sheet.line(&line, SMALL, (x, 20.0), Ink::Full);
            }
        }
        self.sheet.rule((MARGIN, RIGHT), 24.0, THICK, Ink::Full);
        let mut y = 32.0;
        if self.paper.event.mode == EventMode::Test {
            let test = self.texts.test;
            y = self
                .sheet
                .lines(test, PLACE, (MARGIN, y), RIGHT - MARGIN, 2, Ink::Full)
                + 4.0;
        }
        y = self
            .sheet
            .fitted(&self.paper.event.title, &TITLE, (MARGIN, y), RIGHT - MARGIN);
        y + 11.0
    }

    /// When, where, which place for how much.
    fn event(&mut self, top: f32) -> f32 {
        let Paper {
            event, language, ..
        } = self.paper;
        let (language, zone) = (*language, event.time_zone.as_str());
        let starts = date_and_time(event.starts_ms, zone, language);
        let at = |y| (MARGIN, y);
        let mut y = self.sheet.fitted(&starts, &DATE, at(top), BESIDE_CODE);
        let doors = format!(
            "{} {}",
            self.texts.doors,
            short_date(event.doors_ms, zone, language).time
        );
        y = self
            .sheet
            .lines(&doors, VALUE, at(y + 2.5), BESIDE_CODE, 1, Ink::Muted);
        y = self
            .sheet
            .lines(&event.venue, PLACE, at(y + 8.0), BESIDE_CODE, 2, Ink::Full)
            + 0.8;
        for text in [&event.address, &event.city] {
            y = self
                .sheet
                .lines(text, VALUE, at(y + 1.2), BESIDE_CODE, 2, Ink::Full);
        }
        y
    }

    /// What the door reads, and what a person reads out instead.
    fn code(&mut self, top: f32) -> Result<f32, MakePdfError> {
        match &self.ticket.code {
            PaperCode::Fixed(presented) => {
                let qr = Qr::ticket(presented).map_err(MakePdfError::Code)?;
                let module = CODE / qr.width() as f32;
                self.sheet.code(&qr, (CODE_LEFT, top), module);
                let quiet = module * QUIET_ZONE as f32;
                let below = top + CODE + quiet;
                let at = |y| (CODE_LEFT, y);
                let y = self.sheet.lines(
                    &self.ticket.short_code,
                    SHORT_CODE,
                    at(below),
                    CODE,
                    1,
                    Ink::Full,
                );
                let caption = self.texts.short_code;
                Ok(self
                    .sheet
                    .lines(caption, LABEL, at(y + 1.5), CODE, 2, Ink::Muted))
            }
            PaperCode::Rotating(address) => {
                let at = |y| (CODE_LEFT, y);
                let y = self
                    .sheet
                    .lines(self.texts.rotating, VALUE, at(top), CODE, 7, Ink::Full);
                Ok(self
                    .sheet
                    .lines(address, SMALL, at(y + 3.0), CODE, 4, Ink::Full))
            }
        }
    }

    /// Everything that has a name, two by two.
    fn facts(&mut self, top: f32) {
        let language = self.paper.language;
        self.sheet.rule((MARGIN, RIGHT), top, THIN, Ink::Line);
        let y = self.offer(top + 6.0) + 8.0;
        self.sheet.rule((MARGIN, RIGHT), y, THIN, Ink::Line);
        let (event, sale, texts) = (&self.paper.event, &self.paper.sale, self.texts);
        let sold = date_and_time(sale.at_ms, &event.time_zone, language);
        let window = self.ticket.window.as_ref();
        let window = window.map(|window| told(window, self.paper));
        let holder = Some(self.ticket.holder_name.clone()).filter(|name| !name.trim().is_empty());
        let facts = [
            (texts.holder, holder),
            (texts.gate, self.ticket.gate.clone()),
            (texts.window, window),
            (texts.series, Some(self.ticket.series.clone())),
            (texts.order, Some(sale.order_code.clone())),
            (texts.sold, Some(sold)),
            (texts.sold_at, Some(texts::place(&sale.place, language))),
            (texts.organizer, Some(event.organizer.clone())),
            (texts.licence, event.licence.clone()),
        ];
        let known: Vec<_> = facts
            .into_iter()
            .filter_map(|(label, value)| value.map(|value| (label, value)))
            .collect();
        self.rows(&known, y + 6.0);
    }

    /// Facts in two columns, as airy as the room above the foot allows; if there is little, each in one line.
    fn rows(&mut self, known: &[(&str, String)], top: f32) {
        let room = FOOT - 5.0 - top;
        let rows: Vec<_> = known.chunks(2).collect();
        let gaps = rows.len().max(1) as f32;
        let laid = |most| {
            rows.iter().map(move |pair| {
                let lines = pair
                    .iter()
                    .map(|(_, value)| set(value, VALUE, HALF * POINTS, most));
                lines.collect::<Vec<_>>()
            })
        };
        let height = |row: &[Vec<Shaped>]| {
            let most = row.iter().map(Vec::len).max().unwrap_or(0);
            tall(LABEL, 1) + BELOW_LABEL + tall(VALUE, most)
        };
        let content = |rows: &[Vec<Vec<Shaped>>]| rows.iter().map(|row| height(row)).sum::<f32>();
        let full: Vec<_> = laid(2).collect();
        let fits = content(&full) + gaps * LEAST_GAP <= room;
        let lines = if fits { full } else { laid(1).collect() };
        let gap = ((room - content(&lines)) / gaps).clamp(0.0, MOST_GAP);
        let mut y = top;
        for (pair, lines) in rows.iter().zip(&lines) {
            for (((label, _), lines), x) in pair.iter().zip(lines).zip([MARGIN, COLUMN]) {
                let below = self.sheet.lines(label, LABEL, (x, y), HALF, 1, Ink::Muted);
                self.sheet
                    .stack(lines, VALUE, (x, below + BELOW_LABEL), Ink::Full);
            }
            y += height(lines) + gap;
        }
    }

    /// The type beside its price.
    fn offer(&mut self, top: f32) -> f32 {
        let language = self.paper.language;
        let ticket = self.ticket;
        let width = HALF;
        let at = |x, y| (x, y);
        let texts = self.texts;
        let left = self
            .sheet
            .lines(texts.kind, LABEL, at(MARGIN, top), width, 1, Ink::Muted)
            + 1.5;
        let left = self
            .sheet
            .fitted(&ticket.type_name, &KIND, (MARGIN, left), width);
        let width = RIGHT - COLUMN;
        let price = price::price(ticket.price, language);
        let vat = price::vat(ticket.price, ticket.vat_basis_points, language);
        let right = self
            .sheet
            .lines(texts.price, LABEL, at(COLUMN, top), width, 1, Ink::Muted)
            + 1.5;
        let right = self
            .sheet
            .lines(&price, PRICE, at(COLUMN, right), width, 1, Ink::Full)
            + 1.5;
        let right = self
            .sheet
            .lines(&vat, SMALL, at(COLUMN, right), width, 2, Ink::Full);
        left.max(right)
    }

    fn foot(&mut self) {
        self.sheet.rule((MARGIN, RIGHT), FOOT, THIN, Ink::Line);
        let advice = self.texts.advice;
        let width = RIGHT - MARGIN;
        self.sheet
            .lines(advice, SMALL, (MARGIN, FOOT + 4.0), width, 3, Ink::Muted);
    }
}

/// A window by its name; with its times, if it has but one.
fn told(window: &PaperWindow, paper: &Paper) -> String {
    let at = |ms| short_date(ms, &paper.event.time_zone, paper.language);
    match window.intervals.as_slice() {
        [(from, until)] => {
            let (from, until) = (at(*from), at(*until));
            format!(
                "{}, {} {} {}, {} – {}",
                window.name, from.weekday, from.day, from.month, from.time, until.time
            )
        }
        _ => window.name.clone(),
    }
}
