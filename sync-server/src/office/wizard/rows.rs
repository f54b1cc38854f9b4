//! The rows of the third step: each a ticket type, as typed and as the catalog has it.

use shared::ids::TypeNo;

use super::cents;
use super::typed::number;
use crate::catalog::ticket_types::{TicketTypeRequest, TicketTypeWithStock};
use crate::office::fields::{Said, Sent, Wrong};
use crate::office::times::{as_typed, from_typed};
use crate::office::words::percent;
use crate::web::store::Texts;

/// What the catalog refuses of a type.
const SAID: [Said; 14] = [
    ("no", "name", "office-wrong-type"),
    ("name", "name", "office-wrong-type-name"),
    ("description", "about", "office-wrong-about"),
    ("price_minor", "price", "office-wrong-price"),
    ("vat_basis_points", "vat", "office-wrong-vat"),
    ("quota", "quota", "office-wrong-quota"),
    ("sale_until_ms", "until", "office-wrong-until"),
    ("max_per_order", "most", "office-wrong-most"),
    ("min_per_order", "least", "office-wrong-least"),
    ("group_from", "group", "office-wrong-group"),
    ("group_price_minor", "each", "office-wrong-group-price"),
    ("access_code", "access", "office-wrong-access"),
    ("door_note", "note", "office-wrong-note"),
    ("position", "name", "office-wrong-type"),
];

/// A ticket type as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) no: u16,
    pub(super) name: String,
    pub(super) price: String,
    pub(super) quota: String,
    /// Basis points.
    pub(super) vat: String,
    pub(super) about: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) most: String,
    pub(super) least: String,
    /// From so many places on.
    pub(super) group: String,
    /// What each costs then.
    pub(super) each: String,
    pub(super) access: String,
    pub(super) note: String,
    pub(super) window: String,
    pub(super) gate: String,
    pub(super) rotating: bool,
    pub(super) needs_other: bool,
}

impl Row {
    /// A row with nothing in it but what most have.
    pub(super) fn empty(no: TypeNo) -> Self {
        Self {
            no: no.0,
            vat: "550".to_owned(),
            most: "10".to_owned(),
            least: "1".to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn of(row: &TicketTypeWithStock, zone: &str) -> Self {
        let details = &row.details;
        let text = |value: Option<i64>| value.map(|value| value.to_string()).unwrap_or_default();
        let time = |value: Option<i64>| value.map(|ms| as_typed(ms, zone)).unwrap_or_default();
        let price = details.price_minor.unwrap_or_default();
        Self {
            no: details
                .no
                .and_then(|no| u16::try_from(no).ok())
                .unwrap_or_default(),
            name: details.name.clone(),
            price: written(price),
            quota: text(details.quota),
            vat: text(details.vat_basis_points),
            about: details.description.clone(),
            from: time(details.sale_from_ms),
            until: time(details.sale_until_ms),
            most: text(details.max_per_order),
            least: text(details.min_per_order),
            group: text(details.group_from),
            each: details.group_price_minor.map(written).unwrap_or_default(),
            access: details.access_code.clone().unwrap_or_default(),
            note: details.door_note.clone().unwrap_or_default(),
            window: text(details.window_no),
            gate: text(details.home_gate),
            rotating: details.rotating,
            needs_other: details.needs_other,
        }
    }

    /// All that a form sent.
    pub(super) fn all(sent: &Sent) -> Vec<Self> {
        let numbers = sent.all("row").filter_map(|no| no.parse().ok());
        numbers.map(|no| Self::sent(sent, no)).collect()
    }

    fn sent(sent: &Sent, no: u16) -> Self {
        let of = |name| sent.of_row(name, no);
        Self {
            no,
            name: of("name"),
            price: of("price"),
            quota: of("quota"),
            vat: of("vat"),
            about: of("about"),
            from: of("from"),
            until: of("until"),
            most: of("most"),
            least: of("least"),
            group: of("group"),
            each: of("each"),
            access: of("access"),
            note: of("note"),
            window: of("window"),
            gate: of("gate"),
            rotating: of("rotating") == "on",
            needs_other: of("needs") == "on",
        }
    }

    /// Nobody wrote anything: no type is meant.
    pub(super) fn is_empty(&self) -> bool {
        [&self.name, &self.price, &self.quota, &self.about]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    /// What the catalog is asked. `known`: the type as it was, which keeps what no form asks.
    pub(super) fn request(
        &self,
        known: Option<&TicketTypeRequest>,
        (zone, position): (&str, usize),
        wrong: &mut Wrong,
        t: Texts,
    ) -> TicketTypeRequest {
        let no = self.no;
        let mut time = |name: &str, text: &str, key: &str| {
            let at = from_typed(text, zone);
            if at.is_none() && !text.trim().is_empty() {
                wrong.add(format_args!("{name}-{no}"), t.get(key));
            }
            at
        };
        let sale_from_ms = time("from", &self.from, "office-wrong-from");
        let sale_until_ms = time("until", &self.until, "office-wrong-until");
        if number(&self.most).is_none() {
            wrong.add(format_args!("most-{no}"), t.get("office-wrong-most"));
        }
        let optional = |text: &str, of: fn(&str) -> Option<i64>| {
            // What is no number is told as one that can't be.
            (!text.trim().is_empty()).then(|| of(text).unwrap_or(-1))
        };
        TicketTypeRequest {
            no: Some(no.into()),
            name: self.name.clone(),
            description: self.about.clone(),
            price_minor: cents(&self.price),
            vat_basis_points: number(&self.vat),
            quota: number(&self.quota),
            sale_from_ms,
            sale_until_ms,
            max_per_order: number(&self.most),
            min_per_order: optional(&self.least, number),
            group_from: optional(&self.group, number),
            group_price_minor: optional(&self.each, cents),
            needs_other: self.needs_other,
            access_code: Some(self.access.clone()),
            window_no: number(&self.window),
            home_gate: number(&self.gate),
            rotating: self.rotating,
            door_note: Some(self.note.clone()),
            position: i64::try_from(position).ok(),
            entry_rule: known.and_then(|known| known.entry_rule.clone()),
        }
    }

    /// What the catalog would refuse of it, told with the row's number.
    pub(super) fn refused(&self, request: &TicketTypeRequest, wrong: &mut Wrong, t: Texts) {
        let Err(errors) = request.parse(None) else {
            return;
        };
        let mut told = Wrong::default();
        told.take(&errors, &SAID, t);
        for (_, ours, _) in SAID {
            if let Some(sentence) = told.of(ours) {
                wrong.add(format_args!("{ours}-{}", self.no), sentence);
            }
        }
    }
}

fn written(cents: i64) -> String {
    format!("{},{:02}", cents / 100, cents % 100)
}

/// The rates that French law knows for shows, and whatever another country's event has.
pub(super) fn rates(now: &str, language: shared::language::Language) -> Vec<(String, String)> {
    let usual = ["550", "210", "1000", "2000", "0"];
    let own = (!usual.contains(&now) && !now.is_empty()).then_some(now);
    let rates = usual.into_iter().chain(own);
    let words = rates.map(|rate| {
        let points = rate.parse().unwrap_or_default();
        (
            rate.to_owned(),
            format!("{}\u{a0}%", percent(points, language)),
        )
    });
    words.collect()
}
