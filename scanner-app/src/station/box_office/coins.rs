//! Notes and coins of a currency.

use shared::money::{Currency, Money};

/// Notes and coins in use, the largest first, in minor units.
pub(super) fn pieces(currency: Currency) -> &'static [u32] {
    match currency {
        Currency::Eur => &[
            50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1,
        ],
        Currency::Gbp => &[5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
        Currency::Chf => &[
            100_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5,
        ],
    }
}

/// The smallest note: what is worth less is a coin.
pub(super) fn smallest_note(currency: Currency) -> u32 {
    match currency {
        Currency::Eur | Currency::Gbp => 500,
        Currency::Chf => 1_000,
    }
}

/// Larger notes are hardly in any drawer: change is told in smaller ones.
const LARGEST_IN_CHANGE: u32 = 5_000;

/// Change as it is counted into a hand: as few pieces as can be.
pub(super) fn change(amount: Money) -> Vec<(u32, u32)> {
    let mut rest = amount.minor.max(0);
    let mut counted = Vec::new();
    for &value in pieces(amount.currency) {
        if value > LARGEST_IN_CHANGE {
            continue;
        }
        let count = rest / i64::from(value);
        rest -= count * i64::from(value);
        if count > 0 {
            counted.push((value, u32::try_from(count).unwrap_or(u32::MAX)));
        }
    }
    counted
}

/// What guests hand over for an amount: it exactly, or the next round sums.
pub(super) fn likely_given(due: Money) -> Vec<Money> {
    const ROUND_TO: [i64; 7] = [1, 500, 1_000, 2_000, 5_000, 10_000, 20_000];
    const KEYS: usize = 4;
    let mut amounts: Vec<Money> = ROUND_TO
        .iter()
        .filter_map(|step| {
            let above = due.minor.checked_add(step - 1)?;
            Some(Money::new(above - above.rem_euclid(*step), due.currency))
        })
        .collect();
    amounts.dedup();
    amounts.truncate(KEYS);
    amounts
}
