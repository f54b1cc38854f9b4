//! What a provider does for those who are paid.

use futures::future::BoxFuture;
use shared::ids::OrganizerId;

use crate::orders::UnreadableRow;

/// Has accounts for organizers.
pub trait PayoutAccounts: Send + Sync {
    /// Opens an account for an organizer; its name at the provider. Again with the same opening it is the same one.
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<String, PayoutError>>;

    /// Where its owner tells who they are: an address for one visit, soon.
    fn ask_owner<'a>(&'a self, errand: &'a Errand) -> BoxFuture<'a, Result<String, PayoutError>>;

    /// How an account stands.
    fn look<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<AccountStanding, PayoutError>>;
}

/// An account to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Whose.
    pub organizer: OrganizerId,
    /// As their buyers know them.
    pub name: String,
    /// Of whoever opens it.
    pub email: String,
    /// Two letters by ISO 3166.
    pub country: String,
}

/// Somebody goes to the provider's page and comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// The provider's name for the account.
    pub account: String,
    /// Where they come back to, finished or not.
    pub return_url: String,
    /// Where they are sent when the address is too old or was used.
    pub again_url: String,
}

/// How an account stands at its provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStanding {
    /// Money may be passed on to it.
    pub receives: bool,
    /// Its owner has told all that is asked at first.
    pub submitted: bool,
    /// What is still asked for, each once.
    pub missing: Vec<Missing>,
}

/// What a provider asks of somebody who is to be paid.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// What the organizer does, and where.
    Business,
    /// Who stands for it.
    Person,
    /// A paper that proves it.
    Document,
    /// Where the money goes.
    BankAccount,
    /// Saying yes to the provider's terms.
    Terms,
    /// Something else: its page says what.
    Other,
}

impl Missing {
    const ALL: [Self; 6] = [
        Self::Business,
        Self::Person,
        Self::Document,
        Self::BankAccount,
        Self::Terms,
        Self::Other,
    ];

    /// As it stands in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Person => "person",
            Self::Document => "document",
            Self::BankAccount => "bank_account",
            Self::Terms => "terms",
            Self::Other => "other",
        }
    }
}

impl std::str::FromStr for Missing {
    type Err = UnreadableRow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|missing| missing.as_str() == text)
            .ok_or_else(|| UnreadableRow::new("what an account lacks", text))
    }
}

/// Whose the money of a payment is, where the platform does not take it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The provider's name for the account.
    pub account: String,
    /// What the platform keeps of it, in minor units.
    pub fee_minor: i64,
}

/// The provider did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayoutError {
    /// It can't be reached, or failed; to be tried again.
    #[error("reaching the payment provider about an organizer's account")]
    Unreachable,
    /// It says no: its settings have to be looked at.
    #[error("the payment provider refuses an organizer's account")]
    Refused,
}
