//! The form that asks for a place in the line: on the event's page, and on its own where something in it was wrong.

use askama::Template;

use super::join::{JoinField, JoinForm};
use crate::catalog::event::page::EventPage;
use crate::catalog::pages::rates::sold_out;
use crate::web::store::{StorePage, Texts};

/// A template shows it by `{{ form|safe }}`.
#[derive(Clone, Debug, Template)]
#[template(path = "store/line_form.html")]
pub(crate) struct LineForm {
    t: Texts,
    action: String,
    csrf: String,
    /// Number, name, whether it is chosen.
    types: Vec<(u16, String, bool)>,
    places: String,
    email: String,
    wrong_type: bool,
    wrong_places: Option<String>,
    wrong_email: bool,
    wrong_consent: bool,
}

impl LineForm {
    /// Empty; `None` where there is nothing to wait for.
    pub(crate) fn of(event: &EventPage, page: &StorePage, now_ms: i64) -> Option<Self> {
        let first = sold_out(event, now_ms).into_iter().next()?;
        let empty = JoinForm {
            places: first.min_per_order.to_string(),
            ..JoinForm::default()
        };
        Self::typed(event, page, now_ms, &empty, &[])
    }

    /// With what was typed and what of it is wrong.
    pub(super) fn typed(
        event: &EventPage,
        page: &StorePage,
        now_ms: i64,
        form: &JoinForm,
        wrong: &[JoinField],
    ) -> Option<Self> {
        let out = sold_out(event, now_ms);
        let first = out.first()?;
        let chosen = form.type_no.parse().unwrap_or(first.no.0);
        let wrong_places = wrong.iter().find_map(|field| match field {
            JoinField::Places(most) => Some(page.t.count("line-wrong-places", *most)),
            JoinField::TooFew(least) => Some(page.t.count("line-wrong-least", *least)),
            JoinField::Type | JoinField::Email | JoinField::Consent => None,
        });
        Some(Self {
            t: page.t,
            action: format!("/{}/events/{}/waiting", page.language, event.id),
            csrf: page.csrf_token().to_owned(),
            types: out
                .iter()
                .map(|row| (row.no.0, row.name.clone(), row.no.0 == chosen))
                .collect(),
            places: form.places.clone(),
            email: form.email.clone(),
            wrong_type: wrong.contains(&JoinField::Type),
            wrong_places,
            wrong_email: wrong.contains(&JoinField::Email),
            wrong_consent: wrong.contains(&JoinField::Consent),
        })
    }
}
