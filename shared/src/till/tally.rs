//! Adding up totals.

use crate::fact::till::{MAX_TOTALS, Means, MeansTotal, Perpetual, RateTotal, Totals};

use super::Broken;

/// The sum, as long as the books can hold it.
pub(super) fn add(to: &mut u64, amount: u64) -> Result<(), Broken> {
    // Half of what a column holds: differences of two sums fit, too.
    let most = i64::MAX as u64;
    let sum = to.checked_add(amount).filter(|sum| *sum <= most);
    *to = sum.ok_or(Broken::TooLarge)?;
    Ok(())
}

pub(super) fn count(to: &mut u32, more: u32) -> Result<(), Broken> {
    *to = to.checked_add(more).ok_or(Broken::TooLarge)?;
    Ok(())
}

/// The line of a VAT rate, made if there is none.
pub(super) fn rate(totals: &mut Totals, vat_bps: u16) -> Result<&mut RateTotal, Broken> {
    let rates = &mut totals.rates;
    let at = match rates.binary_search_by_key(&vat_bps, |rate| rate.vat_bps) {
        Ok(at) => at,
        Err(_) if rates.len() == MAX_TOTALS => return Err(Broken::TooLarge),
        Err(at) => {
            rates.insert(
                at,
                RateTotal {
                    vat_bps,
                    ..RateTotal::default()
                },
            );
            at
        }
    };
    Ok(&mut rates[at])
}

/// The line of a means, made if there is none.
pub(super) fn means(totals: &mut Totals, means: Means) -> Result<&mut MeansTotal, Broken> {
    let all = &mut totals.means;
    let at = match all.binary_search_by_key(&means, |total| total.means) {
        Ok(at) => at,
        Err(_) if all.len() == MAX_TOTALS => return Err(Broken::TooLarge),
        Err(at) => {
            let (paid, back) = (0, 0);
            all.insert(at, MeansTotal { means, paid, back });
            at
        }
    };
    Ok(&mut all[at])
}

pub(super) fn add_perpetual(to: &mut Perpetual, sold: u64, refunded: u64) -> Result<(), Broken> {
    add(&mut to.sold, sold)?;
    add(&mut to.refunded, refunded)
}
