//! What anybody sees of the events: the start page, an event's page, what search engines ask for.

pub(crate) mod event;
mod home;
pub(crate) mod rates;
mod sitemap;
mod structured;
pub(crate) mod wish;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use shared::language::Language;
use shared::money::{Currency, Money};

use super::event::page::Price;
use crate::app::App;
use crate::messages::when::amount;
use crate::web::store::Texts;

/// The pages of a language below its prefix, and those without one.
pub(crate) fn router() -> Router<App> {
    let mut router = Router::new()
        .route("/sitemap.xml", get(sitemap::sitemap))
        .route("/robots.txt", get(sitemap::robots));
    for language in Language::ALL {
        let start = format!("/{language}/");
        let to_start = start.clone();
        router = router
            .route(
                &format!("/{language}"),
                get(async move || Redirect::permanent(&to_start)),
            )
            .route(&start, get(home::show))
            .route(
                &format!("/{language}/events/{{event}}/{{slug}}"),
                get(event::show_with_slug),
            );
    }
    router
}

/// `34,00 €`, or the word for nothing.
fn price_in_words(price: Price, t: Texts, language: Language) -> String {
    if price.minor == 0 {
        t.get("free").into_owned()
    } else {
        amount(money(price), language)
    }
}

fn money(price: Price) -> Money {
    // It was made from one of our currencies.
    let currency = Currency::from_code(price.currency).unwrap_or(Currency::Eur);
    Money::new(price.minor, currency)
}
