//! Taking back an entry or exit of the last scans.

use shared::fact::kind::VoidReason;

use super::common::{Common, locked};
use super::figures::Wake;
use super::view::{UiError, UiErrorCode, UndoReason};

impl From<UndoReason> for VoidReason {
    fn from(reason: UndoReason) -> Self {
        match reason {
            UndoReason::DidNotEnter => Self::DidNotPass,
            UndoReason::WrongTicket => Self::WrongPerson,
            UndoReason::WrongWay => Self::WrongDirection,
            UndoReason::Other => Self::Mistake,
        }
    }
}

impl Common {
    /// Takes back what the verdict of this number wrote. Told, and on the disk, when this returns.
    pub(super) fn undo(&self, no: u32, reason: UndoReason) -> Result<(), UiError> {
        let _turn = locked(&self.turn);
        let nothing = |detail| UiError::new(UiErrorCode::NothingToUndo, detail);
        let post = self.post().ok_or_else(|| nothing("no door is open"))?;
        let fact = locked(&self.scans)
            .undoable(no)
            .ok_or_else(|| nothing("that scan wrote no entry or exit, or it was taken back"))?;
        post.door.undo(fact, reason.into(), self.now_ms())?;
        locked(&self.scans).undone(no);
        self.tell_recent();
        self.wake_figures(Wake::Scanned);
        Ok(())
    }
}
