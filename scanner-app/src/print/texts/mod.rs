//! The words of what is printed, French first.

mod de;
mod en;
mod es;
mod fr;
mod it;

use shared::language::Language;

use super::document::{Mark, Means, ReceiptKind, ReportKind};

/// Words that hold nothing.
pub(super) struct Texts {
    pub(super) duplicate: &'static str,
    pub(super) specimen: &'static str,
    pub(super) training: &'static str,
    /// Below a specimen or a training ticket.
    pub(super) worthless: &'static str,
    pub(super) ticket: &'static str,
    pub(super) tickets: &'static str,
    pub(super) doors: &'static str,
    pub(super) organizer: &'static str,
    pub(super) licence: &'static str,
    pub(super) holder: &'static str,
    pub(super) place: &'static str,
    pub(super) series: &'static str,
    pub(super) order: &'static str,
    pub(super) sold: &'static str,
    pub(super) sold_at: &'static str,
    pub(super) short_code: &'static str,
    pub(super) advice: &'static str,
    pub(super) sale: &'static str,
    pub(super) refund: &'static str,
    pub(super) void: &'static str,
    pub(super) till: &'static str,
    pub(super) clerk: &'static str,
    pub(super) total: &'static str,
    pub(super) rate: &'static str,
    pub(super) net: &'static str,
    pub(super) vat: &'static str,
    pub(super) gross: &'static str,
    pub(super) cash: &'static str,
    pub(super) card: &'static str,
    pub(super) cheque: &'static str,
    /// The worth of tickets as a means.
    pub(super) exchange: &'static str,
    pub(super) taken_off: &'static str,
    pub(super) exchanged: &'static str,
    pub(super) given_back: &'static str,
    pub(super) given: &'static str,
    pub(super) change: &'static str,
    pub(super) journal: &'static str,
    pub(super) report_x: &'static str,
    pub(super) report_z: &'static str,
    pub(super) closes_nothing: &'static str,
    pub(super) opened: &'static str,
    pub(super) made: &'static str,
    pub(super) sales: &'static str,
    pub(super) refunds: &'static str,
    pub(super) voids: &'static str,
    pub(super) reprints: &'static str,
    pub(super) by_rate: &'static str,
    pub(super) by_means: &'static str,
    pub(super) drawer: &'static str,
    pub(super) float: &'static str,
    pub(super) cash_sales: &'static str,
    pub(super) put_in: &'static str,
    pub(super) taken_out: &'static str,
    pub(super) expected: &'static str,
    pub(super) counted: &'static str,
    pub(super) difference: &'static str,
    pub(super) not_counted: &'static str,
    pub(super) numbers: &'static str,
    pub(super) receipts: &'static str,
    pub(super) perpetual: &'static str,
}

impl Texts {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Fr => &fr::TEXTS,
            Language::En => &en::TEXTS,
            Language::Es => &es::TEXTS,
            Language::De => &de::TEXTS,
            Language::It => &it::TEXTS,
        }
    }

    pub(super) fn mark(&self, mark: Mark) -> Option<&'static str> {
        match mark {
            Mark::Original => None,
            Mark::Duplicate => Some(self.duplicate),
            Mark::Specimen => Some(self.specimen),
            Mark::Training => Some(self.training),
        }
    }

    /// What must stand beside a code that opens no door.
    pub(super) fn worthless(&self, mark: Mark) -> Option<&'static str> {
        match mark {
            Mark::Original | Mark::Duplicate => None,
            Mark::Specimen | Mark::Training => Some(self.worthless),
        }
    }

    pub(super) fn means<'a>(&'a self, means: &'a Means) -> &'a str {
        match means {
            Means::Cash => self.cash,
            Means::Card => self.card,
            Means::Cheque => self.cheque,
            Means::Exchange => self.exchange,
            Means::Named(name) => name,
        }
    }

    pub(super) fn receipt(&self, kind: ReceiptKind) -> &'static str {
        match kind {
            ReceiptKind::Sale => self.sale,
            ReceiptKind::Refund => self.refund,
            ReceiptKind::Void => self.void,
        }
    }

    pub(super) fn report(&self, kind: ReportKind) -> String {
        match kind {
            ReportKind::X => self.report_x.to_owned(),
            ReportKind::Z(number) => format!("{} {number}", self.report_z),
        }
    }
}
