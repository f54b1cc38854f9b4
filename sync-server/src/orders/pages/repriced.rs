//! Code and gift of the checkout's form, given to the order before anything is paid.

use super::checkout::PayForm;
use super::code::{CodeSet, CodeStep};
use super::donation::{DonationField, Given, give};
use super::opened::Opened;
use crate::app::App;
use crate::orders::promo::field::CodeField;
use crate::web::ApiError;

/// Whether another price is to be shown before anything is paid.
pub(super) enum Repriced {
    No(Opened),
    Yes(Opened),
    /// Code or gift were refused; the fields say why.
    Wrong(Opened, CodeField, Option<DonationField>),
    /// There is nothing to pay any more.
    OrderOver(Opened),
}

/// Gives the order the code and the gift that were typed.
pub(super) async fn reprice(
    app: &App,
    opened: Opened,
    form: &PayForm,
) -> Result<Repriced, ApiError> {
    // The page of a reservation asks for neither.
    if opened.order.reserved_ms.is_some() {
        return Ok(Repriced::No(opened));
    }
    let (opened, is_new) = match CodeStep::of(form) {
        None => (opened, false),
        Some(step) => match step.carry_out(app, opened).await? {
            CodeSet::Yes(opened) => (opened, true),
            CodeSet::No(opened, code) => {
                let donation = DonationField::of(&opened).map(|field| DonationField {
                    typed: form.donation.clone(),
                    ..field
                });
                return Ok(Repriced::Wrong(opened, code, donation));
            }
            CodeSet::OrderOver(opened) => return Ok(Repriced::OrderOver(opened)),
        },
    };
    Ok(match give(app, opened, &form.donation).await? {
        Given::Same(opened) if is_new => Repriced::Yes(opened),
        Given::Same(opened) => Repriced::No(opened),
        Given::Changed(opened) => Repriced::Yes(opened),
        Given::No(opened, field) => Repriced::Wrong(opened, CodeField::default(), Some(field)),
        Given::OrderOver(opened) => Repriced::OrderOver(opened),
    })
}
