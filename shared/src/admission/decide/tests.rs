use crate::admission::scene::*;
use crate::admission::*;
use crate::fact::EntryMarks;
use crate::ids::{GateNo, KeyId, WindowNo};
use crate::roster::{EntryRule, EventMode, ReEntry, TicketStatus};

fn after(change: impl FnOnce(&mut Scene)) -> Decision {
    let mut scene = Scene::new();
    change(&mut scene);
    scene.decide()
}

fn refused(decision: Decision) -> RefuseReason {
    match decision {
        Decision::Refuse(reason) => reason,
        Decision::Admit(_) | Decision::Ask(_) => panic!("should be refused: {decision:?}"),
    }
}

fn asked(decision: Decision) -> AskReason {
    match decision {
        Decision::Ask(reason) => reason,
        Decision::Admit(_) | Decision::Refuse(_) => panic!("should ask: {decision:?}"),
    }
}

fn admitted(decision: Decision) -> Admission {
    match decision {
        Decision::Admit(admission) => admission,
        Decision::Ask(_) | Decision::Refuse(_) => panic!("should be admitted: {decision:?}"),
    }
}

#[test]
fn a_good_ticket_goes_in_without_marks() {
    let admission = admitted(after(|scene| {
        scene.types[0].door_note = Some("Carte d'étudiant".into());
    }));
    assert_eq!(
        admission,
        Admission {
            marks: EntryMarks::default(),
            note: Some("Carte d'étudiant".into()),
            entry_no: 1,
            of: Some(1),
            also_seen: None,
        }
    );
}

#[test]
fn a_forged_code_is_refused() {
    let decision = after(|scene| scene.presented.code = Code::Forged);
    assert_eq!(refused(decision), RefuseReason::Forged);
}

#[test]
fn an_unknown_key_is_refused_by_a_live_door_and_asks_everywhere_else() {
    let live = after(|scene| scene.presented.code = Code::UnknownKey);
    assert_eq!(refused(live), RefuseReason::UnknownKey);
    let behind = after(|scene| {
        scene.presented.code = Code::UnknownKey;
        scene.roster = RosterState::MaybeBehind;
    });
    assert_eq!(asked(behind), AskReason::UnknownKeyOffline);
}

#[test]
fn a_ticket_of_another_event_is_told_with_its_name_and_date() {
    let decision = after(|scene| {
        scene.key().event = event_id(2);
        scene.key().event_name = "Demain".into();
        scene.key().event_starts_ms = 42;
        scene.row = None;
        scene.code().mode = EventMode::Test;
    });
    assert_eq!(
        refused(decision),
        RefuseReason::OtherEvent {
            name: "Demain".into(),
            starts_ms: 42
        }
    );
}

#[test]
fn test_and_real_tickets_do_not_mix() {
    let practice = after(|scene| scene.code().mode = EventMode::Test);
    assert_eq!(refused(practice), RefuseReason::TestTicket);
    let earnest = after(|scene| scene.event.mode = EventMode::Test);
    assert_eq!(refused(earnest), RefuseReason::RealTicketAtTest);
    let both = after(|scene| {
        scene.event.mode = EventMode::Test;
        scene.code().mode = EventMode::Test;
    });
    admitted(both);
}

#[test]
fn the_servers_word_on_a_ticket_refuses_it_from_its_row_or_ahead_of_it() {
    for (status, reason) in [
        (TicketStatus::Revoked, RefuseReason::Revoked),
        (TicketStatus::Refunded, RefuseReason::Refunded),
        (TicketStatus::Cancelled, RefuseReason::Cancelled),
        (TicketStatus::Blocked, RefuseReason::Blocked),
    ] {
        assert_eq!(refused(after(|scene| scene.row().status = status)), reason);
        let ahead = after(|scene| {
            scene.row = None;
            scene.barred = Some(status);
            scene.roster = RosterState::MaybeBehind;
        });
        assert_eq!(refused(ahead), reason);
        admitted(after(|scene| scene.barred = Some(status)));
    }
    let called_off = after(|scene| scene.event.cancelled = true);
    assert_eq!(refused(called_off), RefuseReason::Cancelled);
}

#[test]
fn a_code_that_differs_from_its_row_is_superseded() {
    let changes: [fn(&mut Scene); 3] = [
        |scene| scene.row().type_no = VIP,
        |scene| scene.row().window = WindowNo(4),
        |scene| scene.row().key = KeyId(6),
    ];
    for change in changes {
        assert_eq!(refused(after(change)), RefuseReason::Superseded);
    }
    let refunded = after(|scene| {
        scene.row().key = KeyId(6);
        scene.row().status = TicketStatus::Refunded;
    });
    assert_eq!(refused(refunded), RefuseReason::Refunded);
}

#[test]
fn nothing_signed_by_a_revoked_key_of_the_event_counts() {
    let decision = after(|scene| scene.key().revoked = true);
    assert_eq!(refused(decision), RefuseReason::Revoked);
}

#[test]
fn a_leased_ticket_goes_in_before_its_sale_is_known_and_says_so() {
    for roster in [RosterState::Live, RosterState::MaybeBehind] {
        let unseen = after(|scene| {
            scene.leased();
            scene.roster = roster;
        });
        assert_eq!(admitted(unseen).marks, EntryMarks::SALE_UNSEEN);
        let known = after(|scene| {
            scene.leased();
            scene.issued = Issued::Known;
            scene.roster = roster;
        });
        assert_eq!(admitted(known).marks, EntryMarks::default());
    }
}

#[test]
fn what_its_till_took_back_is_refused_as_refunded_with_or_without_a_row() {
    for roster in [RosterState::Live, RosterState::MaybeBehind] {
        for row in [false, true] {
            let decision = after(|scene| {
                let of_the_roster = scene.row;
                scene.leased();
                scene.row = of_the_roster.filter(|_| row);
                scene.issued = Issued::Withdrawn;
                scene.roster = roster;
            });
            assert_eq!(refused(decision), RefuseReason::Refunded);
        }
    }
}

#[test]
fn after_a_lease_is_revoked_only_what_was_sold_before_goes_in() {
    let decision = |issued, roster| {
        after(|scene| {
            scene.leased();
            scene.key().revoked = true;
            scene.issued = issued;
            scene.roster = roster;
        })
    };
    admitted(decision(Issued::Known, RosterState::Live));
    admitted(decision(Issued::Known, RosterState::MaybeBehind));
    assert_eq!(
        refused(decision(Issued::Unseen, RosterState::Live)),
        RefuseReason::Revoked
    );
    assert_eq!(
        asked(decision(Issued::Unseen, RosterState::MaybeBehind)),
        AskReason::LeaseRevoked
    );
}

#[test]
fn a_leased_ticket_whose_till_was_stopped_or_gave_it_back_is_no_guests() {
    let decision = |issued, roster| {
        after(|scene| {
            scene.leased();
            scene.issued = issued;
            scene.roster = roster;
        })
    };
    for roster in [RosterState::Live, RosterState::MaybeBehind] {
        assert_eq!(
            refused(decision(Issued::Returned, roster)),
            RefuseReason::Revoked
        );
    }
    assert_eq!(
        refused(decision(Issued::Stopped, RosterState::Live)),
        RefuseReason::Revoked
    );
    // The till may have sold it before it heard, and said so where this door can't hear it.
    assert_eq!(
        asked(decision(Issued::Stopped, RosterState::MaybeBehind)),
        AskReason::LeaseRevoked
    );
}

#[test]
fn a_ticket_without_a_row_goes_in_offline_with_a_mark_and_asks_when_live() {
    let behind = after(|scene| {
        scene.row = None;
        scene.roster = RosterState::MaybeBehind;
    });
    assert_eq!(admitted(behind).marks, EntryMarks::ROW_UNSEEN);
    let live = after(|scene| scene.row = None);
    assert_eq!(asked(live), AskReason::RowUnseenLive);
}

#[test]
fn past_the_events_age_of_the_roster_an_unknown_ticket_asks_and_a_known_one_goes_in() {
    let aged = |minutes: i8, change: fn(&mut Scene)| {
        after(|scene| {
            scene.event.max_roster_age_minutes = Some(30);
            scene.roster = RosterState::MaybeBehind;
            scene.roster_as_of_ms = Some(scene.now.ms - i64::from(minutes) * 60_000);
            change(scene);
        })
    };
    admitted(aged(30, |scene| scene.row = None));
    admitted(aged(31, |_| {}));
    assert_eq!(
        asked(aged(31, |scene| scene.row = None)),
        AskReason::RosterTooOld {
            as_of_ms: Some(at(19, 29))
        }
    );
    assert_eq!(
        asked(aged(0, |scene| {
            scene.row = None;
            scene.roster_as_of_ms = None;
        })),
        AskReason::RosterTooOld { as_of_ms: None }
    );
}

#[test]
fn windows_are_half_open_and_name_the_next_hour() {
    let code = |hour, minute| {
        after(|scene| {
            scene.code().window = WindowNo(4);
            scene.row().window = WindowNo(4);
            scene.now.ms = at(hour, minute);
            scene.now.error_ms = 0;
        })
    };
    admitted(code(19, 0));
    admitted(code(21, 59));
    for (hour, minute, outside) in [
        (18, 59, OutsideWindow::OpensAt(at(19, 0))),
        (20, 0, OutsideWindow::OpensAt(at(21, 0))),
        (22, 0, OutsideWindow::ClosedAt(at(22, 0))),
    ] {
        assert_eq!(
            refused(code(hour, minute)),
            RefuseReason::OutsideWindow(outside)
        );
    }
    let unknown = after(|scene| {
        scene.code().window = WindowNo(9);
        scene.row().window = WindowNo(9);
    });
    assert_eq!(asked(unknown), AskReason::UnknownWindow);
}

#[test]
fn a_clock_that_may_be_on_either_side_of_a_window_asks() {
    let decision = |ms, error_ms, trust| {
        after(|scene| {
            scene.now = Now {
                ms,
                error_ms,
                trust,
            }
        })
    };
    let minute = 60_000;
    admitted(decision(at(19, 2), minute, ClockTrust::Good));
    assert_eq!(
        asked(decision(at(19, 0), minute, ClockTrust::Good)),
        AskReason::ClockDoubtful
    );
    assert_eq!(
        refused(decision(at(18, 58), minute, ClockTrust::Good)),
        RefuseReason::OutsideWindow(OutsideWindow::OpensAt(at(19, 0)))
    );
    assert_eq!(
        asked(decision(at(20, 0), u32::MAX, ClockTrust::Good)),
        AskReason::ClockDoubtful
    );
    assert_eq!(
        asked(decision(at(20, 0), 0, ClockTrust::Doubtful)),
        AskReason::ClockDoubtful
    );
    let roughly = admitted(decision(at(20, 30), 20 * minute, ClockTrust::Good));
    assert_eq!(roughly.marks, EntryMarks::CLOCK_DOUBTFUL);
}

#[test]
fn a_gate_takes_only_its_types_and_names_one_that_does() {
    let vip = |gate| {
        after(|scene| {
            scene.code().type_no = VIP;
            scene.row().type_no = VIP;
            scene.gate = gate;
        })
    };
    admitted(vip(Some(GATE_VIP)));
    admitted(vip(None));
    assert_eq!(
        refused(vip(Some(GATE_B))),
        RefuseReason::WrongType {
            go_to: Some(GATE_A)
        }
    );
    let nowhere = after(|scene| {
        scene.gates.retain(|gate| gate.no == GATE_VIP);
        scene.gate = Some(GATE_VIP);
    });
    assert_eq!(refused(nowhere), RefuseReason::WrongType { go_to: None });
}

#[test]
fn another_home_gate_asks_and_a_strict_gate_refuses() {
    let at_gate_a = |strict_home, home| {
        after(|scene| {
            scene.gates[0].strict_home = strict_home;
            scene.row().home_gate = home;
        })
    };
    assert_eq!(
        asked(at_gate_a(false, GATE_B)),
        AskReason::HomeGateElsewhere { home: GATE_B }
    );
    assert_eq!(
        refused(at_gate_a(true, GATE_B)),
        RefuseReason::WrongGate { home: GATE_B }
    );
    admitted(at_gate_a(true, GATE_A));
    admitted(at_gate_a(true, GateNo(0)));
    admitted(at_gate_a(true, GateNo(99)));
}

#[test]
fn in_a_strict_event_only_the_holder_of_the_right_admits() {
    let strict = |right, home| {
        after(|scene| {
            scene.event.strict = true;
            scene.right = right;
            scene.row().home_gate = home;
        })
    };
    for home in [GATE_A, GATE_B, GateNo(0)] {
        assert_eq!(
            asked(strict(EntryRight::Elsewhere, home)),
            AskReason::HomeGateElsewhere { home }
        );
        admitted(strict(EntryRight::Here, home));
    }
    let out = after(|scene| {
        scene.event.strict = true;
        scene.presented.direction = Direction::Out;
        scene.state = went_in(at(19, 30), GATE_B);
    });
    admitted(out);
    let unseen = after(|scene| {
        scene.event.strict = true;
        scene.row = None;
        scene.roster = RosterState::MaybeBehind;
    });
    assert_eq!(
        asked(unseen),
        AskReason::HomeGateElsewhere { home: GateNo(0) }
    );
}

#[test]
fn a_strict_events_exit_asks_where_an_entry_may_be_unknown() {
    let leaving = |strict, right, re_entry, entries| {
        after(|scene| {
            scene.event.strict = strict;
            scene.event.entry_rule = EntryRule {
                re_entry,
                ..AFTER_EXIT
            };
            scene.presented.direction = Direction::Out;
            scene.right = right;
            scene.state.entries = entries;
        })
    };
    use EntryRight::{Elsewhere, Here};
    for re_entry in [ReEntry::None, ReEntry::AfterExit, ReEntry::Unlimited] {
        assert_eq!(
            asked(leaving(true, Elsewhere, re_entry, 0)),
            AskReason::EntryUnknownHere,
            "its holder may have let it in"
        );
        for never in [
            leaving(true, Here, re_entry, 0),
            leaving(false, Elsewhere, re_entry, 0),
        ] {
            assert_eq!(refused(never), RefuseReason::NotInside);
        }
    }
    assert_eq!(
        asked(leaving(true, Here, ReEntry::Unlimited, 2)),
        AskReason::EntryUnknownHere,
        "two went in on it, one has left"
    );
    assert_eq!(
        refused(leaving(true, Here, ReEntry::AfterExit, 2)),
        RefuseReason::NotInside
    );
}

#[test]
fn a_strict_gate_refuses_another_home_even_with_the_right() {
    let decision = after(|scene| {
        scene.event.strict = true;
        scene.right = EntryRight::Here;
        scene.gates[0].strict_home = true;
        scene.row().home_gate = GATE_B;
    });
    assert_eq!(refused(decision), RefuseReason::WrongGate { home: GATE_B });
}

#[test]
fn a_rotating_ticket_needs_the_code_of_the_moment() {
    let shown = |rotating| after(|scene| scene.code().rotating = rotating);
    admitted(shown(Rotating::Right));
    assert_eq!(
        refused(shown(Rotating::Missing)),
        RefuseReason::RotatingCodeMissing
    );
    assert_eq!(
        refused(shown(Rotating::Wrong)),
        RefuseReason::RotatingCodeStale
    );
    assert_eq!(
        asked(shown(Rotating::Blocked)),
        AskReason::RotatingCodeBlocked
    );
    assert_eq!(
        asked(shown(Rotating::SecretMissing)),
        AskReason::UnknownKeyOffline
    );
}

#[test]
fn a_second_scan_is_refused_with_time_and_gate() {
    let decision = after(|scene| scene.state = went_in(at(19, 42), GATE_B));
    assert_eq!(
        refused(decision),
        RefuseReason::AlreadyEntered {
            at_ms: at(19, 42),
            gate: GATE_B
        }
    );
    let after_leaving = after(|scene| {
        scene.state = went_in(at(19, 42), GATE_B);
        scene.state.inside = false;
    });
    assert_eq!(refused(after_leaving).reason(), Reason::AlreadyEntered);
}

#[test]
fn re_entry_follows_the_types_rule_before_the_events() {
    let decision = |rule: EntryRule, inside| {
        after(|scene| {
            scene.types[0].entry_rule = Some(rule);
            scene.state = went_in(at(19, 42), GATE_B);
            scene.state.inside = inside;
        })
    };
    let back = admitted(decision(AFTER_EXIT, false));
    assert_eq!((back.entry_no, back.of), (2, None));
    assert_eq!(
        refused(decision(AFTER_EXIT, true)).reason(),
        Reason::AlreadyEntered
    );
    let twice = EntryRule {
        max_entries: Some(2),
        ..AFTER_EXIT
    };
    assert_eq!(admitted(decision(twice, false)).of, Some(2));
    let once = EntryRule {
        max_entries: Some(1),
        ..AFTER_EXIT
    };
    assert_eq!(refused(decision(once, false)), RefuseReason::NoEntriesLeft);
    let unlimited = EntryRule {
        re_entry: ReEntry::Unlimited,
        ..AFTER_EXIT
    };
    admitted(decision(unlimited, true));
}

#[test]
fn a_day_ticket_enters_again_on_the_venues_next_day() {
    let decision = |ms, error_ms| {
        after(|scene| {
            scene.event.ends_ms = at(23, 0) + 48 * 3_600_000;
            scene.event.entry_rule = EntryRule {
                re_entry: ReEntry::Unlimited,
                max_entries: None,
                max_entries_per_day: Some(1),
            };
            scene.state = went_in(at(20, 0), GATE_A);
            scene.now.ms = ms;
            scene.now.error_ms = error_ms;
        })
    };
    let midnight = paris(EVENING.tomorrow().expect("a day").at(0, 0, 0, 0));
    assert_eq!(
        refused(decision(midnight - 1, 0)),
        RefuseReason::NoEntriesLeft
    );
    admitted(decision(midnight, 0));
    assert_eq!(asked(decision(midnight, 1_000)), AskReason::ClockDoubtful);
    admitted(decision(midnight + 2_000, 1_000));
}

#[test]
fn whoever_is_inside_may_leave_whatever_has_become_of_the_ticket() {
    let changes: [fn(&mut Scene); 6] = [
        |_| {},
        |scene| scene.row().status = TicketStatus::Blocked,
        |scene| scene.now.ms = at(23, 30),
        |scene| scene.key().revoked = true,
        |scene| scene.event.cancelled = true,
        |scene| scene.code().rotating = Rotating::Wrong,
    ];
    for change in changes {
        let decision = after(|scene| {
            scene.presented.direction = Direction::Out;
            scene.state = went_in(at(19, 42), GATE_B);
            change(scene);
        });
        assert_eq!(admitted(decision).entry_no, 1);
    }
}

#[test]
fn nobody_leaves_who_is_not_inside() {
    let decision = after(|scene| scene.presented.direction = Direction::Out);
    assert_eq!(refused(decision), RefuseReason::NotInside);
}

#[test]
fn a_claim_of_another_door_asks_to_wait() {
    let decision = after(|scene| scene.claimed_at = Some(GATE_B));
    assert_eq!(
        asked(decision),
        AskReason::BeingAdmittedElsewhere { gate: GATE_B }
    );
}

#[test]
fn by_hand_the_row_decides_and_the_entry_says_so() {
    let by_hand = |status| {
        after(|scene| {
            scene.row().status = status;
            let code = TicketCode::by_hand(scene.row(), EventMode::Real);
            scene.presented.code = Code::Ticket(code);
        })
    };
    assert_eq!(
        admitted(by_hand(TicketStatus::Valid)).marks,
        EntryMarks::BY_HAND
    );
    assert_eq!(
        refused(by_hand(TicketStatus::Refunded)),
        RefuseReason::Refunded
    );
}

#[test]
fn by_hand_a_ticket_of_a_revoked_key_is_refused() {
    let by_hand = |change: fn(&mut Scene)| {
        after(|scene| {
            let code = TicketCode::by_hand(scene.row(), EventMode::Real);
            scene.presented.code = Code::Ticket(code);
            change(scene);
        })
    };
    let revoked = by_hand(|scene| scene.key().revoked = true);
    assert_eq!(refused(revoked), RefuseReason::Revoked);
    let unknown = by_hand(|scene| scene.key = None);
    assert_eq!(refused(unknown), RefuseReason::UnknownKey);
    let unknown_yet = by_hand(|scene| {
        scene.key = None;
        scene.roster = RosterState::MaybeBehind;
    });
    assert_eq!(asked(unknown_yet), AskReason::UnknownKeyOffline);
}

#[test]
fn a_refusal_is_told_before_any_question() {
    let decision = after(|scene| {
        scene.row = None;
        scene.now.trust = ClockTrust::Doubtful;
        scene.claimed_at = Some(GATE_B);
        scene.state = went_in(at(19, 42), GATE_A);
    });
    assert_eq!(refused(decision).reason(), Reason::AlreadyEntered);
}

#[test]
fn a_check_decides_as_an_entry_does() {
    let decision = after(|scene| {
        scene.presented.direction = Direction::CheckOnly;
        scene.state = went_in(at(19, 42), GATE_A);
    });
    assert_eq!(refused(decision).reason(), Reason::AlreadyEntered);
}
