//! The look: one style sheet and two typefaces, compiled in. Their names hold a hash of what is in them, so browsers may
//! keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::frame;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

struct Asset {
    /// Below `/assets/`.
    name: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

impl Asset {
    fn new(stem: &str, extension: &str, kind: &'static str, bytes: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        let hex = hash
            .iter()
            .take(8)
            .fold(0, |hex: u64, byte| hex << 8 | u64::from(*byte));
        Self {
            name: format!("{stem}-{hex:016x}.{extension}"),
            kind,
            bytes: bytes.to_vec(),
        }
    }
}

struct Assets {
    style: Asset,
    display_face: Asset,
    text_face: Asset,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let face = |stem, bytes| Asset::new(stem, "woff2", "font/woff2", bytes);
    let display_face = face(
        "archivo",
        include_bytes!("../../../ui/design/fonts/archivo.woff2"),
    );
    let text_face = face(
        "instrument-sans",
        include_bytes!("../../../ui/design/fonts/instrument-sans.woff2"),
    );
    let faces = include_str!("../../../ui/design/fonts.css")
        .replace("fonts/archivo.woff2", &display_face.name)
        .replace("fonts/instrument-sans.woff2", &text_face.name);
    let style = [
        faces.as_str(),
        include_str!("../../../ui/design/tokens.css"),
        include_str!("../../../ui/design/components.css"),
        include_str!("../../../ui/design/layouts.css"),
        include_str!("../../assets/site.css"),
    ]
    .concat();
    Assets {
        style: Asset::new("hub", "css", "text/css; charset=utf-8", style.as_bytes()),
        display_face,
        text_face,
    }
});

/// The address of the style sheet.
pub fn style_url() -> String {
    format!("/assets/{}", ASSETS.style.name)
}

/// The address of the face that titles are set in, for a page to ask for early.
pub fn display_face_url() -> String {
    format!("/assets/{}", ASSETS.display_face.name)
}

/// `GET /assets/{name}`.
pub(crate) async fn show(Path(name): Path<String>) -> Response {
    let Assets {
        style,
        display_face,
        text_face,
    } = &*ASSETS;
    let found = [style, display_face, text_face]
        .into_iter()
        .find(|asset| asset.name == name);
    match found {
        Some(asset) => {
            let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, FOR_EVER)];
            (headers, asset.bytes.as_slice()).into_response()
        }
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
        assert!(!style.contains("fonts/"), "an address that is not served");
    }
}
