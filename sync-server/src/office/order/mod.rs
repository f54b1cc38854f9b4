//! One order: who bought what, what was paid, its tickets; money given back, the mail sent again.

mod refund;
mod shown;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::OrderId;

use self::refund::Typed;
use super::desk::{Desk, Office};
use super::fields::Wrong;
use super::page::on_to;
use crate::accounts::Right;
use crate::app::App;
use crate::orders::list::order_for;
use crate::orders::present::Order;
use crate::tickets::resend::{ResendError, resend};
use crate::web::{ApiError, Path, Query};

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/orders/{order}"), get(show))
        .route(&at("/orders/{order}/refund"), post(refund::give_back))
        .route(&at("/orders/{order}/resend"), post(send_again))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct OrderQuery {
    /// What was done just now.
    done: String,
}

async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(id): Path<OrderId>,
    Query(query): Query<OrderQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, id, Right::ReadOrders).await?;
    let t = opened.office.desk.t;
    let told = match query.done.as_str() {
        "refund" => Some("office-refund-done"),
        "pending" => Some("office-refund-pending"),
        "resend" => Some("office-resend-done"),
        "no-tickets" => Some("office-resend-none"),
        _ => None,
    };
    let told = told.map(|key| t.get(key).into_owned());
    let typed = Typed::new(&app, &opened.order);
    shown::page(&app, &opened, told, &typed, &Wrong::default()).await
}

/// An order of an organizer for whom one works.
struct Opened {
    office: Office,
    order: Order,
}

impl Opened {
    /// To those who are no members it is not there.
    async fn new(app: &App, desk: Desk, id: OrderId, right: Right) -> Result<Self, ApiError> {
        let order = order_for(&app.pool, id, |order| {
            desk.identity.is_platform_admin || desk.identity.role(order.organizer).is_some()
        })
        .await?;
        let office = desk.office(app, order.organizer, right).await?;
        Ok(Self { office, order })
    }

    fn path(&self) -> String {
        self.office.at(format_args!("/orders/{}", self.order.id))
    }
}

async fn send_again(
    State(app): State<App>,
    desk: Desk,
    Path(id): Path<OrderId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, id, Right::RefundOrders).await?;
    let done = match resend(&app, &opened.order).await {
        Ok(()) => "resend",
        Err(ResendError::NoTickets) => "no-tickets",
        Err(error @ (ResendError::Secret(..) | ResendError::Database(_))) => {
            return Err(ApiError::internal(error));
        }
    };
    Ok(on_to(&format!("{}?done={done}", opened.path())))
}
