//! Tickets put up again for whoever waits: good until somebody has an offer, blocked while they decide, and then either the
//! next one's for good or their holder's again. No place is ever two people's, and none is lost.

use futures::future::join_all;
use serde_json::{Value, json};
use shared::ids::OrderId;
use sync_server::accounts::Role;
use sync_server::orders::cancel::cancel;
use sync_server::orders::expire::expire;
use sync_server::orders::{resale, waiting_list};
use sync_server::payments::settle::{Settlement, settle};

use super::kept::manage;
use super::{link, told};
use crate::backoffice::{Clerk, PageForm};
use crate::payments::success;
use crate::store::{location, page, says};
use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, TestServer};

const HOUR: i64 = 3_600_000;

impl Stall<'_> {
    /// Doors open in 100 hours; tickets may be put up until the day before.
    async fn resells(&self) {
        self.later().await;
        let owner = self.server.member(self.organizer, Role::Owner, "Lou").await;
        let clerk = Clerk::of(self.server, owner.id).await;
        let terms = format!("/fr/office/events/{}/terms", self.event);
        let form = PageForm::of(&clerk.see(&terms).await, "<form class=\"office-row\"");
        assert_eq!(form.value("resale"), "never");
        let saved = clerk.submit(&form.fill("resale", "24")).await;
        says(&saved, "Conditions enregistrées");
    }

    /// The one place of the event, sold; and somebody who waits.
    async fn sold_out(&self) -> Value {
        self.resells().await;
        let order = self.bought(&[(1, 1)]).await;
        told(self.server).await;
        self.server.app.event_pages.forget(self.event).await;
        order
    }

    async fn put_up(&self, order: &Value) -> Answer {
        let ticket = [("ticket", text(&order["tickets"][0]))];
        self.post_form(&manage(order, "/resell"), &ticket).await
    }

    async fn take_back(&self, order: &Value) -> Answer {
        let ticket = [("ticket", text(&order["tickets"][0]))];
        self.post_form(&manage(order, "/keep"), &ticket).await
    }

    /// The checkout of what was offered to somebody, with the mail's text.
    async fn offer_to(&self, address: &str) -> String {
        let mails = told(self.server).await;
        let mail = mails.iter().find(|mail| mail.to == address);
        let mail = mail.unwrap_or_else(|| panic!("no mail to {address}: {mails:?}"));
        link(self.server, mail, "/checkout")
    }

    /// The first ticket's status, as doors have it.
    async fn status(&self, order: &Value) -> i16 {
        let id: OrderId = text(&order["id"]).parse().unwrap();
        sqlx::query_scalar("select status from tickets where order_id = $1")
            .bind(id.0)
            .fetch_one(&self.server.app.pool)
            .await
            .unwrap()
    }

    async fn goes_on(&self) {
        resale::sweep(&self.server.app).await.unwrap();
    }

    async fn time_passes(&self, ms: i64) {
        self.server.clock.advance(ms);
        expire(&self.server.app.pool, self.server.now_ms())
            .await
            .unwrap();
    }

    async fn ticket_page(&self, order: &Value) -> Answer {
        let (ticket, secret) = (text(&order["tickets"][0]), text(&order["secret"]));
        page(
            self.server,
            &format!("/fr/tickets/{ticket}?secret={secret}"),
        )
        .await
    }
}

fn order_of(checkout: &str) -> Value {
    let id = checkout
        .split('/')
        .find(|part| part.parse::<OrderId>().is_ok())
        .unwrap();
    json!({ "id": id })
}

fn about<'a>(mails: &'a [ReadMail], word: &str) -> &'a ReadMail {
    let found = mails.iter().find(|mail| mail.subject.contains(word));
    found.unwrap_or_else(|| panic!("nothing about {word}: {mails:?}"))
}

const VALID: i16 = 0;
const REFUNDED: i16 = 2;
const BLOCKED: i16 = 4;

/// S1, S2: the place is one person's at every moment, and the money goes back once.
#[tokio::test]
async fn a_ticket_put_up_is_good_until_somebody_has_an_offer_and_is_paid_back_once_they_pay() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let order = stall.sold_out().await;
    stall.joined("nina@example.org", "1").await;
    says(
        &page(&server, &manage(&order, "")).await,
        "Remettre en vente",
    );
    let done = location(&stall.put_up(&order).await);
    says(&page(&server, &done).await, "Votre billet est en vente");
    location(&stall.put_up(&order).await);
    let rows = "select count(*) from resales where event_id = $1";
    assert_eq!(server.number(rows, stall.event.0).await, 1);
    says(
        &stall.ticket_page(&order).await,
        "En vente sur la liste d’attente",
    );
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (VALID, (0, 1, 0))
    );
    let ticket = [("ticket", text(&order["tickets"][0]))];
    let given_back = stall.post_form(&manage(&order, "/refund"), &ticket).await;
    assert_eq!(given_back.status, 409);

    let checkout = stall.offer_to("nina@example.org").await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (BLOCKED, (1, 0, 0))
    );
    stall.is_sold_out().await;
    says(
        &stall.ticket_page(&order).await,
        "Ce billet est proposé à quelqu’un jusqu’au",
    );
    let shown = page(&server, &manage(&order, "")).await;
    says(&shown, "Proposé à quelqu’un jusqu’au");
    // Loaded anew, the page says no more what was true when the ticket was put up.
    let anew = page(&server, &done).await;
    assert!(!anew.text.contains("Votre billet est en vente"));
    let hers = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&hers, "C’est réservé").await;
    assert_eq!(stall.stock().await, (0, 1, 0));
    says(&stall.ticket_page(&order).await, "Ce billet est revendu");
    // Two servers, and one that was stopped in between.
    join_all((0..4).map(|_| resale::sweep(&server.app))).await;
    stall.goes_on().await;
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (REFUNDED, (0, 1, 0))
    );
    assert_eq!(stall.ledger().await, [6_800, -340, -3_400, 170]);
    let refunds = "select count(*) from refunds where event_id = $1";
    assert_eq!(server.number(refunds, stall.event.0).await, 1);
    let mails = told(&server).await;
    let resold = about(&mails, "revendu");
    assert!(resold.text.contains("Votre billet W-1"), "{}", resold.text);
    assert!(resold.text.contains("34,00\u{a0}€"), "{}", resold.text);
    about(&mails, "Remboursement");
    assert_eq!(stall.take_back(&order).await.status, 409);
}

#[tokio::test]
async fn an_offer_that_nobody_takes_gives_the_place_back_to_the_ticket_before_anybody_else_sees_it()
{
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let order = stall.sold_out().await;
    stall.joined("nina@example.org", "1").await;
    stall.joined("omar@example.org", "1").await;
    stall.put_up(&order).await;
    let hers = stall.offer_to("nina@example.org").await;
    stall.time_passes(2 * HOUR).await;
    assert_eq!(stall.stock().await, (0, 1, 0));
    stall.is_sold_out().await;
    says(&stall.ticket_page(&order).await, "Personne ne l’a pris");
    // The next one is asked only once the ticket is good again.
    assert_eq!(told(&server).await.len(), 0);
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (VALID, (0, 1, 0))
    );
    stall.offer_to("omar@example.org").await;
    assert_eq!(stall.status(&order).await, BLOCKED);

    let later = location(&stall.take_back(&order).await);
    says(&page(&server, &later).await, "Quelqu’un a reçu une offre");
    let his = sqlx::query_scalar::<_, uuid::Uuid>(
        "select order_id from waiting_list where email = 'omar@example.org'",
    )
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    cancel(&server.app.pool, OrderId(his)).await.unwrap();
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (VALID, (0, 1, 0))
    );
    stall.joined("paula@example.org", "1").await;
    assert_eq!(told(&server).await.len(), 0, "it is not up any more");
    let shown = stall.ticket_page(&order).await;
    assert!(!shown.text.contains("En vente"), "{}", shown.text);
    assert!(
        stall.put_up(&order).await.status == 303,
        "it may be put up again"
    );
    let kept = location(&stall.take_back(&order).await);
    says(&page(&server, &kept).await, "n’est plus en vente");
    let gone = page(&server, &hers).await;
    assert!(!gone.text.contains("Payer"), "{}", gone.text);
}

/// S2: never money without a place.
#[tokio::test]
async fn money_that_comes_after_the_offer_goes_back_and_the_ticket_stays_its_holders() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let order = stall.sold_out().await;
    stall.joined("nina@example.org", "1").await;
    stall.put_up(&order).await;
    let checkout = stall.offer_to("nina@example.org").await;
    stall.paid_with(&checkout, "hang").await;
    stall.time_passes(2 * HOUR).await;
    let late = success(&stall, &order_of(&checkout)).await;
    assert_eq!(
        settle(&server.app, &late).await.unwrap(),
        Settlement::Returned
    );
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (VALID, (0, 1, 0))
    );
    assert_eq!(stall.ledger().await, [3_400, -170, 0, 0]);
}

#[tokio::test]
async fn an_order_that_is_refunded_while_its_ticket_is_offered_leaves_the_place_to_the_offer() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let order = stall.sold_out().await;
    stall.joined("nina@example.org", "1").await;
    stall.put_up(&order).await;
    stall.offer_to("nina@example.org").await;
    stall.refund(&order).await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (REFUNDED, (1, 0, 0))
    );
    stall.is_sold_out().await;
    stall.time_passes(2 * HOUR).await;
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (REFUNDED, (0, 0, 1))
    );
    stall.hold(&[(1, 1)]).await.expect("it is anybody's");
}

#[tokio::test]
async fn a_seller_gets_no_more_than_the_next_one_pays_and_a_free_place_goes_first() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    let order = stall.sold_out().await;
    stall.joined("pair@example.org", "2").await;
    stall.put_up(&order).await;
    assert_eq!(told(&server).await.len(), 0, "one place is not two");
    stall
        .change("update ticket_types set price_minor = 2000 where event_id = $1")
        .await;
    stall
        .change("update stock set quota = 2 where event_id = $1")
        .await;
    server.app.event_pages.forget(stall.event).await;
    let checkout = stall.offer_to("pair@example.org").await;
    assert_eq!(
        stall.stock().await,
        (2, 0, 0),
        "the free one and the seller's"
    );
    let theirs = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&theirs, "C’est réservé").await;
    stall.goes_on().await;
    assert_eq!(stall.stock().await, (0, 2, 0));
    assert_eq!(stall.ledger().await[2], -2_000);
}

#[tokio::test]
async fn nothing_is_put_up_that_the_organizer_does_not_let_was_used_or_is_too_late() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    stall.later().await;
    let order = stall.bought(&[(1, 1)]).await;
    told(&server).await;
    let shown = page(&server, &manage(&order, "")).await;
    assert!(!shown.text.contains("Remettre en vente"));
    assert_eq!(stall.put_up(&order).await.status, 409);
    stall
        .change(
            "insert into event_terms (organizer_id, event_id, resale_hours)
             select organizer_id, id, 24 from events where id = $1",
        )
        .await;
    server.app.event_pages.forget(stall.event).await;
    stall.joined("nina@example.org", "1").await;
    location(&stall.put_up(&order).await);
    stall
        .change(
            "insert into ticket_states (organizer_id, event_id, ticket_id, inside, entries, exits)
             select organizer_id, event_id, id, true, 1, 0 from tickets where event_id = $1",
        )
        .await;
    assert_eq!(told(&server).await.len(), 0, "somebody went in with it");
    stall
        .change("delete from ticket_states where event_id = $1")
        .await;
    server.clock.advance(77 * HOUR);
    assert_eq!(told(&server).await.len(), 0, "it is too late");
}

#[tokio::test]
async fn money_that_the_bank_does_not_take_back_is_the_organizers_to_give_and_the_ticket_stays_sold()
 {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 1)]).await;
    stall.resells().await;
    let held = stall.held(&[(1, 1)]).await;
    let mut order = stall.pay(&held, "accept_keep").await.ok();
    order["secret"] = held["secret"].clone();
    told(&server).await;
    server.app.event_pages.forget(stall.event).await;
    stall.joined("nina@example.org", "1").await;
    stall.put_up(&order).await;
    let checkout = stall.offer_to("nina@example.org").await;
    let hers = location(&stall.paid_with(&checkout, "accept").await);
    stall.until_says(&hers, "C’est réservé").await;
    stall.goes_on().await;
    stall.goes_on().await;
    assert_eq!(
        (stall.status(&order).await, stall.stock().await),
        (BLOCKED, (0, 1, 0))
    );
    let troubles = "select count(*) from payment_troubles where event_id = $1 and kind = 'refund_failed' and amount_minor = 3400";
    assert_eq!(server.number(troubles, stall.event.0).await, 1);
    says(&stall.ticket_page(&order).await, "Ce billet est revendu");
}

/// S1: whatever is done at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn places_are_neither_lost_nor_doubled_while_all_want_the_same_ones_at_once() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(0, 6)]).await;
    stall.resells().await;
    let orders = join_all((0..6).map(|_| stall.bought(&[(1, 1)]))).await;
    stall.line().await;
    for round in 0..4 {
        join_all(orders.iter().map(|order| stall.put_up(order))).await;
        let offers = join_all((0..3).map(|_| waiting_list::sweep(&server.app)));
        let kept = join_all(
            orders
                .iter()
                .skip(round)
                .take(2)
                .map(|order| stall.take_back(order)),
        );
        let swept = join_all((0..3).map(|_| resale::sweep(&server.app)));
        let strangers = join_all((0..3).map(|_| stall.hold(&[(1, 1)])));
        let _outcomes = tokio::join!(offers, kept, swept, strangers);
        let held: Vec<uuid::Uuid> = sqlx::query_scalar(
            "select id from orders where event_id = $1 and state = 'held' and email is null order by id",
        )
        .bind(stall.event.0)
        .fetch_all(&server.app.pool)
        .await
        .unwrap();
        let one = held.first().map(|id| OrderId(*id));
        let given_up = async {
            if let Some(one) = one {
                let _ended = cancel(&server.app.pool, one).await;
            }
        };
        server.clock.advance(2 * HOUR);
        let ended = join_all((0..3).map(|_| expire(&server.app.pool, server.now_ms())));
        let again = join_all((0..2).map(|_| resale::sweep(&server.app)));
        let _outcomes = tokio::join!(given_up, ended, again);
        resale::sweep(&server.app).await.unwrap();
        let (held, sold, left) = stall.stock().await;
        let good = "select count(*) from tickets where event_id = $1 and status in (0, 4)";
        let good = server.number(good, stall.event.0).await;
        assert_eq!(
            (held, i64::from(sold), left),
            (0, good, 6 - sold),
            "round {round}"
        );
        assert_eq!(good, 6, "round {round}");
    }
}
