//! A mail as a page, and the same as plain text.

use std::fmt::Write as _;

use askama::Template;
use shared::language::Language;

use super::letter::{Action, Letter};
use crate::tickets::enclosed::Enclosed;
use crate::tickets::wallet::pages::WalletLinks;
use crate::web::store::Texts;

/// A mail as it is shown.
#[derive(Template)]
#[template(path = "mail.html")]
pub(super) struct MailPage<'a> {
    language: Language,
    letter: &'a Letter,
    /// What lists of mails show of it.
    preview: &'a str,
    codes: Vec<ShownTicket<'a>>,
    notes: Vec<String>,
    rotating: String,
    open: String,
    link_instead: String,
}

/// A ticket in a mail.
struct ShownTicket<'a> {
    number: String,
    type_name: &'a str,
    holder_name: &'a str,
    short_code: &'a str,
    link: &'a str,
    /// With what each does.
    wallets: Vec<Action>,
    content_id: Option<String>,
}

/// Of the picture of a mail's ticket.
pub(super) fn content_id(place: usize) -> String {
    format!("ticket-{}@tickethub", place + 1)
}

/// Of the picture of an order's code.
pub(super) const ORDER_CODE: &str = "order-code@tickethub";

fn wallets(links: &WalletLinks, t: Texts) -> Vec<Action> {
    let ways = [
        ("wallet-apple", &links.apple),
        ("wallet-google", &links.google),
    ];
    let there = ways.into_iter().filter_map(|(key, link)| {
        let label = t.get(key).into_owned();
        let link = link.clone()?;
        Some(Action { label, link })
    });
    there.collect()
}

impl<'a> MailPage<'a> {
    pub(super) fn new(
        language: Language,
        letter: &'a Letter,
        enclosed: Option<&'a Enclosed>,
    ) -> Self {
        let t = Texts::of(language);
        let tickets = enclosed.map_or(&[][..], |enclosed| enclosed.tickets.as_slice());
        let codes = tickets
            .iter()
            .enumerate()
            .map(|(place, ticket)| ShownTicket {
                number: t.named("mail-ticket", "no", place + 1),
                type_name: &ticket.type_name,
                holder_name: &ticket.holder_name,
                short_code: &ticket.short_code,
                link: &ticket.link,
                wallets: wallets(&ticket.wallet, t),
                content_id: ticket.code.is_some().then(|| content_id(place)),
            });
        let mut notes = Vec::new();
        if let Some(enclosed) = enclosed {
            if enclosed.more > 0 {
                notes.push(t.get("mail-more-codes").into_owned());
            }
            notes.push(t.get("mail-calendar").into_owned());
        }
        // Behind the greeting, where there is one.
        let preview = letter.paragraphs.get(1).or(letter.paragraphs.first());
        Self {
            language,
            letter,
            preview: preview.map_or("", String::as_str),
            codes: codes.collect(),
            notes,
            rotating: t.get("mail-rotating").into_owned(),
            open: t.get("mail-ticket-open").into_owned(),
            link_instead: t.get("mail-link-instead").into_owned(),
        }
    }

    pub(super) fn html(&self) -> Result<String, askama::Error> {
        self.render()
    }

    pub(super) fn plain(&self) -> String {
        let mut out = self.letter.paragraphs.join("\n\n") + "\n\n";
        let colon = match self.language {
            Language::Fr => "\u{a0}:",
            Language::En | Language::Es | Language::De | Language::It => ":",
        };
        let mut line = |text: std::fmt::Arguments<'_>| {
            // A String takes every write.
            let _ = out.write_fmt(text);
        };
        for fact in &self.letter.facts {
            line(format_args!("{}{colon} {}\n", fact.name, fact.value));
        }
        if !self.letter.facts.is_empty() {
            line(format_args!("\n"));
        }
        for Action { label, link } in [&self.letter.action, &self.letter.also]
            .into_iter()
            .flatten()
        {
            line(format_args!("{label}{colon}\n{link}\n\n"));
        }
        for code in &self.codes {
            line(format_args!("{}, {}\n", code.number, code.type_name));
            if !code.holder_name.is_empty() {
                line(format_args!("{}\n", code.holder_name));
            }
            line(format_args!("{}\n{}\n", code.short_code, code.link));
            for Action { label, link } in &code.wallets {
                line(format_args!("{label}{colon}\n{link}\n"));
            }
            line(format_args!("\n"));
        }
        for note in &self.notes {
            line(format_args!("{note}\n"));
        }
        line(format_args!("-- \n{}\n", self.letter.why));
        if let Some(Action { label, link }) = &self.letter.stop {
            line(format_args!("{label}{colon} {link}\n"));
        }
        out
    }
}
