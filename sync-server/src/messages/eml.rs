//! A mail as it goes over the wire (RFC 5322, MIME): text, the same as HTML, and what goes with it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use shared::clock::UnixMillis;
use shared::language::Language;
use shared::ticket::{PixelsPerModule, Qr, QrError};

use super::calendar::{self, Entry};
use super::letter::Letter;
use super::page::{MailPage, ORDER_CODE, content_id};
use crate::tickets::enclosed::Enclosed;
use crate::web::store::Texts;

/// Longer ones are cut: a list of mails shows less, and no server has to take more.
const LONGEST_SUBJECT: usize = 200;

/// A mail could not be put into its form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildMailError {
    /// Not an address.
    #[error("the recipient's address has no form that mail takes")]
    Address(#[source] lettre::address::AddressError),
    /// Its page.
    #[error("writing the mail's page")]
    Page(#[source] askama::Error),
    /// The picture of an order's code.
    #[error("drawing the code of a mail's order")]
    Code(#[source] QrError),
    /// A header that can't be.
    #[error("putting the mail together")]
    Build(#[source] lettre::error::Error),
}

/// What is around the words.
pub(crate) struct Envelope<'a> {
    pub(crate) recipient: &'a str,
    /// Stays the same however often the mail is sent, so that a second copy is seen to be one.
    pub(crate) message_id: String,
    /// From whom; `billets@` the host without it.
    pub(crate) sender: Option<&'a str>,
    /// The host of the platform's address.
    pub(crate) host: &'a str,
    pub(crate) date_ms: UnixMillis,
    pub(crate) language: Language,
}

/// The whole of it.
pub(crate) fn build(
    envelope: &Envelope<'_>,
    letter: &Letter,
    enclosed: Option<&Enclosed>,
) -> Result<lettre::Message, BuildMailError> {
    let recipient = envelope
        .recipient
        .parse()
        .map_err(BuildMailError::Address)?;
    let sender = sender(envelope).map_err(BuildMailError::Address)?;
    let date = UNIX_EPOCH + Duration::from_millis(envelope.date_ms.max(0).unsigned_abs());
    let page = MailPage::new(envelope.language, letter, enclosed);
    let html = page.html().map_err(BuildMailError::Page)?;
    let mut head = lettre::Message::builder()
        .from(Mailbox::new(Some("Ticket Hub".into()), sender))
        .to(Mailbox::new(None, recipient))
        .date(date)
        .message_id(Some(envelope.message_id.clone()))
        .subject(one_line(&letter.subject))
        .header(AutoSubmitted);
    if let Some(stop) = &letter.stop {
        let address = ListUnsubscribe(format!("<{}>", stop.link));
        head = head.header(address).header(ListUnsubscribePost);
    }
    let parts = match (&letter.code, enclosed) {
        (Some(code), None) => with_code(page.plain(), html, code).map_err(BuildMailError::Code)?,
        (Some(_) | None, _) => body(envelope, page.plain(), html, enclosed),
    };
    head.multipart(parts).map_err(BuildMailError::Build)
}

/// `alternative(text, related(html, code))`: what a till reads, without tickets.
fn with_code(plain: String, html: String, code: &str) -> Result<MultiPart, QrError> {
    let png = Qr::text(code)?.png(PixelsPerModule::SCREEN);
    let picture = Attachment::new_inline(ORDER_CODE.to_owned()).body(png, kind("image/png"));
    let related = MultiPart::related()
        .singlepart(SinglePart::html(html))
        .singlepart(picture);
    Ok(MultiPart::alternative()
        .singlepart(SinglePart::plain(plain))
        .multipart(related))
}

/// `mixed(alternative(text, related(html, codes)), pdf, calendar)`, without the outer ones where nothing is enclosed.
fn body(
    envelope: &Envelope<'_>,
    plain: String,
    html: String,
    enclosed: Option<&Enclosed>,
) -> MultiPart {
    let Some(enclosed) = enclosed else {
        return MultiPart::alternative_plain_html(plain, html);
    };
    let codes = enclosed.tickets.iter().enumerate();
    let codes = codes.filter_map(|(place, ticket)| {
        let png = ticket.code.clone()?;
        Some(Attachment::new_inline(content_id(place)).body(png, kind("image/png")))
    });
    let related = codes.fold(
        MultiPart::related().singlepart(SinglePart::html(html)),
        MultiPart::singlepart,
    );
    let t = Texts::of(envelope.language);
    let code = &enclosed.order.code;
    let entry = calendar_entry(envelope, enclosed);
    let calendar = Attachment::new(format!("{}-{code}.ics", t.get("mail-file-calendar"))).body(
        calendar::file(&entry),
        kind("text/calendar; charset=utf-8; method=PUBLISH"),
    );
    let pdf = Attachment::new(format!("{}-{code}.pdf", t.get("mail-file-tickets")))
        .body(enclosed.pdf.clone(), kind("application/pdf"));
    MultiPart::mixed()
        .multipart(
            MultiPart::alternative()
                .singlepart(SinglePart::plain(plain))
                .multipart(related),
        )
        .singlepart(pdf)
        .singlepart(calendar)
}

fn calendar_entry<'a>(envelope: &Envelope<'_>, enclosed: &'a Enclosed) -> Entry<'a> {
    let event = &enclosed.event;
    Entry {
        uid: format!("{}@{}", enclosed.order.id, envelope.host),
        sequence: event.updated_ms / 1_000,
        made_ms: envelope.date_ms,
        starts_ms: event.starts_ms,
        ends_ms: event.ends_ms,
        title: &event.title,
        place: &event.place,
        link: enclosed
            .tickets
            .first()
            .map_or("", |ticket| ticket.link.as_str()),
    }
}

fn kind(text: &str) -> ContentType {
    ContentType::parse(text).expect("a kind that is written here")
}

/// What a header takes: no character that ends it.
fn one_line(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(LONGEST_SUBJECT).collect()
}

/// A header whose text is known.
macro_rules! header {
    ($(#[$what:meta])* $name:ident, $header:literal, $text:expr) => {
        $(#[$what])*
        #[derive(Clone)]
        struct $name;

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $text.to_owned())
            }
        }
    };
}

header!(
    /// No machine answers it (RFC 3834).
    AutoSubmitted,
    "Auto-Submitted",
    "auto-generated"
);
header!(
    /// A mail program may stop them with a button of its own (RFC 8058).
    ListUnsubscribePost,
    "List-Unsubscribe-Post",
    "List-Unsubscribe=One-Click"
);

/// Where (RFC 2369).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

fn sender(envelope: &Envelope<'_>) -> Result<lettre::Address, lettre::address::AddressError> {
    if let Some(address) = envelope.sender {
        return address.parse();
    }
    let host = envelope.host;
    // A machine known only by its number has no mail of its own.
    lettre::Address::new("billets", host).or_else(|_| lettre::Address::new("billets", "localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::letter::{Action, Fact};

    fn letter(subject: &str, paragraph: &str) -> Letter {
        Letter {
            subject: subject.into(),
            paragraphs: vec![paragraph.into()],
            facts: vec![Fact {
                name: "Date".into(),
                value: paragraph.into(),
            }],
            code: None,
            action: Some(Action {
                label: "Voir".into(),
                link: "https://x.example/?a=1&b=2".into(),
            }),
            also: None,
            why: "Parce que.".into(),
            stop: None,
        }
    }

    fn envelope(recipient: &str) -> Envelope<'_> {
        Envelope {
            recipient,
            message_id: "<outbox-1@x.example>".into(),
            sender: None,
            host: "x.example",
            date_ms: 1_795_374_000_000,
            language: Language::Fr,
        }
    }

    fn built(letter: &Letter) -> Vec<u8> {
        let mail = build(&envelope("ana@example.org"), letter, None).unwrap();
        mail.formatted()
    }

    #[test]
    fn what_an_organizer_writes_is_text_in_the_html_and_no_new_header() {
        let hostile = letter(
            "Bal\r\nBcc: everybody@example.org",
            "<script>alert(1)</script> & co",
        );
        let mail = String::from_utf8(built(&hostile)).unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(
            !head
                .lines()
                .any(|line| line.to_lowercase().starts_with("bcc:")),
            "{head}"
        );
        let html = mail.split("text/html").nth(1).unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(head.contains("Message-ID: <outbox-1@x.example>"), "{head}");
        assert!(
            head.contains("Date: Sun, 22 Nov 2026 19:00:00 +0000"),
            "{head}"
        );
    }

    #[test]
    fn names_of_any_letters_and_length_arrive_and_no_line_is_longer_than_servers_take() {
        for name in ["Zoé 🎸", "علي بن أبي طالب", "漢字かな"] {
            for times in [1, 2_000] {
                let text = name.repeat(times);
                let bytes = built(&letter(&text, &text));
                let longest = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max();
                assert!(longest < Some(998), "{longest:?}");
                let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
                let subject: String = text.chars().take(LONGEST_SUBJECT).collect();
                assert_eq!(mail.subject(), Some(subject.as_str()));
                assert!(mail.body_text(0).unwrap().contains(&text));
                assert!(mail.body_html(0).unwrap().contains(&text));
            }
        }
    }

    #[test]
    fn an_address_that_is_none_is_said_to_be() {
        let error = build(&envelope("nobody"), &letter("a", "b"), None).unwrap_err();
        assert!(matches!(error, BuildMailError::Address(_)));
    }
}
