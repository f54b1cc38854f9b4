//! What a key means on each screen. The page shows these keys on what they do.

use super::coins;
use super::payment::Payment;
use super::{BoxOffice, Stage};
use crate::station::view::{
    CashReason, CollectAct, DoneAct, FreeReason, Means, PastAct, PaymentAct, SaleAct, ShiftAct,
    Stroke, TillAct, TillKey,
};

/// The first function key of the amounts that guests give: F5.
const FIRST_QUICK: u8 = 5;

impl BoxOffice {
    /// The act that a key asks for here; `None` = none.
    pub(super) fn meant(&self, key: TillKey) -> Option<TillAct> {
        match &self.stage {
            Stage::Sale => self.at_sale(key).map(TillAct::Sale),
            Stage::Parked => self.at_parked(key).map(TillAct::Sale),
            Stage::Payment(payment) => self.at_payment(payment, key).map(TillAct::Payment),
            Stage::Done(_) => match key {
                TillKey::Enter | TillKey::Escape => Some(TillAct::Done(DoneAct::Next)),
                TillKey::Function { no: 5 } => Some(TillAct::Done(DoneAct::PrintAgain)),
                TillKey::Function { no: 6 } => Some(TillAct::Done(DoneAct::Receipt)),
                TillKey::Function { .. }
                | TillKey::Digit { .. }
                | TillKey::Plus
                | TillKey::Minus
                | TillKey::Backspace => None,
            },
            Stage::Menu => at_menu(key).map(TillAct::Shift),
            Stage::Cash(_) => at_cash(key).map(TillAct::Shift),
            Stage::Past(_) => match key {
                TillKey::Escape => Some(TillAct::Past(PastAct::Back)),
                TillKey::Enter
                | TillKey::Function { .. }
                | TillKey::Digit { .. }
                | TillKey::Plus
                | TillKey::Minus
                | TillKey::Backspace => None,
            },
            Stage::Collect(_) => match key {
                TillKey::Escape => Some(TillAct::Collect(CollectAct::Back)),
                TillKey::Enter
                | TillKey::Function { .. }
                | TillKey::Digit { .. }
                | TillKey::Plus
                | TillKey::Minus
                | TillKey::Backspace => None,
            },
            // A report has one way out.
            Stage::Report(_) => match key {
                TillKey::Enter | TillKey::Escape => Some(TillAct::Shift(ShiftAct::Back)),
                TillKey::Function { .. }
                | TillKey::Digit { .. }
                | TillKey::Plus
                | TillKey::Minus
                | TillKey::Backspace => None,
            },
            // Digits go into the fields of the count.
            Stage::Open(_) | Stage::Count(_) | Stage::Compare(..) | Stage::Closed(..) => {
                match key {
                    TillKey::Enter => Some(TillAct::Shift(ShiftAct::Confirm)),
                    TillKey::Escape => Some(TillAct::Shift(ShiftAct::Back)),
                    TillKey::Function { .. }
                    | TillKey::Digit { .. }
                    | TillKey::Plus
                    | TillKey::Minus
                    | TillKey::Backspace => None,
                }
            }
            Stage::LogIn => None,
        }
    }

    fn at_sale(&self, key: TillKey) -> Option<SaleAct> {
        match key {
            TillKey::Digit { digit } if self.choosing_reason => {
                let reason = numbered(&FreeReason::ALL, digit)?;
                Some(SaleAct::Free {
                    reason: Some(*reason),
                })
            }
            TillKey::Digit { digit } if self.choosing_rate => {
                let reason = *numbered(&self.rates(), digit)?;
                Some(SaleAct::Reduced {
                    reason: Some(reason),
                })
            }
            TillKey::Digit { digit } => {
                let offer = numbered(&self.show()?.offers, digit)?;
                Some(SaleAct::Add {
                    type_no: offer.type_no,
                })
            }
            TillKey::Plus => Some(SaleAct::More { line: None }),
            TillKey::Minus | TillKey::Backspace => Some(SaleAct::Less { line: None }),
            TillKey::Function { no: 1 } => Some(SaleAct::Pay {
                means: Some(Means::Cash),
            }),
            TillKey::Function { no: 2 } => Some(SaleAct::Pay {
                means: Some(Means::Card),
            }),
            TillKey::Function { no: 3 } => Some(SaleAct::Pay { means: None }),
            TillKey::Function { no: 4 } => Some(SaleAct::Reasons),
            TillKey::Function { no: 5 } => Some(SaleAct::Park),
            TillKey::Function { no: 6 } => Some(SaleAct::Parked),
            TillKey::Function { no: 7 } => Some(SaleAct::Guest),
            TillKey::Function { no: 8 } => Some(SaleAct::Rates),
            TillKey::Function { no: 9 } => Some(SaleAct::Menu),
            TillKey::Function { no: 10 } => Some(SaleAct::Code),
            TillKey::Escape if self.choosing_reason => Some(SaleAct::Reasons),
            TillKey::Escape if self.asking_guest => Some(SaleAct::Guest),
            TillKey::Escape if self.asking_code => Some(SaleAct::Code),
            TillKey::Escape if self.choosing_rate => Some(SaleAct::Rates),
            TillKey::Escape if self.rate.is_some() => Some(SaleAct::Free { reason: None }),
            TillKey::Escape if self.cart.code().is_some() => Some(SaleAct::NoCode),
            TillKey::Escape if self.exchange.is_some() => Some(SaleAct::NoExchange),
            TillKey::Escape | TillKey::Enter | TillKey::Function { .. } => None,
        }
    }

    fn at_parked(&self, key: TillKey) -> Option<SaleAct> {
        match key {
            TillKey::Digit { digit } => {
                let parked = numbered(&self.parked, digit)?;
                Some(SaleAct::Resume { no: parked.no })
            }
            TillKey::Escape => Some(SaleAct::Back),
            TillKey::Enter
            | TillKey::Function { .. }
            | TillKey::Plus
            | TillKey::Minus
            | TillKey::Backspace => None,
        }
    }

    fn at_payment(&self, payment: &Payment, key: TillKey) -> Option<PaymentAct> {
        match (key, payment.asking()) {
            (TillKey::Escape, _) => Some(PaymentAct::Back),
            (TillKey::Function { no: 1 }, None) if payment.back().is_some() => {
                Some(PaymentAct::Return { means: Means::Cash })
            }
            (TillKey::Function { no: 2 }, None) if payment.back().is_some() => {
                Some(PaymentAct::Return { means: Means::Card })
            }
            (_, None) if payment.back().is_some() => None,
            (TillKey::Enter, _) => Some(PaymentAct::Take),
            (TillKey::Function { no: 1 }, _) => Some(PaymentAct::By { means: Means::Cash }),
            (TillKey::Function { no: 2 }, _) => Some(PaymentAct::By { means: Means::Card }),
            (TillKey::Function { no: 3 }, None) => Some(PaymentAct::By {
                means: Means::Cheque,
            }),
            (TillKey::Function { no: 3 }, Some(_)) => Some(PaymentAct::TakePart),
            (TillKey::Function { no: 4 }, Some(Means::Card)) => Some(PaymentAct::CardRefused),
            (TillKey::Function { no }, Some(Means::Cash)) => {
                let quick = coins::likely_given(payment.rest());
                let given = quick.get(usize::from(no.checked_sub(FIRST_QUICK)?))?;
                Some(PaymentAct::Give {
                    minor: u32::try_from(given.minor).ok()?,
                })
            }
            (TillKey::Digit { digit }, None) => {
                let voucher = numbered(&self.setup.vouchers, digit)?;
                Some(PaymentAct::By {
                    means: Means::Voucher { kind: voucher.kind },
                })
            }
            (TillKey::Digit { digit }, Some(_)) => Some(PaymentAct::Type {
                stroke: Stroke::Digit { digit },
            }),
            (TillKey::Backspace, Some(_)) => Some(PaymentAct::Type {
                stroke: Stroke::Erase,
            }),
            (TillKey::Backspace, None)
            | (TillKey::Function { .. } | TillKey::Plus | TillKey::Minus, _) => None,
        }
    }
}

fn at_menu(key: TillKey) -> Option<ShiftAct> {
    match key {
        TillKey::Digit { digit: 1 } => Some(ShiftAct::Past),
        TillKey::Digit { digit: 2 } => Some(ShiftAct::Cash { into: true }),
        TillKey::Digit { digit: 3 } => Some(ShiftAct::Cash { into: false }),
        TillKey::Digit { digit: 4 } => Some(ShiftAct::Report),
        TillKey::Digit { digit: 5 } => Some(ShiftAct::LogOut),
        TillKey::Digit { digit: 6 } => Some(ShiftAct::CountDrawer),
        TillKey::Digit { digit: 7 } => Some(ShiftAct::Collect),
        TillKey::Escape => Some(ShiftAct::Back),
        TillKey::Digit { .. }
        | TillKey::Enter
        | TillKey::Function { .. }
        | TillKey::Plus
        | TillKey::Minus
        | TillKey::Backspace => None,
    }
}

fn at_cash(key: TillKey) -> Option<ShiftAct> {
    match key {
        TillKey::Digit { digit } => Some(ShiftAct::Type {
            stroke: Stroke::Digit { digit },
        }),
        TillKey::Backspace => Some(ShiftAct::Type {
            stroke: Stroke::Erase,
        }),
        TillKey::Function { no } => Some(ShiftAct::Reason {
            reason: *numbered(&CashReason::ALL, no)?,
        }),
        TillKey::Enter => Some(ShiftAct::Confirm),
        TillKey::Escape => Some(ShiftAct::Back),
        TillKey::Plus | TillKey::Minus => None,
    }
}

/// The first has number 1.
fn numbered<T>(all: &[T], no: u8) -> Option<&T> {
    all.get(usize::from(no.checked_sub(1)?))
}
