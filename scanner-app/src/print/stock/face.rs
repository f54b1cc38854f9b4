//! A ticket's face on stock: what it is for at the left, the code at the right.

use paper::FaceName::{Narrow, Text, Wide};
use paper::{Ink, POINTS, Surface, Type, price, tall, width};
use shared::ticket::{Presented, QUIET_ZONE, Qr, QrError};
use shared::when::date_and_time;

use crate::print::document::TicketSheet;
use crate::print::facts::{address, facts, told};
use crate::print::texts::Texts;

const MARGIN: f32 = 3.0;
const GAP: f32 = 2.0;

const SMALL: Type = kind(Text, 6.8);
/// What the law asks for stands whole, small if need be.
const REST: [Type; 4] = [SMALL, kind(Text, 6.0), kind(Text, 5.3), kind(Text, 4.7)];
const BODY: Type = kind(Text, 8.4);
const VENUE: Type = kind(Wide, 9.0);
const MARK: Type = kind(Wide, 13.0);
const PRICE: Type = kind(Narrow, 17.0);
const SHORT_CODE: Type = kind(Narrow, 12.0);
const TITLE: [(Type, usize); 6] = [
    (kind(Wide, 19.0), 1),
    (kind(Wide, 15.0), 1),
    (kind(Wide, 12.0), 2),
    (kind(Wide, 10.0), 2),
    (kind(Wide, 8.5), 2),
    (kind(Wide, 7.5), 3),
];
const DATE: [(Type, usize); 3] = [
    (kind(Narrow, 15.0), 1),
    (kind(Narrow, 12.0), 1),
    (kind(Narrow, 12.0), 2),
];
const KIND: [(Type, usize); 5] = [
    (kind(Wide, 12.0), 1),
    (kind(Wide, 9.5), 1),
    (kind(Wide, 8.0), 2),
    (kind(Text, 7.5), 2),
    (kind(Text, 6.5), 3),
];

const fn kind(face: paper::FaceName, size: f32) -> Type {
    Type { face, size }
}

/// Draws it within `size` millimetres.
pub(super) fn draw(
    surface: &mut impl Surface,
    ticket: &TicketSheet,
    (width, height): (f32, f32),
) -> Result<(), QrError> {
    let qr = Qr::ticket(&Presented::plain(ticket.token))?;
    let modules = qr.width() as f32;
    let quiet = QUIET_ZONE as f32;
    // Below the code stands what a person reads out.
    let room = height - MARGIN - 7.5;
    let module = room / (modules + 2.0 * quiet) * 1.06;
    let code = module * modules;
    let left = width - MARGIN - quiet * module - code;
    surface.code(&qr, (left, MARGIN + quiet * module * 0.7), module);
    let below = MARGIN + quiet * module * 1.7 + code;
    centered(surface, &ticket.short_code, SHORT_CODE, (left, below), code);
    words(surface, ticket, left - quiet * module - GAP, height);
    Ok(())
}

/// Everything but the code, between the margin and `right`.
fn words(surface: &mut impl Surface, ticket: &TicketSheet, right: f32, height: f32) {
    let language = ticket.language;
    let texts = Texts::of(language);
    let zone = ticket.time_zone.as_str();
    let room = right - MARGIN;
    let at = |y| (MARGIN, y);
    let mut y = MARGIN;
    if let Some(mark) = texts.mark(ticket.mark) {
        let worthless = texts.worthless(ticket.mark).unwrap_or_default();
        let taken = width(mark, MARK) / POINTS + 3.0;
        let below = surface.lines(mark, MARK, at(y), room, 1, Ink::Full);
        let beside = (MARGIN + taken, y + 1.0);
        surface.lines(worthless, BODY, beside, room - taken, 1, Ink::Full);
        surface.rule((MARGIN, right), below, 0.5, Ink::Full);
        y = below + 1.4;
    }
    y = surface.fitted(&ticket.event, &TITLE, at(y), room) + 0.6;
    let starts = date_and_time(ticket.starts_ms, zone, language);
    y = surface.fitted(&starts, &DATE, at(y), room) + 0.4;
    let venue = surface.lines(&ticket.venue, VENUE, at(y), room, 1, Ink::Full) + 0.3;
    y = surface.lines(&address(ticket), SMALL, at(venue), room, 1, Ink::Full) + 0.8;
    surface.rule((MARGIN, right), y, 0.25, Ink::Line);
    y += 1.2;
    let middle = MARGIN + room * 0.55;
    let mut below = surface.fitted(&ticket.type_name, &KIND, at(y), middle - MARGIN - GAP);
    if let Some(place) = &ticket.place {
        let width = middle - MARGIN - GAP;
        below = surface.lines(place, BODY, at(below + 0.4), width, 1, Ink::Full);
    }
    let paid = price::price(ticket.price, language);
    let vat = price::vat(ticket.price, ticket.vat_basis_points, language);
    let width = right - middle;
    let price = surface.lines(&paid, PRICE, (middle, y), width, 1, Ink::Full) + 0.3;
    let price = surface.lines(&vat, SMALL, (middle, price), width, 1, Ink::Full);
    let known = facts(ticket);
    let known = known.iter().map(|fact| told(fact, language));
    let told = known.chain(ticket.mentions.iter().cloned());
    let told = told.collect::<Vec<_>>().join(" · ");
    let top = below.max(price) + 1.0;
    let kinds = REST.map(|kind| (kind, fitting(kind, height - MARGIN / 2.0 - top)));
    surface.fitted(&told, &kinds, at(top), room);
}

/// How many lines have room.
fn fitting(kind: Type, room: f32) -> usize {
    let fits = (1..=8).rev().find(|lines| tall(kind, *lines) <= room);
    fits.unwrap_or(1)
}

fn centered(
    surface: &mut impl Surface,
    text: &str,
    kind: Type,
    (left, top): (f32, f32),
    room: f32,
) {
    let start = left + ((room - width(text, kind) / POINTS) / 2.0).max(0.0);
    surface.lines(text, kind, (start, top), room, 1, Ink::Full);
}
