//! An event made and put on sale in four steps: what it is, where and when, what a place costs, and a last look.
//!
//! What is typed is kept after each step, right or wrong: first as a draft of the office's own, and once place and time are
//! known as the catalog's event, which nobody else sees before it is published. The same forms change an event later on.

mod begin;
pub(super) mod draft;
mod made;
mod place;
pub(super) mod preview;
mod prices;
mod publish;
mod rows;
mod typed;
mod what;

pub(super) use crate::web::typed::cents;

use axum::Router;
use axum::routing::{get, post};
use shared::ids::EventId;

use self::draft::Typed;
use super::desk::{Desk, Office};
use super::page::OfficePage;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::EventStatus;
use crate::catalog::event::page::{EventPage, read};
use crate::web::ApiError;

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/{organizer}/new"), get(begin::show).post(begin::save))
        .route(&at("/events/{event}/copy"), post(begin::copy))
        .route(&at("/events/{event}/forget"), post(begin::forget))
        .route(
            &at("/events/{event}/what"),
            get(what::show).post(what::save),
        )
        .route(
            &at("/events/{event}/place"),
            get(place::show).post(place::save),
        )
        .route(
            &at("/events/{event}/prices"),
            get(prices::show).post(prices::save),
        )
        .route(
            &at("/events/{event}/publish"),
            get(publish::show).post(publish::save),
        )
}

/// In their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    What,
    Place,
    Prices,
    Publish,
}

impl Step {
    const ALL: [Self; 4] = [Self::What, Self::Place, Self::Prices, Self::Publish];

    fn word(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Place => "place",
            Self::Prices => "prices",
            Self::Publish => "publish",
        }
    }

    /// Of its short name.
    fn key(self) -> &'static str {
        match self {
            Self::What => "office-step-what",
            Self::Place => "office-step-place",
            Self::Prices => "office-step-prices",
            Self::Publish => "office-step-publish",
        }
    }
}

/// A step as the head of a page names it.
#[derive(Clone, Debug)]
pub(super) struct StepLink {
    pub(super) no: usize,
    pub(super) label: String,
    /// None where one can't go yet.
    pub(super) path: Option<String>,
    pub(super) is_done: bool,
    pub(super) is_here: bool,
}

/// An event that is being made or changed.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) office: Office,
    pub(super) id: EventId,
    pub(super) subject: Subject,
}

/// How far it is.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// Typed, and not made.
    Draft(Box<Typed>),
    /// In the catalog.
    Event(Box<EventPage>),
}

impl Opened {
    /// What `desk` may change; what is another organizer's is not there.
    pub(super) async fn new(app: &App, desk: Desk, id: EventId) -> Result<Self, ApiError> {
        let mut connection = app.pool.acquire().await?;
        let event = read(&mut connection, id).await?;
        let typed = match event {
            Some(_) => None,
            None => draft::read(&mut connection, id).await?,
        };
        drop(connection);
        if let Some((organizer, typed)) = typed {
            let is_known =
                desk.identity.role(organizer).is_some() || desk.identity.is_platform_admin;
            if !is_known {
                return Err(ApiError::not_found("event"));
            }
            let office = desk.office(app, organizer, Right::EditEvents).await?;
            let subject = Subject::Draft(Box::new(typed));
            return Ok(Self {
                office,
                id,
                subject,
            });
        }
        let (office, event) = desk.event(app, id, Right::EditEvents).await?;
        let subject = Subject::Event(Box::new(event));
        Ok(Self {
            office,
            id,
            subject,
        })
    }

    /// What its fields say.
    pub(super) fn typed(&self) -> Typed {
        match &self.subject {
            Subject::Draft(typed) => (**typed).clone(),
            Subject::Event(event) => Typed::of(event),
        }
    }

    pub(super) fn event(&self) -> Option<&EventPage> {
        match &self.subject {
            Subject::Draft(_) => None,
            Subject::Event(event) => Some(event),
        }
    }

    /// The event, where a step needs one.
    pub(super) fn made(&self) -> Result<&EventPage, ApiError> {
        self.event().ok_or_else(|| ApiError::not_found("event"))
    }

    /// Not yet on sale: the steps follow each other.
    pub(super) fn is_begun(&self) -> bool {
        self.event()
            .is_none_or(|event| event.status == EventStatus::Draft)
    }

    pub(super) fn at(&self, step: Step) -> String {
        let word = step.word();
        self.office.at(format_args!("/events/{}/{word}", self.id))
    }

    /// Where it leads from `step` once that is well.
    pub(super) fn after(&self, step: Step) -> String {
        match step {
            Step::What if self.is_begun() => self.at(Step::Place),
            Step::Place if self.is_begun() => self.at(Step::Prices),
            Step::Prices if self.is_begun() => self.at(Step::Publish),
            Step::What | Step::Place | Step::Prices | Step::Publish => {
                self.office.at(format_args!("/events/{}", self.id))
            }
        }
    }

    /// The head of the page; none of an event that is on sale.
    pub(super) fn steps(&self, here: Step) -> Vec<StepLink> {
        if !self.is_begun() {
            return Vec::new();
        }
        let reached = match &self.subject {
            // Nobody has kept it yet.
            Subject::Draft(typed) if typed.title.is_empty() => Step::What,
            Subject::Draft(_) => Step::Place,
            Subject::Event(event) if event.all_types().next().is_none() => Step::Prices,
            Subject::Event(_) => Step::Publish,
        };
        let links = (1..).zip(Step::ALL).map(|(no, step)| StepLink {
            no,
            label: self.office.desk.t.get(step.key()).into_owned(),
            path: (step <= reached && step != here).then(|| self.at(step)),
            is_done: step < reached && step != here,
            is_here: step == here,
        });
        links.collect()
    }

    pub(super) fn page(&self, step: Step, title: &str) -> OfficePage {
        let (id, word) = (self.id, step.word());
        let title = self.office.desk.t.get(title);
        let path = format_args!("/events/{id}/{word}");
        self.office.page(super::page::Here::Events, title, path)
    }
}
