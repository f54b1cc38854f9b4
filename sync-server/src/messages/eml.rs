//! A mail as the file that a mail program opens (RFC 5322): plain text, and the same as simple HTML.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::{Mailbox, MultiPart};
use shared::clock::UnixMillis;
use shared::language::Language;

use super::texts::Wording;

/// A mail could not be put into its form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildMailError {
    /// Not an address.
    #[error("the recipient's address has no form that mail takes")]
    Address(#[source] lettre::address::AddressError),
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
    wording: &Wording,
) -> Result<lettre::Message, BuildMailError> {
    let recipient = envelope
        .recipient
        .parse()
        .map_err(BuildMailError::Address)?;
    let sender = sender(envelope).map_err(BuildMailError::Address)?;
    let date = UNIX_EPOCH + Duration::from_millis(envelope.date_ms.max(0).unsigned_abs());
    lettre::Message::builder()
        .from(Mailbox::new(Some("Ticket Hub".into()), sender))
        .to(Mailbox::new(None, recipient))
        .date(date)
        .message_id(Some(envelope.message_id.clone()))
        .subject(wording.subject.clone())
        .multipart(MultiPart::alternative_plain_html(
            plain(wording),
            html(wording, envelope.language),
        ))
        .map_err(BuildMailError::Build)
}

fn sender(envelope: &Envelope<'_>) -> Result<lettre::Address, lettre::address::AddressError> {
    if let Some(address) = envelope.sender {
        return address.parse();
    }
    let host = envelope.host;
    // A machine known only by its number has no mail of its own.
    lettre::Address::new("billets", host).or_else(|_| lettre::Address::new("billets", "localhost"))
}

fn plain(wording: &Wording) -> String {
    let links = [&wording.action, &wording.also].into_iter().flatten();
    let links = links.map(|(label, link)| format!("{label}:\n{link}"));
    let paragraphs = wording.paragraphs.iter().cloned().chain(links);
    paragraphs.collect::<Vec<_>>().join("\n\n") + "\n"
}

fn html(wording: &Wording, language: Language) -> String {
    let links = [&wording.action, &wording.also].into_iter().flatten();
    let links =
        links.map(|(label, link)| format!("<a href=\"{}\">{}</a>", escape(link), escape(label)));
    let paragraphs = wording.paragraphs.iter().map(|text| escape(text));
    let body: Vec<String> = paragraphs
        .chain(links)
        .map(|inner| format!("<p>{inner}</p>"))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n{}\n</body></html>\n",
        escape(&wording.subject),
        body.join("\n")
    )
}

fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                other => out.push(other),
            }
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wording(subject: &str, paragraph: &str) -> Wording {
        Wording {
            subject: subject.into(),
            paragraphs: vec![paragraph.into()],
            action: Some(("Voir", "https://x.example/?a=1&b=2".into())),
            also: None,
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

    #[test]
    fn what_an_organizer_writes_is_text_in_the_html_and_no_new_header() {
        let hostile = wording(
            "Bal\r\nBcc: everybody@example.org",
            "<script>alert(1)</script> & co",
        );
        let mail = build(&envelope("ana@example.org"), &hostile).unwrap();
        let mail = String::from_utf8(mail.formatted()).unwrap();
        let head = mail.split("\r\n\r\n").next().unwrap();
        assert!(
            !head
                .lines()
                .any(|line| line.to_lowercase().starts_with("bcc:")),
            "{head}"
        );
        assert!(mail.contains("&lt;script&gt;"), "{mail}");
        assert!(head.contains("Message-ID: <outbox-1@x.example>"), "{head}");
        assert!(
            head.contains("Date: Sun, 22 Nov 2026 19:00:00 +0000"),
            "{head}"
        );
    }

    #[test]
    fn an_address_that_is_none_is_said_to_be() {
        let error = build(&envelope("nobody"), &wording("a", "b")).unwrap_err();
        assert!(matches!(error, BuildMailError::Address(_)));
    }
}
