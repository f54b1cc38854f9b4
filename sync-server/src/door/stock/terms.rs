//! What an organizer tells all of its tills.

use shared::ids::OrganizerId;
use shared::wire::latest::TillTerms;

use crate::app::App;
use crate::door::money::contacts;

pub(super) fn of(app: &App, organizer: OrganizerId) -> TillTerms {
    TillTerms {
        contact_key: contacts::opener(&app.vault, organizer).key().to_bytes(),
    }
}
