//! A reservation at the counter: what the server lends of it is in the replica, fills the cart and is sold as any place.

use std::sync::Arc;
use std::thread;

use scanner_app::edge::{OsRandom, SystemClock};
use scanner_app::replica::facts;
use scanner_app::station::view::{
    CollectAct, CollectView, OrderStanding, TillAct, TillRefusal, TillScreen, TillView,
};
use scanner_app::sync::driver::Driver;
use scanner_app::sync::{StockLine, stock_line};
use shared::fact::till::{PaidBy, TillFact};
use shared::fact::{Envelope, FactBody};
use shared::ids::{OrderId, TicketId};
use shared::sync::engine::Follow;
use shared::wire::latest::{
    FoundOrder, FoundTickets, OrderState, ReservedPlaces, TakeOverAnswer, TakenOver,
};

use super::counter::Counter;
use crate::run::now;
use crate::sync::Scene;
use crate::till::{TYPE, at_work, reservation, venue};
use crate::venue::{HOUR, Venue};

/// As the server finds it.
fn order(venue: &Venue) -> FoundOrder {
    FoundOrder {
        order: OrderId::from_bytes([8; 16]),
        event: venue.event,
        code: "TH-4K7M2Q9XWA".into(),
        buyer: "Camille Roux".into(),
        state: OrderState::Held,
        total_minor: 6_000,
        currency: "EUR".into(),
        created_ms: now() - HOUR,
        tickets: vec![FoundTickets {
            type_no: TYPE,
            name: "Plein tarif".into(),
            places: 2,
        }],
        collected: None,
        reserved_until_ms: Some(now() + HOUR),
        taken_over: None,
    }
}

/// Asks the scene's server, on a thread of its own.
fn line_to(scene: &Scene) -> StockLine {
    let (line, calls) = stock_line();
    let (replica, server) = (scene.replica.clone(), scene.server.clone());
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let (clock, random) = (Arc::new(SystemClock), Box::new(OsRandom));
        let driver = Driver::start(&replica, server, Follow::Once, clock, random);
        let desk = driver.expect("an enrolled replica").stock_desk();
        runtime.block_on(desk.serve(calls));
    });
    line
}

/// Ana's till with ten places at 34 euros, and a server that answers so about a reservation.
fn at_the_counter(answer: impl FnOnce(ReservedPlaces) -> TakeOverAnswer) -> (Counter, Scene) {
    let venue = venue();
    let scene = at_work(&venue);
    let places = reservation(&venue, &scene);
    scene.server.reserves(order(&venue), answer(places));
    let mut counter = Counter::of(scene.replica.clone(), &scene.device).opened();
    counter.desk.lend_by(line_to(&scene));
    counter.keys("F9 7");
    (counter, scene)
}

fn lent(places: ReservedPlaces) -> TakeOverAnswer {
    TakeOverAnswer::Lent(Box::new(places))
}

fn find(counter: &mut Counter) -> CollectView {
    let text = "TH-4K7M2Q9XWA".to_owned();
    match counter
        .act(TillAct::Collect(CollectAct::Find { text }))
        .screen
    {
        TillScreen::Collect(collect) => collect,
        other => panic!("{other:?}"),
    }
}

fn take_over(counter: &mut Counter) -> TillView {
    counter.act(TillAct::Collect(CollectAct::TakeOver))
}

/// What the door journal says was sold.
fn issued(counter: &Counter) -> Vec<Vec<TicketId>> {
    let unsent = counter.replica().read(|tx| facts::unsent(tx, 500));
    let facts = unsent.expect("readable").into_iter();
    facts
        .filter_map(
            |bytes| match Envelope::decode(&bytes).expect("own").fact().body.clone() {
                FactBody::Issued { tickets } => Some(tickets),
                _other => None,
            },
        )
        .collect()
}

#[test]
fn a_reservation_is_sold_at_its_price_with_its_own_places_by_an_ordinary_sale() {
    let (mut counter, _scene) = at_the_counter(lent);
    let shown = find(&mut counter).order.expect("the one");
    assert_eq!(
        (shown.state, shown.total.minor),
        (OrderStanding::Reserved, 6_000)
    );
    assert!(shown.reserved_until.is_some());
    let view = take_over(&mut counter);
    let TillScreen::Sale(sale) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!((sale.cart.places, sale.cart.total.minor), (2, 6_000));

    counter.keys("F1 Enter");
    let its = vec![TicketId(510), TicketId(511)];
    let journal = counter.journal();
    let [
        ..,
        TillFact::Sale { lines, .. },
        TillFact::Payment { amount, by, .. },
    ] = &journal[..]
    else {
        panic!("{journal:?}");
    };
    assert_eq!(
        (lines.len(), lines[0].unit, &lines[0].tickets),
        (1, 3_000, &its)
    );
    assert_eq!((*amount, *by), (6_000, PaidBy::Cash { change: 0 }));
    assert_eq!(issued(&counter), [its], "places of its own stock stay");

    // The next guest has what the till had before, at its price.
    let view = counter.keys("Enter 1");
    let TillScreen::Sale(sale) = view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(sale.cart.total.minor, 3_400);
}

#[test]
fn a_reservation_that_was_sold_here_does_not_fill_a_second_cart() {
    let (mut counter, _scene) = at_the_counter(lent);
    find(&mut counter);
    take_over(&mut counter);
    counter.keys("F1 Enter Enter F9 7");
    find(&mut counter);
    let view = take_over(&mut counter);
    assert_eq!(view.refusal, Some(TillRefusal::ReservationSold));
    assert_eq!(issued(&counter).len(), 1);
}

#[test]
fn what_the_server_says_instead_is_told_to_the_clerk_and_nothing_is_in_the_cart() {
    for (answer, refusal) in [
        (TakeOverAnswer::Paid, TillRefusal::ReservationPaid),
        (TakeOverAnswer::Over, TillRefusal::ReservationOver),
    ] {
        let (mut counter, _scene) = at_the_counter(|_| answer);
        find(&mut counter);
        let view = take_over(&mut counter);
        assert_eq!(view.refusal, Some(refusal));
        assert!(matches!(view.screen, TillScreen::Collect(_)));
    }
    let (mut counter, _scene) = at_the_counter(|_| {
        TakeOverAnswer::TakenOver(TakenOver {
            at_ms: now(),
            till: "Guichet 7".into(),
            here: false,
        })
    });
    find(&mut counter);
    let TillScreen::Collect(collect) = take_over(&mut counter).screen else {
        panic!("it stays at the order");
    };
    let by = collect.order.and_then(|order| order.taken_over);
    assert_eq!(by.expect("it is told").till, "Guichet 7");
}

#[test]
fn a_cart_that_was_taken_over_is_sold_without_the_server() {
    let (mut counter, _scene) = at_the_counter(lent);
    find(&mut counter);
    take_over(&mut counter);
    // From here on nobody answers.
    let (nobody, _) = stock_line();
    counter.desk.lend_by(nobody);
    let view = counter.keys("F1 Enter");
    assert!(matches!(view.screen, TillScreen::Done(_)), "{view:?}");
    counter.keys("Enter F9 7");
    let text = "TH-4K7M2Q9XWA".to_owned();
    let view = counter.act(TillAct::Collect(CollectAct::Find { text }));
    assert_eq!(view.refusal, Some(TillRefusal::NoServer));
}
