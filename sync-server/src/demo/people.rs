//! Who works for the demo's organizer, and a customer.

use shared::clock::UnixMillis;
use shared::ids::UserId;
use uuid::Uuid;

use super::SeedError;
use crate::accounts::password::Password;
use crate::accounts::{Role, given};
use crate::app::App;

/// Of all of them. Known to everybody, hence never in production.
pub(super) const PASSWORD: &str = "nuits-de-loire";

/// Somebody of the demo.
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) email: &'static str,
    name: &'static str,
    /// `None` = a customer.
    pub(super) role: Option<Role>,
}

const fn person(no: u128, email: &'static str, name: &'static str, role: Option<Role>) -> Person {
    Person {
        id: UserId(Uuid::from_u128(
            0x0197_e2a0_0000_7000_8000_de30_0000_0000 + no,
        )),
        email,
        name,
        role,
    }
}

/// The owner first.
pub(super) const PEOPLE: [Person; 5] = [
    person(
        1,
        "camille@nuits-de-loire.example",
        "Camille Moreau",
        Some(Role::Owner),
    ),
    person(
        2,
        "idris@nuits-de-loire.example",
        "Idris Benali",
        Some(Role::Manager),
    ),
    person(
        3,
        "guichet@nuits-de-loire.example",
        "Jeanne Le Goff",
        Some(Role::BoxOffice),
    ),
    person(
        4,
        "porte@nuits-de-loire.example",
        "Malo Tanguy",
        Some(Role::Door),
    ),
    person(5, "lea@example.org", "Léa Marchand", None),
];

/// Makes the accounts that are missing.
pub(super) async fn make(app: &App, now_ms: UnixMillis) -> Result<(), SeedError> {
    let missing = given::missing(&app.pool, &PEOPLE.map(|person| person.id)).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let password = Password::typed(PASSWORD.to_owned());
    let hash = app.accounts.passwords.hash(password).await?;
    for person in PEOPLE.iter().filter(|person| missing.contains(&person.id)) {
        given::make(
            &app.pool,
            person.id,
            person.email,
            person.name,
            &hash,
            now_ms,
        )
        .await?;
    }
    Ok(())
}
