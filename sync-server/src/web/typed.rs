//! Amounts as people type them.

/// Cents of `34`, `34,5`, `34.00` and `34,00 €`.
pub(crate) fn cents(text: &str) -> Option<i64> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '£'))
        .collect();
    let plain = plain.trim_end_matches("CHF").trim_end_matches("EUR");
    let (whole, rest) = plain.split_once([',', '.']).unwrap_or((plain, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || rest.len() > 2 || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let cents: i64 = format!("{rest:0<2}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_however_it_is_written() {
        for text in ["34", "34,00", "34.0", "34,00\u{a0}€", " 34 EUR "] {
            assert_eq!(cents(text), Some(3_400), "{text}");
        }
        assert_eq!(cents("1 234,5"), Some(123_450));
        assert_eq!(cents("0"), Some(0));
        for nonsense in [
            "",
            "€",
            "-3",
            "3,456",
            "trente",
            "3,4,5",
            "1e3",
            "99999999999999999999",
        ] {
            assert_eq!(cents(nonsense), None, "{nonsense}");
        }
    }
}
