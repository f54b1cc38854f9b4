//! Asking for a place in the line, and confirming it.

use serde_json::json;
use shared::ids::{TypeNo, uuid_v7};
use shared::language::Language;

use super::{Place, token};
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::pages::rates::sold_out;
use crate::database::transaction::begin;
use crate::edge::OsRandom;
use crate::messages::outbox::{self, Mail};
use crate::orders::buyer::is_email;

/// Asking again and again fills no mailbox: one mail of a place in so much time.
const ONE_MAIL_PER_MS: i64 = 5 * 60_000;
/// In one type's line, those who have not confirmed included.
const MOST_IN_LINE: i64 = 20_000;

/// As the form sends it; what is not sent is missing.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct JoinForm {
    #[serde(rename = "type")]
    pub(super) type_no: String,
    pub(super) places: String,
    pub(super) email: String,
    /// What a box that is ticked sends.
    pub(super) consent: String,
}

/// What of the form is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JoinField {
    Type,
    /// At most so many.
    Places(u32),
    /// At least so many.
    TooFew(u32),
    Email,
    Consent,
}

/// A wish that can be waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    type_no: TypeNo,
    places: u32,
    email: String,
}

/// From what was typed; else every field that is wrong.
pub(super) fn typed(
    form: &JoinForm,
    event: &EventPage,
    now_ms: i64,
) -> Result<Wish, Vec<JoinField>> {
    let out = sold_out(event, now_ms);
    let row = form.type_no.parse().ok();
    let row = row.and_then(|no| out.into_iter().find(|row| row.no == TypeNo(no)));
    let most = row.map_or(1, |row| row.max_per_order);
    let places = form.places.trim().parse().ok();
    let places: Option<u32> = places.filter(|places| (1..=most).contains(places));
    let least = row.map_or(1, |row| row.min_per_order);
    let too_few = places.is_some_and(|places| places < least);
    let email = form.email.trim();
    let wrong = [
        (row.is_none(), JoinField::Type),
        (row.is_some() && places.is_none(), JoinField::Places(most)),
        (too_few, JoinField::TooFew(least)),
        (!is_email(email), JoinField::Email),
        (form.consent.is_empty(), JoinField::Consent),
    ];
    let wrong = wrong.into_iter().filter(|(is_wrong, _)| *is_wrong);
    let wrong: Vec<_> = wrong.map(|(_, field)| field).collect();
    match (row, places) {
        (Some(row), Some(places)) if wrong.is_empty() => Ok(Wish {
            type_no: row.no,
            places,
            email: email.to_owned(),
        }),
        _ => Err(wrong),
    }
}

/// Whether there was room for one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// A mail is on its way: the answer is the same for an address that waits already.
    Asked,
    /// The line has as many as it takes.
    Full,
}

/// Writes the wish down and asks by mail whether the address is right.
pub(super) async fn join(
    app: &App,
    event: &EventPage,
    wish: &Wish,
    language: Language,
) -> Result<Joined, sqlx::Error> {
    let now_ms = app.now_ms();
    let of = (event.organizer.id, event.id);
    let mut tx = begin(&app.pool).await?;
    let place = sqlx::query_scalar!(
        "insert into waiting_list (organizer_id, event_id, id, type_no, places, email, language, state, asked_ms)
         select $1, $2, $3, $4, $5, $6, $7, 'asked', $8
         where (select count(*) from waiting_list
                where organizer_id = $1 and event_id = $2 and type_no = $4 and state in ('asked', 'waiting')) < $9
         on conflict (organizer_id, event_id, type_no, lower(email)) where state in ('asked', 'waiting', 'offered')
         do update set places = case waiting_list.state when 'asked' then excluded.places else waiting_list.places end
         returning id",
        of.0.0,
        of.1.0,
        uuid_v7(now_ms, &mut OsRandom),
        i32::from(wish.type_no.0),
        wish.places.cast_signed(),
        wish.email,
        language.code(),
        now_ms,
        MOST_IN_LINE,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(place) = place.map(Place) else {
        return Ok(Joined::Full);
    };
    let type_name = event.type_of(wish.type_no);
    let mail = Mail {
        dedupe_key: format!("waiting/{}/{}", place.0, now_ms / ONE_MAIL_PER_MS),
        recipient: wish.email.clone(),
        language: language.code().to_owned(),
        template: "wait".to_owned(),
        payload: json!({
            "link": token::place_link(app, place, language),
            "leave": token::leave_link(app, place, language),
            "event_title": event.title,
            "type_name": type_name.map(|row| &row.name),
            "places": wish.places,
            "now": {
                "doors_ms": event.doors_ms,
                "starts_ms": event.starts_ms,
                "time_zone": event.time_zone,
                "place": format!("{}, {}", event.venue.name, event.venue.city),
            },
        }),
    };
    outbox::enqueue(&mut tx, &[mail], now_ms).await?;
    tx.commit().await?;
    Ok(Joined::Asked)
}

/// From now on the place is in the line, behind all who confirmed earlier. A repeat changes nothing.
pub(super) async fn confirm(app: &App, place: Place) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update waiting_list set state = 'waiting', joined_ms = $2 where id = $1 and state = 'asked'",
        place.0,
        app.now_ms(),
    )
    .execute(&app.pool)
    .await
    .map(drop)
}
