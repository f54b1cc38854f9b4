//! The last scans, newest first.

use std::collections::VecDeque;

use shared::ids::{FactId, TicketId};

use super::view::RecentView;

/// More than anybody scrolls back through at a door.
pub(super) const KEPT: usize = 50;

/// What was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presented {
    /// A code's text.
    Code(String),
    /// A ticket that was found by name or short code.
    ByHand(TicketId),
}

#[derive(Debug, Default)]
pub(super) struct LastScans {
    last_no: u32,
    lines: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    view: RecentView,
    /// As long as a supervisor may let it in after all. In memory only: a code is nobody's business afterwards.
    refused: Option<Presented>,
}

impl LastScans {
    /// The number of the next verdict.
    pub(super) fn next_no(&mut self) -> u32 {
        self.last_no += 1;
        self.last_no
    }

    /// What the journal has, where nothing was scanned since the start. Oldest first.
    pub(super) fn go_on(&mut self, lines: Vec<RecentView>) {
        if self.has_any() {
            return;
        }
        for line in lines {
            let no = self.next_no();
            self.remember(RecentView { no, ..line }, None);
        }
    }

    pub(super) fn has_any(&self) -> bool {
        !self.lines.is_empty()
    }

    pub(super) fn remember(&mut self, view: RecentView, refused: Option<Presented>) {
        self.lines.push_front(Line { view, refused });
        self.lines.truncate(KEPT);
    }

    /// Another door's, from now on.
    pub(super) fn forget(&mut self) {
        self.lines.clear();
    }

    /// The fact that can be taken back, if the scan of this number wrote one and it stands.
    pub(super) fn undoable(&self, no: u32) -> Option<FactId> {
        let line = self.lines.iter().find(|line| line.view.no == no)?;
        line.view.undo.filter(|_| !line.view.undone)
    }

    pub(super) fn undone(&mut self, no: u32) {
        if let Some(line) = self.line(no) {
            line.view.undone = true;
        }
    }

    /// What the scan of this number turned away, if a supervisor may let it in.
    pub(super) fn refused(&self, no: u32) -> Option<Presented> {
        let line = self.lines.iter().find(|line| line.view.no == no)?;
        line.refused.clone()
    }

    /// It was let in: not again by the same scan.
    pub(super) fn settled(&mut self, no: u32) {
        if let Some(line) = self.line(no) {
            line.refused = None;
        }
    }

    fn line(&mut self, no: u32) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.view.no == no)
    }

    pub(super) fn lines(&self) -> Vec<RecentView> {
        self.lines.iter().map(|line| line.view.clone()).collect()
    }
}
