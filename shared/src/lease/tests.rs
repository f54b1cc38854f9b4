//! Rights on their way between devices.

use proptest::prelude::*;
use uuid::Uuid;

use super::stock::{Counted, MayNotSell, Stock, counted, lease_size, may_sell, stock, wants_more};
use super::*;
use crate::admission::fold::{Authors, FactHash};
use crate::admission::{ClockTrust, Issued, Now};
use crate::fact::kind::{EntryMarks, Fact, FactBody, RightKind, RightStep};
use crate::ids::{
    DeviceId, EventId, FactId, FactName, GateNo, JournalId, KeyId, TicketId, TypeNo, WindowNo,
};
use crate::planted::{self, Bug};
use crate::roster::{DeviceRow, Revocation, Rights};

const TICKET: TicketId = TicketId(7);
const ADMIT: Right = Right {
    kind: RightKind::Admit,
    ticket: TICKET,
};

fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(n))
}

fn event() -> EventId {
    EventId(Uuid::from_u128(1))
}

fn crew() -> Vec<DeviceRow> {
    (1..=5)
        .map(|n| DeviceRow {
            id: device(n),
            name: format!("Porte {n}"),
            public: [0; 32],
            rights: Rights {
                scan: true,
                search: true,
                sell: true,
                supervise: true,
            },
            events: vec![event()],
            revocation: None,
        })
        .collect()
}

fn authors(devices: &[DeviceRow]) -> Authors<'_> {
    Authors {
        devices,
        server: device(900),
        event: event(),
    }
}

fn lease(right: RightKind, to: u128) -> Lease {
    Lease {
        event: event(),
        right,
        term: 100,
        device: device(to),
        cause: Cause::First,
        after: Vec::new(),
        type_no: None,
        ends_ms: None,
        is_stopped: false,
        tickets: vec![TicketId(3), TICKET],
    }
}

/// Fact `id` of device `by`, which is also its place in its one journal.
fn fact(by: u128, id: u64, body: FactBody) -> (Fact, FactHash) {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&id.to_be_bytes());
    hash[8..24].copy_from_slice(&by.to_be_bytes());
    let fact = Fact {
        device: device(by),
        id: FactId(Uuid::from_u128(id.into())),
        journal: JournalId(Uuid::from_u128(by)),
        seq: id,
        prev_hash: [0; 32],
        hlc: 0,
        wall_ms: 0,
        offset_ms: 0,
        offset_err_ms: 0,
        seen: Vec::new(),
        body,
    };
    (fact, hash)
}

fn step(step: u16) -> Vec<RightStep> {
    vec![RightStep {
        ticket: TICKET,
        step,
    }]
}

fn hand_over(right: RightKind, to: u128, at: u16) -> FactBody {
    FactBody::HandOver {
        right,
        term: 100,
        to: device(to),
        asked_for: FactId(Uuid::nil()),
        tickets: step(at),
    }
}

fn release(right: RightKind, at: u16) -> FactBody {
    FactBody::Release {
        right,
        term: 100,
        tickets: step(at),
    }
}

fn entry() -> FactBody {
    FactBody::Entry {
        ticket: TICKET,
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KeyId(1),
        gate: GateNo(1),
        marks: EntryMarks::default(),
    }
}

fn name(by: u128, id: u64) -> FactName {
    fact(by, id, entry()).0.name()
}

fn traced(lease: &Lease, facts: &[(Fact, FactHash)]) -> Trace {
    trace(ADMIT, Some(lease), facts, &authors(&crew()))
}

fn held_by(me: u128, lease: &Lease, facts: &[(Fact, FactHash)]) -> Held {
    let trace = traced(lease, facts);
    held(
        device(me),
        OwnJournals::Whole,
        ADMIT,
        Some(lease),
        &trace,
        facts,
    )
}

fn ask(me: u128, asker: u128, lease: &Lease, facts: &[(Fact, FactHash)], in_use: Use) -> Reply {
    let trace = traced(lease, facts);
    let request = Request {
        right: ADMIT,
        asker: device(asker),
        asked_for: FactId(Uuid::from_u128(55)),
    };
    let held = held_by(me, lease, facts);
    let crew = crew();
    answer(
        request,
        device(me),
        &trace,
        &held,
        in_use,
        facts,
        &authors(&crew),
    )
}

#[test]
fn a_right_follows_its_hand_overs_and_ends_with_its_release() {
    let lease = lease(RightKind::Admit, 1);
    let mut facts = vec![fact(1, 1, hand_over(RightKind::Admit, 2, 1))];
    assert_eq!(traced(&lease, &[]).place, Place::With(device(1)));
    assert_eq!(traced(&lease, &facts).place, Place::With(device(2)));
    facts.push(fact(2, 1, hand_over(RightKind::Admit, 1, 2)));
    facts.push(fact(1, 2, hand_over(RightKind::Admit, 3, 3)));
    let trace = traced(&lease, &facts);
    assert_eq!(trace.place, Place::With(device(3)));
    assert_eq!(trace.holders, [1, 2, 1, 3].map(device));
    assert_eq!(trace.may_be_moved(|_| false), None);
    facts.push(fact(3, 1, release(RightKind::Admit, 4)));
    let trace = traced(&lease, &facts);
    assert_eq!(trace.place, Place::ReleasedBy(device(3)));
    assert_eq!(trace.may_be_moved(|_| false), Some(Cause::Released));
}

#[test]
fn only_the_holder_gives_it_away() {
    let lease = lease(RightKind::Admit, 1);
    for stranger in [
        fact(2, 1, hand_over(RightKind::Admit, 2, 1)),
        fact(2, 1, release(RightKind::Admit, 1)),
        fact(1, 1, hand_over(RightKind::Sell, 2, 1)),
        fact(1, 1, hand_over(RightKind::Admit, 2, 2)),
        fact(6, 1, hand_over(RightKind::Admit, 2, 1)),
    ] {
        let trace = traced(&lease, &[stranger]);
        assert_eq!(trace.place, Place::With(device(1)));
        assert!(trace.is_guaranteed());
    }
    let mut devices = crew();
    devices[0].revocation = Some(Revocation {
        at_ms: 0,
        points: Vec::new(),
    });
    let stolen = [fact(1, 1, hand_over(RightKind::Admit, 2, 1))];
    let trace = trace(ADMIT, Some(&lease), &stolen, &authors(&devices));
    assert_eq!(trace.place, Place::With(device(1)), "R1");
    assert_eq!(
        trace.may_be_moved(|lost| lost == device(1)),
        Some(Cause::Lost)
    );
}

#[test]
fn a_hand_over_of_an_earlier_term_counts_no_more() {
    let mut lease = lease(RightKind::Admit, 4);
    lease.term = 101;
    lease.cause = Cause::Lost;
    let trace = traced(&lease, &[fact(4, 1, hand_over(RightKind::Admit, 2, 1))]);
    assert_eq!(trace.place, Place::With(device(4)));
    assert!(!trace.is_guaranteed(), "a lost device may go on");
}

#[test]
fn a_holder_that_took_one_step_twice_is_contested_and_its_copies_are_not() {
    let lease = lease(RightKind::Admit, 1);
    let first = fact(1, 1, hand_over(RightKind::Admit, 2, 1));
    let mut copy = first.clone();
    copy.0.journal = JournalId(Uuid::from_u128(77));
    copy.1[31] = 1;
    assert!(!traced(&lease, &[first.clone(), copy]).is_contested);
    let second = fact(1, 2, hand_over(RightKind::Admit, 3, 1));
    let trace = traced(&lease, &[second, first]);
    assert!(trace.is_contested);
    assert_eq!(trace.place, Place::With(device(2)), "the smaller hash");
}

#[test]
fn a_receiver_uses_it_only_when_it_knows_what_the_giver_knew() {
    let lease = lease(RightKind::Admit, 1);
    let mut given = fact(1, 3, hand_over(RightKind::Admit, 2, 1));
    given.0.seen = vec![name(1, 2)];
    let mut exit = fact(1, 2, entry());
    exit.0.seen = vec![name(4, 9)];
    let missing = |facts: &[(Fact, FactHash)]| match held_by(2, &lease, facts) {
        Held::Unread { missing, .. } => missing,
        Held::Here => Vec::new(),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(std::slice::from_ref(&given)), [name(1, 2)]);
    assert_eq!(missing(&[given.clone(), exit.clone()]), [name(4, 9)]);
    let all = [given, exit, fact(4, 9, entry())];
    assert_eq!(held_by(2, &lease, &all), Held::Here);
}

#[test]
fn a_grant_can_name_what_its_holder_must_know() {
    let mut lease = lease(RightKind::Admit, 1);
    lease.after = vec![(TicketId(3), name(4, 8)), (TICKET, name(4, 9))];
    assert!(matches!(held_by(1, &lease, &[]), Held::Unread { .. }));
    assert_eq!(held_by(1, &lease, &[fact(4, 9, entry())]), Held::Here);
}

#[test]
fn a_new_grant_names_what_is_known_and_what_a_former_holder_knew() {
    let lease = lease(RightKind::Admit, 1);
    let mut given = fact(1, 3, hand_over(RightKind::Admit, 2, 1));
    given.0.seen = vec![name(4, 9)];
    let released = fact(2, 5, release(RightKind::Admit, 2));
    let mut exit = fact(2, 4, entry());
    exit.0.seen = vec![name(1, 2)];
    let facts = [given, released, exit];
    let trace = traced(&lease, &facts);
    assert_eq!(trace.place, Place::ReleasedBy(device(2)));
    let named = named_by_grant(ADMIT, Some(&lease), &trace, &facts);
    assert_eq!(
        named,
        [name(2, 4), name(4, 9)],
        "the last fact here, and what the first holder knew; what the last fact names follows from it"
    );
}

#[test]
fn a_replica_that_is_behind_uses_no_right_and_asks_for_none() {
    let lease = lease(RightKind::Admit, 1);
    let trace = traced(&lease, &[]);
    let behind = held(
        device(1),
        OwnJournals::Behind,
        ADMIT,
        Some(&lease),
        &trace,
        &[],
    );
    assert_eq!(behind, Held::Doubtful);
    let (me, own) = (device(2), OwnJournals::Behind);
    let elsewhere = held(me, own, ADMIT, Some(&lease), &trace, &[]);
    assert_eq!(elsewhere, Held::Doubtful, "nor asks for one");
}

#[test]
fn the_same_request_asked_again_gets_the_same_answer() {
    let lease = lease(RightKind::Admit, 1);
    let mut facts = vec![fact(1, 1, entry())];
    let Reply::WriteThenSend { body, seen } = ask(1, 2, &lease, &facts, Use::Idle) else {
        panic!("the holder hands it over");
    };
    assert_eq!(seen, [name(1, 1)]);
    let mut given = fact(1, 2, body);
    given.0.seen = seen;
    facts.push(given);
    let again = ask(1, 2, &lease, &facts, Use::Idle);
    assert_eq!(again, Reply::SendAgain(name(1, 2)));
    let other = ask(1, 3, &lease, &facts, Use::Idle);
    let who = Some(device(2));
    assert_eq!(other, Reply::NotHolder { who });
}

#[test]
fn a_ticket_in_hand_is_not_handed_over() {
    let lease = lease(RightKind::Admit, 1);
    assert_eq!(
        ask(1, 2, &lease, &[], Use::InHand),
        Reply::NotNow(NotNow::InUse)
    );
    assert_eq!(
        ask(1, 6, &lease, &[], Use::Idle),
        Reply::NotNow(NotNow::NotAllowed)
    );
}

proptest! {
    /// M1 for rights: equal sets give equal traces, whatever the order and the copies.
    #[test]
    fn a_trace_does_not_depend_on_the_order_of_arrival(
        moves in prop::collection::vec((1u128..=5, 1u128..=5, 1u16..6, any::<bool>()), 0..12),
        order in any::<u64>(),
    ) {
        let lease = lease(RightKind::Admit, 1);
        let facts: Vec<_> = moves.iter().zip(1..).map(|((by, to, at, released), id)| {
            let body = if *released { release(RightKind::Admit, *at) } else { hand_over(RightKind::Admit, *to, *at) };
            fact(*by, id, body)
        }).collect();
        let mut shuffled = [facts.clone(), facts.clone()].concat();
        shuffled.sort_by_key(|(fact, _)| fact.seq.wrapping_mul(order | 1).rotate_left(17) ^ order);
        prop_assert_eq!(traced(&lease, &facts), traced(&lease, &shuffled));
    }

    #[test]
    fn doors_of_a_gate_get_equal_shares(tickets in 0u64..60, doors in 1u128..6) {
        let tickets: Vec<_> = (1..=tickets).map(|n| (TicketId(n), GateNo((n % 2) as u16))).collect();
        let doors: Vec<_> = (1..=doors)
            .map(|n| DoorShare { device: device(n), gate: GateNo(1), tickets: 0 })
            .collect();
        let shares = share_out(&tickets, doors.clone());
        prop_assert_eq!(shares.len(), tickets.len());
        let sizes: Vec<usize> = doors
            .iter()
            .map(|door| shares.iter().filter(|(_, device)| *device == door.device).count())
            .collect();
        let (least, most) = (sizes.iter().min(), sizes.iter().max());
        prop_assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{:?}", sizes);
    }
}

#[test]
fn a_later_sale_goes_to_its_gates_door_with_the_smallest_share() {
    let door = |n, gate, tickets| DoorShare {
        device: device(n),
        gate: GateNo(gate),
        tickets,
    };
    let doors = [door(1, 1, 5), door(2, 1, 4), door(3, 2, 0)];
    assert_eq!(next_door(GateNo(1), &doors), Some(device(2)));
    assert_eq!(next_door(GateNo(2), &doors), Some(device(3)));
    assert_eq!(next_door(GateNo(0), &doors), Some(device(3)));
    assert_eq!(
        next_door(GateNo(9), &doors),
        Some(device(3)),
        "a gate without doors"
    );
    assert_eq!(next_door(GateNo(1), &[]), None);
}

#[test]
fn the_list_survives_its_json_and_moves_a_right_as_a_whole() {
    let mut list = LeaseList::default();
    list.grant(lease(RightKind::Admit, 1));
    list.grant(lease(RightKind::Sell, 1));
    let mut moved = lease(RightKind::Admit, 2);
    moved.tickets = vec![TICKET];
    list.grant(moved);
    let holder = |list: &LeaseList, right| list.find(event(), right).map(|lease| lease.device);
    assert_eq!(holder(&list, ADMIT), Some(device(2)));
    let other = Right {
        ticket: TicketId(3),
        ..ADMIT
    };
    assert_eq!(holder(&list, other), Some(device(1)));
    let text = serde_json::to_string(&list).expect("JSON");
    assert_eq!(serde_json::from_str::<LeaseList>(&text).expect("own"), list);
}

#[test]
fn lease_sizes_are_a_twentieth_between_one_and_a_hundred() {
    let sizes = [0, 1, 10, 11, 20, 200, 2_000, 50_000].map(lease_size);
    assert_eq!(sizes, [0, 1, 1, 1, 1, 10, 100, 100]);
    assert!(wants_more(49, 100));
    assert!(!wants_more(50, 100));
}

fn stock_of(lease: &Lease, facts: &[(Fact, FactHash)]) -> Stock {
    let crew = crew();
    let right = Right {
        kind: RightKind::Sell,
        ticket: TICKET,
    };
    let trace = trace(right, Some(lease), facts, &authors(&crew));
    stock(TICKET, &trace, facts, &authors(&crew))
}

/// S1, S2.
#[test]
fn a_place_comes_back_by_its_holders_release_only() {
    let mut lease = lease(RightKind::Sell, 1);
    lease.is_stopped = true;
    assert_eq!(stock_of(&lease, &[]), Stock::Unsold(device(1)));
    assert!(!stock_of(&lease, &[]).is_free_again());
    planted::with(Some(Bug::LeaseReturnedUnclosed), || {
        assert!(stock_of(&lease, &[]).is_free_again(), "the planted bug");
    });
    let sold = FactBody::Issued {
        tickets: vec![TICKET],
    };
    let given = fact(1, 2, hand_over(RightKind::Sell, 2, 1));
    let sold_before = fact(1, 1, sold.clone());
    let sold_after = fact(1, 3, sold.clone());
    let by_receiver = fact(2, 1, sold);
    assert_eq!(
        stock_of(&lease, &[given.clone(), sold_after.clone()]),
        Stock::Unsold(device(2)),
        "from the hand-over on only the receiver's sales count"
    );
    assert_eq!(
        stock_of(&lease, &[given.clone(), sold_after, by_receiver]),
        Stock::Sold(device(2))
    );
    assert_eq!(
        stock_of(&lease, &[given.clone(), sold_before]),
        Stock::Sold(device(1))
    );
    let closed = fact(2, 2, release(RightKind::Sell, 2));
    assert_eq!(stock_of(&lease, &[closed.clone(), given]), Stock::Returned);
    assert!(Stock::Returned.is_free_again());
}

#[test]
fn what_is_known_of_a_leased_tickets_sale_is_what_its_holders_say() {
    let crew = crew();
    let issued = |lease: Option<&Lease>, facts: &[(Fact, FactHash)]| {
        stock::issued(TICKET, lease, facts, &authors(&crew))
    };
    let mut lease = lease(RightKind::Sell, 1);
    let sold = FactBody::Issued {
        tickets: vec![TICKET],
    };
    let (by_holder, by_other) = (fact(1, 1, sold.clone()), fact(2, 1, sold.clone()));
    let given_back = fact(1, 2, release(RightKind::Sell, 1));
    assert_eq!(issued(Some(&lease), &[]), Issued::Unseen);
    assert_eq!(
        issued(Some(&lease), std::slice::from_ref(&by_holder)),
        Issued::Known
    );
    assert_eq!(
        issued(Some(&lease), std::slice::from_ref(&by_other)),
        Issued::Unseen,
        "of a place that is another's nobody else says that it was sold"
    );
    assert_eq!(
        issued(Some(&lease), std::slice::from_ref(&given_back)),
        Issued::Returned
    );
    let after = fact(1, 3, sold);
    assert_eq!(issued(Some(&lease), &[given_back, after]), Issued::Returned);
    lease.is_stopped = true;
    assert_eq!(issued(Some(&lease), &[]), Issued::Stopped);
    assert_eq!(issued(Some(&lease), &[by_holder]), Issued::Known);
    // The list that is here may be older than the lease.
    assert_eq!(issued(None, &[by_other]), Issued::Known);
    assert_eq!(issued(None, &[]), Issued::Unseen);
}

#[test]
fn no_place_is_sold_after_its_lease_ended_or_was_stopped() {
    let mut lease = lease(RightKind::Sell, 1);
    lease.ends_ms = Some(1_000);
    let now = |ms, error_ms| Now {
        ms,
        error_ms,
        trust: ClockTrust::Good,
    };
    let unsold = Stock::Unsold(device(1));
    assert_eq!(may_sell(&Held::Here, unsold, &lease, now(999, 0)), Ok(()));
    assert_eq!(may_sell(&Held::Here, unsold, &lease, now(1_005, 6)), Ok(()));
    assert_eq!(
        may_sell(&Held::Here, unsold, &lease, now(1_005, 5)),
        Err(MayNotSell::Over)
    );
    lease.is_stopped = true;
    assert_eq!(
        may_sell(&Held::Here, unsold, &lease, now(0, 0)),
        Err(MayNotSell::Stopped)
    );
    assert_eq!(
        may_sell(&Held::Doubtful, unsold, &lease, now(0, 0)),
        Err(MayNotSell::NotHere)
    );
}

#[test]
fn a_ticket_that_was_taken_back_frees_its_place_once_its_sale_is_known() {
    let (unsold, sold) = (Stock::Unsold(device(1)), Stock::Sold(device(1)));
    for (stock, is_taken_back, counts) in [
        (unsold, false, Counted::Lent),
        (unsold, true, Counted::Lent),
        (sold, false, Counted::Sold),
        (sold, true, Counted::Free),
        (Stock::Returned, false, Counted::Free),
        (Stock::Returned, true, Counted::Free),
        (Stock::NotLeased, false, Counted::Free),
    ] {
        assert_eq!(
            counted(stock, is_taken_back),
            counts,
            "{stock:?}, {is_taken_back}"
        );
    }
}
