//! PaymentIntents and their charges.

use serde_json::{Value, json};

use super::shares::Share;
use super::shelf::created_within;
use super::{Metadata, World, listed_metadata};
use crate::error::Refusal;
use crate::form::Params;

const KNOWN: [&str; 14] = [
    "amount",
    "automatic_payment_methods",
    "application_fee_amount",
    "confirm",
    "currency",
    "description",
    "metadata",
    "off_session",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "return_url",
    "transfer_data",
    "transfer_group",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntentStatus {
    NeedsMethod,
    NeedsConfirmation,
    NeedsAction,
    Processing,
    Succeeded,
    Canceled,
}

impl IntentStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::NeedsMethod => "requires_payment_method",
            Self::NeedsConfirmation => "requires_confirmation",
            Self::NeedsAction => "requires_action",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: IntentStatus,
    pub(crate) metadata: Metadata,
    pub(crate) description: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) latest_charge: Option<String>,
    pub(crate) declined: Option<&'static str>,
    pub(crate) automatic_methods: bool,
    pub(crate) never_redirects: bool,
    pub(crate) return_url: Option<String>,
    pub(crate) of_session: bool,
    pub(crate) share: Option<Share>,
}

#[derive(Debug)]
pub(crate) struct Charge {
    pub(crate) intent: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_refunded: i64,
    pub(crate) currency: String,
    pub(crate) disputed: bool,
    pub(crate) metadata: Metadata,
    pub(crate) transfer: Option<String>,
    pub(crate) fee: Option<String>,
}

impl World {
    pub(super) fn create_intent(&mut self, params: &Params) -> Result<Value, Refusal> {
        params.only(&KNOWN)?;
        let amount = params.amount("amount")?;
        if amount < 50 {
            return Err(Refusal::invalid("Amount must be at least €0.50 eur")
                .code("amount_too_small")
                .param("amount"));
        }
        let intent = Intent {
            created: self.now(),
            amount,
            currency: params.currency("currency")?,
            status: match params.text("payment_method") {
                Some(_) => IntentStatus::NeedsConfirmation,
                None => IntentStatus::NeedsMethod,
            },
            metadata: params.map("metadata"),
            description: params.text("description").map(str::to_owned),
            method: params.text("payment_method").map(str::to_owned),
            latest_charge: None,
            declined: None,
            automatic_methods: params.text("payment_method_types[0]").is_none(),
            never_redirects: params.text("automatic_payment_methods[allow_redirects]")
                == Some("never"),
            return_url: params.text("return_url").map(str::to_owned),
            of_session: false,
            share: self.share(params, None, amount)?,
        };
        if params.flag("confirm") {
            may_confirm(&intent, params)?;
        }
        let id = self.put_intent(intent);
        if params.flag("confirm") {
            return self.confirm_intent(&id, params);
        }
        self.intent(&id)
    }

    pub(super) fn put_intent(&mut self, intent: Intent) -> String {
        let id = self.id("pi_");
        self.intents.put(id.clone(), intent);
        self.tell_intent("payment_intent.created", &id);
        id
    }

    pub(super) fn confirm_intent(&mut self, id: &str, params: &Params) -> Result<Value, Refusal> {
        let intent = self.intents.get_mut(id)?;
        match intent.status {
            IntentStatus::NeedsMethod | IntentStatus::NeedsConfirmation => {}
            IntentStatus::NeedsAction
            | IntentStatus::Processing
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => return Err(unexpected(intent.status, "confirmed")),
        }
        may_confirm(intent, params)?;
        if let Some(method) = params.text("payment_method") {
            intent.method = Some(method.to_owned());
        }
        if let Some(url) = params.text("return_url") {
            intent.return_url = Some(url.to_owned());
        }
        match intent.method.as_deref() {
            Some("pm_card_visa" | "pm_card_mastercard") => self.succeed(id),
            Some("pm_card_chargeDeclined") => {
                self.decline(id, "generic_decline");
                let intent = self.intent(id)?;
                return Err(Refusal::declined("generic_decline", intent));
            }
            Some("pm_card_authenticationRequired" | "pm_card_threeDSecure2Required") => {
                self.need_action(id);
            }
            Some(other) => {
                return Err(Refusal::none("PaymentMethod", other).param("payment_method"));
            }
            None => {
                return Err(Refusal::invalid(
                    "You cannot confirm this PaymentIntent because it's missing a payment method.",
                )
                .code("payment_intent_unexpected_state"));
            }
        }
        self.intent(id)
    }

    pub(super) fn cancel_intent(&mut self, id: &str, params: &Params) -> Result<Value, Refusal> {
        params.only(&["cancellation_reason"])?;
        let intent = self.intents.get_mut(id)?;
        if intent.of_session {
            return Err(Refusal::invalid(
                "You cannot cancel this PaymentIntent because it was created by Checkout. Expire the Checkout Session instead.",
            ));
        }
        match intent.status {
            IntentStatus::Succeeded | IntentStatus::Canceled | IntentStatus::Processing => {
                return Err(unexpected(intent.status, "canceled"));
            }
            IntentStatus::NeedsMethod
            | IntentStatus::NeedsConfirmation
            | IntentStatus::NeedsAction => {}
        }
        self.cancel(id);
        self.intent(id)
    }

    pub(super) fn cancel(&mut self, id: &str) {
        self.set_status(id, IntentStatus::Canceled);
        self.tell_intent("payment_intent.canceled", id);
    }

    pub(super) fn need_action(&mut self, id: &str) {
        self.set_status(id, IntentStatus::NeedsAction);
        self.tell_intent("payment_intent.requires_action", id);
    }

    pub(super) fn processing(&mut self, id: &str) {
        self.set_status(id, IntentStatus::Processing);
        self.tell_intent("payment_intent.processing", id);
    }

    /// The buyer's bank answers on the page for 3-D Secure. Where the buyer goes then.
    pub(crate) fn authenticated(&mut self, id: &str, confirmed: bool) -> Result<String, Refusal> {
        let intent = self.intents.get(id)?;
        if intent.status != IntentStatus::NeedsAction {
            return Err(unexpected(intent.status, "authenticated"));
        }
        let to = intent
            .return_url
            .clone()
            .unwrap_or_else(|| self.base.clone());
        let outcome = if confirmed {
            self.succeed(id);
            "succeeded"
        } else {
            self.decline(id, "authentication_not_handled");
            "failed"
        };
        let joint = if to.contains('?') { '&' } else { '?' };
        Ok(format!(
            "{to}{joint}payment_intent={id}&redirect_status={outcome}"
        ))
    }

    /// The money comes.
    pub(super) fn succeed(&mut self, id: &str) {
        let charge_id = self.id("ch_");
        let created = self.now();
        let Ok(intent) = self.intents.get_mut(id) else {
            return;
        };
        intent.status = IntentStatus::Succeeded;
        intent.declined = None;
        intent.latest_charge = Some(charge_id.clone());
        let charge = Charge {
            intent: id.to_owned(),
            created,
            amount: intent.amount,
            amount_refunded: 0,
            currency: intent.currency.clone(),
            disputed: false,
            metadata: intent.metadata.clone(),
            transfer: None,
            fee: None,
        };
        let share = intent.share.clone();
        self.charges.put(charge_id.clone(), charge);
        if let Ok(charge) = self.charge(&charge_id) {
            self.tell("charge.succeeded", charge);
        }
        if let Some(share) = share
            && self.pass_on(&charge_id, &share).is_err()
        {
            return;
        }
        self.tell_intent("payment_intent.succeeded", id);
    }

    pub(super) fn decline(&mut self, id: &str, code: &'static str) {
        if let Ok(intent) = self.intents.get_mut(id) {
            intent.status = IntentStatus::NeedsMethod;
            intent.declined = Some(code);
            intent.method = None;
        }
        self.tell_intent("payment_intent.payment_failed", id);
    }

    fn set_status(&mut self, id: &str, status: IntentStatus) {
        if let Ok(intent) = self.intents.get_mut(id) {
            intent.status = status;
        }
    }

    fn tell_intent(&mut self, kind: &'static str, id: &str) {
        if let Ok(intent) = self.intent(id) {
            self.tell(kind, intent);
        }
    }

    pub(super) fn list_intents(&self, params: &Params) -> Result<Value, Refusal> {
        params.only(&["created", "customer", "limit", "starting_after"])?;
        created_within(params, 0)?;
        self.intents.page(
            "/v1/payment_intents",
            params,
            |intent| created_within(params, intent.created).unwrap_or(false),
            |id, intent| self.shown(id, intent),
        )
    }

    pub(crate) fn intent(&self, id: &str) -> Result<Value, Refusal> {
        self.intents.get(id).map(|intent| self.shown(id, intent))
    }

    fn shown(&self, id: &str, intent: &Intent) -> Value {
        let next = match intent.status {
            IntentStatus::NeedsAction => json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "url": format!("{}/3ds/{id}", self.base), "return_url": intent.return_url },
            }),
            IntentStatus::NeedsMethod
            | IntentStatus::NeedsConfirmation
            | IntentStatus::Processing
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => Value::Null,
        };
        let received = if intent.status == IntentStatus::Succeeded {
            intent.amount
        } else {
            0
        };
        let canceled = intent.status == IntentStatus::Canceled;
        json!({
            "id": id,
            "object": "payment_intent",
            "amount": intent.amount,
            "application_fee_amount": intent.share.as_ref().and_then(Share::shown_fee),
            "amount_capturable": 0,
            "amount_received": received,
            "automatic_payment_methods": intent.automatic_methods.then(|| json!({
                "enabled": true,
                "allow_redirects": if intent.never_redirects { "never" } else { "always" },
            })),
            "cancellation_reason": canceled.then_some("abandoned"),
            "capture_method": "automatic_async",
            "client_secret": format!("{id}_secret_double"),
            "confirmation_method": "automatic",
            "created": intent.created,
            "currency": intent.currency,
            "customer": null,
            "description": intent.description,
            "last_payment_error": intent.declined.map(|code| json!({
                "type": "card_error",
                "code": "card_declined",
                "decline_code": code,
                "message": "Your card was declined.",
            })),
            "latest_charge": intent.latest_charge,
            "livemode": false,
            "metadata": listed_metadata(&intent.metadata),
            "next_action": next,
            "payment_method": intent.method,
            "payment_method_types": ["card"],
            "status": intent.status.as_str(),
            "transfer_data": intent.share.as_ref().map(|share| json!({ "destination": share.destination })),
        })
    }

    pub(super) fn charge(&self, id: &str) -> Result<Value, Refusal> {
        let charge = self.charges.get(id)?;
        Ok(json!({
            "id": id,
            "object": "charge",
            "amount": charge.amount,
            "amount_captured": charge.amount,
            "amount_refunded": charge.amount_refunded,
            "application_fee": charge.fee,
            "captured": true,
            "created": charge.created,
            "currency": charge.currency,
            "disputed": charge.disputed,
            "livemode": false,
            "metadata": listed_metadata(&charge.metadata),
            "paid": true,
            "payment_intent": charge.intent,
            "refunded": charge.amount_refunded == charge.amount,
            "status": "succeeded",
            "transfer": charge.transfer,
        }))
    }
}

/// Stripe's own trap: methods that redirect need an address to come back to.
fn may_confirm(intent: &Intent, params: &Params) -> Result<(), Refusal> {
    let address = intent.return_url.as_deref().or(params.text("return_url"));
    if intent.automatic_methods && !intent.never_redirects && address.is_none() {
        return Err(Refusal::invalid(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`.",
        )
        .param("return_url"));
    }
    Ok(())
}

fn unexpected(status: IntentStatus, done: &str) -> Refusal {
    Refusal::invalid(format!(
        "This PaymentIntent could not be {done} because it has a status of {}.",
        status.as_str()
    ))
    .code("payment_intent_unexpected_state")
}
