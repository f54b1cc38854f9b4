//! An event for a calendar (RFC 5545), times in UTC.

use jiff::Timestamp;
use shared::clock::UnixMillis;

/// An event as a calendar has it.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// Stays the same when the event changes.
    pub(super) uid: String,
    /// Grows when the event changes.
    pub(super) sequence: i64,
    pub(super) made_ms: UnixMillis,
    pub(super) starts_ms: UnixMillis,
    pub(super) ends_ms: UnixMillis,
    pub(super) title: &'a str,
    pub(super) place: &'a str,
    /// Where the tickets are.
    pub(super) link: &'a str,
}

/// Octets of a line, without its end.
const LONGEST_LINE: usize = 75;

/// The file.
pub(super) fn file(entry: &Entry<'_>) -> String {
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Ticket Hub//Ticket Hub//FR".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", text(&entry.uid)),
        format!("SEQUENCE:{}", entry.sequence),
        format!("DTSTAMP:{}", utc(entry.made_ms)),
        format!("DTSTART:{}", utc(entry.starts_ms)),
        format!("DTEND:{}", utc(entry.ends_ms)),
        format!("SUMMARY:{}", text(entry.title)),
        format!("LOCATION:{}", text(entry.place)),
        format!("DESCRIPTION:{}", text(entry.link)),
        "STATUS:CONFIRMED".to_owned(),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().map(|line| folded(line)).collect()
}

fn utc(at_ms: UnixMillis) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// As a value of the type TEXT.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// With its end; goes on in the next line, behind a space, where it is too long, and never within a character.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 2);
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(title: &'a str, place: &'a str) -> Entry<'a> {
        Entry {
            uid: "1@x.example".into(),
            sequence: 3,
            made_ms: 1_795_374_000_000,
            starts_ms: 1_795_894_200_000,
            ends_ms: 1_795_905_000_000,
            title,
            place,
            link: "https://x.example/orders/1?secret=a",
        }
    }

    #[test]
    fn times_are_utc_and_no_text_ends_its_line() {
        let file = file(&entry(
            "Bal; à deux, \\o/\nEND:VCALENDAR",
            "Le Quai, 1 quai de la Loire",
        ));
        assert!(file.contains("\r\nDTSTART:20261128T193000Z\r\nDTEND:20261128T223000Z\r\n"));
        assert!(file.contains("SUMMARY:Bal\\; à deux\\, \\\\o/\\nEND:VCALENDAR\r\n"));
        assert!(file.contains("LOCATION:Le Quai\\, 1 quai de la Loire\r\n"));
        assert_eq!(file.matches("\r\nEND:VCALENDAR").count(), 1);
        assert!(file.ends_with("END:VCALENDAR\r\n"));
    }

    #[test]
    fn a_long_line_is_folded_between_characters() {
        let title = "Nuit 🎸 علي ".repeat(800);
        let file = file(&entry(&title, ""));
        assert!(file.lines().all(|line| line.len() <= LONGEST_LINE));
        assert!(file.replace("\r\n ", "").contains(&title));
    }
}
