//! An evening for the tests: one event, three gates, two days, and a door that is live.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::*;
use crate::clock::UnixMillis;
use crate::ids::{
    DeviceId, EventId, FactId, FactName, GateNo, KeyId, OrganizerId, TicketId, TypeNo, WindowNo,
};
use crate::roster::{
    EntryRule, EventMode, EventRow, GateRow, KeyRow, ReEntry, TicketRow, TicketStatus,
    TicketTypeRow, WindowRow,
};

pub(super) const TICKET: TicketId = TicketId(77);
pub(super) const KEY: KeyId = KeyId(5);
pub(super) const PLAIN: TypeNo = TypeNo(1);
pub(super) const VIP: TypeNo = TypeNo(2);
pub(super) const GATE_A: GateNo = GateNo(1);
pub(super) const GATE_B: GateNo = GateNo(2);
pub(super) const GATE_VIP: GateNo = GateNo(3);

pub(super) const AFTER_EXIT: EntryRule = EntryRule {
    re_entry: ReEntry::AfterExit,
    max_entries: None,
    max_entries_per_day: None,
};

/// Server time of a moment at the venue.
pub(super) fn paris(at: DateTime) -> UnixMillis {
    at.to_zoned(time_zone("Europe/Paris").expect("in the list"))
        .expect("a time that exists")
        .timestamp()
        .as_millisecond()
}

/// On the evening of the event.
pub(super) fn at(hour: i8, minute: i8) -> UnixMillis {
    paris(EVENING.at(hour, minute, 0, 0))
}

pub(super) const EVENING: Date = Date::constant(2026, 11, 28);

pub(super) fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(n))
}

pub(super) fn fact_name(n: u128) -> FactName {
    FactName {
        device: device(n),
        fact: FactId(Uuid::from_u128(n)),
    }
}

pub(super) fn event_id(n: u128) -> EventId {
    EventId(Uuid::from_u128(n))
}

pub(super) fn went_in(at_ms: UnixMillis, gate: GateNo) -> TicketState {
    let entry = Sighting {
        fact: fact_name(1),
        at_ms,
        gate,
    };
    let day = time_zone("Europe/Paris")
        .unwrap_or(TimeZone::UTC)
        .to_datetime(jiff::Timestamp::from_millisecond(at_ms).expect("in range"))
        .date();
    TicketState {
        inside: true,
        entries: 1,
        entries_by_day: [(day, 1)].into(),
        first_entry: Some(entry),
        last_entry: Some(entry),
        also_seen: None,
    }
}

/// All that a decision hangs on, to be changed at will.
pub(super) struct Scene {
    pub(super) event: EventRow,
    pub(super) types: Vec<TicketTypeRow>,
    pub(super) windows: Vec<WindowRow>,
    pub(super) gates: Vec<GateRow>,
    pub(super) presented: Presented,
    pub(super) row: Option<TicketRow>,
    pub(super) barred: Option<TicketStatus>,
    pub(super) key: Option<KeyRow>,
    pub(super) issued: Issued,
    pub(super) state: TicketState,
    pub(super) claimed_at: Option<GateNo>,
    pub(super) right: EntryRight,
    pub(super) now: Now,
    pub(super) gate: Option<GateNo>,
    pub(super) roster: RosterState,
    pub(super) roster_as_of_ms: Option<UnixMillis>,
}

impl Scene {
    /// A plain ticket at gate A at 20:00, doors open since 19:00, and all is well.
    pub(super) fn new() -> Self {
        let gate = |no, name: &str, types: &[TypeNo]| GateRow {
            no,
            name: name.into(),
            types: types.to_vec(),
            strict_home: false,
        };
        let ticket_type = |no, name: &str| TicketTypeRow {
            no,
            name: name.into(),
            entry_rule: None,
            door_note: None,
        };
        Self {
            event: EventRow {
                id: event_id(1),
                organizer: OrganizerId(Uuid::from_u128(9)),
                name: "Nuit électrique".into(),
                mode: EventMode::Real,
                time_zone: "Europe/Paris".into(),
                doors_ms: at(19, 0),
                starts_ms: at(20, 30),
                ends_ms: at(23, 0),
                cancelled: false,
                capacity: None,
                entry_rule: EntryRule::SINGLE,
                max_roster_age_minutes: None,
                strict: false,
            },
            types: vec![ticket_type(PLAIN, "Plein tarif"), ticket_type(VIP, "VIP")],
            windows: vec![WindowRow {
                no: WindowNo(4),
                name: "Première partie".into(),
                intervals: vec![(at(19, 0), at(20, 0)), (at(21, 0), at(22, 0))],
            }],
            gates: vec![
                gate(GATE_A, "Porte A", &[]),
                gate(GATE_B, "Porte B", &[PLAIN]),
                gate(GATE_VIP, "Entrée Nord", &[VIP]),
            ],
            presented: Presented {
                direction: Direction::In,
                code: Code::Ticket(TicketCode {
                    ticket: TICKET,
                    type_no: PLAIN,
                    window: WindowNo(0),
                    key: KEY,
                    mode: EventMode::Real,
                    signed_by: SignedBy::Event,
                    rotating: Rotating::No,
                    means: Means::Signed,
                }),
            },
            row: Some(TicketRow {
                id: TICKET,
                type_no: PLAIN,
                window: WindowNo(0),
                key: KEY,
                status: TicketStatus::Valid,
                home_gate: GateNo(0),
            }),
            barred: None,
            key: Some(KeyRow {
                id: KEY,
                public: [1; 32],
                event: event_id(1),
                event_name: "Nuit électrique".into(),
                event_starts_ms: at(20, 30),
                lessee: None,
                revoked: false,
            }),
            issued: Issued::Unseen,
            state: TicketState::default(),
            claimed_at: None,
            right: EntryRight::Elsewhere,
            now: Now {
                ms: at(20, 0),
                error_ms: 50,
                trust: ClockTrust::Good,
            },
            gate: Some(GATE_A),
            roster: RosterState::Live,
            roster_as_of_ms: Some(at(19, 59)),
        }
    }

    pub(super) fn code(&mut self) -> &mut TicketCode {
        match &mut self.presented.code {
            Code::Ticket(code) => code,
            Code::Forged | Code::UnknownKey => panic!("the scene has no ticket any more"),
        }
    }

    pub(super) fn row(&mut self) -> &mut TicketRow {
        self.row.as_mut().expect("the scene has no row any more")
    }

    pub(super) fn key(&mut self) -> &mut KeyRow {
        self.key.as_mut().expect("the scene has no key any more")
    }

    pub(super) fn leased(&mut self) {
        self.code().signed_by = SignedBy::Lease;
        self.key().lessee = Some(device(40));
        self.row = None;
    }

    pub(super) fn rules(&self) -> Rules<'_> {
        Rules::new(&self.event, &self.types, &self.windows, &self.gates)
    }

    pub(super) fn decide(&self) -> Decision {
        let rules = self.rules();
        let known = Known {
            row: self.row,
            barred: self.barred,
            key: self.key.as_ref(),
            issued: self.issued,
            state: &self.state,
            claimed_at: self.claimed_at,
            right: self.right,
        };
        let door = Door {
            gate: self.gate.and_then(|no| rules.gate(no)),
            roster: self.roster,
            roster_as_of_ms: self.roster_as_of_ms,
        };
        decide(&self.presented, &known, self.now, &door, &rules)
    }
}
