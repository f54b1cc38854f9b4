//! Destination charges: what is passed on to somebody's account, what the platform keeps of it, and how both go back.

use serde_json::{Value, json};

use super::{Metadata, World, listed_metadata};
use crate::error::Refusal;
use crate::form::Params;

/// Whose a charge's money is, and what the platform keeps of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) destination: String,
    pub(crate) fee: i64,
}

impl Share {
    /// None of nothing.
    pub(crate) fn shown_fee(&self) -> Option<i64> {
        (self.fee > 0).then_some(self.fee)
    }
}

#[derive(Debug)]
pub(crate) struct Transfer {
    charge: String,
    pub(crate) destination: String,
    created: i64,
    currency: String,
    pub(crate) amount: i64,
    pub(crate) reversed: i64,
}

#[derive(Debug)]
pub(crate) struct Fee {
    charge: String,
    pub(crate) account: String,
    created: i64,
    currency: String,
    pub(crate) amount: i64,
    pub(crate) refunded: i64,
}

#[derive(Debug)]
pub(crate) struct FeeRefund {
    fee: String,
    created: i64,
    currency: String,
    amount: i64,
    metadata: Metadata,
}

impl World {
    /// What `transfer_data` and `application_fee_amount` say; `below` is what they stand in: `payment_intent_data`.
    pub(super) fn share(
        &self,
        params: &Params,
        below: Option<&str>,
        charged: i64,
    ) -> Result<Option<Share>, Refusal> {
        let name = |outer: &str, inner: &str| match below {
            Some(below) => format!("{below}[{outer}]{inner}"),
            None => format!("{outer}{inner}"),
        };
        let to = name("transfer_data", "[destination]");
        let fee_name = name("application_fee_amount", "");
        let fee = params.number(&fee_name)?;
        let Some(destination) = params.text(&to) else {
            return match fee {
                None => Ok(None),
                Some(_) => Err(Refusal::invalid(
                    "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).",
                )
                .param(&fee_name)),
            };
        };
        self.check_destination(destination, &to)?;
        match fee {
            Some(fee) if fee < 1 => Err(Refusal::invalid(
                "This value must be greater than or equal to 1.",
            )
            .code("parameter_invalid_integer")
            .param(&fee_name)),
            Some(fee) if fee > charged => Err(Refusal::invalid(format!(
                "application_fee_amount ({fee}) must be less than or equal to the amount of the charge ({charged})."
            ))
            .param(&fee_name)),
            fee => Ok(Some(Share {
                destination: destination.to_owned(),
                fee: fee.unwrap_or(0),
            })),
        }
    }

    /// Passes a charge's money on, and takes the platform's part of it.
    pub(super) fn pass_on(&mut self, charge_id: &str, share: &Share) -> Result<(), Refusal> {
        let created = self.now();
        let (transfer_id, fee_id) = (self.id("tr_"), self.id("fee_"));
        let charge = self.charges.get_mut(charge_id)?;
        charge.transfer = Some(transfer_id.clone());
        let transfer = Transfer {
            charge: charge_id.to_owned(),
            destination: share.destination.clone(),
            created,
            currency: charge.currency.clone(),
            amount: charge.amount,
            reversed: 0,
        };
        let fee = (share.fee > 0).then(|| Fee {
            charge: charge_id.to_owned(),
            account: share.destination.clone(),
            created,
            currency: charge.currency.clone(),
            amount: share.fee,
            refunded: 0,
        });
        charge.fee = fee.is_some().then(|| fee_id.clone());
        self.transfers.put(transfer_id.clone(), transfer);
        let shown = self.transfer(&transfer_id)?;
        self.tell("transfer.created", shown);
        if let Some(fee) = fee {
            self.fees.put(fee_id.clone(), fee);
            let shown = self.fee(&fee_id)?;
            self.tell("application_fee.created", shown);
        }
        Ok(())
    }

    /// Takes what a refund gives back from whoever had it. The same part of the transfer as the refund is of the charge.
    pub(super) fn reverse(&mut self, transfer: &str, amount: i64) -> Result<(), Refusal> {
        let row = self.transfers.get_mut(transfer)?;
        if amount > row.amount - row.reversed {
            return Err(Refusal::invalid(format!(
                "Transfer {transfer} has only {} left to be reversed",
                row.amount - row.reversed
            )));
        }
        row.reversed += amount;
        let shown = self.transfer(transfer)?;
        self.tell("transfer.reversed", shown);
        Ok(())
    }

    pub(super) fn create_fee_refund(
        &mut self,
        fee_id: &str,
        params: &Params,
    ) -> Result<Value, Refusal> {
        params.only(&["amount", "metadata"])?;
        let fee = self.fees.get(fee_id)?;
        let left = fee.amount - fee.refunded;
        let amount = params.number("amount")?.unwrap_or(left);
        if left == 0 {
            return Err(Refusal::invalid(format!(
                "Application fee {fee_id} has already been refunded."
            ))
            .code("charge_already_refunded"));
        }
        if amount < 1 || amount > left {
            return Err(Refusal::invalid(format!(
                "Refund amount ({amount}) is greater than unrefunded amount on fee ({left})"
            ))
            .param("amount"));
        }
        let metadata = params.map("metadata");
        let id = self.give_fee_back(fee_id, amount, metadata)?;
        self.fee_refunds
            .get(&id)
            .map(|refund| shown_fee_refund(&id, refund))
    }

    pub(super) fn give_fee_back(
        &mut self,
        fee_id: &str,
        amount: i64,
        metadata: Metadata,
    ) -> Result<String, Refusal> {
        let (id, created) = (self.id("fr_"), self.now());
        let fee = self.fees.get_mut(fee_id)?;
        fee.refunded += amount;
        let refund = FeeRefund {
            fee: fee_id.to_owned(),
            created,
            currency: fee.currency.clone(),
            amount,
            metadata,
        };
        self.fee_refunds.put(id.clone(), refund);
        let shown = self.fee(fee_id)?;
        self.tell("application_fee.refunded", shown);
        Ok(id)
    }

    pub(super) fn list_fee_refunds(&self, fee: &str, params: &Params) -> Result<Value, Refusal> {
        params.only(&["limit", "starting_after"])?;
        self.fees.get(fee)?;
        self.fee_refunds.page(
            &format!("/v1/application_fees/{fee}/refunds"),
            params,
            |refund| refund.fee == fee,
            shown_fee_refund,
        )
    }

    pub(super) fn transfer(&self, id: &str) -> Result<Value, Refusal> {
        let transfer = self.transfers.get(id)?;
        Ok(json!({
            "id": id,
            "object": "transfer",
            "amount": transfer.amount,
            "amount_reversed": transfer.reversed,
            "created": transfer.created,
            "currency": transfer.currency,
            "destination": transfer.destination,
            "livemode": false,
            "metadata": {},
            "reversed": transfer.reversed == transfer.amount,
            "source_transaction": transfer.charge,
        }))
    }

    pub(super) fn fee(&self, id: &str) -> Result<Value, Refusal> {
        let fee = self.fees.get(id)?;
        Ok(json!({
            "id": id,
            "object": "application_fee",
            "account": fee.account,
            "amount": fee.amount,
            "amount_refunded": fee.refunded,
            "charge": fee.charge,
            "created": fee.created,
            "currency": fee.currency,
            "livemode": false,
            "originating_transaction": fee.charge,
            "refunded": fee.refunded == fee.amount,
        }))
    }
}

fn shown_fee_refund(id: &str, refund: &FeeRefund) -> Value {
    json!({
        "id": id,
        "object": "fee_refund",
        "amount": refund.amount,
        "created": refund.created,
        "currency": refund.currency,
        "fee": refund.fee,
        "metadata": listed_metadata(&refund.metadata),
    })
}
