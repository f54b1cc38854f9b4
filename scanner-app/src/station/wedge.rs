//! What a USB scanner "typed".

use std::borrow::Cow;

use shared::ticket::keyboard::undo_azerty;
use shared::ticket::{Scanned, TokenError};

/// Fewer digits than this are somebody's barcode, not the rest of a ticket.
const HALF_A_CODE: usize = 20;

/// A burst of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Nothing but the prefix.
    Nothing,
    /// A whole code, of whatever kind.
    Code(String),
    /// The beginning or the end of a ticket's code, or of an order's.
    Half,
}

/// Without what the scanner is set to send before each code, and with the digits of a keyboard that was taken for an AZERTY
/// one.
pub(super) fn typed(text: &str, prefix: &str) -> Typed {
    let text = text.trim();
    let text = text.strip_prefix(prefix.trim()).unwrap_or(text).trim();
    if text.is_empty() {
        return Typed::Nothing;
    }
    let text = match undo_azerty(text) {
        // A dash or a bracket alone is no digit.
        Cow::Owned(digits) if digits.len() >= HALF_A_CODE => digits,
        Cow::Owned(_) | Cow::Borrowed(_) => text.to_owned(),
    };
    match Scanned::of(&text) {
        Scanned::Foreign(why) if is_half(&text, &why) => Typed::Half,
        Scanned::Ticket(_) | Scanned::OrderCode(_) | Scanned::Foreign(_) => Typed::Code(text),
    }
}

fn is_half(text: &str, why: &TokenError) -> bool {
    let digits = text.len() >= HALF_A_CODE && text.bytes().all(|byte| byte.is_ascii_digit());
    let length = matches!(why, TokenError::Length { .. });
    let order = text
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("th-"));
    (digits && length) || order
}

#[cfg(test)]
mod tests {
    use shared::ids::{KeyId, TicketId, TypeNo, WindowNo};
    use shared::ticket::{Flags, Presented, SigningKey, TokenFields};

    use super::*;

    fn ticket() -> String {
        let fields = TokenFields {
            flags: Flags::NONE,
            key: KeyId(3),
            type_no: TypeNo(1),
            window: WindowNo(0),
            ticket: TicketId(77),
        };
        Presented::plain(SigningKey::from_seed(&[5; 32]).sign(fields)).to_string()
    }

    fn on_azerty(digits: &str) -> String {
        let keys = ['à', '&', 'é', '"', '\'', '(', '-', 'è', '_', 'ç'];
        digits
            .bytes()
            .map(|digit| keys[usize::from(digit - b'0')])
            .collect()
    }

    #[test]
    fn a_ticket_is_a_ticket_whatever_the_keyboard_and_the_prefix() {
        let code = Typed::Code(ticket());
        assert_eq!(typed(&ticket(), ""), code);
        assert_eq!(typed(&format!("{}\r\n", ticket()), ""), code);
        assert_eq!(typed(&on_azerty(&ticket()), ""), code);
        assert_eq!(typed(&format!("]C1{}", ticket()), "]C1"), code);
        assert_eq!(typed(&ticket(), "]C1"), code, "the prefix may be missing");
        assert_eq!(
            typed(&format!("~~{}", on_azerty(&ticket())), "~~"),
            code,
            "both"
        );
    }

    #[test]
    fn an_order_code_and_a_strangers_code_pass_as_they_are() {
        for text in [
            "TH-4K7M2Q9XWA",
            "https://example.org",
            "4006381333931",
            "(-)",
        ] {
            assert_eq!(typed(text, ""), Typed::Code(text.into()));
        }
    }

    #[test]
    fn half_a_code_is_told_from_a_strangers() {
        let whole = ticket();
        for half in [
            &whole[..100],
            &whole[20..],
            "TH-4K7M2",
            &on_azerty(&whole[..80]),
        ] {
            assert_eq!(typed(half, ""), Typed::Half, "{half}");
        }
    }

    #[test]
    fn a_prefix_alone_is_nothing() {
        assert_eq!(typed("]C1\r", "]C1"), Typed::Nothing);
        assert_eq!(typed("  ", ""), Typed::Nothing);
    }
}
