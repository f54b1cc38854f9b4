//! Why something may not be done with a ticket, in words.

use shared::language::Language;

use super::rules::{Act, NotNow};
use crate::messages::when::date_and_time;
use crate::web::store::Texts;

/// What happened, and what to do.
pub(super) fn why_not(act: Act, why: NotNow, (language, time_zone): (Language, &str)) -> String {
    let t = Texts::of(language);
    let text = |key: &str| t.get(key).into_owned();
    match why {
        NotNow::Cancelled => text("after-no-cancelled"),
        NotNow::Ended => text("after-no-ended"),
        NotNow::Blocked => text("ticket-blocked"),
        NotNow::OnSale => text("after-no-on-sale"),
        NotNow::UnderWay => text("after-no-under-way"),
        NotNow::Entered => text("after-no-entered"),
        NotNow::Gift => text("after-no-gift"),
        NotNow::NotAllowed => text(match act {
            Act::Refund => "after-no-refund",
            Act::Transfer => "after-no-transfer",
            Act::Rename => "after-no-rename",
            Act::Resell => "after-no-resale",
        }),
        NotNow::TooLate { until_ms } => {
            let until = date_and_time(until_ms, time_zone, language);
            t.named("after-no-late", "until", until)
        }
    }
}
