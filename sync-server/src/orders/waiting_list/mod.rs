//! Waiting for places of a type that is sold out: one place in the line for each address and type, confirmed by a mail.
//!
//! When places come free, whoever is first among those for whom there are enough is offered theirs: an order that is held as
//! any other, for a time that the event sets. Nobody else can take them (S1), and while somebody in the line could have them
//! the store sells them to nobody (`free_for_all`). What is not taken in time is the next one's.

mod forget;
mod form;
mod join;
mod leave;
mod offer;
pub(crate) mod pages;
mod person;
mod standing;
mod token;
mod view;

pub use forget::forget;
pub(crate) use form::LineForm;
pub use offer::{OfferError, sweep};
pub(crate) use person::{OwnPlace, drop_places, places_of};
pub(crate) use view::{InLine, in_line};

use shared::ids::OrderId;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Somebody's place in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place(Uuid);

/// Of whoever was offered `order`, for the field that asks for it.
pub(super) async fn address_of(
    executor: impl PgExecutor<'_>,
    order: OrderId,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select email from waiting_list where order_id = $1",
        order.0
    )
    .fetch_optional(executor)
    .await
}
