//! A buyer's bank asks for the money back.

use serde_json::json;

use super::World;
use crate::error::Refusal;

#[derive(Debug)]
pub(crate) struct Dispute;

impl World {
    /// Opens one over all of an intent's money.
    pub(crate) fn dispute(&mut self, intent: &str) -> Result<String, Refusal> {
        let charge_id = self
            .intents
            .get(intent)?
            .latest_charge
            .clone()
            .ok_or_else(|| Refusal::none("charge", intent))?;
        let (id, created) = (self.id("du_"), self.now());
        let charge = self.charges.get_mut(&charge_id)?;
        charge.disputed = true;
        let object = json!({
            "id": id,
            "object": "dispute",
            "amount": charge.amount,
            "charge": charge_id,
            "created": created,
            "currency": charge.currency,
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": {},
            "payment_intent": intent,
            "reason": "fraudulent",
            "status": "needs_response",
        });
        self.disputes.put(id.clone(), Dispute);
        self.tell("charge.dispute.created", object);
        Ok(id)
    }
}
