//! Who has an organizer's money, by the ledger.

use shared::ids::OrganizerId;
use shared::money::{Currency, Money};

use crate::app::App;
use crate::orders::UnreadableRow;

/// In one currency, once the platform has its fee and refunds are back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    /// The platform took it and owes it.
    pub(crate) owed: Money,
    /// The provider passed it on to the organizer's account.
    pub(crate) passed_on: Money,
}

/// Of all that an organizer ever sold.
pub(crate) async fn shares_of(
    app: &App,
    organizer: OrganizerId,
) -> Result<Vec<Shares>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select l.currency,
               coalesce(sum(l.amount_minor) filter (where p.destination is null), 0)::bigint as "owed!",
               coalesce(sum(l.amount_minor) filter (where p.destination is not null), 0)::bigint as "passed_on!"
           from ledger l
           join payments p on p.organizer_id = l.organizer_id and p.event_id = l.event_id and p.id = l.payment_id
           -- What a till took never was the platform's.
           where l.organizer_id = $1 and l.kind not in ('till_sale', 'till_refund') group by l.currency order by l.currency"#,
        organizer.0
    )
    .fetch_all(&app.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let currency = Currency::from_code(&row.currency)
                .ok_or_else(|| UnreadableRow::new("the ledger's currency", &row.currency))?;
            Ok(Shares {
                owed: Money::new(row.owed, currency),
                passed_on: Money::new(row.passed_on, currency),
            })
        })
        .collect()
}
