//! What closings state.

/// By which means money comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// 0.
    Cash,
    /// 1.
    Card,
    /// 2.
    Cheque,
    /// 3, and the number of its kind.
    Voucher(u16),
    /// 5: the worth of tickets that were taken back for others. No money.
    Exchange,
}

/// Taken and given back since the till's first sale. Neither ever falls or begins again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Perpetual {
    /// Sales, VAT included.
    pub sold: u64,
    /// Given back, VAT included.
    pub refunded: u64,
}

/// What was sold at one VAT rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateTotal {
    /// The rate in basis points.
    pub vat_bps: u16,
    /// Sold, VAT included.
    pub sold: u64,
    /// The VAT in it, rounded once a line.
    pub sold_vat: u64,
    /// Given back, VAT included.
    pub refunded: u64,
    /// The VAT in it.
    pub refunded_vat: u64,
}

/// What came and went by one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeansTotal {
    /// Which.
    pub means: Means,
    /// Paid with it.
    pub paid: u64,
    /// Given back by it.
    pub back: u64,
}

/// What was taken in a shift or a period. Training counts nowhere but in `trainings`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sales.
    pub sales: u32,
    /// Refunds.
    pub refunds: u32,
    /// Tickets sold, free ones included.
    pub tickets: u32,
    /// Tickets taken back.
    pub tickets_back: u32,
    /// Duplicates printed.
    pub reprints: u32,
    /// Sales in training.
    pub trainings: u32,
    /// Put into the drawer without a sale.
    pub moved_in: u64,
    /// Taken out of it without a sale.
    pub moved_out: u64,
    /// By VAT rate, ascending; those that occur.
    pub rates: Vec<RateTotal>,
    /// By means, ascending; those that occur.
    pub means: Vec<MeansTotal>,
}

impl Totals {
    /// Sold, VAT included.
    pub fn sold(&self) -> u64 {
        let sold = self.rates.iter().map(|rate| rate.sold);
        sold.fold(0, u64::saturating_add)
    }

    /// Given back, VAT included.
    pub fn refunded(&self) -> u64 {
        let refunded = self.rates.iter().map(|rate| rate.refunded);
        refunded.fold(0, u64::saturating_add)
    }

    /// The cash that sales brought less what went back in cash, and what was put in less what was taken out.
    pub fn cash(&self) -> i64 {
        let cash = self.means.iter().find(|total| total.means == Means::Cash);
        let (paid, back) = cash.map_or((0, 0), |total| (total.paid, total.back));
        let cents = |sum: u64| i64::try_from(sum).unwrap_or(i64::MAX);
        cents(paid.saturating_add(self.moved_in))
            .saturating_sub(cents(back.saturating_add(self.moved_out)))
    }
}
