//! The look: a style sheet, what the back office adds to it, two typefaces, the sign of our tabs, and three small scripts, compiled in. Their
//! names hold a hash of what is in them, so browsers may keep them for ever.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::frame;
use super::packed::{GZIP, VARIES, takes_gzip, tightly};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

struct Asset {
    /// Below `/assets/`.
    name: String,
    kind: &'static str,
    bytes: Bytes,
    /// Of text.
    packed: Option<Bytes>,
}

impl Asset {
    fn text(stem: &str, extension: &str, kind: &'static str, text: String) -> Self {
        Self {
            packed: Some(tightly(text.as_bytes())),
            ..Self::new(stem, extension, kind, text.into())
        }
    }

    fn new(stem: &str, extension: &str, kind: &'static str, bytes: Bytes) -> Self {
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        let hex = hash
            .iter()
            .take(8)
            .fold(0, |hex: u64, byte| hex << 8 | u64::from(*byte));
        Self {
            name: format!("{stem}-{hex:016x}.{extension}"),
            kind,
            bytes,
            packed: None,
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let kept = [
            (CONTENT_TYPE, HeaderValue::from_static(self.kind)),
            (CACHE_CONTROL, FOR_EVER),
        ];
        match &self.packed {
            None => (kept, self.bytes.clone()).into_response(),
            Some(packed) if takes_gzip(headers) => {
                let how = [(CONTENT_ENCODING, GZIP), (VARY, VARIES)];
                (kept, how, packed.clone()).into_response()
            }
            Some(_) => (kept, [(VARY, VARIES)], self.bytes.clone()).into_response(),
        }
    }
}

struct Assets {
    style: Asset,
    office_style: Asset,
    office_script: Asset,
    display_face: Asset,
    text_face: Asset,
    pocket: Asset,
    passkey: Asset,
    signs: [Asset; 4],
}

/// The wordmark's ticket, by where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// In a tab, at any size.
    Tab,
    /// Among installed programs, 192 px.
    Small,
    /// While such a program starts, 512 px.
    Large,
    /// On the home screen of an iPhone, 180 px.
    Touch,
}

impl Sign {
    /// Its address.
    pub(crate) fn url(self) -> String {
        format!("/assets/{}", ASSETS.signs[self as usize].name)
    }
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let face = |stem, bytes: &'static [u8]| {
        Asset::new(stem, "woff2", "font/woff2", Bytes::from_static(bytes))
    };
    let display_face = face(
        "archivo",
        include_bytes!("../../../ui/design/fonts/archivo.woff2"),
    );
    let text_face = face(
        "instrument-sans",
        include_bytes!("../../../ui/design/fonts/instrument-sans.woff2"),
    );
    let sign = |stem, bytes: &'static [u8]| {
        Asset::new(stem, "png", "image/png", Bytes::from_static(bytes))
    };
    let faces = include_str!("../../../ui/design/fonts.css")
        .replace("fonts/archivo.woff2", &display_face.name)
        .replace("fonts/instrument-sans.woff2", &text_face.name);
    let style = [
        faces.as_str(),
        include_str!("../../../ui/design/fallbacks.css"),
        include_str!("../../../ui/design/tokens.css"),
        include_str!("../../../ui/design/components.css"),
        include_str!("../../../ui/design/layouts.css"),
        include_str!("../../assets/site.css"),
    ]
    .concat();
    Assets {
        office_style: Asset::text(
            "office",
            "css",
            "text/css; charset=utf-8",
            include_str!("../../assets/office.css").to_owned(),
        ),
        office_script: Asset::text(
            "office",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("../../assets/office.js").to_owned(),
        ),
        style: Asset::text("hub", "css", "text/css; charset=utf-8", style),
        pocket: Asset::text(
            "pocket",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("../../assets/pocket.js").to_owned(),
        ),
        passkey: Asset::text(
            "passkey",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("../../assets/passkey.js").to_owned(),
        ),
        // In the order of `Sign`.
        signs: [
            Asset::text(
                "sign",
                "svg",
                "image/svg+xml",
                include_str!("../../assets/sign.svg").to_owned(),
            ),
            sign("sign-192", include_bytes!("../../assets/sign-192.png")),
            sign("sign-512", include_bytes!("../../assets/sign-512.png")),
            sign("sign-180", include_bytes!("../../assets/sign-180.png")),
        ],
        display_face,
        text_face,
    }
});

/// The address of the style sheet.
pub fn style_url() -> String {
    format!("/assets/{}", ASSETS.style.name)
}

/// The address of what the back office adds to it.
pub fn office_style_url() -> String {
    format!("/assets/{}", ASSETS.office_style.name)
}

/// The address of the back office's script, without which all of it works.
pub fn office_script_url() -> String {
    format!("/assets/{}", ASSETS.office_script.name)
}

/// The address of the face that titles are set in, for a page to ask for early.
pub fn display_face_url() -> String {
    format!("/assets/{}", ASSETS.display_face.name)
}

/// The address of the face that all else is set in, likewise.
pub(crate) fn text_face_url() -> String {
    format!("/assets/{}", ASSETS.text_face.name)
}

/// The address of the script that keeps tickets on a device.
pub(crate) fn pocket_url() -> String {
    format!("/assets/{}", ASSETS.pocket.name)
}

/// The address of the script that asks a device for a passkey.
pub(crate) fn passkey_url() -> String {
    format!("/assets/{}", ASSETS.passkey.name)
}

/// `GET /assets/{name}`.
pub(crate) async fn show(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Assets {
        style,
        office_style,
        office_script,
        display_face,
        text_face,
        pocket,
        passkey,
        signs,
    } = &*ASSETS;
    let found = [
        style,
        office_style,
        office_script,
        display_face,
        text_face,
        pocket,
        passkey,
    ]
    .into_iter()
    .chain(signs)
    .find(|asset| asset.name == name);
    match found {
        Some(asset) => asset.answer(&headers),
        None => frame::not_found().await.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_names_the_faces_by_their_hashed_names() {
        let style = std::str::from_utf8(&ASSETS.style.bytes).unwrap();
        assert!(style.contains(&ASSETS.display_face.name));
        assert!(style.contains(&ASSETS.text_face.name));
        assert!(
            !style.contains("url(\"fonts/"),
            "an address that is not served"
        );
    }

    #[test]
    fn both_faces_together_are_at_most_120_kilobytes() {
        let together = ASSETS.display_face.bytes.len() + ASSETS.text_face.bytes.len();
        assert!(together <= 120_000, "{together} bytes");
    }
}
