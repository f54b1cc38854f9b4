//! An organizer with an account of its own at Stripe: what comes is passed on, less the fee, and goes back from there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::StatusCode;
use stripe_double::Passed;
use stripe_double::faults::{CallFault, Delivery};
use sync_server::accounts::Role;
use sync_server::payments::payout;
use sync_server::payments::refund as refunding;

use super::*;
use crate::backoffice::{Clerk, PageForm};
use crate::store::{location, says};
use crate::support::stall::Stall;

const FORM: &str = "<form class=\"office-refund\"";

impl Till {
    /// Another one each time: an address has one account.
    async fn owner(&self, stall: &Stall<'_>) -> Clerk<'_> {
        static OWNERS: AtomicU32 = AtomicU32::new(0);
        let name = format!("Claire {}", OWNERS.fetch_add(1, Ordering::Relaxed));
        let owner = self.server.member(stall.organizer, Role::Owner, &name);
        Clerk::of(&self.server, owner.await.id).await
    }

    /// The organizer tells Stripe all that it asks; the page to which Stripe leads back.
    async fn connect(&self, stall: &Stall<'_>) -> Answer {
        let owner = self.owner(stall).await;
        let page = format!("/fr/office/{}/payments", stall.organizer);
        let form = PageForm::of(&owner.see(&page).await, FORM).fill("country", "FR");
        let setup = location(&owner.submit(&form).await);
        self.at_stripe(&owner, &setup, "complete").await
    }

    /// Opens Stripe's page, answers it, and comes back to where it leads.
    async fn at_stripe(&self, owner: &Clerk<'_>, setup: &str, answer: &str) -> Answer {
        let back = self.answered(setup, answer).await;
        let back = back.strip_prefix(self.server.app.config.public_url.as_str());
        let back = back.expect("Stripe leads back to this server").to_owned();
        let shown = location(&owner.see(&back).await);
        owner.see(&shown).await
    }

    /// Where Stripe leads afterwards.
    async fn answered(&self, setup: &str, answer: &str) -> String {
        let opened = Answer::of(self.server.client.get(setup)).await;
        assert!(opened.text.contains("Get paid"), "{}", opened.text);
        let request = self.server.client.post(setup);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("answer={answer}"));
        location(&Answer::of(request).await)
    }

    fn passed(&self) -> Vec<Option<Passed>> {
        let mut charges = self.double.charges();
        charges.reverse();
        charges.into_iter().map(|charge| charge.passed).collect()
    }

    /// The platform's money at Stripe, and the connected organizer's.
    fn balances(&self) -> (i64, i64) {
        let mut balances: BTreeMap<_, _> = self.double.balances();
        let platform = balances.remove(&None).unwrap_or_default();
        (platform, balances.into_values().sum())
    }
}

#[tokio::test]
async fn an_organizer_connects_its_account_and_is_paid_there() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let before = stall.held(&[(1, 1)]).await;
    stall.pay(&before, "pm_card_visa").await.ok();
    assert_eq!(
        till.balances(),
        (3400, 0),
        "without an account the platform has it"
    );

    let owner = till.owner(&stall).await;
    let page = format!("/fr/office/{}/payments", stall.organizer);
    let shown = owner.see(&page).await;
    says(&shown, "Reliez un compte Stripe");
    says(&shown, "commission de 5\u{a0}%");
    says(&shown, "32,30\u{a0}€");
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https:"), "{policy}");
    let form = PageForm::of(&shown, FORM);
    let nowhere = owner.submit(&form).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    says(&nowhere, "Choisissez un pays");

    let form = form.fill("country", "FR");
    let setup = location(&owner.submit(&form).await);
    let shown = till.at_stripe(&owner, &setup, "later").await;
    says(&shown, "n’est pas prêt");
    says(&shown, "le compte bancaire qui reçoit l’argent");
    let meanwhile = stall.held(&[(1, 1)]).await;
    stall.pay(&meanwhile, "pm_card_visa").await.ok();
    assert_eq!(
        till.balances(),
        (6800, 0),
        "an account that is not ready gets nothing"
    );

    // A link is for one visit; Stripe sends who comes again to where the next one is made.
    let again = location(&Answer::of(till.server.client.get(&setup)).await);
    assert!(again.ends_with("/payments/again"), "{again}");
    let again = again.replace(till.server.app.config.public_url.as_str(), "");
    let setup = location(&owner.see(&again).await);
    let shown = till.at_stripe(&owner, &setup, "without-document").await;
    says(&shown, "une pièce justificative");
    let form = PageForm::of(&shown, FORM);
    let setup = location(&owner.submit(&form).await);
    let shown = till.at_stripe(&owner, &setup, "complete").await;
    says(&shown, "Compte relié");
    let opened = |call: &&String| *call == "POST /v1/accounts";
    assert_eq!(till.double.calls().iter().filter(opened).count(), 1);

    let held = stall.held(&[(1, 1)]).await;
    let checkout = till.redirected(&stall, &held, "checkout").await;
    till.press(&checkout, "pay").await;
    till.becomes(&held, "paid").await;
    let passed = till.passed();
    let [None, None, Some(last)] = passed.as_slice() else {
        panic!("{passed:?}");
    };
    assert_eq!((last.reversed, last.fee, last.fee_refunded), (0, 170, 0));
    assert_eq!(till.balances(), (6800 + 170, 3230));
    let shown = owner.see(&page).await;
    says(&shown, "64,60\u{a0}€");
    says(&shown, "32,30\u{a0}€");
    let german = owner.see(&page.replace("/fr/", "/de/")).await;
    says(&german, "Konto verbunden");
}

#[tokio::test]
async fn refunds_come_from_the_organizer_and_the_fee_goes_back_to_the_cent_of_the_ledger() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3333, 5)]).await;
    till.connect(&stall).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.held(&[(1, 3)]).await;
    let order = stall.pay(&order, "pm_card_visa").await.ok();
    // 5 % of 99.99.
    assert_eq!(till.balances(), (500, 9499));
    let path = refunds(&order);
    for (part, fee_by_then) in [(1, 0), (1111, 56), (3333, 222), (5554, 500)] {
        clerk.post(&path, &refund(part)).await.ok();
        let passed = till.passed();
        let passed = passed[0].as_ref().unwrap();
        assert_eq!(passed.fee_refunded, fee_by_then, "{passed:?}");
        let ledger = stall.ledger().await;
        assert_eq!((passed.fee, passed.fee_refunded), (-ledger[1], ledger[3]));
        assert_eq!(passed.reversed, -ledger[2]);
        assert_eq!(till.balances().1, ledger.iter().sum::<i64>());
    }
    assert_eq!(till.balances(), (0, 0));
    assert_eq!(till.double.totals(), (9999, 9999));
}

#[tokio::test]
async fn a_fee_whose_answer_is_lost_goes_back_once() {
    let till = Till::impatient().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    till.connect(&stall).await;
    let clerk = till
        .server
        .member(stall.organizer, Role::BoxOffice, "Alex Petit")
        .await;
    let order = stall.held(&[(1, 1)]).await;
    let order = stall.pay(&order, "pm_card_visa").await.ok();
    // The refund is looked for and made, its charge read; the fee's part is looked for and made.
    let calls = [CallFault::None; 4]
        .into_iter()
        .chain([CallFault::AnswerLost]);
    till.double.next_calls(calls);
    let answer = clerk.post(&refunds(&order), &refund(1000)).await.ok();
    assert_eq!(answer["state"], "pending");
    assert_eq!(till.passed()[0].as_ref().unwrap().fee_refunded, 50);
    till.advance(25 * 3_600_000);
    refunding::sweep(&till.server.app).await.unwrap();
    let passed = till.passed();
    let passed = passed[0].as_ref().unwrap();
    assert_eq!((passed.reversed, passed.fee_refunded), (1000, 50));
    assert_eq!(stall.ledger().await, [3400, -170, -1000, 50]);
}

#[tokio::test]
async fn a_payment_without_a_place_goes_back_from_the_organizer_with_all_of_the_fee() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 1)]).await;
    till.connect(&stall).await;
    let late = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &late, "checkout").await;
    till.hold_ends().await;
    let other = stall.held(&[(1, 1)]).await;
    stall.pay(&other, "pm_card_visa").await.ok();
    till.press(&page, "pay").await;
    until("the late payment is back", async || {
        till.payments(&late).await == [("returned".into(), true)]
    })
    .await;
    assert_eq!(till.double.totals(), (6800, 3400));
    assert_eq!(till.balances(), (170, 3230));
    assert_eq!(stall.ledger().await, [3400, -170, 0, 0]);
}

#[tokio::test]
async fn an_account_of_which_stripe_asks_more_gets_nothing_until_it_is_told() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    till.connect(&stall).await;
    let account = till.double.balances();
    assert_eq!(account.len(), 1, "nothing was sold yet");
    let name: String =
        sqlx::query_scalar("select account from payout_accounts where organizer_id = $1")
            .bind(stall.organizer.0)
            .fetch_one(&till.server.app.pool)
            .await
            .unwrap();
    assert!(till.double.restrict_account(&name));
    till.all_told().await;
    payout::sweep(&till.server.app).await.unwrap();
    let order = stall.held(&[(1, 1)]).await;
    stall.pay(&order, "pm_card_visa").await.ok();
    assert_eq!(till.balances(), (3400, 0));

    // Nobody tells that it is mended: it is asked about.
    till.double.every_delivery(Some(Delivery::Lost));
    let owner = till.owner(&stall).await;
    let page = format!("/fr/office/{}/payments", stall.organizer);
    let shown = owner.see(&page).await;
    says(&shown, "une pièce justificative");
    let setup = location(&owner.submit(&PageForm::of(&shown, FORM)).await);
    till.answered(&setup, "complete").await;
    till.advance(3_600_001);
    payout::sweep(&till.server.app).await.unwrap();
    says(&owner.see(&page).await, "Compte relié");
}

/// What was told of it is not told again: it was heard.
#[tokio::test]
async fn an_account_of_which_stripe_said_nothing_when_asked_is_asked_about_again_soon() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let owner = till.owner(&stall).await;
    let page = format!("/fr/office/{}/payments", stall.organizer);
    let form = PageForm::of(&owner.see(&page).await, FORM).fill("country", "FR");
    let setup = location(&owner.submit(&form).await);
    till.answered(&setup, "complete").await;
    till.all_told().await;
    till.double.next_calls([CallFault::Fails]);
    payout::sweep(&till.server.app).await.unwrap();
    says(&owner.see(&page).await, "n’est pas prêt");

    till.advance(60_001);
    payout::sweep(&till.server.app).await.unwrap();
    says(&owner.see(&page).await, "Compte relié");
}

#[tokio::test]
async fn only_an_owner_says_where_the_money_goes_and_a_stripe_that_is_away_is_said() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let manager = till
        .server
        .member(stall.organizer, Role::Manager, "Ana Ruiz")
        .await;
    let office = Clerk::of(&till.server, manager.id).await;
    let page = format!("/fr/office/{}/payments", stall.organizer);
    let connect = format!("{page}/connect");
    for path in [
        page.clone(),
        format!("{page}/again"),
        format!("{page}/back"),
    ] {
        assert_eq!(office.see(&path).await.status, 403, "{path}");
    }
    assert_eq!(
        office.send(&connect, &[("country", "FR")]).await.status,
        403
    );
    let api = format!("/api/v1/organizers/{}/payout-account", stall.organizer);
    manager.get(&api).await.error(403, "forbidden");

    let other = till.server.stall(&[(3400, 5)]).await;
    let theirs = till.owner(&other).await;
    assert_eq!(theirs.see(&page).await.status, 404);
    assert_eq!(
        theirs.send(&connect, &[("country", "FR")]).await.status,
        404
    );
    assert_eq!(till.double.calls(), Vec::<String>::new());

    let owner = till.owner(&stall).await;
    till.double.every_call(Some(CallFault::Fails));
    let away = owner.send(&connect, &[("country", "FR")]).await;
    assert_eq!(away.status, 503);
    says(&away, "Stripe ne répond pas");
    till.double.every_call(None);

    let owner = till
        .server
        .member(stall.organizer, Role::Owner, "Zoé Lam")
        .await;
    assert_eq!(owner.get(&api).await.ok()["state"], "none");
    owner
        .post(&api, &json!({ "country": "XX" }))
        .await
        .error(400, "invalid_request");
    let way = owner.post(&api, &json!({ "country": "DE" })).await.ok();
    assert!(text(&way["url"]).starts_with(&till.double.base()), "{way}");
    let now = owner.get(&api).await.ok();
    assert_eq!(now["state"], "unfinished");
}

#[tokio::test]
async fn what_is_told_of_accounts_of_others_changes_nothing() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    till.connect(&stall).await;
    let order = stall.held(&[(1, 1)]).await;
    let page = till.redirected(&stall, &order, "checkout").await;
    let event = |account: &str, kind: &str, object: Value| {
        json!({ "id": format!("evt_{kind}"), "object": "event", "type": kind, "created": NOW / 1000, "livemode": false,
            "account": account, "data": { "object": object } })
        .to_string()
    };
    let unknown = json!({ "id": "acct_other", "object": "account", "charges_enabled": true, "details_submitted": true });
    told(&till, &event("acct_other", "account.updated", unknown))
        .await
        .ok();
    // Somebody who is paid through us has a session of its own, with our words in it.
    let forged = json!({ "id": page.rsplit('/').next(), "object": "checkout.session", "status": "complete",
        "payment_status": "paid", "amount_total": 3400, "currency": "eur", "payment_intent": "pi_x", "url": null,
        "metadata": { "order": order["id"], "payment": payment_of(&till, &order).await } });
    told(
        &till,
        &event("acct_other", "checkout.session.completed", forged),
    )
    .await
    .ok();
    assert_eq!(till.state(&order).await, "held");
}

/// Signed as Stripe would.
async fn told(till: &Till, body: &str) -> Answer {
    let header = stripe_double::webhooks::sign(&[SECRET], NOW / 1000, body);
    tell(&till.server, body, Some(&header)).await
}

async fn payment_of(till: &Till, order: &Value) -> String {
    let id: uuid::Uuid = sqlx::query_scalar("select id from payments where order_id = $1")
        .bind(order_id(order).0)
        .fetch_one(&till.server.app.pool)
        .await
        .unwrap();
    id.to_string()
}
