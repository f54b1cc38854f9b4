//! Why a till did not do it. Nothing of it was done then.

use shared::fact::envelope::SignError;
use shared::ids::{TicketId, TypeNo};
use shared::money::Money;
use shared::till::Broken;
use shared::till::archive::MakeArchiveError;
use shared::till::cart::{CartError, NotPaid};
use shared::till::contact::ContactRefused;

use super::paper::PaperError;
use super::stock::NotTaken;
use crate::door::WriteFactError;
use crate::replica::ReplicaError;
use crate::replica::identity::SigningKeyError;
use crate::supervisor::UnlockError;

/// Nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// Nobody's device, or its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// It works no more.
    #[error("this device has signed off; enrol it again before you sell")]
    SignedOff,
    /// The organizer didn't make it a till.
    #[error(
        "this device may not sell; ask the organizer for the right to sell, then run `door sync`"
    )]
    NotATill,
    /// No place was ever leased to it, so it has no letters for its numbers.
    #[error("no places were leased to this till yet; run `door sync` while the server is there")]
    NothingLeased,
    /// Nobody opened it.
    #[error("no shift is open; open one first")]
    NoShift,
    /// Somebody did.
    #[error("a shift is open; close it first")]
    ShiftOpen,
    /// The clerk's PIN.
    #[error(transparent)]
    Clerk(#[from] UnlockError),
    /// What is to be sold.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// How it is paid.
    #[error(transparent)]
    Paid(#[from] NotPaid),
    /// The places.
    #[error(transparent)]
    Places(#[from] NotTaken),
    /// A price that was leased with a place can't be read.
    #[error("no price of type {0} is here; run `door sync`, or sell another type")]
    NoPrice(TypeNo),
    /// The organizer states none.
    #[error(
        "type {0} has no reduced rate for that reason, or not for so few; sell at full price, or ask the organizer for one"
    )]
    NoRate(TypeNo),
    /// Not this till's, or sold before its data was put back.
    #[error("this till knows no such sale; give it back in the back office")]
    NoSuchSale,
    /// The same id for another sale.
    #[error("this sale was made before with other contents; begin a new one")]
    OtherSale,
    /// Everything was taken back.
    #[error("nothing of this sale is left to take back")]
    NothingLeft,
    /// A ticket of another sale, or taken back.
    #[error("ticket {0} isn't of this sale, or was taken back before")]
    NotOfSale(TicketId),
    /// What the guest left is not as it must be.
    #[error(transparent)]
    Contact(#[from] ContactRefused),
    /// Nothing can be sealed for the server yet.
    #[error(
        "the key for what guests leave is not here yet; run `door sync`, or sell without name and address"
    )]
    NoContactKey,
    /// More than is there.
    #[error("the drawer doesn't hold that much; take out less")]
    DrawerTooSmall,
    /// What was leased with the places costs something else than the guest was told.
    #[error("these places cost {now:?}; tell the guest, and sell again")]
    OtherPrice {
        /// What they cost.
        now: Money,
    },
    /// Its time is over, it was given up, or it is unknown here.
    #[error("the promo code's use is over; enter the code again, or sell without it")]
    PromotionOver,
    /// Other places, or other prices, than the code was asked for.
    #[error(
        "the promo code was asked for other places or prices; enter it again, or sell without it"
    )]
    OtherPlaces,
    /// A shift is closed right after a count.
    #[error("the drawer was not counted, or something was done since; count it")]
    NotCounted,
    /// The amounts are none.
    #[error("this is no amount; correct it")]
    NoAmount,
    /// The books would be wrong: a fault of this program.
    #[error("this would break the till's books; nothing was written, report it")]
    Books(#[source] Broken),
    /// What is stored breaks the books' rules.
    #[error(
        "the till's journal breaks a rule at place {place}; nothing is sold here any more, keep the folder and ask for help"
    )]
    Journal {
        /// Where.
        place: u64,
        /// Which rule.
        #[source]
        broken: Broken,
    },
    /// A fact can't be made.
    #[error("signing a fact of the till")]
    Sign(#[source] SignError),
    /// An archive can't be made.
    #[error(transparent)]
    Archive(#[from] MakeArchiveError),
    /// It isn't there, or another one prints the same.
    #[error("there is no such print job; see `door till status`")]
    NoSuchJob,
    /// Tickets only.
    #[error(
        "a printer of ticket stock prints no receipts and reports; choose a receipt printer or PDF for them"
    )]
    StockForPapers,
    /// There is no document.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<WriteFactError> for TillError {
    fn from(error: WriteFactError) -> Self {
        match error {
            WriteFactError::Sign(error) => Self::Sign(error),
            WriteFactError::Replica(error) => Self::Replica(error),
        }
    }
}

impl TillError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::SignedOff => "signed_off",
            Self::NotATill => "not_a_till",
            Self::NothingLeased => "nothing_leased",
            Self::NoShift => "no_shift",
            Self::ShiftOpen => "shift_open",
            Self::Clerk(error) => error.code(),
            Self::Cart(error) => error.code(),
            Self::Paid(error) => error.code(),
            Self::Places(error) => error.code(),
            Self::NoPrice(_) => "no_price_here",
            Self::NoRate(_) => "no_rate",
            Self::NoSuchSale => "no_such_sale",
            Self::OtherSale => "other_sale",
            Self::NothingLeft => "nothing_left",
            Self::NotOfSale(_) => "not_of_sale",
            Self::Contact(error) => error.code(),
            Self::NoContactKey => "no_contact_key",
            Self::DrawerTooSmall => "drawer_too_small",
            Self::OtherPrice { .. } => "other_price",
            Self::PromotionOver => "promotion_over",
            Self::OtherPlaces => "other_places",
            Self::NotCounted => "not_counted",
            Self::NoAmount => "no_amount",
            Self::Books(_) | Self::Sign(_) => "internal",
            Self::Archive(MakeArchiveError::NotClosed) => "not_closed",
            Self::Journal { .. } | Self::Archive(MakeArchiveError::Broken { .. }) => {
                "till_journal_broken"
            }
            Self::NoSuchJob => "no_such_job",
            Self::StockForPapers => "stock_for_papers",
            Self::Paper(_) => "not_on_paper",
            Self::Replica(error) => error.code(),
        }
    }
}
