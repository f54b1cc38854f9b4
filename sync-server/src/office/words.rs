//! Numbers as people write them.

use shared::language::Language;

/// `1 400`, with a no-break space.
pub(super) fn number(value: i64, language: Language) -> String {
    let between = match language {
        Language::Fr => "\u{a0}",
        Language::En => ",",
        Language::Es | Language::De | Language::It => ".",
    };
    let digits = value.unsigned_abs().to_string();
    let grouped = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect::<Vec<_>>()
        .join(between);
    if value < 0 {
        format!("-{grouped}")
    } else {
        grouped
    }
}

/// `5,5` of 550: a rate without its sign.
pub(super) fn percent(basis_points: i64, language: Language) -> String {
    let point = match language {
        Language::En => ".",
        Language::Fr | Language::Es | Language::De | Language::It => ",",
    };
    let (whole, rest) = (basis_points / 100, (basis_points % 100).abs());
    match (rest, rest % 10) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}{point}{}", rest / 10),
        (..) => format!("{whole}{point}{rest:02}"),
    }
}

/// `77,5` of 310 in 400; nothing of nothing.
pub(super) fn share(part: i64, whole: i64, language: Language) -> Option<String> {
    (whole > 0).then(|| percent((part * 1_000 + whole / 2) / whole * 10, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_grouped_as_each_language_does() {
        assert_eq!(number(1_234_567, Language::Fr), "1\u{a0}234\u{a0}567");
        assert_eq!(number(-1_400, Language::En), "-1,400");
        assert_eq!(number(999, Language::De), "999");
    }

    #[test]
    fn a_rate_has_the_decimals_that_it_needs() {
        assert_eq!(percent(550, Language::Fr), "5,5");
        assert_eq!(percent(210, Language::En), "2.1");
        assert_eq!(percent(2_000, Language::De), "20");
        assert_eq!(percent(1_225, Language::It), "12,25");
    }

    #[test]
    fn a_share_is_rounded_to_a_tenth() {
        assert_eq!(share(1_076, 1_389, Language::Fr).as_deref(), Some("77,5"));
        assert_eq!(share(1, 1, Language::Fr).as_deref(), Some("100"));
        assert_eq!(share(0, 0, Language::Fr), None);
    }
}
