//! A gift to the organizer, added at the checkout where the event asks for one.

use shared::money::Money;

use super::opened::Opened;
use crate::app::App;
use crate::orders::reprice::{RepriceError, set_donation};
use crate::web::ApiError;
use crate::web::typed::cents;

/// What stands in the field, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(super) struct DonationField {
    pub(super) typed: String,
    pub(super) wrong: Option<String>,
}

/// What became of what was typed.
pub(super) enum Given {
    /// The order has it, as before.
    Same(Opened),
    /// The order has another price now.
    Changed(Opened),
    /// It is as it was; the field says why.
    No(Opened, DonationField),
    /// There is nothing to pay any more.
    OrderOver(Opened),
}

impl DonationField {
    /// What the order has; `None` where nobody is asked.
    pub(super) fn of(opened: &Opened) -> Option<Self> {
        opened.event().asks_donation.then(|| Self {
            typed: written(opened.order.donation),
            wrong: None,
        })
    }
}

fn written(gift: Money) -> String {
    match gift.minor {
        0 => String::new(),
        minor => format!("{},{:02}", minor / 100, minor % 100),
    }
}

/// A gift that was typed is added before anything is paid, whichever button was pressed.
pub(super) async fn give(app: &App, opened: Opened, typed: &str) -> Result<Given, ApiError> {
    if !opened.event().asks_donation {
        return Ok(Given::Same(opened));
    }
    let typed = typed.trim();
    let wrong = |opened: Opened, key: &str| {
        let field = DonationField {
            typed: typed.to_owned(),
            wrong: Some(opened.t.get(key).into_owned()),
        };
        Ok(Given::No(opened, field))
    };
    let minor = if typed.is_empty() {
        Some(0)
    } else {
        cents(typed)
    };
    let Some(minor) = minor else {
        return wrong(opened, "donation-wrong");
    };
    if minor == opened.order.donation.minor {
        return Ok(Given::Same(opened));
    }
    match set_donation(app, opened.order.id, minor).await {
        Ok(()) => Ok(Given::Changed(opened.reread(app).await?)),
        Err(RepriceError::NotHeld) => Ok(Given::OrderOver(opened)),
        Err(RepriceError::NoDonation) => wrong(opened, "donation-wrong"),
        Err(RepriceError::PaymentBegun) => wrong(opened, "code-payment-begun"),
        Err(error @ (RepriceError::Refused(_) | RepriceError::Sum(_))) => {
            Err(ApiError::internal(error))
        }
        Err(RepriceError::Database(error)) => Err(error.into()),
    }
}
