//! A ticket on a roll: a stub with everything that the law asks for.

use paper::price;
use shared::ticket::Presented;
use shared::when::{date_and_time, short_date};

use super::{Row, Size, moment};
use crate::print::document::TicketSheet;
use crate::print::texts::Texts;

pub(crate) fn ticket(ticket: &TicketSheet) -> Vec<Row> {
    let language = ticket.language;
    let texts = Texts::of(language);
    let zone = ticket.time_zone.as_str();
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(texts.mark(ticket.mark).map(|mark| Row::Banner(mark.into())));
    rows.push(Row::centered(&ticket.event, Size::Large, true));
    let starts = date_and_time(ticket.starts_ms, zone, language);
    rows.push(Row::centered(starts, Size::Tall, true));
    if let Some(doors) = ticket.doors_ms {
        let doors = format!("{} {}", texts.doors, short_date(doors, zone, language).time);
        rows.push(Row::centered(doors, Size::Normal, false));
    }
    rows.push(Row::centered(&ticket.venue, Size::Normal, true));
    rows.push(Row::centered(&ticket.address, Size::Normal, false));
    rows.push(Row::Rule);
    let paid = price::price(ticket.price, language);
    rows.push(Row::sum(&ticket.type_name, paid, Size::Tall));
    let vat = price::vat(ticket.price, ticket.vat_basis_points, language);
    rows.push(Row::text(vat));
    for (label, value) in [(texts.place, &ticket.place), (texts.holder, &ticket.holder)] {
        rows.extend(value.iter().map(|value| Row::pair(label, value)));
    }
    let presented = Presented::plain(ticket.token);
    rows.push(Row::Code(presented.to_string()));
    rows.push(Row::centered(&ticket.short_code, Size::Tall, true));
    rows.push(Row::centered(texts.short_code, Size::Normal, false));
    rows.extend(
        texts
            .worthless(ticket.mark)
            .map(|text| Row::centered(text, Size::Normal, true)),
    );
    rows.push(Row::Rule);
    rows.push(Row::pair(texts.series, &ticket.series));
    rows.push(Row::pair(texts.order, &ticket.order));
    rows.push(Row::pair(
        texts.sold,
        moment(ticket.sold_ms, zone, language),
    ));
    rows.push(Row::pair(texts.sold_at, &ticket.sold_at));
    rows.push(Row::pair(texts.organizer, &ticket.organizer));
    rows.extend(
        ticket
            .licence
            .iter()
            .map(|licence| Row::pair(texts.licence, licence)),
    );
    rows.extend(ticket.mentions.iter().map(Row::text));
    rows.push(Row::text(texts.advice));
    rows
}
