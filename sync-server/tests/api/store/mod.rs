//! The store, as a browser without scripts sees it: pages, forms, links.

mod inputs;
mod pages;
mod purchase;
mod sent;
mod waiting;

use reqwest::Method;

use crate::support::stall::Stall;
use crate::support::{Answer, TestServer, until};

/// A page as a browser asks for it.
pub(crate) async fn page(server: &TestServer, path: &str) -> Answer {
    let request = server
        .request(Method::GET, path)
        .header("accept", "text/html,application/xhtml+xml");
    Answer::of(request).await
}

pub(crate) async fn send(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Answer {
    Answer::of(server.form(path, fields).header("accept", "text/html")).await
}

/// Where an answer leads.
#[track_caller]
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.header("location").to_owned()
}

/// The first value of `attribute="…"` behind `mark`.
#[track_caller]
pub(crate) fn after(page: &Answer, mark: &str, attribute: &str) -> String {
    let rest = page.text.split_once(mark);
    let rest = rest
        .unwrap_or_else(|| panic!("no {mark} in {}", page.text))
        .1;
    let value = rest.split_once(&format!("{attribute}=\""));
    let value = value
        .unwrap_or_else(|| panic!("no {attribute} behind {mark}"))
        .1;
    // What a browser reads where a page writes these.
    value
        .split('"')
        .next()
        .unwrap()
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[track_caller]
pub(crate) fn says(page: &Answer, sentence: &str) {
    assert!(
        page.text.contains(sentence),
        "no {sentence:?} in {}",
        page.text
    );
}

impl Stall<'_> {
    fn event_path(&self, language: &str) -> String {
        format!("/{language}/events/{}", self.event)
    }

    /// *Réserver*, with what the page has chosen; where it leads.
    pub(crate) async fn reserved(&self) -> String {
        let event = self.event_path("fr");
        let shown = page(self.server, &event).await;
        let order = after(&shown, "name=\"order\"", "value");
        let places = after(&shown, "name=\"places\"", "value");
        let fields = [
            ("order", order.as_str()),
            ("type", "1"),
            ("places", &places),
            ("step", "reserve"),
        ];
        location(&send(self.server, &event, &fields).await)
    }

    /// *Payer*, with what a person types.
    pub(crate) async fn paid_with(&self, checkout: &str, method: &str) -> Answer {
        let fields = [
            ("email", "camille@example.org"),
            ("name", "Camille Roux"),
            ("method", method),
        ];
        send(self.server, checkout, &fields).await
    }

    /// The order's page once its tickets are there.
    async fn bought_here(&self) -> (String, Answer) {
        let checkout = self.reserved().await;
        let order = location(&self.paid_with(&checkout, "accept").await);
        let shown = self.until_says(&order, "C’est réservé").await;
        (order, shown)
    }

    pub(crate) async fn until_says(&self, path: &str, sentence: &str) -> Answer {
        let mut shown = page(self.server, path).await;
        until(sentence, async || {
            shown = page(self.server, path).await;
            shown.text.contains(sentence)
        })
        .await;
        shown
    }
}
