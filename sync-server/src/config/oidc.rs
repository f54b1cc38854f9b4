//! Providers of log-ins: Google, Apple, and one more that speaks OpenID Connect.

use super::read::Reader;
use super::{Mode, Secret};

/// Somebody else by whom people log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    /// In addresses: small letters.
    pub id: String,
    /// As a person reads it.
    pub name: String,
    /// As it stands in its tokens.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// How we show that.
    pub secret: ClientSecret,
    /// How its answer comes.
    pub answer: AnswerMode,
}

/// How we show to a provider who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientSecret {
    /// A text that both know.
    Text(Secret),
    /// A token that we sign for a few minutes, as Apple asks for.
    Signed(AppleKey),
}

/// A key for signing in with Apple.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppleKey {
    /// Of the developer's account.
    pub team_id: String,
    /// Of the key.
    pub key_id: String,
    /// Its file's text, PEM.
    pub pem: Secret,
}

/// How a provider sends a browser back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerMode {
    /// By an address.
    Query,
    /// By a form that it has the browser send, which is how Apple gives names.
    FormPost,
}

const APPLE_ID: &str = "APPLE_CLIENT_ID";
const APPLE_TEAM: &str = "APPLE_TEAM_ID";
const APPLE_KEY: &str = "APPLE_KEY_ID";
const APPLE_FILE: &str = "APPLE_KEY_FILE";

pub(super) fn oidc(reader: &Reader<'_>, mode: Mode) -> Vec<OidcProvider> {
    let google = pair(reader, "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET");
    let google = google.map(|(client_id, secret)| OidcProvider {
        id: "google".into(),
        name: "Google".into(),
        issuer: "https://accounts.google.com".into(),
        client_id,
        secret: ClientSecret::Text(secret),
        answer: AnswerMode::Query,
    });
    [google, apple(reader), further(reader, mode)]
        .into_iter()
        .flatten()
        .collect()
}

fn text(reader: &Reader<'_>, name: &'static str) -> Option<String> {
    reader.value(name, None, |text| Ok(Some(text.to_owned())))
}

/// Both or neither.
fn pair(reader: &Reader<'_>, id: &'static str, secret: &'static str) -> Option<(String, Secret)> {
    match (text(reader, id), text(reader, secret)) {
        (Some(id), Some(text)) => Some((id, Secret::new(text))),
        (None, None) => None,
        (Some(_), None) => {
            reader.report(secret, format!("must be set with {id}"));
            None
        }
        (None, Some(_)) => {
            reader.report(id, format!("must be set with {secret}"));
            None
        }
    }
}

fn apple(reader: &Reader<'_>) -> Option<OidcProvider> {
    let pem = reader.value(APPLE_FILE, None, |path| {
        std::fs::read_to_string(path)
            .map_err(|error| format!("the file can't be read: {error}"))
            .and_then(|pem| {
                jsonwebtoken::EncodingKey::from_ec_pem(pem.as_bytes())
                    .map(|_| Some(Secret::new(pem)))
                    .map_err(|_| "the file holds no key such as Apple's AuthKey_….p8".to_owned())
            })
    });
    let [id, team, key] = [APPLE_ID, APPLE_TEAM, APPLE_KEY].map(|name| text(reader, name));
    let is_there = [id.is_some(), team.is_some(), key.is_some(), pem.is_some()];
    let (Some(client_id), Some(team_id), Some(key_id), Some(pem)) = (id, team, key, pem) else {
        let names = [APPLE_ID, APPLE_TEAM, APPLE_KEY, APPLE_FILE];
        let is_any = is_there.contains(&true);
        for (name, is_there) in names.into_iter().zip(is_there) {
            if is_any && !is_there && reader.is_right(name) {
                reader.report(
                    name,
                    "must be set: signing in with Apple needs APPLE_CLIENT_ID, APPLE_TEAM_ID, APPLE_KEY_ID and APPLE_KEY_FILE",
                );
            }
        }
        return None;
    };
    Some(OidcProvider {
        id: "apple".into(),
        name: "Apple".into(),
        issuer: "https://appleid.apple.com".into(),
        client_id,
        secret: ClientSecret::Signed(AppleKey {
            team_id,
            key_id,
            pem,
        }),
        answer: AnswerMode::FormPost,
    })
}

fn further(reader: &Reader<'_>, mode: Mode) -> Option<OidcProvider> {
    const ISSUER: &str = "OIDC_ISSUER";
    let known = pair(reader, "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET");
    let name = text(reader, "OIDC_NAME");
    let issuer = reader.value(ISSUER, None, |text| {
        let url = text.parse::<url::Url>();
        if !url.is_ok_and(|url| url.has_host()) {
            return Err(format!(
                "`{text}` is not an issuer such as https://login.example/realms/venue"
            ));
        }
        if mode == Mode::Production && !text.starts_with("https://") {
            return Err("in production it must begin with https://".to_owned());
        }
        Ok(Some(text.to_owned()))
    });
    let (client_id, secret) = known?;
    if issuer.is_none() && reader.is_right(ISSUER) {
        reader.report(ISSUER, "must be set with OIDC_CLIENT_ID");
    }
    Some(OidcProvider {
        id: "oidc".into(),
        name: name.unwrap_or_else(|| "OpenID".into()),
        issuer: issuer?,
        client_id,
        secret: ClientSecret::Text(secret),
        answer: AnswerMode::Query,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use crate::config::{Config, OidcProvider};

    fn read(variables: &[(&str, &str)]) -> Result<Vec<OidcProvider>, Vec<&'static str>> {
        let found = |name: &str| {
            let variable = variables.iter().find(|(known, _)| *known == name);
            variable.map(|(_, value)| (*value).into())
        };
        let config = Config::from_lookup(found);
        let names = |error: crate::config::ConfigError| {
            assert!(!error.to_string().contains("hunter"), "{error}");
            error.0.iter().map(|wrong| wrong.name).collect()
        };
        config.map(|config| config.oidc).map_err(names)
    }

    #[test]
    fn a_provider_is_set_up_by_all_of_its_variables_and_shows_no_secret() {
        assert_eq!(read(&[]), Ok(Vec::new()));
        let google = [
            ("GOOGLE_CLIENT_ID", "shop"),
            ("GOOGLE_CLIENT_SECRET", "hunter2"),
        ];
        let providers = read(&google).unwrap();
        assert_eq!(providers[0].issuer, "https://accounts.google.com");
        assert!(!format!("{providers:?}").contains("hunter"));
        assert_eq!(read(&google[..1]), Err(vec!["GOOGLE_CLIENT_SECRET"]));
        assert_eq!(read(&google[1..]), Err(vec!["GOOGLE_CLIENT_ID"]));
        let further = [
            ("OIDC_CLIENT_ID", "shop"),
            ("OIDC_CLIENT_SECRET", "hunter2"),
            ("OIDC_ISSUER", "https://login.example/realms/venue"),
        ];
        assert_eq!(read(&further).unwrap()[0].name, "OpenID");
        assert_eq!(read(&further[..2]), Err(vec!["OIDC_ISSUER"]));
        let nowhere = [further[0], further[1], ("OIDC_ISSUER", "login")];
        assert_eq!(read(&nowhere), Err(vec!["OIDC_ISSUER"]));
    }

    #[test]
    fn apple_needs_all_four_and_a_key_that_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            file.to_str().unwrap().to_owned()
        };
        let key = rcgen::KeyPair::generate().unwrap().serialize_der();
        let key = base64::engine::general_purpose::STANDARD.encode(key);
        let key = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
        let (good, bad) = (write("good.p8", &key), write("bad.p8", "hunter2"));
        let apple = [
            ("APPLE_CLIENT_ID", "shop"),
            ("APPLE_TEAM_ID", "TEAM"),
            ("APPLE_KEY_ID", "KEY"),
            ("APPLE_KEY_FILE", good.as_str()),
        ];
        assert_eq!(read(&apple).unwrap()[0].id, "apple");
        assert_eq!(
            read(&apple[..1]),
            Err(vec!["APPLE_TEAM_ID", "APPLE_KEY_ID", "APPLE_KEY_FILE"])
        );
        for file in [bad.as_str(), "/nowhere.p8"] {
            let wrong = [apple[0], apple[1], apple[2], ("APPLE_KEY_FILE", file)];
            assert_eq!(read(&wrong), Err(vec!["APPLE_KEY_FILE"]));
        }
    }
}
