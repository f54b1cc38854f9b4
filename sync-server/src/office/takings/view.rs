//! The statement in words and figures of a language, as the page and the printed sheet show it.

use shared::clock::UnixMillis;
use shared::language::Language;
use shared::money::Money;

use super::Opened;
use super::lent::Lent;
use super::statement::{Line, Moment, Sum};
use crate::messages::when::{amount, date_and_time};
use crate::office::words::{number, percent};

/// All that is shown.
pub(super) struct View {
    pub(super) title: String,
    pub(super) when: String,
    pub(super) place: String,
    /// Who answers for it, with the licence where there is one.
    pub(super) organizer: String,
    pub(super) made: String,
    pub(super) lines: Vec<LineView>,
    /// Till, type, first and last number, given, sold, given back, there, written off.
    pub(super) lent: Vec<[String; 9]>,
    /// The numbers that came back unsold, by till and type.
    pub(super) returned: Vec<String>,
    /// How many tickets, and what they come to.
    pub(super) valid: [String; 2],
    pub(super) takings: String,
    pub(super) free: String,
    /// What, how many, what they come to.
    pub(super) parts: Vec<[String; 3]>,
    /// Rate, without VAT, VAT, with VAT.
    pub(super) rates: Vec<[String; 4]>,
    pub(super) retained: Option<String>,
    pub(super) net: String,
    /// The tickets and the ledger disagree, and by how much.
    pub(super) difference: Option<String>,
}

/// A kind of ticket.
pub(super) struct LineView {
    pub(super) name: String,
    pub(super) moment: String,
    pub(super) price: String,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) count: String,
    pub(super) cancelled: String,
    pub(super) valid: String,
    pub(super) total: String,
}

impl View {
    pub(super) fn of(opened: &Opened, now_ms: UnixMillis) -> Self {
        let Opened {
            office,
            event,
            statement,
            ..
        } = opened;
        let (language, t) = (office.desk.language, office.desk.t);
        let money = |money: Money| amount(money, language);
        let part = |key: &str, sum: Sum| {
            let tickets = number(sum.tickets.into(), language);
            [t.get(key).into_owned(), tickets, money(sum.total)]
        };
        let said =
            |key: &str, of: Money| (of.minor != 0).then(|| t.named(key, "amount", money(of)));
        let venue = &event.venue;
        let legal = &office.organizer.legal_name;
        let made = date_and_time(now_ms, &event.time_zone, language);
        Self {
            title: t.named("takings-of", "title", &event.title),
            when: date_and_time(event.starts_ms, &event.time_zone, language),
            place: format!("{}, {} {}", venue.name, venue.postal_code, venue.city),
            organizer: match &office.organizer.licence {
                Some(licence) => {
                    format!(
                        "{legal}, {}",
                        t.named("takings-licence", "licence", licence)
                    )
                }
                None => legal.clone(),
            },
            made: t.named("takings-made", "when", made),
            lines: statement
                .lines
                .iter()
                .map(|line| LineView::of(line, opened))
                .collect(),
            lent: opened
                .lent
                .iter()
                .map(|lent| lent_cells(lent, language))
                .collect(),
            returned: opened
                .lent
                .iter()
                .filter(|lent| lent.returned > 0)
                .map(|lent| {
                    format!(
                        "{}, {}\u{a0}: {}",
                        lent.till,
                        lent.type_name,
                        lent.returned_text()
                    )
                })
                .collect(),
            valid: [
                number(statement.valid.tickets.into(), language),
                money(statement.valid.total),
            ],
            takings: money(statement.takings),
            free: number(statement.free.into(), language),
            parts: vec![
                part("takings-presale", statement.presale),
                part("takings-doors", statement.doors),
                part("takings-cancelled", statement.cancelled),
            ],
            rates: statement
                .rates
                .iter()
                .map(|rate| {
                    let basis_points = percent(rate.basis_points.into(), language);
                    let named = t.named("takings-rate", "rate", basis_points);
                    [named, money(rate.net()), money(rate.vat), money(rate.total)]
                })
                .collect(),
            retained: said("takings-retained-of", statement.retained),
            net: money(statement.net()),
            difference: said("takings-difference", statement.difference),
        }
    }
}

pub(super) fn lent_cells(lent: &Lent, language: Language) -> [String; 9] {
    let no = |no: i64| format!("{}-{no}", lent.channel);
    let count = |count: i64| number(count, language);
    [
        lent.till.clone(),
        lent.type_name.clone(),
        no(lent.first),
        no(lent.last),
        count(lent.count),
        count(lent.sold),
        count(lent.returned),
        count(lent.unsold),
        count(lent.written_off),
    ]
}

impl LineView {
    fn of(line: &Line, opened: &Opened) -> Self {
        let (language, t) = (opened.office.desk.language, opened.office.desk.t);
        let issued = &line.issued;
        let count = |count: u32| number(count.into(), language);
        let no = |no: i64| format!("{}-{no}", issued.channel);
        let moment = match issued.moment {
            Moment::Presale => "takings-presale",
            Moment::Doors => "takings-doors",
        };
        Self {
            name: issued.type_name.clone(),
            moment: t.get(moment).into_owned(),
            price: if issued.price.minor == 0 {
                t.get("takings-free").into_owned()
            } else {
                amount(issued.price, language)
            },
            first: no(issued.first),
            last: no(issued.last),
            count: count(issued.count),
            cancelled: count(issued.cancelled),
            valid: count(line.valid),
            total: amount(line.total, language),
        }
    }
}
