//! Buying: places held by one tap, the checkout, the order's page by its unguessable link.
//!
//! An order's address is `/fr/orders/{id}?secret=…`. It names nobody, and whoever lacks the secret sees what a stranger sees
//! of an order that isn't there.

mod checkout;
mod code;
mod donation;
mod means;
mod mine;
pub(super) mod opened;
mod order;
mod queue;
mod repriced;
mod reservation;
mod reserve;
mod text_me;

use axum::Router;
use axum::routing::{get, post};
use shared::language::Language;

use crate::app::App;
use crate::catalog::pages::event;
use crate::orders::{afterwards, waiting_list};

pub(crate) fn router() -> Router<App> {
    let mut router = Router::new()
        .route("/orders/{order}", get(order::from_mail))
        .merge(waiting_list::pages::router())
        .merge(afterwards::router());
    for language in Language::ALL {
        let order = format!("/{language}/orders/{{order}}");
        router = router
            .route(
                &format!("/{language}/events/{{event}}"),
                get(event::show).post(reserve::reserve),
            )
            .route(
                &format!("/{language}/events/{{event}}/queue"),
                get(queue::show),
            )
            .route(&order, get(order::show))
            .route(&format!("{order}/keep"), post(mine::keep))
            .route(&format!("{order}/text"), post(text_me::send))
            .route(&format!("/{language}/account/orders"), get(mine::show))
            .route(
                &format!("/{language}/account/orders/find"),
                post(mine::find),
            )
            .route(
                &format!("{order}/checkout"),
                get(checkout::show).post(checkout::pay_order),
            )
            .route(
                &format!("{order}/checkout/give-back"),
                post(checkout::give_back),
            );
    }
    router
}
