//! First step: what it is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared::ids::EventId;

use super::draft::{self, Typed};
use super::preview::Preview;
use super::typed::OF_WHAT;
use super::{Opened, Step, StepLink, Subject, made};
use crate::app::App;
use crate::catalog::event::Category;
use crate::office::desk::Desk;
use crate::office::fields::{Field, Wrong};
use crate::office::page::{OfficePage, on_to, shown};
use crate::web::store::{Link, Texts};
use crate::web::{ApiError, Form, Path};

/// A step that is fields alone.
#[derive(Template)]
#[template(path = "office/step.html")]
pub(super) struct StepHtml {
    pub(super) page: OfficePage,
    pub(super) steps: Vec<StepLink>,
    pub(super) lead: String,
    pub(super) problem: Option<String>,
    pub(super) action: String,
    /// Names and values that a person doesn't type.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) fields: Vec<Field>,
    /// Asked only of a venue that is new.
    pub(super) new_venue: Vec<Field>,
    pub(super) then: Vec<Field>,
    pub(super) back: Link,
    pub(super) next: String,
    pub(super) preview: Option<Preview>,
}

pub(in crate::office) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    form(&opened, &Wrong::default())
}

pub(in crate::office) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(sent): Form<Typed>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let typed = opened.typed().with_what(sent);
    keep(&app, opened, typed).await
}

/// Keeps what was typed, and leads on if it is well.
pub(super) async fn keep(app: &App, opened: Opened, typed: Typed) -> Result<Response, ApiError> {
    let office = &opened.office;
    let of = (office.organizer.id, opened.id);
    let wrong = typed
        .refused(of, opened.event(), office.desk.t)
        .only(&OF_WHAT);
    match &opened.subject {
        Subject::Draft(_) => {
            let mut connection = app.pool.acquire().await?;
            if !draft::save(&mut connection, of, &typed, app.now_ms()).await? {
                return Err(ApiError::not_found("event"));
            }
        }
        Subject::Event(event) if wrong.is_empty() => {
            made::change(app, &opened, event, &typed).await?;
        }
        Subject::Event(_) => {}
    }
    if wrong.is_empty() {
        return Ok(on_to(&opened.after(Step::What)));
    }
    fields(&opened, &typed, &wrong)
}

/// With what is kept so far.
pub(super) fn form(opened: &Opened, wrong: &Wrong) -> Result<Response, ApiError> {
    fields(opened, &opened.typed(), wrong)
}

fn fields(opened: &Opened, typed: &Typed, wrong: &Wrong) -> Result<Response, ApiError> {
    let office = &opened.office;
    let t = office.desk.t;
    let categories = Category::WORDS.map(|(word, _)| (word, t.get(&format!("category-{word}"))));
    let any = [("", t.get("office-choose"))];
    let fields = vec![
        Field::line("title", t.get("office-title-of"), &typed.title),
        Field::choice(
            "category",
            t.get("office-category"),
            &typed.category,
            any.into_iter().chain(categories),
        ),
        Field::area(
            "description",
            t.get("office-description"),
            &typed.description,
        )
        .help(t.get("office-description-help"))
        .optional(),
        Field::line("image_url", t.get("office-image"), &typed.image_url)
            .help(t.get("office-image-help"))
            .optional(),
    ];
    let is_new = opened.event().is_none() && typed.title.is_empty() && wrong.is_empty();
    let step = StepHtml {
        page: opened.page(Step::What, "office-what-title"),
        steps: opened.steps(Step::What),
        lead: t.get("office-what-lead").into_owned(),
        problem: wrong.counted(t),
        action: match &opened.subject {
            Subject::Draft(_) => office.own("/new"),
            Subject::Event(_) => opened.at(Step::What),
        },
        hidden: vec![("id", opened.id.to_string())],
        fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
        new_venue: Vec::new(),
        then: Vec::new(),
        back: back_to_list(opened, t),
        next: next(opened, t, "office-next-place"),
        preview: opened.event().map(|event| Preview::of(event, &office.desk)),
    };
    let page = if is_new {
        StepHtml {
            page: office.page(
                crate::office::page::Here::Events,
                t.get("office-what-title"),
                format_args!("/{}/new", office.organizer.id),
            ),
            ..step
        }
    } else {
        step
    };
    shown(wrong.status(), &page)
}

fn back_to_list(opened: &Opened, t: Texts) -> Link {
    match opened.event() {
        Some(event) => Link {
            path: opened.office.at(format_args!("/events/{}", event.id)),
            label: event.title.clone(),
        },
        None => Link {
            path: opened.office.own(""),
            label: t.get("office-events").into_owned(),
        },
    }
}

/// The word of the button that leads on; of an event on sale it saves.
pub(super) fn next(opened: &Opened, t: Texts, key: &str) -> String {
    let key = if opened.is_begun() {
        key
    } else {
        "office-save"
    };
    t.get(key).into_owned()
}
