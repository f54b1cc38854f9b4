//! The figures of an event, as a page and as what follows it.

use std::collections::HashMap;

use askama::Template;
use serde_json::Value;
use shared::admission::fold::AlertKind;
use shared::admission::sentence;
use shared::clock::UnixMillis;
use shared::language::Language;

use super::chart::Chart;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::ticket_types::{TicketTypeWithStock, types_of};
use crate::database::transaction;
use crate::door::attendance::{Attendance, attendance};
use crate::door::breakdown::{Breakdown, breakdown};
use crate::door::money::vouchers::VoucherNames;
use crate::door::{AlertView, alerts_of_event, head};
use crate::messages::when::short_date;
use crate::office::desk::Office;
use crate::office::tills::words::{closing_name, money_of, said_of};
use crate::office::words::{number, share};
use crate::web::ApiError;
use crate::web::store::Texts;

/// At most so many alerts beside the figures; the page of alerts has all.
const ALERTS_SHOWN: usize = 6;

/// What was counted, of one moment.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) whole: Attendance,
    pub(super) parts: Breakdown,
    pub(super) types: Vec<TicketTypeWithStock>,
    alerts: Vec<AlertView>,
    /// The event's last change of then.
    pub(super) head: i64,
}

impl Counted {
    pub(super) async fn read(app: &App, event: &EventPage) -> Result<Self, sqlx::Error> {
        let of = (event.organizer.id, event.id);
        let mut tx = transaction::begin_snapshot(&app.pool).await?;
        let counted = Self {
            head: head(&mut tx, of).await?.unwrap_or(0),
            whole: attendance(&mut tx, of.0, of.1).await?,
            parts: breakdown(&mut tx, of).await?,
            types: types_of(&mut tx, of).await?,
            alerts: alerts_of_event(&mut tx, of.0, of.1).await?,
        };
        tx.commit().await?;
        Ok(counted)
    }

    pub(super) fn sold(&self) -> i64 {
        self.types.iter().map(|row| i64::from(row.sold)).sum()
    }

    /// A type's name, sold places, and who came of it; those that nobody sells any more at the end.
    pub(super) fn by_type(&self, t: Texts) -> Vec<(String, i64, [i64; 3])> {
        let counts = self.parts.types.iter();
        let mut came: HashMap<Option<u16>, [i64; 3]> = counts
            .map(|count| (count.no, [count.came, count.left, count.inside]))
            .collect();
        let mut lines: Vec<_> = self
            .types
            .iter()
            .map(|row| {
                let no = row.details.no.and_then(|no| u16::try_from(no).ok());
                let came = came.remove(&no).unwrap_or_default();
                (row.details.name.clone(), i64::from(row.sold), came)
            })
            .collect();
        if !came.is_empty() {
            let others = came.values().fold([0; 3], |sum, next| {
                [sum[0] + next[0], sum[1] + next[1], sum[2] + next[2]]
            });
            lines.push((t.get("office-other-types").into_owned(), 0, others));
        }
        lines
    }

    pub(super) fn gate_name(&self, no: u16, t: Texts) -> String {
        let mut gates = self.whole.gates.iter();
        gates
            .find(|gate| gate.gate.0 == no && !gate.name.is_empty())
            .map_or_else(
                || t.get("office-no-gate").into_owned(),
                |gate| gate.name.clone(),
            )
    }
}

/// All that changes on the page.
#[derive(Clone, Debug, Template)]
#[template(path = "office/figures.html")]
pub(super) struct FiguresHtml {
    t: Texts,
    at: String,
    inside: String,
    capacity: Option<String>,
    /// Of a hundred.
    part: i64,
    came: String,
    came_of_sold: Option<String>,
    left: String,
    expected: String,
    refused: String,
    chart: Option<Chart>,
    reasons: Vec<Reason>,
    types: Vec<[String; 6]>,
    gates: Vec<[String; 4]>,
    devices: Vec<DeviceLine>,
    alerts: Vec<AlertLine>,
    alerts_path: String,
    more_alerts: Option<String>,
    duplicates: String,
    /// Facts of doors with a newer program.
    unread: Option<String>,
}

#[derive(Clone, Debug)]
struct Reason {
    word: String,
    count: String,
    /// Of a hundred, of the most frequent.
    part: i64,
}

#[derive(Clone, Debug)]
struct DeviceLine {
    name: String,
    heard: Option<String>,
    counts: [String; 3],
}

/// An alert with what was noted where.
#[derive(Clone, Debug)]
pub(in crate::office) struct AlertLine {
    pub(in crate::office) kind: String,
    pub(in crate::office) subject: String,
    /// `Porte A, tablette 1, 19 h 42`.
    pub(in crate::office) facts: Vec<String>,
    pub(in crate::office) is_open: bool,
}

impl FiguresHtml {
    pub(super) async fn read(
        app: &App,
        office: &Office,
        event: &EventPage,
    ) -> Result<Self, ApiError> {
        let counted = Counted::read(app, event).await?;
        Ok(Self::of(&counted, office, event, app.now_ms()))
    }

    pub(super) fn of(
        counted: &Counted,
        office: &Office,
        event: &EventPage,
        now_ms: UnixMillis,
    ) -> Self {
        let (language, t) = (office.desk.language, office.desk.t);
        let words = |value| number(value, language);
        let whole = &counted.whole;
        let open = counted
            .alerts
            .iter()
            .filter(|alert| alert.resolved_ms.is_none());
        let open: Vec<_> = open.collect();
        let hidden = open.len().saturating_sub(ALERTS_SHOWN);
        let zone = &event.time_zone;
        Self {
            t,
            at: short_date(now_ms, zone, language).time,
            inside: words(whole.inside),
            capacity: event.capacity.map(|people| words(people.into())),
            part: whole.inside * 100 / i64::from(event.capacity.unwrap_or(0)).max(1),
            came: words(whole.came),
            came_of_sold: share(whole.came, whole.valid_tickets, language).map(|share| {
                let sold = words(whole.valid_tickets);
                t.with("office-came-of", &[("share", &share), ("sold", &sold)])
            }),
            left: words(whole.left),
            expected: words((whole.valid_tickets - whole.came).max(0)),
            refused: words(whole.refusals),
            chart: Chart::of(counted, zone, (language, t)),
            reasons: reasons(whole, language, t),
            types: types(counted, language, t),
            gates: gates(counted, language, t),
            devices: devices(counted, zone, (language, t)),
            alerts: open
                .iter()
                .take(ALERTS_SHOWN)
                .map(|alert| AlertLine::of(alert, zone, (language, t)))
                .collect(),
            alerts_path: office.at(format_args!("/events/{}/alerts", event.id)),
            more_alerts: (hidden > 0).then(|| words(hidden as i64)),
            duplicates: words(whole.duplicates),
            unread: (whole.unread > 0).then(|| words(whole.unread)),
        }
    }
}

fn types(counted: &Counted, language: Language, t: Texts) -> Vec<[String; 6]> {
    let lines = counted.by_type(t).into_iter();
    let lines = lines.map(|(name, sold, [came, left, inside])| {
        let words = |value| number(value, language);
        let missing = words((sold - came).max(0));
        [
            name,
            words(sold),
            words(came),
            words(left),
            words(inside),
            missing,
        ]
    });
    lines.collect()
}

fn gates(counted: &Counted, language: Language, t: Texts) -> Vec<[String; 4]> {
    let gates = counted.whole.gates.iter();
    let gates = gates.map(|gate| {
        let words = |value| number(value, language);
        [
            counted.gate_name(gate.gate.0, t),
            words(gate.entries),
            words(gate.exits),
            words(gate.refusals),
        ]
    });
    gates.collect()
}

fn devices(counted: &Counted, zone: &str, (language, t): (Language, Texts)) -> Vec<DeviceLine> {
    let devices = counted.parts.devices.iter();
    let devices = devices.map(|device| DeviceLine {
        name: if device.is_server {
            t.get("office-server-device").into_owned()
        } else {
            device.name.clone()
        },
        heard: device
            .heard_ms
            .map(|at| short_date(at, zone, language).time),
        counts: [device.entries, device.exits, device.refusals]
            .map(|count| number(count, language)),
    });
    devices.collect()
}

fn reasons(whole: &Attendance, language: Language, t: Texts) -> Vec<Reason> {
    let most = whole
        .refusals_by_reason
        .first()
        .map_or(1, |first| first.count.max(1));
    let reasons = whole.refusals_by_reason.iter().map(|reason| Reason {
        word: reason_word(&reason.reason, t),
        count: number(reason.count, language),
        part: reason.count * 100 / most,
    });
    reasons.collect()
}

/// Of a reason's code; one of a later version has its code for a word.
pub(super) fn reason_word(code: &str, t: Texts) -> String {
    use shared::admission::reason::Reason;
    match Reason::from_code(code) {
        Some(reason) => t
            .get(&format!("office-reason-{}", reason.code()))
            .into_owned(),
        None => code.to_owned(),
    }
}

impl AlertLine {
    pub(in crate::office) fn of(
        alert: &AlertView,
        zone: &str,
        (language, t): (Language, Texts),
    ) -> Self {
        let facts = alert.detail.get("facts").and_then(Value::as_array);
        let facts = facts.into_iter().flatten();
        let kind = match AlertKind::from_code(&alert.kind) {
            Some(kind) => sentence::alert(kind, language).to_owned(),
            None => t.get(&format!("office-alert-{}", alert.kind)).into_owned(),
        };
        Self {
            kind,
            subject: subject(alert, t),
            facts: facts.map(|fact| told(fact, zone, (language, t))).collect(),
            is_open: alert.resolved_ms.is_none(),
        }
    }
}

/// A ticket is named; journals and devices are told by what they noted.
fn subject(alert: &AlertView, t: Texts) -> String {
    let is_ticket = alert.subject.len() == 13;
    if is_ticket {
        return t.named("office-ticket-code", "code", &alert.subject);
    }
    let name = alert.detail.get("device_name").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// Where, by which device, when: as far as the fact says it.
fn told(fact: &Value, zone: &str, (language, t): (Language, Texts)) -> String {
    let text = |field| fact.get(field).and_then(Value::as_str);
    let at = fact.get("at_ms").and_then(Value::as_i64);
    let parts = [
        text("gate_name").map(str::to_owned),
        text("device_name").map(str::to_owned),
        at.map(|at| short_date(at, zone, language).time),
    ];
    let parts = parts.into_iter().flatten();
    let parts = parts.chain(of_till(fact, (language, t)));
    parts.collect::<Vec<_>>().join(", ")
}

/// Which closing of a till, and where it doesn't agree; or how much money.
fn of_till(fact: &Value, (language, t): (Language, Texts)) -> Vec<String> {
    let text = |field| fact.get(field).and_then(Value::as_str);
    let number = |field| fact.get(field).and_then(Value::as_i64);
    let currency = text("currency").unwrap_or_default();
    if let (Some(kind), Some(name)) = (text("closing"), text("name")) {
        let broken = (text("broken"), number("broken_seq"));
        let differences = fact.get("differences").unwrap_or(&Value::Null);
        let said = said_of(
            broken,
            differences,
            currency,
            // Alerts tell names themselves.
            (language, t, &VoucherNames::default()),
        );
        return std::iter::once(closing_name(kind, name, t))
            .chain(said)
            .collect();
    }
    let amount = number("amount_minor").map(|minor| money_of(minor, currency, language));
    amount.into_iter().collect()
}
