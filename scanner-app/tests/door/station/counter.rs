//! The box office's screen over the real till and a real replica with leased places: what a clerk does is in the journal.

use std::sync::Arc;

use scanner_app::edge::SystemClock;
use scanner_app::replica::Replica;
use scanner_app::replica::till as journal;
use scanner_app::station::box_office::{BoxOffice, By, Checkout, CheckoutLine, Part, Till as _};
use scanner_app::station::desk::Desk;
use scanner_app::station::view::{
    CashReason, KeptBecause, Means, PastAct, RefundReason, ShiftAct, SupervisorView, TillAct,
    TillKey, TillRefusal, TillScreen, TillView,
};
use shared::fact::FactBody;
use shared::fact::till::TillFact;
use shared::ids::{FactId, TypeNo};
use shared::language::Language;
use shared::money::{Currency, Money};

use crate::box_office::Office;
use crate::supervisors::ANA;
use crate::venue::Device;

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::Eur)
}

fn ana() -> SupervisorView {
    SupervisorView {
        person: ANA,
        name: "Ana Costa".into(),
    }
}

/// A screen and its till, on a replica.
pub(super) struct Counter {
    pub(super) screen: BoxOffice,
    pub(super) desk: Desk,
    replica: Replica,
}

impl Counter {
    fn at(office: &Office) -> Self {
        Self::of(office.device.open(), &office.device)
    }

    /// At a device's own replica.
    pub(super) fn of(replica: Replica, device: &Device) -> Self {
        let (data, clock) = (device.data(), Arc::new(SystemClock));
        let desk = Desk::open(&replica, &data, clock, Language::Fr).expect("a till");
        let screen = desk.screen().expect("a screen");
        Self {
            screen,
            desk,
            replica,
        }
    }

    /// Ana has opened it with 150 euros.
    fn open(office: &Office) -> Self {
        Self::at(office).opened()
    }

    /// The same.
    pub(super) fn opened(mut self) -> Self {
        self.screen.log_in(ana(), &mut self.desk);
        self.count(5_000, 3);
        self.keys("Enter");
        self
    }

    pub(super) fn replica(&self) -> &Replica {
        &self.replica
    }

    pub(super) fn act(&mut self, act: TillAct) -> TillView {
        let step = self.screen.view().step;
        self.screen.act(step, act, &mut self.desk)
    }

    fn past(&mut self, act: PastAct) -> TillView {
        self.act(TillAct::Past(act))
    }

    fn count(&mut self, value: u32, count: u32) {
        self.act(TillAct::Shift(ShiftAct::Count { value, count }));
    }

    /// One key after the other, as a person strikes them who sees what each of them did.
    pub(super) fn keys(&mut self, keys: &str) -> TillView {
        let mut view = self.screen.view();
        for key in keys.split_whitespace() {
            let key = named(key);
            view = self.screen.press(view.step, key, &mut self.desk);
        }
        view
    }

    /// What its journal says, in order, without the periods that ended.
    pub(super) fn journal(&self) -> Vec<TillFact> {
        let facts = self.replica.read(|connection| {
            let newest = journal::newest(connection)?.expect("a journal");
            journal::facts(connection, newest.id)
        });
        let facts = facts.expect("readable").into_iter();
        facts
            .filter_map(|fact| match fact.body {
                FactBody::Till(TillFact::PeriodClosed(_)) => None,
                FactBody::Till(fact) => Some(fact),
                other => panic!("{other:?} in a till's journal"),
            })
            .collect()
    }

    fn sales(&self) -> usize {
        let journal = self.journal();
        let sales = journal.iter();
        sales
            .filter(|fact| matches!(fact, TillFact::Sale { .. }))
            .count()
    }
}

fn named(key: &str) -> TillKey {
    match key {
        "Enter" => TillKey::Enter,
        "Escape" => TillKey::Escape,
        _ => match key.strip_prefix('F') {
            Some(no) => TillKey::Function {
                no: no.parse().expect("a function key"),
            },
            None => TillKey::Digit {
                digit: key.parse().expect("a digit"),
            },
        },
    }
}

/// Two places of type 1 for 50 euros in cash, under an id of its own.
fn two_in_cash(office: &Office, sale: FactId) -> Checkout {
    Checkout {
        sale,
        lines: vec![CheckoutLine {
            event: office.venue.event,
            type_no: TypeNo(1),
            quantity: 2,
            unit: euros(2_200),
            vat_bps: 550,
            free: None,
            reduced: None,
        }],
        parts: vec![Part {
            amount: euros(4_400),
            by: By::Cash { change: euros(600) },
        }],
        total: euros(4_400),
        language: Language::Fr,
        guest: None,
        exchange: None,
        first: Vec::new(),
        promotion: None,
    }
}

#[test]
fn a_clerks_shift_at_the_screen_is_in_the_journal_and_adds_up() {
    let office = Office::with_places(20);
    let mut counter = Counter::at(&office);
    let TillScreen::LogIn { people, .. } = counter.screen.view().screen else {
        panic!("{:?}", counter.screen.view());
    };
    assert_eq!(people, [ana()]);
    counter.screen.log_in(ana(), &mut counter.desk);
    counter.count(5_000, 3);
    let view = counter.keys("Enter");
    let TillScreen::Sale(sale) = &view.screen else {
        panic!("{view:?}");
    };
    let left: Vec<_> = sale
        .keys
        .iter()
        .map(|key| (key.name.as_str(), key.price.minor, key.own_left))
        .collect();
    assert_eq!(left[0], ("Plein tarif", 2_200, 20));
    assert!(view.opened.is_some(), "{view:?}");

    // Two tickets in cash: five strokes.
    let view = counter.keys("1 1 F1 F6 Enter");
    let TillScreen::Done(done) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(
        (done.receipt, done.total, done.change),
        (1, euros(4_400), Some(euros(100)))
    );
    let numbers: Vec<_> = done.tickets.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["B-101", "B-102"]);
    // No printer is there: the guest takes the codes along.
    assert_eq!(counter.screen.customer().codes.len(), 2);

    // The terminal refuses the card, then takes it.
    let view = counter.keys("Enter 2 F2 F4 F2 Enter");
    let TillScreen::Done(done) = &view.screen else {
        panic!("{view:?}");
    };
    let refused: Vec<bool> = done.taken.iter().map(|part| part.refused).collect();
    assert_eq!((done.receipt, refused), (2, vec![true, false]));

    // One ticket of the first sale goes back.
    let view = counter.keys("Enter F9 1");
    let TillScreen::Past(past) = &view.screen else {
        panic!("{view:?}");
    };
    let found: Vec<_> = past
        .found
        .iter()
        .map(|one| (one.receipt, one.clerk.as_str(), one.places))
        .collect();
    assert_eq!(found, [(2, "Ana Costa", 1), (1, "Ana Costa", 2)]);
    let view = counter.past(PastAct::Find {
        text: "b-102".into(),
    });
    let TillScreen::Past(past) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(past.found.len(), 1, "by a ticket's number");
    let sale = past.found[0].sale;
    counter.past(PastAct::Look { sale });
    counter.past(PastAct::Mark { ticket: 1 });
    let view = counter.past(PastAct::Refund {
        reason: RefundReason::Guest,
        means: Means::Cash,
    });
    let TillScreen::Past(past) = &view.screen else {
        panic!("{view:?}");
    };
    let looked_at = past.sale.as_ref().expect("still looked at");
    assert_eq!(looked_at.refund_receipt, Some(3));
    let kept: Vec<_> = looked_at.tickets.iter().map(|one| one.kept).collect();
    assert_eq!(kept, [None, Some(KeptBecause::TakenBack)]);
    let refused = counter.past(PastAct::Reprint { receipt: false });
    assert_eq!(refused.refusal, Some(TillRefusal::NoPrinter));
    counter.keys("Escape Escape");

    // Money goes to the bank.
    counter.keys("3 5 0 0 0");
    counter.act(TillAct::Shift(ShiftAct::Reason {
        reason: CashReason::Banked,
    }));
    let view = counter.keys("Enter 4");
    let TillScreen::Report(x) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!((x.sales, x.tickets, x.refunds), (2, 3, 1));
    assert_eq!(
        (x.revenue, x.moved_out),
        (euros(4_400 + 1_500 - 2_200), euros(5_000))
    );
    assert_eq!(x.numbers, ["B-101 à B-102", "B-201"]);
    let paid: Vec<_> = x
        .means
        .iter()
        .map(|means| (means.payments, means.sum.minor))
        .collect();
    assert_eq!(paid, [(1, 4_400), (1, 1_500)]);

    // 150 and 44 came in, 22 and 50 went out: 122, of which 1 is missing.
    counter.keys("Escape 6");
    counter.count(10_000, 1);
    counter.count(2_000, 1);
    counter.count(100, 1);
    let view = counter.keys("Enter");
    let TillScreen::Compare(compared) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(
        (compared.expected, compared.difference),
        (euros(12_200), euros(-100))
    );
    assert!(
        matches!(
            counter.journal().last(),
            Some(TillFact::DrawerCounted { .. })
        ),
        "the count is noted before anybody is told what should be there"
    );
    let view = counter.keys("Enter");
    let TillScreen::Closed(closed) = &view.screen else {
        panic!("{view:?}");
    };
    assert_eq!(closed.z, Some(1));
    let journal = counter.journal();
    let Some(TillFact::ShiftClosed {
        expected,
        difference,
        perpetual,
        ..
    }) = journal.last()
    else {
        panic!("{journal:?}");
    };
    assert_eq!((*expected, *difference), (12_200, -100));
    assert_eq!((perpetual.sold, perpetual.refunded), (5_900, 2_200));
}

#[test]
fn the_same_sale_told_twice_is_made_once_also_after_a_restart() {
    let office = Office::with_places(10);
    let mut counter = Counter::open(&office);
    let checkout = two_in_cash(&office, counter.desk.new_sale());
    let first = counter.desk.sell(&checkout).expect("sold");
    let again = counter.desk.sell(&checkout).expect("told again");
    assert_eq!(first, again);
    assert_eq!(counter.sales(), 1);
    drop(counter);

    let mut counter = Counter::at(&office);
    let again = counter.desk.sell(&checkout).expect("told again");
    assert_eq!(first, again);
    assert_eq!(counter.sales(), 1);
    // Who logs in goes on with the shift, which another clerk may have begun.
    counter.screen.log_in(ana(), &mut counter.desk);
    let view = counter.screen.view();
    assert!(matches!(view.screen, TillScreen::Sale(_)), "{view:?}");
    // Other contents under the same id are another sale's.
    let mut other = checkout;
    other.lines[0].quantity = 1;
    other.total = euros(2_200);
    assert_eq!(counter.desk.sell(&other), Err(TillRefusal::NotWritten));
    assert_eq!(counter.sales(), 1);
}

#[test]
fn what_costs_something_else_by_now_is_not_sold_at_the_old_price() {
    let office = Office::with_places(10);
    let mut counter = Counter::open(&office);
    let mut told = two_in_cash(&office, counter.desk.new_sale());
    told.lines[0].unit = euros(2_000);
    told.total = euros(4_000);
    told.parts[0].amount = euros(4_000);
    assert_eq!(counter.desk.sell(&told), Err(TillRefusal::PriceChanged));
    let mut many = two_in_cash(&office, counter.desk.new_sale());
    many.lines[0].quantity = 11;
    assert_eq!(counter.desk.sell(&many), Err(TillRefusal::PlacesGone));
    assert_eq!(counter.sales(), 0);
    let view = counter.keys("1 F1 Enter");
    assert!(matches!(view.screen, TillScreen::Done(_)), "{view:?}");
}

#[test]
fn a_sale_that_was_paid_in_part_when_the_till_died_is_not_there_and_its_money_is_told() {
    let office = Office::with_places(10);
    let mut counter = Counter::open(&office);
    counter.keys("1 1 F3 F2 1 0 0 0 F3");
    drop(counter);

    let mut counter = Counter::at(&office);
    assert_eq!(counter.sales(), 0);
    let told = counter.screen.view().interrupted.expect("it is said");
    let taken: Vec<_> = told
        .taken
        .iter()
        .map(|one| (one.means, one.amount))
        .collect();
    assert_eq!(taken, [(Means::Card, euros(1_000))]);
    let view = counter.act(TillAct::GivenBack);
    assert_eq!(view.interrupted, None);
    counter.screen.log_in(ana(), &mut counter.desk);
    // Of a sale that is made nothing is told.
    counter.keys("1 F1 Enter");
    assert_eq!(counter.sales(), 1);
    drop(counter);
    assert_eq!(Counter::at(&office).screen.view().interrupted, None);
}

/// A type of which some places were leased at one price and some at another: they are offered one price after the other.
#[test]
fn places_at_another_price_are_offered_once_those_before_them_are_sold() {
    let office = Office::with_places(3);
    office
        .database()
        .execute(
            "update leased_ticket set price_minor = 2500 where number = 103",
            [],
        )
        .expect("written");
    let mut counter = Counter::open(&office);
    let offered = |counter: &mut Counter| {
        counter
            .screen
            .stock(counter.desk.shows().expect("readable"));
        match counter.screen.view().screen {
            TillScreen::Sale(sale) => (sale.keys[0].price.minor, sale.keys[0].own_left),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(offered(&mut counter), (2_200, 2));
    counter.keys("1 1 F1 Enter Enter");
    assert_eq!(offered(&mut counter), (2_500, 1));
}

#[test]
fn a_drawer_that_holds_less_gives_nothing_back_in_cash() {
    let office = Office::with_places(10);
    let mut counter = Counter::at(&office);
    counter.screen.log_in(ana(), &mut counter.desk);
    counter.keys("Enter 1 F2 Enter Enter F9 1");
    let found = counter.desk.find("1").expect("readable");
    let sale = found[0].sale;
    let by_cash = counter
        .desk
        .refund(sale, &[0], RefundReason::Guest, Means::Cash);
    assert_eq!(by_cash, Err(TillRefusal::DrawerTooLow));
    let by_card = counter
        .desk
        .refund(sale, &[0], RefundReason::Guest, Means::Card);
    assert_eq!(by_card, Ok(2));
    let again = counter
        .desk
        .refund(sale, &[0], RefundReason::Guest, Means::Card);
    assert_eq!(again, Err(TillRefusal::NotHere));
    let taken = counter.desk.move_cash(false, euros(1), CashReason::Banked);
    assert_eq!(taken, Err(TillRefusal::DrawerTooLow));
}
