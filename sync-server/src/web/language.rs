//! The language of a page: `?lang=`, else what the browser asks for, else French.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use shared::language::Language;

/// As an extractor: the language to answer in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLanguage(pub Language);

impl PageLanguage {
    pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let asked = query
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("lang=")?.parse().ok());
        Self(asked.unwrap_or_else(|| from_header(headers)))
    }
}

fn from_header(headers: &HeaderMap) -> Language {
    let text = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut best = (0.0_f32, Language::default());
    for item in text.split(',') {
        let mut parts = item.split(';');
        let Ok(language) = parts.next().unwrap_or_default().trim().parse() else {
            continue;
        };
        let quality = parts
            .find_map(|part| part.trim().strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        if quality > best.0 {
            best = (quality, language);
        }
    }
    best.1
}

impl<S: Sync> FromRequestParts<S> for PageLanguage {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts.uri.query(), &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: Option<&str>, header: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
        PageLanguage::of(query, &headers).0
    }

    #[test]
    fn what_is_asked_for_comes_before_what_the_browser_likes() {
        assert_eq!(of(Some("lang=de"), "es"), Language::De);
        assert_eq!(of(Some("next=/a&lang=it-CH"), "es"), Language::It);
        assert_eq!(of(Some("lang=tlh"), "es"), Language::Es);
        assert_eq!(of(None, "pt-BR, en;q=0.5, de-AT;q=0.9"), Language::De);
        assert_eq!(of(None, "ja"), Language::Fr);
        assert_eq!(of(None, ""), Language::Fr);
        assert_eq!(of(None, "en;q=0"), Language::Fr);
    }
}
