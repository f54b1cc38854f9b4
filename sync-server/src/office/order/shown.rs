//! An order's page.

use askama::Template;
use axum::response::Response;
use shared::clock::UnixMillis;
use shared::money::Money;
use shared::roster::TicketStatus;

use super::Opened;
use super::refund::{RefundHtml, Typed, refund_html, refundable};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::{EventPage, page_of};
use crate::door::collect::at_the_till;
use crate::door::money::vouchers::VoucherNames;
use crate::messages::when::{amount, date_and_time};
use crate::office::desk::Office;
use crate::office::fields::Wrong;
use crate::office::orders::{OWN_ZONE, lines, reserved_until, stands};
use crate::office::page::{Here, OfficePage, shown};
use crate::office::tills;
use crate::orders::present::{Order, OrderView};
use crate::orders::promo::words::parts_of;
use crate::payments::history::{TillMeans, payments_of, refunds_of};
use crate::payments::refund::RefundState;
use crate::tickets::present::{TicketView, tickets_of_order, tickets_paid_by};
use crate::web::ApiError;
use crate::web::store::Texts;

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
    sums: Vec<(String, String)>,
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

pub(super) async fn page(
    app: &App,
    opened: &Opened,
    told: Option<String>,
    typed: &Typed,
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let (office, order) = (&opened.office, &opened.order);
    let (language, t) = (office.desk.language, office.desk.t);
    let rendered = page_of(app, order.event).await?;
    let event = &rendered.page;
    let mut tickets = tickets_of_order(&app.pool, order.id).await?;
    tickets.extend(tickets_paid_by(&app.pool, order.id).await?);
    let view = OrderView::from(order.clone());
    let at_tills = at_the_till(&app.pool, &[order.id]).await?;
    let at_till = at_tills.get(&order.id).copied();
    let (state, look) = stands(&view, at_till, t);
    let name = |no| event.type_of(no).map(|row| row.name.clone());
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
        state,
        look,
        buyer: order
            .buyer
            .as_ref()
            .map(|buyer| (buyer.name.clone(), buyer.email.clone())),
        lines: lines(&view, name, t),
        sums: parts_of(order, language),
        total: amount(order.total, language),
        refunded: (order.refunded.minor > 0).then(|| amount(order.refunded, language)),
        dates: dates(order, reserved_until(&view), event, office),
        refund: refundable(order, &tickets)
            // The money of a ticket that somebody gave them is in the order that paid.
            .filter(|_| may && order.given_by.is_none())
            .map(|left| refund_html(opened, (left, &tickets), typed, wrong)),
        resend: (may && is_issued && has_address(order))
            .then(|| format!("{}/resend", opened.path())),
        money,
        tickets: tickets
            .iter()
            .map(|ticket| ticket_line(ticket, t))
            .collect(),
        told,
        problem: wrong.counted(t),
    };
    let status = wrong.status();
    shown(status, &page)
}

/// Whoever bought at a till may have left none.
fn has_address(order: &Order) -> bool {
    let buyer = order.buyer.as_ref();
    buyer.is_some_and(|buyer| !buyer.email.is_empty())
}

fn dates(
    order: &Order,
    reserved_until_ms: Option<UnixMillis>,
    event: &EventPage,
    office: &Office,
) -> Vec<(String, String)> {
    let (language, t) = (office.desk.language, office.desk.t);
    let at = |ms| date_and_time(ms, &event.time_zone, language);
    [
        ("office-ordered", Some(order.created_ms)),
        ("mail-reserved-until", reserved_until_ms),
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

fn by_till(means: &TillMeans, by: (&VoucherNames, Texts)) -> String {
    tills::words::means(&means.word, means.voucher.map(i64::from), by)
}

/// All that moved, in the order of its time.
async fn money(app: &App, order: &Order, office: &Office) -> Result<Vec<[String; 3]>, ApiError> {
    let (language, t) = (office.desk.language, office.desk.t);
    let payments = payments_of(&app.pool, order.id).await?;
    let refunds = refunds_of(&app.pool, order.id).await?;
    let mut connection = app.pool.acquire().await?;
    let names = VoucherNames::load(&mut connection, office.organizer.id).await?;
    drop(connection);
    let payments = payments.into_iter().map(|line| {
        let key = match line.state.as_str() {
            "succeeded" => "office-money-paid",
            "declined" => "office-money-declined",
            "returned" => "office-money-returned",
            _ => "office-money-waits",
        };
        let reference = line.reference.unwrap_or_default();
        let by = match &line.means {
            Some(means) => by_till(means, (&names, t)),
            None => format!("{} {reference}", line.provider),
        };
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
            match &line.means {
                // A till says why by a word of a closed list.
                Some(means) => {
                    let why = t.get(&format!("tills-reason-{}", line.reason));
                    format!("{}, {why}", by_till(means, (&names, t)))
                }
                None => line.reason,
            },
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
