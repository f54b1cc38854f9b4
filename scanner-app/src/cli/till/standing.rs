//! How a till stands, and what it closed, in words.

use shared::language::Language;
use shared::money::{Currency, Money};
use shared::when::amount;

use crate::till::{Closings, Standing};

struct Texts {
    nobody: &'static str,
    clerk: &'static str,
    series: &'static str,
    receipt: &'static str,
    z: &'static str,
    sold: &'static str,
    refunded: &'static str,
    unsent: &'static str,
    to_print: &'static str,
    none: &'static str,
}

fn texts(language: Language) -> &'static Texts {
    match language {
        Language::Fr => &Texts {
            nobody: "aucune session ouverte",
            clerk: "Vend",
            series: "Série",
            receipt: "Dernier reçu",
            z: "Dernier Z",
            sold: "Vendu depuis l'origine",
            refunded: "Remboursé depuis l'origine",
            unsent: "Faits à envoyer au serveur",
            to_print: "À imprimer",
            none: "aucune",
        },
        Language::En => &Texts {
            nobody: "no shift is open",
            clerk: "Sells",
            series: "Series",
            receipt: "Last receipt",
            z: "Last Z",
            sold: "Sold since the beginning",
            refunded: "Given back since the beginning",
            unsent: "Facts to send to the server",
            to_print: "To print",
            none: "none",
        },
        Language::Es => &Texts {
            nobody: "ninguna sesión abierta",
            clerk: "Vende",
            series: "Serie",
            receipt: "Último recibo",
            z: "Último Z",
            sold: "Vendido desde el origen",
            refunded: "Reembolsado desde el origen",
            unsent: "Hechos por enviar al servidor",
            to_print: "Por imprimir",
            none: "ninguna",
        },
        Language::De => &Texts {
            nobody: "keine Schicht offen",
            clerk: "Verkauft",
            series: "Serie",
            receipt: "Letzter Beleg",
            z: "Letzter Z",
            sold: "Verkauft seit Beginn",
            refunded: "Erstattet seit Beginn",
            unsent: "Einträge für den Server",
            to_print: "Zu drucken",
            none: "keine",
        },
        Language::It => &Texts {
            nobody: "nessun turno aperto",
            clerk: "Vende",
            series: "Serie",
            receipt: "Ultima ricevuta",
            z: "Ultimo Z",
            sold: "Venduto dall'inizio",
            refunded: "Rimborsato dall'inizio",
            unsent: "Fatti da inviare al server",
            to_print: "Da stampare",
            none: "nessuna",
        },
    }
}

fn told_amount(minor: u64, currency: Currency, language: Language) -> String {
    let minor = i64::try_from(minor).unwrap_or(i64::MAX);
    amount(Money::new(minor, currency), language)
}

/// A line each.
pub(super) fn told(
    standing: &Standing,
    clerk: Option<String>,
    currency: Currency,
    language: Language,
) -> String {
    let texts = texts(language);
    let unsent: u64 = standing.journals.iter().map(|journal| journal.unsent).sum();
    let lines = [
        (texts.clerk, clerk.unwrap_or_else(|| texts.nobody.into())),
        (
            texts.series,
            standing.series.clone().unwrap_or_else(|| texts.none.into()),
        ),
        (texts.receipt, standing.receipt.to_string()),
        (texts.z, standing.z.to_string()),
        (
            texts.sold,
            told_amount(standing.perpetual_sold, currency, language),
        ),
        (
            texts.refunded,
            told_amount(standing.perpetual_refunded, currency, language),
        ),
        (texts.unsent, unsent.to_string()),
        (texts.to_print, standing.to_print.len().to_string()),
    ];
    lines
        .map(|(label, value)| format!("\n  {label:<28} {value}"))
        .concat()
}

/// A line a period: sold, given back.
pub(super) fn closings(closings: &[Closings], currency: Currency, language: Language) -> String {
    let texts = texts(language);
    if closings.is_empty() {
        return texts.none.to_owned();
    }
    let lines = closings.iter().map(|closing| {
        let sold = told_amount(closing.sums.sold, currency, language);
        let back = told_amount(closing.sums.refunded, currency, language);
        format!("\n  {:<10} +{sold} −{back}", closing.period)
    });
    lines.collect()
}
