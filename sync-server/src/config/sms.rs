//! How text messages leave.

use std::time::Duration;

use super::Secret;
use super::read::{Reader, parse_url};

/// Whoever sends text messages for us, in the form of Twilio's API, which others speak, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsSettings {
    /// Scheme and authority of the API.
    pub api_base: String,
    /// Our account's name there.
    pub account: String,
    /// And its token.
    pub token: Secret,
    /// A number as `+33…`, a name of up to eleven letters, or a messaging service, `MG…`.
    pub from: String,
    /// How long an answer is waited for.
    pub patience: Duration,
}

impl SmsSettings {
    /// Twilio itself, with the usual patience.
    pub fn new(account: impl Into<String>, token: Secret, from: impl Into<String>) -> Self {
        Self {
            api_base: "https://api.twilio.com".to_owned(),
            account: account.into(),
            token,
            from: from.into(),
            patience: Duration::from_secs(10),
        }
    }
}

const ACCOUNT: &str = "SMS_ACCOUNT";
const TOKEN: &str = "SMS_TOKEN";
const FROM: &str = "SMS_FROM";

pub(super) fn sms(reader: &Reader<'_>) -> Option<SmsSettings> {
    let account = reader.value(ACCOUNT, None, |text| {
        if text.bytes().all(|letter| letter.is_ascii_alphanumeric()) {
            Ok(Some(text.to_owned()))
        } else {
            Err("is no account's name, which has letters and digits alone".to_owned())
        }
    });
    let token = reader.text(TOKEN).map(Secret::new);
    let from = reader.text(FROM);
    let base = reader.value("SMS_API_BASE", None, |text| parse_url(text).map(Some));
    let given = [
        (ACCOUNT, account.is_some() || !reader.is_right(ACCOUNT)),
        (TOKEN, token.is_some()),
        (FROM, from.is_some()),
    ];
    if let Some((there, _)) = given.iter().find(|(_, is_set)| *is_set) {
        for (missing, _) in given.iter().filter(|(_, is_set)| !is_set) {
            reader.report(missing, format!("must be set with {there}"));
        }
    }
    let mut settings = SmsSettings::new(account?, token?, from?);
    if let Some(base) = base {
        settings.api_base = base;
    }
    Some(settings)
}
