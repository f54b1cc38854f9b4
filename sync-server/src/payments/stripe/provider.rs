//! Stripe as a payment provider.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use shared::clock::Clock;
use shared::ids::PaymentId;
use uuid::Uuid;

use super::client::{CallError, StripeClient};
use super::form::Fields;
use super::objects::{
    Charge, FeeRefund, GivenBack, Intent, IntentStatus, List, Refund, RefundStatus, Session,
    SessionStatus,
};
use crate::payments::payout::PayoutAccounts;
use crate::payments::provider::{
    AskError, GiveBack, GiveBackError, GivenBy, Notification, Onward, Outcome, PaymentProvider,
    PaymentRequest, Question, Standing, StartError, Started, Wanted,
};

/// Stripe closes no page earlier than half an hour after it was made; a minute more, since its clock is not ours.
const SHORTEST_PAGE_S: i64 = 31 * 60;
/// Nor later than a day.
const LONGEST_PAGE_S: i64 = 24 * 3600 - 60;
/// Around the moment of a payment, what was made at Stripe for it, whatever the clocks.
const SEARCHED_S: i64 = 10 * 60;

/// See [`super`].
pub struct StripeProvider {
    pub(super) client: StripeClient,
    pub(super) clock: Arc<dyn Clock>,
}

impl StripeProvider {
    /// With a client.
    pub fn new(client: StripeClient, clock: Arc<dyn Clock>) -> Self {
        Self { client, clock }
    }

    async fn begin(&self, request: &PaymentRequest) -> Result<Started, StartError> {
        let begun = match request.method.as_str() {
            "checkout" => self.open_page(request).await,
            "element" => self.open_fields(request).await,
            method if method.starts_with("pm_") => self.charge(request).await,
            _ => return Err(StartError::UnknownMethod),
        };
        match begun {
            Ok(started) => Ok(started),
            Err(CallError::Declined) => Ok(Started::Decided(declined(request))),
            Err(error @ (CallError::Unreachable(_) | CallError::Failed(_))) => {
                let error = anyhow::Error::from(error);
                tracing::warn!(payment.id = %request.payment, error = format!("{error:#}"), "a payment did not begin");
                Err(StartError::Unreachable)
            }
            Err(error @ (CallError::Key(_) | CallError::Refused { .. })) => {
                tracing::error!(payment.id = %request.payment, %error, "Stripe refuses a payment: look at its settings");
                Err(StartError::Refused)
            }
        }
    }

    /// A page of Stripe's on which the buyer pays.
    async fn open_page(&self, request: &PaymentRequest) -> Result<Started, CallError> {
        let now_s = self.clock.now_ms().div_euclid(1000);
        let until = (request.held_until_ms.div_euclid(1000) + 1)
            .clamp(now_s + SHORTEST_PAGE_S, now_s + LONGEST_PAGE_S);
        let price = |field: &str| format!("line_items[0][price_data]{field}");
        let fields = Fields::new()
            .with("mode", "payment")
            .with("payment_method_types[0]", "card")
            .with("client_reference_id", request.order)
            .with("customer_email", &request.email)
            .with("locale", locale(&request.language))
            .with("expires_at", until)
            .with("success_url", &request.return_url)
            .with("cancel_url", &request.return_url)
            .with("line_items[0][quantity]", 1)
            .with(&price("[unit_amount]"), request.amount.minor)
            .with(&price("[currency]"), currency(request))
            .with(&price("[product_data][name]"), title(request))
            .with("metadata[payment]", request.payment)
            .with("metadata[order]", request.order)
            .with("payment_intent_data[metadata][payment]", request.payment)
            .with("payment_intent_data[metadata][order]", request.order)
            .with("payment_intent_data[description]", &request.code);
        let fields = shared(fields, request, |name, inner| {
            format!("payment_intent_data[{name}]{inner}")
        });
        let session: Session = self
            .client
            .post("/v1/checkout/sessions", &fields, &key(request))
            .await?;
        Ok(match session.url {
            Some(url) => Started::Onward {
                checkout: session.id,
                onward: Onward::Page(url),
            },
            None => Started::Waiting,
        })
    }

    /// With a payment method that Stripe's fields on a page of ours made.
    async fn charge(&self, request: &PaymentRequest) -> Result<Started, CallError> {
        let fields = Fields::new()
            .with("amount", request.amount.minor)
            .with("currency", currency(request))
            .with("automatic_payment_methods[enabled]", true)
            .with("payment_method", &request.method)
            .with("confirm", true)
            .with("return_url", &request.return_url)
            .with("description", &request.code)
            .with("metadata[payment]", request.payment)
            .with("metadata[order]", request.order);
        let fields = shared(fields, request, |name, inner| format!("{name}{inner}"));
        let intent: Intent = self
            .client
            .post("/v1/payment_intents", &fields, &key(request))
            .await?;
        if let Some(notification) = intent.notification() {
            return Ok(Started::Decided(notification));
        }
        Ok(match (intent.status, intent.onward()) {
            (IntentStatus::RequiresPaymentMethod, _) => Started::Decided(declined(request)),
            (_, Some(onward)) => Started::Onward {
                checkout: intent.id,
                onward,
            },
            (_, None) => Started::Waiting,
        })
    }

    /// An attempt without a card as yet: Stripe's fields on a page of ours (the Payment Element) ask for one and confirm.
    async fn open_fields(&self, request: &PaymentRequest) -> Result<Started, CallError> {
        let fields = Fields::new()
            .with("amount", request.amount.minor)
            .with("currency", currency(request))
            .with("payment_method_types[0]", "card")
            .with("receipt_email", &request.email)
            .with("description", &request.code)
            .with("metadata[payment]", request.payment)
            .with("metadata[order]", request.order);
        let fields = shared(fields, request, |name, inner| format!("{name}{inner}"));
        let intent: Intent = self
            .client
            .post("/v1/payment_intents", &fields, &key(request))
            .await?;
        Ok(match intent.onward() {
            Some(onward) => Started::Onward {
                checkout: intent.id,
                onward,
            },
            None => Started::Waiting,
        })
    }

    async fn find_out(&self, question: &Question) -> Result<Standing, CallError> {
        match question.checkout.as_deref() {
            Some(id) if id.starts_with("pi_") => self.ask_of_intent(id, question).await,
            Some(id) => self.ask_of_page(id, question).await,
            None => self.search(question).await,
        }
    }

    async fn ask_of_page(&self, id: &str, question: &Question) -> Result<Standing, CallError> {
        let path = format!("/v1/checkout/sessions/{id}");
        let mut session: Session = self.client.get(&path, &Fields::new()).await?;
        if session.status == SessionStatus::Open && question.wanted == Wanted::NoMore {
            let closed = self
                .client
                .post(
                    &format!("{path}/expire"),
                    &Fields::new(),
                    &format!("expire/{}", question.payment),
                )
                .await;
            session = match closed {
                Ok(session) => session,
                // The buyer was quicker.
                Err(CallError::Refused { .. }) => self.client.get(&path, &Fields::new()).await?,
                Err(error) => return Err(error),
            };
        }
        if let Some(notification) = session.notification() {
            return Ok(Standing::Decided(notification));
        }
        match session.slow_intent() {
            Some(intent) => self.ask_of_slow_bank(intent, &session).await,
            None => Ok(Standing::Open {
                onward: session.url.map(Onward::Page),
            }),
        }
    }

    /// A page that was completed stays so, unpaid, when a bank that took its time has said no: only the intent tells.
    async fn ask_of_slow_bank(&self, id: &str, session: &Session) -> Result<Standing, CallError> {
        let path = format!("/v1/payment_intents/{id}");
        let intent: Intent = self.client.get(&path, &Fields::new()).await?;
        let decided = match intent.status {
            IntentStatus::RequiresPaymentMethod | IntentStatus::Canceled => session.failed(),
            IntentStatus::Succeeded => intent.notification(),
            IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
            | IntentStatus::Processing
            | IntentStatus::RequiresCapture => None,
        };
        Ok(decided.map_or(Standing::Open { onward: None }, Standing::Decided))
    }

    async fn ask_of_intent(&self, id: &str, question: &Question) -> Result<Standing, CallError> {
        let path = format!("/v1/payment_intents/{id}");
        let mut intent: Intent = self.client.get(&path, &Fields::new()).await?;
        let ends = match intent.status {
            IntentStatus::RequiresAction
            | IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation => question.wanted == Wanted::NoMore,
            IntentStatus::Processing
            | IntentStatus::RequiresCapture
            | IntentStatus::Succeeded
            | IntentStatus::Canceled => false,
        };
        if ends {
            let canceled = self
                .client
                .post(
                    &format!("{path}/cancel"),
                    &Fields::new(),
                    &format!("cancel/{}", question.payment),
                )
                .await;
            intent = match canceled {
                Ok(intent) => intent,
                Err(CallError::Refused { .. }) => self.client.get(&path, &Fields::new()).await?,
                Err(error) => return Err(error),
            };
        }
        Ok(standing_of(&intent))
    }

    /// The answer to our call was lost: whether there is money by our payment's id.
    async fn search(&self, question: &Question) -> Result<Standing, CallError> {
        let begun_s = question.begun_ms.div_euclid(1000);
        let mut after: Option<String> = None;
        loop {
            let mut query = Fields::new()
                .with("created[gte]", begun_s - SEARCHED_S)
                .with("created[lte]", begun_s + SEARCHED_S)
                .with("limit", 100);
            if let Some(id) = &after {
                query = query.with("starting_after", id);
            }
            let page: List<Intent> = self.client.get("/v1/payment_intents", &query).await?;
            let ours = page
                .data
                .iter()
                .find(|intent| intent.metadata.payment == Some(question.payment));
            if let Some(intent) = ours {
                return Ok(standing_of(intent));
            }
            after = page.data.last().map(|intent| intent.id.clone());
            if !page.has_more || after.is_none() {
                return Ok(Standing::NeverHeard);
            }
        }
    }

    async fn refund(&self, request: &GiveBack) -> Result<(), GiveBackError> {
        let refund = self.find_or_make_refund(request).await.map_err(|error| {
            let again = error.may_pass();
            let error = anyhow::Error::from(error);
            tracing::warn!(refund.key = %request.key, error = format!("{error:#}"), "money did not go back");
            if again {
                GiveBackError::Unreachable
            } else {
                GiveBackError::Refused
            }
        })?;
        match refund.status {
            RefundStatus::Succeeded | RefundStatus::Pending | RefundStatus::RequiresAction => {}
            RefundStatus::Failed | RefundStatus::Canceled => return Err(GiveBackError::Refused),
        }
        let GivenBy::Organizer { fee_minor: 1.. } = request.by else {
            return Ok(());
        };
        match self.give_fee_back(request, &refund).await {
            Ok(()) => Ok(()),
            Err(error) if error.may_pass() => {
                let error = anyhow::Error::from(error);
                tracing::warn!(refund.key = %request.key, error = format!("{error:#}"), "a fee waits to go back");
                Err(GiveBackError::Unreachable)
            }
            // The buyer has the money: this is between the organizer and the platform.
            Err(error) => {
                tracing::error!(refund.key = %request.key, %error, "a fee must be given back to the organizer by hand");
                Ok(())
            }
        }
    }

    /// The part of the platform's fee that goes back with a refund, to the cent of the ledger: Stripe would round its own
    /// way. Looked for first, as refunds are.
    async fn give_fee_back(&self, request: &GiveBack, refund: &Refund) -> Result<(), CallError> {
        let GivenBy::Organizer { fee_minor } = request.by else {
            return Ok(());
        };
        let Some(charge) = &refund.charge else {
            return Ok(());
        };
        let path = format!("/v1/charges/{charge}");
        let charge: Charge = self.client.get(&path, &Fields::new()).await?;
        let Some(fee) = charge.application_fee else {
            tracing::error!(refund.key = %request.key, "a charge has no fee of which a part was to go back");
            return Ok(());
        };
        let path = format!("/v1/application_fees/{fee}/refunds");
        let given: Option<FeeRefund> = self.made_for(&path, &Fields::new(), request.key).await?;
        if given.is_none() {
            let fields = Fields::new()
                .with("amount", fee_minor)
                .with("metadata[refund]", request.key);
            let key = format!("fee/{}", request.key);
            let _: FeeRefund = self.client.post(&path, &fields, &key).await?;
        }
        Ok(())
    }

    /// Stripe forgets an idempotency key after a day, and we may ask again later than that: so it is looked for first.
    async fn find_or_make_refund(&self, request: &GiveBack) -> Result<Refund, CallError> {
        let of = Fields::new().with("payment_intent", &request.reference);
        if let Some(refund) = self.made_for("/v1/refunds", &of, request.key).await? {
            return Ok(refund);
        }
        let fields = of
            .with("amount", request.amount.minor)
            .with("metadata[refund]", request.key);
        let fields = match request.by {
            GivenBy::Platform => fields,
            GivenBy::Organizer { .. } => fields.with("reverse_transfer", true),
        };
        let key = format!("refund/{}", request.key);
        self.client.post("/v1/refunds", &fields, &key).await
    }

    /// What was made with our key as metadata, in a list of Stripe's.
    async fn made_for<T: GivenBack>(
        &self,
        path: &str,
        of: &Fields,
        key: Uuid,
    ) -> Result<Option<T>, CallError> {
        let mut after: Option<String> = None;
        loop {
            let mut query = of.clone().with("limit", 100);
            if let Some(id) = &after {
                query = query.with("starting_after", id);
            }
            let page: List<T> = self.client.get(path, &query).await?;
            after = page.data.last().map(|given| given.id().to_owned());
            let ours = |given: &T| given.key() == Some(key);
            if let Some(given) = page.data.into_iter().find(ours) {
                return Ok(Some(given));
            }
            if !page.has_more || after.is_none() {
                return Ok(None);
            }
        }
    }
}

impl PaymentProvider for StripeProvider {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn tells_others(&self) -> bool {
        true
    }

    fn start<'a>(
        &'a self,
        request: &'a PaymentRequest,
    ) -> BoxFuture<'a, Result<Started, StartError>> {
        self.begin(request).boxed()
    }

    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Standing, AskError>> {
        async move {
            self.find_out(question).await.map_err(|error| {
                let error = anyhow::Error::from(error);
                tracing::warn!(payment.id = %question.payment, error = format!("{error:#}"), "Stripe could not be asked");
                AskError
            })
        }
        .boxed()
    }

    fn payout_accounts(&self) -> Option<&dyn PayoutAccounts> {
        Some(self)
    }

    fn give_back<'a>(&'a self, request: &'a GiveBack) -> BoxFuture<'a, Result<(), GiveBackError>> {
        self.refund(request).boxed()
    }
}

/// The money is passed on to the organizer, and the platform keeps its fee. `name` says how such a field is called.
fn shared(fields: Fields, request: &PaymentRequest, name: impl Fn(&str, &str) -> String) -> Fields {
    let Some(share) = &request.share else {
        return fields;
    };
    let fields = fields.with(&name("transfer_data", "[destination]"), &share.account);
    // Stripe takes no fee of nothing.
    match share.fee_minor {
        0 => fields,
        fee => fields.with(&name("application_fee_amount", ""), fee),
    }
}

fn standing_of(intent: &Intent) -> Standing {
    match intent.notification() {
        Some(notification) => Standing::Decided(notification),
        None => Standing::Open {
            onward: intent.onward(),
        },
    }
}

/// One for a payment, so that a repeat of its beginning is the same beginning.
fn key(request: &PaymentRequest) -> String {
    format!("payment/{}", request.payment)
}

fn currency(request: &PaymentRequest) -> String {
    request.amount.currency.code().to_ascii_lowercase()
}

fn declined(request: &PaymentRequest) -> Notification {
    Notification {
        payment: request.payment,
        order: request.order,
        reference: PaymentId::to_string(&request.payment),
        outcome: Outcome::Declined,
    }
}

/// Of Stripe's page.
fn locale(language: &str) -> &str {
    match language {
        "fr" | "en" | "es" | "de" | "it" => language,
        _ => "auto",
    }
}

/// What the buyer reads above the amount.
fn title(request: &PaymentRequest) -> String {
    let order = match request.language.as_str() {
        "fr" => "Commande",
        "es" => "Pedido",
        "de" => "Bestellung",
        "it" => "Ordine",
        _ => "Order",
    };
    format!("{order} {}", request.code)
}
