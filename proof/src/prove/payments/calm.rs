//! Until everything that was left open has been asked about and has come to its end.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use stripe_double::Double;

use crate::prove::kill::audit;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A payment that Stripe never heard of is given up five minutes after it began.
const LONGEST: Duration = Duration::from_mins(20);
const LONGEST_OF_A_SHORT_ONE: Duration = Duration::from_mins(3);

/// What is still open. `$1`: also a payment without a page, which nobody can have paid.
const OPEN: &str = "select
    (select count(*) from payments where state = 'pending' and ($1 or checkout is not null))
    + (select count(*) from payments where state = 'returned' and given_back_ms is null)
    + (select count(*) from refunds where state = 'pending')
    + (select count(*) from orders where state = 'held')
    + (select count(*) from orders where state = 'paid' and issued_ms is null)";

/// Waits; how long it took. In a short proof payments that never got a page stay open.
pub async fn wait(server_data: &Path, double: &Double, is_short: bool) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let longest = if is_short {
        LONGEST_OF_A_SHORT_ONE
    } else {
        LONGEST
    };
    let mut database = audit::connect(server_data).await?;
    let mut told = 0;
    loop {
        let open: i64 = sqlx::query_scalar(OPEN)
            .bind(!is_short)
            .fetch_one(&mut database)
            .await?;
        let attempts = double.attempts().len();
        if open == 0 && attempts == told {
            return Ok(began.elapsed());
        }
        told = attempts;
        ensure!(
            began.elapsed() < longest,
            "{open} payments, refunds or orders do not come to an end"
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
