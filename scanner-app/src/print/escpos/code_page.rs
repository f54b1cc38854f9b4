//! Letters as bytes, by the code pages that printers have for Western Europe.

use std::fmt;

/// A code page, as its printer calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodePage {
    /// Windows-1252: most printers of today.
    #[default]
    Wpc1252,
    /// PC858, PC850 with a euro sign: older ones.
    Pc858,
    /// ASCII alone: every other letter is drawn. For printers with a code page of their own.
    Ascii,
}

impl CodePage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wpc1252, Self::Pc858, Self::Ascii];

    /// What it is called in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wpc1252 => "wpc1252",
            Self::Pc858 => "pc858",
            Self::Ascii => "ascii",
        }
    }

    /// The number that `ESC t` takes; ASCII is the lower half of each.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Wpc1252 => 16,
            Self::Pc858 => 19,
            Self::Ascii => 0,
        }
    }

    /// The text in bytes; none if the page lacks a letter of it.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        plain(text).map(|character| self.byte(character)).collect()
    }

    fn byte(self, character: char) -> Option<u8> {
        if (' '..='~').contains(&character) {
            return Some(character as u8);
        }
        let (first, upper) = match self {
            Self::Wpc1252 if ('\u{a0}'..='\u{ff}').contains(&character) => {
                return Some(character as u8);
            }
            Self::Wpc1252 => (0x80, WPC1252),
            Self::Pc858 => (0x80, PC858),
            Self::Ascii => return None,
        };
        let at = upper.chars().position(|found| found == character)?;
        u8::try_from(first + at).ok()
    }
}

impl fmt::Display for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for CodePage {
    type Err = UnknownCodePage;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let page = Self::ALL.into_iter().find(|page| page.name() == name);
        page.ok_or(UnknownCodePage)
    }
}

/// Not a code page that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known code page: choose wpc1252, pc858 or ascii")]
pub struct UnknownCodePage;

/// From 0x80 on; a space where nothing is.
const WPC1252: &str = "€\u{0}‚ƒ„…†‡ˆ‰Š‹Œ\u{0}Ž\u{0}\u{0}‘’“”•–—˜™š›œ\u{0}žŸ";
const PC858: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// Blanks and dashes that no printer has, as those that each has: letters stay what they are.
pub(super) fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|character| match character {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        '\u{2010}' | '\u{2011}' | '–' | '—' | '·' => '-',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '×' => 'x',
        other if other.is_control() => ' ',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_letters_and_the_euro_have_their_byte_in_each_page() {
        let text = "Noël à 12,50\u{a0}€, œuvre";
        assert_eq!(
            CodePage::Wpc1252.encode(text).unwrap(),
            b"No\xebl \xe0 12,50 \x80, \x9cuvre"
        );
        assert_eq!(CodePage::Pc858.encode(text), None, "œ is not in it");
        assert_eq!(
            CodePage::Pc858.encode("Noël à 12,50 €").unwrap(),
            b"No\x89l \x85 12,50 \xd5"
        );
        assert_eq!(CodePage::Ascii.encode("Noël"), None);
    }

    #[test]
    fn a_page_has_128_places_above_ascii_and_each_letter_once() {
        assert_eq!(PC858.chars().count(), 128);
        assert_eq!(WPC1252.chars().count(), 32);
        for letter in PC858.chars() {
            assert_eq!(PC858.matches(letter).count(), 1, "{letter:?}");
        }
    }

    #[test]
    fn other_alphabets_are_in_none() {
        for page in CodePage::ALL {
            assert_eq!(page.encode("Київ"), None, "{page}");
            assert_eq!(page.encode("漢"), None, "{page}");
            assert_eq!(page.encode("a\0b"), Some(b"a b".to_vec()), "{page}");
        }
    }
}
