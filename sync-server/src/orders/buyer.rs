//! Who buys. Known from the start to programs, in the store only at the checkout: nobody pays without it.

use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::access::Holder;
use super::present::Order;
use super::promo::Refusal;
use super::promo::uses::{self, Person};
use super::rules::is_text;
use crate::database::transaction::begin;
use shared::ids::OrderId;
use shared::language::Language;
pub(super) use shared::till::contact::is_email;

/// Who buys, and where the tickets go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buyer {
    /// Where the tickets go.
    pub email: String,
    /// 1 to 200 letters, on one line.
    pub name: String,
}

/// Whether somebody who does not finish their order asked to be reminded of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reminders {
    /// They did.
    Wanted,
    /// They said nothing.
    #[default]
    NotWanted,
}

/// What of a buyer is not as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyerField {
    /// The address.
    Email,
    /// The name.
    Name,
}

impl Buyer {
    /// From what somebody has typed; else every field that is wrong.
    pub fn typed(email: &str, name: &str) -> Result<Self, Vec<BuyerField>> {
        let buyer = Self {
            email: email.trim().to_owned(),
            name: name.trim().to_owned(),
        };
        let wrong = wrong_fields(&buyer.email, &buyer.name);
        if wrong.is_empty() {
            Ok(buyer)
        } else {
            Err(wrong)
        }
    }
}

/// The fields that are wrong.
pub(super) fn wrong_fields(email: &str, name: &str) -> Vec<BuyerField> {
    let mut wrong = Vec::new();
    if !is_email(email) {
        wrong.push(BuyerField::Email);
    }
    if !is_name(name) {
        wrong.push(BuyerField::Name);
    }
    wrong
}

/// 1 to 200 letters, on one line.
pub(super) fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && is_text(text)
}

/// The buyer was not written down.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// The order's promo code is not for this person.
    #[error("the order's promo code can't be used by this person")]
    Promo(#[source] Refusal),
    /// The order is a reservation, and this address has another one for the event.
    #[error("there is another reservation for this address")]
    HasReservation,
    /// PostgreSQL.
    #[error("naming the buyer of an order")]
    Database(#[source] sqlx::Error),
}

impl From<sqlx::Error> for NameError {
    fn from(error: sqlx::Error) -> Self {
        if is_second_reservation(&error) {
            Self::HasReservation
        } else {
            Self::Database(error)
        }
    }
}

/// Whether a statement failed because an address would have two open reservations for an event.
pub(super) fn is_second_reservation(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| error.constraint() == Some("orders_one_reservation"))
}

/// Writes down who buys a held order, and the language of the mails; the last word before the payment counts. Whether
/// there was such an order.
pub async fn name_buyer(
    pool: &PgPool,
    order: &Order,
    holder: &Holder,
    buyer: &Buyer,
    language: Language,
    reminders: Reminders,
) -> Result<bool, NameError> {
    let Some(promo) = &order.promo else {
        return Ok(write(pool, order.id, holder, buyer, language, reminders).await?);
    };
    let mut tx = begin(pool).await?;
    // Order before code, as everywhere.
    sqlx::query_scalar!("select id from orders where id = $1 for update", order.id.0)
        .fetch_optional(&mut *tx)
        .await?;
    let person = Person {
        account: holder.account,
        email: Some(&buyer.email),
    };
    let may = uses::check_person(&mut tx, promo.id, order.id, person).await?;
    may.map_err(NameError::Promo)?;
    let named = write(&mut *tx, order.id, holder, buyer, language, reminders).await?;
    tx.commit().await?;
    Ok(named)
}

async fn write(
    executor: impl PgExecutor<'_>,
    order: OrderId,
    holder: &Holder,
    buyer: &Buyer,
    language: Language,
    reminders: Reminders,
) -> Result<bool, sqlx::Error> {
    let named = sqlx::query!(
        "update orders set email = $2, name = $3, language = $4, wants_reminder = $7
         where id = $1 and state = 'held' and (account_id = $5 or secret_hash = $6)",
        order.0,
        buyer.email,
        buyer.name,
        language.code(),
        holder.account.map(|account| account.0) as Option<Uuid>,
        holder.secret_hash().map(|hash| hash.to_vec()),
        reminders == Reminders::Wanted,
    )
    .execute(executor)
    .await?;
    Ok(named.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_and_a_domain_of_labels() {
        for email in [
            "@b.fr",
            "a@",
            "a@b",
            "a b@c.fr",
            "a@b@c.fr",
            "a@.fr",
            "a@b..fr",
            "a\r\nBcc:x@b.fr",
        ] {
            assert!(!is_email(email), "{email}");
        }
        assert!(is_email("camille@example.org"));
    }

    #[test]
    fn what_is_typed_is_trimmed_and_every_wrong_field_is_named() {
        let buyer = Buyer::typed(" camille@example.org\t", " Camille Roux ").unwrap();
        assert_eq!(buyer.email, "camille@example.org");
        assert_eq!(buyer.name, "Camille Roux");
        let long = "x".repeat(10_000);
        assert_eq!(
            Buyer::typed(&long, &long),
            Err(vec![BuyerField::Email, BuyerField::Name])
        );
        assert_eq!(
            Buyer::typed("a@b.fr", "Ca\nmille"),
            Err(vec![BuyerField::Name])
        );
        assert!(Buyer::typed("a@b.fr", "علي 🎸 بن").is_ok());
    }
}
