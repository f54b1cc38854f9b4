//! What is said of a code, to whoever typed it.

use shared::ids::TypeNo;
use shared::language::Language;
use shared::money::Money;
use shared::price::Off;

use super::{PromoCode, Refusal};
use crate::messages::when::{amount, date_and_time, percent};
use crate::orders::present::Order;
use crate::web::store::Texts;

/// Why it takes nothing off, and what to do.
pub(crate) fn refused(refusal: Refusal, time_zone: &str, language: Language) -> String {
    let t = Texts::of(language);
    match refusal {
        Refusal::Unknown => t.get("code-unknown").into_owned(),
        Refusal::NotYet(from_ms) => {
            let date = date_and_time(from_ms, time_zone, language);
            t.named("code-not-yet", "date", date)
        }
        Refusal::Over => t.get("code-over").into_owned(),
        Refusal::UsedUp => t.get("code-used-up").into_owned(),
        Refusal::OtherTypes => t.get("code-other-types").into_owned(),
        Refusal::BelowMinimum(least) => {
            t.named("code-below-minimum", "least", amount(least, language))
        }
        Refusal::UsedBefore => t.get("code-used-before").into_owned(),
        Refusal::NotFirst => t.get("code-not-first").into_owned(),
    }
}

/// What it takes off, and of what.
pub(crate) fn says<'a>(
    code: &PromoCode,
    name: impl Fn(TypeNo) -> Option<&'a str>,
    language: Language,
) -> String {
    let t = Texts::of(language);
    let off = off(code.reduction.off, language);
    let mut says = t.with("code-takes", &[("code", &code.code), ("off", &off)]);
    let names: Vec<&str> = code
        .reduction
        .types
        .iter()
        .filter_map(|no| name(*no))
        .collect();
    let mut add = |more: String| {
        says.push(' ');
        says.push_str(&more);
    };
    if !names.is_empty() {
        add(t.named("code-for-types", "types", names.join(", ")));
    }
    if let Some(least) = code.reduction.minimum {
        add(t.named("code-from", "least", amount(least, language)));
    }
    if code.first_order {
        add(t.get("code-first-order").into_owned());
    }
    says
}

/// `10 %`, `5,00 €`.
pub(crate) fn off(off: Off, language: Language) -> String {
    match off {
        Off::Percent(points) => {
            let t = Texts::of(language);
            t.named("percent-of", "rate", percent(points.get(), language))
        }
        Off::Amount(money) => amount(money, language),
    }
}

/// What an order's total is made of, where it is more than its places: the full price, what a code took off it, a gift.
pub(crate) fn parts_of(order: &Order, language: Language) -> Vec<(String, String)> {
    let t = Texts::of(language);
    let sum = |minor| amount(Money::new(minor, order.total.currency), language);
    let mut parts = Vec::new();
    let (discount, donation) = (order.discount.minor, order.donation.minor);
    if let Some(promo) = &order.promo {
        let full = order.total.minor - donation + discount;
        parts.push((t.get("full-price").into_owned(), sum(full)));
        let word = t.named("discount-of", "code", &promo.code);
        parts.push((word, sum(-discount)));
    }
    if donation > 0 {
        parts.push((t.get("donation").into_owned(), sum(donation)));
    }
    parts
}
