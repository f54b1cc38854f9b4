//! Mails as a mail program reads them.

use mail_parser::{MessageParser, MimeHeaders as _};

use super::TestServer;

/// A mail as a mail program reads it.
#[derive(Clone, Debug)]
pub(crate) struct ReadMail {
    /// Head and all, as it was sent.
    pub(crate) raw: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) message_id: String,
    /// For programs without HTML.
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) enclosed: Vec<Enclosed>,
}

/// A file in a mail.
#[derive(Clone, Debug)]
pub(crate) struct Enclosed {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) content_id: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl ReadMail {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mail = MessageParser::default().parse(bytes).expect("a mail");
        let to = mail.to().and_then(|to| to.first()).expect("a recipient");
        let enclosed = mail.attachments().map(|part| {
            let kind = part.content_type().expect("a kind");
            Enclosed {
                name: part.attachment_name().unwrap_or_default().to_owned(),
                kind: format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()),
                content_id: part.content_id().map(str::to_owned),
                bytes: part.contents().to_vec(),
            }
        });
        Self {
            raw: String::from_utf8_lossy(bytes).into_owned(),
            to: to.address().expect("an address").to_owned(),
            subject: mail.subject().expect("a subject").to_owned(),
            message_id: mail.message_id().expect("a Message-ID").to_owned(),
            text: mail.body_text(0).expect("a text").into_owned(),
            html: mail.body_html(0).expect("HTML").into_owned(),
            enclosed: enclosed.collect(),
        }
    }

    /// Of this name, with its line's folding undone.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?;
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    /// The secret of the first link that has one.
    pub(crate) fn token(&self) -> String {
        let rest = self
            .text
            .split("token=")
            .nth(1)
            .expect("a mail with a link");
        rest.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect()
    }
}

impl TestServer {
    /// What lies in the folder of mails, oldest first.
    pub(crate) fn mails(&self) -> Vec<ReadMail> {
        let Ok(listed) = std::fs::read_dir(self.folder.path().join("mail")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = listed.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let read = |path| ReadMail::of(&std::fs::read(path).unwrap());
        files.into_iter().map(read).collect()
    }
}
