//! A promo code given at the checkout, or taken away: the page comes back with the price that is then paid.

use super::checkout::PayForm;
use super::opened::Opened;
use crate::app::App;
use crate::orders::promo::field::CodeField;
use crate::orders::promo::words;
use crate::orders::reprice::{RepriceError, set_code};
use crate::web::ApiError;

/// What is to become of the order's code.
#[derive(Clone, Copy, Debug)]
pub(super) enum CodeStep<'a> {
    Give(&'a str),
    TakeAway,
}

/// What became of it.
pub(super) enum CodeSet {
    Yes(Opened),
    /// It is as it was; the field says why.
    No(Opened, CodeField),
    /// There is nothing to pay any more.
    OrderOver(Opened),
}

impl<'a> CodeStep<'a> {
    /// A code that stands in the field is taken before anything is paid, whichever button was pressed: nobody pays the full
    /// price who has just typed one.
    pub(super) fn of(form: &'a PayForm) -> Option<Self> {
        let typed = form.code.trim();
        match form.step.as_str() {
            "uncode" => Some(Self::TakeAway),
            _ if !typed.is_empty() => Some(Self::Give(typed)),
            _ => None,
        }
    }

    pub(super) async fn carry_out(self, app: &App, opened: Opened) -> Result<CodeSet, ApiError> {
        let typed = match self {
            Self::Give(typed) => Some(typed),
            Self::TakeAway => None,
        };
        let wrong = match set_code(app, opened.order.id, typed).await {
            Ok(()) => return Ok(CodeSet::Yes(opened.reread(app).await?)),
            Err(RepriceError::NotHeld) => return Ok(CodeSet::OrderOver(opened)),
            Err(RepriceError::Refused(refusal)) => {
                words::refused(refusal, &opened.event().time_zone, opened.language)
            }
            Err(RepriceError::PaymentBegun) => opened.t.get("code-payment-begun").into_owned(),
            Err(error @ (RepriceError::NoDonation | RepriceError::Sum(_))) => {
                return Err(ApiError::internal(error));
            }
            Err(RepriceError::Database(error)) => return Err(error.into()),
        };
        let field = CodeField {
            typed: typed.unwrap_or_default().to_owned(),
            says: None,
            wrong: Some(wrong),
            is_wrong: true,
        };
        Ok(CodeSet::No(opened, field))
    }
}
