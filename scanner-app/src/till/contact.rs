//! What a guest leaves with a sale: sealed for the server and kept beside the journal, which names it.

use shared::fact::till::{SaleId, TillFact};
use shared::till::contact::{self, Bound, Contact, ContactKey};
use uuid::Uuid;

use super::TillError;
use super::ledger::Ledger;
use crate::edge::{OsRandom, random_bytes};
use crate::replica::{contacts, print_jobs, till_terms};
use crate::vault::Vault;

/// Seals it and names it, in the sale's transaction.
pub(super) fn leave(
    ledger: &mut Ledger<'_>,
    sale: SaleId,
    left: &Contact,
) -> Result<(), TillError> {
    let terms = till_terms::load(ledger.tx)?.ok_or(TillError::NoContactKey)?;
    let key = ContactKey::from_bytes(terms.contact_key).map_err(|_| TillError::NoContactKey)?;
    let blob = random_bytes();
    let bound = Bound {
        organizer: ledger.setup.organizer,
        sale,
        blob,
    };
    let sealed = key
        .seal(&bound, left, &mut OsRandom)
        .map_err(|_| TillError::NoContactKey)?;
    contacts::put(ledger.tx, Uuid::from_bytes(blob), &sealed, ledger.now_ms)?;
    let hash = contact::hash(&sealed);
    ledger.write(TillFact::Contact { sale, blob, hash })?;
    Ok(())
}

/// What the name on a job's tickets is sealed for.
fn purpose(job: i64) -> String {
    format!("print_job/holder/{job}")
}

/// A job's tickets say who they are for.
pub(super) fn hold_for(
    ledger: &Ledger<'_>,
    vault: &Vault,
    job: i64,
    name: &str,
) -> Result<(), TillError> {
    if !name.is_empty() {
        let sealed = vault.seal(&purpose(job), name.as_bytes());
        print_jobs::put_holder(ledger.tx, job, &sealed)?;
    }
    Ok(())
}

/// Who a job's tickets are for, while they are not on paper.
pub(super) fn holder(
    ledger: &Ledger<'_>,
    vault: &Vault,
    job: i64,
) -> Result<Option<String>, TillError> {
    let sealed = print_jobs::holder(ledger.tx, job)?;
    // A name that doesn't open is no reason to print nothing.
    let opened = sealed.and_then(|sealed| vault.unseal(&purpose(job), &sealed).ok());
    Ok(opened.and_then(|name| String::from_utf8(name).ok()))
}
