//! Organizers' accounts at Stripe (Connect): Stripe's own page asks who they are, and they see their money on a small
//! dashboard of Stripe's. The platform answers for losses and pays Stripe's fees out of its own.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use shared::ids::uuid_v7;

use super::StripeProvider;
use super::client::CallError;
use super::form::Fields;
use super::objects::{Account, AccountLink};
use crate::edge::OsRandom;
use crate::payments::payout::{
    AccountStanding, Errand, Missing, Opening, PayoutAccounts, PayoutError,
};

impl StripeProvider {
    async fn open_account(&self, opening: &Opening) -> Result<String, CallError> {
        let fields = Fields::new()
            .with("country", &opening.country)
            .with("email", &opening.email)
            .with("business_profile[name]", &opening.name)
            .with("capabilities[card_payments][requested]", true)
            .with("capabilities[transfers][requested]", true)
            .with("controller[fees][payer]", "application")
            .with("controller[losses][payments]", "application")
            .with("controller[requirement_collection]", "stripe")
            .with("controller[stripe_dashboard][type]", "express")
            .with("metadata[organizer]", opening.organizer);
        let key = format!("account/{}/{}", opening.organizer, opening.country);
        let account: Account = self.client.post("/v1/accounts", &fields, &key).await?;
        Ok(account.id)
    }

    async fn link(&self, errand: &Errand) -> Result<String, CallError> {
        let fields = Fields::new()
            .with("account", &errand.account)
            .with("type", "account_onboarding")
            .with("return_url", &errand.return_url)
            .with("refresh_url", &errand.again_url);
        // A link is for one visit: a kept one would be of no use.
        let key = format!("link/{}", uuid_v7(self.clock.now_ms(), &mut OsRandom));
        let link: AccountLink = self.client.post("/v1/account_links", &fields, &key).await?;
        Ok(link.url)
    }
}

impl PayoutAccounts for StripeProvider {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<String, PayoutError>> {
        async move { self.open_account(opening).await.map_err(failed) }.boxed()
    }

    fn ask_owner<'a>(&'a self, errand: &'a Errand) -> BoxFuture<'a, Result<String, PayoutError>> {
        async move { self.link(errand).await.map_err(failed) }.boxed()
    }

    fn look<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<AccountStanding, PayoutError>> {
        async move {
            let path = format!("/v1/accounts/{account}");
            let account: Result<Account, CallError> = self.client.get(&path, &Fields::new()).await;
            account.map(|account| standing(&account)).map_err(failed)
        }
        .boxed()
    }
}

fn failed(error: CallError) -> PayoutError {
    match error {
        CallError::Unreachable(_) | CallError::Failed(_) => {
            let error = anyhow::Error::from(error);
            tracing::warn!(
                error = format!("{error:#}"),
                "an organizer's account waits for Stripe"
            );
            PayoutError::Unreachable
        }
        CallError::Key(_) | CallError::Declined | CallError::Refused { .. } => {
            tracing::error!(%error, "Stripe refuses an organizer's account: is Connect set up there, and may our key use it?");
            PayoutError::Refused
        }
    }
}

fn standing(account: &Account) -> AccountStanding {
    let mut missing: Vec<Missing> = account
        .requirements
        .currently_due
        .iter()
        .map(|name| missing(name))
        .collect();
    missing.sort();
    missing.dedup();
    AccountStanding {
        receives: account.charges_enabled
            && account.capabilities.transfers.as_deref() == Some("active"),
        submitted: account.details_submitted,
        missing,
    }
}

/// Of `individual.verification.document` and some hundred others.
fn missing(requirement: &str) -> Missing {
    let begins = requirement.split('.').next().unwrap_or_default();
    if requirement.contains("verification") || begins == "documents" {
        return Missing::Document;
    }
    match begins {
        "business_profile" | "business_type" | "company" => Missing::Business,
        "individual" | "representative" | "owners" | "directors" | "executives"
        | "relationship" => Missing::Person,
        "external_account" => Missing::BankAccount,
        "tos_acceptance" => Missing::Terms,
        person if person.starts_with("person_") => Missing::Person,
        _ => Missing::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stripe_asks_for_is_told_in_our_words_each_once() {
        let account: Account = serde_json::from_value(serde_json::json!({
            "id": "acct_1", "charges_enabled": true, "details_submitted": true,
            "capabilities": { "transfers": "pending" },
            "requirements": { "currently_due": [
                "external_account", "individual.dob.day", "individual.dob.month", "business_profile.mcc",
                "person_1Ab.first_name", "person_1Ab.verification.document", "tos_acceptance.ip", "something.new",
            ] },
        }))
        .unwrap();
        let standing = standing(&account);
        assert!(!standing.receives, "its transfers are pending");
        assert_eq!(
            standing.missing,
            [
                Missing::Business,
                Missing::Person,
                Missing::Document,
                Missing::BankAccount,
                Missing::Terms,
                Missing::Other
            ]
        );
    }

    #[test]
    fn an_account_without_capabilities_receives_nothing() {
        let account: Account = serde_json::from_value(serde_json::json!({
            "id": "acct_1", "charges_enabled": true, "details_submitted": true, "capabilities": {},
            "requirements": { "currently_due": [] },
        }))
        .unwrap();
        assert!(!standing(&account).receives);
    }
}
