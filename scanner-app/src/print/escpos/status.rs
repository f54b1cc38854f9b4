//! What a receipt printer answers when it is asked how it is: `DLE EOT n` at once, `GS r 1` when it has come so far in
//! its work.

use crate::print::trouble::Trouble;

/// Asks for all four bytes; answered at once, even by a printer that has stopped.
pub(crate) const ASK: [u8; 12] = [0x10, 0x04, 1, 0x10, 0x04, 2, 0x10, 0x04, 3, 0x10, 0x04, 4];

/// Asks for the paper; answered when everything before it has been printed.
pub(crate) const ASK_WHEN_DONE: [u8; 3] = [0x1d, b'r', 1];

/// How a printer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// It takes no work.
    pub offline: bool,
    /// What the drawer's switch says: its level is high, which with most drawers means open.
    pub drawer_high: bool,
    /// The cover is open.
    pub cover_open: bool,
    /// No paper.
    pub paper_out: bool,
    /// Little paper.
    pub paper_low: bool,
    /// The knife is stuck.
    pub cutter: bool,
    /// It must be switched off and on, or repaired.
    pub broken: bool,
    /// Its head is too hot; that passes.
    pub hot: bool,
}

impl Status {
    /// From the answers to `DLE EOT 1` to `4`, in their order; none if they are no such answers.
    pub fn read(answers: [u8; 4]) -> Option<Self> {
        let is_status = |byte: &u8| byte & 0b1001_0011 == 0b0001_0010;
        if !answers.iter().all(is_status) {
            return None;
        }
        let [printer, cause, error, paper] = answers;
        let has = |byte: u8, bits: u8| byte & bits != 0;
        Some(Self {
            offline: has(printer, 0x08),
            drawer_high: has(printer, 0x04),
            cover_open: has(cause, 0x04),
            paper_out: has(cause, 0x20) || has(paper, 0x60),
            paper_low: has(paper, 0x0c),
            cutter: has(error, 0x08),
            broken: has(error, 0x20),
            hot: has(error, 0x40),
        })
    }

    /// Why it can't print, the cause before its consequence.
    pub fn trouble(&self) -> Option<Trouble> {
        let found = [
            (self.cover_open, Trouble::CoverOpen),
            (self.paper_out, Trouble::PaperOut),
            (self.cutter, Trouble::CutterStuck),
            (self.broken, Trouble::Broken),
            (self.hot, Trouble::TooHot),
            (self.offline, Trouble::Offline),
        ];
        found
            .into_iter()
            .find_map(|(is, trouble)| is.then_some(trouble))
    }
}

/// Whether the paper was there when the printer came to [`ASK_WHEN_DONE`]; none if the byte is no such answer.
pub(crate) fn paper_when_done(answer: u8) -> Option<bool> {
    (answer & 0b1001_0000 == 0).then_some(answer & 0x0c == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: [u8; 4] = [0x16, 0x12, 0x12, 0x12];

    #[test]
    fn a_printer_that_is_fine_has_no_trouble() {
        let status = Status::read(FINE).unwrap();
        assert!(status.drawer_high);
        assert_eq!(status.trouble(), None);
    }

    #[test]
    fn the_cause_is_told_rather_than_its_consequence() {
        let told = |answers| Status::read(answers).unwrap().trouble();
        assert_eq!(told([0x1e, 0x16, 0x12, 0x12]), Some(Trouble::CoverOpen));
        assert_eq!(told([0x1e, 0x32, 0x12, 0x7e]), Some(Trouble::PaperOut));
        assert_eq!(told([0x1e, 0x52, 0x1a, 0x12]), Some(Trouble::CutterStuck));
        assert_eq!(told([0x1e, 0x12, 0x12, 0x12]), Some(Trouble::Offline));
        let low = Status::read([0x16, 0x12, 0x12, 0x1e]).unwrap();
        assert!(low.paper_low && low.trouble().is_none());
    }

    #[test]
    fn other_bytes_are_no_status() {
        assert_eq!(Status::read([0x16, 0x12, 0x12, 0x00]), None);
        assert_eq!(Status::read(*b"HTTP"), None);
        assert_eq!(paper_when_done(0x00), Some(true));
        assert_eq!(paper_when_done(0x03), Some(true), "little, but some");
        assert_eq!(paper_when_done(0x0c), Some(false));
        assert_eq!(paper_when_done(0x12), None, "that answers something else");
    }
}
