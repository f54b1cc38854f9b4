//! What may be done with a ticket at this moment, and why not: pure, from the event's terms and what is known of the ticket.

use shared::clock::UnixMillis;
use shared::roster::TicketStatus;

use crate::catalog::event::EventStatus;
use crate::catalog::event::terms::{Terms, Until};

/// What its holder wants with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Their money back.
    Refund,
    /// Somebody else to have it.
    Transfer,
    /// Another name on it.
    Rename,
    /// Whoever waits to have it, for their money back.
    Resell,
}

impl Act {
    fn until(self, terms: &Terms) -> Until {
        match self {
            Self::Refund => terms.refunds,
            Self::Transfer => terms.transfers,
            Self::Rename => terms.renames,
            Self::Resell => terms.resales,
        }
    }
}

/// Whose money bought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PaidBy {
    /// Its own order.
    ThisOrder,
    /// Whoever gave it away.
    AnotherOrder,
}

/// Whether anybody went in with it, as far as the server has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    Never,
    Before,
}

/// Whether its money is on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refunding {
    No,
    UnderWay,
}

/// Whether it is up for resale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resale {
    No,
    /// And good as long as nobody has an offer.
    Open,
    /// Somebody has an offer, or has paid.
    Out,
}

/// A ticket at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TicketNow {
    pub(crate) status: TicketStatus,
    pub(crate) entered: Entered,
    pub(crate) paid_by: PaidBy,
    pub(crate) refunding: Refunding,
    pub(crate) resale: Resale,
}

/// Its event at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventNow {
    pub(crate) status: EventStatus,
    pub(crate) doors_ms: UnixMillis,
    pub(crate) terms: Terms,
}

/// Why something may not be done with a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotNow {
    #[error("the event does not take place")]
    Cancelled,
    #[error("the ticket has ended")]
    Ended,
    #[error("the ticket is blocked")]
    Blocked,
    #[error("the ticket is up for resale")]
    OnSale,
    #[error("the ticket's money is on its way back")]
    UnderWay,
    #[error("somebody went in with the ticket")]
    Entered,
    #[error("whoever gave the ticket away has paid for it")]
    Gift,
    #[error("the organizer does not allow it")]
    NotAllowed,
    #[error("the time for it is over")]
    TooLate {
        /// Until then it was possible.
        until_ms: UnixMillis,
    },
}

/// Whether it may be done now.
pub(crate) fn may(
    act: Act,
    ticket: TicketNow,
    event: &EventNow,
    now_ms: UnixMillis,
) -> Result<(), NotNow> {
    match event.status {
        EventStatus::Cancelled => return Err(NotNow::Cancelled),
        EventStatus::Draft | EventStatus::Published | EventStatus::Archived => {}
    }
    match (ticket.resale, act) {
        (Resale::No, _) | (Resale::Open, Act::Rename) => {}
        (Resale::Open, Act::Refund | Act::Transfer | Act::Resell) | (Resale::Out, _) => {
            return Err(NotNow::OnSale);
        }
    }
    match ticket.status {
        TicketStatus::Valid => {}
        TicketStatus::Blocked => return Err(NotNow::Blocked),
        TicketStatus::Revoked | TicketStatus::Refunded | TicketStatus::Cancelled => {
            return Err(NotNow::Ended);
        }
    }
    if ticket.refunding == Refunding::UnderWay {
        return Err(NotNow::UnderWay);
    }
    if ticket.entered == Entered::Before {
        return Err(NotNow::Entered);
    }
    let for_money = match act {
        Act::Refund | Act::Resell => true,
        Act::Transfer | Act::Rename => false,
    };
    if for_money && ticket.paid_by == PaidBy::AnotherOrder {
        return Err(NotNow::Gift);
    }
    let until_ms = act.until(&event.terms).deadline_ms(event.doors_ms);
    let until_ms = until_ms.ok_or(NotNow::NotAllowed)?;
    if now_ms >= until_ms {
        return Err(NotNow::TooLate { until_ms });
    }
    Ok(())
}

/// What goes back of a ticket that cost `price_minor`.
pub(crate) fn back_of(price_minor: i64, terms: &Terms) -> i64 {
    (price_minor - terms.refund_fee_minor).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DOORS: i64 = 1_000 * HOUR;

    fn good() -> TicketNow {
        TicketNow {
            status: TicketStatus::Valid,
            entered: Entered::Never,
            paid_by: PaidBy::ThisOrder,
            refunding: Refunding::No,
            resale: Resale::No,
        }
    }

    fn event(terms: Terms) -> EventNow {
        EventNow {
            status: EventStatus::Published,
            doors_ms: DOORS,
            terms,
        }
    }

    fn generous() -> Terms {
        Terms {
            refunds: Until::HoursBeforeDoors(48),
            refund_fee_minor: 150,
            ..Terms::default()
        }
    }

    #[test]
    fn an_event_of_which_nothing_was_said_gives_no_money_back_but_lets_tickets_go_on() {
        let event = event(Terms::default());
        let may = |act| may(act, good(), &event, DOORS - 1);
        assert_eq!(may(Act::Refund), Err(NotNow::NotAllowed));
        assert_eq!((may(Act::Transfer), may(Act::Rename)), (Ok(()), Ok(())));
    }

    #[test]
    fn the_last_moment_is_so_many_hours_before_doors() {
        let event = event(generous());
        let until_ms = DOORS - 48 * HOUR;
        let at = |now_ms| may(Act::Refund, good(), &event, now_ms);
        assert_eq!(at(until_ms - 1), Ok(()));
        assert_eq!(at(until_ms), Err(NotNow::TooLate { until_ms }));
        assert_eq!(
            may(Act::Rename, good(), &event, DOORS),
            Err(NotNow::TooLate { until_ms: DOORS })
        );
    }

    #[test]
    fn what_has_ended_was_used_or_is_on_its_way_back_stays_as_it_is() {
        let event = event(generous());
        let with = |ticket: TicketNow| {
            [Act::Refund, Act::Transfer, Act::Rename].map(|act| may(act, ticket, &event, 0))
        };
        let of = |status| TicketNow { status, ..good() };
        for status in [
            TicketStatus::Revoked,
            TicketStatus::Refunded,
            TicketStatus::Cancelled,
        ] {
            assert_eq!(with(of(status)), [Err(NotNow::Ended); 3]);
        }
        assert_eq!(with(of(TicketStatus::Blocked)), [Err(NotNow::Blocked); 3]);
        let entered = TicketNow {
            entered: Entered::Before,
            ..good()
        };
        assert_eq!(with(entered), [Err(NotNow::Entered); 3]);
        let refunding = TicketNow {
            refunding: Refunding::UnderWay,
            ..good()
        };
        assert_eq!(with(refunding), [Err(NotNow::UnderWay); 3]);
    }

    #[test]
    fn a_friend_may_give_it_on_but_has_no_money_to_get_back() {
        let gift = TicketNow {
            paid_by: PaidBy::AnotherOrder,
            ..good()
        };
        let may = |act| may(act, gift, &event(generous()), 0);
        assert_eq!(may(Act::Refund), Err(NotNow::Gift));
        assert_eq!((may(Act::Transfer), may(Act::Rename)), (Ok(()), Ok(())));
    }

    #[test]
    fn what_is_up_for_resale_is_taken_back_before_anything_else_but_a_name() {
        let terms = Terms {
            resales: Until::HoursBeforeDoors(24),
            ..generous()
        };
        let acts = [Act::Refund, Act::Transfer, Act::Resell, Act::Rename];
        let with = |resale| {
            let ticket = TicketNow { resale, ..good() };
            acts.map(|act| may(act, ticket, &event(terms), 0))
        };
        let no = Err(NotNow::OnSale);
        assert_eq!(with(Resale::No), [Ok(()); 4]);
        assert_eq!(with(Resale::Open), [no, no, no, Ok(())]);
        assert_eq!(with(Resale::Out), [no; 4]);
        let gift = TicketNow {
            paid_by: PaidBy::AnotherOrder,
            ..good()
        };
        assert_eq!(may(Act::Resell, gift, &event(terms), 0), Err(NotNow::Gift));
        assert_eq!(
            may(Act::Resell, good(), &event(generous()), 0),
            Err(NotNow::NotAllowed)
        );
    }

    #[test]
    fn of_a_cancelled_event_the_organizer_decides() {
        let off = EventNow {
            status: EventStatus::Cancelled,
            ..event(generous())
        };
        assert_eq!(may(Act::Refund, good(), &off, 0), Err(NotNow::Cancelled));
    }

    #[test]
    fn the_fee_never_makes_a_buyer_pay() {
        assert_eq!(back_of(3_400, &generous()), 3_250);
        assert_eq!(back_of(100, &generous()), 0);
    }
}
