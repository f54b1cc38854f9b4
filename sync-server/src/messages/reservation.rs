//! The mails to whoever reserved: until when, what is to be paid and where; and that it has lapsed.

use shared::language::Language;
use shared::money::Money;

use super::content::{Lapsed, Reserved};
use super::letter::{Letter, Values, action, apart, appointment, buyer, fact, hello, when};
use super::when::{amount, date_and_time};
use crate::web::store::Texts;

pub(super) fn reserved(told: &Reserved, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let until = date_and_time(told.until_ms, &told.now.time_zone, language);
    let due = amount(Money::new(told.total_minor, told.currency), language);
    let text: Values<'_, 5> = [
        ("places", &t.count("mail-places", told.places)),
        ("title", &title),
        ("when", &when(&told.now, language)),
        ("until", &until),
        ("amount", &due),
    ];
    let mut facts = vec![
        fact(t, "mail-reserved-until", &until),
        fact(t, "mail-reserved-due", &due),
        fact(t, "mail-order", &told.order_code),
    ];
    facts.extend(appointment(&told.now, t, language));
    Letter {
        subject: t.named("mail-reserved-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.with("mail-reserved-text", &text),
            t.get("mail-reserved-show").into_owned(),
            t.get("mail-reserved-lapses").into_owned(),
        ],
        facts,
        code: Some(told.order_code.clone()),
        action: Some(action(t, "mail-reserved-do", &told.link)),
        ..buyer(t)
    }
}

pub(super) fn lapsed(told: &Lapsed, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let text: Values<'_, 2> = [("title", &title), ("code", &told.order_code)];
    let said = if told.called_off {
        vec![t.with("mail-lapsed-off", &text)]
    } else {
        let again = t.get("mail-lapsed-again").into_owned();
        vec![t.with("mail-lapsed-text", &text), again]
    };
    Letter {
        subject: t.named("mail-lapsed-subject", "title", &title),
        paragraphs: std::iter::once(hello(t, &told.name)).chain(said).collect(),
        facts: appointment(&told.now, t, language),
        action: Some(action(t, "mail-lapsed-do", &told.link)),
        ..buyer(t)
    }
}
