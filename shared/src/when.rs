//! A date and an amount in words.

use crate::clock::UnixMillis;
use crate::language::Language;
use crate::money::{Currency, Money};
use jiff::Timestamp;
use jiff::tz::TimeZone;

type Names<const N: usize> = [&'static str; N];

/// Monday first, as jiff counts.
const fn weekdays(language: Language) -> Names<7> {
    match language {
        Language::Fr => [
            "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
        ],
        Language::En => [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ],
        Language::Es => [
            "lunes",
            "martes",
            "miércoles",
            "jueves",
            "viernes",
            "sábado",
            "domingo",
        ],
        Language::De => [
            "Montag",
            "Dienstag",
            "Mittwoch",
            "Donnerstag",
            "Freitag",
            "Samstag",
            "Sonntag",
        ],
        Language::It => [
            "lunedì",
            "martedì",
            "mercoledì",
            "giovedì",
            "venerdì",
            "sabato",
            "domenica",
        ],
    }
}

const fn months(language: Language) -> Names<12> {
    match language {
        Language::Fr => [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        Language::En => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        Language::Es => [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        Language::De => [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        Language::It => [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
    }
}

/// `samedi 28 novembre 2026 à 20 h 30`, in the event's own time zone; UTC when that is unknown.
pub fn date_and_time(at_ms: UnixMillis, time_zone: &str, language: Language) -> String {
    let at = local(at_ms, time_zone);
    let day = day_of(&at, language);
    let (hour, minute) = (at.hour(), at.minute());
    match language {
        Language::Fr => {
            let minutes = if minute == 0 {
                String::new()
            } else {
                format!("\u{a0}{minute:02}")
            };
            format!("{day} à {hour}\u{a0}h{minutes}")
        }
        Language::En => format!("{day} at {hour}:{minute:02}"),
        Language::Es => format!("{day}, {hour}:{minute:02}"),
        Language::De => format!("{day}, {hour}:{minute:02} Uhr"),
        Language::It => format!("{day}, ore {hour}:{minute:02}"),
    }
}

/// `samedi 28 novembre 2026`, likewise.
pub fn day_in_words(at_ms: UnixMillis, time_zone: &str, language: Language) -> String {
    day_of(&local(at_ms, time_zone), language)
}

fn day_of(at: &jiff::Zoned, language: Language) -> String {
    let weekday =
        weekdays(language)[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())];
    let month = months(language)[usize::from(at.month().unsigned_abs()) - 1];
    let (day, year) = (at.day(), at.year());
    match language {
        Language::Fr if day == 1 => format!("{weekday} 1er {month} {year}"),
        Language::Fr | Language::En | Language::It => format!("{weekday} {day} {month} {year}"),
        Language::Es => format!("{weekday} {day} de {month} de {year}"),
        Language::De => format!("{weekday}, {day}. {month} {year}"),
    }
}

/// A date for a list: short, the day apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortDate {
    /// `sam.`
    pub weekday: &'static str,
    /// `28`
    pub day: i8,
    /// `nov.`
    pub month: &'static str,
    /// `20 h 30`
    pub time: String,
}

/// `sam.` `28` `nov.` `20 h 30`.
pub fn short_date(at_ms: UnixMillis, time_zone: &str, language: Language) -> ShortDate {
    let at = local(at_ms, time_zone);
    let (weekdays, months) = short_names(language);
    let (hour, minute) = (at.hour(), at.minute());
    let time = match (language, minute) {
        (Language::Fr, 0) => format!("{hour}\u{a0}h"),
        (Language::Fr, _) => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        (Language::De, _) => format!("{hour}:{minute:02}\u{a0}Uhr"),
        (Language::En | Language::Es | Language::It, _) => format!("{hour}:{minute:02}"),
    };
    ShortDate {
        weekday: weekdays[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())],
        day: at.day(),
        month: months[usize::from(at.month().unsigned_abs()) - 1],
        time,
    }
}

/// `2026`, likewise.
pub fn year(at_ms: UnixMillis, time_zone: &str) -> i16 {
    local(at_ms, time_zone).year()
}

const fn short_names(language: Language) -> (Names<7>, Names<12>) {
    match language {
        Language::Fr => (
            ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
            [
                "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
                "nov.", "déc.",
            ],
        ),
        Language::En => (
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ],
        ),
        Language::Es => (
            ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
            [
                "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic",
            ],
        ),
        Language::De => (
            ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
            [
                "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.",
                "Nov.", "Dez.",
            ],
        ),
        Language::It => (
            ["lun", "mar", "mer", "gio", "ven", "sab", "dom"],
            [
                "gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic",
            ],
        ),
    }
}

fn local(at_ms: UnixMillis, time_zone: &str) -> jiff::Zoned {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(at_ms)
        .unwrap_or_default()
        .to_zoned(zone)
}

/// `34,00 €`; no-break spaces, so that no line ends inside.
pub fn amount(money: Money, language: Language) -> String {
    let sign = if money.minor < 0 { "-" } else { "" };
    let (units, cents) = (
        money.minor.unsigned_abs() / 100,
        money.minor.unsigned_abs() % 100,
    );
    let symbol = match money.currency {
        Currency::Eur => "€",
        Currency::Gbp => "£",
        Currency::Chf => "CHF",
    };
    let (thousands, point) = match language {
        Language::Fr => ("\u{a0}", ","),
        Language::En => (",", "."),
        Language::Es | Language::De | Language::It => (".", ","),
    };
    let digits = units.to_string();
    let grouped = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect::<Vec<_>>()
        .join(thousands);
    match (language, money.currency) {
        (Language::En, Currency::Eur | Currency::Gbp) => {
            format!("{sign}{symbol}{grouped}{point}{cents:02}")
        }
        (Language::En, Currency::Chf) => format!("{symbol}\u{a0}{sign}{grouped}{point}{cents:02}"),
        (Language::Fr | Language::Es | Language::De | Language::It, _) => {
            format!("{sign}{grouped}{point}{cents:02}\u{a0}{symbol}")
        }
    }
}

/// 550 is `5,5`.
pub fn percent(basis_points: u32, language: Language) -> String {
    let point = match language {
        Language::En => ".",
        Language::Fr | Language::Es | Language::De | Language::It => ",",
    };
    let text = format!("{}{point}{:02}", basis_points / 100, basis_points % 100);
    let text = text.trim_end_matches('0').trim_end_matches([',', '.']);
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_told_in_the_events_zone_and_each_language() {
        // Saturday 28 November 2026, 20:30 in Paris.
        let at = 1_795_894_200_000;
        let told = |language| date_and_time(at, "Europe/Paris", language);
        assert_eq!(
            told(Language::Fr),
            "samedi 28 novembre 2026 à 20\u{a0}h\u{a0}30"
        );
        assert_eq!(told(Language::En), "Saturday 28 November 2026 at 20:30");
        assert_eq!(told(Language::Es), "sábado 28 de noviembre de 2026, 20:30");
        assert_eq!(told(Language::De), "Samstag, 28. November 2026, 20:30 Uhr");
        assert_eq!(told(Language::It), "sabato 28 novembre 2026, ore 20:30");
        assert_eq!(
            date_and_time(at, "Nowhere/Land", Language::En),
            "Saturday 28 November 2026 at 19:30"
        );
    }

    #[test]
    fn a_list_has_the_day_apart() {
        let listed = |language| short_date(1_795_894_200_000, "Europe/Paris", language);
        let french = listed(Language::Fr);
        assert_eq!(
            (french.weekday, french.day, french.month),
            ("sam.", 28, "nov.")
        );
        assert_eq!(french.time, "20\u{a0}h\u{a0}30");
        assert_eq!(listed(Language::De).weekday, "Sa");
    }

    #[test]
    fn the_first_of_a_month_and_a_full_hour_are_french() {
        let at = 1_796_144_400_000 - 8 * 3_600_000;
        assert!(
            date_and_time(at, "Europe/Paris", Language::Fr)
                .starts_with("mardi 1er décembre 2026 à "),
            "{}",
            date_and_time(at, "Europe/Paris", Language::Fr)
        );
    }

    #[test]
    fn an_amount_is_written_as_each_language_does() {
        let money = Money::new(123_456_700, Currency::Eur);
        assert_eq!(amount(money, Language::Fr), "1\u{a0}234\u{a0}567,00\u{a0}€");
        assert_eq!(amount(money, Language::En), "€1,234,567.00");
        assert_eq!(amount(money, Language::De), "1.234.567,00\u{a0}€");
        let refund = Money::new(-5, Currency::Gbp);
        assert_eq!(amount(refund, Language::Fr), "-0,05\u{a0}£");
        assert_eq!(amount(refund, Language::En), "-£0.05");
    }

    #[test]
    fn a_rate_is_written_without_needless_digits() {
        assert_eq!(percent(550, Language::Fr), "5,5");
        assert_eq!(percent(2_000, Language::De), "20");
        assert_eq!(percent(2_100, Language::En), "21");
        assert_eq!(percent(210, Language::En), "2.1");
        assert_eq!(percent(0, Language::En), "0");
    }
}
