//! Whoever sends text messages for us, by plain HTTP in the form of Twilio's API: a form to
//! `/2010-04-01/Accounts/…/Messages.json`, answered by the message's name.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode};
use serde::Deserialize;

use crate::config::{Secret, SmsSettings};

/// Takes text messages away.
pub struct SmsCarrier {
    client: Client,
    url: String,
    account: String,
    token: Secret,
    from: String,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("setting up TLS for text messages")]
pub struct PrepareSmsError(#[source] reqwest::Error);

/// A text message stays in the outbox.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendSmsError {
    /// No answer: whether it was sent is not known.
    #[error("reaching whoever sends text messages")]
    Unreachable(#[source] reqwest::Error),
    /// Too many at once, or its own failure.
    #[error("text messages are put off with {0}")]
    PutOff(StatusCode),
    /// Our account, or its token, or the address.
    #[error(
        "our account for text messages is not taken ({0}): look at SMS_ACCOUNT, SMS_TOKEN and SMS_API_BASE"
    )]
    Account(StatusCode),
    /// That number, or that text.
    #[error("a text message is refused with the code {0}")]
    Refused(i64),
}

#[derive(Deserialize)]
struct Sent {
    sid: String,
}

/// Its message isn't read: it may repeat the number.
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(default)]
    code: i64,
}

impl SmsCarrier {
    /// With these settings.
    pub fn new(settings: &SmsSettings) -> Result<Self, PrepareSmsError> {
        // Twice installed is the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(settings.patience)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(PrepareSmsError)?;
        let (base, account) = (&settings.api_base, &settings.account);
        Ok(Self {
            client,
            url: format!("{base}/2010-04-01/Accounts/{account}/Messages.json"),
            account: account.clone(),
            token: settings.token.clone(),
            from: settings.from.clone(),
        })
    }

    /// What whoever sends them calls it.
    pub(super) async fn send(&self, to: &str, text: &str) -> Result<String, SendSmsError> {
        let from = if self.from.starts_with("MG") {
            "MessagingServiceSid"
        } else {
            "From"
        };
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("To", to)
            .append_pair(from, &self.from)
            .append_pair("Body", text)
            .finish();
        let answer = self
            .client
            .post(&self.url)
            .basic_auth(&self.account, Some(self.token.reveal()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .map_err(SendSmsError::Unreachable)?;
        let status = answer.status();
        if status.is_success() {
            // Half an answer is none.
            let sent: Sent = answer.json().await.map_err(SendSmsError::Unreachable)?;
            return Ok(sent.sid);
        }
        Err(match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT => SendSmsError::PutOff(status),
            status if status.is_server_error() => SendSmsError::PutOff(status),
            StatusCode::BAD_REQUEST => {
                let refusal: Refusal = answer.json().await.unwrap_or_default();
                SendSmsError::Refused(refusal.code)
            }
            status => SendSmsError::Account(status),
        })
    }
}
