//! A receipt.

use shared::language::Language;
use shared::when::amount;

use super::{Row, Size, journal, moment, seller, vat};
use crate::print::document::{Receipt, ReceiptLine};
use crate::print::texts::Texts;

pub(crate) fn receipt(receipt: &Receipt) -> Vec<Row> {
    let language = receipt.language;
    let texts = Texts::of(language);
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(
        texts
            .mark(receipt.mark)
            .map(|mark| Row::Banner(mark.into())),
    );
    rows.extend(seller(&receipt.seller));
    rows.push(Row::Gap);
    let title = format!("{} {}", texts.receipt(receipt.kind), receipt.number);
    rows.push(Row::centered(title, Size::Tall, true));
    let at = moment(receipt.at_ms, &receipt.time_zone, language);
    rows.push(Row::centered(at, Size::Normal, false));
    rows.push(Row::pair(
        format!("{} {}", texts.till, receipt.till),
        format!("{} {}", texts.clerk, receipt.clerk),
    ));
    rows.push(Row::Rule);
    rows.extend(lines(&receipt.lines, language));
    rows.push(Row::Rule);
    let total = amount(receipt.total, language);
    rows.push(Row::sum(texts.total, total, Size::Tall));
    if let Some(off) = receipt.taken_off {
        rows.push(Row::pair(texts.taken_off, amount(off, language)));
    }
    rows.push(Row::Gap);
    if let Some(exchanged) = &receipt.exchanged {
        let title = format!("{} ({})", texts.exchanged, exchanged.number);
        rows.push(Row::text(title));
        rows.extend(lines(&exchanged.lines, language));
        for (means, back) in &exchanged.back {
            let title = format!("{}, {}", texts.given_back, texts.means(means));
            rows.push(Row::pair(title, amount(*back, language)));
        }
        rows.push(Row::Gap);
    }
    for (means, paid) in &receipt.paid {
        rows.push(Row::pair(texts.means(means), amount(*paid, language)));
    }
    if let Some(cash) = receipt.cash {
        rows.push(Row::pair(texts.given, amount(cash.given, language)));
        rows.push(Row::pair(texts.change, amount(cash.change, language)));
    }
    rows.push(Row::Rule);
    rows.push(vat(&receipt.vat, texts, language));
    rows.push(Row::Rule);
    rows.push(journal(&receipt.journal, texts));
    rows.extend(
        texts
            .mark(receipt.mark)
            .map(|mark| Row::centered(mark, Size::Tall, true)),
    );
    rows
}

fn lines(of: &[ReceiptLine], language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in of {
        let text = format!("{} × {}", line.count, line.text);
        rows.push(Row::pair(text, amount(line.total, language)));
        if line.count > 1 {
            let each = format!("    {} × {}", line.count, amount(line.each, language));
            rows.push(Row::text(each));
        }
        rows.extend(
            line.note
                .iter()
                .map(|note| Row::text(format!("    {note}"))),
        );
    }
    rows
}
