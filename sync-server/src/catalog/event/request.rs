//! From what a client sends to what the catalog writes.

use serde::{Deserialize, Serialize};
use shared::ids::{EventId, OrganizerId, VenueId};
use shared::money::Currency;
use shared::roster::{EntryRule, EventMode, ReEntry};
use utoipa::ToSchema;

use super::{Category, EventDetails, EventStatus, MODES, NewEvent, RE_ENTRIES, word_of};
use crate::catalog::fields::FieldErrors;

/// Unix milliseconds that a date of ours may have: 2000 to 2200.
const TIMES: std::ops::RangeInclusive<i64> = 946_684_800_000..=7_258_118_400_000;
/// A festival lasts days, an exhibition months.
const LONGEST_MS: i64 = 400 * 86_400_000;
/// A hold of ten minutes, unless said otherwise.
const HOLD_SECONDS: i64 = 600;

/// An event as a client sends it; all times in unix milliseconds.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventRequest {
    /// Made by the client. In a `PUT` it may be missing.
    #[schema(value_type = Uuid)]
    pub id: String,
    /// Whose. In a `PUT` it may be missing.
    #[schema(value_type = Uuid)]
    pub organizer_id: String,
    /// One of the organizer's venues.
    #[schema(value_type = Uuid)]
    pub venue_id: String,
    /// 1 to 200 characters.
    pub title: String,
    /// At most 20,000 characters; a blank line parts paragraphs.
    pub description: String,
    /// `concert`, `theatre`, `sport`, `expo`, `club`, `musique`, `humour`.
    pub category: String,
    /// An https address or a path on this server.
    pub image_url: Option<String>,
    /// IANA; `Europe/Paris` when missing.
    pub time_zone: Option<String>,
    /// Doors open.
    pub doors_ms: Option<i64>,
    /// It begins.
    pub starts_ms: Option<i64>,
    /// It ends.
    pub ends_ms: Option<i64>,
    /// `real` (the default) or `test`: a test event's tickets enter nowhere else. It never changes.
    pub mode: Option<String>,
    /// `draft` or `published`; a `PUT` also `cancelled` and, once it is over, `archived`.
    pub status: Option<String>,
    /// People allowed in at once.
    pub capacity: Option<i64>,
    /// `EUR` (the default), `GBP`, `CHF`.
    pub currency: Option<String>,
    /// Coming back in; one entry when missing.
    pub entry_rule: Option<EntryRuleRequest>,
    /// Past this age of a door's list an unknown ticket needs a supervisor.
    pub max_roster_age_minutes: Option<i64>,
    /// Strict mode: each ticket's right of entry is with one door, so that it never enters too often, whatever the network
    /// does. When missing it stays as it is, `false` for a new event. Not changed once rights are with the doors, and not
    /// switched on once people went in.
    pub strict: Option<bool>,
    /// How long a hold lives, 1 to 7200; 600 when missing.
    pub hold_seconds: Option<i64>,
    /// Whether buyers may add a gift to their order. When missing it stays as it is, `false` for a new event.
    pub asks_donation: Option<bool>,
}

/// How often a ticket enters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EntryRuleRequest {
    /// `none`, `after_exit`, `unlimited`.
    pub re_entry: String,
    /// The most entries in all.
    pub max_entries: Option<i64>,
    /// The most entries in one day of the event's time zone.
    pub max_entries_per_day: Option<i64>,
}

impl EntryRuleRequest {
    /// Checks the rule; `field` is its name in the request.
    pub(crate) fn parse(&self, field: &str, errors: &mut FieldErrors) -> Option<EntryRule> {
        let re_entry = errors.word(&format!("{field}.re_entry"), &self.re_entry, &RE_ENTRIES)?;
        let mut most = |name: &str, value: Option<i64>| {
            let name = format!("{field}.{name}");
            value.map(|entries| errors.within(&name, entries, 1..=10_000) as u16)
        };
        let max_entries = most("max_entries", self.max_entries);
        let max_entries_per_day = most("max_entries_per_day", self.max_entries_per_day);
        Some(match re_entry {
            ReEntry::None => EntryRule::SINGLE,
            ReEntry::AfterExit | ReEntry::Unlimited => EntryRule {
                re_entry,
                max_entries,
                max_entries_per_day,
            },
        })
    }
}

impl From<EntryRule> for EntryRuleRequest {
    fn from(rule: EntryRule) -> Self {
        Self {
            re_entry: word_of(rule.re_entry, &RE_ENTRIES).to_owned(),
            max_entries: rule.max_entries.map(i64::from),
            max_entries_per_day: rule.max_entries_per_day.map(i64::from),
        }
    }
}

impl EventRequest {
    /// For `POST`.
    pub fn parse_new(&self) -> Result<NewEvent, FieldErrors> {
        let mut errors = FieldErrors::default();
        let id = errors.id("id", &self.id, EventId);
        let organizer = errors.id("organizer_id", &self.organizer_id, OrganizerId);
        let mode = self.mode(&mut errors).unwrap_or(EventMode::Real);
        let status = self.status(&mut errors).unwrap_or(EventStatus::Draft);
        if matches!(status, EventStatus::Cancelled | EventStatus::Archived) {
            errors.add("status", "of a new event must be draft or published");
        }
        let details = self.details(&mut errors);
        let new = id.zip(organizer).zip(details);
        errors.finish(new.map(|((id, organizer), details)| NewEvent {
            id,
            organizer,
            mode,
            status,
            details,
        }))
    }

    /// For `PUT`: the whole event anew; without `status` it stays what it is.
    pub fn parse_change(&self) -> Result<(EventDetails, Option<EventStatus>), FieldErrors> {
        let mut errors = FieldErrors::default();
        let status = self.status(&mut errors);
        let details = self.details(&mut errors);
        errors.finish(details.map(|details| (details, status)))
    }

    fn mode(&self, errors: &mut FieldErrors) -> Option<EventMode> {
        errors.word("mode", self.mode.as_deref()?, &MODES)
    }

    fn status(&self, errors: &mut FieldErrors) -> Option<EventStatus> {
        errors.word("status", self.status.as_deref()?, &EventStatus::WORDS)
    }

    fn details(&self, errors: &mut FieldErrors) -> Option<EventDetails> {
        let venue = errors.id("venue_id", &self.venue_id, VenueId);
        let title = errors.text("title", &self.title, 1..=200);
        let description = errors.text("description", &self.description, 0..=20_000);
        let category = errors.word("category", &self.category, &Category::WORDS);
        let image_url = self.image(errors);
        let zone = self.time_zone.as_deref().unwrap_or("Europe/Paris");
        let time_zone = errors.time_zone("time_zone", zone);
        let times = self.times(errors);
        let capacity = self.capacity;
        let capacity = capacity.map(|people| errors.within("capacity", people, 1..=1_000_000));
        let currency = self.currency(errors);
        let entry_rule = match &self.entry_rule {
            Some(rule) => rule.parse("entry_rule", errors),
            None => Some(EntryRule::SINGLE),
        };
        let age = self.max_roster_age_minutes;
        let age = age.map(|age| errors.within("max_roster_age_minutes", age, 1..=10_080));
        let hold = self.hold_seconds.unwrap_or(HOLD_SECONDS);
        let hold_seconds = errors.within("hold_seconds", hold, 1..=7_200) as u32;
        let (doors_ms, starts_ms, ends_ms) = times?;
        Some(EventDetails {
            venue: venue?,
            title,
            description,
            category: category?,
            image_url,
            time_zone,
            doors_ms,
            starts_ms,
            ends_ms,
            capacity: capacity.map(|people| people as u32),
            currency: currency?,
            entry_rule: entry_rule?,
            max_roster_age_minutes: age.map(|age| age as u32),
            strict: self.strict,
            hold_seconds,
            asks_donation: self.asks_donation,
        })
    }

    fn currency(&self, errors: &mut FieldErrors) -> Option<Currency> {
        let code = self.currency.as_deref().unwrap_or("EUR");
        errors.keep(
            "currency",
            Currency::from_code(code).ok_or("must be EUR, GBP or CHF"),
        )
    }

    fn image(&self, errors: &mut FieldErrors) -> Option<String> {
        let image = errors.optional_text("image_url", self.image_url.as_deref(), 500)?;
        let on_this_server = image.starts_with('/') && !image.starts_with("//");
        if !on_this_server && !image.starts_with("https://") {
            errors.add(
                "image_url",
                "must begin with https:// or be a path on this server",
            );
        }
        Some(image)
    }

    /// Doors, start and end, in order.
    fn times(&self, errors: &mut FieldErrors) -> Option<(i64, i64, i64)> {
        let mut time = |field: &str, value: Option<i64>| {
            let ms = errors.required(field, value)?;
            Some(errors.within(field, ms, TIMES))
        };
        let doors = time("doors_ms", self.doors_ms);
        let starts = time("starts_ms", self.starts_ms);
        let ends = time("ends_ms", self.ends_ms);
        let ((doors, starts), ends) = doors.zip(starts).zip(ends)?;
        if doors > starts {
            errors.add("doors_ms", "must not be after starts_ms");
        }
        if starts >= ends {
            errors.add("ends_ms", "must be after starts_ms");
        } else if ends - doors > LONGEST_MS {
            errors.add("ends_ms", "must be at most 400 days after doors_ms");
        }
        Some((doors, starts, ends))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0197e2a0-0000-7000-8000-000000000001";

    fn request() -> EventRequest {
        EventRequest {
            id: ID.into(),
            organizer_id: ID.into(),
            venue_id: ID.into(),
            title: "Nuit électro".into(),
            category: "club".into(),
            doors_ms: Some(1_800_000_000_000),
            starts_ms: Some(1_800_000_000_000),
            ends_ms: Some(1_800_000_010_000),
            ..EventRequest::default()
        }
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let new = request().parse_new().unwrap();
        assert_eq!(new.mode, EventMode::Real);
        assert_eq!(new.status, EventStatus::Draft);
        assert_eq!(new.details.time_zone, "Europe/Paris");
        assert_eq!(new.details.entry_rule, EntryRule::SINGLE);
        assert_eq!(new.details.hold_seconds, 600);
    }

    #[test]
    fn all_wrong_fields_are_told_at_once() {
        let request = EventRequest {
            title: String::new(),
            category: "ballet".into(),
            image_url: Some("javascript:alert(1)".into()),
            time_zone: Some("Europe/Nantes".into()),
            ends_ms: request().starts_ms,
            status: Some("cancelled".into()),
            currency: Some("DEM".into()),
            hold_seconds: Some(0),
            entry_rule: Some(EntryRuleRequest {
                re_entry: "unlimited".into(),
                max_entries: Some(0),
                max_entries_per_day: None,
            }),
            ..request()
        };
        let errors = request.parse_new().unwrap_err().0;
        let wrong: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            wrong,
            [
                "category",
                "currency",
                "ends_ms",
                "entry_rule.max_entries",
                "hold_seconds",
                "image_url",
                "status",
                "time_zone",
                "title"
            ]
        );
    }

    #[test]
    fn an_empty_request_names_every_field_that_must_be_there() {
        let errors = EventRequest::default().parse_new().unwrap_err().0;
        let wrong: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(
            wrong,
            [
                "category",
                "doors_ms",
                "ends_ms",
                "id",
                "organizer_id",
                "starts_ms",
                "title",
                "venue_id"
            ]
        );
    }

    #[test]
    fn a_ticket_that_never_comes_back_enters_once_whatever_its_maxima() {
        let request = EventRequest {
            entry_rule: Some(EntryRuleRequest {
                re_entry: "none".into(),
                max_entries: Some(5),
                max_entries_per_day: None,
            }),
            ..request()
        };
        let new = request.parse_new().unwrap();
        assert_eq!(new.details.entry_rule, EntryRule::SINGLE);
    }
}
