use super::*;
use crate::admission::scene::{AFTER_EXIT, EVENING, GATE_B, at, paris};
use crate::roster::{EntryRule, ReEntry, TicketStatus};

#[test]
fn no_facts_leave_nobody_inside() {
    assert_eq!(folded(&[]), Folded::default());
}

#[test]
fn the_first_entry_wins_and_the_second_is_flagged_without_toggling() {
    let folded = folded(&[
        fact(1, 1, at(20, 0), entry()),
        fact(2, 1, at(19, 42), entry()),
    ]);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(2, 1))
    );
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.at_ms),
        Some(at(19, 42))
    );
    assert!(folded.state.inside);
    assert_eq!(folded.state.entries, 1);
    assert_eq!(labels(&folded, name(2, 1)), [FactLabel::Ok]);
    assert_eq!(labels(&folded, name(1, 1)), [FactLabel::DuplicateEntry]);
    assert_eq!(
        folded.alerts[&AlertKind::DuplicateEntry],
        Alert {
            facts: vec![name(2, 1), name(1, 1)],
            at_ms: vec![at(19, 42), at(20, 0)],
            attention: Attention::Open
        }
    );
}

#[test]
fn t3_a_seen_entry_stays_first_whatever_the_clocks_say() {
    let first = fact(1, 1, at(21, 0), entry());
    let second = seeing(fact(2, 1, at(19, 30), entry()), &[name(1, 1)]);
    let folded = folded(&[second, first]);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(1, 1))
    );
}

#[test]
fn three_facts_that_a_comparator_would_sort_by_their_input_order_have_one_order() {
    // C names A as seen; B lies between them by time, so "seen, else time" goes round in a circle.
    let a = fact(1, 1, at(21, 0), entry());
    let b = fact(2, 1, at(20, 0), exit());
    let c = seeing(fact(3, 1, at(19, 30), entry()), &[name(1, 1)]);
    let reference = folded(&[a.clone(), b.clone(), c.clone()]);
    assert_eq!(folded(&[c.clone(), b.clone(), a.clone()]), reference);
    assert_eq!(folded(&[b, c, a]), reference);
    assert_eq!(
        reference.state.first_entry.map(|entry| entry.fact),
        Some(name(1, 1))
    );
}

#[test]
fn facts_that_name_each_other_raise_an_alert_and_still_have_an_order() {
    let folded = folded(&[
        seeing(fact(1, 1, at(20, 0), entry()), &[name(2, 1)]),
        seeing(fact(2, 1, at(19, 30), entry()), &[name(1, 1)]),
    ]);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(2, 1))
    );
    assert_eq!(folded.alerts[&AlertKind::SeenCycle].facts, [name(2, 1)]);
}

#[test]
fn names_of_nothing_and_of_itself_are_ignored() {
    let plain = folded(&[fact(1, 1, at(20, 0), entry())]);
    let named = seeing(fact(1, 1, at(20, 0), entry()), &[name(1, 1), name(7, 7)]);
    assert_eq!(folded(&[named]), plain);
}

#[test]
fn an_exit_lets_the_holder_back_in_where_the_rule_says_so() {
    let mut scene = Scene::new();
    let facts = [
        fact(1, 1, at(19, 30), entry()),
        fact(1, 2, at(20, 0), exit()),
        fact(1, 3, at(20, 15), entry()),
    ];
    let none = fold_in(&scene, &crew(), &facts);
    assert_eq!(labels(&none, name(1, 3)), [FactLabel::DuplicateEntry]);
    assert!(none.state.inside, "they did go in");
    scene.event.entry_rule = AFTER_EXIT;
    let after_exit = fold_in(&scene, &crew(), &facts);
    assert_eq!(labels(&after_exit, name(1, 3)), [FactLabel::Ok]);
    assert_eq!(after_exit.state.entries, 2);
    assert!(after_exit.alerts.is_empty());
    let left = fold_in(&scene, &crew(), &facts[..2]);
    assert!(!left.state.inside);
    scene.event.entry_rule.max_entries = Some(1);
    let over = fold_in(&scene, &crew(), &facts);
    assert_eq!(labels(&over, name(1, 3)), [FactLabel::OverLimit]);
    assert_eq!(over.alerts[&AlertKind::OverLimit].facts, [name(1, 3)]);
}

#[test]
fn entries_are_counted_by_the_venues_days() {
    let mut scene = Scene::new();
    scene.event.ends_ms = at(23, 0) + 48 * 3_600_000;
    scene.event.entry_rule = EntryRule {
        re_entry: ReEntry::Unlimited,
        max_entries: None,
        max_entries_per_day: Some(1),
    };
    let tomorrow = EVENING.tomorrow().expect("a day");
    let midnight = paris(tomorrow.at(0, 0, 0, 0));
    let folded = fold_in(
        &scene,
        &crew(),
        &[
            fact(1, 1, at(20, 0), entry()),
            fact(1, 2, midnight - 1, entry()),
            fact(1, 3, midnight, entry()),
        ],
    );
    assert_eq!(
        folded.state.entries_by_day,
        [(EVENING, 2), (tomorrow, 1)].into()
    );
    assert_eq!(labels(&folded, name(1, 2)), [FactLabel::OverLimit]);
    assert_eq!(labels(&folded, name(1, 3)), [FactLabel::Ok]);
}

#[test]
fn a_void_takes_its_target_back_wherever_it_sorts() {
    let folded = folded(&[
        fact(2, 1, at(18, 0), void(name(1, 1))),
        fact(1, 1, at(19, 30), entry()),
        fact(3, 1, at(20, 0), entry()),
    ]);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(3, 1))
    );
    assert_eq!(labels(&folded, name(3, 1)), [FactLabel::Ok]);
    assert_eq!(folded.voided, [name(1, 1)].into());
}

#[test]
fn a_void_of_a_void_changes_nothing() {
    let folded = folded(&[
        fact(1, 1, at(19, 30), entry()),
        fact(1, 2, at(19, 31), void(name(1, 1))),
        fact(1, 3, at(19, 32), void(name(1, 2))),
    ]);
    assert!(!folded.state.inside);
    assert_eq!(labels(&folded, name(1, 3)), [FactLabel::NotAuthorised]);
}

#[test]
fn an_override_counts_as_an_entry_and_says_so() {
    let folded = folded(&[
        fact(1, 1, at(20, 0), overridden()),
        fact(2, 1, at(20, 5), entry()),
    ]);
    assert_eq!(labels(&folded, name(1, 1)), [FactLabel::Override]);
    assert_eq!(labels(&folded, name(2, 1)), [FactLabel::DuplicateEntry]);
    assert_eq!(folded.state.entries, 1);
}

#[test]
fn what_the_row_says_by_now_becomes_a_label() {
    let label = |change: fn(&mut Scene), marks| {
        let mut scene = Scene::new();
        change(&mut scene);
        let folded = fold_in(
            &scene,
            &crew(),
            &[fact(1, 1, at(20, 0), entry_marked(marks))],
        );
        let [label] = labels(&folded, name(1, 1)) else {
            panic!("one label: {folded:?}");
        };
        *label
    };
    let none = EntryMarks::default();
    assert_eq!(
        label(|s| s.row().status = TicketStatus::Refunded, none),
        FactLabel::Refunded
    );
    assert_eq!(
        label(|s| s.row().status = TicketStatus::Blocked, none),
        FactLabel::Revoked
    );
    assert_eq!(
        label(|s| s.row().window = WindowNo(4), none),
        FactLabel::Superseded
    );
    assert_eq!(label(|s| s.row = None, none), FactLabel::UnknownTicket);
    assert_eq!(
        label(|s| s.row = None, EntryMarks::ROW_UNSEEN),
        FactLabel::RowUnseen
    );
    assert_eq!(
        label(|s| s.row = None, EntryMarks::SALE_UNSEEN),
        FactLabel::SaleUnseen
    );
    assert_eq!(
        label(
            |s| {
                s.row = None;
                s.issued = Issued::Returned;
            },
            EntryMarks::SALE_UNSEEN
        ),
        FactLabel::AdmittedUnsold
    );
    assert_eq!(label(|_| {}, EntryMarks::SALE_UNSEEN), FactLabel::Ok);
    assert_eq!(
        label(
            |s| {
                s.row = None;
                s.issued = Issued::Known;
            },
            EntryMarks::SALE_UNSEEN
        ),
        FactLabel::Ok
    );
    assert_eq!(
        label(|s| s.issued = Issued::Withdrawn, none),
        FactLabel::Refunded
    );
    assert_eq!(
        label(
            |s| {
                s.row = None;
                s.issued = Issued::Withdrawn;
            },
            EntryMarks::SALE_UNSEEN
        ),
        FactLabel::Refunded
    );
    assert_eq!(label(|_| {}, EntryMarks::BY_HAND), FactLabel::ByHand);
    assert_eq!(
        label(|_| {}, EntryMarks::CLOCK_DOUBTFUL),
        FactLabel::ClockSuspect
    );
    assert_eq!(
        label(|s| s.event.doors_ms = at(20, 30), none),
        FactLabel::OutsideWindow
    );
    assert_eq!(
        label(|s| s.gates[0].types = vec![TypeNo(2)], none),
        FactLabel::WrongGate
    );
    let strict: fn(&mut Scene) = |s| {
        s.gates[0].strict_home = true;
        s.row().home_gate = GATE_B;
    };
    assert_eq!(label(strict, none), FactLabel::WrongGate);
}

#[test]
fn an_adjusted_time_moves_a_fact_and_marks_it_suspect() {
    let folded = folded(&[
        fact(1, 1, at(19, 30), entry()),
        fact(2, 1, at(20, 0), entry()),
        fact(
            SERVER,
            1,
            at(22, 0),
            says(name(1, 1), Annotation::AdjustedTime(at(20, 30))),
        ),
    ]);
    assert_eq!(
        folded.state.first_entry.map(|entry| entry.fact),
        Some(name(2, 1))
    );
    assert_eq!(
        labels(&folded, name(1, 1)),
        [FactLabel::DuplicateEntry, FactLabel::ClockSuspect]
    );
}

#[test]
fn a_noted_duplicate_stays_noted_when_the_labels_swap_and_opens_for_a_third_entry() {
    let note = fact(SERVER, 1, at(22, 0), says(name(1, 1), Annotation::Noted));
    let mut facts = vec![
        fact(1, 1, at(20, 0), entry()),
        fact(2, 1, at(19, 42), entry()),
        note,
    ];
    let attention =
        |facts: &[(Fact, FactHash)]| folded(facts).alerts[&AlertKind::DuplicateEntry].attention;
    assert_eq!(attention(&facts), Attention::Noted);
    facts.push(fact(
        SERVER,
        2,
        at(22, 1),
        says(name(2, 1), Annotation::AdjustedTime(at(20, 1))),
    ));
    assert_eq!(attention(&facts), Attention::Noted);
    facts.push(fact(3, 1, at(21, 0), entry()));
    assert_eq!(attention(&facts), Attention::Open);
}

#[test]
fn a_new_fact_names_the_newest_eight_that_no_other_names() {
    let mut facts: Vec<_> = (1..=10)
        .map(|n| fact(1, n, at(20, n as i8), entry()))
        .collect();
    facts.push(seeing(
        fact(2, 1, at(20, 30), exit()),
        &[name(1, 10), name(1, 9)],
    ));
    facts.push(fact(2, 2, at(20, 31), refusal()));
    let expected: Vec<FactName> = (2..=8).map(|n| name(1, n)).chain([name(2, 1)]).collect();
    assert_eq!(seen_for_new_fact(&facts), expected);
    assert_eq!(seen_for_new_fact(&[]), []);
}

#[test]
fn at_one_moment_the_smaller_journal_and_then_the_smaller_place_wins() {
    let mut early_name = fact(1, 1, at(20, 0), entry());
    early_name.0.journal = JournalId(Uuid::from_u128(50));
    let other_journal = fact(2, 9, at(20, 0), entry());
    let winner =
        |facts: &[(Fact, FactHash)]| folded(facts).state.first_entry.map(|entry| entry.fact);
    assert_eq!(winner(&[early_name, other_journal]), Some(name(2, 9)));
    let mut later_place = fact(1, 1, at(20, 0), entry());
    later_place.0.seq = 2;
    let mut earlier_place = fact(1, 2, at(20, 0), entry());
    earlier_place.0.seq = 1;
    assert_eq!(winner(&[later_place, earlier_place]), Some(name(1, 2)));
}
