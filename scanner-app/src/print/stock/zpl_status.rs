//! What a printer of ZPL answers to `~HS`: three lines of numbers.

use crate::print::trouble::Trouble;

/// Asks for them.
pub(crate) const ASK: &[u8] = b"~HS";

/// The three lines end with this.
const END: u8 = 3;

/// How a printer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    paper_out: bool,
    paused: bool,
    head_open: bool,
    hot: bool,
    /// Labels that it has and that are not printed.
    pub(crate) works: bool,
}

/// Is all of the answer there?
pub(crate) fn is_whole(answer: &[u8]) -> bool {
    answer.split(|byte| *byte == END).count() > 3
}

impl Status {
    /// None if it is no such answer.
    pub(crate) fn read(answer: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(answer).ok()?;
        let mut lines = text
            .split(['\u{2}', '\u{3}', '\r', '\n'])
            .filter(|line| !line.is_empty());
        let first: Vec<&str> = lines.next()?.split(',').collect();
        let second: Vec<&str> = lines.next()?.split(',').collect();
        if (first.len(), second.len()) != (12, 11) {
            return None;
        }
        let number = |field: &str| field.trim().parse::<u64>().ok();
        let is = |field: &str| number(field).map(|number| number != 0);
        Some(Self {
            paper_out: is(first[1])?,
            paused: is(first[2])?,
            head_open: is(second[2])?,
            hot: is(first[11])?,
            works: is(first[4])? || is(second[8])?,
        })
    }

    /// Why it can't print, the cause before its consequence: a printer without paper pauses.
    pub(crate) fn trouble(self) -> Option<Trouble> {
        let found = [
            (self.head_open, Trouble::CoverOpen),
            (self.paper_out, Trouble::PaperOut),
            (self.hot, Trouble::TooHot),
            (self.paused, Trouble::Offline),
        ];
        found
            .into_iter()
            .find_map(|(is, trouble)| is.then_some(trouble))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(first: &str, second: &str) -> Vec<u8> {
        format!("\u{2}{first}\u{3}\r\n\u{2}{second}\u{3}\r\n\u{2}1234,0\u{3}\r\n").into_bytes()
    }

    #[test]
    fn the_lines_of_the_programming_guide_are_read() {
        let fine = answer(
            "030,0,0,1245,000,0,0,0,000,0,0,0",
            "000,0,0,0,1,2,6,0,00000000,1,000",
        );
        assert!(is_whole(&fine) && !is_whole(&fine[..fine.len() - 3]));
        let status = Status::read(&fine).unwrap();
        assert_eq!((status.trouble(), status.works), (None, false));
        let out = answer(
            "030,1,1,1245,001,0,0,0,000,0,0,0",
            "000,0,0,0,1,2,6,0,00000002,1,000",
        );
        let status = Status::read(&out).unwrap();
        assert_eq!(
            (status.trouble(), status.works),
            (Some(Trouble::PaperOut), true)
        );
        let open = answer(
            "030,0,1,1245,000,0,0,0,000,0,0,0",
            "000,0,1,0,1,2,6,0,00000000,1,000",
        );
        let status = Status::read(&open).unwrap();
        assert_eq!(status.trouble(), Some(Trouble::CoverOpen));
        assert_eq!(Status::read(b"HTTP/1.1 400"), None);
    }
}
