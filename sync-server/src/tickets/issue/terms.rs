//! What an event says of the tickets that are signed for it, remembered from one batch to the next.

use std::collections::BTreeMap;
use std::sync::Arc;

use moka::sync::Cache;
use shared::clock::UnixMillis;
use shared::ids::{EventId, GateNo, KeyId, OrganizerId, TypeNo, WindowNo};
use shared::ticket::Flags;
use sqlx::PgConnection;

use crate::orders::present::Order;

/// Events that are sold at once.
const MOST_REMEMBERED: u64 = 1_000;

/// As they were when the event's feed was at `head`. Whoever changes the event, its types or its keys takes the next number, and
/// who publishes tickets says after which one: so nothing is signed by what was true before.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    pub(super) head: i64,
    /// The newest that may sign; nothing if there is none.
    pub(super) key: Option<KeyId>,
    pub(super) title: String,
    pub(super) starts_ms: UnixMillis,
    pub(super) time_zone: String,
    pub(super) test: bool,
    /// Each ticket's right of entry goes to a door with it.
    pub(super) is_lending: bool,
    pub(super) types: BTreeMap<TypeNo, TypeTerms>,
}

/// Of one type.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeTerms {
    pub(super) window: WindowNo,
    pub(super) home_gate: GateNo,
    pub(super) rotating: bool,
}

impl Terms {
    /// Whether they say something of every type of the order.
    pub(super) fn cover(&self, order: &Order) -> bool {
        let mut lines = order.lines.iter();
        lines.all(|line| self.types.contains_key(&line.type_no))
    }

    pub(super) fn flags(&self, of: TypeTerms) -> Flags {
        let mut flags = Flags::NONE;
        if self.test {
            flags = flags.with(Flags::TEST);
        }
        if of.rotating {
            flags = flags.with(Flags::ROTATING);
        }
        flags
    }
}

/// Of the events that were issued last.
#[derive(Clone, Debug)]
pub(in crate::tickets) struct KnownTerms(Cache<EventId, Arc<Terms>>);

impl Default for KnownTerms {
    fn default() -> Self {
        Self(Cache::new(MOST_REMEMBERED))
    }
}

impl KnownTerms {
    pub(super) fn of(&self, event: EventId) -> Option<Arc<Terms>> {
        self.0.get(&event)
    }

    pub(super) fn remember(&self, event: EventId, terms: Terms) {
        self.0.insert(event, Arc::new(terms));
    }

    pub(super) fn forget(&self, event: EventId) {
        self.0.invalidate(&event);
    }
}

/// Nothing if there is no such event.
pub(super) async fn read(
    connection: &mut PgConnection,
    organizer: OrganizerId,
    event: EventId,
) -> Result<Option<Terms>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select f.head, e.title, e.starts_ms, e.time_zone, e.mode, e.rights_lent_ms is not null as "is_lending!",
               (select max(k.id) from signing_keys k
                where k.organizer_id = $1 and k.event_id = $2 and not k.leased and k.revoked_ms is null
                  and k.sealed_private <> '') as key_id,
               t.no, t.window_no, t.home_gate, t.rotating
           from feeds f
           join events e on e.organizer_id = $1 and e.id = $2
           join ticket_types t on t.organizer_id = $1 and t.event_id = $2
           where f.organizer_id = $1 and f.event_id = $2"#,
        organizer.0,
        event.0,
    )
    .fetch_all(connection)
    .await?;
    let types = rows.iter().map(|row| {
        let terms = TypeTerms {
            window: WindowNo(row.window_no as u8),
            home_gate: GateNo(row.home_gate as u16),
            rotating: row.rotating,
        };
        (TypeNo(row.no as u16), terms)
    });
    let types = types.collect();
    Ok(rows.into_iter().next().map(|row| Terms {
        head: row.head,
        key: row.key_id.map(|id| KeyId(id.cast_unsigned())),
        title: row.title,
        starts_ms: row.starts_ms,
        time_zone: row.time_zone,
        test: row.mode == "test",
        is_lending: row.is_lending,
        types,
    }))
}
