//! Who sells. An organizer is born with its root key, with the server as its first device, and with an owner.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use shared::roster::signed::SignedKind;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::fields::FieldErrors;
use super::transaction;
use crate::door::authority::NewAuthority;
use crate::door::signed::{self, PublishSignedError};
use crate::edge::OsRandom;
use crate::vault::Vault;
use crate::web::ApiError;

/// What makes an organizer.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrganizerRequest {
    /// Made by the client.
    #[schema(value_type = Uuid)]
    pub id: String,
    /// "Les Nuits de Loire".
    pub name: String,
    /// Its name in addresses, such as `nuits-de-loire`; made from `name` when missing.
    pub slug: Option<String>,
    /// The company or association that answers for it; `name` when missing.
    pub legal_name: Option<String>,
    /// "Licence d'entrepreneur de spectacles", printed on tickets.
    pub licence: Option<String>,
}

/// A request that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganizer {
    /// Made by the client.
    pub id: OrganizerId,
    name: String,
    slug: String,
    legal_name: String,
    licence: Option<String>,
}

/// An organizer as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Organizer {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: OrganizerId,
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Who answers for it.
    pub legal_name: String,
    /// Printed on tickets.
    pub licence: Option<String>,
    /// What the platform takes of a sale; 500 = 5 %.
    pub commission_basis_points: u32,
    /// What the caller is for it; missing for a platform admin who is no member.
    pub role: Option<String>,
}

/// An organizer was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateOrganizerError {
    /// Another account's organizer has that id.
    #[error("the id of the new organizer is another's")]
    IdTaken,
    /// Another organizer has that slug.
    #[error("the slug of the new organizer is another's")]
    SlugTaken,
    /// Devices would not know the server's own.
    #[error(transparent)]
    Publish(#[from] PublishSignedError),
    /// The database failed.
    #[error("creating an organizer")]
    Database(#[source] sqlx::Error),
}

impl From<CreateOrganizerError> for ApiError {
    fn from(error: CreateOrganizerError) -> Self {
        match error {
            CreateOrganizerError::IdTaken => Self::new(
                ErrorCode::AlreadyExists,
                "This id is taken by another organizer; make a new one.",
            ),
            CreateOrganizerError::SlugTaken => Self::new(
                ErrorCode::AlreadyExists,
                "This name in addresses is taken; choose another `slug`.",
            )
            .with_field("slug", "is taken"),
            CreateOrganizerError::Publish(error) => error.into(),
            CreateOrganizerError::Database(source) => source.into(),
        }
    }
}

impl OrganizerRequest {
    /// Checks all fields.
    pub fn parse(&self) -> Result<NewOrganizer, FieldErrors> {
        let mut errors = FieldErrors::default();
        let id = errors.id("id", &self.id, OrganizerId);
        let name = errors.text("name", &self.name, 1..=100);
        let slug = match errors.optional_text("slug", self.slug.as_deref(), 60) {
            Some(slug) if slug == slug_of(&slug) => slug,
            Some(slug) => {
                errors.add(
                    "slug",
                    "must be of a-z, 0-9 and single hyphens between them",
                );
                slug
            }
            None => slug_of(&name),
        };
        if slug.is_empty() {
            errors.add(
                "slug",
                "can't be made from the name: give one of a-z, 0-9 and hyphens",
            );
        }
        let legal_name = errors.optional_text("legal_name", self.legal_name.as_deref(), 200);
        let licence = errors.optional_text("licence", self.licence.as_deref(), 100);
        errors.finish(id.map(|id| NewOrganizer {
            id,
            legal_name: legal_name.unwrap_or_else(|| name.clone()),
            name,
            slug,
            licence,
        }))
    }
}

/// "Théâtre du Quai" becomes `theatre-du-quai`.
fn slug_of(name: &str) -> String {
    let plain = name.chars().flat_map(char::to_lowercase).map(|c| match c {
        'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    });
    let hyphened: String = plain
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    hyphened
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// Whether something was made, or was there already: a repeat is answered from the present state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// Now.
    Now,
    /// By an earlier request with the same id.
    Before,
}

/// Makes an organizer with its keys and its owner, in one transaction.
pub async fn create(
    pool: &PgPool,
    vault: &Vault,
    owner: UserId,
    new: &NewOrganizer,
    now_ms: UnixMillis,
) -> Result<Made, CreateOrganizerError> {
    let mut tx = transaction::begin(pool)
        .await
        .map_err(CreateOrganizerError::Database)?;
    if role_of(&mut tx, new.id, owner).await?.is_some() {
        return Ok(Made::Before);
    }
    let authority = NewAuthority::draw(new.id, now_ms, vault, &mut OsRandom);
    insert(&mut tx, new, &authority, now_ms).await?;
    authority
        .insert_server_device(&mut tx, new.id, now_ms)
        .await
        .map_err(CreateOrganizerError::Database)?;
    sqlx::query!(
        "insert into memberships (organizer_id, account_id, role, created_ms) values ($1, $2, 'owner', $3)",
        new.id.0,
        owner.0,
        now_ms
    )
    .execute(&mut *tx)
    .await
    .map_err(CreateOrganizerError::Database)?;
    signed::publish(&mut tx, vault, new.id, SignedKind::DeviceList, now_ms).await?;
    tx.commit().await.map_err(CreateOrganizerError::Database)?;
    Ok(Made::Now)
}

async fn role_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    account: UserId,
) -> Result<Option<String>, CreateOrganizerError> {
    sqlx::query_scalar!(
        "select role from memberships where organizer_id = $1 and account_id = $2",
        organizer.0,
        account.0
    )
    .fetch_optional(conn)
    .await
    .map_err(CreateOrganizerError::Database)
}

async fn insert(
    conn: &mut PgConnection,
    new: &NewOrganizer,
    authority: &NewAuthority,
    now_ms: UnixMillis,
) -> Result<(), CreateOrganizerError> {
    let inserted = sqlx::query!(
        "insert into organizers (id, name, slug, legal_name, licence, root_key_public, root_key_sealed,
                                 server_device_id, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id.0,
        new.name,
        new.slug,
        new.legal_name,
        new.licence,
        &authority.root_public,
        authority.root_sealed,
        authority.server_device.0,
        now_ms
    )
    .execute(conn)
    .await;
    inserted.map(drop).map_err(|error| {
        match error.as_database_error().and_then(|e| e.constraint()) {
            Some("organizers_pkey") => CreateOrganizerError::IdTaken,
            Some("organizers_slug_key") => CreateOrganizerError::SlugTaken,
            _ => CreateOrganizerError::Database(error),
        }
    })
}

/// The organizers that an account is a member of, by name.
pub async fn organizers_of(
    conn: &mut PgConnection,
    account: UserId,
) -> Result<Vec<Organizer>, sqlx::Error> {
    let rows = sqlx::query!(
        "select o.id, o.name, o.slug, o.legal_name, o.licence, o.commission_basis_points, m.role
         from memberships m join organizers o on o.id = m.organizer_id
         where m.account_id = $1 order by o.name, o.id",
        account.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Organizer {
            id: OrganizerId(row.id),
            name: row.name,
            slug: row.slug,
            legal_name: row.legal_name,
            licence: row.licence,
            commission_basis_points: row.commission_basis_points.cast_unsigned(),
            role: Some(row.role),
        })
        .collect())
}

/// An organizer as its pages name it; `role` is nobody's.
pub async fn organizer(
    conn: &mut PgConnection,
    id: OrganizerId,
) -> Result<Option<Organizer>, sqlx::Error> {
    let row = sqlx::query!(
        "select name, slug, legal_name, licence, commission_basis_points from organizers where id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Organizer {
        id,
        name: row.name,
        slug: row.slug,
        legal_name: row.legal_name,
        licence: row.licence,
        commission_basis_points: row.commission_basis_points.cast_unsigned(),
        role: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> OrganizerRequest {
        OrganizerRequest {
            id: "0197e2a0-0000-7000-8000-000000000001".into(),
            name: " Théâtre du Quai ".into(),
            ..OrganizerRequest::default()
        }
    }

    #[test]
    fn a_name_in_addresses_is_made_from_the_name() {
        let new = request().parse().unwrap();
        assert_eq!(new.slug, "theatre-du-quai");
        assert_eq!(new.name, "Théâtre du Quai");
        assert_eq!(new.legal_name, "Théâtre du Quai");
    }

    #[test]
    fn all_wrong_fields_are_told_at_once() {
        let request = OrganizerRequest {
            id: "7".into(),
            name: " ".into(),
            slug: Some("Not A Slug".into()),
            legal_name: Some("x".repeat(201)),
            licence: None,
        };
        let errors = request.parse().unwrap_err().0;
        let wrong: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(wrong, ["id", "legal_name", "name", "slug"]);
    }

    #[test]
    fn a_name_without_letters_needs_a_slug() {
        let request = OrganizerRequest {
            name: "東京".into(),
            ..request()
        };
        assert!(request.parse().unwrap_err().0.contains_key("slug"));
    }
}
