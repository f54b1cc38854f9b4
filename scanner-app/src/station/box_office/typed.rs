//! An amount typed on the pad: digits come in from the right, as on any till.

use crate::station::view::Stroke;

/// 99,999.99.
const MOST: u32 = 9_999_999;

/// What was typed, in minor units; nothing yet is not the same as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed(Option<u32>);

impl Typed {
    pub(super) fn minor(self) -> Option<u32> {
        self.0
    }

    pub(super) fn of(minor: u32) -> Self {
        Self(Some(minor.min(MOST)))
    }

    /// A digit too many is a slip: what was typed stays.
    pub(super) fn after(self, stroke: Stroke) -> Self {
        let typed = self.0.unwrap_or(0);
        let longer = match stroke {
            Stroke::Digit { digit } => typed
                .checked_mul(10)
                .and_then(|typed| typed.checked_add(digit.min(9).into())),
            Stroke::DoubleZero => typed.checked_mul(100),
            Stroke::Erase => return Self((typed >= 10).then_some(typed / 10)),
        };
        Self(Some(longer.filter(|typed| *typed <= MOST).unwrap_or(typed)))
    }
}
