//! Tickets of an order of the store, handed out on paper: the server said which, and noted it before.

use shared::clock::UnixMillis;
use shared::fact::till::TillFact;
use shared::ids::{FactId, TicketId};
use shared::wire::latest::HandOut;

use super::ledger::Ledger;
use super::{Till, TillError};
use crate::edge::OsRandom;
use crate::replica::handed_out;
use crate::replica::print_jobs::{self, PrintCopy, PrintWhat};
use crate::replica::till as kept;
use crate::vault::Vault;

impl Till {
    /// Notes that these are handed out, and has them printed. `fact` is what the server was asked with: told twice, they are
    /// printed once.
    pub fn hand_out(
        &self,
        tickets: HandOut,
        fact: FactId,
        duplicate: bool,
        now_ms: UnixMillis,
    ) -> Result<(), TillError> {
        let vault = self.vault.clone();
        self.write(now_ms, move |ledger| {
            if ledger.book.shift().is_none() {
                return Err(TillError::NoShift);
            }
            if kept::find(ledger.tx, fact)?.is_some() {
                return Ok(());
            }
            let mut ids: Vec<TicketId> = tickets.tickets.iter().map(|one| one.ticket).collect();
            ids.sort_unstable();
            if ids.is_empty() {
                return Err(TillError::NothingLeft);
            }
            ledger.write_as(
                fact,
                TillFact::Collected {
                    order: tickets.order,
                    event: tickets.event,
                    tickets: ids,
                    duplicate,
                },
            )?;
            handed_out::put(ledger.tx, &vault, fact, &tickets)?;
            let copy = if duplicate {
                PrintCopy::Duplicate
            } else {
                PrintCopy::Original
            };
            let paper = (PrintWhat::Tickets, copy);
            print_jobs::add(ledger.tx, fact, paper, tickets.language, ledger.now_ms)?;
            Ok(())
        })
    }
}

/// Those of a print that something of may be on paper, once more: a duplicate, by a fact of its own. `None`: it printed none.
pub(super) fn again(
    ledger: &mut Ledger<'_>,
    vault: &Vault,
    fact: FactId,
) -> Result<Option<FactId>, TillError> {
    let Some(tickets) = handed_out::get(ledger.tx, vault, fact)? else {
        return Ok(None);
    };
    let mut ids: Vec<TicketId> = tickets.tickets.iter().map(|one| one.ticket).collect();
    ids.sort_unstable();
    let again = FactId::new(ledger.now_ms, &mut OsRandom);
    ledger.write_as(
        again,
        TillFact::Collected {
            order: tickets.order,
            event: tickets.event,
            tickets: ids,
            duplicate: true,
        },
    )?;
    handed_out::put(ledger.tx, vault, again, &tickets)?;
    handed_out::forget(ledger.tx, fact)?;
    Ok(Some(again))
}
