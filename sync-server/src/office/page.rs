//! What the pages of the back office share: their frame in `templates/office/layout.html`, with the places to go to.
//!
//! A page's template has a field `page: OfficePage` and begins with `{% extends "office/layout.html" %}`.

use std::sync::Arc;

use askama::Template;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::ids::OrganizerId;
use shared::language::Language;

use super::desk::{Desk, Office};
use crate::accounts::{Identity, Right};
use crate::app::App;
use crate::web::ApiError;
use crate::web::page::html;
use crate::web::store::Texts;

/// Which of the places a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    /// None of them.
    Elsewhere,
    Events,
    Orders,
    Codes,
    Team,
    Payouts,
    Tills,
    Devices,
}

/// The frame's part of a page.
#[derive(Clone, Debug)]
pub(crate) struct OfficePage {
    pub(crate) language: Language,
    pub(crate) t: Texts,
    pub(crate) title: String,
    csrf: String,
    here: Here,
    place: Option<Place>,
    /// Behind the language.
    path: String,
    query: String,
}

/// For whom one works, and what one may do there.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) id: OrganizerId,
    pub(crate) name: String,
    pub(crate) may_read_orders: bool,
    pub(crate) may_read_figures: bool,
    pub(crate) may_edit_events: bool,
    pub(crate) may_manage_devices: bool,
    pub(crate) may_manage_members: bool,
    pub(crate) may_manage_money: bool,
    /// There are others to work for.
    pub(crate) is_one_of_many: bool,
}

impl OfficePage {
    pub(super) fn of(office: &Office, here: Here, title: String, path: String) -> Self {
        let place = Place {
            id: office.organizer.id,
            name: office.organizer.name.clone(),
            may_read_orders: office.may(Right::ReadOrders),
            may_read_figures: office.may(Right::ReadFigures),
            may_edit_events: office.may(Right::EditEvents),
            may_manage_devices: office.may(Right::ManageDevices),
            may_manage_members: office.may(Right::ManageMembers),
            may_manage_money: office.may(Right::ManageMoney),
            is_one_of_many: office.desk.identity.memberships.len() > 1,
        };
        Self {
            here,
            place: Some(place),
            ..Self::outside(&office.desk, title, path)
        }
    }

    /// Before it is said for whom.
    pub(super) fn outside(desk: &Desk, title: String, path: String) -> Self {
        Self {
            language: desk.language,
            t: desk.t,
            title,
            csrf: desk.identity.csrf_token.clone(),
            here: Here::Elsewhere,
            place: None,
            path,
            query: String::new(),
        }
    }

    /// Keeps this, from the `?` on, when the language is changed.
    pub(super) fn keeping(self, query: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            ..self
        }
    }

    /// For a form.
    pub(crate) fn csrf_token(&self) -> &str {
        &self.csrf
    }

    pub(crate) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    pub(crate) fn is_at_events(&self) -> bool {
        self.here == Here::Events
    }

    pub(crate) fn is_at_orders(&self) -> bool {
        self.here == Here::Orders
    }

    pub(crate) fn is_at_codes(&self) -> bool {
        self.here == Here::Codes
    }

    pub(crate) fn is_at_team(&self) -> bool {
        self.here == Here::Team
    }

    pub(crate) fn is_at_payouts(&self) -> bool {
        self.here == Here::Payouts
    }

    pub(crate) fn is_at_tills(&self) -> bool {
        self.here == Here::Tills
    }

    pub(crate) fn is_at_devices(&self) -> bool {
        self.here == Here::Devices
    }

    /// An address of the back office in this language.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("/{}/office{path}", self.language)
    }

    /// The same page in another language.
    pub(crate) fn path_in(&self, code: &str) -> String {
        match self.here {
            // These pages have their language behind the `?`.
            Here::Devices => format!("{}?lang={code}", self.path),
            Here::Elsewhere
            | Here::Events
            | Here::Orders
            | Here::Codes
            | Here::Team
            | Here::Payouts
            | Here::Tills => {
                format!("/{code}{}{}", self.path, self.query)
            }
        }
    }
}

/// The frame of a page about `organizer`'s devices, whose address is `path` in every language.
pub(crate) async fn of_devices(
    app: &App,
    (identity, language): (&Identity, Language),
    organizer: OrganizerId,
    title: &str,
    path: &str,
) -> Result<OfficePage, ApiError> {
    let desk = Desk {
        language,
        t: Texts::of(language),
        identity: Arc::new(identity.clone()),
    };
    let office = desk.office(app, organizer, Right::ManageDevices).await?;
    let (title, path) = (title.to_owned(), path.to_owned());
    Ok(OfficePage::of(&office, Here::Devices, title, path))
}

/// A page as an answer: kept by nobody.
pub(super) fn shown(status: StatusCode, template: &impl Template) -> Result<Response, ApiError> {
    let mut response = (status, html(template)?).into_response();
    let kept = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(CACHE_CONTROL, kept);
    Ok(response)
}

/// On to another page after something was done.
pub(super) fn on_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
