//! An event's page in small, as a buyer will see it.

use shared::money::{Currency, Money};

use crate::catalog::event::page::{EventPage, Price};
use crate::messages::when::{amount, day_in_words, short_date};
use crate::office::desk::Desk;
use crate::web::artwork::picture_of;

/// What of it is shown.
#[derive(Clone, Debug)]
pub(in crate::office) struct Preview {
    pub(in crate::office) picture: String,
    pub(in crate::office) title: String,
    pub(in crate::office) date: String,
    pub(in crate::office) times: String,
    pub(in crate::office) place: String,
    pub(in crate::office) city: String,
    /// Names and prices.
    pub(in crate::office) rates: Vec<(String, String)>,
    /// The page itself.
    pub(in crate::office) path: String,
}

impl Preview {
    pub(in crate::office) fn of(event: &EventPage, desk: &Desk) -> Self {
        let (language, t) = (desk.language, desk.t);
        let time = |ms| short_date(ms, &event.time_zone, language).time;
        let (doors, starts) = (time(event.doors_ms), time(event.starts_ms));
        let rates = event.types.iter();
        Self {
            picture: picture_of(event),
            title: event.title.clone(),
            date: day_in_words(event.starts_ms, &event.time_zone, language),
            times: t.with("event-times", &[("doors", &doors), ("starts", &starts)]),
            place: event.venue.name.clone(),
            city: event.venue.city.clone(),
            rates: rates
                .map(|row| (row.name.clone(), amount(money(row.price), language)))
                .collect(),
            path: format!("/{language}/events/{}", event.id),
        }
    }
}

/// It was made from one of our currencies.
pub(in crate::office) fn money(price: Price) -> Money {
    let currency = Currency::from_code(price.currency).unwrap_or(Currency::Eur);
    Money::new(price.minor, currency)
}
