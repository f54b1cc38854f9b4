//! The back office: an organizer's events, made and watched over by forms and pages that need no script.
//!
//! Below `/fr/office`, as below the prefix of each language. Whoever is not logged in is sent to the log-in and comes back.
//! A page shows and offers what the role of its reader allows; what belongs to another organizer is as if it were not
//! there. It decides nothing that the API would not decide: both call the same functions.

mod alerts;
mod attendance;
mod cancel;
mod codes;
mod csv;
mod desk;
mod doors;
mod event;
mod events;
mod fields;
mod home;
mod leases;
mod line;
mod mails;
mod order;
mod orders;
pub(crate) mod page;
mod payouts;
mod rates;
mod takings;
mod team;
mod terms;
mod tills;
mod times;
mod wizard;
mod words;

use axum::Router;
use axum::routing::{get, post};
use shared::language::Language;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// What programs may ask of it.
pub(crate) fn api() -> OpenApiRouter<App> {
    takings::api::router()
}

/// All of it, in each language.
pub(crate) fn router() -> Router<App> {
    Language::ALL
        .into_iter()
        .fold(Router::new(), |all, language| all.merge(below(language)))
}

fn below(language: Language) -> Router<App> {
    let at = |path: &str| format!("/{language}/office{path}");
    Router::new()
        .route(&at(""), get(home::show))
        .route(&at("/{organizer}"), get(events::show))
        .route(&at("/events/{event}"), get(event::show))
        .route(
            &at("/events/{event}/cancel"),
            get(cancel::ask).post(cancel::cancel),
        )
        .route(
            &at("/events/{event}/doors"),
            get(doors::show).post(doors::save),
        )
        .route(
            &at("/events/{event}/leases"),
            get(leases::show).post(leases::stop),
        )
        .route(
            &at("/events/{event}/leases/{till}/{type_no}"),
            get(leases::ask).post(leases::sell_again),
        )
        .route(
            &at("/events/{event}/alerts"),
            get(alerts::show).post(alerts::settle),
        )
        .route(&at("/events/{event}/line"), get(line::show))
        .route(
            &at("/events/{event}/rates"),
            get(rates::show).post(rates::save),
        )
        .route(
            &at("/events/{event}/terms"),
            get(terms::show).post(terms::save),
        )
        .route(&at("/{organizer}/orders"), get(orders::show))
        .route(&at("/{organizer}/mails"), get(mails::show))
        .route(&at("/{organizer}/payments"), get(payouts::show))
        .route(&at("/{organizer}/payments/connect"), post(payouts::connect))
        .route(&at("/{organizer}/payments/again"), get(payouts::again))
        .route(&at("/{organizer}/payments/back"), get(payouts::back))
        .route(&at("/{organizer}/team"), get(team::show).post(team::set))
        .route(&at("/{organizer}/team/remove"), post(team::remove))
        .route(
            &at("/{organizer}/team/second-step"),
            post(team::ask_second_step),
        )
        .route(
            &at("/{organizer}/team/invited/again"),
            post(team::invite_again),
        )
        .route(
            &at("/{organizer}/team/invited/withdraw"),
            post(team::withdraw),
        )
        .merge(order::router(at))
        .merge(codes::router(at))
        .merge(attendance::router(at))
        .merge(takings::router(at))
        .merge(tills::router(at))
        .merge(wizard::router(at))
}
