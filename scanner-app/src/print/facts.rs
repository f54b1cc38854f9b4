//! What stands on a ticket beside its event, its price and its code, each with its label.

use shared::language::Language;
use shared::when::short_date;

use super::document::TicketSheet;
use super::rows::moment;
use super::texts::Texts;

/// In the order of the sheet.
pub(super) fn facts(ticket: &TicketSheet) -> Vec<(&'static str, String)> {
    let texts = Texts::of(ticket.language);
    let sold = moment(ticket.sold_ms, &ticket.time_zone, ticket.language);
    let all = [
        (texts.holder, ticket.holder.clone()),
        (texts.series, Some(ticket.series.clone())),
        (texts.order, Some(ticket.order.clone())),
        (texts.sold, Some(sold)),
        (texts.sold_at, Some(ticket.sold_at.clone())),
        (texts.organizer, Some(ticket.organizer.clone())),
        (texts.licence, ticket.licence.clone()),
    ];
    all.into_iter()
        .filter_map(|(label, value)| value.map(|value| (label, value)))
        .collect()
}

/// A fact in one text: French sets a blank before the colon, and no line ends within the label.
pub(super) fn told((label, value): &(&'static str, String), language: Language) -> String {
    let label = label.replace(' ', "\u{a0}");
    match language {
        Language::Fr => format!("{label}\u{a0}: {value}"),
        Language::En | Language::Es | Language::De | Language::It => format!("{label}: {value}"),
    }
}

/// Where it is, and when its doors open, in one text; the doors' time is not parted.
pub(super) fn address(ticket: &TicketSheet) -> String {
    let doors = ticket.doors_ms.map(|doors| {
        let time = short_date(doors, &ticket.time_zone, ticket.language).time;
        let doors = Texts::of(ticket.language).doors;
        format!("{doors} {time}").replace(' ', "\u{a0}")
    });
    let parts = [Some(ticket.address.clone()), doors].into_iter().flatten();
    parts.collect::<Vec<_>>().join(" · ")
}
