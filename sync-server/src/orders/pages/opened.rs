//! An order for whoever may see it, with its event, and what all its pages say of the two.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Redirect, Response};
use shared::clock::UnixMillis;
use shared::ids::OrderId;
use shared::language::Language;

use crate::accounts::{Identity, MaybeIdentity};
use crate::app::App;
use crate::catalog::event::page::{EventPage, RenderedPage, page_of};
use crate::catalog::pages::wish::Wish;
use crate::messages::when::{date_and_time, short_date};
use crate::orders::access::Holder;
use crate::orders::api::holder;
use crate::orders::list::order_for;
use crate::orders::present::{Order, order_by_id};
use crate::orders::promo::words::parts_of;
use crate::web::ApiError;
use crate::web::store::{Link, StorePage, Texts, private};

pub(in crate::orders) struct Opened {
    pub(in crate::orders) language: Language,
    pub(in crate::orders) t: Texts,
    pub(in crate::orders) identity: Option<Arc<Identity>>,
    pub(in crate::orders) holder: Holder,
    pub(in crate::orders) order: Order,
    rendered: Arc<RenderedPage>,
}

impl Opened {
    pub(in crate::orders) async fn new(
        app: &App,
        language: Language,
        identity: MaybeIdentity,
        id: OrderId,
        secret: Option<String>,
    ) -> Result<Self, ApiError> {
        let holder = holder(&identity, secret);
        let order = order_for(&app.pool, id, |order| holder.holds(order)).await?;
        Ok(Self {
            language,
            t: Texts::of(language),
            identity: identity.0,
            holder,
            rendered: page_of(app, order.event).await?,
            order,
        })
    }

    pub(in crate::orders) fn event(&self) -> &EventPage {
        &self.rendered.page
    }

    /// From the `?` on; empty for whoever needs no secret.
    pub(in crate::orders) fn query(&self) -> String {
        self.holder.query()
    }

    /// The order's page.
    pub(in crate::orders) fn path(&self) -> String {
        self.path_below("")
    }

    /// What is below it, as `/checkout`.
    pub(in crate::orders) fn path_below(&self, below: &str) -> String {
        let Self {
            language, order, ..
        } = self;
        format!("/{language}/orders/{}{below}{}", order.id, self.query())
    }

    /// Where it is paid; `below` as `/give-back`.
    pub(in crate::orders) fn checkout_path(&self, below: &str) -> String {
        self.path_below(&format!("/checkout{below}"))
    }

    /// The event's page with the same choice: the first type, and what goes with others.
    pub(in crate::orders) fn event_path(&self) -> String {
        let event = format!("/{}/events/{}", self.language, self.order.event);
        let needs_other = |no| {
            let row = self.event().type_of(no);
            row.is_some_and(|row| row.needs_other)
        };
        let (extras, alone): (Vec<_>, Vec<_>) = self
            .order
            .lines
            .iter()
            .partition(|line| needs_other(line.type_no));
        let [line] = alone.as_slice() else {
            return event;
        };
        let extras = extras.iter().map(|line| (line.type_no.0, line.quantity));
        let code = self.order.promo.as_ref();
        let wish = Wish {
            type_no: Some(line.type_no.0),
            places: Some(line.quantity),
            code: code.map(|promo| promo.code.clone()).unwrap_or_default(),
            extras: extras.collect(),
        };
        format!("{event}?{}", wish.to_query())
    }

    pub(in crate::orders) fn page(
        &self,
        app: &App,
        title: impl Into<String>,
        below: &str,
    ) -> StorePage {
        let path = format!("/orders/{}{below}", self.order.id);
        StorePage::private(app, self.language, self.identity.as_deref(), title, path)
            .keeping(self.query())
    }

    /// `samedi 28 novembre 2026 à 20 h 30`.
    pub(in crate::orders) fn when(&self) -> String {
        let event = self.event();
        date_and_time(event.starts_ms, &event.time_zone, self.language)
    }

    pub(in crate::orders) fn place(&self) -> String {
        let venue = &self.event().venue;
        format!("{}, {}", venue.name, venue.city)
    }

    /// `samedi 28 novembre 2026 à 20 h`, where the event is.
    pub(in crate::orders) fn moment(&self, at_ms: UnixMillis) -> String {
        date_and_time(at_ms, &self.event().time_zone, self.language)
    }

    /// `20 h 14`, where the event is.
    pub(in crate::orders) fn time(&self, at_ms: UnixMillis) -> String {
        short_date(at_ms, &self.event().time_zone, self.language).time
    }

    /// `2 × Fosse, debout`.
    pub(in crate::orders) fn lines(&self) -> Vec<String> {
        let line = |line: &crate::orders::present::Line| match self.event().type_of(line.type_no) {
            Some(row) => format!("{} × {}", line.quantity, row.name),
            None => self.t.count("places-count", line.quantity),
        };
        self.order.lines.iter().map(line).collect()
    }

    /// What a promo code took off, and a gift, each with its name; before the total.
    pub(super) fn sums(&self) -> Vec<(String, String)> {
        parts_of(&self.order, self.language)
    }

    /// The same order as it is now.
    pub(super) async fn reread(self, app: &App) -> Result<Self, ApiError> {
        let order = order_by_id(&app.pool, self.order.id).await?;
        let order = order.ok_or_else(|| ApiError::not_found("order"))?;
        Ok(Self { order, ..self })
    }

    pub(in crate::orders) fn places(&self) -> u32 {
        self.order.lines.iter().map(|line| line.quantity).sum()
    }

    pub(in crate::orders) fn take_again(&self) -> Link {
        Link {
            path: self.event_path(),
            label: self.t.get("take-again").into_owned(),
        }
    }

    pub(in crate::orders) fn see_order(&self) -> Link {
        Link {
            path: self.path(),
            label: self.t.get("see-order").into_owned(),
        }
    }

    pub(in crate::orders) fn to_order(&self) -> Response {
        private(Redirect::to(&self.path()).into_response())
    }

    pub(in crate::orders) fn to_checkout(&self) -> Response {
        private(Redirect::to(&self.checkout_path("")).into_response())
    }
}
