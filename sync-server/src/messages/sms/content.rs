//! What text messages say, in five languages.

use serde::Deserialize;
use serde_json::{Value, json};
use shared::clock::UnixMillis;
use shared::language::Language;

use crate::messages::when::short_date;
use crate::web::store::Texts;

/// What a text message tells, by its template.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "template", content = "payload", rename_all = "snake_case")]
pub(super) enum Content {
    /// Here are your tickets.
    SmsTickets(Told),
    /// It is tomorrow.
    SmsReminder(Told),
}

/// Of which event, and where the tickets are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Told {
    title: String,
    doors_ms: UnixMillis,
    time_zone: String,
    link: String,
}

/// A longer title makes a message of several parts, each of which costs.
const LONGEST_TITLE: usize = 40;

impl Content {
    pub(super) fn parse(template: &str, payload: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(json!({ "template": template, "payload": payload }))
    }

    pub(super) fn text(&self, language: Language) -> String {
        let (key, told) = match self {
            Self::SmsTickets(told) => ("sms-tickets", told),
            Self::SmsReminder(told) => ("sms-reminder", told),
        };
        let doors = short_date(told.doors_ms, &told.time_zone, language);
        let title = shortened(&told.title);
        let t = Texts::of(language);
        match self {
            Self::SmsTickets(_) => t.with(
                key,
                &[
                    ("title", &title),
                    ("day", &doors.day),
                    ("month", &doors.month),
                    ("time", &doors.time),
                    ("link", &told.link),
                ],
            ),
            Self::SmsReminder(_) => t.with(
                key,
                &[
                    ("title", &title),
                    ("time", &doors.time),
                    ("link", &told.link),
                ],
            ),
        }
    }
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST_TITLE {
        return title.to_owned();
    }
    let kept: String = title.chars().take(LONGEST_TITLE - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_event_its_doors_and_the_link_in_each_language() {
        let payload = json!({ "title": "Nuit électrique ".repeat(5), "doors_ms": 1_795_374_000_000_i64,
            "time_zone": "Europe/Paris", "link": "https://x.example/orders/1?secret=s" });
        for language in Language::ALL {
            for template in ["sms_tickets", "sms_reminder"] {
                let content = Content::parse(template, payload.clone()).unwrap();
                let text = content.text(language);
                assert!(
                    text.contains("Nuit électrique Nuit électrique Nuit él…"),
                    "{text}"
                );
                assert!(
                    text.contains("https://x.example/orders/1?secret=s"),
                    "{text}"
                );
                assert!(text.contains("20"), "{text}");
            }
        }
        assert!(Content::parse("tickets", payload).is_err());
    }
}
