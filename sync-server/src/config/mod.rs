//! Settings, read once from the environment; every wrong value is named, all at once.

use std::net::SocketAddr;
use std::path::PathBuf;

/// In production the server refuses to run on parts made for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A developer's or a demo's machine.
    Development,
    /// Real money.
    Production,
}

/// All settings.
#[derive(Clone, Debug)]
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
    /// Connections to PostgreSQL.
    pub database_connections: u32,
    /// Addresses whose `Forwarded` / `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Origins that may call the API from a browser.
    pub cors_origins: Vec<String>,
}
