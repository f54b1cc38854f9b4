//! From what is typed to what the catalog is asked, and back.

use shared::ids::{EventId, OrganizerId};

use super::draft::Typed;
use crate::catalog::event::page::EventPage;
use crate::catalog::event::{EntryRuleRequest, EventRequest};
use crate::catalog::venues::VenueRequest;
use crate::office::fields::{Said, Wrong};
use crate::office::times::{as_typed, from_typed};
use crate::web::store::Texts;

/// The value of the choice of a venue that is not there yet.
pub(super) const NEW_VENUE: &str = "new";

/// The fields of the first step.
pub(super) const OF_WHAT: [&str; 4] = ["title", "category", "description", "image_url"];

/// What the catalog refuses of an event.
const SAID: [Said; 12] = [
    ("title", "title", "office-wrong-title"),
    ("category", "category", "office-wrong-category"),
    ("description", "description", "office-wrong-description"),
    ("image_url", "image_url", "office-wrong-image"),
    ("venue_id", "venue", "office-wrong-venue"),
    ("venue", "venue", "office-wrong-venue"),
    ("capacity", "capacity", "office-wrong-capacity"),
    ("time_zone", "time_zone", "office-wrong-zone"),
    ("doors_ms", "doors", "office-wrong-doors"),
    ("starts_ms", "starts", "office-wrong-starts"),
    ("ends_ms", "ends", "office-wrong-ends"),
    ("entry_rule.re_entry", "re_entry", "office-wrong-reentry"),
];

/// What it refuses of a venue.
const SAID_OF_VENUE: [Said; 4] = [
    ("name", "venue_name", "office-wrong-venue-name"),
    ("address", "venue_address", "office-wrong-address"),
    ("postal_code", "venue_postal_code", "office-wrong-postal"),
    ("city", "venue_city", "office-wrong-city"),
];

impl Typed {
    /// Of an event that is made.
    pub(super) fn of(event: &EventPage) -> Self {
        let at = |ms| as_typed(ms, &event.time_zone);
        Self {
            title: event.title.clone(),
            category: event.category.clone(),
            description: event.description.clone(),
            image_url: event.image_url.clone().unwrap_or_default(),
            venue: event.venue.id.to_string(),
            capacity: event
                .capacity
                .map(|people| people.to_string())
                .unwrap_or_default(),
            time_zone: event.time_zone.clone(),
            doors: at(event.doors_ms),
            starts: at(event.starts_ms),
            ends: at(event.ends_ms),
            re_entry: event.entry_rule.re_entry.clone(),
            ..Self::default()
        }
    }

    /// What the first step says, taken over.
    pub(super) fn with_what(self, sent: Self) -> Self {
        Self {
            title: sent.title,
            category: sent.category,
            description: sent.description,
            image_url: sent.image_url,
            ..self
        }
    }

    /// What the second says.
    pub(super) fn with_place(self, sent: Self) -> Self {
        Self {
            title: self.title,
            category: self.category,
            description: self.description,
            image_url: self.image_url,
            like: self.like,
            ..sent
        }
    }

    pub(super) fn wants_new_venue(&self) -> bool {
        self.venue == NEW_VENUE
    }

    /// The venue that it names by its fields.
    pub(super) fn new_venue(&self) -> VenueRequest {
        VenueRequest {
            id: self.venue_id.clone(),
            name: self.venue_name.clone(),
            address: self.venue_address.clone(),
            postal_code: self.venue_postal_code.clone(),
            city: self.venue_city.clone(),
            time_zone: Some(self.zone().to_owned()),
            ..VenueRequest::default()
        }
    }

    fn zone(&self) -> &str {
        match self.time_zone.as_str() {
            "" => "Europe/Paris",
            zone => zone,
        }
    }

    /// A new event's request, or with `event` that of a change, which leaves as it is what no form asks.
    pub(super) fn request(
        &self,
        (organizer, id): (OrganizerId, EventId),
        event: Option<&EventPage>,
        wrong: &mut Wrong,
        t: Texts,
    ) -> EventRequest {
        let zone = self.zone();
        let capacity = number(&self.capacity);
        if capacity.is_none() && !self.capacity.trim().is_empty() {
            wrong.add("capacity", t.get("office-wrong-capacity"));
        }
        let venue = if self.wants_new_venue() {
            &self.venue_id
        } else {
            &self.venue
        };
        EventRequest {
            id: id.to_string(),
            organizer_id: organizer.to_string(),
            venue_id: venue.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            image_url: Some(self.image_url.clone()),
            time_zone: Some(zone.to_owned()),
            doors_ms: from_typed(&self.doors, zone),
            starts_ms: from_typed(&self.starts, zone),
            ends_ms: from_typed(&self.ends, zone),
            capacity,
            entry_rule: Some(self.rule(event)),
            ..event.map(kept).unwrap_or_default()
        }
    }

    fn rule(&self, event: Option<&EventPage>) -> EntryRuleRequest {
        let re_entry = match self.re_entry.as_str() {
            "" => "none".to_owned(),
            word => word.to_owned(),
        };
        EntryRuleRequest {
            re_entry,
            ..event
                .map(|event| event.entry_rule.clone())
                .unwrap_or_default()
        }
    }

    /// What the catalog would refuse.
    pub(super) fn refused(
        &self,
        of: (OrganizerId, EventId),
        event: Option<&EventPage>,
        t: Texts,
    ) -> Wrong {
        let mut wrong = Wrong::default();
        let request = self.request(of, event, &mut wrong, t);
        if let Err(errors) = request.parse_new() {
            wrong.take(&errors, &SAID, t);
        }
        if self.wants_new_venue()
            && let Err(errors) = self.new_venue().parse()
        {
            wrong.take(&errors, &SAID_OF_VENUE, t);
        }
        wrong
    }
}

/// What no form of ours asks stays.
fn kept(event: &EventPage) -> EventRequest {
    EventRequest {
        currency: Some(event.currency.clone()),
        max_roster_age_minutes: event.max_roster_age_minutes.map(i64::from),
        hold_seconds: Some(event.hold_seconds.into()),
        ..EventRequest::default()
    }
}

/// `1 400` and `1400` alike.
pub(super) fn number(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_blanks_between_its_digits() {
        assert_eq!(number("1\u{a0}400"), Some(1_400));
        assert_eq!(number("beaucoup"), None);
    }
}
