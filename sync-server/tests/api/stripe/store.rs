//! From the store's pages to Stripe's, and back.

use super::*;
use crate::store::{location, page, says};

#[tokio::test]
async fn a_buyer_goes_from_the_checkout_to_stripes_page_and_comes_back_to_the_tickets() {
    let till = Till::open().await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let checkout = stall.reserved().await;
    let asked = page(&till.server, &checkout).await;
    says(&asked, "sur la page sécurisée de Stripe");
    assert!(!asked.text.contains("Serveur d’essai"), "{}", asked.text);
    // A browser follows no redirect of a form to where this does not let it.
    let policy = asked.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https:"), "{policy}");

    let outside = location(&stall.paid_with(&checkout, "").await);
    assert!(outside.starts_with(&till.double.base()), "{outside}");
    let back = till.press(&outside, "pay").await;
    let back = back.header("location").to_owned();
    let path = back.split_once("/orders/").expect("the order's link").1;
    let order = location(&page(&till.server, &format!("/orders/{path}")).await);
    let done = stall.until_says(&order, "C’est réservé").await;
    says(&done, "68,00\u{a0}€");
    assert_eq!(till.double.totals(), (6800, 0));
    assert_eq!(stall.stock().await, (0, 2, 3));
}

#[tokio::test]
async fn while_stripe_refuses_our_key_the_checkout_says_that_nothing_was_charged() {
    let till =
        Till::open_with(|stripe| stripe.secret_key = Secret::new("pk_test_of_no_server")).await;
    let stall = till.server.stall(&[(3400, 5)]).await;
    let checkout = stall.reserved().await;
    let told = stall.paid_with(&checkout, "checkout").await;
    assert_eq!(told.status, 503);
    says(&told, "rien n’a été débité");
    assert_eq!(stall.stock().await, (2, 0, 3), "the places are still held");
}
