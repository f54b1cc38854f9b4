//! How mail leaves: by an SMTP server, or into a folder.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;

use super::read::Reader;
use super::{Mode, Secret};

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// Takes the mails; a folder without it.
    pub smtp: Option<SmtpSettings>,
    /// From whom; `billets@` the public host without it.
    pub from: Option<String>,
    /// What goes with a buyer's mail.
    pub enclosed: Enclosed,
}

/// What goes with a buyer's mail besides its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enclosed {
    /// The tickets' codes as pictures, the tickets on paper, the date for a calendar.
    Tickets,
    /// Nothing.
    Nothing,
}

/// A server that takes mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What strangers on the way read.
    pub encryption: Encryption,
    /// Who we are to it.
    pub login: Option<SmtpLogin>,
    /// A file in PEM with the certificate of an authority that this machine does not know by itself.
    pub authority: Option<PathBuf>,
    /// How long one mail may take.
    pub patience: Duration,
}

/// A name and a password at an SMTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpLogin {
    /// The name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// How a connection for mail is kept from strangers. Where it is asked for, nothing is sent without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS.
    StartTls,
    /// None: the server is on this machine.
    None,
}

impl SmtpSettings {
    /// A server without a log-in, with the usual patience.
    pub fn new(host: impl Into<String>, port: u16, encryption: Encryption) -> Self {
        Self {
            host: host.into(),
            port,
            encryption,
            login: None,
            authority: None,
            patience: Duration::from_secs(30),
        }
    }
}

impl MailSettings {
    /// Files with links alone.
    pub(super) fn folder() -> Self {
        Self {
            smtp: None,
            from: None,
            enclosed: Enclosed::Nothing,
        }
    }
}

const URL: &str = "SMTP_URL";
const USER: &str = "SMTP_USER";
const PASSWORD: &str = "SMTP_PASSWORD";

pub(super) fn mail(reader: &Reader<'_>, mode: Mode) -> MailSettings {
    let smtp = smtp(reader);
    if mode == Mode::Production && smtp.is_none() && reader.is_right(URL) {
        reader.report(
            URL,
            "in production it must be set: without it mails are only written into a folder, and no buyer gets a ticket",
        );
    }
    let usual = match smtp {
        Some(_) => Enclosed::Tickets,
        None => Enclosed::Nothing,
    };
    MailSettings {
        from: reader.value("MAIL_FROM", None, |text| {
            match text.parse::<lettre::Address>() {
                Ok(_) => Ok(Some(text.to_owned())),
                Err(_) => Err(format!(
                    "`{text}` is not an address such as billets@venue.example"
                )),
            }
        }),
        enclosed: reader.value("MAIL_ENCLOSED", usual, |text| match text {
            "tickets" => Ok(Enclosed::Tickets),
            "nothing" => Ok(Enclosed::Nothing),
            other => Err(format!("`{other}` is neither tickets nor nothing")),
        }),
        smtp,
    }
}

fn smtp(reader: &Reader<'_>) -> Option<SmtpSettings> {
    let server = reader.value(URL, None, |text| parse_server(text).map(Some));
    let user = reader.value(USER, None, |text| Ok(Some(text.to_owned())));
    let password = reader.value(PASSWORD, None, |text| Ok(Some(Secret::new(text))));
    let authority = reader.value("SMTP_CA_FILE", None, |text| Ok(Some(PathBuf::from(text))));
    let login = match (user, password) {
        (Some(user), Some(password)) => Some(SmtpLogin { user, password }),
        (None, None) => None,
        (Some(_), None) => {
            reader.report(PASSWORD, "must be set with SMTP_USER");
            None
        }
        (None, Some(_)) => {
            reader.report(USER, "must be set with SMTP_PASSWORD");
            None
        }
    };
    Some(SmtpSettings {
        login,
        authority,
        ..server?
    })
}

/// Never repeats what it read: somebody may have put a password there.
fn parse_server(text: &str) -> Result<SmtpSettings, String> {
    const FORM: &str = "is not an address such as smtps://mail.example (TLS) or smtp://mail.example:587 (STARTTLS), without \
                        name and password: those are SMTP_USER and SMTP_PASSWORD";
    let uri: Uri = text.trim_end_matches('/').parse().map_err(|_| FORM)?;
    let authority = uri.authority().ok_or(FORM)?;
    let is_bare = uri.path_and_query().is_none_or(|path| path == "/");
    if authority.as_str().contains('@') || !is_bare || authority.host().is_empty() {
        return Err(FORM.to_owned());
    }
    let (encryption, port) = match uri.scheme_str() {
        Some("smtps") => (Encryption::Tls, 465),
        Some("smtp") => (Encryption::StartTls, 587),
        Some("smtp+plain") => (Encryption::None, 25),
        Some(_) | None => return Err(FORM.to_owned()),
    };
    let host = authority.host().trim_matches(['[', ']']);
    if encryption == Encryption::None && !is_this_machine(host) {
        return Err(
            "may be smtp+plain:// only for a server on this machine (localhost): everybody on the way would read the tickets"
                .to_owned(),
        );
    }
    Ok(SmtpSettings::new(
        host,
        authority.port_u16().unwrap_or(port),
        encryption,
    ))
}

fn is_this_machine(host: &str) -> bool {
    let is_loopback = |address: std::net::IpAddr| address.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}
