//! An event's page: everything in view, two places chosen, one button.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use shared::ids::{EventId, OrderId};
use shared::language::Language;

use super::rates::{self, Chosen, Extra, Rate};
use super::structured::structured;
use super::wish::Wish;
use crate::accounts::pages::encode;
use crate::accounts::{Identity, MaybeIdentity, Right};
use crate::app::App;
use crate::catalog::event::page::{EventPage, RenderedPage, SheetKind, page_of};
use crate::edge::OsRandom;
use crate::messages::when::{day_in_words, short_date};
use crate::orders::promo::field::CodeField;
use crate::orders::promo::uses::usable;
use crate::orders::promo::{PromoCode, Refusal, words};
use crate::orders::waiting_list::LineForm;
use crate::web::artwork::{SharedPicture, picture_of};
use crate::web::packed::MayPack;
use crate::web::page::html;
use crate::web::spliced::Spliced;
use crate::web::store::{StoreLanguage, StorePage, Texts, private};
use crate::web::{ApiError, Path, Query};

#[derive(Template)]
#[template(path = "store/event.html")]
struct EventHtml<'a> {
    page: StorePage,
    event: &'a EventPage,
    category: String,
    picture: String,
    date: String,
    times: String,
    address: String,
    map: String,
    paragraphs: Vec<&'a str>,
    rates: Vec<Rate>,
    extras: Vec<Extra>,
    code: CodeField,
    sale: Sale,
    /// Where one may wait for what is sold out.
    line: Option<LineForm>,
    problem: Option<String>,
    structured: String,
}

enum Sale {
    /// Nothing can be bought; the sentence says why.
    Closed(String),
    Open(Choice),
}

struct Choice {
    /// Of the order to be: sent twice, it is made once.
    order: OrderId,
    type_no: u16,
    places: u32,
    least: u32,
    most: u32,
}

pub(crate) async fn show(
    State(app): State<App>,
    StoreLanguage(language): StoreLanguage,
    MaybeIdentity(identity): MaybeIdentity,
    Path(event): Path<EventId>,
    Query(pairs): Query<Vec<(String, String)>>,
    may_pack: MayPack,
) -> Result<Response, ApiError> {
    let wish = Wish::of(&pairs);
    if identity.is_none() && wish.is_plain() {
        return for_strangers(&app, event, (language, &wish), may_pack).await;
    }
    let view = View {
        language,
        identity: identity.as_deref(),
        wish: &wish,
        problem: None,
    };
    answer(&app, event, view).await
}

/// Written once for as long as the reading of the event lasts; each gets it with an order of their own.
async fn for_strangers(
    app: &App,
    id: EventId,
    (language, wish): (Language, &Wish),
    may_pack: MayPack,
) -> Result<Response, ApiError> {
    let rendered = page_of(app, id).await?;
    if !rendered.page.status.is_public() {
        return Err(ApiError::not_found("event"));
    }
    let now_ms = app.now_ms();
    let chosen = rates::choose(&rendered.page, wish, now_ms).ok();
    let kind = SheetKind {
        language,
        chosen: chosen.map(|chosen| (chosen.type_no, chosen.places)),
    };
    let new_order = || OrderId::new(now_ms, &mut OsRandom);
    let sheet = rendered.sheets.get(kind, || {
        let mark = new_order();
        let view = View {
            language,
            identity: None,
            wish,
            problem: None,
        };
        let page = filled(app, &rendered, &view, Shown::anew(mark)).render();
        page.map(|page| Spliced::around(&page, &mark.to_string()))
    });
    let sheet = sheet.map_err(ApiError::internal)?;
    Ok(sheet.with(&new_order().to_string(), may_pack))
}

/// The title in an address is for people; only the id counts.
pub(super) async fn show_with_slug(
    state: State<App>,
    language: StoreLanguage,
    identity: MaybeIdentity,
    Path((event, _)): Path<(EventId, String)>,
    query: Query<Vec<(String, String)>>,
    may_pack: MayPack,
) -> Result<Response, ApiError> {
    show(state, language, identity, Path(event), query, may_pack).await
}

/// The key of the sentence that says why nothing of it can be bought now, if so.
pub(crate) fn why_closed(event: &EventPage, wish: &Wish, now_ms: i64) -> Option<&'static str> {
    rates::choose(event, wish, now_ms).err()
}

/// Who looks, and at what.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) language: Language,
    pub(crate) identity: Option<&'a Identity>,
    pub(crate) wish: &'a Wish,
    /// Why nothing was booked, in their language.
    pub(crate) problem: Option<(StatusCode, String)>,
}

/// The page, also after an attempt to book that came to nothing.
pub(crate) async fn answer(app: &App, id: EventId, view: View<'_>) -> Result<Response, ApiError> {
    let rendered = page_of(app, id).await?;
    let event = &rendered.page;
    let is_public = event.status.is_public();
    let is_member = view
        .identity
        .is_some_and(|who| who.may(event.organizer.id, Right::ReadFigures));
    if !is_public && !is_member {
        return Err(ApiError::not_found("event"));
    }
    let (status, problem) = view.problem.clone().unzip();
    let (code, promo) = code_of(app, event, &view).await?;
    let order = OrderId::new(app.now_ms(), &mut OsRandom);
    let shown = Shown {
        order,
        problem,
        code,
        promo,
    };
    let page = html(&filled(app, &rendered, &view, shown))?;
    let response = (status.unwrap_or(StatusCode::OK), page).into_response();
    Ok(if is_public {
        response
    } else {
        private(response)
    })
}

/// What the typed code does here; what is refused with the whole form is told there alone.
async fn code_of(
    app: &App,
    event: &EventPage,
    view: &View<'_>,
) -> Result<(CodeField, Option<PromoCode>), ApiError> {
    let typed = view.wish.code.clone();
    if typed.is_empty() {
        return Ok(Default::default());
    }
    let opened: Vec<&str> = event
        .opened_by(&typed)
        .map(|row| row.name.as_str())
        .collect();
    let opens = (!opened.is_empty()).then(|| {
        let t = Texts::of(view.language);
        t.named("code-opens", "types", opened.join(", "))
    });
    let of = (event.organizer.id, event.id);
    let field = match usable(&app.pool, of, &typed, app.now_ms()).await? {
        Ok(promo) => {
            let name = |no| event.type_of(no).map(|row| row.name.as_str());
            let takes = words::says(&promo, name, view.language);
            let says = opens.map_or_else(|| takes.clone(), |opens| format!("{opens} {takes}"));
            let says = Some(says);
            let field = CodeField {
                typed,
                says,
                ..CodeField::default()
            };
            return Ok((field, Some(promo)));
        }
        Err(Refusal::Unknown) if opens.is_some() => CodeField {
            typed,
            says: opens,
            ..CodeField::default()
        },
        Err(refusal) => {
            let wrong = words::refused(refusal, &event.time_zone, view.language);
            CodeField {
                typed,
                says: None,
                wrong: view.problem.is_none().then_some(wrong),
                is_wrong: true,
            }
        }
    };
    Ok((field, None))
}

/// What is on the page besides the event.
struct Shown {
    order: OrderId,
    problem: Option<String>,
    code: CodeField,
    promo: Option<PromoCode>,
}

impl Shown {
    fn anew(order: OrderId) -> Self {
        Self {
            order,
            problem: None,
            code: CodeField::default(),
            promo: None,
        }
    }
}

fn filled<'a>(
    app: &App,
    rendered: &'a RenderedPage,
    view: &View<'_>,
    shown: Shown,
) -> EventHtml<'a> {
    let Shown {
        order,
        problem,
        code,
        promo,
    } = shown;
    let event = &rendered.page;
    let (language, t, now_ms) = (view.language, Texts::of(view.language), app.now_ms());
    let chosen = rates::choose(event, view.wish, now_ms);
    let places = chosen.map_or(1, |chosen| chosen.places);
    let time = |ms| short_date(ms, &event.time_zone, language).time;
    let date = day_in_words(event.starts_ms, &event.time_zone, language);
    let venue = &event.venue;
    let place = format!("{}, {}", venue.name, venue.city);
    let title = format!("{}, {place}, {date}", event.title);
    let path = format!("/events/{}", event.id);
    let description = t.with(
        "event-description",
        &[("title", &event.title), ("when", &date), ("place", &place)],
    );
    let shared = SharedPicture::of(event, rendered.category, &app.config.public_url);
    let structured = |page: &StorePage| {
        let address = page.address_in(language.code());
        structured(event, &address, &shared.address, now_ms)
    };
    let page = StorePage::public(app, language, view.identity, title, path).described(description);
    let page = if view.wish.is_plain() {
        page
    } else {
        page.keeping(format!("?{}", view.wish.to_query()))
    };
    let page = if event.mode == "real" && event.status.is_public() {
        page
    } else {
        page.unlisted()
    };
    let (doors, starts) = (time(event.doors_ms), time(event.starts_ms));
    let street = format!("{}, {} {}", venue.address, venue.postal_code, venue.city);
    let searched = encode(&format!("{}, {street}", venue.name));
    let line = LineForm::of(event, &page, now_ms);
    EventHtml {
        category: t.get(&format!("category-{}", event.category)).into_owned(),
        times: if event.doors_ms < event.starts_ms {
            t.with("event-times", &[("doors", &doors), ("starts", &starts)])
        } else {
            t.named("event-starts", "starts", &starts)
        },
        map: format!("https://www.openstreetmap.org/search?query={searched}"),
        paragraphs: event
            .description
            .split('\n')
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect(),
        extras: rates::extras(event, view.wish, language, now_ms),
        rates: rates::rates(
            event,
            view.wish,
            (places, promo.as_ref().map(|promo| &promo.reduction)),
            language,
            now_ms,
        ),
        code,
        sale: match chosen {
            Ok(Chosen {
                type_no,
                places,
                least,
                most,
            }) => Sale::Open(Choice {
                order,
                type_no,
                places,
                least,
                most,
            }),
            // Whoever can wait need not come back to look.
            Err("event-all-out") if line.is_some() => Sale::Closed(t.get("line-out").into_owned()),
            Err(key) => Sale::Closed(t.get(key).into_owned()),
        },
        line,
        structured: structured(&page),
        page: page.pictured(shared),
        event,
        picture: picture_of(event),
        date: capitalised(&date),
        address: street,
        problem,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
