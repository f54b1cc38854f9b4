//! Money back: never more than came.

use serde_json::{Value, json};

use super::{Metadata, World, listed_metadata};
use crate::error::Refusal;
use crate::form::Params;

#[derive(Debug)]
pub(crate) struct Refund {
    charge: String,
    intent: String,
    created: i64,
    amount: i64,
    currency: String,
    failed: bool,
    reason: Option<String>,
    metadata: Metadata,
}

impl World {
    pub(super) fn create_refund(&mut self, params: &Params) -> Result<Value, Refusal> {
        params.only(&[
            "amount",
            "charge",
            "metadata",
            "payment_intent",
            "reason",
            "refund_application_fee",
            "reverse_transfer",
        ])?;
        let charge_id = match (params.text("charge"), params.text("payment_intent")) {
            (Some(charge), _) => charge.to_owned(),
            (None, Some(intent)) => {
                let intent_id = intent;
                let intent = self.intents.get(intent_id)?;
                intent.latest_charge.clone().ok_or_else(|| {
                    Refusal::invalid(format!(
                        "This PaymentIntent ({intent_id}) does not have a successful charge to refund."
                    ))
                })?
            }
            (None, None) => return Err(Refusal::missing("payment_intent")),
        };
        if let Some(reason) = params.text("reason")
            && !matches!(reason, "duplicate" | "fraudulent" | "requested_by_customer")
        {
            return Err(Refusal::invalid("Invalid reason").param("reason"));
        }
        let (id, created) = (self.id("re_"), self.now());
        let charge = self.charges.get_mut(&charge_id)?;
        let left = charge.amount - charge.amount_refunded;
        let amount = params.number("amount")?.unwrap_or(left);
        if charge.disputed {
            return Err(Refusal::invalid(format!(
                "Charge {charge_id} has been charged back; cannot issue a refund."
            ))
            .code("charge_disputed"));
        }
        if left == 0 {
            return Err(
                Refusal::invalid(format!("Charge {charge_id} has already been refunded."))
                    .code("charge_already_refunded"),
            );
        }
        if amount < 1 || amount > left {
            return Err(Refusal::invalid(format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            ))
            .param("amount"));
        }
        let (transfer, fee, charged) = (charge.transfer.clone(), charge.fee.clone(), charge.amount);
        let reversed = transfer.filter(|_| params.flag("reverse_transfer"));
        if params.flag("reverse_transfer") && reversed.is_none() {
            return Err(Refusal::invalid(format!(
                "Cannot reverse the transfer of charge {charge_id}: it has none."
            ))
            .param("reverse_transfer"));
        }
        let fee = fee.filter(|_| params.flag("refund_application_fee"));
        if params.flag("refund_application_fee") && fee.is_none() {
            return Err(Refusal::invalid(format!(
                "Cannot refund the application fee of charge {charge_id}: it has none."
            ))
            .param("refund_application_fee"));
        }
        if let Some(transfer) = &reversed {
            self.reverse(transfer, amount)?;
        }
        if let Some(fee) = &fee {
            let row = self.fees.get(fee)?;
            let part = (row.amount * amount + charged / 2) / charged;
            let part = part.min(row.amount - row.refunded);
            if part > 0 {
                self.give_fee_back(fee, part, Metadata::new())?;
            }
        }
        let charge = self.charges.get_mut(&charge_id)?;
        charge.amount_refunded += amount;
        let refund = Refund {
            charge: charge_id.clone(),
            intent: charge.intent.clone(),
            created,
            amount,
            currency: charge.currency.clone(),
            failed: false,
            reason: params.text("reason").map(str::to_owned),
            metadata: params.map("metadata"),
        };
        self.refunds.put(id.clone(), refund);
        let shown = self.refund(&id)?;
        self.tell("refund.created", shown.clone());
        let charge = self.charge(&charge_id)?;
        self.tell("charge.refunded", charge);
        Ok(shown)
    }

    /// The bank sends the money of a refund back: the account was closed.
    pub(crate) fn fail_refund(&mut self, id: &str) -> Result<(), Refusal> {
        let refund = self.refunds.get_mut(id)?;
        if refund.failed {
            return Ok(());
        }
        refund.failed = true;
        let (charge, amount) = (refund.charge.clone(), refund.amount);
        self.charges.get_mut(&charge)?.amount_refunded -= amount;
        let shown = self.refund(id)?;
        self.tell("refund.updated", shown.clone());
        self.tell("refund.failed", shown);
        Ok(())
    }

    pub(super) fn list_refunds(&self, params: &Params) -> Result<Value, Refusal> {
        params.only(&["charge", "limit", "payment_intent", "starting_after"])?;
        self.refunds.page(
            "/v1/refunds",
            params,
            |refund| {
                params
                    .text("payment_intent")
                    .is_none_or(|id| id == refund.intent)
                    && params.text("charge").is_none_or(|id| id == refund.charge)
            },
            shown,
        )
    }

    pub(super) fn refund(&self, id: &str) -> Result<Value, Refusal> {
        self.refunds.get(id).map(|refund| shown(id, refund))
    }
}

fn shown(id: &str, refund: &Refund) -> Value {
    let mut value = json!({
        "id": id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "metadata": listed_metadata(&refund.metadata),
        "payment_intent": refund.intent,
        "reason": refund.reason,
        "status": if refund.failed { "failed" } else { "succeeded" },
    });
    if refund.failed {
        value["failure_reason"] = json!("expired_or_canceled_card");
    }
    value
}
