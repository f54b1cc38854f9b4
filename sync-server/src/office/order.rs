//! One order: who bought what, what was paid, its tickets; money given back, the mail sent again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{OrderId, RefundId, TicketId};
use shared::money::Money;
use shared::roster::TicketStatus;

use super::desk::{Desk, Office};
use super::fields::{Field, Sent, Wrong};
use super::orders::{OWN_ZONE, lines, state};
use super::page::{Here, OfficePage, on_to, shown};
use super::wizard::cents;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::{EventPage, page_of};
use crate::edge::OsRandom;
use crate::messages::when::{amount, date_and_time};
use crate::orders::OrderState;
use crate::orders::list::order_for;
use crate::orders::present::{Order, OrderView};
use crate::payments::history::{payments_of, refunds_of};
use crate::payments::refund::{RefundError, RefundRequest, RefundState, refund};
use crate::tickets::present::{TicketView, tickets_of_order};
use crate::tickets::resend::{ResendError, resend};
use crate::web::store::Texts;
use crate::web::{ApiError, Form, Path, Query};

#[derive(Template)]
#[template(path = "office/order.html")]
struct OrderHtml {
    page: OfficePage,
    list: String,
    event: (String, String),
    state: String,
    look: &'static str,
    buyer: Option<(String, String)>,
    lines: Vec<String>,
    total: String,
    refunded: Option<String>,
    dates: Vec<(String, String)>,
    tickets: Vec<TicketLine>,
    /// When, what, how it ended.
    money: Vec<[String; 3]>,
    told: Option<String>,
    problem: Option<String>,
    refund: Option<RefundHtml>,
    /// Where the mail is sent again.
    resend: Option<String>,
}

struct TicketLine {
    code: String,
    series: String,
    what: String,
    holder: String,
    state: Option<String>,
}

struct RefundHtml {
    action: String,
    /// Sent twice, the money goes back once.
    id: RefundId,
    fields: Vec<Field>,
    /// Tickets that are good: id, what it says, whether it is chosen to end.
    tickets: Vec<(String, String, bool)>,
    /// What is left of what was paid.
    left: String,
    is_open: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderQuery {
    /// What was done just now.
    done: String,
}

pub(super) async fn show(
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
    let typed = RefundTyped::new(&app, &opened.order);
    page(&app, &opened, told, &typed, &Wrong::default()).await
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

/// What stands in the form.
struct RefundTyped {
    id: RefundId,
    amount: String,
    reason: String,
    tickets: Vec<String>,
    /// Nothing was sent yet.
    is_new: bool,
}

impl RefundTyped {
    fn new(app: &App, order: &Order) -> Self {
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
    let typed = RefundTyped::sent(&Sent::new(pairs))?;
    let mut wrong = Wrong::default();
    let tickets: Result<Vec<TicketId>, _> = typed.tickets.iter().map(|id| id.parse()).collect();
    let Some(amount_minor) = cents(&typed.amount) else {
        wrong.add("amount", t.get("office-wrong-amount"));
        return page(&app, &opened, None, &typed, &wrong).await;
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
            page(&app, &opened, None, &typed, &wrong).await
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

pub(super) async fn send_again(
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

async fn page(
    app: &App,
    opened: &Opened,
    told: Option<String>,
    typed: &RefundTyped,
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let (office, order) = (&opened.office, &opened.order);
    let (language, t) = (office.desk.language, office.desk.t);
    let rendered = page_of(app, order.event).await?;
    let event = &rendered.page;
    let tickets = tickets_of_order(&app.pool, order.id).await?;
    let (key, look) = state(order.state, order.refunded.minor);
    let view = OrderView::from(order.clone());
    let name = |no| {
        event
            .types
            .iter()
            .find(|row| row.no == no)
            .map(|row| row.name.clone())
    };
    let may = office.may(Right::RefundOrders);
    let is_issued = order.issued_ms.is_some();
    let money = money(app, order, office).await?;
    let page = OrderHtml {
        page: office.page(
            Here::Orders,
            t.named("office-order", "code", &order.code),
            format_args!("/orders/{}", order.id),
        ),
        list: office.own("/orders"),
        event: (
            office.at(format_args!("/events/{}", event.id)),
            event.title.clone(),
        ),
        state: t.get(key).into_owned(),
        look,
        buyer: order
            .buyer
            .as_ref()
            .map(|buyer| (buyer.name.clone(), buyer.email.clone())),
        lines: lines(&view, name, t),
        total: amount(order.total, language),
        refunded: (order.refunded.minor > 0).then(|| amount(order.refunded, language)),
        dates: dates(order, event, office),
        refund: refundable(order, &tickets)
            .filter(|_| may)
            .map(|left| refund_html(opened, (left, &tickets), typed, wrong)),
        resend: (may && is_issued).then(|| format!("{}/resend", opened.path())),
        money,
        tickets: tickets
            .iter()
            .map(|ticket| ticket_line(ticket, t))
            .collect(),
        told,
        problem: wrong.counted(t),
    };
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    shown(status, &page)
}

/// What can still be given back; `None` where there is neither money nor a ticket that is good.
fn refundable(order: &Order, tickets: &[TicketView]) -> Option<Money> {
    let left = order.total.minor - order.refunded.minor;
    let is_good = |ticket: &TicketView| ticket.status == TicketStatus::Valid;
    match order.state {
        OrderState::Paid | OrderState::Refunded => (left > 0 || tickets.iter().any(is_good))
            .then(|| Money::new(left, order.total.currency)),
        OrderState::Held | OrderState::Cancelled | OrderState::Expired => None,
    }
}

fn refund_html(
    opened: &Opened,
    (left, tickets): (Money, &[TicketView]),
    typed: &RefundTyped,
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

fn dates(order: &Order, event: &EventPage, office: &Office) -> Vec<(String, String)> {
    let (language, t) = (office.desk.language, office.desk.t);
    let at = |ms| date_and_time(ms, &event.time_zone, language);
    [
        ("office-ordered", Some(order.created_ms)),
        ("office-paid", order.paid_ms),
        ("office-issued", order.issued_ms),
    ]
    .into_iter()
    .filter_map(|(key, ms)| Some((t.get(key).into_owned(), at(ms?))))
    .collect()
}

fn ticket_line(ticket: &TicketView, t: Texts) -> TicketLine {
    let state = match ticket.status {
        TicketStatus::Valid => None,
        TicketStatus::Revoked => Some("office-ticket-revoked"),
        TicketStatus::Refunded => Some("office-ticket-refunded"),
        TicketStatus::Cancelled => Some("office-ticket-cancelled"),
        TicketStatus::Blocked => Some("office-ticket-blocked"),
    };
    TicketLine {
        code: ticket.short_code.clone(),
        series: ticket.series.clone(),
        what: ticket.type_name.clone(),
        holder: ticket.holder_name.clone(),
        state: state.map(|key| t.get(key).into_owned()),
    }
}

/// All that moved, in the order of its time.
async fn money(app: &App, order: &Order, office: &Office) -> Result<Vec<[String; 3]>, ApiError> {
    let (language, t) = (office.desk.language, office.desk.t);
    let payments = payments_of(&app.pool, order.id).await?;
    let refunds = refunds_of(&app.pool, order.id).await?;
    let payments = payments.into_iter().map(|line| {
        let key = match line.state.as_str() {
            "succeeded" => "office-money-paid",
            "declined" => "office-money-declined",
            "returned" => "office-money-returned",
            _ => "office-money-waits",
        };
        let reference = line.reference.unwrap_or_default();
        let by = format!("{} {reference}", line.provider);
        (
            line.created_ms,
            amount(line.amount, language),
            t.get(key),
            by,
        )
    });
    let refunds = refunds.into_iter().map(|line| {
        let key = match line.state {
            RefundState::Succeeded => "office-money-refunded",
            RefundState::Pending => "office-money-refund-waits",
            RefundState::Failed => "office-money-refund-failed",
        };
        let back = Money::new(-line.amount.minor, line.amount.currency);
        (
            line.created_ms,
            amount(back, language),
            t.get(key),
            line.reason,
        )
    });
    let mut all: Vec<_> = payments.chain(refunds).collect();
    all.sort_by_key(|(at, ..)| *at);
    let rows = all.into_iter().map(|(at, amount, word, what)| {
        let when = date_and_time(at, OWN_ZONE, language);
        [when, format!("{word}, {what}"), amount]
    });
    Ok(rows.collect())
}
