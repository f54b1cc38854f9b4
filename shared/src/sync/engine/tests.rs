//! What the engine does about each answer, one by one.

use super::*;
use crate::clock::UnixMillis;
use crate::ids::{GateNo, JournalId, OrganizerId};
use crate::roster::Rights;
use crate::roster::signed::{SignedKind, SignedObject};
use crate::sync::checksum::Checksum;
use crate::sync::effect::{AfterAck, Parked, Table};
use crate::sync::event::{Failure, FeedResume, Held};
use crate::sync::state::BlockReason;
use crate::wire::latest::{ErrorCode, FactsAnswer, JournalAck, Page};

const EVENT: EventId = EventId(uuid::Uuid::from_bytes([9; 16]));

struct Halves;

impl Random for Halves {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0x7f);
    }
}

/// An engine whose sends and saves a test answers by hand.
struct Bench {
    engine: Engine,
    now: Moment,
    sent: Vec<(CallId, Request)>,
    reports: Vec<Report>,
    erased: bool,
    updates: Vec<crate::sync::effect::JournalUpdate>,
}

impl Bench {
    /// Enrolled, once in step, with an open session.
    fn connected() -> Self {
        Self::connected_to(Follow::Changes)
    }

    fn connected_to(follow: Follow) -> Self {
        let resume = Resume {
            feeds: vec![FeedResume {
                event: EVENT,
                held: Held::Complete,
            }],
            signed_version: 1,
            ..Resume::default()
        };
        let mut bench = Self {
            engine: Engine::resume(resume, follow),
            now: Moment(1),
            sent: Vec::new(),
            reports: Vec::new(),
            erased: false,
            updates: Vec::new(),
        };
        bench.handle(Event::Tick);
        let call = bench.answerable(|request| *request == Request::OpenSession);
        let grant = grant(0);
        bench.handle(Event::SessionOpened { call, grant });
        bench
    }

    fn asked_for_objects(mut self) -> Self {
        let call = self.answerable(|request| *request == Request::PullSigned);
        let objects = Vec::new();
        self.handle(Event::SignedReceived { call, objects });
        self
    }

    fn handle(&mut self, event: Event) {
        let mut context = Context {
            now: self.now,
            random: &mut Halves,
        };
        for effect in self.engine.handle(event, &mut context) {
            match effect {
                Effect::Send(call, request) => self.sent.push((call, request)),
                Effect::Report(report) => self.reports.push(report),
                Effect::WakeAt(_) => {}
                Effect::Save(call, save) => {
                    self.erased |= matches!(save, Save::EraseSecrets);
                    let done = match save {
                        Save::Page { .. } => Event::PageApplied {
                            call,
                            checksum: Some(Checksum::default()),
                        },
                        Save::Acks(updates) => {
                            self.updates = updates;
                            let progress = crate::sync::event::PushProgress::Some;
                            Event::AcksSaved { call, progress }
                        }
                        _ => Event::Saved { call },
                    };
                    self.handle(done);
                }
            }
        }
    }

    /// The oldest request of that sort that has no answer yet.
    fn answerable(&mut self, of: impl Fn(&Request) -> bool) -> CallId {
        let found = self.sent.iter().position(|(_, request)| of(request));
        let at = found.unwrap_or_else(|| panic!("not asked; asked were {:?}", self.sent));
        self.sent.remove(at).0
    }

    fn asks(&self, of: impl Fn(&Request) -> bool) -> bool {
        self.sent.iter().any(|(_, request)| of(request))
    }

    fn refuse(&mut self, of: impl Fn(&Request) -> bool, code: ErrorCode) {
        let call = self.answerable(of);
        let failure = Failure::Refused {
            code,
            retry_after_ms: None,
        };
        self.handle(Event::Failed { call, failure });
    }

    fn pass(&mut self, ms: u64) {
        self.now = self.now.after(ms);
        self.handle(Event::Tick);
    }

    fn page(&mut self, change: impl FnOnce(&mut Page)) {
        let call = self.answerable(is_pull);
        let mut page = Page {
            epoch: 1,
            cursor: "end".into(),
            has_more: false,
            head: 4,
            signed_version: 1,
            server_ms: 0,
            tickets: Vec::new(),
            barred: Vec::new(),
            entries: Vec::new(),
            checksum: None,
        };
        change(&mut page);
        self.handle(Event::PageReceived {
            call,
            page: Box::new(page),
            times: at(0),
        });
    }

    fn acknowledge(&mut self, acks: Vec<JournalAck>, times: Times, server_ms: UnixMillis) {
        let call = self.answerable(is_push);
        let answer = FactsAnswer {
            journals: acks,
            server_ms,
        };
        self.handle(Event::PushAnswered {
            call,
            answer,
            times,
        });
    }
}

fn at(ms: UnixMillis) -> Times {
    Times {
        sent_ms: ms,
        received_ms: ms,
    }
}

/// By the server in this life of its database.
fn grant(life: u64) -> Grant {
    Grant {
        rights: Rights::default(),
        events: vec![EVENT],
        gate: GateNo(0),
        life,
    }
}

fn signed(version: u64) -> SignedObject {
    SignedObject {
        organizer: OrganizerId::from_bytes([8; 16]),
        kind: SignedKind::DeviceList,
        version,
        issued_ms: 0,
        body: Vec::new(),
        signature: [0; 64],
    }
}

fn is_push(request: &Request) -> bool {
    matches!(request, Request::Push { .. })
}

fn is_pull(request: &Request) -> bool {
    matches!(request, Request::Pull { .. })
}

fn push_limit(bench: &Bench) -> Option<u32> {
    bench.sent.iter().find_map(|(_, request)| match request {
        Request::Push { limit, .. } => Some(*limit),
        _ => None,
    })
}

#[test]
fn facts_go_first_when_a_session_opens_and_pulls_beside_them() {
    let bench = Bench::connected();
    assert_eq!(
        bench.sent[0].1,
        Request::Push {
            limit: 500,
            parked: Parked::TryAgain
        }
    );
    assert_eq!(bench.sent[1].1, Request::PullSigned);
    assert!(!bench.asks(is_pull), "the keys come before the tickets");
    assert!(bench.asked_for_objects().asks(is_pull));
}

/// The server tells at once of what was published between two requests.
#[test]
fn a_pull_names_the_newest_signed_objects_that_were_heard_of() {
    let mut bench = Bench::connected().asked_for_objects();
    let names = |version| move |request: &Request| matches!(request, Request::Pull { signed_version, .. } if *signed_version == version);
    assert!(bench.asks(names(1)), "as it started");
    bench.page(|page| page.signed_version = 7);
    assert!(bench.asks(names(7)), "and goes on listening at once");
}

/// A revoked key, or a new door of the building: the next one must not wait until something else happens.
#[test]
fn what_is_published_while_the_signed_objects_are_fetched_is_fetched_next() {
    let mut bench = Bench::connected().asked_for_objects();
    let is_asked = |request: &Request| *request == Request::PullSigned;
    bench.page(|page| page.signed_version = 7);
    let call = bench.answerable(is_asked);
    bench.page(|page| page.signed_version = 9);
    assert!(!bench.asks(is_asked), "one at a time");
    bench.handle(Event::SignedReceived {
        call,
        objects: vec![signed(7)],
    });
    let call = bench.answerable(is_asked);
    bench.handle(Event::SignedReceived {
        call,
        objects: vec![signed(9)],
    });
    assert!(!bench.asks(is_asked));
}

#[test]
fn a_push_that_fails_never_stops_pulls_nor_the_other_way_round() {
    let mut bench = Bench::connected().asked_for_objects();
    for _ in 0..50 {
        if bench.asks(is_push) {
            bench.refuse(is_push, ErrorCode::Internal);
        }
        if bench.asks(is_pull) {
            bench.page(|_| {});
        }
        assert_eq!(bench.engine.state(), State::Live);
        bench.pass(10_000);
        assert!(bench.asks(is_pull), "pulled every 10 seconds all the same");
    }
    let call = bench.answerable(is_pull);
    let failure = Failure::Network;
    bench.handle(Event::Failed { call, failure });
    bench.pass(60_000);
    assert_eq!(bench.engine.state(), State::Degraded(Outage::Offline));
    bench.handle(Event::PeersReachable(2));
    assert_eq!(bench.engine.state(), State::Degraded(Outage::Lan));
    bench.handle(Event::PeersReachable(0));
    assert_eq!(bench.engine.state(), State::Degraded(Outage::Offline));
    assert!(bench.asks(is_push));
}

#[test]
fn batches_halve_when_too_large_and_grow_back() {
    let mut bench = Bench::connected();
    for half in [250, 125, 62] {
        bench.refuse(is_push, ErrorCode::TooLarge);
        assert_eq!(push_limit(&bench), Some(half), "at once, without a delay");
    }
    for double in [124, 248, 496, 500] {
        bench.acknowledge(Vec::new(), at(0), 0);
        assert_eq!(push_limit(&bench), Some(double));
    }
}

#[test]
fn too_old_for_the_roster_uploads_go_on() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.refuse(is_pull, ErrorCode::UpgradeRequired);
    assert_eq!(bench.engine.state(), State::NeedsUpgrade);
    for _ in 0..5 {
        bench.acknowledge(Vec::new(), at(0), 0);
        bench.pass(60_000);
    }
    assert!(bench.asks(is_push));
    assert!(!bench.asks(is_pull));
    bench.pass(20 * 60_000);
    assert!(bench.asks(is_pull), "the server may have been put back");
}

#[test]
fn a_revoked_device_forgets_its_keys_and_hands_in_its_facts() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.refuse(is_pull, ErrorCode::DeviceRevoked);
    assert_eq!(bench.engine.state(), State::Blocked(BlockReason::Revoked));
    assert!(bench.erased);
    bench.acknowledge(Vec::new(), at(0), 0);
    bench.pass(3_600_000);
    assert!(bench.asks(is_push));
    assert!(!bench.asks(is_pull));
}

#[test]
fn a_session_that_is_over_is_opened_again_once_however_many_say_so() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.pass(15 * 60_000);
    bench.refuse(is_push, ErrorCode::Unauthenticated);
    bench.refuse(is_pull, ErrorCode::Unauthenticated);
    let sessions = bench
        .sent
        .iter()
        .filter(|(_, r)| *r == Request::OpenSession);
    assert_eq!(sessions.count(), 1);
}

#[test]
fn a_feed_that_began_anew_is_pulled_beside_the_one_in_use() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.refuse(is_pull, ErrorCode::ResetRequired);
    assert_eq!(bench.engine.state(), State::NeedsReset);
    let shadow = |request: &Request| {
        matches!(
            request,
            Request::Pull {
                table: Table::Shadow,
                ..
            }
        )
    };
    assert!(bench.asks(shadow));
    bench.page(|page| page.epoch = 2);
    assert_eq!(bench.engine.state(), State::Live);
    assert_eq!(bench.reports, [Report::FeedBeganAnew { event: EVENT }]);
}

#[test]
fn another_epoch_is_noticed_without_being_told() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.page(|page| page.cursor = "a".into());
    bench.pass(10_000);
    bench.page(|page| page.epoch = 2);
    assert_eq!(bench.engine.state(), State::NeedsReset, "F6");
}

#[test]
fn a_roster_that_differs_is_reported_and_pulled_anew_not_in_a_loop() {
    let mut bench = Bench::connected().asked_for_objects();
    let mut pulls = 0;
    for _ in 0..3600 {
        if bench.asks(is_pull) {
            pulls += 1;
            bench.page(|page| page.checksum = Some((7, 7)));
            assert_eq!(bench.engine.state(), State::NeedsReset);
        }
        bench.pass(1_000);
    }
    let differs = Report::ChecksumDiffers {
        event: EVENT,
        ours: (0, 0),
        theirs: (7, 7),
    };
    assert_eq!(bench.reports.len(), pulls);
    assert!(bench.reports.iter().all(|report| *report == differs));
    assert!((8..40).contains(&pulls), "{pulls} resets in an hour");
}

#[test]
fn a_page_that_leads_nowhere_is_no_loop() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.page(|page| page.has_more = true);
    bench.page(|page| page.has_more = true);
    assert!(!bench.asks(is_pull), "the cursor did not move");
    bench.pass(60_000);
    assert!(bench.asks(is_pull));
}

#[test]
fn a_fact_that_is_refused_or_forked_goes_on_in_another_journal() {
    let journal = JournalId::from_bytes([3; 16]);
    let ack = |forked_at, refused: &[(u64, &str)]| JournalAck {
        journal,
        acked_through: 4,
        forked_at,
        aside_through: forked_at,
        refused: refused
            .iter()
            .map(|(seq, why)| (*seq, (*why).to_owned()))
            .collect(),
    };
    let cases = [
        (
            ack(None, &[(5, "bad_signature"), (7, "bad_signature")]),
            Some(5),
        ),
        (ack(Some(3), &[]), Some(3)),
        (ack(None, &[(5, "unknown_author")]), None),
    ];
    for (ack, reopened_from) in cases {
        let mut bench = Bench::connected();
        bench.acknowledge(vec![ack], at(0), 0);
        assert!(!bench.reports.is_empty(), "never silently");
        match &bench.updates[0].then {
            AfterAck::Reopen { from, .. } => assert_eq!(Some(*from), reopened_from),
            AfterAck::Park { why } => {
                assert_eq!((why.as_str(), reopened_from), ("unknown_author", None));
            }
            AfterAck::GoOn => panic!("nothing was done about it"),
        }
    }
}

#[test]
fn invariant_l1_a_revoked_device_asks_for_a_session_now_and_then_to_hear_of_a_restore() {
    let mut bench = Bench::connected().asked_for_objects();
    bench.refuse(is_pull, ErrorCode::DeviceRevoked);
    assert_eq!(bench.engine.state(), State::Blocked(BlockReason::Revoked));
    let opens = |request: &Request| *request == Request::OpenSession;
    bench.pass(9 * 60_000);
    assert!(!bench.asks(opens));
    bench.pass(60_000);
    assert!(bench.asks(opens));
    bench.pass(60_000);
    let asked = bench.sent.iter().filter(|(_, request)| opens(request));
    assert_eq!(asked.count(), 1, "once at a time");
}

#[test]
fn what_was_acknowledged_before_a_session_opened_is_asked_again() {
    let mut bench = Bench::connected();
    let before = bench.answerable(is_push);
    bench.refuse(
        |request| *request == Request::PullSigned,
        ErrorCode::Unauthenticated,
    );
    bench.pass(60_000);
    let call = bench.answerable(|request| *request == Request::OpenSession);
    let grant = grant(1);
    bench.handle(Event::SessionOpened { call, grant });
    let ack = JournalAck {
        journal: JournalId::from_bytes([3; 16]),
        acked_through: 4,
        forked_at: None,
        aside_through: None,
        refused: Vec::new(),
    };
    let answer = FactsAnswer {
        journals: vec![ack],
        server_ms: 0,
    };
    bench.handle(Event::PushAnswered {
        call: before,
        answer,
        times: at(0),
    });
    assert!(bench.updates.is_empty(), "that life is over");
    assert!(bench.asks(is_push));
}

#[test]
fn a_clock_an_hour_off_is_shown_once() {
    let mut bench = Bench::connected();
    bench.acknowledge(Vec::new(), at(0), 3_600_000);
    bench.acknowledge(Vec::new(), at(10), 3_600_010);
    let off = Report::ClockWrong {
        offset_ms: 3_600_000,
    };
    assert_eq!(bench.reports, [off]);
}

#[test]
fn a_device_that_signed_off_hands_in_its_facts_and_asks_for_nothing() {
    let mut bench = Bench::connected_to(Follow::Nothing);
    assert!(!bench.engine.is_settled(), "facts first");
    bench.acknowledge(Vec::new(), at(0), 0);
    let call = bench.answerable(is_push);
    bench.handle(Event::NothingToPush { call });
    assert!(bench.engine.is_settled());
    for _ in 0..20 {
        bench.pass(60_000);
        let asked = bench.sent.iter().map(|(_, request)| request);
        let others: Vec<_> = asked.filter(|request| !is_push(request)).collect();
        assert!(others.is_empty(), "{others:?}");
    }
}

#[test]
fn a_device_that_is_nobodys_yet_is_unenrolled() {
    assert_eq!(Engine::unenrolled().state(), State::Unenrolled);
}

#[test]
fn an_outcome_that_comes_twice_or_of_nothing_is_ignored() {
    let mut bench = Bench::connected();
    let call = bench.answerable(is_push);
    bench.handle(Event::NothingToPush { call });
    bench.handle(Event::NothingToPush { call });
    bench.handle(Event::Failed {
        call: CallId(999),
        failure: Failure::Storage,
    });
    assert!(bench.reports.is_empty());
}
