//! What every answer says to browsers.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use shared::language::Language;

use crate::config::Config;

/// Of a page: our own files only, nothing inline, in nobody's frame; its forms lead to `$form`.
macro_rules! page_policy {
    ($form:literal) => {
        HeaderValue::from_static(concat!(
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: https:; connect-src 'self'; manifest-src 'self'; form-action ",
            $form,
            "; base-uri 'none'; frame-ancestors 'none'",
        ))
    };
}

const PAGE_POLICY: HeaderValue = page_policy!("'self'");
/// Of a page whose form may end at a payment provider's: browsers hold the policy against redirects, too.
const LEADS_OUT: HeaderValue = page_policy!("'self' https:");
/// On a machine where things are tried, such a provider is a program beside this one.
const LEADS_OUT_OR_BESIDE: HeaderValue = page_policy!("'self' https: http://127.0.0.1:*");
/// Everything else is no page.
const DATA_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Whom the pages below an address are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Whoever finds them.
    All,
    /// Who has an account, or comes to have one.
    Members,
}

impl Audience {
    pub(crate) fn of(path: &str) -> Self {
        let mut parts = path.split('/').skip(1);
        let first = parts.next().unwrap_or_default();
        let is_language = first.parse::<Language>().is_ok();
        let page = if is_language {
            parts.next()
        } else {
            Some(first)
        };
        match page.unwrap_or_default() {
            "account" | "invitation" | "login" | "logout" | "office" | "register" | "reset"
            | "verify" => Self::Members,
            _ => Self::All,
        }
    }
}

/// No search engine lists it, and no other site hears its address.
pub(crate) fn keep_to_itself(headers: &mut HeaderMap) {
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Adds what is missing; what a handler has set stays.
pub(crate) fn add(headers: &mut HeaderMap, transport: Transport, audience: Audience) {
    match audience {
        Audience::All => {}
        Audience::Members => keep_to_itself(headers),
    }
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // An order's address holds its secret: other sites are not told where a visitor came from.
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    // Most answers are somebody's own; what anybody may keep says so itself.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    match transport {
        Transport::Tls => {
            headers.insert(
                STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        Transport::Plain => {}
    }
}

/// A form of this page may end at a payment provider's.
pub(crate) fn may_lead_out(headers: &mut HeaderMap, config: &Config) {
    let policy = if config.is_https() {
        LEADS_OUT
    } else {
        LEADS_OUT_OR_BESIDE
    };
    headers.insert(CONTENT_SECURITY_POLICY, policy);
}

/// How the world reaches this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Tls,
    Plain,
}
