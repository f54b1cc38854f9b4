//! Facts for tests.

use proptest::prelude::*;

use super::kind::{
    Annotation, EntryMarks, Fact, FactBody, OpeningCause, RightKind, RightStep, VoidReason,
};
use super::{FactSigningKey, sample_till};
use crate::ids::{
    DeviceId, EventId, FactId, FactName, GateNo, JournalId, KeyId, TicketId, TypeNo, UserId,
    WindowNo,
};

pub(crate) fn key() -> FactSigningKey {
    FactSigningKey::from_seed(&[7; 32])
}

pub(crate) fn device() -> DeviceId {
    DeviceId::from_bytes([0xd0; 16])
}

pub(crate) fn journal() -> JournalId {
    JournalId::from_bytes([0x10; 16])
}

pub(crate) fn event() -> EventId {
    EventId::from_bytes([0xe0; 16])
}

pub(crate) fn opened() -> FactBody {
    FactBody::JournalOpened {
        event: event(),
        gate: GateNo(3),
        cause: OpeningCause::First,
        predecessor: None,
    }
}

pub(crate) fn opening() -> Fact {
    Fact {
        device: device(),
        id: FactId::from_bytes([1; 16]),
        journal: journal(),
        seq: 1,
        prev_hash: [0; 32],
        hlc: 1_800_000_000_000 << 16,
        wall_ms: 1_800_000_000_000,
        offset_ms: -250,
        offset_err_ms: 40,
        seen: Vec::new(),
        body: opened(),
    }
}

pub(crate) fn entry(ticket: u64) -> FactBody {
    FactBody::Entry {
        ticket: TicketId(ticket),
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KeyId(9),
        gate: GateNo(3),
        marks: EntryMarks::default(),
    }
}

fn any_name() -> impl Strategy<Value = FactName> {
    (any::<[u8; 16]>(), any::<[u8; 16]>()).prop_map(|(device, fact)| FactName {
        device: DeviceId::from_bytes(device),
        fact: FactId::from_bytes(fact),
    })
}

fn any_body() -> impl Strategy<Value = FactBody> {
    let ticket = || any::<u64>().prop_map(TicketId);
    let gate = || any::<u16>().prop_map(GateNo);
    let marks = || any::<u16>().prop_map(EntryMarks);
    let causes = prop::sample::select(vec![
        OpeningCause::First,
        OpeningCause::Copied,
        OpeningCause::RolledBack,
        OpeningCause::Forked,
    ]);
    let reasons = prop::sample::select(vec![
        VoidReason::Mistake,
        VoidReason::DidNotPass,
        VoidReason::WrongPerson,
        VoidReason::WrongDirection,
    ]);
    let says = prop_oneof![
        any::<i64>().prop_map(Annotation::AdjustedTime),
        Just(Annotation::Admitted),
        Just(Annotation::Noted),
    ];
    let predecessor = prop::option::of(
        (any::<[u8; 16]>(), any::<u64>(), any::<[u8; 32]>())
            .prop_map(|(journal, seq, hash)| (JournalId::from_bytes(journal), seq, hash)),
    );
    let opened = (any::<[u8; 16]>(), gate(), causes, predecessor).prop_map(
        |(event, gate, cause, predecessor)| FactBody::JournalOpened {
            event: EventId::from_bytes(event),
            gate,
            cause,
            predecessor,
        },
    );
    let entry = (
        ticket(),
        any::<u16>(),
        any::<u8>(),
        any::<u32>(),
        gate(),
        marks(),
    )
        .prop_map(
            |(ticket, type_no, window, key, gate, marks)| FactBody::Entry {
                ticket,
                type_no: TypeNo(type_no),
                window: WindowNo(window),
                key: KeyId(key),
                gate,
                marks,
            },
        );
    let issued =
        prop::collection::btree_set(any::<u64>(), 1..=400).prop_map(|ids| FactBody::Issued {
            tickets: ids.into_iter().map(TicketId).collect(),
        });
    let right = || prop::sample::select(vec![RightKind::Admit, RightKind::Sell]);
    let steps = || {
        prop::collection::btree_map(any::<u64>(), 1u16.., 1..=300).prop_map(|steps| {
            let steps = steps.into_iter();
            steps
                .map(|(ticket, step)| RightStep {
                    ticket: TicketId(ticket),
                    step,
                })
                .collect()
        })
    };
    let hand_over = (
        right(),
        any::<u64>(),
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        steps(),
    )
        .prop_map(|(right, term, to, asked_for, tickets)| FactBody::HandOver {
            right,
            term,
            to: DeviceId::from_bytes(to),
            asked_for: FactId::from_bytes(asked_for),
            tickets,
        });
    let release =
        (right(), any::<u64>(), steps()).prop_map(|(right, term, tickets)| FactBody::Release {
            right,
            term,
            tickets,
        });
    prop_oneof![
        opened,
        entry,
        hand_over,
        release,
        (ticket(), gate(), marks()).prop_map(|(ticket, gate, marks)| FactBody::Exit {
            ticket,
            gate,
            marks
        }),
        (ticket(), gate(), any::<u8>()).prop_map(|(ticket, gate, reason)| FactBody::Refusal {
            ticket,
            gate,
            reason
        }),
        (gate(), any::<u8>(), any::<u32>()).prop_map(|(gate, reason, count)| {
            FactBody::Refusals {
                gate,
                reason,
                count,
            }
        }),
        (ticket(), any_name(), reasons).prop_map(|(ticket, target, reason)| FactBody::Void {
            ticket,
            target,
            reason
        }),
        (ticket(), gate(), any::<u8>(), any::<[u8; 16]>()).prop_map(
            |(ticket, gate, reason, person)| FactBody::Override {
                ticket,
                gate,
                reason,
                person: UserId::from_bytes(person),
            }
        ),
        (ticket(), any_name(), says).prop_map(|(ticket, target, says)| FactBody::Annotation {
            ticket,
            target,
            says
        }),
        issued,
        prop::collection::btree_set(any::<u64>(), 1..=400).prop_map(|ids| FactBody::Withdrawn {
            tickets: ids.into_iter().map(TicketId).collect(),
        }),
        sample_till::any_till_fact().prop_map(FactBody::Till),
        (35u16.., prop::collection::vec(any::<u8>(), 0..300))
            .prop_map(|(kind, body)| FactBody::Opaque { kind, body }),
    ]
}

pub(crate) fn any_fact() -> impl Strategy<Value = Fact> {
    let ids = any::<([u8; 16], [u8; 16], [u8; 16])>();
    let times = any::<(u64, i64, i64, u32)>();
    let seen = prop::collection::btree_set(any_name(), 0..=8);
    (ids, 2u64.., any::<[u8; 32]>(), times, seen, any_body()).prop_map(
        |((device, id, journal), seq, prev_hash, (hlc, wall_ms, offset_ms, err), seen, body)| {
            let opens = body.kind() == 1;
            Fact {
                device: DeviceId::from_bytes(device),
                id: FactId::from_bytes(id),
                journal: JournalId::from_bytes(journal),
                seq: if opens { 1 } else { seq },
                prev_hash: if opens { [0; 32] } else { prev_hash },
                hlc,
                wall_ms,
                offset_ms,
                offset_err_ms: err,
                seen: seen.into_iter().collect(),
                body,
            }
        },
    )
}
