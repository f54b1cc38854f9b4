//! The one rose button of an event's page: places are held, whoever it is.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::ids::{EventId, OrderId, TypeNo};
use shared::language::Language;
use tokio::time::Instant;

use super::queue::{self, Admission, Ticket, admission, shown_place};
use crate::accounts::MaybeIdentity;
use crate::app::App;
use crate::catalog::event::page::page_of;
use crate::catalog::pages::event::{self, View};
use crate::catalog::pages::wish::Wish;
use crate::edge::OsRandom;
use crate::orders::OrderState;
use crate::orders::cancel::cancel;
use crate::orders::hold::{Held, HoldError, hold_cart};
use crate::orders::present::order_by_id;
use crate::orders::promo::uses::find;
use crate::orders::promo::words;
use crate::orders::rules::{Cart, LineRequest, NotHeld};
use crate::orders::secret::OrderSecret;
use crate::web::store::{StoreLanguage, Texts, private};
use crate::web::{ApiError, Form, Path};

pub(super) async fn reserve(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Path(event): Path<EventId>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let wish = Wish::of(&pairs);
    let sent = |name: &str| {
        let found = pairs.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let stepped = |step: fn(u32) -> u32| Ok(stepped(language, event, &wish, step));
    match sent("step") {
        "fewer" => return stepped(|places| places.saturating_sub(1)),
        "more" => return stepped(|places| places.saturating_add(1)),
        "code" => return stepped(|places| places),
        _ => {}
    }
    let view = View {
        language,
        identity: identity.as_deref(),
        wish: &wish,
        problem: None,
    };
    let t = Texts::of(language);
    let Some(lines) = lines_of(&wish) else {
        let problem = (
            StatusCode::BAD_REQUEST,
            t.get("problem-choose").into_owned(),
        );
        let problem = Some(problem);
        return event::answer(&app, event, View { problem, ..view }).await;
    };
    let (promo_code, access_code) = codes_of(&app, event, &wish.code).await?;
    let cart = Cart {
        id: sent("order")
            .parse()
            .unwrap_or_else(|_| OrderId::new(app.now_ms(), &mut OsRandom)),
        event_id: event,
        lines,
        language: language.code().to_owned(),
        promo_code,
        access_code,
    };
    let account = identity.as_ref().map(|identity| identity.account);
    let began = Instant::now();
    let shown = shown_place(sent("place"), &headers);
    let booked = match book(&app, account, cart, shown).await {
        Ok(Booked::Waits(place)) => return Ok(queue::to(language, event, &wish, &place)),
        Ok(Booked::Held(order, secret)) => Ok((order, secret)),
        Err(error) => Err(error),
    };
    app.waiting_room.note(began.elapsed(), app.now_ms());
    match booked {
        Ok((order, secret)) => {
            let secret = secret.to_text();
            let path = format!("/{language}/orders/{order}/checkout?secret={secret}");
            let on = private(Redirect::to(&path).into_response());
            Ok(match shown {
                Some(_) => queue::left(on),
                None => on,
            })
        }
        Err(HoldError::Refused(refused)) => {
            app.event_pages.forget(event).await;
            let zone = &page_of(&app, event).await?.page.time_zone;
            let problem = Some(in_words(&refused, t, zone, language)?);
            event::answer(&app, event, View { problem, ..view }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Places of the type that was chosen, and what goes with them. `None`: nothing was chosen.
fn lines_of(wish: &Wish) -> Option<Vec<LineRequest>> {
    let first = (wish.type_no?, wish.places?);
    let all = std::iter::once(first).chain(wish.extras.iter().copied());
    let lines = all.map(|(type_no, quantity)| LineRequest {
        type_no: TypeNo(type_no),
        quantity,
        holder_names: Vec::new(),
    });
    Some(lines.collect())
}

/// There is one field for both: what opens a type is a promo code only where there is one of that word.
async fn codes_of(
    app: &App,
    event: EventId,
    typed: &str,
) -> Result<(Option<String>, Option<String>), ApiError> {
    if typed.is_empty() {
        return Ok((None, None));
    }
    let code = Some(typed.to_owned());
    let rendered = page_of(app, event).await?;
    if rendered.page.opened_by(typed).next().is_none() {
        return Ok((code, None));
    }
    let of = (rendered.organizer, event);
    let promo = find(&app.pool, of, typed).await?;
    Ok((code.clone().filter(|_| promo.is_some()), code))
}

fn stepped(
    language: Language,
    event: EventId,
    wish: &Wish,
    step: impl FnOnce(u32) -> u32,
) -> Response {
    let wish = Wish {
        places: Some(step(wish.places.unwrap_or(1))),
        ..wish.clone()
    };
    let query = wish.to_query();
    Redirect::to(&format!("/{language}/events/{event}?{query}#choose")).into_response()
}

/// The order of the page that was sent, or a new one where that one is over or was something else: the visitor came back
/// to an old page and means what it shows now.
async fn hold_anew(
    app: &App,
    account: Option<shared::ids::UserId>,
    mut cart: Cart,
) -> Result<(OrderId, OrderSecret), HoldError> {
    match hold_cart(app, &mut OsRandom, account, &cart).await {
        Ok(Held {
            order,
            secret: Some(secret),
            ..
        }) => return Ok((order.id, secret)),
        Ok(_) => {}
        Err(HoldError::OtherContent) => give_up(app, account, cart.id).await?,
        Err(error) => return Err(error),
    }
    cart.id = OrderId::new(app.now_ms(), &mut OsRandom);
    let held = hold_cart(app, &mut OsRandom, account, &cart).await?;
    let id = held.order.id;
    held.secret
        .map(|secret| (id, secret))
        .ok_or(HoldError::OtherContent)
}

/// What came of wanting to book.
enum Booked {
    Held(OrderId, OrderSecret),
    /// Not yet, with this place in the line.
    Waits(String),
}

/// At once where nobody waits; else when it is the turn of the place that was shown. A place that was used up is none.
async fn book(
    app: &App,
    account: Option<shared::ids::UserId>,
    cart: Cart,
    shown: Option<&str>,
) -> Result<Booked, HoldError> {
    let mut admitted = admission(app, cart.event_id, shown).await;
    if let Admission::Admitted(Some(ticket)) = &admitted {
        if let Some((order, secret)) = hold_at_its_turn(app, account, &cart, ticket).await? {
            return Ok(Booked::Held(order, secret));
        }
        admitted = admission(app, cart.event_id, None).await;
    }
    match admitted {
        Admission::Waits(place) => Ok(Booked::Waits(place)),
        Admission::Admitted(_) => {
            let (order, secret) = hold_anew(app, account, cart).await?;
            Ok(Booked::Held(order, secret))
        }
    }
}

/// The order that the place in the line stands for; whoever went back and chose otherwise gives the first one up.
async fn hold_at_its_turn(
    app: &App,
    account: Option<shared::ids::UserId>,
    cart: &Cart,
    ticket: &Ticket,
) -> Result<Option<(OrderId, OrderSecret)>, HoldError> {
    let mut cart = cart.clone();
    for order in ticket.orders() {
        cart.id = order;
        match hold_cart(app, &mut OsRandom, account, &cart).await {
            Ok(Held {
                order,
                secret: Some(secret),
                ..
            }) => return Ok(Some((order.id, secret))),
            Ok(_) => {}
            Err(HoldError::OtherContent) => give_up(app, account, cart.id).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// The places of the same page's earlier choice, while nobody has said at the checkout who buys them: without that the
/// visitor would compete with his own cart.
async fn give_up(
    app: &App,
    account: Option<shared::ids::UserId>,
    id: OrderId,
) -> Result<(), HoldError> {
    let earlier = order_by_id(&app.pool, id).await?;
    let is_cart = earlier.is_some_and(|order| {
        order.state == OrderState::Held && order.buyer.is_none() && order.account == account
    });
    if is_cart && let Err(error) = cancel(&app.pool, id).await {
        // It ends by itself.
        tracing::warn!(order.id = %id, error = %error, "an earlier cart was not given up");
    }
    Ok(())
}

/// What happened, what was not done, what to do. A field that no page of ours sends is an error like any.
fn in_words(
    refused: &NotHeld,
    t: Texts,
    time_zone: &str,
    language: Language,
) -> Result<(StatusCode, String), ApiError> {
    let conflict = |text: String| Ok((StatusCode::CONFLICT, text));
    match refused {
        NotHeld::SoldOut { .. } => conflict(t.get("problem-sold-out").into_owned()),
        NotHeld::NotOnSale { .. } => conflict(t.get("problem-not-on-sale").into_owned()),
        NotHeld::OverLimit { most, .. } => conflict(t.count("problem-over-limit", *most)),
        NotHeld::UnderLimit { least, .. } => conflict(t.count("problem-under-limit", *least)),
        NotHeld::NeedsOther { .. } => conflict(t.get("problem-needs-other").into_owned()),
        NotHeld::Promo(refusal) => conflict(words::refused(*refusal, time_zone, language)),
        NotHeld::Fields(_) | NotHeld::Sum(_) => Ok((
            StatusCode::BAD_REQUEST,
            t.get("problem-choose").into_owned(),
        )),
        NotHeld::NoEvent => Err(ApiError::not_found("event")),
    }
}
