//! The number to which a buyer wants the link to their tickets, and the reminder. It is asked for on the order's page once
//! there are tickets: nobody needs it to buy.

use serde_json::json;
use shared::language::Language;

use super::OrderState;
use super::present::Order;
use super::secret::{OrderSecret, link};
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::database::transaction::begin;
use crate::messages::outbox::{self, Mail};
use crate::vault::UnsealError;

/// Each time costs a message: somebody who mistypes their number twice has it right then.
const MOST_SAID: i32 = 3;
/// Digits of a number with its country, by E.164.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// The number is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TextMeError {
    /// It is none, or lacks its country.
    #[error("what was typed is no number with its country")]
    Number,
    /// There is nothing to send.
    #[error("the order has no tickets to send")]
    NoTickets,
    /// See [`MOST_SAID`].
    #[error("the number was said too often")]
    TooOften,
    /// The order's secret, for the link.
    #[error("opening the secret of an order for a text message")]
    Secret(#[from] UnsealError),
    /// PostgreSQL.
    #[error("keeping an order's number")]
    Database(#[from] sqlx::Error),
}

/// `+33612345678` of what somebody has typed. Without a country it is one of France, and only for who reads French.
fn phone(typed: &str, language: Language) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '(' | ')' | '/'))
        .collect();
    let digits = if let Some(digits) = plain.strip_prefix('+') {
        digits.to_owned()
    } else if let Some(digits) = plain.strip_prefix("00") {
        digits.to_owned()
    } else if language == Language::Fr && plain.len() == 10 && plain.starts_with('0') {
        format!("33{}", &plain[1..])
    } else {
        return None;
    };
    let is_good = digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0')
        && DIGITS.contains(&digits.len());
    is_good.then(|| format!("+{digits}"))
}

/// Of the number to which an order's link went, the last two digits.
pub(crate) async fn texted(app: &App, order: &Order) -> Result<Option<String>, sqlx::Error> {
    let phone = sqlx::query_scalar!(
        "select phone from order_phones where organizer_id = $1 and event_id = $2 and order_id = $3",
        order.organizer.0,
        order.event.0,
        order.id.0
    )
    .fetch_optional(&app.pool)
    .await?;
    Ok(phone.map(|phone| phone.chars().skip(phone.len() - 2).collect()))
}

/// Keeps the number, and sends the link to it.
pub(crate) async fn text_me(
    app: &App,
    order: &Order,
    event: &EventPage,
    typed: &str,
    language: Language,
) -> Result<(), TextMeError> {
    let phone = phone(typed, language).ok_or(TextMeError::Number)?;
    if order.state != OrderState::Paid || order.issued_ms.is_none() {
        return Err(TextMeError::NoTickets);
    }
    let now_ms = app.now_ms();
    let mut tx = begin(&app.pool).await?;
    let said = sqlx::query_scalar!(
        "insert into order_phones (organizer_id, event_id, order_id, phone, language, said_ms)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (organizer_id, event_id, order_id) do update
             set phone = excluded.phone, language = excluded.language, said_ms = excluded.said_ms,
                 said = order_phones.said + 1
             where order_phones.said < $7
         returning said",
        order.organizer.0,
        order.event.0,
        order.id.0,
        phone,
        language.code(),
        now_ms,
        MOST_SAID
    )
    .fetch_optional(&mut *tx)
    .await?;
    let said = said.ok_or(TextMeError::TooOften)?;
    let secret = OrderSecret::unseal(&app.vault, order.id, &order.secret_sealed)?;
    let message = Mail {
        dedupe_key: format!("sms-tickets/{}/{said}", order.id),
        recipient: phone,
        language: language.code().to_owned(),
        template: "sms_tickets".to_owned(),
        payload: json!({
            "title": event.title,
            "doors_ms": event.doors_ms,
            "time_zone": event.time_zone,
            "link": link(&app.config.public_url, order.id, &secret),
        }),
    };
    outbox::enqueue_texts(&mut tx, &[message], now_ms).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_country_or_is_one_of_france_typed_in_french() {
        for typed in [
            "06 12 34 56 78",
            "06.12.34.56.78",
            "+33 6 12 34 56 78",
            "0033-612345678",
        ] {
            assert_eq!(
                phone(typed, Language::Fr).as_deref(),
                Some("+33612345678"),
                "{typed}"
            );
        }
        assert_eq!(
            phone("+49 (151) 2345/6789", Language::De).as_deref(),
            Some("+4915123456789")
        );
        for typed in [
            "",
            "12",
            "0612345678 ext 3",
            "+0612345678",
            "+336123456789012345",
            "06123",
            "+33 é 12345678",
        ] {
            assert_eq!(phone(typed, Language::Fr), None, "{typed}");
        }
        assert_eq!(phone("0612345678", Language::De), None, "whose country?");
    }
}
