//! A mail in words, in five languages, French first: from `texts/`.

use std::fmt::Display;

use shared::language::Language;
use shared::money::Money;

use super::content::{Cart, Content, Invitation, Link, Notice, Refund, Tickets};
use super::when::{amount, date_and_time, short_date};
use super::{given, line, reservation};
use crate::orders::notices::Appointment;
use crate::tickets::enclosed::EnclosedEvent;
use crate::web::store::Texts;

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// In order.
    pub paragraphs: Vec<String>,
    /// What is looked up later: `Date`, `samedi 28 novembre 2026 à 20 h 30`.
    pub facts: Vec<Fact>,
    /// What a till reads of it: shown as a QR code.
    pub code: Option<String>,
    /// The one thing to do.
    pub action: Option<Action>,
    /// Another way to the same.
    pub also: Option<Action>,
    /// Why it comes.
    pub why: String,
    /// Where whoever gets it has no more of them.
    pub stop: Option<Action>,
}

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// It.
    pub value: String,
}

/// A button or a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does.
    pub label: String,
    /// Where it leads.
    pub link: String,
}

/// Of a text's variables.
pub(super) type Values<'a, const N: usize> = [(&'static str, &'a dyn Display); N];

impl Letter {
    /// With where it is and when its doors open, behind the date.
    pub(crate) fn placed(mut self, event: &EnclosedEvent, language: Language) -> Self {
        let t = Texts::of(language);
        let doors = short_date(event.doors_ms, &event.time_zone, language).time;
        let behind = self.facts.len().min(1);
        let placed = [
            fact(t, "mail-place", &event.place),
            fact(t, "mail-doors", doors),
        ];
        self.facts.splice(behind..behind, placed);
        self
    }
}

/// The words for `content`.
pub fn letter(content: &Content, language: Language) -> Letter {
    let t = Texts::of(language);
    match content {
        Content::Verify(Link { link }) => Letter {
            subject: t.get("mail-verify-subject").into_owned(),
            paragraphs: [t.get("mail-verify-text"), t.get("mail-verify-not-you")]
                .map(String::from)
                .into(),
            action: Some(action(t, "mail-verify-do", link)),
            ..account(t)
        },
        Content::Reset(Link { link }) => Letter {
            subject: t.get("mail-reset-subject").into_owned(),
            paragraphs: [t.get("mail-reset-text"), t.get("mail-reset-not-you")]
                .map(String::from)
                .into(),
            action: Some(action(t, "mail-reset-do", link)),
            ..account(t)
        },
        Content::Login(Link { link }) => Letter {
            subject: t.get("mail-login-subject").into_owned(),
            paragraphs: [t.get("mail-login-text"), t.get("mail-login-not-you")]
                .map(String::from)
                .into(),
            action: Some(action(t, "mail-login-do", link)),
            ..account(t)
        },
        Content::Invitation(told) => invitation(told, t),
        Content::Tickets(told) => match &told.giver {
            Some(giver) => given::gift(tickets(told, t, language), giver, told, t),
            None => tickets(told, t, language),
        },
        Content::Refund(told) if told.amount_minor == 0 => ended(told, t),
        Content::Refund(told) => refund(told, t, language),
        Content::Changed(told) => changed(told, t, language),
        Content::Cancelled(told) => cancelled(told, t, language),
        Content::Reminder(told) => reminder(told, t, language),
        Content::Cart(told) => cart(told, t, language),
        Content::Wait(told) => line::wait(told, t, language),
        Content::Offer(told) => line::offer(told, t, language),
        Content::Given(told) => given::given(told, t),
        Content::Resold(told) => given::resold(told, t, language),
        Content::Reserved(told) => reservation::reserved(told, t, language),
        Content::Lapsed(told) => reservation::lapsed(told, t, language),
    }
}

fn invitation(told: &Invitation, t: Texts) -> Letter {
    let (organizer, inviter) = (apart(&told.organizer), apart(&told.inviter));
    let role = t.get(&format!("office-role-{}", told.role.as_str()));
    let text: Values<'_, 3> = [
        ("inviter", &inviter),
        ("organizer", &organizer),
        ("role", &role),
    ];
    Letter {
        subject: t.named("mail-invitation-subject", "organizer", &organizer),
        paragraphs: vec![
            t.with("mail-invitation-text", &text),
            t.get("mail-invitation-not-you").into_owned(),
        ],
        action: Some(action(t, "mail-invitation-do", &told.link)),
        ..empty(t.named("mail-why-invitation", "organizer", &organizer))
    }
}

fn account(t: Texts) -> Letter {
    empty(t.get("mail-why-account").into_owned())
}

pub(super) fn buyer(t: Texts) -> Letter {
    empty(t.get("mail-why-buyer").into_owned())
}

pub(super) fn empty(why: String) -> Letter {
    Letter {
        subject: String::new(),
        paragraphs: Vec::new(),
        facts: Vec::new(),
        code: None,
        action: None,
        also: None,
        why,
        stop: None,
    }
}

pub(super) fn action(t: Texts, key: &str, link: &str) -> Action {
    Action {
        label: t.get(key).into_owned(),
        link: link.to_owned(),
    }
}

pub(super) fn fact(t: Texts, key: &str, value: impl Display) -> Fact {
    Fact {
        name: t.get(key).into_owned(),
        value: value.to_string(),
    }
}

/// The name is set apart from the sentence: one that runs from right to left turns nothing around.
pub(super) fn hello(t: Texts, name: &str) -> String {
    t.named("mail-hello", "name", apart(name))
}

/// Between the marks of Unicode for text of its own direction, where it has letters that run from right to left.
pub(super) fn apart(text: &str) -> String {
    let runs_left = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}');
    if text.chars().any(runs_left) {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

fn tickets(told: &Tickets, t: Texts, language: Language) -> Letter {
    let when = date_and_time(told.starts_ms, &told.time_zone, language);
    let title = apart(&told.event_title);
    let text: Values<'_, 4> = [
        ("places", &t.count("mail-places", told.tickets)),
        ("title", &title),
        ("when", &when),
        ("code", &told.order_code),
    ];
    Letter {
        subject: t.named("mail-tickets-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.with("mail-tickets-text", &text),
            t.get("mail-tickets-show").into_owned(),
        ],
        facts: [
            fact(t, "mail-date", &when),
            fact(t, "mail-order", &told.order_code),
        ]
        .into_iter()
        .chain(told.discount.as_ref().map(|discount| {
            let off = Money::new(-discount.minor, discount.currency);
            Fact {
                name: t.named("discount-of", "code", &discount.code),
                value: amount(off, language),
            }
        }))
        .chain(told.donation.as_ref().map(|gift| {
            let given = Money::new(gift.minor, gift.currency);
            fact(t, "donation", amount(given, language))
        }))
        .collect(),
        action: Some(action(t, "mail-tickets-do", &told.link)),
        also: told
            .paper
            .as_deref()
            .map(|paper| action(t, "mail-tickets-print", paper)),
        ..buyer(t)
    }
}

fn refund(told: &Refund, t: Texts, language: Language) -> Letter {
    let sum = amount(Money::new(told.amount_minor, told.currency), language);
    let key = match told.total_minor {
        Some(total) if total == told.amount_minor => "mail-refund-whole",
        Some(_) => "mail-refund-part",
        None => "mail-refund-any",
    };
    Letter {
        subject: t.named("mail-refund-subject", "code", &told.order_code),
        paragraphs: vec![
            hello(t, &told.name),
            t.with(key, &[("amount", &sum), ("code", &told.order_code)]),
            t.get("mail-refund-after").into_owned(),
        ],
        action: Some(action(t, "mail-refund-do", &told.link)),
        ..buyer(t)
    }
}

fn ended(told: &Refund, t: Texts) -> Letter {
    Letter {
        subject: t.named("mail-ended-subject", "code", &told.order_code),
        paragraphs: vec![
            hello(t, &told.name),
            t.named("mail-ended-text", "code", &told.order_code),
            t.get("mail-ended-after").into_owned(),
        ],
        action: Some(action(t, "mail-ended-do", &told.link)),
        ..buyer(t)
    }
}

pub(super) fn when(at: &Appointment, language: Language) -> String {
    date_and_time(at.starts_ms, &at.time_zone, language)
}

/// Date, place and doors.
pub(super) fn appointment(at: &Appointment, t: Texts, language: Language) -> Vec<Fact> {
    let doors = short_date(at.doors_ms, &at.time_zone, language).time;
    vec![
        fact(t, "mail-date", when(at, language)),
        fact(t, "mail-place", &at.place),
        fact(t, "mail-doors", doors),
    ]
}

fn changed(told: &Notice, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let line = |at: &Appointment| format!("{}, {}", when(at, language), at.place);
    let before = told.before.as_ref();
    let mut facts: Vec<Fact> = before
        .map(|before| fact(t, "mail-changed-before", line(before)))
        .into_iter()
        .collect();
    facts.push(fact(t, "mail-changed-now", line(&told.now)));
    facts.extend(appointment(&told.now, t, language).into_iter().skip(2));
    facts.push(fact(t, "mail-order", &told.order_code));
    Letter {
        subject: t.named("mail-changed-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.named("mail-changed-text", "title", &title),
            t.get("mail-changed-cannot").into_owned(),
        ],
        facts,
        action: Some(action(t, "mail-tickets-do", &told.link)),
        also: Some(action(t, "mail-tickets-print", &told.paper)),
        ..buyer(t)
    }
}

fn cancelled(told: &Notice, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let text: Values<'_, 3> = [
        ("title", &title),
        ("when", &when(&told.now, language)),
        ("code", &told.order_code),
    ];
    Letter {
        subject: t.named("mail-cancelled-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.with("mail-cancelled-text", &text),
            t.get("mail-cancelled-money").into_owned(),
        ],
        action: Some(action(t, "mail-refund-do", &told.link)),
        ..buyer(t)
    }
}

fn reminder(told: &Notice, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let text: Values<'_, 3> = [
        ("title", &title),
        ("when", &when(&told.now, language)),
        ("places", &t.count("mail-places", told.tickets)),
    ];
    let mut facts = appointment(&told.now, t, language);
    facts.push(fact(t, "mail-order", &told.order_code));
    Letter {
        subject: t.named("mail-reminder-subject", "title", &title),
        paragraphs: vec![
            hello(t, &told.name),
            t.with("mail-reminder-text", &text),
            t.get("mail-tickets-show").into_owned(),
        ],
        facts,
        action: Some(action(t, "mail-tickets-do", &told.link)),
        also: Some(action(t, "mail-tickets-print", &told.paper)),
        ..buyer(t)
    }
}

fn cart(told: &Cart, t: Texts, language: Language) -> Letter {
    let title = apart(&told.event_title);
    let (subject, text) = match told.step {
        1 => ("mail-cart-subject-1", "mail-cart-text-1"),
        2 => ("mail-cart-subject-2", "mail-cart-text-2"),
        _ => ("mail-cart-subject-3", "mail-cart-text-3"),
    };
    let values: Values<'_, 2> = [("title", &title), ("when", &when(&told.now, language))];
    Letter {
        subject: t.named(subject, "title", &title),
        paragraphs: vec![hello(t, &told.name), t.with(text, &values)],
        facts: appointment(&told.now, t, language),
        action: Some(action(t, "mail-cart-do", &told.link)),
        stop: Some(action(t, "mail-stop", &told.stop)),
        ..empty(t.get("mail-why-cart").into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn contents() -> Vec<Content> {
        [
            ("verify", serde_json::json!({"link": "https://x.example/verify?token=abc"})),
            ("reset", serde_json::json!({"link": "https://x.example/reset?token=abc"})),
            ("login", serde_json::json!({"link": "https://x.example/fr/login/link?token=abc"})),
            ("invitation", serde_json::json!({
                "link": "https://x.example/fr/invitation?token=abc", "organizer": "Les Nuits", "inviter": "Zoé", "role": "door",
            })),
            ("tickets", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "paper": "https://x.example/o/1.pdf",
                "event_title": "Bérénice",
                "starts_ms": 1_795_894_200_000_i64, "time_zone": "Europe/Paris", "tickets": 2,
            })),
            ("refund", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "amount_minor": 3400, "currency": "EUR",
            })),
            ("refund", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "amount_minor": 0, "currency": "EUR",
            })),
            ("changed", notice(true)),
            ("cancelled", notice(false)),
            ("reminder", notice(false)),
            ("cart", cart(1)),
            ("cart", cart(2)),
            ("cart", cart(3)),
            ("wait", wait(None)),
            ("given", serde_json::json!({
                "name": "Ana", "friend": "Noé", "ticket": "W-12", "order_code": "K7Q2M", "link": "https://x.example/o/1",
                "event_title": "Bérénice",
            })),
            ("tickets", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "paper": "https://x.example/o/1.pdf",
                "event_title": "Bérénice", "giver": "Noé",
                "starts_ms": 1_795_894_200_000_i64, "time_zone": "Europe/Paris", "tickets": 2,
            })),
            ("offer", wait(Some(1_795_894_200_000))),
            ("resold", serde_json::json!({
                "name": "Ana", "ticket": "W-12", "order_code": "K7Q2M", "link": "https://x.example/o/1",
                "event_title": "Bérénice", "amount_minor": 3400, "currency": "EUR",
            })),
            ("reserved", serde_json::json!({
                "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/o/1", "event_title": "Bérénice",
                "places": 2, "total_minor": 3400, "currency": "EUR", "until_ms": 1_795_892_400_000_i64,
                "now": appointment(),
            })),
            ("lapsed", lapsed(false)),
            ("lapsed", lapsed(true)),
        ]
        .into_iter()
        .map(|(template, payload)| Content::parse(template, payload).unwrap())
        .collect()
    }

    fn appointment() -> serde_json::Value {
        serde_json::json!({
            "doors_ms": 1_795_890_600_000_i64, "starts_ms": 1_795_894_200_000_i64, "time_zone": "Europe/Paris",
            "place": "Le Quai, Nantes",
        })
    }

    fn lapsed(called_off: bool) -> serde_json::Value {
        serde_json::json!({
            "name": "Ana", "order_code": "K7Q2M", "link": "https://x.example/fr/events/1", "event_title": "Bérénice",
            "called_off": called_off, "now": appointment(),
        })
    }

    fn notice(has_changed: bool) -> serde_json::Value {
        let before = has_changed.then(appointment);
        serde_json::json!({
            "order": "0192a000-0000-7000-8000-000000000001", "name": "Ana", "order_code": "K7Q2M",
            "link": "https://x.example/o/1", "paper": "https://x.example/o/1.pdf", "event_title": "Bérénice", "tickets": 2,
            "now": appointment(), "before": before,
        })
    }

    fn wait(until_ms: Option<i64>) -> serde_json::Value {
        serde_json::json!({
            "link": "https://x.example/fr/waiting/place?token=abc", "leave": "https://x.example/fr/waiting/leave?token=abc",
            "event_title": "Bérénice", "type_name": "Fosse", "places": 2, "until_ms": until_ms, "now": appointment(),
        })
    }

    fn cart(step: u32) -> serde_json::Value {
        serde_json::json!({
            "name": "Ana", "link": "https://x.example/fr/events/1", "stop": "https://x.example/fr/stop", "event_title": "Bérénice",
            "step": step, "now": appointment(),
        })
    }

    #[test]
    fn every_mail_exists_in_every_language_with_all_that_it_has_to_tell() {
        for content in contents() {
            let told = Language::ALL.map(|language| letter(&content, language));
            let subjects: HashSet<_> = told.iter().map(|mail| &mail.subject).collect();
            assert_eq!(
                subjects.len(),
                5,
                "five languages, five subjects: {subjects:?}"
            );
            for (language, mail) in Language::ALL.iter().zip(&told) {
                let links = |mail: &Letter| {
                    let links = [&mail.action, &mail.also].into_iter().flatten();
                    links.map(|action| action.link.clone()).collect::<Vec<_>>()
                };
                assert_eq!(links(mail), links(&told[0]), "{language}");
                assert!(!mail.subject.contains('\n'), "{language}");
                let facts = mail.facts.iter().map(|fact| fact.value.as_str());
                let text = mail.paragraphs.iter().map(String::as_str).chain(facts);
                let text = text.collect::<Vec<_>>().join(" ");
                for detail in details(&content) {
                    assert!(
                        text.contains(detail),
                        "{language}: {detail} is missing in {text}"
                    );
                }
            }
        }
    }

    fn details(content: &Content) -> &'static [&'static str] {
        match content {
            Content::Verify(_) | Content::Reset(_) | Content::Login(_) => &[],
            Content::Invitation(_) => &["Les Nuits", "Zoé"],
            Content::Given(_) => &["Ana", "Noé", "W-12", "K7Q2M", "Bérénice"],
            Content::Resold(_) => &["Ana", "W-12", "K7Q2M", "Bérénice", "34"],
            Content::Tickets(tickets) if tickets.giver.is_some() => {
                &["Ana", "Noé", "K7Q2M", "Bérénice", "2026", "30"]
            }
            Content::Tickets(_) => &["Ana", "K7Q2M", "Bérénice", "2026", "2\u{a0}", "30"],
            Content::Refund(refund) if refund.amount_minor == 0 => &["Ana", "K7Q2M"],
            Content::Refund(_) => &["Ana", "K7Q2M", "34"],
            Content::Changed(_) => &["Ana", "K7Q2M", "Bérénice", "2026", "Le Quai, Nantes"],
            Content::Cancelled(_) => &["Ana", "K7Q2M", "Bérénice", "2026"],
            Content::Reminder(_) => &[
                "Ana",
                "K7Q2M",
                "Bérénice",
                "2026",
                "2\u{a0}",
                "Le Quai, Nantes",
            ],
            Content::Cart(_) => &["Ana", "Bérénice", "2026", "Le Quai, Nantes"],
            Content::Reserved(_) => &[
                "Ana",
                "K7Q2M",
                "Bérénice",
                "2026",
                "2\u{a0}",
                "34",
                "Le Quai, Nantes",
            ],
            Content::Lapsed(_) => &["Ana", "K7Q2M", "Bérénice"],
            Content::Wait(_) | Content::Offer(_) => {
                &["Bérénice", "2026", "2\u{a0}", "Fosse", "Le Quai, Nantes"]
            }
        }
    }

    #[test]
    fn one_ticket_is_not_several() {
        let tickets = contents().into_iter().find_map(|content| match content {
            Content::Tickets(tickets) => Some(tickets),
            _other => None,
        });
        let mut one = tickets.unwrap();
        let two = letter(&Content::Tickets(one.clone()), Language::Fr);
        assert!(two.paragraphs[1].starts_with("2\u{a0}billets "));
        one.tickets = 1;
        let one = letter(&Content::Tickets(one), Language::Fr);
        assert!(one.paragraphs[1].starts_with("1\u{a0}billet "));
    }

    #[test]
    fn all_of_an_order_is_told_from_a_part_of_it() {
        let refund = contents().into_iter().find_map(|content| match content {
            Content::Refund(refund) => Some(refund),
            _other => None,
        });
        let mut refund = refund.unwrap();
        let told = |refund: &Refund| {
            letter(&Content::Refund(refund.clone()), Language::Fr).paragraphs[1].clone()
        };
        refund.total_minor = Some(3_400);
        assert!(told(&refund).contains("la totalité de la commande K7Q2M"));
        refund.total_minor = Some(6_800);
        assert!(told(&refund).contains("une partie de la commande K7Q2M"));
    }

    #[test]
    fn a_name_from_right_to_left_is_set_apart_and_no_other() {
        assert_eq!(apart("علي"), "\u{2068}علي\u{2069}");
        assert_eq!(apart("Émile 🎸"), "Émile 🎸");
    }
}
