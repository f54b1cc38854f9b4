//! An amount in whole cents, shared in proportion without losing one.

/// `amount` in parts proportional to `weights`: each part is its exact share rounded down or up to a cent, and together
/// they are `amount`. The cents that rounding down leaves go to the largest remainders, of equal ones to the first (Hare's
/// method). Without any weight nothing is shared.
pub(super) fn share(amount: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().copied().map(i128::from).sum();
    if whole == 0 {
        return vec![0; weights.len()];
    }
    let exact = |weight: &i64| i128::from(amount) * i128::from(*weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| (exact(weight) / whole) as i64)
        .collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|place| std::cmp::Reverse(exact(&weights[*place]) % whole));
    let left = i128::from(amount) - parts.iter().copied().map(i128::from).sum::<i128>();
    for place in by_remainder.into_iter().take(left as usize) {
        parts[place] += 1;
    }
    parts
}
