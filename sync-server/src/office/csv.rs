//! Tables as files for a spreadsheet.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use shared::language::Language;
use shared::money::Money;

use crate::web::ApiError;

/// Spreadsheets take UTF-8 for what it is only behind this.
const MARK: char = '\u{feff}';

/// The rows as a file of this name, in ASCII.
pub(super) fn file<const N: usize>(
    name: &str,
    rows: &[[String; N]],
    language: Language,
) -> Result<Response, ApiError> {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).map_err(ApiError::internal)?,
        ),
    ];
    Ok((headers, written(rows, language)).into_response())
}

/// A number that a spreadsheet of that language can add up.
pub(super) fn decimal(money: Money, language: Language) -> String {
    let point = match language {
        Language::En => '.',
        Language::Fr | Language::Es | Language::De | Language::It => ',',
    };
    let sign = if money.minor < 0 { "-" } else { "" };
    let cents = money.minor.unsigned_abs();
    format!("{sign}{}{point}{:02}", cents / 100, cents % 100)
}

fn written<const N: usize>(rows: &[[String; N]], language: Language) -> String {
    // What a spreadsheet of that language takes for the end of a cell: the comma is its decimal sign.
    let between = match language {
        Language::En => ",",
        Language::Fr | Language::Es | Language::De | Language::It => ";",
    };
    let lines = rows.iter().map(|row| {
        let cells: Vec<String> = row.iter().map(|cell| cell_of(cell)).collect();
        format!("{}\r\n", cells.join(between))
    });
    std::iter::once(MARK.to_string()).chain(lines).collect()
}

/// In quotes, and never a formula: a spreadsheet would carry out what a name begins with.
fn cell_of(text: &str) -> String {
    let is_number = text.replace([',', '.'], "").parse::<i64>().is_ok();
    let acts = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '\t', '\r', '|', '%'])
        || text.starts_with(['\t', '\r', '\n']);
    let guard = if acts && !is_number { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use shared::money::Currency;

    use super::*;

    #[test]
    fn a_name_never_becomes_a_formula() {
        for name in [
            "=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", " =1", "\r=1", "%x", "|x",
        ] {
            let cell = cell_of(name);
            assert!(cell.starts_with("\"'"), "{name:?}: {cell:?}");
        }
        assert_eq!(cell_of("-12"), "\"-12\"", "a number stays one");
        assert_eq!(cell_of("-12,50"), "\"-12,50\"", "an amount, too");
    }

    #[test]
    fn quotes_and_ends_of_cells_stay_in_their_cell() {
        assert_eq!(cell_of("Porte \"A\"; 1,5"), "\"Porte \"\"A\"\"; 1,5\"");
    }

    #[test]
    fn an_amount_has_the_decimal_sign_of_its_reader_and_nothing_else() {
        let money = Money::new(-123_450, Currency::Eur);
        assert_eq!(decimal(money, Language::Fr), "-1234,50");
        assert_eq!(decimal(money, Language::En), "-1234.50");
    }
}
