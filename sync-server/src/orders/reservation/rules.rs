//! Whether an order can be paid at the box office, and until when it is kept for that. Pure.

use shared::clock::UnixMillis;

use crate::catalog::event::EventStatus;
use crate::catalog::event::terms::{Reservations, Terms};
use crate::orders::present::Order;

const MINUTE_MS: i64 = 60_000;

/// Why an order is not reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReservable {
    /// The organizer allows it for none of the event's orders.
    #[error("this event takes no reservations")]
    NotAllowed,
    /// There is nothing to pay.
    #[error("an order that costs nothing is confirmed at once")]
    Free,
    /// The use of a code would be kept from others until the reservation lapses; a till asks for one of its own.
    #[error("an order with a promo code is paid online")]
    PromoCode,
    /// A till takes no gifts.
    #[error("an order with a gift is paid online")]
    Donation,
    /// Others wait for these places.
    #[error("places that were offered to the waiting list are paid online")]
    WaitingList,
    /// It would not be kept longer than it is held anyway.
    #[error("it is too late to reserve for this event")]
    TooLate,
}

/// How an order came by its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CameBy {
    /// They were free.
    Itself,
    /// It was somebody's turn.
    Line,
}

/// The event, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Performance {
    pub(super) status: EventStatus,
    pub(super) starts_ms: UnixMillis,
}

/// When a reservation for an event that starts then lapses.
pub(super) fn lapses_ms(terms: &Terms, starts_ms: UnixMillis) -> UnixMillis {
    starts_ms - i64::from(terms.reservation_minutes) * MINUTE_MS
}

/// Until when a held order would be kept.
pub(super) fn kept_until(
    order: &Order,
    came_by: CameBy,
    terms: &Terms,
    of: Performance,
) -> Result<UnixMillis, NotReservable> {
    if terms.reservations == Reservations::Closed || of.status != EventStatus::Published {
        return Err(NotReservable::NotAllowed);
    }
    if order.total.minor == 0 {
        return Err(NotReservable::Free);
    }
    if order.promo.is_some() {
        return Err(NotReservable::PromoCode);
    }
    if order.donation.minor > 0 {
        return Err(NotReservable::Donation);
    }
    if came_by == CameBy::Line {
        return Err(NotReservable::WaitingList);
    }
    let until_ms = lapses_ms(terms, of.starts_ms);
    if until_ms <= order.expires_ms {
        return Err(NotReservable::TooLate);
    }
    Ok(until_ms)
}

#[cfg(test)]
mod tests {
    use shared::ids::{EventId, OrderId, OrganizerId, PromoId};
    use shared::money::{Currency, Money};

    use super::*;
    use crate::orders::OrderState;
    use crate::orders::present::OrderPromo;

    const NOON: UnixMillis = 1_795_863_600_000;

    fn open() -> Terms {
        Terms {
            reservations: Reservations::Open,
            ..Terms::default()
        }
    }

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::Eur)
    }

    /// Held at noon for ten minutes.
    fn held() -> Order {
        Order {
            id: OrderId(uuid::Uuid::nil()),
            organizer: OrganizerId(uuid::Uuid::nil()),
            event: EventId(uuid::Uuid::nil()),
            account: None,
            code: "TH-0000000000".to_owned(),
            state: OrderState::Held,
            total: euros(6_800),
            donation: euros(0),
            discount: euros(0),
            promo: None,
            refunded: euros(0),
            buyer: None,
            language: "fr".to_owned(),
            created_ms: NOON,
            expires_ms: NOON + 10 * MINUTE_MS,
            reserved_ms: None,
            paid_ms: None,
            issued_ms: None,
            lines: Vec::new(),
            tickets: Vec::new(),
            secret_hash: [0; 32],
            secret_sealed: Vec::new(),
            request_hash: [0; 32],
            given_by: None,
        }
    }

    fn kept(
        order: &Order,
        terms: &Terms,
        starts_ms: UnixMillis,
    ) -> Result<UnixMillis, NotReservable> {
        let of = Performance {
            status: EventStatus::Published,
            starts_ms,
        };
        kept_until(order, CameBy::Itself, terms, of)
    }

    #[test]
    fn a_reservation_lapses_as_long_before_the_event_as_its_organizer_says() {
        let evening = NOON + 8 * 60 * MINUTE_MS;
        assert_eq!(
            kept(&held(), &open(), evening),
            Ok(evening - 30 * MINUTE_MS)
        );
        assert_eq!(
            kept(&held(), &Terms::default(), evening),
            Err(NotReservable::NotAllowed),
            "none are taken unless the organizer says so"
        );
        let soon = NOON + 40 * MINUTE_MS;
        assert_eq!(kept(&held(), &open(), soon), Err(NotReservable::TooLate));
        assert!(kept(&held(), &open(), soon + 1).is_ok());
    }

    #[test]
    fn what_a_till_cannot_sell_is_paid_online() {
        let evening = NOON + 8 * 60 * MINUTE_MS;
        let refused = |order: Order| kept(&order, &open(), evening).unwrap_err();
        let promo = Some(OrderPromo {
            id: PromoId(uuid::Uuid::nil()),
            code: "JAZZ".to_owned(),
        });
        assert_eq!(refused(Order { promo, ..held() }), NotReservable::PromoCode);
        let donation = euros(500);
        assert_eq!(
            refused(Order { donation, ..held() }),
            NotReservable::Donation
        );
        let total = euros(0);
        assert_eq!(refused(Order { total, ..held() }), NotReservable::Free);
        let of = Performance {
            status: EventStatus::Published,
            starts_ms: evening,
        };
        let in_line = kept_until(&held(), CameBy::Line, &open(), of);
        assert_eq!(in_line, Err(NotReservable::WaitingList));
        let off = Performance {
            status: EventStatus::Cancelled,
            ..of
        };
        let called_off = kept_until(&held(), CameBy::Itself, &open(), off);
        assert_eq!(called_off, Err(NotReservable::NotAllowed));
    }
}
