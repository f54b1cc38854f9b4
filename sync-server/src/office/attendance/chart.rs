//! Entries by five minutes, stacked by gate: a drawing, and the same in a table.

use std::collections::BTreeMap;

use shared::clock::UnixMillis;
use shared::language::Language;

use super::figures::Counted;
use crate::door::breakdown::FLOW_MS;
use crate::messages::when::short_date;
use crate::office::times::as_typed;
use crate::office::words::number;
use crate::web::store::Texts;

/// Three hours; of a longer evening the last.
const MOST_COLUMNS: i64 = 36;
/// Series that lightness tells apart; further gates share the last.
const SERIES: usize = 3;
const WIDTH: f64 = 760.0;
const LEFT: f64 = 40.0;
const BOTTOM: f64 = 242.0;
const HEIGHT: f64 = 205.0;

/// The drawing, in units of its view box of 760 by 266.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    /// What it says, for whoever doesn't see it.
    pub(super) says: String,
    pub(super) legend: Vec<(usize, String)>,
    pub(super) lines: Vec<Line>,
    pub(super) bars: Vec<Bar>,
    pub(super) hours: Vec<(String, String)>,
    /// Of the table: time, each series, all.
    pub(super) rows: Vec<(String, Vec<String>, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) y: String,
    pub(super) label: String,
}

#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) series: usize,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

/// Entries of each series from each column's time on.
type Columns = BTreeMap<UnixMillis, [i64; SERIES]>;

impl Chart {
    /// `None`: nobody has come.
    pub(super) fn of(
        counted: &Counted,
        zone: &str,
        (language, t): (Language, Texts),
    ) -> Option<Self> {
        let flow = &counted.parts.flow;
        let last = flow.last()?.from_ms;
        let first = flow
            .first()?
            .from_ms
            .max(last - (MOST_COLUMNS - 1) * FLOW_MS);
        let series = series(counted, t);
        let columns = columns(counted, &series, (first, last));
        let sums = columns.values().map(|column| column.iter().sum::<i64>());
        let most = sums.max().unwrap_or(0).max(1);
        let time = |at| short_date(at, zone, language).time;
        let peak = columns
            .iter()
            .max_by_key(|(at, column)| (column.iter().sum::<i64>(), -**at))?;
        Some(Self {
            says: t.with(
                "office-chart-says",
                &[
                    ("from", &time(first)),
                    ("until", &time(last + FLOW_MS)),
                    ("peak", &time(*peak.0)),
                    ("count", &number(peak.1.iter().sum(), language)),
                ],
            ),
            legend: (1..)
                .zip(series.iter().map(|(name, _)| name.clone()))
                .collect(),
            lines: lines(most, language),
            bars: bars(&columns, most),
            hours: hours(&columns, zone),
            rows: columns
                .iter()
                .map(|(at, column)| {
                    let counts = column.iter().take(series.len());
                    (
                        time(*at),
                        counts.map(|count| number(*count, language)).collect(),
                        number(column.iter().sum(), language),
                    )
                })
                .collect(),
        })
    }
}

/// Names with the gates of each, the busiest first.
fn series(counted: &Counted, t: Texts) -> Vec<(String, Vec<u16>)> {
    let mut by_gate: BTreeMap<u16, i64> = BTreeMap::new();
    for count in &counted.parts.flow {
        *by_gate.entry(count.gate.0).or_default() += count.entries;
    }
    let mut gates: Vec<(u16, i64)> = by_gate.into_iter().collect();
    gates.sort_by_key(|(no, entries)| (-entries, *no));
    let alone = if gates.len() > SERIES {
        SERIES - 1
    } else {
        gates.len()
    };
    let (own, others) = gates.split_at(alone);
    let mut series: Vec<_> = own
        .iter()
        .map(|(no, _)| (counted.gate_name(*no, t), vec![*no]))
        .collect();
    if !others.is_empty() {
        let others = others.iter().map(|(no, _)| *no).collect();
        series.push((t.get("office-other-gates").into_owned(), others));
    }
    series
}

/// All columns from the first to the last, the empty ones too.
fn columns(
    counted: &Counted,
    series: &[(String, Vec<u16>)],
    (first, last): (UnixMillis, UnixMillis),
) -> Columns {
    let step = usize::try_from(FLOW_MS).unwrap_or(usize::MAX);
    let mut columns: Columns = (first..=last)
        .step_by(step)
        .map(|at| (at, [0; SERIES]))
        .collect();
    for count in &counted.parts.flow {
        let place = series
            .iter()
            .position(|(_, gates)| gates.contains(&count.gate.0));
        if let (Some(column), Some(place)) = (columns.get_mut(&count.from_ms), place) {
            column[place] += count.entries;
        }
    }
    columns
}

/// A step of 1, 2 or 5 times a power of ten, so that there are three to six lines.
fn step_of(most: i64) -> i64 {
    let mut power = 1;
    loop {
        for step in [power, 2 * power, 5 * power] {
            if most / step <= 5 {
                return step;
            }
        }
        power *= 10;
    }
}

fn lines(most: i64, language: Language) -> Vec<Line> {
    let step = step_of(most);
    let steps = (0..=most / step).map(|n| Line {
        y: tenths(BOTTOM - height(n * step, most)),
        label: number(n * step, language),
    });
    steps.collect()
}

fn bars(columns: &Columns, most: i64) -> Vec<Bar> {
    let wide = (WIDTH - LEFT) / columns.len() as f64;
    let mut bars = Vec::new();
    for (place, column) in columns.values().enumerate() {
        let mut below = 0;
        for (series, count) in (1..).zip(column) {
            if *count > 0 {
                let (from, to) = (height(below, most), height(below + count, most));
                bars.push(Bar {
                    series,
                    x: tenths(LEFT + wide * place as f64 + wide * 0.12),
                    y: tenths(BOTTOM - to),
                    width: tenths((wide * 0.76).min(60.0)),
                    height: tenths((to - from - 1.5).max(0.8)),
                });
            }
            below += count;
        }
    }
    bars
}

/// At most six columns are named, by what a clock shows: a phone has no room for more.
fn hours(columns: &Columns, zone: &str) -> Vec<(String, String)> {
    let wide = (WIDTH - LEFT) / columns.len() as f64;
    let every = columns.len().div_ceil(6);
    let hours = columns.keys().enumerate().step_by(every);
    let hours = hours.map(|(place, at)| {
        let x = LEFT + wide * place as f64 + wide * 0.12 + (wide * 0.38).min(30.0);
        let typed = as_typed(*at, zone);
        let (_, clock) = typed.split_once('T').unwrap_or_default();
        (tenths(x), clock.to_owned())
    });
    hours.collect()
}

fn height(count: i64, most: i64) -> f64 {
    HEIGHT * count as f64 / most as f64
}

fn tenths(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_round_numbers_and_never_many() {
        assert_eq!(step_of(1), 1);
        assert_eq!(step_of(5), 1);
        assert_eq!(step_of(6), 2);
        assert_eq!(step_of(154), 50);
        assert_eq!(step_of(9_999), 2_000);
        for most in 1..5_000 {
            let lines = lines(most, Language::Fr).len();
            assert!((1..=6).contains(&lines), "{most}: {lines}");
        }
    }
}
