//! From text to settings, collecting what is wrong.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::mail::mail;
use super::oidc::oidc;
use super::sms::sms;
use super::stripe::stripe;
use super::wallet::wallet;
use super::{Config, Limits, LogFormat, Mode};
use crate::database::managed::default_data_dir;

/// One variable that does not hold what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongValue {
    /// The variable.
    pub name: &'static str,
    /// What is wrong and what would be right. Secrets are not repeated.
    pub problem: String,
}

/// All variables that are wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<WrongValue>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings in the environment are wrong; nothing was started:")?;
        self.0
            .iter()
            .try_for_each(|wrong| write!(f, "\n  {}: {}", wrong.name, wrong.problem))
    }
}

pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
    wrong: RefCell<Vec<WrongValue>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self {
            lookup,
            wrong: RefCell::default(),
        }
    }

    pub(super) fn report(&self, name: &'static str, problem: impl Into<String>) {
        self.wrong.borrow_mut().push(WrongValue {
            name,
            problem: problem.into(),
        });
    }

    /// An empty variable is one that isn't set.
    pub(super) fn text(&self, name: &'static str) -> Option<String> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        value
            .into_string()
            .map_err(|_| self.report(name, "is not UTF-8 text"))
            .ok()
    }

    /// `parse` says what would be right when the text isn't.
    pub(super) fn value<T>(
        &self,
        name: &'static str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        match self.text(name).as_deref().map(str::trim).map(parse) {
            None => default,
            Some(Ok(value)) => value,
            Some(Err(problem)) => {
                self.report(name, problem);
                default
            }
        }
    }

    /// Whether nothing was said against a variable so far.
    pub(super) fn is_right(&self, name: &str) -> bool {
        self.wrong.borrow().iter().all(|wrong| wrong.name != name)
    }

    pub(super) fn list<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        self.value(name, Vec::new(), |text| {
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(parse)
                .collect()
        })
    }

    fn limit(&self, name: &'static str, default: Option<NonZeroU32>) -> Option<NonZeroU32> {
        self.value(name, default, |text| match text {
            "off" => Ok(None),
            number => number
                .parse()
                .map(Some)
                .map_err(|_| format!("`{number}` is neither a whole number from 1 nor `off`")),
        })
    }
}

pub(super) fn config(reader: Reader<'_>) -> Result<Config, ConfigError> {
    let data_dir = reader
        .text("TICKETHUB_DATA")
        .map_or_else(default_data_dir, PathBuf::from);
    let base = Config::development(data_dir);
    let mode = reader.value("TICKETHUB_MODE", Mode::Development, parse_mode);
    let listen = reader.value("TICKETHUB_LISTEN", base.listen, |text| {
        text.parse().map_err(|_| {
            format!("`{text}` is not an address with a port, such as 127.0.0.1:8080 or [::]:8080")
        })
    });
    let public_url = reader.value(
        "TICKETHUB_PUBLIC_URL",
        format!("http://{listen}"),
        parse_url,
    );
    if mode == Mode::Production && !public_url.starts_with("https://") {
        reader.report(
            "TICKETHUB_PUBLIC_URL",
            "in production it must be set and begin with https://, or log-in cookies would not work",
        );
    }
    let config = Config {
        listen,
        public_url,
        mode,
        database_url: reader.value("DATABASE_URL", None, parse_database_url),
        database_connections: reader.value(
            "TICKETHUB_DATABASE_CONNECTIONS",
            base.database_connections,
            |text| match text.parse() {
                Ok(number @ 2..=500) => Ok(number),
                _ => Err(format!("`{text}` is not a whole number from 2 to 500")),
            },
        ),
        redis_url: reader.value("REDIS_URL", None, parse_redis_url),
        master_key: reader.text("TICKETHUB_MASTER_KEY"),
        stripe: stripe(&reader, mode),
        oidc: oidc(&reader, mode),
        mail: mail(&reader, mode),
        sms: sms(&reader),
        wallet: wallet(&reader),
        trusted_proxies: reader.list("TICKETHUB_TRUSTED_PROXIES", |item| {
            item.parse().map_err(|error| format!("`{item}` is {error}"))
        }),
        cors_origins: reader.list("TICKETHUB_CORS_ORIGINS", parse_origin),
        limits: limits(&reader, &base.limits),
        log: reader.value("TICKETHUB_LOG", base.log.clone(), |text| {
            tracing_subscriber::EnvFilter::try_new(text)
                .map(|_| text.to_owned())
                .map_err(|_| {
                    format!("`{text}` is no log filter, such as info or sync_server=debug")
                })
        }),
        log_format: reader.value("TICKETHUB_LOG_FORMAT", base.log_format, |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(format!("`{other}` is neither text nor json")),
        }),
        ..base
    };
    if let Some(key) = &config.master_key
        && let Err(error) = crate::vault::Vault::check_key(key)
    {
        reader.report("TICKETHUB_MASTER_KEY", error.to_string());
    }
    let wrong = reader.wrong.into_inner();
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(ConfigError(wrong))
    }
}

fn limits(reader: &Reader<'_>, base: &Limits) -> Limits {
    Limits {
        requests_per_minute: reader.limit(
            "TICKETHUB_LIMIT_REQUESTS_PER_MINUTE",
            base.requests_per_minute,
        ),
        sync_requests_per_minute: reader.limit(
            "TICKETHUB_LIMIT_SYNC_REQUESTS_PER_MINUTE",
            base.sync_requests_per_minute,
        ),
        enrolments_per_minute: reader.limit(
            "TICKETHUB_LIMIT_ENROLMENTS_PER_MINUTE",
            base.enrolments_per_minute,
        ),
        payments_per_minute: reader.limit(
            "TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE",
            base.payments_per_minute,
        ),
        login_failures: reader.limit("TICKETHUB_LIMIT_LOGIN_FAILURES", base.login_failures),
        request_time: reader.value(
            "TICKETHUB_REQUEST_SECONDS",
            base.request_time,
            |text| match text.parse() {
                Ok(seconds @ 1..=600) => Ok(Duration::from_secs(seconds)),
                _ => Err(format!(
                    "`{text}` is not a whole number of seconds from 1 to 600"
                )),
            },
        ),
    }
}

fn parse_mode(text: &str) -> Result<Mode, String> {
    match text {
        "development" => Ok(Mode::Development),
        "production" => Ok(Mode::Production),
        other => Err(format!("`{other}` is neither development nor production")),
    }
}

pub(super) fn parse_url(text: &str) -> Result<String, String> {
    let trimmed = text.trim_end_matches('/');
    if is_origin(trimmed) {
        Ok(trimmed.to_owned())
    } else {
        Err(format!(
            "`{text}` is not an address such as https://billets.example, without a path"
        ))
    }
}

fn parse_origin(text: &str) -> Result<String, String> {
    if is_origin(text) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "`{text}` is not an origin such as https://shop.example"
        ))
    }
}

/// Scheme and authority, nothing behind them.
fn is_origin(text: &str) -> bool {
    text.parse::<axum::http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.path_and_query().is_none_or(|path| path == "/")
            && uri
                .authority()
                .is_some_and(|authority| !authority.as_str().contains('@'))
            && !text.ends_with('/')
    })
}

fn parse_redis_url(text: &str) -> Result<Option<String>, String> {
    // Never repeats what it read: there may be a password in it.
    if text.starts_with("redis://") {
        Ok(Some(text.to_owned()))
    } else {
        Err("is not an address of Redis: it looks like redis://:PASSWORD@HOST:PORT/0".into())
    }
}

fn parse_database_url(text: &str) -> Result<Option<String>, String> {
    // The driver takes any scheme.
    let ours = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if ours && text.parse::<sqlx::postgres::PgConnectOptions>().is_ok() {
        Ok(Some(text.to_owned()))
    } else {
        Err("is not an address of PostgreSQL: it looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Enclosed, Encryption};

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_lookup(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn an_empty_environment_is_a_development_server_on_loopback() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.mode, Mode::Development);
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn every_value_is_read() {
        let config = read(&[
            ("TICKETHUB_LISTEN", "[::]:9000"),
            ("TICKETHUB_PUBLIC_URL", "https://billets.example/"),
            ("TICKETHUB_MODE", "production"),
            ("TICKETHUB_DATA", "/srv/hub"),
            ("DATABASE_URL", "postgres://hub@db/hub"),
            ("TICKETHUB_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
            ("TICKETHUB_CORS_ORIGINS", "https://shop.example"),
            ("TICKETHUB_LIMIT_REQUESTS_PER_MINUTE", "off"),
            ("TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE", "3"),
            ("TICKETHUB_LIMIT_ENROLMENTS_PER_MINUTE", "200"),
            ("TICKETHUB_REQUEST_SECONDS", "5"),
            ("TICKETHUB_LOG_FORMAT", "json"),
            ("SMTP_URL", "smtps://mail.example"),
        ])
        .unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.public_url, "https://billets.example");
        assert_eq!(config.mode, Mode::Production);
        assert_eq!(config.data_dir, PathBuf::from("/srv/hub"));
        assert_eq!(
            config.database_url.as_deref(),
            Some("postgres://hub@db/hub")
        );
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.cors_origins, ["https://shop.example"]);
        assert_eq!(config.limits.requests_per_minute, None);
        assert_eq!(config.limits.payments_per_minute, NonZeroU32::new(3));
        assert_eq!(config.limits.enrolments_per_minute, NonZeroU32::new(200));
        assert_eq!(config.limits.request_time, Duration::from_secs(5));
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn every_wrong_value_is_named_at_once_and_no_secret_is_repeated() {
        let error = read(&[
            ("TICKETHUB_LISTEN", "nowhere"),
            ("TICKETHUB_PUBLIC_URL", "billets.example"),
            ("TICKETHUB_MODE", "prod"),
            ("DATABASE_URL", "mysql://hub:hunter2@db"),
            ("TICKETHUB_DATABASE_CONNECTIONS", "0"),
            ("TICKETHUB_MASTER_KEY", "hunter3"),
            ("TICKETHUB_TRUSTED_PROXIES", "10.0.0.0/99"),
            ("TICKETHUB_CORS_ORIGINS", "https://shop.example/path"),
            ("TICKETHUB_LIMIT_REQUESTS_PER_MINUTE", "0"),
            ("TICKETHUB_LIMIT_SYNC_REQUESTS_PER_MINUTE", "x"),
            ("TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE", "-1"),
            ("TICKETHUB_LIMIT_LOGIN_FAILURES", "1.5"),
            ("TICKETHUB_REQUEST_SECONDS", "0"),
            ("TICKETHUB_LOG", "=a=b="),
            ("TICKETHUB_LOG_FORMAT", "xml"),
            ("SMTP_URL", "smtp://ana:hunter4@mail.example"),
            ("SMTP_USER", "ana"),
            ("MAIL_FROM", "billets"),
            ("MAIL_ENCLOSED", "all"),
        ])
        .unwrap_err();
        let mut named: Vec<_> = error.0.iter().map(|wrong| wrong.name).collect();
        named.sort_unstable();
        assert_eq!(
            named,
            [
                "DATABASE_URL",
                "MAIL_ENCLOSED",
                "MAIL_FROM",
                "SMTP_PASSWORD",
                "SMTP_URL",
                "TICKETHUB_CORS_ORIGINS",
                "TICKETHUB_DATABASE_CONNECTIONS",
                "TICKETHUB_LIMIT_LOGIN_FAILURES",
                "TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE",
                "TICKETHUB_LIMIT_REQUESTS_PER_MINUTE",
                "TICKETHUB_LIMIT_SYNC_REQUESTS_PER_MINUTE",
                "TICKETHUB_LISTEN",
                "TICKETHUB_LOG",
                "TICKETHUB_LOG_FORMAT",
                "TICKETHUB_MASTER_KEY",
                "TICKETHUB_MODE",
                "TICKETHUB_PUBLIC_URL",
                "TICKETHUB_REQUEST_SECONDS",
                "TICKETHUB_TRUSTED_PROXIES",
            ]
        );
        assert!(!error.to_string().contains("hunter"), "{error}");
    }

    #[test]
    fn production_without_tls_is_refused() {
        let error = read(&[("TICKETHUB_MODE", "production")]).unwrap_err();
        assert_eq!(error.0[0].name, "TICKETHUB_PUBLIC_URL");
        let error = read(&[
            ("TICKETHUB_MODE", "production"),
            ("TICKETHUB_PUBLIC_URL", "http://billets.example"),
            ("SMTP_URL", "smtp://mail.example"),
        ])
        .unwrap_err();
        assert_eq!(error.0.len(), 1);
    }

    #[test]
    fn production_without_a_mail_server_is_refused() {
        let error = read(&[
            ("TICKETHUB_MODE", "production"),
            ("TICKETHUB_PUBLIC_URL", "https://billets.example"),
        ])
        .unwrap_err();
        assert_eq!(error.0.len(), 1);
        assert_eq!(error.0[0].name, "SMTP_URL");
    }

    #[test]
    fn a_mail_server_is_read_with_its_encryption_and_its_password_is_never_shown() {
        let smtp = |variables: &[(&str, &str)]| read(variables).unwrap().mail.smtp.unwrap();
        let tls = smtp(&[
            ("SMTP_URL", "smtps://mail.example/"),
            ("SMTP_USER", "ana"),
            ("SMTP_PASSWORD", "hunter2"),
        ]);
        assert_eq!(
            (tls.host.as_str(), tls.port, tls.encryption),
            ("mail.example", 465, Encryption::Tls)
        );
        assert_eq!(tls.login.as_ref().unwrap().password.reveal(), "hunter2");
        assert!(!format!("{tls:?}").contains("hunter"));
        let start_tls = smtp(&[("SMTP_URL", "smtp://mail.example:2587")]);
        assert_eq!(
            (start_tls.port, start_tls.encryption),
            (2587, Encryption::StartTls)
        );
        let local = smtp(&[("SMTP_URL", "smtp+plain://[::1]:1025")]);
        assert_eq!((local.host.as_str(), local.port), ("::1", 1025));
        assert_eq!(local.encryption, Encryption::None);
        assert!(
            read(&[("SMTP_URL", "smtp+plain://mail.example")]).is_err(),
            "nobody reads tickets on the way"
        );
        let enclosed = |variables: &[(&str, &str)]| read(variables).unwrap().mail.enclosed;
        assert_eq!(enclosed(&[]), Enclosed::Nothing);
        assert_eq!(
            enclosed(&[("SMTP_URL", "smtps://mail.example")]),
            Enclosed::Tickets
        );
    }

    #[test]
    fn stripe_is_read_with_several_webhook_secrets_and_never_shown() {
        let config = read(&[
            ("STRIPE_SECRET_KEY", "sk_test_hunter2"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_hunter3, whsec_hunter4"),
            ("STRIPE_API_BASE", "http://127.0.0.1:12111/"),
        ])
        .unwrap();
        let stripe = config.stripe.clone().unwrap();
        assert_eq!(stripe.secret_key.reveal(), "sk_test_hunter2");
        assert_eq!(stripe.webhook_secrets.len(), 2);
        assert_eq!(stripe.api_base, "http://127.0.0.1:12111");
        assert!(!stripe.is_live());
        let shown = format!("{config:?} {stripe:?}");
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(read(&[]).unwrap().stripe.is_none());
    }

    #[test]
    fn text_messages_are_set_up_by_three_variables_or_not_at_all() {
        assert!(read(&[]).unwrap().sms.is_none());
        let all = [
            ("SMS_ACCOUNT", "AC0123"),
            ("SMS_TOKEN", "hunter2"),
            ("SMS_FROM", "TicketHub"),
        ];
        let config = read(&all).unwrap();
        let sms = config.sms.clone().unwrap();
        assert_eq!(sms.api_base, "https://api.twilio.com");
        assert!(!format!("{config:?}").contains("hunter2"));
        for one in all {
            let ConfigError(wrong) = read(&[one]).unwrap_err();
            assert_eq!(wrong.len(), 2, "{wrong:?}");
        }
    }

    #[test]
    fn a_wallet_is_set_up_by_two_variables_or_not_at_all() {
        let config = read(&[]).unwrap();
        assert!(config.wallet.apple.is_none() && config.wallet.google.is_none());
        let all = [
            ("APPLE_PASS_CERTIFICATE", "/etc/pass.pem"),
            ("APPLE_PASS_KEY", "/etc/pass.key"),
            ("GOOGLE_WALLET_ACCOUNT", "/etc/google.json"),
            ("GOOGLE_WALLET_ISSUER", "3388000000022000001"),
        ];
        let config = read(&all).unwrap();
        assert!(config.wallet.apple.is_some() && config.wallet.google.is_some());
        for one in all {
            let ConfigError(wrong) = read(&[one]).unwrap_err();
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].problem.contains(one.0), "{wrong:?}");
        }
        let issuer = [all[2], ("GOOGLE_WALLET_ISSUER", "me")];
        let ConfigError(wrong) = read(&issuer).unwrap_err();
        assert_eq!(wrong[0].name, "GOOGLE_WALLET_ISSUER");
    }

    #[test]
    fn wrong_settings_of_stripe_are_named_and_not_repeated() {
        let names = |variables: &[(&str, &str)]| {
            let error = read(variables).unwrap_err();
            assert!(!error.to_string().contains("hunter"), "{error}");
            error.0.iter().map(|wrong| wrong.name).collect::<Vec<_>>()
        };
        let key = ("STRIPE_SECRET_KEY", "sk_test_hunter2");
        assert_eq!(names(&[key]), ["STRIPE_WEBHOOK_SECRET"]);
        let wrong = [
            ("STRIPE_SECRET_KEY", "hunter2"),
            ("STRIPE_WEBHOOK_SECRET", "hunter3"),
            ("STRIPE_API_BASE", "nowhere"),
        ];
        assert_eq!(
            names(&wrong),
            [
                "STRIPE_SECRET_KEY",
                "STRIPE_WEBHOOK_SECRET",
                "STRIPE_API_BASE"
            ]
        );
        let production = [
            ("TICKETHUB_MODE", "production"),
            ("TICKETHUB_PUBLIC_URL", "https://billets.example"),
            ("SMTP_URL", "smtps://mail.example"),
            key,
            ("STRIPE_WEBHOOK_SECRET", "whsec_hunter3"),
            ("STRIPE_API_BASE", "http://127.0.0.1:12111"),
        ];
        assert_eq!(names(&production), ["STRIPE_SECRET_KEY", "STRIPE_API_BASE"]);
    }
}
