//! ZPL II: a ticket's dots as one picture, packed as `^GF` packs: a letter for repetitions, a comma for the rest of a white
//! row, a colon for a row like the one above.

use std::fmt::Write as _;

use paper::Dots;

/// One label.
pub(super) fn write(dots: &Dots) -> String {
    let rows: Vec<Vec<u8>> = dots.rows().collect();
    let each = rows.first().map_or(0, Vec::len);
    let all = each * rows.len();
    let mut text = format!(
        "^XA^PW{}^LL{}^LH0,0^FO0,0^GFA,{all},{all},{each},",
        dots.width(),
        dots.height()
    );
    let mut above: Option<&Vec<u8>> = None;
    for row in &rows {
        if above == Some(row) {
            text.push(':');
        } else {
            pack(row, &mut text);
        }
        above = Some(row);
    }
    text.push_str("^FS^XZ\n");
    text
}

fn pack(row: &[u8], text: &mut String) {
    let digits: Vec<u8> = row.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect();
    let white = digits.iter().rev().take_while(|digit| **digit == 0).count();
    let shown = &digits[..digits.len() - white];
    for run in shown.chunk_by(|a, b| a == b) {
        let mut left = run.len();
        // `g` is 20, `z` 400; `G` is 1, `Y` 19; one alone needs no letter.
        while left >= 20 {
            let twenties = (left / 20).min(20);
            text.push(char::from(b'g' + twenties as u8 - 1));
            left -= twenties * 20;
            if left >= 20 {
                let _ = write!(text, "{:X}", run[0]);
            }
        }
        if left > 0 && run.len() > 1 {
            text.push(char::from(b'G' + left as u8 - 1));
        }
        let _ = write!(text, "{:X}", run[0]);
    }
    if white > 0 {
        text.push(',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(row: &[u8]) -> String {
        let mut text = String::new();
        pack(row, &mut text);
        text
    }

    #[test]
    fn rows_are_packed_as_the_programming_guide_shows() {
        assert_eq!(packed(&[0x12, 0xff, 0xf0, 0x00]), "12IF,");
        assert_eq!(packed(&[0; 4]), ",");
        assert_eq!(packed(&[0xff; 10]), "gF");
        assert_eq!(packed(&[0xff; 13]), "gLF");
        // 6 hexadecimal B after 327 of them: the guide's example writes 327 B as vMB.
        assert_eq!(packed(&[0xbb; 163]), "vLB");
        assert_eq!(packed(&[0xaa, 0xab]), "IAB");
    }
}
