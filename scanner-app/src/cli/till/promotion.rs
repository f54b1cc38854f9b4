//! `door till sell --promo`: asks the server for a use of a promo code, before anything is sold.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use shared::fact::till::SaleId;
use shared::ids::{EventId, FactId, TypeNo};
use shared::sync::engine::Follow;
use shared::sync::state::State;
use shared::till::promotion::FullPrice;
use shared::wire::latest::{Promotion, PromotionAnswer, PromotionAsk};

use super::failed;
use crate::cli::CliError;
use crate::edge::OsRandom;
use crate::online;
use crate::replica::Replica;
use crate::sync::HttpTransport;
use crate::sync::driver::{Driver, News};
use crate::till::{Till, Wanted};

/// So long the server is waited for.
const WITHIN: Duration = Duration::from_secs(20);
/// Failures after which it is not there.
const MOST_FAILURES: u32 = 2;

/// The use by which this is to be sold, if a code was given; of a sale that was made before nothing is asked.
pub(super) fn granted(
    (replica, till): (&Replica, &Till),
    code: Option<&str>,
    (wanted, sale): (&[Wanted], Option<SaleId>),
    now_ms: i64,
) -> Result<Option<FactId>, CliError> {
    let (Some(code), Some(first)) = (code, wanted.first()) else {
        return Ok(None);
    };
    let told = sale.map_or(Ok(false), |sale| till.has_written(sale));
    if told.map_err(|error| failed(&error))? {
        return Ok(Some(FactId::new(now_ms, &mut OsRandom)));
    }
    let event = first.event;
    let places = till.full_prices(event, wanted.to_vec(), now_ms);
    let places = places.map_err(|error| failed(&error))?;
    let kept = till.promotions().map_err(|error| failed(&error))?;
    let same = kept.iter().find(|(_, promotion)| {
        now_ms <= promotion.expires_ms && is_for(promotion, code, event, &places)
    });
    if let Some((fact, _)) = same {
        return Ok(Some(*fact));
    }
    let ask = PromotionAsk {
        event,
        code: code.to_owned(),
        currency: till
            .currency()
            .map_err(|error| failed(&error))?
            .code()
            .to_owned(),
        places,
    };
    let fact = FactId::new(now_ms, &mut OsRandom);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::of("internal", &error))?;
    let others = kept.into_iter().map(|(fact, _)| fact).collect();
    runtime.block_on(asked(replica, fact, &ask, others))?;
    Ok(Some(fact))
}

/// Whether it was granted for just this.
fn is_for(promotion: &Promotion, code: &str, event: EventId, places: &[FullPrice]) -> bool {
    let granted = promotion.prices.iter();
    let granted = granted.map(|price| (price.type_no, price.full_minor, price.quantity));
    let wanted = places.iter();
    let wanted = wanted.map(|places| (places.type_no, places.unit_minor, places.quantity));
    promotion.event == event
        && promotion.code.eq_ignore_ascii_case(code.trim())
        && by_price(granted) == by_price(wanted)
}

fn by_price(places: impl Iterator<Item = (TypeNo, u32, u32)>) -> BTreeMap<(TypeNo, u32), u32> {
    let mut sums = BTreeMap::new();
    for (type_no, unit, quantity) in places {
        let sum: &mut u32 = sums.entry((type_no, unit)).or_default();
        *sum = sum.saturating_add(quantity);
    }
    sums
}

/// With a session of its own: what this till did goes up first.
async fn asked(
    replica: &Replica,
    fact: FactId,
    ask: &PromotionAsk,
    others: Vec<FactId>,
) -> Result<(), CliError> {
    let mut driver = online::driver(replica, Follow::Once)
        .map_err(|error| CliError::of(error.code(), &error))?;
    settle(&mut driver).await?;
    let desk = driver.stock_desk();
    for other in others {
        // Of another cart, which nobody sells any more.
        let told = desk.give_promotion_up(other).await;
        told.map_err(|error| CliError::of(error.code(), &error))?;
    }
    let answer = desk.promotion(fact, ask).await;
    match answer.map_err(|error| CliError::of(error.code(), &error))? {
        PromotionAnswer::Reduced(_) => Ok(()),
        refused => Err(not_granted(&refused)),
    }
}

async fn settle(driver: &mut Driver<HttpTransport>) -> Result<(), CliError> {
    let began = Instant::now();
    let mut failures = 0;
    while !driver.is_settled() {
        driver
            .step(&mut |news| failures += u32::from(matches!(news, News::Failed(_))))
            .await;
        let is_hopeless = matches!(driver.state(), State::Blocked(_) | State::NeedsUpgrade);
        if is_hopeless || failures >= MOST_FAILURES || began.elapsed() > WITHIN {
            return Err(CliError::new(
                "no_server",
                "a promo code needs the server, and it can't be reached; sell without the code, or once the network is there",
            ));
        }
    }
    Ok(())
}

fn not_granted(answer: &PromotionAnswer) -> CliError {
    let (code, why) = match answer {
        PromotionAnswer::NoSuchCode | PromotionAnswer::Unknown | PromotionAnswer::Reduced(_) => {
            ("code_unknown", "there is no such promo code for this event")
        }
        PromotionAnswer::NotYet { .. } => ("code_not_yet", "the promo code is not good yet"),
        PromotionAnswer::Over => ("code_over", "the promo code is over"),
        PromotionAnswer::UsedUp => ("code_used_up", "the promo code is used up"),
        PromotionAnswer::OtherTypes => (
            "code_other_types",
            "the promo code takes nothing off these places",
        ),
        PromotionAnswer::BelowMinimum { .. } => {
            ("code_below_minimum", "the promo code is for larger orders")
        }
        PromotionAnswer::NeedsPerson => (
            "code_needs_person",
            "the promo code asks who buys, and at a till nobody is known",
        ),
    };
    CliError::new(
        code,
        format!("{why}; nothing was sold, sell without it or try another"),
    )
}
