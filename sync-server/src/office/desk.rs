//! Who sits in the back office, and for which organizer.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use shared::ids::{EventId, OrganizerId};
use shared::language::Language;

use super::page::{Here, OfficePage};
use crate::accounts::{Identity, PageIdentity, Right, roles};
use crate::app::App;
use crate::catalog::event::page::{EventPage, read};
use crate::catalog::organizers::{self, Organizer};
use crate::web::ApiError;
use crate::web::store::{StoreLanguage, Texts};

/// Somebody who is logged in, in the language of the address.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) language: Language,
    pub(super) t: Texts,
    pub(super) identity: Arc<Identity>,
}

impl FromRequestParts<App> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let StoreLanguage(language) = StoreLanguage::from_request_parts(parts, app)
            .await
            .map_err(ApiError::into_response)?;
        let PageIdentity(identity) = PageIdentity::from_request_parts(parts, app).await?;
        Ok(Self {
            language,
            t: Texts::of(language),
            identity,
        })
    }
}

/// The same, at work for one organizer.
#[derive(Clone, Debug)]
pub(super) struct Office {
    pub(super) desk: Desk,
    pub(super) organizer: Organizer,
}

impl Desk {
    /// To work for `organizer` by `right`. To those who are no members it is not there.
    pub(super) async fn office(
        self,
        app: &App,
        organizer: OrganizerId,
        right: Right,
    ) -> Result<Office, ApiError> {
        let identity = &self.identity;
        if !identity.is_platform_admin && identity.role(organizer).is_none() {
            return Err(ApiError::not_found("organizer"));
        }
        roles::require(identity, organizer, right)?;
        let mut connection = app.pool.acquire().await?;
        let organizer = organizers::organizer(&mut connection, organizer).await?;
        Ok(Office {
            organizer: organizer.ok_or_else(|| ApiError::not_found("organizer"))?,
            desk: self,
        })
    }

    /// To work on `event` by `right`. To those who are no members of its organizer it is not there.
    pub(super) async fn event(
        self,
        app: &App,
        event: EventId,
        right: Right,
    ) -> Result<(Office, EventPage), ApiError> {
        let mut connection = app.pool.acquire().await?;
        let found = read(&mut connection, event).await?;
        drop(connection);
        let page = found.ok_or_else(|| ApiError::not_found("event"))?;
        let is_known =
            self.identity.is_platform_admin || self.identity.role(page.organizer.id).is_some();
        if !is_known {
            return Err(ApiError::not_found("event"));
        }
        let office = self.office(app, page.organizer.id, right).await?;
        Ok((office, page))
    }
}

impl Office {
    pub(super) fn may(&self, right: Right) -> bool {
        self.desk.identity.may(self.organizer.id, right)
    }

    /// An address of the back office in this language.
    pub(super) fn at(&self, path: impl std::fmt::Display) -> String {
        format!("/{}/office{path}", self.desk.language)
    }

    /// An address of this organizer's.
    pub(super) fn own(&self, path: impl std::fmt::Display) -> String {
        self.at(format_args!("/{}{path}", self.organizer.id))
    }

    /// A page; `path` is what stands behind `/office`.
    pub(super) fn page(
        &self,
        here: Here,
        title: impl Into<String>,
        path: impl std::fmt::Display,
    ) -> OfficePage {
        OfficePage::of(self, here, title.into(), format!("/office{path}"))
    }
}
