//! A ticket's price in words, as it stands on paper.

use shared::language::Language;
use shared::money::{Money, vat_included};
use shared::when::amount;

/// In large: what was paid. A free ticket says so.
pub fn price(price: Money, language: Language) -> String {
    if price.minor != 0 {
        return amount(price, language);
    }
    match language {
        Language::Fr => "Exonéré",
        Language::En => "Free",
        Language::Es | Language::It => "Gratuito",
        Language::De => "Kostenlos",
    }
    .to_owned()
}

/// Below it: the VAT in it. "Exonéré" is the word that French law asks for.
pub fn vat(price: Money, basis_points: u32, language: Language) -> String {
    if price.minor == 0 {
        return match language {
            Language::Fr => "Billet gratuit".into(),
            Language::En | Language::Es | Language::De | Language::It => "Exonéré".into(),
        };
    }
    let rate = rate(basis_points, language);
    if basis_points == 0 {
        return match language {
            Language::Fr => format!("TTC, exonéré de TVA ({rate})"),
            Language::En => format!("exempt from VAT ({rate})"),
            Language::Es => format!("exento de IVA ({rate})"),
            Language::De => format!("von der MwSt. befreit ({rate})"),
            Language::It => format!("esente IVA ({rate})"),
        };
    }
    let part = amount(vat_included(price, basis_points), language);
    match language {
        Language::Fr => format!("TTC, dont TVA {rate}\u{a0}: {part}"),
        Language::En => format!("incl. VAT {rate}: {part}"),
        Language::Es | Language::It => format!("IVA incl. {rate}: {part}"),
        Language::De => format!("inkl. MwSt. {rate}: {part}"),
    }
}

/// `5,5 %`.
pub fn rate(basis_points: u32, language: Language) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    let point = match language {
        Language::En => '.',
        Language::Fr | Language::Es | Language::De | Language::It => ',',
    };
    let digits = if rest == 0 {
        whole.to_string()
    } else {
        let decimals = format!("{rest:02}");
        format!("{whole}{point}{}", decimals.trim_end_matches('0'))
    };
    match language {
        Language::En => format!("{digits}%"),
        Language::Fr | Language::Es | Language::De | Language::It => format!("{digits}\u{a0}%"),
    }
}

#[cfg(test)]
mod tests {
    use shared::money::Currency;

    use super::*;

    #[test]
    fn a_price_says_its_vat_and_a_free_ticket_the_word_of_the_law() {
        let paid = Money::new(3_400, Currency::Eur);
        let free = Money::new(0, Currency::Eur);
        assert_eq!(
            vat(paid, 550, Language::Fr),
            "TTC, dont TVA 5,5\u{a0}%\u{a0}: 1,77\u{a0}€"
        );
        assert_eq!(vat(paid, 210, Language::En), "incl. VAT 2.1%: €0.70");
        assert_eq!(
            vat(paid, 2_000, Language::De),
            "inkl. MwSt. 20\u{a0}%: 5,67\u{a0}€"
        );
        assert_eq!(vat(paid, 0, Language::Fr), "TTC, exonéré de TVA (0\u{a0}%)");
        for language in Language::ALL {
            let told = [price(free, language), vat(free, 550, language)];
            assert!(told.iter().any(|text| text == "Exonéré"), "{told:?}");
        }
    }
}
