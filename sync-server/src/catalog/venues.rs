//! Places with an address, each of one organizer.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, VenueId};
use shared::wire::latest::ErrorCode;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::fields::FieldErrors;
use super::organizers::Made;
use crate::web::ApiError;

/// What makes a venue.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VenueRequest {
    /// Made by the client.
    #[schema(value_type = Uuid)]
    pub id: String,
    /// "La Fabrique du Quai".
    pub name: String,
    /// Street and number.
    pub address: String,
    /// "44000".
    pub postal_code: String,
    /// "Nantes".
    pub city: String,
    /// ISO 3166, two letters; `FR` when missing.
    pub country: Option<String>,
    /// IANA; `Europe/Paris` when missing.
    pub time_zone: Option<String>,
    /// People it holds.
    pub capacity: Option<i64>,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Venue {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: VenueId,
    /// Its name.
    pub name: String,
    /// Street and number.
    pub address: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// ISO 3166, two letters.
    pub country: String,
    /// IANA.
    pub time_zone: String,
    /// People it holds, if known.
    pub capacity: Option<u32>,
}

/// A venue was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateVenueError {
    /// Another organizer's venue has that id.
    #[error("the id of the new venue is another's")]
    IdTaken,
    /// The database failed.
    #[error("creating a venue")]
    Database(#[source] sqlx::Error),
}

impl From<CreateVenueError> for ApiError {
    fn from(error: CreateVenueError) -> Self {
        match error {
            CreateVenueError::IdTaken => Self::new(
                ErrorCode::AlreadyExists,
                "This id is taken by another organizer's venue; make a new one.",
            ),
            CreateVenueError::Database(source) => source.into(),
        }
    }
}

impl VenueRequest {
    /// Checks all fields.
    pub fn parse(&self) -> Result<Venue, FieldErrors> {
        let mut errors = FieldErrors::default();
        let id = errors.id("id", &self.id, VenueId);
        let country = self.country.as_deref().unwrap_or("FR").to_ascii_uppercase();
        if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
            errors.add("country", "must be two letters such as FR");
        }
        let capacity = self
            .capacity
            .map(|people| errors.within("capacity", people, 1..=1_000_000) as u32);
        let name = errors.text("name", &self.name, 1..=100);
        let address = errors.text("address", &self.address, 1..=200);
        let postal_code = errors.text("postal_code", &self.postal_code, 1..=20);
        let city = errors.text("city", &self.city, 1..=100);
        let zone = self.time_zone.as_deref().unwrap_or("Europe/Paris");
        let time_zone = errors.time_zone("time_zone", zone);
        errors.finish(id.map(|id| Venue {
            id,
            name,
            address,
            postal_code,
            city,
            country,
            time_zone,
            capacity,
        }))
    }
}

/// Makes a venue.
pub async fn create(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    venue: &Venue,
    now_ms: UnixMillis,
) -> Result<Made, CreateVenueError> {
    let made = sqlx::query!(
        "insert into venues (organizer_id, id, name, address, postal_code, city, country, time_zone, capacity, created_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (organizer_id, id) do nothing",
        organizer.0,
        venue.id.0,
        venue.name,
        venue.address,
        venue.postal_code,
        venue.city,
        venue.country,
        venue.time_zone,
        venue.capacity.map(u32::cast_signed),
        now_ms
    )
    .execute(conn)
    .await;
    match made {
        Ok(done) if done.rows_affected() == 1 => Ok(Made::Now),
        Ok(_) => Ok(Made::Before),
        Err(error) => match error.as_database_error().and_then(|e| e.constraint()) {
            Some("venues_id_key") => Err(CreateVenueError::IdTaken),
            _ => Err(CreateVenueError::Database(error)),
        },
    }
}

/// An organizer's venues, by name.
pub async fn venues_of(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<Venue>, sqlx::Error> {
    let rows = sqlx::query!(
        "select id, name, address, postal_code, city, country, time_zone, capacity
         from venues where organizer_id = $1 order by name, id",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Venue {
            id: VenueId(row.id),
            name: row.name,
            address: row.address,
            postal_code: row.postal_code,
            city: row.city,
            country: row.country,
            time_zone: row.time_zone,
            capacity: row.capacity.map(i32::cast_unsigned),
        })
        .collect())
}
