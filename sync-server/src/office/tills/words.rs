//! Closings, means and differences of tills in words.

use serde_json::Value;
use shared::language::Language;
use shared::money::{Currency, Money};

use crate::door::money::vouchers::VoucherNames;
use crate::messages::when::amount;
use crate::office::words::{number, percent};
use crate::web::store::Texts;

/// An amount in a currency by its code.
pub(in crate::office) fn money_of(minor: i64, currency: &str, language: Language) -> String {
    let currency = Currency::from_code(currency).unwrap_or(Currency::Eur);
    amount(Money::new(minor, currency), language)
}

/// `Z no. 12`, `Day 2026-11-28`.
pub(in crate::office) fn closing_name(kind: &str, name: &str, t: Texts) -> String {
    t.named(&format!("tills-kind-{kind}"), "name", name)
}

/// A means by its columns; a voucher by its name.
pub(in crate::office) fn means(
    word: &str,
    voucher: Option<i64>,
    (names, t): (&VoucherNames, Texts),
) -> String {
    let known = voucher.and_then(|kind| names.of(kind));
    if let Some(name) = known {
        return name.to_owned();
    }
    let kind = voucher.map(|kind| kind.to_string()).unwrap_or_default();
    t.named(&format!("tills-means-{word}"), "kind", kind)
}

/// The means that a part of a statement is of.
pub(super) fn means_of(part: &Value, by: (&VoucherNames, Texts)) -> String {
    let word = part.get("means").and_then(Value::as_str);
    let named = part.get("voucher_name").and_then(Value::as_str);
    if let Some(name) = named {
        return name.to_owned();
    }
    let voucher = part.get("voucher").and_then(Value::as_i64);
    word.map(|word| means(word, voucher, by))
        .unwrap_or_default()
}

/// What doesn't agree of a closing: one line for each figure.
pub(in crate::office) fn said_of(
    (broken, broken_seq): (Option<&str>, Option<i64>),
    differences: &Value,
    currency: &str,
    (language, t, names): (Language, Texts, &VoucherNames),
) -> Vec<String> {
    let broken = broken.map(|rule| {
        let seq = broken_seq.unwrap_or(0);
        t.with("tills-broken", &[("seq", &seq), ("rule", &rule)])
    });
    let differences = differences.as_array().into_iter().flatten();
    let differences =
        differences.map(|difference| said(difference, currency, (language, t, names)));
    broken.into_iter().chain(differences).collect()
}

fn said(
    difference: &Value,
    currency: &str,
    (language, t, names): (Language, Texts, &VoucherNames),
) -> String {
    let text = |field| {
        difference
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let is_money = difference.get("is_money").and_then(Value::as_bool);
    let figure = |field| {
        let value = difference.get(field).and_then(Value::as_i64).unwrap_or(0);
        if is_money == Some(true) {
            money_of(value, currency, language)
        } else {
            number(value, language)
        }
    };
    let rate = difference.get("vat_basis_points").and_then(Value::as_i64);
    let of = match rate {
        Some(rate) => t.named("tills-rate", "rate", percent(rate, language)),
        None => means_of(difference, (names, t)),
    };
    let by = match text("by") {
        "facts" => t.get("tills-by-facts"),
        _orders => t.get("tills-by-orders"),
    };
    t.with(
        "tills-said",
        &[
            (
                "figure",
                &t.named(&format!("tills-figure-{}", text("figure")), "of", of),
            ),
            ("stated", &figure("stated")),
            ("by", &by),
            ("found", &figure("found")),
        ],
    )
}
