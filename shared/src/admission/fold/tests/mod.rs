//! Facts by hand, and the tests of the fold by subject.

mod authors;
mod invariants;
mod passages;

use uuid::Uuid;

use super::*;
use crate::admission::scene::{GATE_A, Scene, TICKET, device, event_id};
use crate::fact::kind::{Annotation, EntryMarks, VoidReason};
use crate::ids::{FactId, GateNo, KeyId, TypeNo, UserId, WindowNo};
use crate::roster::Rights;

const SERVER: u128 = 900;

/// A fact of device `by` (and of its one journal) at `at_ms`; `id` names it and is its place there.
fn fact(by: u128, id: u64, at_ms: UnixMillis, body: FactBody) -> (Fact, FactHash) {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&id.to_be_bytes());
    hash[8..24].copy_from_slice(&by.to_be_bytes());
    let fact = Fact {
        device: device(by),
        id: FactId(Uuid::from_u128(id.into())),
        journal: JournalId(Uuid::from_u128(by)),
        seq: id,
        prev_hash: [0; 32],
        hlc: at_ms.max(0).cast_unsigned() << 16,
        wall_ms: at_ms,
        offset_ms: 0,
        offset_err_ms: 10,
        seen: Vec::new(),
        body,
    };
    (fact, hash)
}

fn entry() -> FactBody {
    entry_marked(EntryMarks::default())
}

fn entry_marked(marks: EntryMarks) -> FactBody {
    FactBody::Entry {
        ticket: TICKET,
        type_no: TypeNo(1),
        window: WindowNo(0),
        key: KeyId(5),
        gate: GATE_A,
        marks,
    }
}

fn exit() -> FactBody {
    FactBody::Exit {
        ticket: TICKET,
        gate: GATE_A,
        marks: EntryMarks::default(),
    }
}

fn refusal() -> FactBody {
    FactBody::Refusal {
        ticket: TICKET,
        gate: GATE_A,
        reason: 7,
    }
}

fn void(target: FactName) -> FactBody {
    FactBody::Void {
        ticket: TICKET,
        target,
        reason: VoidReason::Mistake,
    }
}

fn overridden() -> FactBody {
    FactBody::Override {
        ticket: TICKET,
        gate: GateNo(1),
        reason: 107,
        person: UserId(Uuid::from_u128(3)),
    }
}

fn says(target: FactName, says: Annotation) -> FactBody {
    FactBody::Annotation {
        ticket: TICKET,
        target,
        says,
    }
}

fn name(by: u128, id: u64) -> FactName {
    FactName {
        device: device(by),
        fact: FactId(Uuid::from_u128(id.into())),
    }
}

fn seeing(mut fact: (Fact, FactHash), seen: &[FactName]) -> (Fact, FactHash) {
    fact.0.seen = seen.to_vec();
    fact
}

/// Who stands at the doors: devices 1 to 5 with all rights.
fn crew() -> Vec<DeviceRow> {
    (1..=5)
        .map(|n| DeviceRow {
            id: device(n),
            name: format!("Porte {n}"),
            public: [0; 32],
            rights: Rights {
                scan: true,
                search: true,
                sell: false,
                supervise: true,
            },
            events: vec![event_id(1)],
            revocation: None,
        })
        .collect()
}

fn fold_in(scene: &Scene, devices: &[DeviceRow], facts: &[(Fact, FactHash)]) -> Folded {
    let rules = scene.rules();
    let context = FoldContext {
        rules: &rules,
        devices,
        server: device(SERVER),
        ticket: TICKET,
        row: scene.row,
        issued: scene.issued,
    };
    fold(facts, &context)
}

fn folded(facts: &[(Fact, FactHash)]) -> Folded {
    fold_in(&Scene::new(), &crew(), facts)
}

fn labels(folded: &Folded, of: FactName) -> &[FactLabel] {
    &folded.labels[&of]
}
