//! The table for SIBIL (law of 7 July 2016, art. 48): each performance of a quarter with its prices, tickets and takings, as a file.
//! There is no interface to send it to: whoever holds the licence types or uploads it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use shared::clock::UnixMillis;
use shared::ids::OrganizerId;
use shared::money::{Currency, Money, vat_included};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::currency_of;
use crate::messages::when::date_and_time;
use crate::office::csv::{self, decimal};
use crate::office::desk::{Desk, Office};
use crate::office::orders::OWN_ZONE;
use crate::web::{ApiError, Path, Query};

/// Date, show, domain, place, postcode, town, lowest price, highest price, paid, free, with VAT, VAT, without.
type Row = [String; 13];

/// `2026-4`; the quarter before this one unless told.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfQuarter {
    quarter: Option<String>,
}

pub(super) async fn download(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Query(of): Query<OfQuarter>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadFigures).await?;
    let wrong = || ApiError::invalid([("quarter", "a year and 1 to 4, as in 2026-4")]);
    let quarter = match of.quarter.as_deref() {
        Some(text) => Quarter::from_text(text).ok_or_else(wrong)?,
        None => Quarter::before(app.now_ms()).ok_or_else(wrong)?,
    };
    let (from_ms, until_ms) = quarter.bounds().ok_or_else(wrong)?;
    let mut conn = app.pool.acquire().await?;
    let performances = performances(&mut conn, organizer, (from_ms, until_ms)).await?;
    drop(conn);
    let name = format!("sibil-{}-{}", quarter.year, quarter.no);
    csv::file(&name, &rows(&performances, &office), office.desk.language)
}

/// Three months of a year, by the clock of France.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quarter {
    year: i16,
    /// 1 to 4.
    no: i8,
}

impl Quarter {
    fn from_text(text: &str) -> Option<Self> {
        let (year, no) = text.split_once('-')?;
        let quarter = Self {
            year: year.parse().ok()?,
            no: no.parse().ok()?,
        };
        (1..=4).contains(&quarter.no).then_some(quarter)
    }

    fn before(now_ms: UnixMillis) -> Option<Self> {
        let zone = shared::admission::time_zone(OWN_ZONE)?;
        let now = jiff::Timestamp::from_millisecond(now_ms).ok()?;
        let today = zone.to_datetime(now).date();
        let no = (today.month() - 1) / 3;
        Some(if no == 0 {
            Self {
                year: today.year() - 1,
                no: 4,
            }
        } else {
            Self {
                year: today.year(),
                no,
            }
        })
    }

    fn bounds(self) -> Option<(UnixMillis, UnixMillis)> {
        let zone = shared::admission::time_zone(OWN_ZONE)?;
        let first = Date::new(self.year, self.no * 3 - 2, 1).ok()?;
        let next = first.checked_add(3.months()).ok()?;
        let begins = |day: Date| {
            let zoned = zone
                .to_ambiguous_zoned(day.at(0, 0, 0, 0))
                .compatible()
                .ok()?;
            Some(zoned.timestamp().as_millisecond())
        };
        Some((begins(first)?, begins(next)?))
    }
}

struct Performance {
    title: String,
    category: String,
    starts_ms: UnixMillis,
    time_zone: String,
    place: [String; 3],
    currency: Currency,
    /// Lowest and highest price above nothing.
    prices: Option<(i64, i64)>,
    paid: i64,
    free: i64,
    /// By rate.
    totals: BTreeMap<i32, i64>,
}

/// From the tickets of all channels that were not taken back.
async fn performances(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    (from_ms, until_ms): (UnixMillis, UnixMillis),
) -> Result<Vec<Performance>, ApiError> {
    let found = sqlx::query!(
        r#"select e.id, e.title, e.category, e.starts_ms, e.time_zone, e.currency, v.name, v.postal_code, v.city,
                  t.vat_basis_points as "rate?", count(t.id) filter (where t.price_minor > 0) as "paid!",
                  count(t.id) filter (where t.price_minor = 0) as "free!", coalesce(sum(t.price_minor), 0)::bigint as "total!",
                  min(t.price_minor) filter (where t.price_minor > 0) as lowest, max(t.price_minor) as highest
           from events e
           join venues v on v.organizer_id = e.organizer_id and v.id = e.venue_id
           left join tickets t on t.organizer_id = e.organizer_id and t.event_id = e.id and t.status in (0, 4)
           where e.organizer_id = $1 and e.starts_ms >= $2 and e.starts_ms < $3 and e.mode = 'real'
             and e.status in ('published', 'archived')
           group by e.id, e.title, e.category, e.starts_ms, e.time_zone, e.currency, v.name, v.postal_code, v.city,
                    t.vat_basis_points
           order by e.starts_ms, e.id, t.vat_basis_points"#,
        organizer.0,
        from_ms,
        until_ms
    )
    .fetch_all(conn)
    .await?;
    let mut all: Vec<(Uuid, Performance)> = Vec::new();
    for row in found {
        if all.last().is_none_or(|(id, _)| *id != row.id) {
            let performance = Performance {
                title: row.title,
                category: row.category,
                starts_ms: row.starts_ms,
                time_zone: row.time_zone,
                place: [row.name, row.postal_code, row.city],
                currency: currency_of(&row.currency)?,
                prices: None,
                paid: 0,
                free: 0,
                totals: BTreeMap::new(),
            };
            all.push((row.id, performance));
        }
        let Some((_, performance)) = all.last_mut() else {
            continue;
        };
        performance.paid += row.paid;
        performance.free += row.free;
        if let Some(rate) = row.rate {
            *performance.totals.entry(rate).or_default() += row.total;
        }
        if let (Some(lowest), Some(highest)) = (row.lowest, row.highest) {
            let (low, high) = performance.prices.unwrap_or((lowest, highest));
            performance.prices = Some((low.min(lowest), high.max(highest)));
        }
    }
    Ok(all
        .into_iter()
        .map(|(_, performance)| performance)
        .collect())
}

fn rows(performances: &[Performance], office: &Office) -> Vec<Row> {
    let (language, t) = (office.desk.language, office.desk.t);
    let heads = [
        "sibil-when",
        "sibil-show",
        "sibil-domain",
        "sibil-place",
        "sibil-postcode",
        "sibil-town",
        "sibil-lowest",
        "sibil-highest",
        "sibil-paid",
        "sibil-free",
        "takings-total",
        "takings-vat",
        "takings-without-vat",
    ];
    let mut rows = vec![heads.map(|key| t.get(key).into_owned())];
    for performance in performances {
        let money = |minor| decimal(Money::new(minor, performance.currency), language);
        let total: i64 = performance.totals.values().sum();
        let vat: i64 = performance
            .totals
            .iter()
            .map(|(rate, total)| {
                let total = Money::new(*total, performance.currency);
                vat_included(total, rate.cast_unsigned()).minor
            })
            .sum();
        let price =
            |of: fn((i64, i64)) -> i64| performance.prices.map(of).map(money).unwrap_or_default();
        let [place, postcode, town] = performance.place.clone();
        rows.push([
            date_and_time(performance.starts_ms, &performance.time_zone, language),
            performance.title.clone(),
            t.get(&format!("category-{}", performance.category))
                .into_owned(),
            place,
            postcode,
            town,
            price(|(lowest, _)| lowest),
            price(|(_, highest)| highest),
            performance.paid.to_string(),
            performance.free.to_string(),
            money(total),
            money(vat),
            money(total - vat),
        ]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_three_months_by_the_clock_of_france() {
        let quarter = Quarter::from_text("2026-4").unwrap();
        let (from_ms, until_ms) = quarter.bounds().unwrap();
        // 1 October, summer time, to 1 January.
        assert_eq!(from_ms, 1_790_805_600_000);
        assert_eq!(until_ms, 1_798_758_000_000);
        assert_eq!(Quarter::before(until_ms), Some(quarter));
        assert_eq!(Quarter::before(from_ms), Quarter::from_text("2026-3"));
        for text in ["2026", "2026-0", "2026-5", "x-1", ""] {
            assert_eq!(Quarter::from_text(text), None, "{text}");
        }
    }
}
