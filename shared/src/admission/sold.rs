//! What is known of the sale of leased tickets.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::kind::{Fact, FactBody};
use crate::ids::{DeviceId, TicketId};

use super::Issued;
use super::fold::{Authors, FactHash};

/// Who sold which tickets, and who took them back, by the facts that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    sold: BTreeMap<TicketId, BTreeSet<DeviceId>>,
    withdrawn: BTreeMap<TicketId, BTreeSet<DeviceId>>,
}

impl Sold {
    /// Reads the `issued` and `withdrawn` facts among these; order and repetition don't matter.
    pub fn read<'a>(
        facts: impl IntoIterator<Item = &'a (Fact, FactHash)>,
        authors: &Authors<'_>,
    ) -> Self {
        let mut read = Self::default();
        for (fact, hash) in facts {
            let (of, tickets) = match &fact.body {
                FactBody::Issued { tickets } => (&mut read.sold, tickets),
                FactBody::Withdrawn { tickets } => (&mut read.withdrawn, tickets),
                FactBody::JournalOpened { .. }
                | FactBody::Entry { .. }
                | FactBody::Exit { .. }
                | FactBody::Refusal { .. }
                | FactBody::Refusals { .. }
                | FactBody::Void { .. }
                | FactBody::Override { .. }
                | FactBody::Annotation { .. }
                | FactBody::HandOver { .. }
                | FactBody::Release { .. }
                | FactBody::Till(_)
                | FactBody::Opaque { .. } => continue,
            };
            if authors.counts(fact, hash) {
                for ticket in tickets {
                    of.entry(*ticket).or_default().insert(fact.device);
                }
            }
        }
        read
    }

    /// Did this device take it back?
    pub fn is_withdrawn_by(&self, ticket: TicketId, device: DeviceId) -> bool {
        let by = self.withdrawn.get(&ticket);
        by.is_some_and(|by| by.contains(&device))
    }

    /// Of one ticket of which no lease is known here. Only whoever sold it may have taken it back.
    pub fn issued(&self, ticket: TicketId) -> Issued {
        let Some(sellers) = self.sold.get(&ticket) else {
            return Issued::Unseen;
        };
        let withdrawn = self.withdrawn.get(&ticket);
        if withdrawn.is_some_and(|by| !by.is_disjoint(sellers)) {
            Issued::Withdrawn
        } else {
            Issued::Known
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::scene::{device, event_id};
    use crate::fact::sample;
    use crate::ids::FactId;
    use crate::roster::{DeviceRow, Revocation, Rights};

    const TICKET: TicketId = TicketId(7);

    fn till(n: u128) -> DeviceRow {
        DeviceRow {
            id: device(n),
            name: "Caisse".into(),
            public: [0; 32],
            rights: Rights {
                sell: true,
                ..Rights::default()
            },
            events: vec![event_id(1)],
            revocation: None,
        }
    }

    fn by(n: u128, seq: u64, body: FactBody) -> (Fact, FactHash) {
        let fact = Fact {
            device: device(n),
            id: FactId::from_bytes([seq as u8; 16]),
            seq,
            body,
            ..sample::opening()
        };
        (fact, [seq as u8; 32])
    }

    fn issued() -> FactBody {
        FactBody::Issued {
            tickets: vec![TICKET],
        }
    }

    fn withdrawn() -> FactBody {
        FactBody::Withdrawn {
            tickets: vec![TICKET],
        }
    }

    fn of(facts: &[(Fact, FactHash)], devices: &[DeviceRow]) -> Issued {
        let authors = Authors {
            devices,
            server: device(99),
            event: event_id(1),
        };
        let read = Sold::read(facts, &authors);
        let mut backwards = facts.to_vec();
        backwards.reverse();
        assert_eq!(read, Sold::read(&backwards, &authors));
        read.issued(TICKET)
    }

    #[test]
    fn a_ticket_is_taken_back_by_the_till_that_sold_it_and_by_no_other() {
        let tills = [till(1), till(2)];
        assert_eq!(of(&[], &tills), Issued::Unseen);
        assert_eq!(of(&[by(1, 2, issued())], &tills), Issued::Known);
        let own = [by(1, 2, issued()), by(1, 3, withdrawn())];
        assert_eq!(of(&own, &tills), Issued::Withdrawn);
        let other = [by(1, 2, issued()), by(2, 3, withdrawn())];
        assert_eq!(of(&other, &tills), Issued::Known);
        assert_eq!(of(&[by(1, 3, withdrawn())], &tills), Issued::Unseen);
    }

    #[test]
    fn what_a_till_that_may_not_sell_or_was_revoked_before_says_takes_nothing_back() {
        let facts = [by(1, 2, issued()), by(1, 3, withdrawn())];
        let mut mere_door = till(1);
        mere_door.rights.sell = false;
        assert_eq!(of(&facts, &[mere_door]), Issued::Unseen);
        let mut stolen = till(1);
        stolen.revocation = Some(Revocation {
            at_ms: 0,
            points: vec![(sample::journal(), 2, [2; 32])],
        });
        assert_eq!(of(&facts, &[stolen]), Issued::Known);
    }
}
