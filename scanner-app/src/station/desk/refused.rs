//! Why the till did not do it, as the screen says it.

use crate::causes::with_causes;
use crate::replica::ReplicaError;
use crate::station::view::TillRefusal;
use crate::till::TillError;
use crate::till::stock::NotTaken;
use shared::till::cart::CartError;

/// What the clerk reads; the log has the rest.
pub(super) fn refused(error: &TillError) -> TillRefusal {
    let refusal = word(error);
    tracing::warn!(
        code = error.code(),
        error = with_causes(error),
        "the till did not do it"
    );
    refusal
}

fn word(error: &TillError) -> TillRefusal {
    match error {
        TillError::Places(NotTaken::TooFew { .. }) => TillRefusal::PlacesGone,
        TillError::Places(NotTaken::TooMany) | TillError::Cart(CartError::TooMany) => {
            TillRefusal::TooMany
        }
        TillError::Places(
            NotTaken::NotATill | NotTaken::Over | NotTaken::Stopped | NotTaken::Doubtful,
        )
        | TillError::NotATill
        | TillError::SignedOff
        | TillError::NothingLeased => TillRefusal::StockEnded,
        TillError::OtherPrice { .. } | TillError::NoPrice(_) => TillRefusal::PriceChanged,
        TillError::NoRate(_) => TillRefusal::NoRate,
        TillError::PromotionOver | TillError::OtherPlaces => TillRefusal::CodeAgain,
        TillError::DrawerTooSmall => TillRefusal::DrawerTooLow,
        TillError::NoSuchSale
        | TillError::NothingLeft
        | TillError::NotOfSale(_)
        | TillError::NoSuchJob => TillRefusal::NotHere,
        TillError::Cart(CartError::Empty) => TillRefusal::CartEmpty,
        TillError::NoContactKey => TillRefusal::NoContactKey,
        TillError::Contact(refused) => (*refused).into(),
        TillError::Replica(error) | TillError::Places(NotTaken::Replica(error)) => {
            of_replica(error)
        }
        TillError::Key(_)
        | TillError::NoShift
        | TillError::ShiftOpen
        | TillError::Clerk(_)
        | TillError::Cart(
            CartError::NoneOfALine
            | CartError::NoPrice
            | CartError::FreeWithPrice
            | CartError::NoVatRate
            | CartError::OtherCurrency { .. }
            | CartError::Sum(_),
        )
        | TillError::Paid(_)
        | TillError::Places(NotTaken::Sealed(_))
        | TillError::OtherSale
        | TillError::NotCounted
        | TillError::NoAmount
        | TillError::Books(_)
        | TillError::Journal { .. }
        | TillError::Sign(_)
        | TillError::Archive(_)
        | TillError::StockForPapers
        | TillError::Paper(_) => TillRefusal::NotWritten,
    }
}

fn of_replica(error: &ReplicaError) -> TillRefusal {
    match error {
        ReplicaError::DiskFull(_) => TillRefusal::DiskFull,
        ReplicaError::ReadOnly(_)
        | ReplicaError::Disk(_)
        | ReplicaError::Damaged(_)
        | ReplicaError::Row { .. }
        | ReplicaError::Busy(_)
        | ReplicaError::Statement(_)
        | ReplicaError::Stopped => TillRefusal::NotWritten,
    }
}
