//! Codes that change every 30 seconds, as an app on a telephone shows them (RFC 6238: HMAC-SHA1, six digits).

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use shared::clock::UnixMillis;

use super::pages::encode;
use crate::edge::random_bytes;

const STEP_MS: i64 = 30_000;
const DIGITS: u32 = 1_000_000;
/// A telephone's clock may be half a minute off.
const STEPS_ASIDE: i64 = 1;
const ISSUER: &str = "Ticket Hub";

/// What the app and the server share.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct TotpSecret(pub(super) [u8; 20]);

impl TotpSecret {
    pub(super) fn new() -> Self {
        Self(random_bytes())
    }

    /// To type where the picture can't be read: groups of four.
    pub(super) fn shown(&self) -> String {
        let text = BASE32_NOPAD.encode(&self.0);
        let groups: Vec<String> = text
            .as_bytes()
            .chunks(4)
            .map(|group| group.iter().copied().map(char::from).collect())
            .collect();
        groups.join(" ")
    }

    /// For the picture.
    pub(super) fn address(&self, email: &str) -> String {
        let (issuer, account) = (encode(ISSUER), encode(email));
        let secret = BASE32_NOPAD.encode(&self.0);
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }

    fn code_of(&self, step: i64) -> u32 {
        let mut mac =
            Hmac::<Sha1>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let offset = usize::from(hash[19] & 0xf);
        let mut four = [0; 4];
        four.copy_from_slice(&hash[offset..offset + 4]);
        (u32::from_be_bytes(four) & 0x7fff_ffff) % DIGITS
    }

    /// The step whose code was typed, if it is one of now and none before was taken for it or a later one.
    pub(super) fn step_of(&self, code: TotpCode, now_ms: UnixMillis, taken: i64) -> Option<i64> {
        let now = now_ms.div_euclid(STEP_MS);
        let first = (now - STEPS_ASIDE).max(taken + 1);
        (first..=now + STEPS_ASIDE).find(|step| self.code_of(*step) == code.0)
    }

    /// What the app shows.
    #[cfg(test)]
    fn shows(&self, at_ms: UnixMillis) -> TotpCode {
        TotpCode(self.code_of(at_ms.div_euclid(STEP_MS)))
    }
}

/// Six digits as somebody typed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TotpCode(u32);

impl TotpCode {
    /// Blanks are how people write them.
    pub(super) fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then(|| digits.parse().ok().map(Self)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, of the eight digits there the last six.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = TotpSecret(*b"12345678901234567890");
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(secret.shows(seconds * 1_000), TotpCode(code), "{seconds}");
        }
        assert_eq!(secret.shown(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            secret.address("ana+x@example.org"),
            "otpauth://totp/Ticket%20Hub:ana%2Bx%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ticket%20Hub"
        );
    }

    #[test]
    fn a_code_is_good_for_its_time_and_once() {
        let secret = TotpSecret(*b"12345678901234567890");
        let now = 1_795_374_000_000;
        let step = now / STEP_MS;
        let code = secret.shows(now);
        assert_eq!(secret.step_of(code, now, 0), Some(step));
        assert_eq!(secret.step_of(code, now + STEP_MS, 0), Some(step));
        assert_eq!(secret.step_of(code, now - STEP_MS, 0), Some(step));
        assert_eq!(secret.step_of(code, now + 2 * STEP_MS, 0), None);
        assert_eq!(secret.step_of(code, now - 2 * STEP_MS, 0), None);
        assert_eq!(secret.step_of(code, now, step), None, "not twice");
        assert_eq!(
            secret.step_of(code, now, step + 1),
            None,
            "not after a later one"
        );
    }

    #[test]
    fn six_digits_are_a_code_however_they_are_written() {
        assert_eq!(TotpCode::typed(" 081 804\t"), Some(TotpCode(81_804)));
        for text in ["", "81804", "0818041", "08180a", "+81804", "٠٨١٨٠٤"] {
            assert_eq!(TotpCode::typed(text), None, "{text}");
        }
    }
}
