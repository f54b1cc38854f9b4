//! Who takes the mails away.

pub(crate) mod folder;
pub(crate) mod smtp;

use super::host;
use crate::config::Config;
use folder::Folder;
pub use smtp::PrepareSmtpError;
use smtp::Smtp;

/// Who takes the mails away.
pub struct Carrier(pub(super) Kind);

pub(super) enum Kind {
    /// Nobody: they lie as files, for a developer.
    Folder(Folder),
    /// A mail server.
    Smtp(Smtp),
}

impl Carrier {
    /// The one that the settings ask for.
    pub fn of(config: &Config) -> Result<Self, PrepareSmtpError> {
        Ok(Self(match &config.mail.smtp {
            Some(settings) => Kind::Smtp(Smtp::new(settings, host(&config.public_url))?),
            None => Kind::Folder(Folder::of(&config.data_dir)),
        }))
    }

    /// For a line in the log.
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Folder(folder) => folder.path().display().to_string(),
            Kind::Smtp(smtp) => smtp.name(),
        }
    }
}
