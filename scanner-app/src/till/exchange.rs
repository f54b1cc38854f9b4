//! Tickets for tickets: some of an own sale are taken back, and others are sold for them, in one transaction. Only the difference
//! is money.

use shared::admission::Now;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{GivenBack, Means, RefundReason, SaleId, TillFact};
use shared::ids::{FactId, JournalId, TicketId};
use shared::language::Language;
use shared::money::Money;
use shared::till::cart::{self, Tender};
use shared::till::contact::Contact;

use super::ledger::Ledger;
use super::refund::{is_there, taken};
use super::sale::{Told, made_before, places, sell};
use super::{Sale, SaleDone, Till, TillError, Wanted};
use crate::door::now_of;
use crate::edge::OsRandom;
use crate::replica::{ReplicaError, till as kept};
use crate::vault::Vault;

/// What is exchanged for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The new sale's id, made when the exchange was begun: told twice, it is made once.
    pub id: SaleId,
    /// The sale whose tickets come back.
    pub of: SaleId,
    /// Which of its tickets; empty = all that are left.
    pub tickets: Vec<TicketId>,
    /// What the guest gets for them.
    pub wanted: Vec<Wanted>,
    /// How the difference is paid, if the new ones are dearer.
    pub tenders: Vec<Tender>,
    /// By what the difference goes back, if they are cheaper.
    pub back_by: Means,
    /// Of the new tickets.
    pub language: Language,
    /// Who buys, if they said so.
    pub contact: Option<Contact>,
}

/// An exchange that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The fact that took the old tickets back.
    pub refund: FactId,
    /// Its receipt.
    pub refund_receipt: u32,
    /// The tickets that let nobody in any more.
    pub tickets: Vec<TicketId>,
    /// What of their price paid the new ones.
    pub credit: Money,
    /// What went back.
    pub back: Money,
    /// The sale of the new ones.
    pub sale: SaleDone,
}

impl Till {
    /// Exchanges tickets of an own sale. When this returns, the old ones let nobody in, and the new ones are sold. `told` is what the
    /// guest was told that the new ones cost: nothing is done if the leased places cost something else.
    pub fn exchange(
        &self,
        exchange: Exchange,
        told: Option<Money>,
        now_ms: UnixMillis,
    ) -> Result<Exchanged, TillError> {
        let vault = self.vault.clone();
        let now = now_of(self.replica.time().now(now_ms));
        self.write(now_ms, move |ledger| {
            let sale = Sale {
                id: exchange.id,
                wanted: exchange.wanted.clone(),
                tenders: Vec::new(),
                language: exchange.language,
                contact: exchange.contact.clone(),
                promotion: None,
            };
            if let Some(done) = made_before(ledger, &sale)? {
                return made_so(ledger, &exchange, done);
            }
            make(ledger, &vault, &exchange, &sale, told, now)
        })
    }
}

fn make(
    ledger: &mut Ledger<'_>,
    vault: &Vault,
    exchange: &Exchange,
    sale: &Sale,
    told: Option<Money>,
    now: Now,
) -> Result<Exchanged, TillError> {
    let taken = taken(ledger, exchange.of, &exchange.tickets)?;
    let told = Told {
        total: told,
        first: Vec::new(),
    };
    let places = places(ledger, vault, (&exchange.wanted, None), &told, now)?;
    let costs = u32::try_from(places.total.minor).map_err(|_| TillError::NoAmount)?;
    let credit = taken.amount.min(costs);
    let back = taken.amount - credit;
    is_there(ledger, exchange.back_by, back)?;
    let money = |minor: u32| Money::new(minor.into(), ledger.setup.currency);
    let (credited, given) = (money(credit), money(back));
    let with_tickets = (credit > 0).then_some(Tender::Exchange { credit: credited });
    let tenders: Vec<_> = with_tickets
        .into_iter()
        .chain(exchange.tenders.iter().copied())
        .collect();
    let paid = cart::settle(places.total, &tenders)?;
    ledger.close_what_is_over()?;
    let refund = FactId::new(ledger.now_ms, &mut OsRandom);
    ledger.write(TillFact::Exchange {
        refund,
        sale: exchange.id,
    })?;
    let refund_receipt = ledger.book.counters().receipt.saturating_add(1);
    let given_back = |means, amount| (amount > 0).then_some(GivenBack { means, amount });
    let parts = [
        given_back(exchange.back_by, back),
        given_back(Means::Exchange, credit),
    ];
    ledger.write_as(
        refund,
        TillFact::Refund {
            receipt: refund_receipt,
            sale: exchange.of,
            reason: RefundReason::Exchange,
            tickets: taken.tickets.clone(),
            back: parts.into_iter().flatten().collect(),
        },
    )?;
    taken.withdraw(ledger)?;
    let sale = sell(ledger, vault, sale, places, paid)?;
    Ok(Exchanged {
        refund,
        refund_receipt,
        tickets: taken.tickets,
        credit: credited,
        back: given,
        sale,
    })
}

/// The refund of the exchange that a sale ended, which stands right before it.
pub(super) fn refund_before(
    ledger: &Ledger<'_>,
    (journal, seq): (JournalId, u64),
    sale: SaleId,
) -> Result<Option<shared::fact::Fact>, ReplicaError> {
    let Some(first) = seq.checked_sub(2).filter(|first| *first > 0) else {
        return Ok(None);
    };
    let facts = kept::facts_from(ledger.tx, journal, first, 2)?;
    let [opened, refund] = facts.as_slice() else {
        return Ok(None);
    };
    let is_its = match &opened.body {
        FactBody::Till(TillFact::Exchange { sale: of, .. }) => *of == sale,
        _other => false,
    };
    Ok(is_its.then(|| refund.clone()))
}

/// The same exchange, told again.
fn made_so(
    ledger: &Ledger<'_>,
    exchange: &Exchange,
    done: SaleDone,
) -> Result<Exchanged, TillError> {
    let before = match kept::find(ledger.tx, exchange.id)? {
        Some((journal, seq, _)) => refund_before(ledger, (journal, seq), exchange.id)?,
        None => None,
    };
    let refund = before.ok_or(TillError::OtherSale)?;
    let FactBody::Till(TillFact::Refund {
        receipt,
        sale,
        tickets,
        back,
        ..
    }) = &refund.body
    else {
        return Err(TillError::OtherSale);
    };
    let mut named = exchange.tickets.clone();
    named.sort_unstable();
    named.dedup();
    if *sale != exchange.of || !(named.is_empty() || named == *tickets) {
        return Err(TillError::OtherSale);
    }
    let sum = |credit: bool| {
        let of = back
            .iter()
            .filter(|back| (back.means == Means::Exchange) == credit);
        let minor = of.map(|back| i64::from(back.amount)).sum();
        Money::new(minor, ledger.setup.currency)
    };
    Ok(Exchanged {
        refund: refund.id,
        refund_receipt: *receipt,
        tickets: tickets.clone(),
        credit: sum(true),
        back: sum(false),
        sale: done,
    })
}
