//! What a USB scanner "types" on a French keyboard.
//!
//! A wedge scanner presses the keys of the top row without shift, where AZERTY has signs and accents
//! in place of the digits.

use std::borrow::Cow;

/// The digits behind `à & é " ' ( - è _ ç`, typed without shift on AZERTY (0 to 9).
///
/// Only a text wholly of these signs (and of the spaces that [`super::read`] trims) is changed: any
/// other text was typed on another layout and stays as it is.
pub fn undo_azerty(text: &str) -> Cow<'_, str> {
    let undone: Option<String> = text
        .chars()
        .map(|c| match c {
            ' ' | '\t' | '\r' | '\n' => Some(c),
            other => digit_behind(other),
        })
        .collect();
    undone.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The capitals are what caps lock makes of the same keys where it is not a shift lock.
fn digit_behind(sign: char) -> Option<char> {
    match sign {
        'à' | 'À' => Some('0'),
        '&' => Some('1'),
        'é' | 'É' => Some('2'),
        '"' => Some('3'),
        '\'' => Some('4'),
        '(' => Some('5'),
        '-' => Some('6'),
        'è' | 'È' => Some('7'),
        '_' => Some('8'),
        'ç' | 'Ç' => Some('9'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_row_without_shift_is_undone() {
        assert_eq!(undo_azerty("à&é\"'(-è_ç\r\n"), "0123456789\r\n");
        assert_eq!(undo_azerty("ÀÉÈÇ"), "0279");
    }

    #[test]
    fn a_text_of_another_layout_stays_as_it_is() {
        for text in [
            "0123456789",
            "TH-1234567890",
            "01é",
            "https://example.org/?a&b",
            "",
        ] {
            assert!(matches!(undo_azerty(text), Cow::Borrowed(_)) || text.is_empty());
            assert_eq!(undo_azerty(text), text);
        }
    }
}
