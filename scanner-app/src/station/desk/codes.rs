//! The screen's words for what facts say in theirs.

use shared::fact::till as fact;
use shared::wire::latest::VoucherKind;

use crate::replica::till_terms;
use crate::station::box_office::By;
use crate::station::view::{CashReason, FreeReason, Means, ReducedReason, RefundReason};

pub(super) fn price_reason(
    free: Option<FreeReason>,
    reduced: Option<ReducedReason>,
) -> fact::PriceReason {
    match free {
        None => reduced.map_or(fact::PriceReason::Full, reduced_reason),
        Some(FreeReason::Guest) => fact::PriceReason::Guest,
        Some(FreeReason::Press) => fact::PriceReason::Press,
        Some(FreeReason::Artist) => fact::PriceReason::Artist,
        Some(FreeReason::Companion) => fact::PriceReason::Companion,
        Some(FreeReason::Partner) => fact::PriceReason::Partner,
        Some(FreeReason::Child) => fact::PriceReason::Child,
    }
}

fn reduced_reason(reduced: ReducedReason) -> fact::PriceReason {
    match reduced {
        ReducedReason::Youth => fact::PriceReason::Youth,
        ReducedReason::Student => fact::PriceReason::Student,
        ReducedReason::Senior => fact::PriceReason::Senior,
        ReducedReason::JobSeeker => fact::PriceReason::JobSeeker,
        ReducedReason::Disabled => fact::PriceReason::Disabled,
        ReducedReason::Subscriber => fact::PriceReason::Subscriber,
        ReducedReason::Staff => fact::PriceReason::Staff,
        ReducedReason::Promotion => fact::PriceReason::Promotion,
    }
}

/// As the screen names it, if it is a reduced rate's.
pub(super) fn reduced_view(reason: fact::PriceReason) -> Option<ReducedReason> {
    ReducedReason::ALL
        .into_iter()
        .find(|reduced| reduced_reason(*reduced) == reason)
}

pub(super) fn outcome(accepted: bool) -> fact::Outcome {
    if accepted {
        fact::Outcome::Accepted
    } else {
        fact::Outcome::Refused
    }
}

pub(super) fn cash_way(into: bool) -> fact::CashWay {
    if into {
        fact::CashWay::In
    } else {
        fact::CashWay::Out
    }
}

pub(super) fn cash_reason(reason: CashReason) -> fact::CashReason {
    match reason {
        CashReason::Change => fact::CashReason::Change,
        CashReason::Banked => fact::CashReason::Banked,
        CashReason::Purchase => fact::CashReason::Purchase,
        CashReason::OtherTill => fact::CashReason::OtherTill,
        CashReason::Correction => fact::CashReason::Correction,
    }
}

pub(super) fn refund_reason(reason: RefundReason) -> fact::RefundReason {
    match reason {
        RefundReason::Mistake => fact::RefundReason::Mistake,
        RefundReason::Guest => fact::RefundReason::Guest,
        RefundReason::EventCancelled => fact::RefundReason::EventCancelled,
        RefundReason::EventChanged => fact::RefundReason::EventChanged,
        RefundReason::Exchange => fact::RefundReason::Exchange,
        RefundReason::Duplicate => fact::RefundReason::Duplicate,
        RefundReason::NotHandedOver => fact::RefundReason::NotHandedOver,
    }
}

pub(super) fn reprinted(receipt: bool) -> fact::Reprinted {
    if receipt {
        fact::Reprinted::Receipt
    } else {
        fact::Reprinted::Tickets
    }
}

pub(super) fn means(means: Means) -> fact::Means {
    match means {
        Means::Cash => fact::Means::Cash,
        Means::Card => fact::Means::Card,
        Means::Cheque => fact::Means::Cheque,
        Means::Voucher { kind } => fact::Means::Voucher(kind),
        Means::Exchange => fact::Means::Exchange,
    }
}

pub(super) fn means_view(means: fact::Means) -> Means {
    match means {
        fact::Means::Cash => Means::Cash,
        fact::Means::Card => Means::Card,
        fact::Means::Cheque => Means::Cheque,
        fact::Means::Voucher(kind) => Means::Voucher { kind },
        fact::Means::Exchange => Means::Exchange,
    }
}

/// What a kind of vouchers is called.
pub(super) fn voucher(means: fact::Means, vouchers: &[VoucherKind]) -> Option<String> {
    match means {
        fact::Means::Voucher(kind) => till_terms::voucher_name(vouchers, kind),
        fact::Means::Cash | fact::Means::Card | fact::Means::Cheque | fact::Means::Exchange => None,
    }
}

pub(super) fn by(by: fact::PaidBy, money: impl Fn(u32) -> shared::money::Money) -> By {
    match by {
        fact::PaidBy::Cash { change } => By::Cash {
            change: money(change),
        },
        fact::PaidBy::Card { outcome } => By::Card {
            accepted: outcome == fact::Outcome::Accepted,
        },
        fact::PaidBy::Cheque => By::Cheque,
        fact::PaidBy::Voucher { kind } => By::Voucher { kind },
        fact::PaidBy::Exchange => By::Exchange,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page sends these codes and the journal has those: they are the same words.
    #[test]
    fn the_screens_reasons_are_those_of_the_facts() {
        let said = |reason: &dyn erased::Said| reason.said();
        for free in FreeReason::ALL {
            assert_eq!(said(&free), price_reason(Some(free), None).code());
            assert!(price_reason(Some(free), None).is_free());
        }
        let reduced = ReducedReason::ALL.map(|reason| price_reason(None, Some(reason)));
        assert_eq!(reduced, fact::PriceReason::REDUCED);
        for reason in ReducedReason::ALL {
            assert_eq!(said(&reason), reduced_reason(reason).code());
        }
        for reason in CashReason::ALL {
            assert_eq!(said(&reason), cash_reason(reason).code());
        }
        for code in fact::RefundReason::ALL {
            let read: RefundReason =
                serde_json::from_value(code.code().into()).expect("a word of the page");
            assert_eq!(refund_reason(read), *code);
        }
    }

    mod erased {
        /// As the page is told.
        pub(super) trait Said {
            fn said(&self) -> String;
        }

        impl<T: serde::Serialize> Said for T {
            fn said(&self) -> String {
                let value = serde_json::to_value(self).expect("a word");
                value.as_str().expect("a word").to_owned()
            }
        }
    }
}
