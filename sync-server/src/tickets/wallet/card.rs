//! What a wallet shows of a ticket, whichever wallet it is.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::clock::UnixMillis;

use crate::catalog::event::page::EventPage;
use crate::tickets::present::TicketView;

/// A ticket for a wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) ticket: String,
    pub(super) event_id: String,
    /// The digits of its QR code.
    pub(super) code: String,
    pub(super) short_code: String,
    pub(super) series: String,
    pub(super) order_code: String,
    pub(super) organizer: String,
    pub(super) title: String,
    pub(super) type_name: String,
    /// May be empty.
    pub(super) holder: String,
    pub(super) venue: String,
    pub(super) address: String,
    pub(super) doors: String,
    pub(super) starts: String,
    pub(super) ends: String,
    /// The ticket's page.
    pub(super) link: String,
}

/// Beside the ticket and its event.
pub(super) struct Beside {
    pub(super) order_code: String,
    /// Whoever bought, where the ticket names nobody.
    pub(super) buyer: String,
    pub(super) link: String,
}

impl Card {
    /// `None` for a code that changes.
    pub(super) fn of(ticket: &TicketView, event: &EventPage, beside: Beside) -> Option<Self> {
        let zone = &event.time_zone;
        let venue = &event.venue;
        let parts = [
            venue.address.trim().to_owned(),
            format!("{} {}", venue.postal_code.trim(), venue.city.trim()),
        ];
        let filled = parts
            .iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty());
        let holder = if ticket.holder_name.is_empty() {
            beside.buyer
        } else {
            ticket.holder_name.clone()
        };
        Some(Self {
            ticket: ticket.id.to_string(),
            event_id: event.id.to_string(),
            code: ticket.code.clone()?,
            short_code: ticket.short_code.clone(),
            series: ticket.series.clone(),
            order_code: beside.order_code,
            organizer: event.organizer.name.clone(),
            title: event.title.clone(),
            type_name: ticket.type_name.clone(),
            holder,
            venue: venue.name.clone(),
            address: filled.collect::<Vec<_>>().join(", "),
            doors: moment(event.doors_ms, zone),
            starts: moment(event.starts_ms, zone),
            ends: moment(event.ends_ms, zone),
            link: beside.link,
        })
    }
}

/// As ISO 8601 with the place's own offset, so that a wallet can show the place's time.
fn moment(ms: UnixMillis, zone: &str) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned(zone)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_the_offset_of_its_place() {
        let evening = 1_795_374_000_000;
        assert_eq!(moment(evening, "Europe/Paris"), "2026-11-22T20:00:00+01:00");
        assert_eq!(
            moment(evening, "America/New_York"),
            "2026-11-22T14:00:00-05:00"
        );
        assert_eq!(moment(evening, "nowhere"), "2026-11-22T19:00:00+00:00");
    }
}
