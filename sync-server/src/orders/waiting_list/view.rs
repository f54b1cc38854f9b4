//! Who waits for an event, for its organizer: figures, no addresses.

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};
use sqlx::PgPool;

/// The line of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InLine {
    /// The type's name.
    pub(crate) name: String,
    /// How many people wait.
    pub(crate) people: i64,
    /// For so many places.
    pub(crate) places: i64,
    /// Since when the first of them does.
    pub(crate) oldest_ms: Option<UnixMillis>,
    /// Offers that nobody has answered yet.
    pub(crate) offers: i64,
    /// When the last of these ends.
    pub(crate) until_ms: Option<UnixMillis>,
    /// Who had their turn and took it.
    pub(crate) taken: i64,
}

/// The types of an event for which anybody waits or has waited.
pub(crate) async fn in_line(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<InLine>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.name,
               count(*) filter (where w.state = 'waiting') as "people!",
               coalesce(sum(w.places) filter (where w.state = 'waiting'), 0)::bigint as "places!",
               min(w.joined_ms) filter (where w.state = 'waiting') as oldest_ms,
               count(*) filter (where w.state = 'offered' and o.state = 'held') as "offers!",
               max(o.expires_ms) filter (where w.state = 'offered' and o.state = 'held') as until_ms,
               count(*) filter (where o.state in ('paid', 'refunded')) as "taken!"
           from waiting_list w
           join ticket_types t on t.organizer_id = w.organizer_id and t.event_id = w.event_id and t.no = w.type_no
           left join orders o on o.id = w.order_id
           where w.organizer_id = $1 and w.event_id = $2 and w.state <> 'asked'
           group by w.type_no, t.name, t.position order by t.position, w.type_no"#,
        organizer.0,
        event.0
    )
    .fetch_all(pool)
    .await?;
    let lines = rows.into_iter().map(|row| InLine {
        name: row.name,
        people: row.people,
        places: row.places,
        oldest_ms: row.oldest_ms,
        offers: row.offers,
        until_ms: row.until_ms,
        taken: row.taken,
    });
    Ok(lines.collect())
}
