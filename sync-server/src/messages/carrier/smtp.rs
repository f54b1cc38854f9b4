//! Mails by an SMTP server, over a few connections that are kept for the next mails.
//!
//! lettre's own pool is not used: a send that is given up would leave its connection there in the middle of a conversation,
//! and it does not tell a server that can't be used from one that refuses a mail.

use std::error::Error as _;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use crate::config::{Encryption, SmtpSettings};

/// At once, by one server of ours.
pub(crate) const CONNECTIONS: usize = 4;
/// Servers close what is idle for some minutes.
const KEPT: Duration = Duration::from_mins(1);
/// An answer to NOOP that takes longer comes over no connection worth keeping.
const ALIVE: Duration = Duration::from_secs(5);
const FIRST_PAUSE_MS: i64 = 5_000;
const LONGEST_PAUSE_MS: i64 = 60_000;

/// The settings of the mail server can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PrepareSmtpError {
    /// The authority's certificate.
    #[error("reading the authority's certificate in {0}, the file in SMTP_CA_FILE")]
    Authority(PathBuf, #[source] io::Error),
    /// It isn't one.
    #[error("the file in SMTP_CA_FILE, {0}, holds no certificate in PEM")]
    NoCertificate(PathBuf, #[source] smtp::Error),
    /// No authorities on this machine, for one.
    #[error(
        "preparing TLS for the mail server; install the package ca-certificates if it is missing"
    )]
    Tls(#[source] smtp::Error),
}

/// The server takes no mail now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReachError {
    /// It isn't there, or its certificate is not its own.
    #[error("reaching the mail server")]
    Connect(#[source] smtp::Error),
    /// It does not encrypt, or not as it must.
    #[error("encrypting the connection to the mail server")]
    Encrypt(#[source] smtp::Error),
    /// It doesn't know us.
    #[error("logging in at the mail server")]
    LogIn(#[source] smtp::Error),
    /// It is there and says nothing.
    #[error("reaching the mail server: it did not answer in time")]
    Slow,
}

/// The server has not taken a mail, or nobody knows whether it has.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// 5yz.
    #[error("the mail server refused the mail")]
    Refused(#[source] smtp::Error),
    /// 4yz.
    #[error("the mail server put the mail off")]
    PutOff(#[source] smtp::Error),
    /// Such as an address with letters that it doesn't know.
    #[error("the mail server can't take such a mail")]
    Unfit(#[source] smtp::Error),
    /// The connection broke.
    #[error("sending the mail: the mail server went away")]
    Broken(#[source] smtp::Error),
    /// It says nothing.
    #[error("sending the mail: the mail server did not answer in time")]
    Slow,
}

impl SendError {
    /// The server's own words.
    pub(crate) fn answer(&self) -> Option<String> {
        match self {
            Self::Refused(error) | Self::PutOff(error) => {
                let words = error.source().map(ToString::to_string);
                let words = words.unwrap_or_default().replace('\n', " ");
                Some(format!("{} {words}", error.status()?))
            }
            Self::Unfit(_) | Self::Broken(_) | Self::Slow => None,
        }
    }
}

impl From<smtp::Error> for SendError {
    fn from(error: smtp::Error) -> Self {
        if error.is_permanent() {
            Self::Refused(error)
        } else if error.is_transient() {
            Self::PutOff(error)
        } else if error.is_client() {
            Self::Unfit(error)
        } else {
            Self::Broken(error)
        }
    }
}

/// A conversation with the server.
pub(crate) struct Line(AsyncSmtpConnection);

struct Idle {
    line: Line,
    since: Instant,
}

/// A mail server.
pub(crate) struct Smtp {
    settings: SmtpSettings,
    hello: ClientId,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<Idle>>,
    /// Batches in a row that found no server.
    outages: Mutex<u32>,
}

impl Smtp {
    /// `host` is how we are called.
    pub(crate) fn new(settings: &SmtpSettings, host: &str) -> Result<Self, PrepareSmtpError> {
        Ok(Self {
            hello: match host.parse::<Ipv4Addr>() {
                Ok(address) => ClientId::Ipv4(address),
                Err(_) => ClientId::Domain(host.to_owned()),
            },
            tls: match settings.encryption {
                Encryption::Tls | Encryption::StartTls => Some(tls(settings)?),
                Encryption::None => None,
            },
            settings: settings.clone(),
            idle: Mutex::default(),
            outages: Mutex::default(),
        })
    }

    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }

    /// A line that was kept, or a new one.
    pub(crate) async fn open(&self) -> Result<Line, ReachError> {
        while let Some(mut kept) = self.kept() {
            let is_alive = timeout(ALIVE, kept.line.0.test_connected());
            if kept.since.elapsed() < KEPT && is_alive.await == Ok(true) {
                return Ok(kept.line);
            }
        }
        match timeout(self.settings.patience, self.connect()).await {
            Ok(line) => line,
            Err(_) => Err(ReachError::Slow),
        }
    }

    fn kept(&self) -> Option<Idle> {
        lock(&self.idle).pop()
    }

    /// For the next mails.
    pub(crate) fn keep(&self, line: Line) {
        let mut idle = lock(&self.idle);
        if idle.len() < CONNECTIONS && !line.0.has_broken() {
            idle.push(Idle {
                line,
                since: Instant::now(),
            });
        }
    }

    async fn connect(&self) -> Result<Line, ReachError> {
        let SmtpSettings { host, port, .. } = &self.settings;
        let wrapper = match self.settings.encryption {
            Encryption::Tls => self.tls.clone(),
            Encryption::StartTls | Encryption::None => None,
        };
        let server = (host.as_str(), *port);
        let patience = Some(self.settings.patience);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(server, patience, &self.hello, wrapper, None)
                .await
                .map_err(ReachError::Connect)?;
        if self.settings.encryption == Encryption::StartTls
            && let Some(tls) = self.tls.clone()
        {
            let encrypted = line.starttls(tls, &self.hello).await;
            encrypted.map_err(ReachError::Encrypt)?;
        }
        if let Some(login) = &self.settings.login {
            let credentials =
                Credentials::new(login.user.clone(), login.password.reveal().to_owned());
            let known = line
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await;
            known.map_err(ReachError::LogIn)?;
        }
        Ok(Line(line))
    }

    /// What the server said when it took the mail. After an error the line is of no use any more.
    pub(crate) async fn send(
        &self,
        line: &mut Line,
        mail: &lettre::Message,
    ) -> Result<String, SendError> {
        let bytes = mail.formatted();
        let sent = timeout(self.settings.patience, line.0.send(mail.envelope(), &bytes));
        let taken = sent.await.map_err(|_| SendError::Slow)??;
        *lock(&self.outages) = 0;
        let words: Vec<_> = taken.message().collect();
        Ok(format!("{} {}", taken.code(), words.join(" ")))
    }

    /// How long mails wait after a batch that found no server: 5 s, 10 s, ... at most a minute, so that they leave soon after
    /// it is back.
    pub(crate) fn pause_ms(&self) -> i64 {
        let mut outages = lock(&self.outages);
        let pause = (FIRST_PAUSE_MS << (*outages).min(10)).min(LONGEST_PAUSE_MS);
        *outages = outages.saturating_add(1);
        pause
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, PrepareSmtpError> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.authority {
        let pem = std::fs::read(path)
            .map_err(|error| PrepareSmtpError::Authority(path.clone(), error))?;
        let authority = Certificate::from_pem(&pem)
            .map_err(|error| PrepareSmtpError::NoCertificate(path.clone(), error))?;
        tls = tls.add_root_certificate(authority);
    }
    tls.build().map_err(PrepareSmtpError::Tls)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing here panics halfway through a change.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
