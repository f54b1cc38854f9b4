//! A till's journal that went two ways: an old replica, or a copy, went on selling. One side counts, the other is kept aside.

use serde_json::{Value, json};
use shared::ids::{DeviceId, JournalId, OrganizerId};

use super::MakeError;
use super::closing::last_event;
use crate::app::App;
use crate::database::transaction;
use crate::door::alerts::{self, AlertRow, Noticed, Subject, Telling};
use shared::fact::till::TillFact;
use shared::fact::{Envelope, FactBody};

/// Tells of it once, in the event that the till sold last, with what the other side says that it sold.
pub(super) async fn tell(
    app: &App,
    organizer: OrganizerId,
    journal: JournalId,
    device: DeviceId,
) -> Result<(), MakeError> {
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let Some(event) = last_event(&mut tx, organizer, device).await? else {
        return Ok(());
    };
    transaction::begin_change(&mut tx, organizer, event).await?;
    let aside = sqlx::query!(
        "select seq, envelope, received_ms from till_forks where organizer_id = $1 and journal_id = $2 order by seq, hash",
        organizer.0,
        journal.0
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut sales, mut sold, mut facts) = (0u32, 0u64, Vec::<Value>::new());
    for row in &aside {
        let amount =
            Envelope::decode(&row.envelope)
                .ok()
                .and_then(|envelope| match &envelope.fact().body {
                    FactBody::Till(TillFact::Sale { lines, .. }) => Some(
                        lines
                            .iter()
                            .map(shared::till::acts::price)
                            .fold(0, u64::saturating_add),
                    ),
                    _other => None,
                });
        if let Some(amount) = amount {
            sales += 1;
            sold = sold.saturating_add(amount);
        }
        if facts.len() < 20 {
            facts.push(json!({
                "device": device, "seq": row.seq, "at_ms": row.received_ms, "amount_minor": amount,
            }));
        }
    }
    let row = AlertRow {
        kind: Noticed::TillForked.code(),
        subject: Subject::Journal(journal),
        telling: Telling::Whole {
            detail: json!({
                "device": device, "facts": facts, "aside": aside.len(), "sales_aside": sales, "sold_aside": sold,
            }),
            resolved: false,
        },
    };
    alerts::upsert(&mut tx, (organizer, event), vec![row], now_ms).await?;
    // More of the other side may come: then it is told anew.
    sqlx::query!(
        "update till_journals set fork_told_ms = $3 where organizer_id = $1 and id = $2",
        organizer.0,
        journal.0,
        now_ms
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    app.door.watch.changed(event);
    Ok(())
}
