//! Second step: where and when. With it the event is made.

use axum::extract::State;
use axum::response::Response;
use shared::ids::{EventId, VenueId};

use super::draft::{self, Typed};
use super::preview::Preview;
use super::typed::{NEW_VENUE, OF_WHAT};
use super::what::{StepHtml, next};
use super::{Opened, Step, Subject, made};
use crate::app::App;
use crate::catalog::event::RE_ENTRIES;
use crate::catalog::venues::{Venue, venues_of};
use crate::edge::OsRandom;
use crate::office::desk::Desk;
use crate::office::fields::{Field, Wrong};
use crate::office::page::{on_to, shown};
use crate::office::times::ZONES;
use crate::web::store::{Link, Texts};
use crate::web::{ApiError, Form, Path};

pub(in crate::office) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let typed = opened.typed();
    form(&app, &opened, typed, &Wrong::default()).await
}

pub(in crate::office) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(sent): Form<Typed>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let typed = opened.typed().with_place(sent);
    let office = &opened.office;
    let of = (office.organizer.id, event);
    let wrong = typed.refused(of, opened.event(), office.desk.t);
    match &opened.subject {
        Subject::Draft(_) => {
            let mut connection = app.pool.acquire().await?;
            draft::save(&mut connection, of, &typed, app.now_ms()).await?;
            drop(connection);
            if wrong.is_empty() {
                let on = made::create(&app, &opened, &typed).await?;
                return Ok(on_to(&on));
            }
            if wrong == wrong.only(&OF_WHAT) {
                // Place and time are well; the step before is not.
                return Ok(on_to(&opened.at(Step::What)));
            }
        }
        Subject::Event(event) => {
            if wrong.is_empty() {
                made::change(&app, &opened, event, &typed).await?;
                return Ok(on_to(&opened.after(Step::Place)));
            }
        }
    }
    form(&app, &opened, typed, &wrong).await
}

async fn form(
    app: &App,
    opened: &Opened,
    mut typed: Typed,
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let office = &opened.office;
    let t = office.desk.t;
    let mut connection = app.pool.acquire().await?;
    let venues = venues_of(&mut connection, office.organizer.id).await?;
    drop(connection);
    if typed.venue_id.is_empty() {
        typed.venue_id = VenueId::new(app.now_ms(), &mut OsRandom).to_string();
    }
    if typed.venue.is_empty() {
        // The first of several is a guess as good as any; where there is none yet, there is one answer.
        typed.venue = venues
            .first()
            .map_or_else(|| NEW_VENUE.to_owned(), |venue| venue.id.to_string());
    }
    if typed.time_zone.is_empty() {
        "Europe/Paris".clone_into(&mut typed.time_zone);
    }
    let told = |fields: Vec<Field>| {
        let fields = fields.into_iter();
        fields.map(|field| field.told(wrong)).collect::<Vec<_>>()
    };
    let page = StepHtml {
        page: opened.page(Step::Place, "office-place-title"),
        steps: opened.steps(Step::Place),
        lead: t.get("office-place-lead").into_owned(),
        problem: wrong.counted(t),
        action: opened.at(Step::Place),
        hidden: vec![("venue_id", typed.venue_id.clone())],
        fields: told(vec![venue_field(&typed, &venues, t)]),
        new_venue: told(new_venue_fields(&typed, t)),
        then: told(time_fields(&typed, t)),
        back: Link {
            path: opened.at(Step::What),
            label: t.get(Step::What.key()).into_owned(),
        },
        next: next(opened, t, "office-next-prices"),
        preview: opened.event().map(|event| Preview::of(event, &office.desk)),
    };
    shown(wrong.status(), &page)
}

fn venue_field(typed: &Typed, venues: &[Venue], t: Texts) -> Field {
    let known = venues.iter().map(|venue| {
        let label = format!("{}, {}", venue.name, venue.city);
        (venue.id.to_string(), label)
    });
    let new = (NEW_VENUE.to_owned(), t.get("office-venue-new").into_owned());
    let venues = known.chain([new]);
    Field::choice("venue", t.get("office-venue"), &typed.venue, venues)
}

fn new_venue_fields(typed: &Typed, t: Texts) -> Vec<Field> {
    vec![
        Field::line("venue_name", t.get("office-venue-name"), &typed.venue_name).optional(),
        Field::line(
            "venue_address",
            t.get("office-venue-address"),
            &typed.venue_address,
        )
        .optional(),
        Field::line(
            "venue_postal_code",
            t.get("office-venue-postal"),
            &typed.venue_postal_code,
        )
        .optional()
        .half(),
        Field::line("venue_city", t.get("office-venue-city"), &typed.venue_city)
            .optional()
            .half(),
    ]
}

fn time_fields(typed: &Typed, t: Texts) -> Vec<Field> {
    let own = (!ZONES.contains(&typed.time_zone.as_str())).then_some(typed.time_zone.as_str());
    let zones = ZONES.into_iter().chain(own).map(|zone| (zone, zone));
    let rules = RE_ENTRIES.map(|(word, _)| (word, t.get(&format!("office-reentry-{word}"))));
    vec![
        Field::moment("doors", t.get("office-doors"), &typed.doors).half(),
        Field::moment("starts", t.get("office-starts"), &typed.starts).half(),
        Field::moment("ends", t.get("office-ends"), &typed.ends).half(),
        Field::choice("time_zone", t.get("office-zone"), &typed.time_zone, zones).half(),
        Field::number("capacity", t.get("office-capacity"), &typed.capacity)
            .help(t.get("office-capacity-help"))
            .optional()
            .half(),
        Field::choice("re_entry", t.get("office-reentry"), &typed.re_entry, rules).half(),
    ]
}
