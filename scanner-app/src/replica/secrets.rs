//! What a device must forget when it is revoked, signs off or loses a right. Only here: whoever adds a secret to the
//! replica adds it to [`erase`].
//!
//! What is deleted is overwritten in the file, and the log that still has it is cut after the commit.

use super::{ReplicaError, WriteTx, handed_out, stock, summaries, supervisors, sync_state};

/// Everything that lets somebody in, or says who somebody is; not the device's own key, which sends the journals.
pub fn erase(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    tx.overwriting(|| {
        tx.execute("delete from ticket_key", [])?;
        stock::erase(tx)?;
        handed_out::erase(tx)?;
        supervisors::delete(tx)?;
        sync_state::next_generation(tx)
    })?;
    summaries::end(tx)
}

/// The right to supervise was taken away.
pub fn erase_supervisors(tx: &WriteTx<'_>) -> Result<(), ReplicaError> {
    if supervisors::version(tx)? == 0 {
        return Ok(());
    }
    tx.overwriting(|| supervisors::delete(tx))
}
