//! A page that is the same for everybody but for one short piece: written and packed once, sent many times.
//!
//! Deflate lets what stands before and after the piece be packed apart and the piece go between them as it is.

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse as _, Response};
use flate2::{Compress, Compression, FlushCompress};

use super::packed::{GZIP, MayPack, VARIES};

const KIND: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
/// Deflate, no name, no time, an unknown system.
const HEAD: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF];
/// Head of a block that is not packed and not the last.
const STORED: u8 = 0;

/// The page around the piece.
#[derive(Debug)]
pub(crate) struct Spliced {
    before: Bytes,
    after: Bytes,
    packed_before: Vec<u8>,
    packed_after: Vec<u8>,
    /// Over `before`.
    sum: crc32fast::Hasher,
    has_place: bool,
}

impl Spliced {
    /// Around `mark`, which stands in `page` once; all of it where it stands nowhere.
    pub(crate) fn around(page: &str, mark: &str) -> Self {
        let parts = page.split_once(mark);
        let (before, after) = parts.unwrap_or((page, ""));
        let mut sum = crc32fast::Hasher::new();
        sum.update(before.as_bytes());
        Self {
            packed_before: deflated(before.as_bytes(), FlushCompress::Sync),
            packed_after: deflated(after.as_bytes(), FlushCompress::Finish),
            before: Bytes::copy_from_slice(before.as_bytes()),
            after: Bytes::copy_from_slice(after.as_bytes()),
            sum,
            has_place: parts.is_some(),
        }
    }

    /// With a piece of at most 64 kB, where there is a place for it.
    pub(crate) fn with(&self, piece: &str, may: MayPack) -> Response {
        let piece = if self.has_place { piece } else { "" };
        if may.0 {
            let headers = [
                (CONTENT_TYPE, KIND),
                (CONTENT_ENCODING, GZIP),
                (VARY, VARIES),
            ];
            (headers, self.packed(piece.as_bytes())).into_response()
        } else {
            let page = [&self.before, piece.as_bytes(), &self.after].concat();
            ([(CONTENT_TYPE, KIND), (VARY, VARIES)], page).into_response()
        }
    }

    fn packed(&self, piece: &[u8]) -> Vec<u8> {
        let mut sum = self.sum.clone();
        sum.update(piece);
        sum.update(&self.after);
        let length = self.before.len() + piece.len() + self.after.len();
        let piece_length = piece.len() as u16;
        [
            &HEAD[..],
            &self.packed_before,
            &[STORED],
            &piece_length.to_le_bytes(),
            &(!piece_length).to_le_bytes(),
            piece,
            &self.packed_after,
            &sum.finalize().to_le_bytes(),
            // By the format modulo 2^32.
            &(length as u32).to_le_bytes(),
        ]
        .concat()
    }
}

fn deflated(bytes: &[u8], end: FlushCompress) -> Vec<u8> {
    // Large enough, whatever is packed: only what is there is filled.
    let mut packed = Vec::with_capacity(bytes.len() + bytes.len() / 1_000 + 64);
    let _ = Compress::new(Compression::new(4), false).compress_vec(bytes, &mut packed, end);
    packed
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn unpacked(bytes: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_reader_gets_the_page_with_a_piece_of_their_own() {
        let page = format!(
            "{}<input value=\"MARK\">{}",
            "<p>Réserver</p>".repeat(500),
            "<b>à samedi</b>".repeat(400)
        );
        let spliced = Spliced::around(&page, "MARK");
        for piece in ["one", "0197e2a0-0000-7000-8000-de3000000301", ""] {
            let packed = spliced.packed(piece.as_bytes());
            assert_eq!(unpacked(&packed), page.replace("MARK", piece));
            assert!(packed.len() < page.len() / 10, "{}", packed.len());
        }
    }

    #[test]
    fn a_page_without_the_mark_is_sent_as_it_is() {
        for page in ["", "<p>Complet</p>"] {
            assert_eq!(unpacked(&Spliced::around(page, "MARK").packed(b"")), page);
        }
    }

    #[test]
    fn what_does_not_shrink_is_whole_all_the_same() {
        let noise: String = (0_u64..40_000)
            .map(|n| {
                let letter = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57;
                char::from(b' ' + (letter as u8 % 90))
            })
            .collect();
        let spliced = Spliced::around(&noise, "\u{1}");
        assert_eq!(unpacked(&spliced.packed(b"")), noise);
    }
}
