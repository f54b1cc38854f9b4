//! The last scans, newest first.

use std::collections::VecDeque;

use shared::ids::FactId;

use super::view::RecentView;

/// More than anybody scrolls back through at a door.
pub(super) const KEPT: usize = 50;

#[derive(Debug, Default)]
pub(super) struct LastScans {
    last_no: u32,
    lines: VecDeque<RecentView>,
}

impl LastScans {
    /// The number of the next verdict.
    pub(super) fn next_no(&mut self) -> u32 {
        self.last_no += 1;
        self.last_no
    }

    /// What the journal has, where nothing was scanned since the start. Oldest first.
    pub(super) fn go_on(&mut self, lines: Vec<RecentView>) {
        if !self.lines.is_empty() {
            return;
        }
        for line in lines {
            let no = self.next_no();
            self.remember(RecentView { no, ..line });
        }
    }

    pub(super) fn remember(&mut self, line: RecentView) {
        self.lines.push_front(line);
        self.lines.truncate(KEPT);
    }

    /// The fact that can be taken back, if the scan of this number wrote one and it stands.
    pub(super) fn undoable(&self, no: u32) -> Option<FactId> {
        let line = self.lines.iter().find(|line| line.no == no)?;
        line.undo.filter(|_| !line.undone)
    }

    pub(super) fn undone(&mut self, no: u32) {
        for line in self.lines.iter_mut().filter(|line| line.no == no) {
            line.undone = true;
        }
    }

    pub(super) fn lines(&self) -> Vec<RecentView> {
        self.lines.iter().cloned().collect()
    }
}
