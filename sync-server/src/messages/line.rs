//! The mails to whoever waits for places: is this your address, and it is your turn.

use shared::language::Language;

use super::content::Wait;
use super::letter::{Letter, Values, action, apart, appointment, empty, fact};
use super::when::date_and_time;
use crate::web::store::Texts;

pub(super) fn wait(told: &Wait, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    Letter {
        subject: t.named("mail-wait-subject", "title", &title),
        paragraphs: vec![
            t.with(
                "mail-wait-text",
                &[("title", &title), ("places", &places(told, t))],
            ),
            t.get("mail-wait-not-you").into_owned(),
        ],
        facts: appointment(&told.now, t, language),
        action: Some(action(t, "mail-wait-do", &told.link)),
        stop: Some(action(t, "mail-wait-leave", &told.leave)),
        ..empty(t.get("mail-why-wait").into_owned())
    }
}

pub(super) fn offer(told: &Wait, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let until = told
        .until_ms
        .map(|until_ms| date_and_time(until_ms, &told.now.time_zone, language))
        .unwrap_or_default();
    let values: Values<'_, 3> = [
        ("title", &title),
        ("places", &places(told, t)),
        ("until", &until),
    ];
    let mut facts = vec![fact(t, "mail-offer-until", &until)];
    facts.extend(appointment(&told.now, t, language));
    Letter {
        subject: t.named("mail-offer-subject", "title", &title),
        paragraphs: vec![
            t.with("mail-offer-text", &values),
            t.get("mail-offer-next").into_owned(),
        ],
        facts,
        action: Some(action(t, "mail-offer-do", &told.link)),
        stop: Some(action(t, "mail-wait-leave", &told.leave)),
        ..empty(t.get("mail-why-wait").into_owned())
    }
}

/// `2 billets, Fosse`.
fn places(told: &Wait, t: Texts) -> String {
    let count = t.count("mail-places", told.places);
    match &told.type_name {
        Some(name) => format!("{count} ({})", apart(name)),
        None => count,
    }
}
