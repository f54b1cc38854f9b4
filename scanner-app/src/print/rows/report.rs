//! An X or a Z.

use shared::when::amount;

use super::{Row, Size, journal, moment, seller, signed, vat};
use crate::print::document::{Drawer, Report, ReportKind};
use crate::print::texts::Texts;

pub(crate) fn report(report: &Report) -> Vec<Row> {
    let language = report.language;
    let texts = Texts::of(language);
    let at = |ms| moment(ms, &report.time_zone, language);
    let money = |money| amount(money, language);
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(texts.mark(report.mark).map(|mark| Row::Banner(mark.into())));
    rows.extend(seller(&report.seller));
    rows.push(Row::Gap);
    rows.push(Row::centered(texts.report(report.kind), Size::Large, true));
    if report.kind == ReportKind::X {
        rows.push(Row::centered(texts.closes_nothing, Size::Normal, false));
    }
    rows.push(Row::pair(texts.till, &report.till));
    rows.push(Row::pair(texts.clerk, report.clerks.join(", ")));
    rows.push(Row::pair(texts.opened, at(report.opened_ms)));
    rows.push(Row::pair(texts.made, at(report.made_ms)));
    rows.push(Row::Rule);
    rows.push(Row::sum(texts.total, money(report.total), Size::Tall));
    rows.push(Row::pair(texts.sales, report.sales.to_string()));
    let (count, refunded) = report.refunds;
    rows.push(Row::pair(
        format!("{} ({count})", texts.refunds),
        money(refunded),
    ));
    rows.push(Row::pair(texts.voids, report.voids.to_string()));
    rows.push(Row::pair(texts.reprints, report.reprints.to_string()));
    rows.push(Row::Gap);
    rows.push(Row::heading(texts.by_rate));
    rows.push(vat(&report.vat, texts, language));
    rows.push(Row::Gap);
    rows.push(Row::heading(texts.by_means));
    for (means, count, sum) in &report.means {
        let means = format!("{} ({count})", texts.means(means));
        rows.push(Row::pair(means, money(*sum)));
    }
    rows.push(Row::Gap);
    rows.push(Row::heading(texts.drawer));
    rows.extend(drawer(report, &report.drawer, texts));
    rows.push(Row::Gap);
    rows.push(Row::heading(texts.numbers));
    for series in &report.series {
        let (letters, first, last) = (&series.letters, series.first, series.last);
        rows.push(Row::pair(
            format!("{letters}-{first} – {letters}-{last}"),
            series.used.to_string(),
        ));
    }
    rows.extend(
        report
            .receipts
            .iter()
            .map(|(first, last)| Row::pair(texts.receipts, format!("{first} – {last}"))),
    );
    rows.push(Row::Rule);
    rows.push(Row::pair(texts.perpetual, money(report.perpetual)));
    rows.push(journal(&report.journal, texts));
    rows.extend(
        texts
            .mark(report.mark)
            .map(|mark| Row::centered(mark, Size::Tall, true)),
    );
    rows
}

fn drawer(report: &Report, drawer: &Drawer, texts: &Texts) -> Vec<Row> {
    let money = |money| amount(money, report.language);
    let mut rows = vec![
        Row::pair(texts.float, money(drawer.float)),
        Row::pair(texts.cash_sales, money(drawer.sales)),
        Row::pair(texts.put_in, money(drawer.put_in)),
        Row::pair(texts.taken_out, money(drawer.taken_out)),
        Row::sum(texts.expected, money(drawer.expected), Size::Normal),
    ];
    match drawer.counted {
        Some((counted, difference)) => {
            rows.push(Row::sum(texts.counted, money(counted), Size::Normal));
            let difference = signed(difference, report.language);
            rows.push(Row::sum(texts.difference, difference, Size::Normal));
        }
        None => rows.push(Row::text(texts.not_counted)),
    }
    rows
}
