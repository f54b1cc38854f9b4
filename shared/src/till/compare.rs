//! Where two statements of a till's totals differ: what a closing says, and what somebody else added up.

use std::collections::BTreeMap;

use crate::fact::till::{Means, MeansTotal, RateTotal, Totals};

/// A figure of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// How many sales.
    Sales,
    /// How many refunds.
    Refunds,
    /// How many tickets were sold.
    Tickets,
    /// How many were taken back.
    TicketsBack,
    /// Sold at a VAT rate, in basis points.
    Sold(u16),
    /// The VAT in it.
    SoldVat(u16),
    /// Given back at a VAT rate.
    Refunded(u16),
    /// The VAT in it.
    RefundedVat(u16),
    /// Paid by a means.
    Paid(Means),
    /// Given back by a means.
    Back(Means),
    /// Put into the drawer without a sale.
    MovedIn,
    /// Taken out of it without a sale.
    MovedOut,
}

impl Figure {
    /// As in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Refunds => "refunds",
            Self::Tickets => "tickets",
            Self::TicketsBack => "tickets_back",
            Self::Sold(_) => "sold",
            Self::SoldVat(_) => "sold_vat",
            Self::Refunded(_) => "refunded",
            Self::RefundedVat(_) => "refunded_vat",
            Self::Paid(_) => "paid",
            Self::Back(_) => "back",
            Self::MovedIn => "moved_in",
            Self::MovedOut => "moved_out",
        }
    }

    /// Of which VAT rate, if it is of one.
    pub fn rate(self) -> Option<u16> {
        match self {
            Self::Sold(rate)
            | Self::SoldVat(rate)
            | Self::Refunded(rate)
            | Self::RefundedVat(rate) => Some(rate),
            Self::Sales
            | Self::Refunds
            | Self::Tickets
            | Self::TicketsBack
            | Self::Paid(_)
            | Self::Back(_)
            | Self::MovedIn
            | Self::MovedOut => None,
        }
    }

    /// Of which means, if it is of one.
    pub fn means(self) -> Option<Means> {
        match self {
            Self::Paid(means) | Self::Back(means) => Some(means),
            Self::Sales
            | Self::Refunds
            | Self::Tickets
            | Self::TicketsBack
            | Self::Sold(_)
            | Self::SoldVat(_)
            | Self::Refunded(_)
            | Self::RefundedVat(_)
            | Self::MovedIn
            | Self::MovedOut => None,
        }
    }

    /// Is it an amount of money? Else a count.
    pub fn is_money(self) -> bool {
        match self {
            Self::Sales | Self::Refunds | Self::Tickets | Self::TicketsBack => false,
            Self::Sold(_)
            | Self::SoldVat(_)
            | Self::Refunded(_)
            | Self::RefundedVat(_)
            | Self::Paid(_)
            | Self::Back(_)
            | Self::MovedIn
            | Self::MovedOut => true,
        }
    }
}

/// One figure, twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub figure: Figure,
    /// As the closing says.
    pub stated: u64,
    /// As it was added up.
    pub found: u64,
}

/// All figures in which they differ; none, and they agree to the cent. What is printed, or practised, moves nothing and isn't
/// compared.
pub fn differences(stated: &Totals, found: &Totals) -> Vec<Difference> {
    let (stated, found) = (figures(stated), figures(found));
    let all = stated.keys().chain(found.keys());
    let all: std::collections::BTreeSet<Figure> = all.copied().collect();
    let of = |figures: &BTreeMap<Figure, u64>, figure| figures.get(&figure).copied().unwrap_or(0);
    all.into_iter()
        .map(|figure| Difference {
            figure,
            stated: of(&stated, figure),
            found: of(&found, figure),
        })
        .filter(|difference| difference.stated != difference.found)
        .collect()
}

fn figures(totals: &Totals) -> BTreeMap<Figure, u64> {
    let mut figures = BTreeMap::from([
        (Figure::Sales, totals.sales.into()),
        (Figure::Refunds, totals.refunds.into()),
        (Figure::Tickets, totals.tickets.into()),
        (Figure::TicketsBack, totals.tickets_back.into()),
        (Figure::MovedIn, totals.moved_in),
        (Figure::MovedOut, totals.moved_out),
    ]);
    for rate in &totals.rates {
        let RateTotal {
            vat_bps,
            sold,
            sold_vat,
            refunded,
            refunded_vat,
        } = *rate;
        figures.insert(Figure::Sold(vat_bps), sold);
        figures.insert(Figure::SoldVat(vat_bps), sold_vat);
        figures.insert(Figure::Refunded(vat_bps), refunded);
        figures.insert(Figure::RefundedVat(vat_bps), refunded_vat);
    }
    for total in &totals.means {
        let MeansTotal { means, paid, back } = *total;
        figures.insert(Figure::Paid(means), paid);
        figures.insert(Figure::Back(means), back);
    }
    figures
}

/// A line of a sale as somebody finds it who has kept lines and what came back of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// What one costs.
    pub unit: u32,
    /// The VAT rate in it.
    pub vat_bps: u16,
    /// Sold in the stretch that is added up; 0 if it was sold before.
    pub sold: u32,
    /// Not taken back when the stretch began, or when it was sold.
    pub left_before: u32,
    /// Not taken back when it ended.
    pub left_after: u32,
}

/// Adds lines up as the books do: the VAT rounded once a line, and what came back takes off what the line's VAT falls by.
pub fn rates(
    lines: &[KeptLine],
    vat: impl Fn(u64, u16) -> u64,
) -> Result<Vec<RateTotal>, super::Broken> {
    let mut totals = Totals::default();
    for line in lines {
        let price = |places: u32| u64::from(line.unit) * u64::from(places);
        let taxed = |places| vat(price(places), line.vat_bps);
        let back = line.left_before.saturating_sub(line.left_after);
        if line.sold == 0 && back == 0 {
            continue;
        }
        let rate = super::tally::rate(&mut totals, line.vat_bps)?;
        super::tally::add(&mut rate.sold, price(line.sold))?;
        super::tally::add(&mut rate.sold_vat, taxed(line.sold))?;
        super::tally::add(&mut rate.refunded, price(back))?;
        let fell = taxed(line.left_before).saturating_sub(taxed(line.left_after));
        super::tally::add(&mut rate.refunded_vat, fell)?;
    }
    Ok(totals.rates)
}
