//! What this till is set up with: its printers, and the vouchers that the organizer has it take. Each change is a fact.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use shared::fact::till::TillFact;

use super::TillError;
use super::ledger::Ledger;
use super::printing::Prints;
use crate::replica::{ReplicaError, WriteTx, printers, till_terms};

/// SHA-256 of a line each of what is set up: `tickets ADDRESS SPEAKS`, `voucher NUMBER NAME`.
pub(super) fn hash(tx: &WriteTx<'_>) -> Result<[u8; 32], ReplicaError> {
    let mut hash = Sha256::new();
    for prints in [Prints::Tickets, Prints::Papers] {
        if let Some(row) = printers::get(tx, prints.code())? {
            let line = format!("{} {} {}\n", prints.code(), row.address, row.speaks);
            hash.update(line);
        }
    }
    hash.update(vouchers(tx)?);
    Ok(hash.finalize().into())
}

fn vouchers(tx: &WriteTx<'_>) -> Result<String, ReplicaError> {
    let mut lines = String::new();
    for kind in till_terms::vouchers(tx)?
        .into_iter()
        .filter(|kind| kind.taken)
    {
        writeln!(lines, "voucher {} {}", kind.number, kind.name).expect("a text takes it");
    }
    Ok(lines)
}

/// Before this till does something by another list of vouchers than it did before, its journal says so. Its first list is no
/// change.
pub(super) fn note_change(ledger: &mut Ledger<'_>) -> Result<(), TillError> {
    let now: [u8; 32] = Sha256::digest(vouchers(ledger.tx)?).into();
    let noted = till_terms::noted(ledger.tx)?;
    if noted.as_deref() == Some(&now[..]) {
        return Ok(());
    }
    till_terms::note(ledger.tx, &now)?;
    if noted.is_some() {
        let hash = hash(ledger.tx)?;
        ledger.write(TillFact::ConfigurationChanged { hash })?;
    }
    Ok(())
}
