//! Where devices may be reached in the venue's network: each says so when it syncs, and is told of its siblings. Only
//! a hint: whoever answers there has to show the device's certificate.

use std::net::SocketAddr;

use shared::ids::{DeviceId, OrganizerId};
use shared::wire::latest::SiblingAddresses;

use crate::app::App;

/// Of one device: an address for each of its networks.
const MAX_ADDRESSES: usize = 8;
/// What was said longer ago is most likely wrong.
const HINT_MS: i64 = 24 * 3_600_000;
/// More devices than any venue has.
const MAX_SIBLINGS: i64 = 500;

/// Keeps where `device` may be reached; what is no address is passed over. Its siblings' addresses.
pub async fn report(
    app: &App,
    organizer: OrganizerId,
    device: DeviceId,
    addresses: &[String],
) -> Result<Vec<SiblingAddresses>, sqlx::Error> {
    let now_ms = app.now_ms();
    let addresses: Vec<String> = addresses
        .iter()
        .filter_map(|text| text.parse::<SocketAddr>().ok())
        .filter(|address| !address.ip().is_unspecified() && address.port() > 0)
        .take(MAX_ADDRESSES)
        .map(|address| address.to_string())
        .collect();
    sqlx::query!(
        "insert into device_addresses (organizer_id, device_id, addresses, reported_ms) values ($1, $2, $3, $4)
         on conflict (organizer_id, device_id) do update
         set addresses = excluded.addresses, reported_ms = excluded.reported_ms",
        organizer.0,
        device.0,
        &addresses,
        now_ms
    )
    .execute(&app.pool)
    .await?;
    let siblings = sqlx::query!(
        "select a.device_id, a.addresses from device_addresses a
         join devices d on d.organizer_id = a.organizer_id and d.id = a.device_id
         where a.organizer_id = $1 and a.device_id <> $2 and d.state = 'active'
           and a.reported_ms > $3 and a.addresses <> '{}'
         order by a.reported_ms desc limit $4",
        organizer.0,
        device.0,
        now_ms - HINT_MS,
        MAX_SIBLINGS
    )
    .fetch_all(&app.pool)
    .await?;
    Ok(siblings
        .into_iter()
        .map(|row| SiblingAddresses {
            device: DeviceId(row.device_id),
            addresses: row.addresses,
        })
        .collect())
}
