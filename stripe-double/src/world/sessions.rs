//! Checkout Sessions: a page on which a buyer pays once.

use serde_json::{Value, json};

use super::intents::{Intent, IntentStatus};
use super::shares::Share;
use super::shelf::created_within;
use super::{Metadata, World, listed_metadata};
use crate::error::Refusal;
use crate::form::Params;

/// Seconds that a session lasts at least and at most.
const LASTS: std::ops::RangeInclusive<i64> = 30 * 60..=24 * 3600;

const KNOWN: [&str; 15] = [
    "cancel_url",
    "client_reference_id",
    "currency",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "submit_type",
    "success_url",
    "ui_mode",
    "expand",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// What a buyer does on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Pay,
    BeDeclined,
    Authenticate,
    ConfirmAtBank,
    RefuseAtBank,
    SlowBank,
}

impl Choice {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "pay" => Self::Pay,
            "decline" => Self::BeDeclined,
            "authenticate" => Self::Authenticate,
            "confirm" => Self::ConfirmAtBank,
            "refuse" => Self::RefuseAtBank,
            "slow" => Self::SlowBank,
            _ => return None,
        })
    }
}

#[derive(Debug)]
pub(crate) struct Session {
    created: i64,
    pub(crate) expires_at: i64,
    pub(crate) status: SessionStatus,
    paid: bool,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) what: String,
    client_reference_id: Option<String>,
    email: Option<String>,
    locale: Option<String>,
    metadata: Metadata,
    intent_metadata: Metadata,
    intent_description: Option<String>,
    share: Option<Share>,
    success_url: String,
    pub(crate) cancel_url: Option<String>,
    pub(crate) intent: Option<String>,
    pub(crate) declined: bool,
}

impl World {
    pub(super) fn create_session(&mut self, params: &Params) -> Result<Value, Refusal> {
        params.only(&KNOWN)?;
        if params.need("mode")? != "payment" {
            return Err(
                Refusal::invalid("This double knows the mode `payment` only").param("mode"),
            );
        }
        let created = self.now();
        let expires_at = params
            .number("expires_at")?
            .unwrap_or(created + LASTS.end());
        if !LASTS.contains(&(expires_at - created)) {
            return Err(Refusal::invalid("The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from Checkout Session creation.")
                .param("expires_at"));
        }
        let (amount, currency) = sum(params)?;
        let session = Session {
            created,
            expires_at,
            status: SessionStatus::Open,
            paid: false,
            amount,
            currency,
            what: params
                .need("line_items[0][price_data][product_data][name]")?
                .to_owned(),
            client_reference_id: params.text("client_reference_id").map(str::to_owned),
            email: params.text("customer_email").map(str::to_owned),
            locale: params.text("locale").map(str::to_owned),
            metadata: params.map("metadata"),
            intent_metadata: params.map("payment_intent_data[metadata]"),
            intent_description: params
                .text("payment_intent_data[description]")
                .map(str::to_owned),
            share: self.share(params, Some("payment_intent_data"), amount)?,
            success_url: params.need("success_url")?.to_owned(),
            cancel_url: params.text("cancel_url").map(str::to_owned),
            intent: None,
            declined: false,
        };
        let id = self.id("cs_test_");
        self.sessions.put(id.clone(), session);
        self.session(&id)
    }

    pub(super) fn expire_session(&mut self, id: &str) -> Result<Value, Refusal> {
        if self.sessions.get(id)?.status != SessionStatus::Open {
            return Err(Refusal::invalid(
                "Only Checkout Sessions with a status in [\"open\"] can be expired.",
            ));
        }
        self.end_session(id);
        self.session(id)
    }

    pub(super) fn end_session(&mut self, id: &str) {
        let Ok(session) = self.sessions.get_mut(id) else {
            return;
        };
        session.status = SessionStatus::Expired;
        if let Some(intent) = session.intent.clone() {
            self.cancel(&intent);
        }
        self.tell_session("checkout.session.expired", id);
    }

    /// The buyer presses a button. Where to go next, or `None`: the page again.
    pub(crate) fn choose(&mut self, id: &str, choice: Choice) -> Result<Option<String>, Refusal> {
        self.tick();
        let session = self.sessions.get(id)?;
        if session.status != SessionStatus::Open {
            return Err(Refusal::invalid(
                "This Checkout Session is not open any more.",
            ));
        }
        let intent = self.intent_of(id)?;
        let waits = self.intents.get(&intent)?.status == IntentStatus::NeedsAction;
        match choice {
            Choice::Pay => Ok(Some(self.complete(id, &intent)?)),
            Choice::BeDeclined => {
                self.sessions.get_mut(id)?.declined = true;
                self.decline(&intent, "generic_decline");
                Ok(None)
            }
            Choice::Authenticate => {
                self.need_action(&intent);
                Ok(None)
            }
            Choice::ConfirmAtBank if waits => Ok(Some(self.complete(id, &intent)?)),
            Choice::RefuseAtBank if waits => {
                self.sessions.get_mut(id)?.declined = true;
                self.decline(&intent, "authentication_not_handled");
                Ok(None)
            }
            Choice::ConfirmAtBank | Choice::RefuseAtBank => {
                Err(Refusal::invalid("No bank asks for anything."))
            }
            Choice::SlowBank => {
                self.processing(&intent);
                self.sessions.get_mut(id)?.status = SessionStatus::Complete;
                self.tell_session("checkout.session.completed", id);
                Ok(Some(self.success_url(id)?))
            }
        }
    }

    /// The slow bank of a session answers.
    pub(crate) fn bank_answers(&mut self, id: &str, paid: bool) -> Result<(), Refusal> {
        let intent = self.intent_of(id)?;
        if self.intents.get(&intent)?.status != IntentStatus::Processing {
            return Err(Refusal::invalid("No bank is asked."));
        }
        if paid {
            self.sessions.get_mut(id)?.paid = true;
            self.succeed(&intent);
            self.tell_session("checkout.session.async_payment_succeeded", id);
        } else {
            self.decline(&intent, "generic_decline");
            self.tell_session("checkout.session.async_payment_failed", id);
        }
        Ok(())
    }

    fn complete(&mut self, id: &str, intent: &str) -> Result<String, Refusal> {
        self.succeed(intent);
        let session = self.sessions.get_mut(id)?;
        session.status = SessionStatus::Complete;
        session.paid = true;
        self.tell_session("checkout.session.completed", id);
        self.success_url(id)
    }

    fn success_url(&self, id: &str) -> Result<String, Refusal> {
        let session = self.sessions.get(id)?;
        Ok(session.success_url.replace("{CHECKOUT_SESSION_ID}", id))
    }

    /// Made when the buyer first tries.
    fn intent_of(&mut self, id: &str) -> Result<String, Refusal> {
        let created = self.now();
        let session = self.sessions.get(id)?;
        if let Some(intent) = &session.intent {
            return Ok(intent.clone());
        }
        let intent = Intent {
            created,
            amount: session.amount,
            currency: session.currency.clone(),
            status: IntentStatus::NeedsMethod,
            metadata: session.intent_metadata.clone(),
            description: session.intent_description.clone(),
            method: None,
            latest_charge: None,
            declined: None,
            automatic_methods: true,
            never_redirects: false,
            return_url: Some(session.success_url.clone()),
            of_session: true,
            share: session.share.clone(),
        };
        let intent = self.put_intent(intent);
        self.sessions.get_mut(id)?.intent = Some(intent.clone());
        Ok(intent)
    }

    fn tell_session(&mut self, kind: &'static str, id: &str) {
        if let Ok(session) = self.session(id) {
            self.tell(kind, session);
        }
    }

    pub(super) fn list_sessions(&self, params: &Params) -> Result<Value, Refusal> {
        params.only(&[
            "created",
            "limit",
            "payment_intent",
            "starting_after",
            "status",
        ])?;
        created_within(params, 0)?;
        self.sessions.page(
            "/v1/checkout/sessions",
            params,
            |session| {
                created_within(params, session.created).unwrap_or(false)
                    && params
                        .text("payment_intent")
                        .is_none_or(|id| session.intent.as_deref() == Some(id))
            },
            |id, session| self.shown_session(id, session),
        )
    }

    pub(super) fn session(&self, id: &str) -> Result<Value, Refusal> {
        let session = self.sessions.get(id)?;
        Ok(self.shown_session(id, session))
    }

    /// For the page.
    pub(crate) fn page_of(&self, id: &str) -> Result<(&Session, bool), Refusal> {
        let session = self.sessions.get(id)?;
        let intent = session.intent.as_deref().map(|id| self.intents.get(id));
        let waits =
            matches!(intent, Some(Ok(intent)) if intent.status == IntentStatus::NeedsAction);
        Ok((session, waits))
    }

    fn shown_session(&self, id: &str, session: &Session) -> Value {
        let open = session.status == SessionStatus::Open;
        // The intent is told of once the buyer is through.
        let intent = (session.status == SessionStatus::Complete).then_some(&session.intent);
        json!({
            "id": id,
            "object": "checkout.session",
            "amount_subtotal": session.amount,
            "amount_total": session.amount,
            "cancel_url": session.cancel_url,
            "client_reference_id": session.client_reference_id,
            "created": session.created,
            "currency": session.currency,
            "customer": null,
            "customer_details": session.email.as_ref().map(|email| json!({ "email": email })),
            "customer_email": session.email,
            "expires_at": session.expires_at,
            "livemode": false,
            "locale": session.locale,
            "metadata": listed_metadata(&session.metadata),
            "mode": "payment",
            "payment_intent": intent,
            "payment_method_types": ["card"],
            "payment_status": if session.paid { "paid" } else { "unpaid" },
            "status": match session.status {
                SessionStatus::Open => "open",
                SessionStatus::Complete => "complete",
                SessionStatus::Expired => "expired",
            },
            "success_url": session.success_url,
            "url": open.then(|| format!("{}/c/pay/{id}", self.base)),
        })
    }
}

/// Over all lines, which are of one currency.
fn sum(params: &Params) -> Result<(i64, String), Refusal> {
    let currency = params.currency("line_items[0][price_data][currency]")?;
    let mut sum = 0i64;
    for no in 0.. {
        let name = |field: &str| format!("line_items[{no}]{field}");
        if params.text(&name("[quantity]")).is_none() {
            break;
        }
        if params.currency(&name("[price_data][currency]"))? != currency {
            return Err(Refusal::invalid("All prices must have one currency.").param("line_items"));
        }
        let unit = params.amount(&name("[price_data][unit_amount]"))?;
        let quantity = params.amount(&name("[quantity]"))?;
        sum = unit
            .checked_mul(quantity)
            .and_then(|line| sum.checked_add(line))
            .filter(|sum| unit >= 0 && quantity > 0 && *sum < 100_000_000)
            .ok_or_else(|| Refusal::invalid("Invalid amount").param("line_items"))?;
    }
    if sum < 50 {
        return Err(Refusal::invalid(
            "The Checkout Session's total amount due must add up to at least €0.50 eur",
        )
        .code("amount_too_small"));
    }
    Ok((sum, currency))
}
