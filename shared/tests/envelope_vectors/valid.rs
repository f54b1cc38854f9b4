//! Facts of every kind, with the least and the most that each field holds.

use shared::fact::kind::{Annotation, OpeningCause, RightKind, RightStep, VoidReason};
use shared::fact::{EntryMarks, Fact, FactBody};
use shared::ids::{
    DeviceId, EventId, FactName, GateNo, JournalId, KeyId, TicketId, TypeNo, UserId, WindowNo,
};

use crate::{fact, fact_id, name};

pub(crate) const TICKET: TicketId = TicketId(0x6cbd_800d_3581_437a);

pub(crate) fn event() -> EventId {
    EventId::from_bytes(*b"event of vectors")
}

pub(crate) fn opened(
    cause: OpeningCause,
    predecessor: Option<(JournalId, u64, [u8; 32])>,
) -> FactBody {
    FactBody::JournalOpened {
        event: event(),
        gate: GateNo(3),
        cause,
        predecessor,
    }
}

pub(crate) fn entry(ticket: TicketId, marks: EntryMarks) -> FactBody {
    FactBody::Entry {
        ticket,
        type_no: TypeNo(2),
        window: WindowNo(1),
        key: KeyId(9),
        gate: GateNo(3),
        marks,
    }
}

fn annotation(says: Annotation) -> FactBody {
    FactBody::Annotation {
        ticket: TICKET,
        target: name(5),
        says,
    }
}

fn void(reason: VoidReason) -> FactBody {
    FactBody::Void {
        ticket: TICKET,
        target: name(5),
        reason,
    }
}

fn step(ticket: u64, step: u16) -> RightStep {
    RightStep {
        ticket: TicketId(ticket),
        step,
    }
}

fn opaque(kind: u16, body: Vec<u8>) -> FactBody {
    FactBody::Opaque { kind, body }
}

/// Every field at its greatest, or `wall_ms` and `offset_ms` at their least.
fn all_ones() -> Fact {
    let most = |n: usize| vec![0xff; n];
    let id: [u8; 16] = most(16).try_into().expect("16 bytes");
    Fact {
        device: DeviceId::from_bytes(id),
        id: fact_id(0xff),
        journal: JournalId::from_bytes(id),
        seq: u64::MAX,
        prev_hash: [0xff; 32],
        hlc: u64::MAX,
        wall_ms: i64::MAX,
        offset_ms: i64::MAX,
        offset_err_ms: u32::MAX,
        seen: vec![FactName {
            device: DeviceId::from_bytes(id),
            fact: fact_id(0xff),
        }],
        body: FactBody::Entry {
            ticket: TicketId(u64::MAX),
            type_no: TypeNo(u16::MAX),
            window: WindowNo(u8::MAX),
            key: KeyId(u32::MAX),
            gate: GateNo(u16::MAX),
            marks: EntryMarks(u16::MAX),
        },
    }
}

fn all_zeros() -> Fact {
    Fact {
        device: DeviceId::from_bytes([0; 16]),
        id: fact_id(0),
        journal: JournalId::from_bytes([0; 16]),
        seq: 1,
        prev_hash: [0; 32],
        hlc: 0,
        wall_ms: 0,
        offset_ms: 0,
        offset_err_ms: 0,
        seen: Vec::new(),
        body: FactBody::JournalOpened {
            event: EventId::from_bytes([0; 16]),
            gate: GateNo(0),
            cause: OpeningCause::First,
            predecessor: None,
        },
    }
}

pub(crate) fn facts() -> Vec<(&'static str, Fact)> {
    let plain_entry = || fact(entry(TICKET, EntryMarks::default()));
    let before = (JournalId::from_bytes([0x2b; 16]), 417, [0xcd; 32]);
    let person = UserId::from_bytes(*b"a supervisor's16");
    vec![
        (
            "a device's first journal for an event",
            fact(opened(OpeningCause::First, None)),
        ),
        (
            "a journal after a roll-back names its predecessor",
            fact(opened(OpeningCause::RolledBack, Some(before))),
        ),
        (
            "a journal of a copied replica, predecessor unknown",
            fact(opened(OpeningCause::Copied, None)),
        ),
        (
            "a journal after a fork",
            fact(opened(OpeningCause::Forked, Some(before))),
        ),
        (
            "a journal of a purpose not known yet",
            fact(opaque(1, vec![1, 0xde, 0xad])),
        ),
        ("all fields zero", all_zeros()),
        ("all fields at their greatest", all_ones()),
        ("an entry that saw nothing", plain_entry()),
        (
            "an entry that saw eight facts",
            Fact {
                seen: (1..=8).map(name).collect(),
                ..plain_entry()
            },
        ),
        (
            "an entry with all known marks",
            fact(entry(TICKET, EntryMarks(0x1f))),
        ),
        (
            "an entry with a mark not known yet",
            fact(entry(TICKET, EntryMarks(0x8001))),
        ),
        (
            "times at their least",
            Fact {
                wall_ms: i64::MIN,
                offset_ms: i64::MIN,
                ..plain_entry()
            },
        ),
        (
            "an exit",
            fact(FactBody::Exit {
                ticket: TICKET,
                gate: GateNo(4),
                marks: EntryMarks::BY_HAND,
            }),
        ),
        (
            "a refusal",
            fact(FactBody::Refusal {
                ticket: TICKET,
                gate: GateNo(3),
                reason: 7,
            }),
        ),
        (
            "a refusal for a reason not known yet",
            fact(FactBody::Refusal {
                ticket: TICKET,
                gate: GateNo(3),
                reason: 255,
            }),
        ),
        (
            "refusals of forged codes, summed",
            fact(FactBody::Refusals {
                gate: GateNo(3),
                reason: 1,
                count: u32::MAX,
            }),
        ),
        (
            "a void of an entry that it saw",
            Fact {
                seen: vec![name(5)],
                ..fact(void(VoidReason::Mistake))
            },
        ),
        (
            "a void for the last reason of the list",
            fact(void(VoidReason::WrongDirection)),
        ),
        (
            "an override",
            fact(FactBody::Override {
                ticket: TICKET,
                gate: GateNo(3),
                reason: 7,
                person,
            }),
        ),
        (
            "an annotation that adjusts a time",
            fact(annotation(Annotation::AdjustedTime(-1))),
        ),
        (
            "an annotation that admits",
            fact(annotation(Annotation::Admitted)),
        ),
        (
            "an annotation that notes",
            fact(annotation(Annotation::Noted)),
        ),
        (
            "one ticket issued",
            fact(FactBody::Issued {
                tickets: vec![TICKET],
            }),
        ),
        (
            "four hundred tickets issued",
            fact(FactBody::Issued {
                tickets: (1..=400).map(TicketId).collect(),
            }),
        ),
        (
            "a kind not known yet, with an empty body",
            fact(opaque(u16::MAX, Vec::new())),
        ),
        (
            "the longest envelope",
            fact(opaque(10, vec![0x5a; 4096 - 187])),
        ),
        (
            "the right to admit one ticket handed over, for an entry",
            Fact {
                seen: vec![name(5)],
                ..fact(FactBody::HandOver {
                    right: RightKind::Admit,
                    term: 1_800_000_000_000,
                    to: DeviceId::from_bytes([0x22; 16]),
                    asked_for: fact_id(0x33),
                    tickets: vec![step(TICKET.0, 1)],
                })
            },
        ),
        (
            "three hundred places handed over, unasked",
            fact(FactBody::HandOver {
                right: RightKind::Sell,
                term: u64::MAX,
                to: DeviceId::from_bytes([0x22; 16]),
                asked_for: fact_id(0),
                tickets: (1..=300).map(|n| step(n, u16::MAX)).collect(),
            }),
        ),
        (
            "the right to admit released",
            fact(FactBody::Release {
                right: RightKind::Admit,
                term: 0,
                tickets: vec![step(0, 2)],
            }),
        ),
        (
            "places released by a closing till",
            fact(FactBody::Release {
                right: RightKind::Sell,
                term: 1_800_000_000_001,
                tickets: vec![step(7, 1), step(u64::MAX, 3)],
            }),
        ),
    ]
}
