//! What an organizer tells all of its tills.

use shared::ids::OrganizerId;
use shared::wire::latest::TillTerms;
use sqlx::PgConnection;

use crate::app::App;
use crate::door::money::{contacts, vouchers};

pub(super) async fn of(
    app: &App,
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<TillTerms, sqlx::Error> {
    Ok(TillTerms {
        contact_key: contacts::opener(&app.vault, organizer).key().to_bytes(),
        vouchers: vouchers::for_tills(conn, organizer).await?,
    })
}
