//! All that this Stripe knows, in memory; every rule is a function of it, of what was sent and of the time.

mod accounts;
mod disputes;
mod events;
mod intents;
mod refunds;
mod sessions;
mod shares;
mod shelf;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use shared::clock::Clock;
use shared::ids::Random;

use crate::error::Refusal;
use crate::form::Params;

pub(crate) use accounts::Answer;
use accounts::{Account, Link};
use disputes::Dispute;
use events::Event;
use intents::{Charge, Intent};
use refunds::Refund;
pub(crate) use sessions::{Choice, Session, SessionStatus};
use shares::{Fee, FeeRefund, Transfer};
use shelf::Shelf;

type Metadata = BTreeMap<String, String>;

pub(crate) struct World {
    clock: Arc<dyn Clock>,
    random: Box<dyn Random + Send>,
    /// Scheme and authority of the pay pages.
    pub(crate) base: String,
    sessions: Shelf<Session>,
    intents: Shelf<Intent>,
    charges: Shelf<Charge>,
    refunds: Shelf<Refund>,
    disputes: Shelf<Dispute>,
    accounts: Shelf<Account>,
    links: Shelf<Link>,
    transfers: Shelf<Transfer>,
    fees: Shelf<Fee>,
    fee_refunds: Shelf<FeeRefund>,
    events: Shelf<Event>,
    /// The second up to which sessions were ended.
    ticked: i64,
    /// Made since they were last taken.
    fresh: Vec<Value>,
    /// Of the request that is being answered; stands in its events.
    request: Request,
}

/// Money that came.
#[derive(Clone, Debug)]
pub struct Charged {
    /// Of which PaymentIntent.
    pub intent: String,
    /// What whoever charged had written on it.
    pub metadata: BTreeMap<String, String>,
    /// Minor units.
    pub amount: i64,
    /// How much of it went back.
    pub amount_refunded: i64,
    /// Where it was passed on; `None`: the platform's own.
    pub passed: Option<Passed>,
}

/// What was passed on of money that came, all of it at first, and what the platform kept of that; in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// To whose account.
    pub account: String,
    /// How much came back from there with refunds.
    pub reversed: i64,
    /// The platform's fee.
    pub fee: i64,
    /// How much of the fee was given back.
    pub fee_refunded: i64,
}

/// Who causes events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

impl World {
    pub(crate) fn new(clock: Arc<dyn Clock>, random: Box<dyn Random + Send>, base: String) -> Self {
        Self {
            clock,
            random,
            base,
            sessions: Shelf::new("checkout.session"),
            intents: Shelf::new("payment_intent"),
            charges: Shelf::new("charge"),
            refunds: Shelf::new("refund"),
            disputes: Shelf::new("dispute"),
            accounts: Shelf::new("account"),
            links: Shelf::new("account_link"),
            transfers: Shelf::new("transfer"),
            fees: Shelf::new("application_fee"),
            fee_refunds: Shelf::new("fee_refund"),
            events: Shelf::new("event"),
            ticked: i64::MIN,
            fresh: Vec::new(),
            request: Request::default(),
        }
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now_ms().div_euclid(1000)
    }

    pub(crate) fn random(&mut self) -> &mut dyn Random {
        self.random.as_mut()
    }

    /// `pi_` and 24 letters.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        const LETTERS: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut bytes = [0; 24];
        self.random.fill(&mut bytes);
        let letters = bytes.map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]);
        format!("{prefix}{}", String::from_utf8_lossy(&letters))
    }

    pub(crate) fn caused_by(&mut self, request: Request) {
        self.request = request;
    }

    /// What was told since the last time.
    pub(crate) fn take_fresh(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.fresh)
    }

    /// Answers one call; `path` is what stands behind `/v1/`.
    pub(crate) fn answer(
        &mut self,
        method: &str,
        path: &[&str],
        params: &Params,
    ) -> Result<Value, Refusal> {
        self.tick();
        match (method, path) {
            ("POST", ["checkout", "sessions"]) => self.create_session(params),
            ("GET", ["checkout", "sessions"]) => self.list_sessions(params),
            ("GET", ["checkout", "sessions", id]) => self.session(id),
            ("POST", ["checkout", "sessions", id, "expire"]) => self.expire_session(id),
            ("POST", ["payment_intents"]) => self.create_intent(params),
            ("GET", ["payment_intents"]) => self.list_intents(params),
            ("GET", ["payment_intents", id]) => self.intent(id),
            ("POST", ["payment_intents", id, "confirm"]) => self.confirm_intent(id, params),
            ("POST", ["payment_intents", id, "cancel"]) => self.cancel_intent(id, params),
            ("GET", ["charges", id]) => self.charge(id),
            ("POST", ["refunds"]) => self.create_refund(params),
            ("POST", ["accounts"]) => self.create_account(params),
            ("GET", ["accounts", id]) => self.account(id),
            ("POST", ["account_links"]) => self.create_link(params),
            ("GET", ["transfers", id]) => self.transfer(id),
            ("GET", ["application_fees", id]) => self.fee(id),
            ("POST", ["application_fees", id, "refunds"]) => self.create_fee_refund(id, params),
            ("GET", ["application_fees", id, "refunds"]) => self.list_fee_refunds(id, params),
            ("GET", ["refunds"]) => self.list_refunds(params),
            ("GET", ["refunds", id]) => self.refund(id),
            ("GET", ["events"]) => self.list_events(params),
            ("GET", ["events", id]) => self.event(id),
            _ => Err(Refusal::no_route(
                method,
                &format!("/v1/{}", path.join("/")),
            )),
        }
    }

    /// What time alone does: sessions end, slow banks answer.
    pub(crate) fn tick(&mut self) {
        let now = self.now();
        if now == self.ticked {
            return;
        }
        self.ticked = now;
        let due: Vec<String> = self
            .sessions
            .iter()
            .filter(|(_, session)| {
                session.status == SessionStatus::Open && now >= session.expires_at
            })
            .map(|(id, _)| id.to_owned())
            .collect();
        for id in due {
            self.end_session(&id);
        }
    }

    /// All of one intent's money: what came, what went back.
    pub(crate) fn balance(&self, intent: &str) -> (i64, i64) {
        let charge = self
            .intents
            .get(intent)
            .ok()
            .and_then(|intent| intent.latest_charge.as_deref())
            .and_then(|charge| self.charges.get(charge).ok());
        charge.map_or((0, 0), |charge| (charge.amount, charge.amount_refunded))
    }

    pub(crate) fn charged(&self) -> Vec<Charged> {
        let charged = |(_, charge): (&str, &Charge)| Charged {
            intent: charge.intent.clone(),
            metadata: charge.metadata.clone(),
            amount: charge.amount,
            amount_refunded: charge.amount_refunded,
            passed: self.passed(charge),
        };
        self.charges.iter().map(charged).collect()
    }

    fn passed(&self, charge: &Charge) -> Option<Passed> {
        let transfer = charge.transfer.as_deref()?;
        let transfer = self.transfers.get(transfer).ok()?;
        let fee = charge
            .fee
            .as_deref()
            .and_then(|fee| self.fees.get(fee).ok());
        let (fee, fee_refunded) = fee.map_or((0, 0), |fee| (fee.amount, fee.refunded));
        Some(Passed {
            account: transfer.destination.clone(),
            reversed: transfer.reversed,
            fee,
            fee_refunded,
        })
    }

    pub(crate) fn balances(&self) -> BTreeMap<Option<String>, i64> {
        let mut balances = BTreeMap::from([(None, 0)]);
        let mut put = |whose: Option<&String>, amount: i64| {
            *balances.entry(whose.cloned()).or_default() += amount;
        };
        for (_, charge) in self.charges.iter() {
            put(None, charge.amount - charge.amount_refunded);
        }
        for (_, transfer) in self.transfers.iter() {
            let passed = transfer.amount - transfer.reversed;
            put(None, -passed);
            put(Some(&transfer.destination), passed);
        }
        for (_, fee) in self.fees.iter() {
            let kept = fee.amount - fee.refunded;
            put(Some(&fee.account), -kept);
            put(None, kept);
        }
        balances
    }

    /// What came and what went back, over all charges, in minor units of whatever currency.
    pub(crate) fn totals(&self) -> (i64, i64) {
        self.charges.iter().fold((0, 0), |sums, (_, charge)| {
            (sums.0 + charge.amount, sums.1 + charge.amount_refunded)
        })
    }
}

fn listed_metadata(metadata: &Metadata) -> Value {
    json!(metadata)
}
