//! The server's grants: the body of the root-signed object `leases`.

use serde::{Deserialize, Serialize};

use crate::clock::UnixMillis;
use crate::fact::kind::RightKind;
use crate::ids::{DeviceId, EventId, FactName, TicketId, TypeNo};

/// One right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// What may be done.
    pub kind: RightKind,
    /// With which ticket.
    pub ticket: TicketId,
}

/// All leases of an organizer. The newest version counts and is complete: a right that it doesn't name
/// was never granted, or was taken back by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseList {
    /// Each right is in at most one of them.
    pub leases: Vec<Lease>,
    /// Places that an organizer wrote off.
    #[serde(default)]
    pub write_offs: Vec<WriteOff>,
}

/// Rights of one kind that one device was granted together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Of which event the tickets are.
    pub event: EventId,
    /// What may be done.
    pub right: RightKind,
    /// The list's version that first had it; what hand-overs and releases name.
    pub term: u64,
    /// Who holds them until a fact says otherwise.
    pub device: DeviceId,
    /// Why it was granted.
    pub cause: Cause,
    /// For tickets that had facts when it was granted: those that no other names as seen. Whoever lacks one
    /// must not use the right, because it can't know how often the ticket went in.
    #[serde(default)]
    pub after: Vec<(TicketId, FactName)>,
    /// Stock: of which type the tickets are.
    #[serde(default)]
    pub type_no: Option<TypeNo>,
    /// Stock: no sale from then on. The places come back by the till's release only.
    #[serde(default)]
    pub ends_ms: Option<UnixMillis>,
    /// Stock: taken back from a silent till. No further sale; the places come back by its release only.
    #[serde(default)]
    pub is_stopped: bool,
    /// In ascending order.
    #[serde(with = "ticket_bytes")]
    pub tickets: Vec<TicketId>,
}

/// Why rights were granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nobody held them.
    First,
    /// Their holder released them.
    Released,
    /// Their holder was declared lost. If it goes on, nobody knows: the guarantee is void for these.
    Lost,
}

/// An organizer gives up waiting for a till: so many of its places are sold again. The only act that may
/// oversell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteOff {
    /// Of which event.
    pub event: EventId,
    /// Of which type.
    pub type_no: TypeNo,
    /// Whose places.
    pub device: DeviceId,
    /// How many.
    pub places: u32,
    /// When.
    pub at_ms: UnixMillis,
}

impl LeaseList {
    /// The lease that grants a right.
    pub fn find(&self, event: EventId, right: Right) -> Option<&Lease> {
        self.leases
            .iter()
            .find(|lease| lease.event == event && lease.has(right))
    }

    /// Grants, taking the rights from whatever lease has them by now. Whether they may be moved was asked
    /// before: [`super::Trace::may_be_moved`].
    pub fn grant(&mut self, mut lease: Lease) {
        lease.tickets.sort_unstable();
        lease.tickets.dedup();
        for former in &mut self.leases {
            if (former.event, former.right) == (lease.event, lease.right) {
                former
                    .tickets
                    .retain(|ticket| lease.tickets.binary_search(ticket).is_err());
            }
        }
        self.leases.retain(|lease| !lease.tickets.is_empty());
        self.leases.push(lease);
    }
}

impl Lease {
    /// Does it grant this right?
    pub fn has(&self, right: Right) -> bool {
        self.right == right.kind && self.tickets.binary_search(&right.ticket).is_ok()
    }
}

/// Ticket ids as base64 of 8 bytes each: a quarter less than their texts, and no commas.
mod ticket_bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::ids::TicketId;

    pub(super) fn serialize<S: Serializer>(
        tickets: &[TicketId],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = tickets.iter().flat_map(|id| id.0.to_be_bytes()).collect();
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<TicketId>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        let (ids, rest) = bytes.as_chunks::<8>();
        let tickets: Vec<TicketId> = ids
            .iter()
            .map(|id| TicketId(u64::from_be_bytes(*id)))
            .collect();
        if rest.is_empty() && tickets.is_sorted_by(|a, b| a < b) {
            Ok(tickets)
        } else {
            Err(D::Error::custom("no ascending list of ticket ids"))
        }
    }
}
