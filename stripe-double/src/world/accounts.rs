//! Accounts of those who are paid through the platform, and the pages on which they say who they are.

use serde_json::{Value, json};

use super::{Metadata, World, listed_metadata};
use crate::error::Refusal;
use crate::form::Params;

/// Seconds for which a link leads to its page.
const LINK_LASTS: i64 = 300;

const KNOWN: [&str; 8] = [
    "business_profile",
    "business_type",
    "capabilities",
    "controller",
    "country",
    "email",
    "metadata",
    "type",
];

/// What every account has to tell at first.
const ASKED_OF_ALL: [&str; 4] = [
    "business_profile.url",
    "external_account",
    "individual.first_name",
    "tos_acceptance.date",
];
const DOCUMENT: &str = "individual.verification.document";

#[derive(Debug)]
pub(crate) struct Account {
    created: i64,
    country: String,
    email: Option<String>,
    name: Option<String>,
    metadata: Metadata,
    asks_for_transfers: bool,
    submitted: bool,
    missing: Vec<&'static str>,
}

impl Account {
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    pub(crate) fn email(&self) -> &str {
        self.email.as_deref().unwrap_or_default()
    }

    /// Whether money may be passed on to it.
    pub(super) fn receives(&self) -> bool {
        self.asks_for_transfers && self.submitted && self.missing.is_empty()
    }
}

/// Leads to an account's page once.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) account: String,
    refresh_url: String,
    return_url: String,
    expires_at: i64,
    is_opened: bool,
}

/// What somebody does on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Everything is told and believed.
    Complete,
    /// Everything is told, and a document is asked for besides.
    WithoutDocument,
    /// Another day.
    Later,
}

impl Answer {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "complete" => Self::Complete,
            "without-document" => Self::WithoutDocument,
            "later" => Self::Later,
            _ => return None,
        })
    }
}

impl World {
    pub(super) fn create_account(&mut self, params: &Params) -> Result<Value, Refusal> {
        params.only(&KNOWN)?;
        if params.text("type").is_some() && params.text("controller[fees][payer]").is_some() {
            return Err(Refusal::invalid(
                "You may not specify the `type` parameter and `controller` parameters at the same time.",
            )
            .param("type"));
        }
        let country = params.need("country")?;
        if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
            return Err(
                Refusal::invalid(format!("Country '{country}' is unknown.")).param("country")
            );
        }
        let account = Account {
            created: self.now(),
            country: country.to_owned(),
            email: params.text("email").map(str::to_owned),
            name: params.text("business_profile[name]").map(str::to_owned),
            metadata: params.map("metadata"),
            asks_for_transfers: params.flag("capabilities[transfers][requested]"),
            submitted: false,
            missing: ASKED_OF_ALL.to_vec(),
        };
        let id = self.id("acct_");
        self.accounts.put(id.clone(), account);
        self.account(&id)
    }

    pub(super) fn create_link(&mut self, params: &Params) -> Result<Value, Refusal> {
        params.only(&[
            "account",
            "collection_options",
            "refresh_url",
            "return_url",
            "type",
        ])?;
        if params.need("type")? != "account_onboarding" {
            return Err(Refusal::invalid(
                "This double knows links of the type `account_onboarding` only",
            )
            .param("type"));
        }
        let (account, created) = (params.need("account")?, self.now());
        self.accounts.get(account)?;
        let link = Link {
            account: account.to_owned(),
            refresh_url: params.need("refresh_url")?.to_owned(),
            return_url: params.need("return_url")?.to_owned(),
            expires_at: created + LINK_LASTS,
            is_opened: false,
        };
        let expires_at = link.expires_at;
        let id = self.id("");
        self.links.put(id.clone(), link);
        Ok(json!({
            "object": "account_link",
            "created": created,
            "expires_at": expires_at,
            "url": format!("{}/setup/{id}", self.base),
        }))
    }

    /// A link is opened: its account, or where it is made anew.
    pub(crate) fn open_link(&mut self, id: &str) -> Result<Result<&Account, String>, Refusal> {
        let now = self.now();
        let link = self.links.get_mut(id)?;
        if link.is_opened || now >= link.expires_at {
            return Ok(Err(link.refresh_url.clone()));
        }
        link.is_opened = true;
        let account = link.account.clone();
        Ok(Ok(self.accounts.get(&account)?))
    }

    /// The page is answered. Where to go next.
    pub(crate) fn answer_link(&mut self, id: &str, answer: Answer) -> Result<String, Refusal> {
        let link = self.links.get(id)?;
        let (of, to) = (link.account.clone(), link.return_url.clone());
        let account = self.accounts.get_mut(&of)?;
        match answer {
            Answer::Complete => {
                account.submitted = true;
                account.missing.clear();
            }
            Answer::WithoutDocument => {
                account.submitted = true;
                account.missing = vec![DOCUMENT];
            }
            Answer::Later => return Ok(to),
        }
        self.tell_account(&of);
        Ok(to)
    }

    /// A document is asked for: until it is there no money is passed on.
    pub(crate) fn restrict_account(&mut self, id: &str) -> Result<(), Refusal> {
        self.accounts.get_mut(id)?.missing = vec![DOCUMENT];
        self.tell_account(id);
        Ok(())
    }

    fn tell_account(&mut self, id: &str) {
        if let Ok(account) = self.account(id) {
            self.tell_of(Some(id), "account.updated", account);
        }
    }

    /// What an account needs to be the destination of a charge.
    pub(super) fn check_destination(&self, id: &str, param: &str) -> Result<(), Refusal> {
        let account = self.accounts.get(id).map_err(|_| {
            Refusal::invalid(format!("No such destination: '{id}'"))
                .code("resource_missing")
                .param(param)
        })?;
        if account.receives() {
            return Ok(());
        }
        Err(Refusal::invalid(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments",
        )
        .code("insufficient_capabilities_for_transfer")
        .param(param))
    }

    pub(super) fn account(&self, id: &str) -> Result<Value, Refusal> {
        let account = self.accounts.get(id)?;
        let receives = account.receives();
        let capability = if receives { "active" } else { "inactive" };
        let disabled_reason = (!receives).then_some("requirements.past_due");
        Ok(json!({
            "id": id,
            "object": "account",
            "business_profile": { "name": account.name },
            "capabilities": { "card_payments": capability, "transfers": capability },
            "charges_enabled": receives,
            "controller": {
                "fees": { "payer": "application" },
                "is_controller": true,
                "losses": { "payments": "application" },
                "requirement_collection": "stripe",
                "stripe_dashboard": { "type": "express" },
                "type": "application",
            },
            "country": account.country,
            "created": account.created,
            "default_currency": "eur",
            "details_submitted": account.submitted,
            "email": account.email,
            "metadata": listed_metadata(&account.metadata),
            "payouts_enabled": receives,
            "requirements": {
                "alternatives": [],
                "current_deadline": null,
                "currently_due": account.missing,
                "disabled_reason": disabled_reason,
                "errors": [],
                "eventually_due": account.missing,
                "past_due": account.missing,
                "pending_verification": [],
            },
            "type": "express",
        }))
    }
}
