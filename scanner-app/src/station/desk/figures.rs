//! What a shift took, for the screen.

use shared::when;

use super::{Desk, codes, words};
use crate::station::view::{FiguresView, MeansFigureView, RateFigureView};
use crate::till::ShiftFigures;

impl Desk {
    pub(super) fn figures(&self, figures: &ShiftFigures) -> FiguresView {
        let totals = &figures.totals;
        let vouchers = self.vouchers();
        let money = |minor: u64| self.money(minor);
        let means = totals.means.iter().filter(|total| total.paid > 0);
        let means = means.map(|total| MeansFigureView {
            means: codes::means_view(total.means),
            name: codes::voucher(total.means, &vouchers),
            payments: figures.payments.get(&total.means).copied().unwrap_or(0),
            sum: money(total.paid),
        });
        let less = |minor: u64, back: u64| {
            let mut left = money(minor);
            left.minor = left.minor.saturating_sub(money(back).minor);
            left
        };
        let rates = totals.rates.iter().map(|rate| RateFigureView {
            basis_points: rate.vat_bps,
            base: less(
                rate.sold.saturating_sub(rate.sold_vat),
                rate.refunded.saturating_sub(rate.refunded_vat),
            ),
            vat: less(rate.sold_vat, rate.refunded_vat),
        });
        let numbers = figures.numbers.iter();
        FiguresView {
            day: when::day_in_words(figures.opened_ms, &self.time_zone, self.language),
            sales: totals.sales,
            means: means.collect(),
            refunds: totals.refunds,
            refunded: money(totals.refunded()),
            revenue: less(totals.sold(), totals.refunded()),
            rates: rates.collect(),
            tickets: totals.tickets,
            free: figures.free,
            numbers: numbers
                .map(|numbers| words::numbers(numbers, self.language))
                .collect(),
            float: money(figures.float),
            moved_in: money(totals.moved_in),
            moved_out: money(totals.moved_out),
        }
    }
}
