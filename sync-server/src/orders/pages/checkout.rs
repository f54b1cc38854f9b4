//! The checkout: what it costs, until when it is kept, who buys, and one button.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shared::ids::OrderId;
use shared::money::{Money, vat_included};

use super::donation::DonationField;
use super::means::{Means, TEST, means};
use super::opened::Opened;
use super::repriced::{Repriced, reprice};
use super::reservation::{self, ReserveKey, reserve_key};
use crate::accounts::MaybeIdentity;
use crate::accounts::profile::profile;
use crate::app::App;
use crate::edge::OsRandom;
use crate::messages::when::amount;
use crate::orders::OrderState;
use crate::orders::api::SecretQuery;
use crate::orders::buyer::{Buyer, BuyerField, NameError, Reminders, name_buyer};
use crate::orders::cancel::{CancelError, cancel};
use crate::orders::promo::field::CodeField;
use crate::orders::promo::words;
use crate::orders::waiting_list::address_of;
use crate::payments::pay::{PayError, pay};
use crate::payments::{Onward, StartError};
use crate::web::artwork::picture_of;
use crate::web::limits::Payer;
use crate::web::page::html;
use crate::web::store::{Link, StoreLanguage, StorePage, private};
use crate::web::{ApiError, Form, Path, Query, headers};

const MINUTE_MS: i64 = 60_000;
/// From here on the end of the hold is told as near.
const LATE_MS: i64 = 2 * MINUTE_MS;
/// Most tickets are there within this time, so that the next page has them.
const WAIT_ISSUED: Duration = Duration::from_millis(1_500);

#[derive(Template)]
#[template(path = "store/checkout.html")]
struct CheckoutHtml {
    page: StorePage,
    give_back: String,
    action: String,
    left_of_thousand: i64,
    is_late: bool,
    until: String,
    minutes: String,
    problem: Option<String>,
    picture: String,
    title: String,
    when: String,
    place: String,
    /// The reservation's own page, where it is one.
    reserved: Option<String>,
    reserve: ReserveKey,
    lines: Vec<String>,
    sums: Vec<(String, String)>,
    code: CodeField,
    donation: Option<DonationField>,
    /// The code that the order has.
    applied: Option<String>,
    total: String,
    vat: Option<String>,
    typed: Typed,
    means: &'static [Means],
    /// No money is taken.
    is_test: bool,
    button: String,
}

/// A page with one sentence and one way on.
#[derive(Template)]
#[template(path = "store/told.html")]
pub(super) struct ToldHtml {
    pub(super) page: StorePage,
    pub(super) sentence: String,
    pub(super) event: String,
    pub(super) next: Link,
}

/// What stands in the fields.
#[derive(Clone, Debug, Default)]
struct Typed {
    email: String,
    name: String,
    method: String,
    reminders: Reminders,
    wrong_email: bool,
    wrong_name: bool,
    code: CodeField,
    /// Where the event asks for a gift.
    donation: Option<DonationField>,
}

/// As the page's form sends it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PayForm {
    email: String,
    name: String,
    method: String,
    /// What a box that is ticked sends; nothing else is ever sent.
    remind: String,
    /// A promo code that is to be taken first.
    pub(super) code: String,
    /// A gift, as it was typed.
    pub(super) donation: String,
    /// `code`, `uncode`, `reserve`, or what pays.
    pub(super) step: String,
}

pub(super) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    match opened.order.state {
        OrderState::Held if opened.order.expires_ms > app.now_ms() => {
            let typed = Typed::known(&opened, &app).await?;
            checkout(&app, &opened, typed, None).await
        }
        OrderState::Held
        | OrderState::Paid
        | OrderState::Cancelled
        | OrderState::Expired
        | OrderState::Refunded => Ok(opened.to_order()),
    }
}

pub(super) async fn pay_order(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
    Form(form): Form<PayForm>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    match opened.order.state {
        OrderState::Held => {}
        // Sent again, or from a page that the browser kept: the order says what became of it.
        OrderState::Paid | OrderState::Cancelled | OrderState::Expired | OrderState::Refunded => {
            return Ok(opened.to_order());
        }
    }
    let mut typed = Typed {
        method: chosen(&form.method, means(&*app.provider)),
        email: form.email.clone(),
        name: form.name.clone(),
        donation: DonationField::of(&opened),
        reminders: if form.remind.is_empty() {
            Reminders::NotWanted
        } else {
            Reminders::Wanted
        },
        ..Typed::default()
    };
    let opened = match reprice(&app, opened, &form).await? {
        Repriced::No(opened) => opened,
        Repriced::Yes(opened) => {
            typed.donation = DonationField::of(&opened);
            return checkout(&app, &opened, typed, None).await;
        }
        Repriced::Wrong(opened, code, donation) => {
            typed.code = code;
            typed.donation = donation;
            return checkout_with(&app, &opened, typed, (StatusCode::CONFLICT, None)).await;
        }
        Repriced::OrderOver(opened) => return Ok(opened.to_order()),
    };
    let buyer = match Buyer::typed(&form.email, &form.name) {
        Ok(buyer) => buyer,
        Err(wrong) => {
            typed.wrong_email = wrong.contains(&BuyerField::Email);
            typed.wrong_name = wrong.contains(&BuyerField::Name);
            let count = u32::try_from(wrong.len()).unwrap_or(u32::MAX);
            let problem = opened.t.count("errors-count", count);
            let problem = Some((StatusCode::BAD_REQUEST, problem));
            return checkout(&app, &opened, typed, problem).await;
        }
    };
    if form.step == "reserve" {
        return match reservation::keep(&app, &opened, &buyer).await? {
            None => Ok(opened.to_order()),
            Some(problem) => {
                let problem = Some((StatusCode::CONFLICT, problem));
                checkout(&app, &opened, typed, problem).await
            }
        };
    }
    let holder = &opened.holder;
    let payer = holder.account.map_or(Payer::Order(id), Payer::Account);
    if app.limits.payment(payer, app.now_ms()).is_err() {
        let problem = opened.t.get("problem-too-many").into_owned();
        let problem = (StatusCode::TOO_MANY_REQUESTS, problem);
        return checkout(&app, &opened, typed, Some(problem)).await;
    }
    // An order that is no longer held keeps its buyer; paying it says what it is.
    let reminders = typed.reminders;
    match name_buyer(
        &app.pool,
        &opened.order,
        holder,
        &buyer,
        language,
        reminders,
    )
    .await
    {
        Ok(_) => {}
        Err(NameError::Promo(refusal)) => {
            let problem = words::refused(refusal, &opened.event().time_zone, language);
            let problem = (StatusCode::CONFLICT, problem);
            return checkout(&app, &opened, typed, Some(problem)).await;
        }
        Err(NameError::HasReservation) => {
            let problem = opened.t.get("reservation-has-one").into_owned();
            let problem = (StatusCode::CONFLICT, problem);
            return checkout(&app, &opened, typed, Some(problem)).await;
        }
        Err(NameError::Database(error)) => return Err(error.into()),
    }
    let method = typed.method.clone();
    let paid = pay(&app, &mut OsRandom, id, holder, &method, WAIT_ISSUED).await;
    match paid.map(|paying| paying.onward) {
        Ok(Some(Onward::Page(page))) => Ok(private(Redirect::to(&page).into_response())),
        // The order knows how far it came.
        Ok(Some(Onward::Fields(_)) | None) => Ok(opened.to_order()),
        Err(error) => after(&app, &opened, typed, error).await,
    }
}

/// What the buyer sees of a payment that was none.
async fn after(
    app: &App,
    opened: &Opened,
    typed: Typed,
    error: PayError,
) -> Result<Response, ApiError> {
    let t = opened.t;
    let again = |status, key| Some((status, t.get(key).into_owned()));
    match error {
        // The order knows: where two payments met, one came too late and the other has paid it.
        PayError::Closed(_) | PayError::HoldExpired | PayError::Returned => Ok(opened.to_order()),
        PayError::Declined => {
            let problem = again(StatusCode::PAYMENT_REQUIRED, "problem-declined");
            checkout(app, opened, typed, problem).await
        }
        PayError::Start(StartError::UnknownMethod) => {
            let problem = again(StatusCode::BAD_REQUEST, "problem-means");
            checkout(app, opened, typed, problem).await
        }
        PayError::NoBuyer => {
            let problem = Some((StatusCode::BAD_REQUEST, t.count("errors-count", 1)));
            checkout(app, opened, typed, problem).await
        }
        PayError::Start(StartError::Refused) => {
            let problem = again(StatusCode::SERVICE_UNAVAILABLE, "problem-no-paying");
            checkout(app, opened, typed, problem).await
        }
        PayError::Start(StartError::Unreachable) | PayError::Ask(_) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            told(app, opened, status, "unsure", opened.see_order())
        }
        error @ (PayError::NoOrder
        | PayError::Secret(_)
        | PayError::Settle(_)
        | PayError::Database(_)) => Err(error.into()),
    }
}

/// Gives the places back before their time and leads to the event's page as it was; whoever gives a reservation up is told so.
pub(super) async fn give_back(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    identity: MaybeIdentity,
    Path(id): Path<OrderId>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, language, identity, id, query.secret).await?;
    match cancel(&app.pool, id).await {
        Ok(_) => {
            app.event_pages.forget(opened.order.event).await;
            if opened.order.reserved_ms.is_some() {
                return Ok(opened.to_order());
            }
            Ok(private(Redirect::to(&opened.event_path()).into_response()))
        }
        Err(CancelError::Paid) => Ok(opened.to_order()),
        Err(error @ (CancelError::NoOrder | CancelError::Database(_))) => Err(error.into()),
    }
}

/// A page of the kind `expired-title`, `expired-text`.
pub(super) fn told(
    app: &App,
    opened: &Opened,
    status: StatusCode,
    kind: &str,
    next: Link,
) -> Result<Response, ApiError> {
    let t = opened.t;
    let page = html(&ToldHtml {
        page: opened.page(app, t.get(&format!("{kind}-title")), ""),
        sentence: t.get(&format!("{kind}-text")).into_owned(),
        event: format!("{}, {}", opened.event().title, opened.when()),
        next,
    })?;
    Ok(private((status, page).into_response()))
}

async fn checkout(
    app: &App,
    opened: &Opened,
    typed: Typed,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, ApiError> {
    let (status, problem) = problem.unzip();
    let status = status.unwrap_or(StatusCode::OK);
    checkout_with(app, opened, typed, (status, problem)).await
}

async fn checkout_with(
    app: &App,
    opened: &Opened,
    typed: Typed,
    (status, problem): (StatusCode, Option<String>),
) -> Result<Response, ApiError> {
    let (t, language, order) = (opened.t, opened.language, &opened.order);
    let left_ms = (order.expires_ms - app.now_ms()).max(0);
    let whole_ms = (order.expires_ms - order.created_ms).max(1);
    let minutes = u32::try_from((left_ms + MINUTE_MS - 1) / MINUTE_MS).unwrap_or(u32::MAX);
    let total = amount(order.total, language);
    let event = opened.event();
    let is_free = order.total.minor == 0;
    let page = html(&CheckoutHtml {
        page: opened.page(app, t.get("pay-title"), "/checkout"),
        give_back: opened.checkout_path("/give-back"),
        action: opened.checkout_path(""),
        left_of_thousand: (left_ms * 1000 / whole_ms).min(1000),
        is_late: left_ms < LATE_MS,
        until: match order.reserved_ms {
            Some(_) => t.named(
                "reservation-until",
                "until",
                opened.moment(order.expires_ms),
            ),
            None => t.named("hold-until", "time", opened.time(order.expires_ms)),
        },
        minutes: t.count("hold-minutes", minutes),
        problem,
        picture: picture_of(event),
        title: event.title.clone(),
        when: opened.when(),
        place: opened.place(),
        reserved: order.reserved_ms.map(|_| opened.path()),
        reserve: reserve_key(app, opened).await?,
        lines: opened.lines(),
        sums: opened.sums(),
        code: typed.code.clone(),
        donation: typed
            .donation
            .clone()
            .filter(|_| order.reserved_ms.is_none()),
        applied: order.promo.as_ref().map(|promo| promo.code.clone()),
        vat: vat_of(order).map(|vat| amount(vat, language)),
        means: if is_free { &[] } else { means(&*app.provider) },
        is_test: !is_free && app.provider.name() == TEST,
        button: if is_free {
            t.get("pay-free-button").into_owned()
        } else {
            t.named("pay-button", "amount", &total)
        },
        total,
        typed,
    })?;
    let mut response = private((status, page).into_response());
    if app.provider.tells_others() {
        headers::may_lead_out(response.headers_mut(), &app.config);
    }
    Ok(response)
}

/// Contained in the total; rounded once a line, as the invoice will have it. None where there is none.
fn vat_of(order: &crate::orders::present::Order) -> Option<Money> {
    let currency = order.total.currency;
    let lines = order.lines.iter().map(|line| {
        let price = line.priced(currency).total().ok()?;
        Some(vat_included(price, line.vat_basis_points.cast_unsigned()).minor)
    });
    let sum: i64 = lines.sum::<Option<i64>>()?;
    (sum > 0).then(|| Money::new(sum, currency))
}

/// The method that was chosen, if there is such; else the first.
fn chosen(sent: &str, means: &[Means]) -> String {
    match means.first() {
        Some(first) if sent.is_empty() => first.method.to_owned(),
        Some(_) | None => sent.to_owned(),
    }
}

impl Typed {
    fn wants_reminders(&self) -> bool {
        self.reminders == Reminders::Wanted
    }

    /// What an earlier attempt has told, else what the account of whoever buys says.
    async fn known(opened: &Opened, app: &App) -> Result<Self, ApiError> {
        let (email, name) = match (&opened.order.buyer, &opened.identity) {
            (Some(buyer), _) => (buyer.email.clone(), buyer.name.clone()),
            (None, Some(identity)) => {
                let known = profile(app, identity.account).await?;
                (known.email, known.name)
            }
            (None, None) => (
                address_of(&app.pool, opened.order.id)
                    .await?
                    .unwrap_or_default(),
                String::new(),
            ),
        };
        Ok(Self {
            email,
            name,
            method: chosen("", means(&*app.provider)),
            donation: DonationField::of(opened),
            ..Self::default()
        })
    }
}
