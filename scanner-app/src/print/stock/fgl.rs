//! FGL, "Friendly Ghost Language": a ticket's dots, from left to right in bands of eight rows.

use paper::Dots;

/// Clears what an aborted ticket left, places the bands, prints and cuts.
pub(super) fn write(dots: &Dots, bytes: &mut Vec<u8>) {
    bytes.extend(b"<CB>");
    for (top, band) in (0..).step_by(8).zip(dots.bands()) {
        let Some(first) = band.iter().position(|column| *column != 0) else {
            continue;
        };
        let last = band.iter().rposition(|column| *column != 0);
        let dark = &band[first..=last.unwrap_or(first)];
        let head = format!("<RC{top},{first}><G{}>", dark.len());
        bytes.extend(head.as_bytes());
        bytes.extend(dark);
    }
    bytes.extend(b"<p>\n");
}
