//! The platform's fee follows what is left of an order, so that a fully refunded order has none, in however many parts.

/// What goes back of the fee with a refund that leaves `left` of `total`: `kept` is what stands of the fee by now, refunds
/// on their way counted.
pub(super) fn fee_returned(fee: i64, kept: i64, total: i64, left: i64) -> i64 {
    if total == 0 {
        return 0;
    }
    let (fee, total, left) = (i128::from(fee), i128::from(total), i128::from(left));
    let stays = ((fee * left * 2 + total) / (2 * total)) as i64;
    // After a refund that failed a cent less may stand than stays.
    (kept - stays).max(0)
}

#[cfg(test)]
mod tests {
    use super::fee_returned;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_fully_refunded_order_has_no_fee(
            fee in 0i64..50_000,
            parts in proptest::collection::vec((1i64..10_000, proptest::bool::weighted(0.2)), 1..8),
        ) {
            let total: i64 = parts.iter().map(|(part, _)| part).sum();
            let fee = fee.min(total);
            let (mut left, mut kept) = (total, fee);
            for (part, fails) in parts {
                let back = fee_returned(fee, kept, total, left - part);
                prop_assert!((0..=kept).contains(&back));
                if !fails {
                    kept -= back;
                    left -= part;
                }
            }
            if left > 0 {
                kept -= fee_returned(fee, kept, total, 0);
            }
            prop_assert_eq!(kept, 0);
        }

        #[test]
        fn what_is_kept_is_the_fee_on_what_is_left(fee in 0i64..50_000, total in 1i64..1_000_000, part in 1i64..1_000_000) {
            let (fee, left) = (fee.min(total), total - part.min(total));
            let kept = fee - fee_returned(fee, fee, total, left);
            let exact = fee as f64 * left as f64 / total as f64;
            prop_assert!((kept as f64 - exact).abs() <= 0.5001);
        }
    }
}
