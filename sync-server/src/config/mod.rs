//! Settings, read once from the environment; every wrong value is named, all at once.

mod mail;
mod network;
mod oidc;
mod read;
mod sms;
mod stripe;
mod wallet;

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZero, NonZeroU32};
use std::path::PathBuf;
use std::time::Duration;

pub use mail::{Enclosed, Encryption, MailSettings, SmtpLogin, SmtpSettings};
pub use network::Network;
pub use oidc::{AnswerMode, AppleKey, ClientSecret, OidcProvider};
pub use read::{ConfigError, WrongValue};
pub use sms::SmsSettings;
pub use stripe::{Secret, StripeSettings};
pub use wallet::{AppleWalletSettings, GoogleWalletSettings, WalletSettings};

/// In production the server refuses to run on parts made for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A developer's or a demo's machine.
    Development,
    /// Real money.
    Production,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// All settings.
#[derive(Clone)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// How the world reaches it, without a slash at the end: `https://billets.example`.
    pub public_url: String,
    /// What it is.
    pub mode: Mode,
    /// Everything that isn't in the database: the managed PostgreSQL, mails, the key file.
    pub data_dir: PathBuf,
    /// Another PostgreSQL than the managed one.
    pub database_url: Option<String>,
    /// Connections to PostgreSQL: two for each core, at least four, unless told.
    pub database_connections: u32,
    /// Where the lines of waiting rooms are kept for several servers together; in memory without it.
    pub redis_url: Option<String>,
    /// 32 bytes in base64; without it a file in `data_dir` holds them.
    pub master_key: Option<String>,
    /// Takes the money; the test provider without it.
    pub stripe: Option<StripeSettings>,
    /// Others by whom people log in.
    pub oidc: Vec<OidcProvider>,
    /// How mail leaves.
    pub mail: MailSettings,
    /// Who sends text messages; nobody without it.
    pub sms: Option<SmsSettings>,
    /// What signs tickets for the wallets of phones.
    pub wallet: WalletSettings,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Origins that may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// How much of what is taken from whom.
    pub limits: Limits,
    /// What is logged, as `tracing_subscriber::EnvFilter` reads it.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

/// How much is taken from one side before it is told to slow down. `None` is without limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests a minute of one address (IPv6: of one /64).
    pub requests_per_minute: Option<NonZeroU32>,
    /// The same for what doors send: a venue full of them has one address.
    pub sync_requests_per_minute: Option<NonZeroU32>,
    /// Steps of enrolment a minute of one address, two for each device; also the lists that devices bring after a restore.
    pub enrolments_per_minute: Option<NonZeroU32>,
    /// Attempts to pay a minute, of one account or for one order.
    pub payments_per_minute: Option<NonZeroU32>,
    /// Failed log-ins of one address for one account in 15 minutes; then each needs a longer wait.
    pub login_failures: Option<NonZeroU32>,
    /// How long a request may take; long polls have their wait on top.
    pub request_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_minute: NonZeroU32::new(600),
            sync_requests_per_minute: NonZeroU32::new(12_000),
            // A person types a code in some seconds; names are guessed faster.
            enrolments_per_minute: NonZeroU32::new(30),
            payments_per_minute: NonZeroU32::new(10),
            login_failures: NonZeroU32::new(50),
            request_time: Duration::from_secs(30),
        }
    }
}

/// Two for each core. A statement works as long as it has one: what waits for the disk has given it back, so more of them only
/// take turns. Each is a process that plans every statement for itself and finds the caches full of another's: on two cores 12
/// cost an order a quarter more of PostgreSQL's time than 4, and answer fewer (docs/adr/0011).
fn connections_for(cores: u32) -> u32 {
    (2 * cores).max(4)
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(2, NonZero::get) as u32
}

impl Config {
    /// From this process's environment.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// From whatever answers for the environment.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        read::config(read::Reader::new(&lookup))
    }

    /// For development on this machine, with everything below `data_dir`.
    pub fn development(data_dir: PathBuf) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            public_url: "http://127.0.0.1:8080".into(),
            mode: Mode::Development,
            data_dir,
            database_url: None,
            database_connections: connections_for(cores()),
            master_key: None,
            redis_url: None,
            stripe: None,
            oidc: Vec::new(),
            mail: MailSettings::folder(),
            sms: None,
            wallet: WalletSettings::default(),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            limits: Limits::default(),
            log: "info,sqlx=warn".into(),
            log_format: LogFormat::Text,
        }
    }

    /// Whether the world reaches it by TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl std::fmt::Debug for Config {
    /// Without the secrets: the master key, and the database's address with its password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .field("mode", &self.mode)
            .field("data_dir", &self.data_dir)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
