//! What a PIN may be.

/// The fewest digits.
const SHORTEST: usize = 4;
/// The most digits.
const LONGEST: usize = 8;

/// 4 to 8 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin")
    }
}

/// A text can't become somebody's PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PinRefused {
    /// Other characters than digits, too few or too many.
    #[error("a PIN has 4 to 8 digits")]
    Malformed,
    /// Among the first that anybody tries.
    #[error(
        "this PIN is among the first that anybody tries: not one digit over and over, not a run such as 1234, not a group twice such as 1212, no year"
    )]
    TooEasy,
}

impl Pin {
    /// A PIN as somebody typed it at a door; `None` if it can be nobody's.
    pub fn typed(text: &str) -> Option<Self> {
        let fits = (SHORTEST..=LONGEST).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self(text.to_owned()))
    }

    /// A PIN that somebody is to have from now on.
    pub fn chosen(text: &str) -> Result<Self, PinRefused> {
        let pin = Self::typed(text).ok_or(PinRefused::Malformed)?;
        if pin.is_easy() {
            return Err(PinRefused::TooEasy);
        }
        Ok(pin)
    }

    /// Its digits, for hashing and comparing.
    pub fn digits(&self) -> &str {
        &self.0
    }

    fn is_easy(&self) -> bool {
        let digits: Vec<u8> = self.0.bytes().map(|byte| byte - b'0').collect();
        let each_is = |step: u8| {
            let mut pairs = digits.windows(2);
            pairs.all(|pair| (pair[0] + step) % 10 == pair[1])
        };
        let is_group = |length: usize| {
            digits.len().is_multiple_of(length)
                && digits
                    .chunks(length)
                    .all(|group| group == &digits[..length])
        };
        let is_year = digits.len() == 4 && (self.0.starts_with("19") || self.0.starts_with("20"));
        // The middle column of a keypad, down and up.
        let is_column = matches!(self.0.as_str(), "2580" | "0852");
        // 0: one digit; 1 and 9: a run up or down.
        each_is(0)
            || each_is(1)
            || each_is(9)
            || is_group(2)
            || is_group(3)
            || is_group(4) && digits.len() > 4
            || is_year
            || is_column
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_four_to_eight_digits() {
        for text in ["", "123", "123456789", "12a4", " 7351", "７３５１", "-735"] {
            assert_eq!(Pin::typed(text), None, "{text}");
            assert_eq!(Pin::chosen(text), Err(PinRefused::Malformed), "{text}");
        }
        for text in ["7351", "73519", "735190", "73519042"] {
            assert_eq!(Pin::chosen(text).unwrap().digits(), text);
        }
    }

    #[test]
    fn what_anybody_tries_first_is_refused() {
        for text in [
            "0000", "77777777", "1234", "01234567", "4321", "7890", "1098", "1212", "123123",
            "13571357", "1987", "2024", "2580",
        ] {
            assert_eq!(Pin::chosen(text), Err(PinRefused::TooEasy), "{text}");
            assert!(Pin::typed(text).is_some(), "it may be typed: {text}");
        }
    }

    #[test]
    fn a_pin_shows_in_no_log() {
        assert_eq!(format!("{:?}", Pin::typed("7351")), "Some(Pin)");
    }
}
