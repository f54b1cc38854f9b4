//! Pages and drawings are text: packed by gzip they are a third as long.
//!
//! What is the same for all is packed once, as tightly as it goes ([`tightly`]); a page of the moment quickly, on its way out
//! ([`on_the_way`]). A page of somebody who is logged in goes as it is: it holds the session's token, and how long a packed
//! page is tells of what is in it whoever can put words beside the token.

use std::io::Write as _;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::accounts::identity::session_cookie;

pub(crate) const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// The answer is another one for who takes no gzip.
pub(crate) const VARIES: HeaderValue = HeaderValue::from_static("accept-encoding");
/// A packet of the network: below it nothing is won.
const LEAST: u64 = 1_200;
/// Nothing of ours that is text is longer.
const MOST: u64 = 1024 * 1024;
/// Of what is packed for one reader: half the work of the usual one for a tenth more bytes.
pub(crate) const QUICK: Compression = Compression::new(1);

/// As an extractor: whether the answer may be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MayPack(pub(crate) bool);

impl MayPack {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self(takes_gzip(headers) && session_cookie(headers).is_none())
    }
}

impl<S: Sync> FromRequestParts<S> for MayPack {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// Whether whoever asks can unpack it.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let is_gzip = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
            let refused = parts.any(|part| {
                part.strip_prefix("q=")
                    .and_then(|quality| quality.parse::<f32>().ok())
                    .is_some_and(|quality| quality <= 0.0)
            });
            is_gzip && !refused
        })
}

/// For what is packed once.
pub(crate) fn tightly(bytes: &[u8]) -> Bytes {
    gzip(bytes, Compression::best())
}

fn gzip(bytes: &[u8], effort: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), effort);
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}

/// Packs an answer that is text, is there as a whole, and isn't packed already.
pub(crate) async fn on_the_way(response: Response, may: MayPack) -> Response {
    if !is_text(response.headers()) || response.headers().contains_key(CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    if !parts.headers.get_all(VARY).iter().any(|by| by == VARIES) {
        parts.headers.append(VARY, VARIES);
    }
    let length = body.size_hint().exact();
    if !may.0 || !length.is_some_and(|length| (LEAST..=MOST).contains(&length)) {
        return Response::from_parts(parts, body);
    }
    // It is in memory already.
    let Ok(bytes) = to_bytes(body, MOST as usize).await else {
        return Response::from_parts(parts, Body::empty());
    };
    parts.headers.insert(CONTENT_ENCODING, GZIP);
    parts.headers.remove(CONTENT_LENGTH);
    weaken(&mut parts.headers);
    Response::from_parts(parts, gzip(&bytes, QUICK).into())
}

/// Other bytes, the same thing.
fn weaken(headers: &mut HeaderMap) {
    let strong = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let strong = strong.filter(|tag| !tag.starts_with("W/"));
    if let Some(weak) = strong.and_then(|tag| HeaderValue::try_from(format!("W/{tag}")).ok()) {
        headers.insert(ETAG, weak);
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next());
    matches!(
        kind,
        Some("text/html" | "image/svg+xml" | "application/xml" | "application/manifest+json")
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn takes(text: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, text.parse().unwrap());
        takes_gzip(&headers)
    }

    #[test]
    fn only_who_says_so_is_sent_gzip() {
        for asked in ["gzip", "br, gzip;q=0.5", "deflate,GZIP", "*"] {
            assert!(takes(asked), "{asked}");
        }
        for asked in ["", "identity", "br, zstd", "gzip;q=0", "*;q=0.0"] {
            assert!(!takes(asked), "{asked}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_page_is_packed_and_unpacks_to_itself() {
        let text = "<p>Réserver</p>".repeat(300);
        let page = |text: String| {
            let response = Response::builder()
                .header(CONTENT_TYPE, "text/html; charset=utf-8")
                .header(ETAG, "\"7\"");
            response.body(Body::from(text)).unwrap()
        };
        let packed = on_the_way(page(text.clone()), MayPack(true)).await;
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(packed.headers()[ETAG], "W/\"7\"");
        let bytes = to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        assert!(bytes.len() < text.len() / 3);
        let mut unpacked = String::new();
        GzDecoder::new(&bytes[..])
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, text);
        for (text, may) in [(text, false), ("<p>short</p>".to_owned(), true)] {
            let plain = on_the_way(page(text.clone()), MayPack(may)).await;
            assert!(!plain.headers().contains_key(CONTENT_ENCODING));
            assert_eq!(plain.headers()[VARY], "accept-encoding");
            assert_eq!(to_bytes(plain.into_body(), usize::MAX).await.unwrap(), text);
        }
    }
}
