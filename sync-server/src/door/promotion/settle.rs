//! What a till's journal says of its uses of codes.

use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, OrganizerId, PromoId};
use shared::till::acts;
use sqlx::PgConnection;

use crate::orders::promo::uses;

/// A use of a code, for the order of its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::door) struct Used {
    pub(in crate::door) event: EventId,
    pub(in crate::door) promo: PromoId,
    /// Its word.
    pub(in crate::door) code: String,
    /// What it took off, in minor units.
    pub(in crate::door) off: u64,
}

/// A sale used a code. What the till had given up, or was never given, is taken now, if there is one. `None`: the organizer has no
/// such code.
pub(in crate::door) async fn used(
    conn: &mut PgConnection,
    (organizer, till): (OrganizerId, DeviceId),
    promotion: &acts::Promotion,
) -> Result<Option<Used>, sqlx::Error> {
    let taken = sqlx::query_scalar!(
        "update till_promotions set state = 'used'
         where organizer_id = $1 and device_id = $2 and fact_id = $3 and promo_id = $4 and state in ('taken', 'used')
         returning promo_id",
        organizer.0,
        till.0,
        promotion.fact.0,
        promotion.promo.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let code = match taken {
        Some(_) => uses::word(conn, organizer, promotion.promo).await?,
        None => uses::take_late(conn, organizer, promotion.promo).await?,
    };
    Ok(code.map(|code| Used {
        event: promotion.event,
        promo: promotion.promo,
        code,
        off: promotion.off,
    }))
}

/// A till's journal is held up to a fact of that time: uses that were over before it, and that no fact here says were made, never
/// will be.
pub(in crate::door) async fn lapse(
    conn: &mut PgConnection,
    (organizer, till): (OrganizerId, DeviceId),
    passed_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let freed = sqlx::query!(
        r#"with lapsed as (
               update till_promotions p set state = 'lapsed'
               where organizer_id = $1 and device_id = $2 and state = 'taken' and expires_ms < $3
                 and not exists (select from till_facts f
                                 where f.organizer_id = p.organizer_id and f.device_id = p.device_id and f.fact_id = p.fact_id)
               returning promo_id
           ), counted as (
               select promo_id, count(*) as uses from lapsed group by promo_id
           )
           select coalesce(array_agg(promo_id order by promo_id), '{}') as "promos!",
               coalesce(array_agg(uses order by promo_id), '{}') as "uses!"
           from counted"#,
        organizer.0,
        till.0,
        passed_ms
    )
    .fetch_one(&mut *conn)
    .await?;
    uses::free(conn, &freed.promos, &freed.uses).await
}
