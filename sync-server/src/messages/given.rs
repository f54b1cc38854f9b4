//! The mails about a ticket that goes to somebody else: to whoever has it now, and to whoever gave or resold it.

use std::fmt::Display;

use shared::language::Language;
use shared::money::Money;

use super::content::{Given, Resold, Tickets};
use super::letter::{Letter, Values, action, apart, buyer, hello};
use super::when::amount;
use crate::web::store::Texts;

/// The mail with a ticket, to whoever did not buy it.
pub(super) fn gift(letter: Letter, giver: &str, told: &Tickets, t: Texts) -> Letter {
    let (giver, title) = (apart(giver), apart(&told.event_title));
    let values: [(&'static str, &dyn Display); 2] = [("giver", &giver), ("title", &title)];
    let mut paragraphs = letter.paragraphs;
    paragraphs.insert(1, t.with("mail-gift-text", &values));
    Letter {
        subject: t.with("mail-gift-subject", &values),
        paragraphs,
        why: t.named("mail-why-gift", "giver", &giver),
        ..letter
    }
}

pub(super) fn given(told: &Given, t: Texts) -> Letter {
    let (friend, title) = (apart(&told.friend), apart(&told.event_title));
    let values: Values<'_, 4> = [
        ("ticket", &told.ticket),
        ("friend", &friend),
        ("title", &title),
        ("code", &told.order_code),
    ];
    Letter {
        subject: t.named("mail-given-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.with("mail-given-text", &values),
            t.get("mail-given-not-you").into_owned(),
        ],
        action: Some(action(t, "mail-refund-do", &told.link)),
        ..buyer(t)
    }
}

pub(super) fn resold(told: &Resold, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let values: Values<'_, 3> = [
        ("ticket", &told.ticket),
        ("title", &title),
        ("code", &told.order_code),
    ];
    let back = (told.amount_minor > 0).then(|| {
        let sum = Money::new(told.amount_minor, told.currency);
        t.named("mail-resold-back", "amount", amount(sum, language))
    });
    let paragraphs = [hello(t, &told.name), t.with("mail-resold-text", &values)];
    Letter {
        subject: t.named("mail-resold-subject", "title", &title),
        paragraphs: paragraphs.into_iter().chain(back).collect(),
        action: Some(action(t, "mail-refund-do", &told.link)),
        ..buyer(t)
    }
}
