//! Where a page ends. A cursor holds the last row's place in the order, not a count: rows that come or go meanwhile shift nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::wire::latest::ErrorCode;
use uuid::Uuid;

use super::asked::Sort;
use crate::web::ApiError;

/// A row's place in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    Starts(UnixMillis, Uuid),
    Title(String, Uuid),
    Newest(UnixMillis, Uuid),
}

impl Place {
    pub(super) fn sort(&self) -> Sort {
        match self {
            Self::Starts(..) => Sort::Starts,
            Self::Title(..) => Sort::Title,
            Self::Newest(..) => Sort::Newest,
        }
    }
}

/// The first byte is the cursor's own version.
const CURSOR_VERSION: u8 = 1;

/// As it travels.
pub(super) fn cursor_text(place: &Place) -> Result<String, postcard::Error> {
    let mut bytes = vec![CURSOR_VERSION];
    bytes.extend(postcard::to_allocvec(place)?);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Back from its text.
pub(super) fn parse_cursor(text: &str) -> Result<Place, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid_cursor())?;
    match bytes.split_first() {
        Some((&CURSOR_VERSION, place)) => match postcard::take_from_bytes::<Place>(place) {
            Ok((place, [])) if !matches!(&place, Place::Title(title, _) if title.contains('\0')) => {
                Ok(place)
            }
            Ok(_) | Err(_) => Err(invalid_cursor()),
        },
        Some(_) | None => Err(invalid_cursor()),
    }
}

pub(super) fn invalid_cursor() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidCursor,
        "This cursor is not of this list in this order; begin without a cursor.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nonsense_is_refused() {
        for place in [
            Place::Starts(1_795_374_000_000, Uuid::from_u128(7)),
            Place::Title("théâtre".into(), Uuid::from_u128(8)),
            Place::Newest(-1, Uuid::from_u128(9)),
        ] {
            let text = cursor_text(&place).unwrap();
            assert_eq!(parse_cursor(&text).unwrap(), place);
            for cut in 0..text.len() {
                assert!(parse_cursor(&text[..cut]).is_err(), "{}", &text[..cut]);
            }
            assert!(parse_cursor(&format!("{text}AA")).is_err());
        }
        let null = cursor_text(&Place::Title("\0".into(), Uuid::nil())).unwrap();
        assert!(
            parse_cursor(&null).is_err(),
            "PostgreSQL's texts hold no NUL"
        );
        assert_eq!(
            parse_cursor("é").unwrap_err().code(),
            ErrorCode::InvalidCursor
        );
    }
}
