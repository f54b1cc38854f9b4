//! Promo codes of the store: asked of the server while the guest waits. What it granted holds without the network, for a while.

use std::time::Duration;

use shared::clock::UnixMillis;
use shared::ids::FactId;
use shared::wire::latest::{ErrorCode, Promotion, PromotionAnswer, PromotionAsk};

use super::Desk;
use crate::station::box_office::CodeAsk;
use crate::station::view::TillRefusal;
use crate::sync::Unanswered;
use crate::till::{Till, TillError};

/// So long a clerk waits for the server.
const WITHIN: Duration = Duration::from_secs(6);
/// A guest who begins to pay then can end it in time.
const TO_PAY_MS: i64 = 3 * 60_000;

impl Desk {
    pub(super) fn asked(&self, ask: &CodeAsk) -> Result<Promotion, TillRefusal> {
        let line = self.lender.as_ref().ok_or(TillRefusal::CodeNeedsServer)?;
        let question = PromotionAsk {
            event: ask.event,
            code: ask.code.clone(),
            currency: self.currency.code().to_owned(),
            places: ask.places.clone(),
        };
        let answer = line.promotion(ask.fact, question, WITHIN);
        let answer = answer.map_err(|error| {
            // It may have been granted, and the answer lost.
            self.let_go(ask.fact);
            unanswered(error)
        })?;
        match answer {
            PromotionAnswer::Reduced(promotion) => Ok(promotion),
            PromotionAnswer::NoSuchCode | PromotionAnswer::Unknown => Err(TillRefusal::CodeUnknown),
            PromotionAnswer::NotYet { .. } => Err(TillRefusal::CodeNotYet),
            PromotionAnswer::Over => Err(TillRefusal::CodeOver),
            PromotionAnswer::UsedUp => Err(TillRefusal::CodeUsedUp),
            PromotionAnswer::OtherTypes => Err(TillRefusal::CodeOtherTypes),
            PromotionAnswer::BelowMinimum { .. } => Err(TillRefusal::CodeBelowMinimum),
            PromotionAnswer::NeedsPerson => Err(TillRefusal::CodeNeedsPerson),
        }
    }

    /// The use will not be made. The server is told when it can be; until then, and in case, its time ends by itself.
    pub(super) fn let_go(&self, fact: FactId) {
        if let Err(error) = self.till.give_promotion_up(fact) {
            tracing::error!(
                code = error.code(),
                "a promo code's use is not noted as given up"
            );
        }
        if let Some(line) = &self.lender {
            line.give_promotion_up(fact);
        }
    }

    /// Tells the server of those that it does not know of yet.
    pub(super) fn tell_of_given_up(&self) {
        let (Ok(given_up), Some(line)) = (self.till.given_up_promotions(), &self.lender) else {
            return;
        };
        for fact in given_up {
            line.give_promotion_up(fact);
        }
    }

    /// Whether a guest may still pay by it.
    pub(super) fn is_in_time(&self, promotion: &Promotion) -> bool {
        let now_ms: UnixMillis = self.replica.time().now(self.now_ms()).now_ms;
        now_ms + TO_PAY_MS <= promotion.expires_ms
    }
}

/// No cart is there yet: what was granted before is nobody's.
pub(super) fn give_all_up(till: &Till) -> Result<(), TillError> {
    for (fact, _) in till.promotions()? {
        till.give_promotion_up(fact)?;
    }
    Ok(())
}

fn unanswered(error: Unanswered) -> TillRefusal {
    match error {
        Unanswered::Refused(ErrorCode::NotFound | ErrorCode::Forbidden) => TillRefusal::CodeUnknown,
        Unanswered::Refused(ErrorCode::InvalidRequest) => TillRefusal::TooMany,
        Unanswered::Away | Unanswered::Refused(_) => TillRefusal::CodeNeedsServer,
    }
}
