//! The numbered invariants, over facts of honest, careless and hostile authors.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::admission::scene::{AFTER_EXIT, at};
use crate::admission::{ClockTrust, Decision, Direction, Now};
use crate::fact::envelope::MAX_SEEN;
use crate::roster::{EntryRule, ReEntry, Revocation};

type Facts = Vec<(Fact, FactHash)>;

/// A fact before it has a name: what it points at is drawn later.
#[derive(Clone, Debug)]
struct Draft {
    by: u128,
    at_ms: UnixMillis,
    what: What,
    target: Index,
    seen: Vec<Index>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Entry,
    Exit,
    Refusal,
    Override,
    Void,
    Adjusted,
    Admitted,
    Noted,
}

fn draft(what: impl Strategy<Value = What>) -> impl Strategy<Value = Draft> {
    // Few times, so that ties and contradictions with `seen` are common. Device 6 is in no list.
    let minute = (0i64..8).prop_map(|n| at(19, 30) + n * 60_000);
    let seen = prop::collection::vec(any::<Index>(), 0..4);
    (1u128..=6, minute, what, any::<Index>(), seen).prop_map(|(by, at_ms, what, target, seen)| {
        Draft {
            by,
            at_ms,
            what,
            target,
            seen,
        }
    })
}

fn anything() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => Just(What::Entry),
        2 => Just(What::Exit),
        1 => Just(What::Refusal),
        1 => Just(What::Override),
        1 => Just(What::Void),
        1 => Just(What::Adjusted),
        1 => Just(What::Admitted),
        1 => Just(What::Noted),
    ]
}

fn passing() -> impl Strategy<Value = What> {
    prop_oneof![Just(What::Entry), Just(What::Exit), Just(What::Override)]
}

/// Facts with names; `seen` points anywhere, so also forwards, round in circles and at itself.
fn build(drafts: &[Draft]) -> Vec<(Fact, FactHash)> {
    let author = |draft: &Draft| match draft.what {
        What::Adjusted | What::Admitted | What::Noted => SERVER,
        What::Entry | What::Exit | What::Refusal | What::Override | What::Void => draft.by,
    };
    let names: Vec<FactName> = drafts
        .iter()
        .zip(1..)
        .map(|(draft, id)| name(author(draft), id))
        .collect();
    drafts
        .iter()
        .zip(1..)
        .map(|(draft, id)| {
            let target = *draft.target.get(&names);
            let body = match draft.what {
                What::Entry => entry(),
                What::Exit => exit(),
                What::Refusal => refusal(),
                What::Override => overridden(),
                What::Void => void(target),
                What::Adjusted => says(target, Annotation::AdjustedTime(draft.at_ms + 90_000)),
                What::Admitted => says(target, Annotation::Admitted),
                What::Noted => says(target, Annotation::Noted),
            };
            let seen: Vec<FactName> = draft.seen.iter().map(|at| *at.get(&names)).collect();
            seeing(fact(author(draft), id, draft.at_ms, body), &seen)
        })
        .collect()
}

fn facts(
    what: impl Strategy<Value = What>,
    most: usize,
) -> impl Strategy<Value = Vec<(Fact, FactHash)>> {
    prop::collection::vec(draft(what), 1..=most).prop_map(|drafts| build(&drafts))
}

/// Everyone saw only what was there when they wrote: no circles.
fn honest(mut facts: Vec<(Fact, FactHash)>) -> Vec<(Fact, FactHash)> {
    let names: Vec<FactName> = facts.iter().map(|(fact, _)| fact.name()).collect();
    for (place, (fact, _)) in facts.iter_mut().enumerate() {
        fact.seen.retain(|seen| names[..place].contains(seen));
    }
    facts
}

fn rule() -> impl Strategy<Value = EntryRule> {
    let re_entry = prop_oneof![
        Just(ReEntry::None),
        Just(ReEntry::AfterExit),
        Just(ReEntry::Unlimited)
    ];
    let most = prop::option::of(0u16..4);
    (re_entry, most.clone(), most).prop_map(|(re_entry, max_entries, max_entries_per_day)| {
        EntryRule {
            re_entry,
            max_entries,
            max_entries_per_day,
        }
    })
}

fn scene_with(rule: EntryRule) -> Scene {
    let mut scene = Scene::new();
    scene.event.entry_rule = rule;
    scene
}

/// The crew, with device 1 revoked after its second place.
fn crew_with_one_revoked() -> Vec<DeviceRow> {
    let mut devices = crew();
    devices[0].revocation = Some(Revocation {
        at_ms: at(19, 31),
        points: vec![(JournalId(Uuid::from_u128(1)), 2, fact(1, 2, 0, entry()).1)],
    });
    devices
}

/// Facts and a shuffle of the same with some twice.
fn shuffled(what: impl Strategy<Value = What>) -> impl Strategy<Value = (Facts, Facts)> {
    facts(what, 10).prop_flat_map(|facts| {
        let again = prop::collection::vec(prop::sample::select(facts.clone()), 0..4);
        let mixed = again.prop_flat_map({
            let facts = facts.clone();
            move |again| Just([facts.clone(), again].concat()).prop_shuffle()
        });
        (Just(facts), mixed)
    })
}

fn flagged(folded: &Folded, fact: &Fact) -> bool {
    labels(folded, fact.name()).contains(&FactLabel::DuplicateEntry)
}

fn goes_in(fact: &Fact) -> bool {
    matches!(
        fact.body,
        FactBody::Entry { .. } | FactBody::Override { .. }
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn m1_order_and_repetition_do_not_matter((facts, mixed) in shuffled(anything()), rule in rule()) {
        let scene = scene_with(rule);
        let devices = crew_with_one_revoked();
        prop_assert_eq!(fold_in(&scene, &devices, &mixed), fold_in(&scene, &devices, &facts));
    }

    #[test]
    fn m2_facts_that_arrive_one_by_one_come_to_the_same((facts, mixed) in shuffled(anything()), rule in rule()) {
        let scene = scene_with(rule);
        let mut arrived: Vec<(Fact, FactHash)> = Vec::new();
        let mut last = Folded::default();
        for fact in mixed {
            // As a replica keeps them: by place, the newest in front.
            if !arrived.contains(&fact) {
                arrived.insert(0, fact);
            }
            last = fold_in(&scene, &crew(), &arrived);
        }
        prop_assert_eq!(last, fold_in(&scene, &crew(), &facts));
    }

    #[test]
    fn m4_one_entry_wins_and_every_other_is_flagged(facts in facts(anything(), 10)) {
        let folded = folded(&facts);
        let counting: Vec<&Fact> = facts
            .iter()
            .map(|(fact, _)| fact)
            .filter(|fact| goes_in(fact) && !folded.voided.contains(&fact.name()))
            .filter(|fact| !labels(&folded, fact.name()).contains(&FactLabel::NotAuthorised))
            .collect();
        let winners: Vec<FactName> = counting
            .iter()
            .filter(|fact| !flagged(&folded, fact))
            .map(|fact| fact.name())
            .collect();
        prop_assert_eq!(winners.len(), counting.len().min(1));
        prop_assert_eq!(folded.state.first_entry.map(|entry| entry.fact), winners.first().copied());
        prop_assert_eq!(folded.alerts.contains_key(&AlertKind::DuplicateEntry), counting.len() > 1);
    }

    #[test]
    fn m5_facts_of_another_ticket_change_nothing(facts in facts(anything(), 8), others in facts(anything(), 8)) {
        let alone = folded(&facts);
        let mut both = facts;
        both.extend(others.into_iter().map(|(mut fact, hash)| {
            fact.id = FactId(Uuid::from_u128(fact.id.0.as_u128() + 1000));
            if let FactBody::Entry { ticket, .. }
            | FactBody::Exit { ticket, .. }
            | FactBody::Refusal { ticket, .. }
            | FactBody::Void { ticket, .. }
            | FactBody::Override { ticket, .. }
            | FactBody::Annotation { ticket, .. } = &mut fact.body
            {
                *ticket = TicketId(78);
            }
            (fact, hash)
        }));
        prop_assert_eq!(folded(&both), alone);
    }

    #[test]
    fn m6_an_alert_outlives_every_change_of_labels(facts in facts(passing(), 9)) {
        let mut before = Folded::default();
        for known in 1..=facts.len() {
            let after = folded(&facts[..known]);
            for kind in [AlertKind::DuplicateEntry, AlertKind::NotAuthorised] {
                let concerned = |folded: &Folded| -> BTreeSet<FactName> {
                    folded.alerts.get(&kind).map(|alert| alert.facts.iter().copied().collect()).unwrap_or_default()
                };
                let (was, is) = (concerned(&before), concerned(&after));
                // Who was doubled may be another by now; that there are two stays.
                prop_assert!(is.len() >= was.len(), "{kind:?}: {was:?} became {is:?}");
            }
            before = after;
        }
    }

    #[test]
    fn r1_a_revoked_or_unauthorised_device_changes_nothing_of_others(facts in facts(anything(), 10), rule in rule()) {
        let scene = scene_with(rule);
        let mut devices = crew();
        devices[0].revocation = Some(Revocation { at_ms: at(19, 31), points: Vec::new() });
        devices[1].rights = Rights::default();
        let bad = |fact: &Fact| [1, 2, 6].map(device).contains(&fact.device);
        let facts: Vec<_> = facts
            .into_iter()
            .filter(|(fact, _)| !matches!(fact.body, FactBody::Annotation { says: Annotation::Admitted, .. }))
            .collect();
        let without: Vec<_> = facts.iter().filter(|(fact, _)| !bad(fact)).cloned().collect();
        let all = fold_in(&scene, &devices, &facts);
        let good = fold_in(&scene, &devices, &without);
        for (fact, _) in &without {
            // A void of what only the others know of is told to be one; it changes nothing.
            if !matches!(fact.body, FactBody::Void { .. }) {
                prop_assert_eq!(labels(&all, fact.name()), labels(&good, fact.name()));
            }
        }
        let state = TicketState { also_seen: None, ..all.state };
        prop_assert_eq!(state, good.state);
    }

    #[test]
    fn t3_the_first_entry_has_seen_no_other(facts in facts(passing(), 10), walls in prop::collection::vec(any::<i32>(), 10)) {
        let mut facts = honest(facts);
        for ((fact, _), wall) in facts.iter_mut().zip(walls) {
            fact.wall_ms = wall.into();
        }
        let folded = folded(&facts);
        prop_assert!(!folded.alerts.contains_key(&AlertKind::SeenCycle));
        let ignored = |fact: &Fact| labels(&folded, fact.name()).contains(&FactLabel::NotAuthorised);
        let by_name: BTreeMap<FactName, &Fact> = facts
            .iter()
            .map(|(fact, _)| (fact.name(), fact))
            .filter(|(_, fact)| !ignored(fact))
            .collect();
        let Some(winner) = folded.state.first_entry else { return Ok(()) };
        let mut to_follow = vec![winner.fact];
        while let Some(name) = to_follow.pop() {
            for earlier in by_name[&name].seen.iter().filter_map(|seen| by_name.get(seen)) {
                prop_assert!(!goes_in(earlier), "{:?} came before the winner", earlier.name());
                to_follow.push(earlier.name());
            }
        }
    }

    #[test]
    fn decide_on_the_state_of_the_fold_refuses_the_second(facts in facts(passing(), 6), after_exit in any::<bool>()) {
        let mut scene = scene_with(if after_exit { AFTER_EXIT } else { EntryRule::SINGLE });
        scene.state = fold_in(&scene, &crew(), &facts).state;
        let used = if after_exit { scene.state.inside } else { scene.state.entries > 0 };
        match scene.decide() {
            Decision::Refuse(reason) => {
                prop_assert!(used);
                prop_assert_eq!(reason.reason().code(), "already_entered");
            }
            Decision::Admit(admission) => {
                prop_assert!(!used);
                prop_assert_eq!(admission.entry_no, scene.state.entries + 1);
            }
            Decision::Ask(reason) => prop_assert!(false, "asked {:?}", reason),
        }
    }

    #[test]
    fn decide_and_fold_are_total(
        facts in facts(anything(), 6),
        rule in rule(),
        times in prop::array::uniform4(any::<i64>()),
        error_ms in any::<u32>(),
        day_count in any::<u32>(),
        doubtful in any::<bool>(),
        way in prop::sample::select(vec![Direction::In, Direction::Out, Direction::CheckOnly]),
        zone in prop::sample::select(vec!["Europe/Paris", "Pacific/Apia", "nowhere"]),
    ) {
        let mut scene = scene_with(rule);
        let [now, doors, ends, as_of] = times;
        scene.event.time_zone = zone.into();
        scene.event.doors_ms = doors;
        scene.event.ends_ms = ends;
        scene.event.max_roster_age_minutes = Some(day_count);
        let wild: Vec<_> = facts
            .into_iter()
            .zip(times)
            .map(|((mut fact, hash), time)| {
                fact.wall_ms = time;
                fact.offset_ms = now;
                fact.offset_err_ms = error_ms;
                (fact, hash)
            })
            .collect();
        scene.state = fold_in(&scene, &crew(), &wild).state;
        scene.row = None;
        scene.roster_as_of_ms = Some(as_of);
        scene.presented.direction = way;
        scene.now = Now {
            ms: now,
            error_ms,
            trust: if doubtful { ClockTrust::Doubtful } else { ClockTrust::Good },
        };
        scene.decide();
        let seen = seen_for_new_fact(&wild);
        prop_assert!(seen.len() <= MAX_SEEN && seen.is_sorted(), "no envelope takes {seen:?}");
    }
}
