//! An event as search engines read it: JSON-LD, schema.org's `Event`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use shared::clock::UnixMillis;

use crate::catalog::event::EventStatus;
use crate::catalog::event::page::{EventPage, EventPageType};

/// Ready to stand between `<script>` tags.
pub(super) fn structured(
    event: &EventPage,
    address: &str,
    picture: &str,
    now_ms: UnixMillis,
) -> String {
    let status = match event.status {
        EventStatus::Cancelled => "https://schema.org/EventCancelled",
        EventStatus::Draft | EventStatus::Published | EventStatus::Archived => {
            "https://schema.org/EventScheduled"
        }
    };
    let at = |ms| in_zone(ms, &event.time_zone);
    let json = json!({
        "@context": "https://schema.org", "@type": "Event",
        "name": event.title, "description": event.description, "url": address, "image": picture,
        "doorTime": at(event.doors_ms), "startDate": at(event.starts_ms), "endDate": at(event.ends_ms),
        "eventStatus": status, "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place", "name": event.venue.name,
            "address": {
                "@type": "PostalAddress", "streetAddress": event.venue.address,
                "postalCode": event.venue.postal_code, "addressLocality": event.venue.city,
                "addressCountry": event.venue.country,
            },
        },
        "organizer": {"@type": "Organization", "name": event.organizer.name},
        "offers": event.types.iter().filter(|row| !row.needs_other).map(|row| offer(row, address, &at, now_ms)).collect::<Vec<_>>(),
    });
    // A title could end the script element.
    json.to_string().replace('<', "\\u003c")
}

fn offer(
    row: &EventPageType,
    address: &str,
    at: &impl Fn(UnixMillis) -> String,
    now_ms: UnixMillis,
) -> Value {
    let is_early = row.sale_from_ms.is_some_and(|from| now_ms < from);
    let availability = match (row.remaining, is_early) {
        (0, _) => "https://schema.org/SoldOut",
        (_, true) => "https://schema.org/PreSale",
        (_, false) => "https://schema.org/InStock",
    };
    let price = format!("{}.{:02}", row.price.minor / 100, row.price.minor % 100);
    let mut offer = json!({
        "@type": "Offer", "name": row.name, "price": price, "priceCurrency": row.price.currency,
        "availability": availability, "url": address,
    });
    if let Some(from_ms) = row.sale_from_ms {
        offer["validFrom"] = at(from_ms).into();
    }
    offer
}

/// `2026-11-28T20:30:00+01:00`.
fn in_zone(ms: UnixMillis, time_zone: &str) -> String {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(ms).unwrap_or_default();
    at.to_zoned(zone)
        .strftime("%Y-%m-%dT%H:%M:%S%:z")
        .to_string()
}
