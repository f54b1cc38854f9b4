//! A till's journal for who inspects it: is it whole and unaltered, and what does each line say. Pure.

use serde::Serialize;

use super::archive::hex;
use super::{Book, Broken, at_ms};
use crate::clock::UnixMillis;
use crate::fact::FactPublicKey;
use crate::fact::journal::{Chain, ChainError, Link};
use crate::fact::kind::{Fact, FactBody};
use crate::fact::till::{CashWay, Means, SaleId, TillFact};
use crate::money::{Currency, Money, vat_included};

/// What a journal is worth as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspected {
    /// Every fact follows the one before, is signed by the till, and breaks no rule of the books.
    pub sound: bool,
    /// Facts before the first problem.
    pub facts: u64,
    /// Hash of the last of them, in hexadecimal.
    pub head_hash: String,
    /// What they add up to: sold since the till's first sale.
    pub sold: u64,
    /// And given back.
    pub refunded: u64,
    /// Where the first problem is, and which: a code of docs/SYNC.md.
    pub problem: Option<(u64, &'static str)>,
}

/// A line of the journal in plain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its place.
    pub place: u64,
    /// When, by the till's clock that never goes back.
    pub at_ms: UnixMillis,
    /// As docs/SYNC.md names its kind.
    pub kind: &'static str,
    /// Its receipt's or closing's number.
    pub number: Option<u32>,
    /// Which sale it is about.
    pub sale: Option<SaleId>,
    /// Tickets sold, or taken back.
    pub tickets: Option<u32>,
    /// What came, or with a minus what went.
    pub amount: Option<Money>,
    /// The VAT in it.
    pub vat: Option<Money>,
    /// By what it was paid or given back.
    pub means: Option<Means>,
    /// The first 8 characters of its hash, as receipts show them.
    pub hash: String,
}

/// Checks a journal from its first fact on, and lists what it says up to the first problem.
pub fn inspect(envelopes: &[Vec<u8>], key: &FactPublicKey) -> (Inspected, Vec<Listed>) {
    let (mut chain, mut book, mut listed) = (Chain::new(key), None, Vec::new());
    let problem = (1u64..).zip(envelopes).find_map(|(place, bytes)| {
        let line = one(&mut chain, &mut book, bytes);
        line.map(|line| listed.push(line))
            .err()
            .map(|code| (place, code))
    });
    let perpetual = book.as_ref().map(|book: &Book| book.counters().perpetual);
    let perpetual = perpetual.unwrap_or_default();
    let inspected = Inspected {
        sound: problem.is_none(),
        facts: listed.len() as u64,
        head_hash: hex(&chain.head().hash),
        sold: perpetual.sold,
        refunded: perpetual.refunded,
        problem,
    };
    (inspected, listed)
}

fn one(
    chain: &mut Chain<'_>,
    book: &mut Option<Book>,
    bytes: &[u8],
) -> Result<Listed, &'static str> {
    let link = chain.push(bytes).map_err(ChainError::code)?;
    let Link::Known(verified) = link else {
        return Err("newer_version");
    };
    let fact = verified.fact();
    // What was sold before it is given back: its lines are needed for the VAT.
    let vat_back = book.as_ref().and_then(|book| vat_of_refund(book, fact));
    match book.as_mut() {
        None => *book = Some(Book::open(fact).map_err(Broken::code)?),
        Some(book) => book.write(fact).map_err(Broken::code)?,
    }
    let currency = book.as_ref().map(|book| book.opening().currency);
    let mut line = listed(fact, currency.ok_or("opening")?);
    line.vat = line.vat.or(vat_back);
    line.hash = hex(&chain.head().hash[..4]);
    Ok(line)
}

/// What is left of each line keeps the VAT of what is left.
fn vat_of_refund(book: &Book, fact: &Fact) -> Option<Money> {
    let FactBody::Till(TillFact::Refund { sale, tickets, .. }) = &fact.body else {
        return None;
    };
    let currency = book.opening().currency;
    let mut vat = 0;
    for line in &book.sale(*sale)?.lines {
        let taken = tickets
            .iter()
            .filter(|ticket| line.left.contains(ticket))
            .count();
        let of = |tickets: usize| {
            let gross = i64::from(line.unit) * tickets as i64;
            vat_included(Money::new(gross, currency), line.vat_bps.into()).minor
        };
        vat += of(line.left.len()) - of(line.left.len() - taken);
    }
    Some(Money::new(-vat, currency))
}

fn listed(fact: &Fact, currency: Currency) -> Listed {
    let mut line = Listed {
        place: fact.seq,
        at_ms: at_ms(fact),
        kind: fact.body.kind_name(),
        number: None,
        sale: None,
        tickets: None,
        amount: None,
        vat: None,
        means: None,
        hash: String::new(),
    };
    let FactBody::Till(body) = &fact.body else {
        return line;
    };
    let money = |minor: i64| Some(Money::new(minor, currency));
    match body {
        TillFact::Sale { receipt, lines } => {
            let (mut tickets, mut total, mut vat) = (0, 0, 0);
            for of in lines {
                let gross = i64::from(of.unit) * of.tickets.len() as i64;
                total += gross;
                vat += vat_included(Money::new(gross, currency), of.vat_bps.into()).minor;
                tickets += of.tickets.len();
            }
            line.number = Some(*receipt);
            line.sale = Some(fact.id);
            line.tickets = u32::try_from(tickets).ok();
            line.amount = money(total);
            line.vat = money(vat);
        }
        TillFact::Payment { sale, amount, by } => {
            line.sale = Some(*sale);
            line.amount = money(if by.counts() { (*amount).into() } else { 0 });
            line.means = Some(by.means());
        }
        TillFact::Refund {
            receipt,
            sale,
            tickets,
            back,
            ..
        } => {
            let given: i64 = back.iter().map(|back| i64::from(back.amount)).sum();
            line.number = Some(*receipt);
            line.sale = Some(*sale);
            line.tickets = u32::try_from(tickets.len()).ok();
            line.amount = money(-given);
            line.means = back.first().map(|back| back.means);
        }
        TillFact::CashMoved { way, amount, .. } => {
            let amount = i64::from(*amount);
            line.amount = money(match way {
                CashWay::In => amount,
                CashWay::Out => -amount,
            });
            line.means = Some(Means::Cash);
        }
        TillFact::ShiftClosed { z, totals, .. } => {
            line.number = Some(*z);
            line.amount = money(net(totals.sold(), totals.refunded()));
        }
        TillFact::PeriodClosed(closing) => {
            line.amount = money(net(closing.totals.sold(), closing.totals.refunded()));
        }
        TillFact::TrainingSale { receipt, .. } => line.number = Some(*receipt),
        TillFact::Reprint { sale, .. }
        | TillFact::Contact { sale, .. }
        | TillFact::Exchange { sale, .. } => line.sale = Some(*sale),
        TillFact::Promotion { sale, off, .. } => {
            line.sale = Some(*sale);
            line.amount = money(-i64::from(*off));
        }
        TillFact::Collected { tickets, .. } => line.tickets = u32::try_from(tickets.len()).ok(),
        TillFact::JournalOpened(_)
        | TillFact::ShiftOpened { .. }
        | TillFact::ClerkChanged { .. }
        | TillFact::DrawerCounted { .. }
        | TillFact::TestPrint { .. }
        | TillFact::ConfigurationChanged { .. }
        | TillFact::ConnectionChanged { .. } => {}
    }
    line
}

fn net(sold: u64, refunded: u64) -> i64 {
    let cents = |sum: u64| i64::try_from(sum).unwrap_or(i64::MAX);
    cents(sold).saturating_sub(cents(refunded))
}
