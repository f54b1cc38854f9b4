//! Money of an order given back, all of it or a part.

use axum::extract::State;
use axum::response::Response;
use shared::ids::{OrderId, RefundId, TicketId};
use shared::money::Money;
use shared::roster::TicketStatus;

use super::{Opened, shown};
use crate::accounts::Right;
use crate::app::App;
use crate::edge::OsRandom;
use crate::messages::when::amount;
use crate::office::desk::Desk;
use crate::office::fields::{Field, Sent, Wrong};
use crate::office::page::on_to;
use crate::office::wizard::cents;
use crate::orders::OrderState;
use crate::orders::present::Order;
use crate::payments::refund::{RefundError, RefundRequest, RefundState, refund};
use crate::tickets::present::TicketView;
use crate::web::{ApiError, Form, Path};

pub(super) struct RefundHtml {
    pub(super) action: String,
    /// Sent twice, the money goes back once.
    pub(super) id: RefundId,
    pub(super) fields: Vec<Field>,
    /// Tickets that are good: id, what it says, whether it is chosen to end.
    pub(super) tickets: Vec<(String, String, bool)>,
    /// What is left of what was paid.
    pub(super) left: String,
    pub(super) is_open: bool,
}

/// What stands in the form.
pub(super) struct Typed {
    id: RefundId,
    amount: String,
    reason: String,
    tickets: Vec<String>,
    /// Nothing was sent yet.
    is_new: bool,
}

impl Typed {
    pub(super) fn new(app: &App, order: &Order) -> Self {
        let left = order.total.minor - order.refunded.minor;
        Self {
            id: RefundId::new(app.now_ms(), &mut OsRandom),
            amount: format!("{},{:02}", left / 100, left % 100),
            reason: String::new(),
            tickets: Vec::new(),
            is_new: true,
        }
    }

    fn sent(sent: &Sent) -> Result<Self, ApiError> {
        let id = sent.first("id").parse();
        Ok(Self {
            id: id.map_err(|_| ApiError::invalid([("id", "must be a UUID")]))?,
            amount: sent.first("amount").to_owned(),
            reason: sent.first("reason").trim().to_owned(),
            tickets: sent.all("ticket").map(str::to_owned).collect(),
            is_new: false,
        })
    }
}

pub(super) async fn give_back(
    State(app): State<App>,
    desk: Desk,
    Path(id): Path<OrderId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, id, Right::RefundOrders).await?;
    let t = opened.office.desk.t;
    let typed = Typed::sent(&Sent::new(pairs))?;
    let mut wrong = Wrong::default();
    let tickets: Result<Vec<TicketId>, _> = typed.tickets.iter().map(|id| id.parse()).collect();
    let Some(amount_minor) = cents(&typed.amount) else {
        wrong.add("amount", t.get("office-wrong-amount"));
        return shown::page(&app, &opened, None, &typed, &wrong).await;
    };
    let request = RefundRequest {
        id: typed.id,
        amount_minor,
        reason: typed.reason.clone(),
        tickets: tickets.unwrap_or_default(),
    };
    match refund(&app, id, &request).await {
        Ok(refund) => {
            app.event_pages.forget(opened.order.event).await;
            let done = match refund.state {
                RefundState::Succeeded => "refund",
                RefundState::Pending | RefundState::Failed => "pending",
            };
            Ok(on_to(&format!("{}?done={done}", opened.path())))
        }
        Err(error) => {
            let (field, key) = said(error)?;
            wrong.add(field, t.get(key));
            shown::page(&app, &opened, None, &typed, &wrong).await
        }
    }
}

/// What is told of a refund that was not made: beside which field, and the sentence.
fn said(error: RefundError) -> Result<(&'static str, &'static str), ApiError> {
    match error {
        RefundError::Field("reason", _) => Ok(("reason", "office-wrong-reason")),
        RefundError::Field(..) => Ok(("amount", "office-wrong-amount")),
        RefundError::TooLarge { .. } => Ok(("amount", "office-wrong-too-much")),
        RefundError::NothingLeft => Ok(("amount", "office-wrong-nothing-left")),
        RefundError::NotPaid(_) => Ok(("amount", "office-wrong-not-paid")),
        RefundError::Tickets => Ok(("amount", "office-wrong-tickets")),
        RefundError::Refused => Ok(("amount", "office-wrong-refused")),
        RefundError::OtherContent => Ok(("amount", "office-wrong-sent-before")),
        error @ (RefundError::NoOrder
        | RefundError::Secret(_)
        | RefundError::Rules(_)
        | RefundError::Rights(_)
        | RefundError::Database(_)) => Err(error.into()),
    }
}

/// What can still be given back; `None` where there is neither money nor a ticket that is good.
pub(super) fn refundable(order: &Order, tickets: &[TicketView]) -> Option<Money> {
    let left = order.total.minor - order.refunded.minor;
    let is_good = |ticket: &TicketView| ticket.status == TicketStatus::Valid;
    match order.state {
        OrderState::Paid | OrderState::Refunded => (left > 0 || tickets.iter().any(is_good))
            .then(|| Money::new(left, order.total.currency)),
        OrderState::Held | OrderState::Cancelled | OrderState::Expired => None,
    }
}

pub(super) fn refund_html(
    opened: &Opened,
    (left, tickets): (Money, &[TicketView]),
    typed: &Typed,
    wrong: &Wrong,
) -> RefundHtml {
    let (language, t) = (opened.office.desk.language, opened.office.desk.t);
    let fields = vec![
        Field::line("amount", t.get("office-refund-amount"), &typed.amount)
            .half()
            .help(t.get("office-refund-amount-help")),
        Field::line("reason", t.get("office-refund-reason"), &typed.reason).half(),
    ];
    let good = tickets
        .iter()
        .filter(|ticket| ticket.status == TicketStatus::Valid);
    let tickets = good.map(|ticket| {
        let id = ticket.id.to_string();
        let says = format!("{}, {}", ticket.series, ticket.type_name);
        let is_chosen = typed.tickets.contains(&id);
        (id, says, is_chosen)
    });
    RefundHtml {
        tickets: tickets.collect(),
        action: format!("{}/refund", opened.path()),
        id: typed.id,
        fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
        left: amount(left, language),
        is_open: !typed.is_new,
    }
}
