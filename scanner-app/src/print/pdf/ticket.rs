//! A ticket on A6, upright.

use paper::FaceName::{Narrow, Text, Wide};
use paper::{Ink, POINTS, Surface, Type, price, set, tall, width};
use shared::ticket::{Presented, QUIET_ZONE, Qr, QrError};
use shared::when::date_and_time;

use super::A6;
use crate::print::document::TicketSheet;
use crate::print::facts::{address, facts, told};
use crate::print::texts::Texts;

const MARGIN: f32 = 8.0;
const ROOM: f32 = A6.0 - 2.0 * MARGIN;
const RIGHT: f32 = MARGIN + ROOM;
/// A code's dark part.
const CODE: f32 = 44.0;
const GAP: f32 = 3.0;
const MIDDLE: f32 = MARGIN + ROOM * 0.54;

const LABEL: Type = kind(Text, 6.5);
const VALUE: Type = kind(Text, 8.5);
const VENUE: Type = kind(Wide, 9.5);
const MARK: Type = kind(Wide, 15.0);
const PRICE: Type = kind(Narrow, 20.0);
/// What the law asks for stands whole, small if need be.
const FACT: [(Type, usize); 4] = [
    (LABEL, 2),
    (kind(Text, 5.8), 2),
    (kind(Text, 5.8), 3),
    (kind(Text, 5.0), 4),
];
const SHORT_CODE: Type = kind(Narrow, 15.0);
const TITLE: [(Type, usize); 5] = [
    (kind(Wide, 21.0), 1),
    (kind(Wide, 17.0), 2),
    (kind(Wide, 13.0), 2),
    (kind(Wide, 11.0), 3),
    (kind(Wide, 9.5), 3),
];
const DATE: [(Type, usize); 3] = [
    (kind(Narrow, 15.0), 1),
    (kind(Narrow, 12.5), 1),
    (kind(Narrow, 12.5), 2),
];
const KIND: [(Type, usize); 4] = [
    (kind(Wide, 12.0), 1),
    (kind(Wide, 10.0), 2),
    (kind(Wide, 8.5), 2),
    (kind(Text, 8.5), 3),
];

const fn kind(face: paper::FaceName, size: f32) -> Type {
    Type { face, size }
}

pub(crate) fn draw(surface: &mut impl Surface, ticket: &TicketSheet) -> Result<(), QrError> {
    let texts = Texts::of(ticket.language);
    let mut y = MARGIN;
    if let Some(mark) = texts.mark(ticket.mark) {
        y = surface.lines(mark, MARK, (MARGIN, y), ROOM, 1, Ink::Full);
        if let Some(worthless) = texts.worthless(ticket.mark) {
            y = surface.lines(worthless, VALUE, (MARGIN, y + 0.5), ROOM, 1, Ink::Full);
        }
        y += 1.5;
    }
    surface.rule((MARGIN, RIGHT), y, 0.7, Ink::Full);
    y = event(surface, ticket, y + 3.0);
    surface.rule((MARGIN, RIGHT), y + 2.0, 0.2, Ink::Line);
    y = offer(surface, ticket, y + 4.5);
    y = code(surface, ticket, y + 1.5)?;
    surface.rule((MARGIN, RIGHT), y + 1.5, 0.2, Ink::Line);
    rest(surface, ticket, y + 3.5);
    Ok(())
}

fn event(surface: &mut impl Surface, ticket: &TicketSheet, top: f32) -> f32 {
    let (language, zone) = (ticket.language, ticket.time_zone.as_str());
    let y = surface.fitted(&ticket.event, &TITLE, (MARGIN, top), ROOM);
    let starts = date_and_time(ticket.starts_ms, zone, language);
    let y = surface.fitted(&starts, &DATE, (MARGIN, y + 1.5), ROOM);
    let y = surface.lines(&ticket.venue, VENUE, (MARGIN, y + 1.5), ROOM, 1, Ink::Full);
    surface.lines(
        &address(ticket),
        VALUE,
        (MARGIN, y + 0.6),
        ROOM,
        2,
        Ink::Muted,
    )
}

/// The type beside its price.
fn offer(surface: &mut impl Surface, ticket: &TicketSheet, top: f32) -> f32 {
    let language = ticket.language;
    let left = MIDDLE - MARGIN - GAP;
    let mut below = surface.fitted(&ticket.type_name, &KIND, (MARGIN, top), left);
    if let Some(place) = &ticket.place {
        below = surface.lines(place, VALUE, (MARGIN, below + 0.8), left, 2, Ink::Full);
    }
    let paid = price::price(ticket.price, language);
    let vat = price::vat(ticket.price, ticket.vat_basis_points, language);
    let right = RIGHT - MIDDLE;
    let y = surface.lines(&paid, PRICE, (MIDDLE, top), right, 1, Ink::Full);
    let y = surface.lines(&vat, LABEL, (MIDDLE, y + 0.8), right, 2, Ink::Full);
    y.max(below)
}

/// In the middle, with its quiet zone.
fn code(surface: &mut impl Surface, ticket: &TicketSheet, top: f32) -> Result<f32, QrError> {
    let qr = Qr::ticket(&Presented::plain(ticket.token))?;
    let module = CODE / qr.width() as f32;
    let quiet = module * QUIET_ZONE as f32;
    surface.code(&qr, (MARGIN + (ROOM - CODE) / 2.0, top + quiet), module);
    let y = top + CODE + 2.0 * quiet;
    let texts = Texts::of(ticket.language);
    let y = centered(surface, &ticket.short_code, SHORT_CODE, y, Ink::Full);
    Ok(centered(
        surface,
        texts.short_code,
        LABEL,
        y + 0.4,
        Ink::Muted,
    ))
}

fn centered(surface: &mut impl Surface, text: &str, kind: Type, top: f32, ink: Ink) -> f32 {
    let start = MARGIN + ((ROOM - width(text, kind) / POINTS) / 2.0).max(0.0);
    surface.lines(text, kind, (start, top), ROOM, 1, ink)
}

/// Facts in two columns, then what has to be said; small enough to fit.
fn rest(surface: &mut impl Surface, ticket: &TicketSheet, top: f32) {
    let half = (ROOM - GAP) / 2.0;
    let known = facts(ticket);
    let mut y = top;
    for pair in known.chunks(2) {
        let mut below = y;
        for (fact, x) in pair.iter().zip([MARGIN, MARGIN + half + GAP]) {
            let value = told(fact, ticket.language);
            let most = if pair.len() == 1 { ROOM } else { half };
            below = below.max(surface.fitted(&value, &FACT, (x, y), most));
        }
        y = below + 0.5;
    }
    let advice = Texts::of(ticket.language).advice;
    let said = ticket.mentions.iter().map(String::as_str).chain([advice]);
    let said = said.collect::<Vec<_>>().join(" ");
    let room = A6.1 - MARGIN / 2.0 - y;
    let lines = set(&said, LABEL, ROOM * POINTS, 4);
    let fits = (1..=lines.len())
        .rev()
        .find(|most| tall(LABEL, *most) <= room);
    let fits = fits.unwrap_or(0);
    surface.lines(&said, LABEL, (MARGIN, y + 0.5), ROOM, fits, Ink::Muted);
}
