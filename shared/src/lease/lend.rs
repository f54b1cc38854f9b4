//! Places that one till lends another while the server is away: which ones, and how many.
//!
//! What is lent is handed over for good, by a fact that is durable before the answer leaves. A lost answer is asked for again
//! under the same id, and is the same places.

use crate::fact::kind::{Fact, FactBody, RightKind};
use crate::ids::{DeviceId, FactId, TicketId};

/// Most places lent at once: those of a large group.
pub const MOST_LENT: u32 = 20;
/// Below so many left a till asks the others of the building for more, while the server is away.
pub const FEW_LEFT: u32 = 5;

/// What another till asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who asks.
    pub by: DeviceId,
    /// Under which id.
    pub asked_for: FactId,
    /// How many places of one type.
    pub places: u32,
    /// What for.
    pub purpose: Purpose,
}

/// What places are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A guest stands there and wants them.
    Sale,
    /// It has few left.
    Stock {
        /// So many.
        has: u32,
    },
}

/// Of which places the answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lent {
    /// It was answered before: those that were handed over then, and none beside them.
    Before(Vec<TicketId>),
    /// Hand these over.
    Now(Vec<TicketId>),
}

/// Which places a till lends. `unsold` are those of the type that it may sell, in the order in which it sells them; `given` those
/// of the type that it gave away, with the facts that moved them. It lends the ones that it would have sold last.
pub fn lend<'a>(
    wanted: Wanted,
    me: DeviceId,
    unsold: &[TicketId],
    given: impl Iterator<Item = (TicketId, &'a Fact)>,
) -> Lent {
    let mut before: Vec<TicketId> = given
        .filter(|(_, fact)| fact.device == me && answers(fact, wanted))
        .map(|(ticket, _)| ticket)
        .collect();
    before.sort_unstable();
    before.dedup();
    if !before.is_empty() {
        return Lent::Before(before);
    }
    let most = how_many(unsold.len(), wanted);
    let mut now = unsold[unsold.len() - most..].to_vec();
    now.sort_unstable();
    Lent::Now(now)
}

/// A guest who is there goes before those who may come. For its stock a till gets no more than makes both alike: they don't
/// pass the last places to and fro.
fn how_many(unsold: usize, wanted: Wanted) -> usize {
    let spare = match wanted.purpose {
        Purpose::Sale => unsold,
        Purpose::Stock { has } => unsold.saturating_sub(has as usize) / 2,
    };
    spare.min(wanted.places.min(MOST_LENT) as usize)
}

/// Was this hand-over the answer to that question?
fn answers(fact: &Fact, wanted: Wanted) -> bool {
    matches!(
        &fact.body,
        FactBody::HandOver { right: RightKind::Sell, to, asked_for, .. }
            if (*to, *asked_for) == (wanted.by, wanted.asked_for)
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::fact::kind::RightStep;
    use crate::ids::JournalId;

    const ME: DeviceId = DeviceId(Uuid::from_u128(1));
    const OTHER: DeviceId = DeviceId(Uuid::from_u128(2));

    fn wanted(places: u32, asked_for: u128) -> Wanted {
        Wanted {
            by: OTHER,
            asked_for: FactId(Uuid::from_u128(asked_for)),
            places,
            purpose: Purpose::Sale,
        }
    }

    fn stocked(has: u32, unsold: u64) -> usize {
        let wanted = Wanted {
            purpose: Purpose::Stock { has },
            ..wanted(10, 1)
        };
        match lend(wanted, ME, &tickets(0..unsold), std::iter::empty()) {
            Lent::Now(tickets) => tickets.len(),
            Lent::Before(tickets) => panic!("{tickets:?} lent before"),
        }
    }

    fn tickets(ids: impl IntoIterator<Item = u64>) -> Vec<TicketId> {
        ids.into_iter().map(TicketId).collect()
    }

    fn hand_over(by: DeviceId, to: DeviceId, asked_for: u128, ids: &[u64]) -> Fact {
        Fact {
            device: by,
            id: FactId(Uuid::from_u128(70 + asked_for)),
            journal: JournalId(Uuid::from_u128(5)),
            seq: 2,
            prev_hash: [0; 32],
            hlc: 0,
            wall_ms: 0,
            offset_ms: 0,
            offset_err_ms: 0,
            seen: Vec::new(),
            body: FactBody::HandOver {
                right: RightKind::Sell,
                term: 1,
                to,
                asked_for: FactId(Uuid::from_u128(asked_for)),
                tickets: ids
                    .iter()
                    .map(|id| RightStep {
                        ticket: TicketId(*id),
                        step: 1,
                    })
                    .collect(),
            },
        }
    }

    fn lent(places: u32, asked_for: u128, unsold: &[TicketId], given: &[Fact]) -> Lent {
        let moved = given.iter().flat_map(|fact| {
            let FactBody::HandOver { tickets, .. } = &fact.body else {
                panic!("a hand-over");
            };
            tickets.iter().map(move |step| (step.ticket, fact))
        });
        lend(wanted(places, asked_for), ME, unsold, moved)
    }

    #[test]
    fn a_guest_who_waits_gets_what_there_is_and_first_what_would_be_sold_last() {
        let has = tickets([10, 11, 12, 13, 14]);
        assert_eq!(lent(2, 1, &has, &[]), Lent::Now(tickets([13, 14])));
        assert_eq!(lent(9, 1, &has, &[]), Lent::Now(has.clone()));
        assert_eq!(lent(1, 1, &tickets([4]), &[]), Lent::Now(tickets([4])));
        assert_eq!(lent(3, 1, &[], &[]), Lent::Now(Vec::new()));
        let many = tickets(0..100);
        let Lent::Now(most) = lent(100, 1, &many, &[]) else {
            panic!("nothing was lent before");
        };
        assert_eq!(most.len(), MOST_LENT as usize);
    }

    #[test]
    fn two_tills_share_what_they_have_and_never_pass_it_to_and_fro() {
        assert_eq!((stocked(0, 9), stocked(4, 9), stocked(4, 50)), (4, 2, 10));
        assert_eq!((stocked(0, 1), stocked(5, 5), stocked(6, 5)), (0, 0, 0));
        for (mut here, mut there) in
            (0..30u32).flat_map(|here| (0..30u32).map(move |there| (here, there)))
        {
            let lent = stocked(here, there.into()) as u32;
            here += lent;
            there -= lent;
            let back = if lent == 0 {
                0
            } else {
                stocked(there, here.into())
            };
            assert_eq!(back, 0, "{here} and {there}");
        }
    }

    #[test]
    fn a_question_asked_again_is_answered_with_the_same_places_and_no_more() {
        let given = [hand_over(ME, OTHER, 1, &[12, 13])];
        let has = tickets([10, 11]);
        assert_eq!(lent(5, 1, &has, &given), Lent::Before(tickets([12, 13])));
        assert_eq!(lent(1, 2, &has, &given), Lent::Now(tickets([11])));
    }

    #[test]
    fn what_another_device_gave_or_another_asked_for_is_no_answer() {
        let third = DeviceId(Uuid::from_u128(3));
        let given = [
            hand_over(third, OTHER, 1, &[12]),
            hand_over(ME, third, 1, &[13]),
        ];
        let has = tickets([10]);
        assert_eq!(lent(1, 1, &has, &given), Lent::Now(tickets([10])));
    }
}
