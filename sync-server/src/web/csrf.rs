//! Against requests that another site has a browser send.
//!
//! Two locks. A form that comes from another origin is refused at once, log-in included. And whoever is known by a cookie
//! proves with the session's token, as the field `csrf` of a form or the header `X-CSRF-Token`, that he has seen our page.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use shared::wire::latest::ErrorCode;

use super::{ApiError, BODY_LIMIT};
use crate::accounts::identity::session_cookie;

const HEADER: &str = "x-csrf-token";
const FIELD: &str = "csrf=";

/// The token that a form carried.
#[derive(Clone, Debug)]
struct Presented(Bytes);

fn refused() -> ApiError {
    ApiError::new(
        ErrorCode::CsrfFailed,
        "This form is from an older session or another site. Reload the page and send it again; nothing was changed.",
    )
}

/// Refuses forms of other origins, and notes the token of our own for [`check`].
pub(crate) async fn examine(request: Request, public_url: &str) -> Result<Request, ApiError> {
    if request.method().is_safe() || !is_form(request.headers()) {
        return Ok(request);
    }
    let is_answer = comes_from_elsewhere(request.uri().path());
    if !is_answer && is_foreign(request.uri().path(), request.headers(), public_url) {
        return Err(refused());
    }
    if is_answer || session_cookie(request.headers()).is_none() {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await.map_err(|_| {
        ApiError::new(
            ErrorCode::TooLarge,
            "The form is larger than is taken here; send less at once.",
        )
    })?;
    parts.extensions.insert(Presented(body.clone()));
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn is_form(headers: &HeaderMap) -> bool {
    // The kinds that a browser sends to any site without asking it first.
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_none_or(|kind| {
            let kind = kind.to_ascii_lowercase();
            [
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "text/plain",
            ]
            .iter()
            .any(|simple| kind.starts_with(simple))
        })
}

/// Pages that keep their address to themselves and hold forms for strangers.
fn tells_nobody(path: &str) -> bool {
    // Behind `/fr` and its like.
    let page = path.get(3..).unwrap_or_default();
    path.contains("/orders/")
        || path.contains("/reminders/")
        || path.contains("/waiting/")
        || matches!(
            page,
            "/login"
                | "/login/link"
                | "/login/code"
                | "/login/passkey"
                | "/login/joined"
                | "/invitation"
                | "/register"
                | "/reset"
                | "/verify"
        )
}

/// Where a provider of log-ins has browsers send its answer: a sealed cookie of theirs says whether it is one to our question.
fn comes_from_elsewhere(path: &str) -> bool {
    path.starts_with("/login/back/")
}

fn is_foreign(path: &str, headers: &HeaderMap, public_url: &str) -> bool {
    let is_known = session_cookie(headers).is_some();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return false,
        Some(_) => return true,
        None => {}
    }
    let Some(origin) = text(ORIGIN.as_str()) else {
        // No browser of today sends a form to another site without it.
        return false;
    };
    // A page that tells no site its address sends its forms as of nobody, in browsers that are too old to say more. The second
    // lock holds for whoever is known; an order's secret, and a mailed link's token, no other site knows. What is left is
    // that another site could log such a browser in, or have a mail sent to somebody.
    if origin == "null" && (is_known || tells_nobody(path)) {
        return false;
    }
    let host = text(HOST.as_str()).unwrap_or_default();
    origin != public_url
        && origin
            .split_once("://")
            .is_none_or(|(_, site)| site != host)
}

/// Whether the request carries the session's token.
pub(crate) fn check(parts: &Parts, token: &str) -> Result<(), ApiError> {
    debug_assert_ne!(parts.method, Method::GET);
    let header = parts
        .headers
        .get(HEADER)
        .map(|value| value.as_bytes().to_vec());
    let field = || {
        let Presented(body) = parts.extensions.get()?;
        body.split(|&byte| byte == b'&')
            .find_map(|pair| pair.strip_prefix(FIELD.as_bytes()))
            .map(decode)
    };
    match header.or_else(field) {
        Some(shown) if same(&shown, token.as_bytes()) => Ok(()),
        Some(_) | None => Err(refused()),
    }
}

/// A form may write any character as `%41`.
fn decode(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(byte.unwrap_or(first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    out
}

/// Takes the same time wherever the two differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .fold(0, |differ, (a, b)| differ | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        is_foreign("/logout", &map, "https://billets.example")
    }

    #[test]
    fn a_token_is_read_however_a_form_writes_it() {
        assert_eq!(decode(b"a%2Db_%41"), b"a-b_A");
        assert_eq!(decode(b"%"), b"%");
        assert_eq!(decode(b"%4"), b"%4");
        assert_eq!(decode(b"%zz%"), b"%zz%");
    }

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        assert!(!foreign(&[("sec-fetch-site", "same-origin")]));
        assert!(!foreign(&[("sec-fetch-site", "none")]));
        assert!(foreign(&[("sec-fetch-site", "same-site")]));
        assert!(foreign(&[("sec-fetch-site", "cross-site")]));
        assert!(!foreign(&[("origin", "https://billets.example")]));
        assert!(!foreign(&[
            ("origin", "http://127.0.0.1:8080"),
            ("host", "127.0.0.1:8080")
        ]));
        assert!(foreign(&[
            ("origin", "https://evil.example"),
            ("host", "billets.example")
        ]));
        assert!(foreign(&[("origin", "null"), ("host", "billets.example")]));
        assert!(!foreign(&[("host", "billets.example")]));
    }

    #[test]
    fn a_form_of_a_page_that_tells_nobody_its_address_is_ours_where_a_second_lock_holds() {
        let mut nobody = HeaderMap::new();
        nobody.insert("origin", "null".parse().unwrap());
        let is_foreign =
            |path, headers: &HeaderMap| super::is_foreign(path, headers, "https://billets.example");
        for path in [
            "/fr/orders/x/checkout",
            "/fr/login",
            "/de/login/code",
            "/it/reset",
            "/es/verify",
        ] {
            assert!(!is_foreign(path, &nobody), "{path}");
        }
        assert!(is_foreign("/fr/events/x", &nobody));
        let mut known = nobody.clone();
        let cookie = format!("{}=x", crate::accounts::identity::SESSION_COOKIE);
        known.insert("cookie", cookie.parse().unwrap());
        assert!(!is_foreign("/office/devices", &known));
        nobody.insert("origin", "https://evil.example".parse().unwrap());
        assert!(is_foreign("/fr/orders/x/checkout", &nobody));
    }
}
