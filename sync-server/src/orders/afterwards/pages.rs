//! `/fr/orders/{id}/manage`: what can be done with an order's tickets, each act by a form.

use std::fmt::Display;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{OrderId, RefundId, TicketId};
use shared::language::Language;
use shared::money::Money;
use shared::roster::TicketStatus;

use super::refund::{NoSum, Sum, give_back, sum_of};
use super::resell::{self, ResaleHtml};
use super::rules::Act;
use super::standing::{Kept, Standing};
use super::words::why_not;
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::edge::OsRandom;
use crate::messages::when::amount;
use crate::orders::OrderState;
use crate::orders::api::SecretQuery;
use crate::orders::buyer::{Buyer, BuyerField, is_name};
use crate::orders::pages::opened::Opened;
use crate::orders::resale::ResaleState;
use crate::payments::refund::{RefundError, RefundState, state_of};
use crate::tickets::present::given_by;
use crate::tickets::rename::rename;
use crate::tickets::transfer::{Friend, TransferError, transfer};
use crate::web::page::html;
use crate::web::store::{StoreLanguage, StorePage, private};
use crate::web::{ApiError, Form, Path, Query};

pub(crate) fn router() -> Router<App> {
    Language::ALL
        .into_iter()
        .fold(Router::new(), |router, language| {
            let manage = format!("/{language}/orders/{{order}}/manage");
            router
                .route(&manage, get(show))
                .route(&format!("{manage}/refund"), post(refund))
                .route(&format!("{manage}/resell"), post(resell::put))
                .route(&format!("{manage}/keep"), post(resell::keep))
                .route(&format!("{manage}/rename"), post(change_name))
                .route(&format!("{manage}/transfer"), post(give_away))
        })
}

#[derive(Template)]
#[template(path = "store/manage.html")]
struct ManageHtml {
    page: StorePage,
    order_path: String,
    event: String,
    told: Option<String>,
    problem: Option<String>,
    tickets: Vec<TicketHtml>,
    /// Where the tickets that are ticked go back to.
    refund: Option<String>,
    /// What is kept of each.
    fee: Option<String>,
    rename: String,
    transfer: String,
    resell: String,
    keep: String,
    /// What others have now.
    given: Vec<String>,
}

/// A ticket with its acts: each may be done, or has a sentence why not.
struct TicketHtml {
    id: String,
    what: String,
    holder: String,
    refund: Option<String>,
    rename: Option<String>,
    transfer: Option<String>,
    resale: ResaleHtml,
}

#[derive(Template)]
#[template(path = "store/refund.html")]
struct RefundHtml {
    page: StorePage,
    sentence: String,
    kept: Option<String>,
    tickets: Vec<(String, String)>,
    action: String,
    /// Sent twice, the money goes back once.
    id: RefundId,
    back: String,
}

/// What was done just now; a word that nobody made is none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ManageQuery {
    secret: Option<String>,
    done: String,
}

async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<ManageQuery>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    if !managed.is_issued() {
        return Ok(managed.opened.to_order());
    }
    let told = match query.done.as_str() {
        "refund" => Some("after-refund-done"),
        "pending" => Some("after-refund-pending"),
        "rename" => Some("after-rename-done"),
        "transfer" => Some("after-transfer-done"),
        // True until somebody has an offer, and the page may be loaded anew.
        "resell" if managed.has_on_sale() => Some("after-resale-done"),
        "keep" => Some("after-resale-kept"),
        "later" => Some("after-resale-kept-later"),
        _ => None,
    };
    let told = told.map(|key| managed.opened.t.get(key).into_owned());
    managed.page(&app, told, None)
}

/// An order whose tickets somebody who may see it looks after.
pub(super) struct Managed {
    pub(super) opened: Opened,
    pub(super) standing: Standing,
    /// What others have now.
    given: Vec<String>,
}

impl Managed {
    pub(super) async fn new(
        app: &App,
        language: Language,
        identity: MaybeIdentity,
        id: OrderId,
        secret: Option<String>,
    ) -> Result<Self, ApiError> {
        let opened = Opened::new(app, language, identity, id, secret).await?;
        let standing = Standing::read(app, &opened.order, opened.event()).await?;
        let given = given_in_words(app, &opened).await?;
        Ok(Self {
            opened,
            standing,
            given,
        })
    }

    /// It has tickets.
    fn is_issued(&self) -> bool {
        let order = &self.opened.order;
        order.issued_ms.is_some() && order.state == OrderState::Paid
    }

    /// A ticket is on sale that nobody has an offer of.
    fn has_on_sale(&self) -> bool {
        let mut resales = self.standing.tickets.iter().filter_map(|kept| kept.resale);
        resales.any(|resale| resale.state == ResaleState::Open)
    }

    fn path(&self, below: &str) -> String {
        self.opened.path_below(&format!("/manage{below}"))
    }

    /// Back to the page, which tells what was done.
    pub(super) fn done(&self, word: &str) -> Response {
        let path = self.path("");
        let mark = if path.contains('?') { '&' } else { '?' };
        private(Redirect::to(&format!("{path}{mark}done={word}")).into_response())
    }

    fn page(
        &self,
        app: &App,
        told: Option<String>,
        problem: Option<(StatusCode, String)>,
    ) -> Result<Response, ApiError> {
        let (opened, t) = (&self.opened, self.opened.t);
        let fee = self.standing.event.terms.refund_fee_minor;
        let fee = Money::new(fee, opened.order.total.currency);
        let tickets = self.standing.tickets.iter();
        let tickets = tickets
            .filter(|kept| is_there(kept))
            .map(|kept| self.shown(kept));
        let tickets: Vec<TicketHtml> = tickets.collect();
        let may_refund = tickets.iter().any(|ticket| ticket.refund.is_none());
        let (status, problem) = problem.unzip();
        let page = html(&ManageHtml {
            page: opened.page(app, t.get("after-title"), "/manage"),
            order_path: opened.path(),
            event: format!("{}, {}", opened.event().title, opened.when()),
            told,
            problem,
            refund: may_refund.then(|| self.path("/refund")),
            fee: (may_refund && fee.minor > 0)
                .then(|| t.named("after-refund-fee", "fee", amount(fee, opened.language))),
            rename: self.path("/rename"),
            transfer: self.path("/transfer"),
            resell: self.path("/resell"),
            keep: self.path("/keep"),
            given: self.given.clone(),
            tickets,
        })?;
        Ok(private(
            (status.unwrap_or(StatusCode::OK), page).into_response(),
        ))
    }

    fn shown(&self, kept: &Kept) -> TicketHtml {
        TicketHtml {
            id: kept.view.id.to_string(),
            what: what(kept),
            holder: kept.view.holder_name.clone(),
            refund: self.why_not(Act::Refund, kept),
            rename: self.why_not(Act::Rename, kept),
            transfer: self.why_not(Act::Transfer, kept),
            resale: ResaleHtml::of(self, kept),
        }
    }

    /// The ticket that a form names, if it is the order's.
    pub(super) fn ticket(&self, id: &str) -> Result<&Kept, ApiError> {
        let kept = id.parse().ok().and_then(|id| self.standing.ticket(id));
        kept.ok_or_else(|| ApiError::not_found("ticket"))
    }

    /// The sentence that says why this can't be done with the ticket now; none if it can.
    pub(super) fn why_not(&self, act: Act, kept: &Kept) -> Option<String> {
        let why = self.standing.may(act, kept).err()?;
        let words = (self.opened.language, self.opened.event().time_zone.as_str());
        Some(why_not(act, why, words))
    }

    /// The page again, with what was not done.
    pub(super) fn refused(
        &self,
        app: &App,
        status: StatusCode,
        problem: impl Display,
    ) -> Result<Response, ApiError> {
        self.page(app, None, Some((status, problem.to_string())))
    }
}

/// Those that have ended are on the order's page alone.
fn is_there(kept: &Kept) -> bool {
    match kept.view.status {
        TicketStatus::Valid | TicketStatus::Blocked => true,
        TicketStatus::Revoked | TicketStatus::Refunded | TicketStatus::Cancelled => false,
    }
}

/// `W-12, Fosse`.
fn what(kept: &Kept) -> String {
    format!("{}, {}", kept.view.series, kept.view.type_name)
}

/// `W-12, Fosse : Ana Lopez`.
pub(in crate::orders) async fn given_in_words(
    app: &App,
    opened: &Opened,
) -> Result<Vec<String>, sqlx::Error> {
    let given = given_by(&app.pool, opened.order.id).await?;
    let said = given.iter().map(|ticket| {
        let what = format!("{}, {}", ticket.series, ticket.type_name);
        let values: [(&'static str, &dyn Display); 2] =
            [("ticket", &what), ("friend", &ticket.friend)];
        opened.t.with("after-given", &values)
    });
    Ok(said.collect())
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct FriendForm {
    ticket: String,
    name: String,
    email: String,
}

async fn give_away(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<FriendForm>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    let t = managed.opened.t;
    let kept = managed.ticket(&form.ticket)?;
    if let Some(problem) = managed.why_not(Act::Transfer, kept) {
        return managed.refused(&app, StatusCode::CONFLICT, problem);
    }
    let who = match Buyer::typed(&form.email, &form.name) {
        Ok(who) => who,
        Err(wrong) => {
            let key = match wrong.first() {
                Some(BuyerField::Email) | None => "error-email",
                Some(BuyerField::Name) => "error-name",
            };
            return managed.refused(&app, StatusCode::BAD_REQUEST, t.get(key));
        }
    };
    let friend = Friend { who, language };
    let given = (&managed.opened.order, kept.view.id);
    match transfer(&app, &mut OsRandom, given, &friend).await {
        Ok(_) => Ok(managed.done("transfer")),
        Err(TransferError::NotTheirs) => {
            managed.refused(&app, StatusCode::CONFLICT, t.get("after-no-ended"))
        }
        Err(
            error @ (TransferError::Issue(_)
            | TransferError::Secret(_)
            | TransferError::Rules(_)
            | TransferError::Database(_)),
        ) => Err(ApiError::internal(error)),
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct NameForm {
    ticket: String,
    name: String,
}

async fn change_name(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<NameForm>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    let t = managed.opened.t;
    let kept = managed.ticket(&form.ticket)?;
    if let Some(problem) = managed.why_not(Act::Rename, kept) {
        return managed.refused(&app, StatusCode::CONFLICT, problem);
    }
    let name = form.name.trim();
    if !is_name(name) {
        return managed.refused(&app, StatusCode::BAD_REQUEST, t.get("error-name"));
    }
    if rename(&app, &managed.opened.order, kept.view.id, name).await? {
        Ok(managed.done("rename"))
    } else {
        managed.refused(&app, StatusCode::CONFLICT, t.get("after-no-ended"))
    }
}

async fn refund(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let managed = Managed::new(&app, language, identity, id, query.secret).await?;
    let t = managed.opened.t;
    let order = &managed.opened.order;
    let sent = |name: &str| {
        let found = pairs.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    };
    let chosen = pairs.iter().filter(|(field, _)| field == "ticket");
    let chosen: Result<Vec<TicketId>, _> = chosen.map(|(_, value)| value.parse()).collect();
    let Some(id) = sent("id").and_then(|id| id.parse::<RefundId>().ok()) else {
        return match sum_of(order, &managed.standing, &chosen.unwrap_or_default()) {
            Ok(sum) => sure(&app, &managed, &sum),
            Err(no) => no_sum(&app, &managed, no),
        };
    };
    let sum = match sum_of(order, &managed.standing, &chosen.unwrap_or_default()) {
        Ok(sum) => sum,
        // Sent twice: the first has done it.
        Err(no) => match state_of(&app.pool, order.id, id).await? {
            Some(RefundState::Succeeded) => return Ok(managed.done("refund")),
            Some(RefundState::Pending) => return Ok(managed.done("pending")),
            Some(RefundState::Failed) | None => return no_sum(&app, &managed, no),
        },
    };
    let reason = t.get("after-refund-reason").into_owned();
    let refunded = give_back(&app, order, id, &sum, reason).await;
    app.event_pages.forget(order.event).await;
    match refunded.map(|refund| refund.state) {
        Ok(RefundState::Succeeded) => Ok(managed.done("refund")),
        Ok(RefundState::Pending) => Ok(managed.done("pending")),
        Ok(RefundState::Failed) | Err(RefundError::Refused) => {
            managed.refused(&app, StatusCode::CONFLICT, t.get("after-refund-refused"))
        }
        Err(
            RefundError::Tickets
            | RefundError::TooLarge { .. }
            | RefundError::NothingLeft
            | RefundError::NotPaid(_)
            | RefundError::OtherContent
            | RefundError::Field(..),
        ) => managed.refused(&app, StatusCode::CONFLICT, t.get("after-no-ended")),
        Err(
            error @ (RefundError::NoOrder
            | RefundError::Secret(_)
            | RefundError::Rules(_)
            | RefundError::Rights(_)
            | RefundError::Database(_)),
        ) => Err(error.into()),
    }
}

/// What would go back, before it does.
fn sure(app: &App, managed: &Managed, sum: &Sum) -> Result<Response, ApiError> {
    let (t, language) = (managed.opened.t, managed.opened.language);
    let back = amount(sum.back, language);
    let tickets = sum.tickets.iter().filter_map(|id| {
        let kept = managed.standing.ticket(*id)?;
        Some((id.to_string(), what(kept)))
    });
    let sentence = if sum.back.minor > 0 {
        t.named("after-sure-text", "back", &back)
    } else {
        t.get("after-sure-nothing").into_owned()
    };
    let page = html(&RefundHtml {
        page: managed
            .opened
            .page(app, t.get("after-sure-title"), "/manage"),
        sentence,
        kept: (sum.fee.minor > 0)
            .then(|| t.named("after-sure-fee", "fee", amount(sum.fee, language))),
        tickets: tickets.collect(),
        action: managed.path("/refund"),
        id: RefundId::new(app.now_ms(), &mut OsRandom),
        back: managed.path(""),
    })?;
    Ok(private(page))
}

fn no_sum(app: &App, managed: &Managed, no: NoSum) -> Result<Response, ApiError> {
    let opened = &managed.opened;
    match no {
        NoSum::NoTicket => {
            let problem = opened.t.get("after-refund-none");
            managed.refused(app, StatusCode::BAD_REQUEST, problem)
        }
        NoSum::NotNow(why) => {
            let words = (opened.language, opened.event().time_zone.as_str());
            let problem = why_not(Act::Refund, why, words);
            managed.refused(app, StatusCode::CONFLICT, problem)
        }
    }
}
