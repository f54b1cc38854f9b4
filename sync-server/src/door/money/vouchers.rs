//! The vouchers that an organizer's tills take in place of money. Facts name them by number, so a number stays what it is.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::ids::OrganizerId;
use shared::wire::latest::{ErrorCode, VoucherKind};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::app::App;
use crate::database::transaction;
use crate::web::ApiError;

/// Keys on a till's screen, and more.
const MOST: i64 = 50;
const LONGEST: usize = 40;

/// A kind, as the back office shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct VoucherRow {
    /// As facts name it.
    pub number: u16,
    /// As people do.
    pub name: String,
    /// Tills take it.
    pub taken: bool,
}

/// A kind was not added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddVoucherError {
    /// The name is none.
    #[error("a name has 1 to {LONGEST} letters, on one line")]
    Name,
    /// There is one of that name.
    #[error("there is a kind of that name already; turn it on")]
    Exists,
    /// The list is full.
    #[error("there are {MOST} kinds already; turn on one of them")]
    TooMany,
    /// PostgreSQL.
    #[error("adding a kind of vouchers")]
    Database(#[from] sqlx::Error),
}

impl From<AddVoucherError> for ApiError {
    fn from(error: AddVoucherError) -> Self {
        let said = error.to_string();
        match error {
            AddVoucherError::Name => Self::invalid([("name", said)]),
            AddVoucherError::Exists => Self::new(ErrorCode::AlreadyExists, said),
            AddVoucherError::TooMany => Self::new(ErrorCode::Conflict, said),
            AddVoucherError::Database(source) => source.into(),
        }
    }
}

/// All of an organizer's, by number.
pub(crate) async fn list(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<VoucherRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "select number, name, taken from voucher_kinds where organizer_id = $1 order by number",
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| VoucherRow {
            number: u16::try_from(row.number).unwrap_or(0),
            name: row.name,
            taken: row.taken,
        })
        .collect())
}

/// As tills are told.
pub(in crate::door) async fn for_tills(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<VoucherKind>, sqlx::Error> {
    let rows = list(conn, organizer).await?.into_iter();
    Ok(rows
        .map(|row| VoucherKind {
            number: row.number,
            name: row.name,
            taken: row.taken,
        })
        .collect())
}

/// Names by number, of old ones too.
#[derive(Clone, Debug, Default)]
pub(crate) struct VoucherNames(BTreeMap<i64, String>);

impl VoucherNames {
    pub(crate) async fn load(
        conn: &mut PgConnection,
        organizer: OrganizerId,
    ) -> Result<Self, sqlx::Error> {
        let rows = list(conn, organizer).await?.into_iter();
        Ok(Self(
            rows.map(|row| (row.number.into(), row.name)).collect(),
        ))
    }

    pub(crate) fn of(&self, number: i64) -> Option<&str> {
        self.0.get(&number).map(String::as_str)
    }
}

/// Adds a kind under the next number; tills take it from their next contact on.
pub(crate) async fn add(
    app: &App,
    organizer: OrganizerId,
    name: &str,
) -> Result<VoucherRow, AddVoucherError> {
    let name = name.trim();
    let is_name = (1..=LONGEST).contains(&name.chars().count());
    if !is_name || name.chars().any(char::is_control) {
        return Err(AddVoucherError::Name);
    }
    let mut tx = transaction::begin(&app.pool).await?;
    // One at a time: no number is given twice.
    sqlx::query!(
        "select id from organizers where id = $1 for update",
        organizer.0
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = list(&mut tx, organizer).await?;
    let lower = name.to_lowercase();
    if rows.iter().any(|row| row.name.to_lowercase() == lower) {
        return Err(AddVoucherError::Exists);
    }
    if rows.len() as i64 >= MOST {
        return Err(AddVoucherError::TooMany);
    }
    let last = rows.iter().map(|row| row.number).max().unwrap_or(0);
    let number = last.checked_add(1).ok_or(AddVoucherError::TooMany)?;
    sqlx::query!(
        "insert into voucher_kinds (organizer_id, number, name, changed_ms) values ($1, $2, $3, $4)",
        organizer.0,
        i32::from(number),
        name,
        app.now_ms()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(VoucherRow {
        number,
        name: name.to_owned(),
        taken: true,
    })
}

/// Turns a kind on or off; `false` = there is none of that number.
pub(crate) async fn take(
    app: &App,
    organizer: OrganizerId,
    number: u16,
    taken: bool,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update voucher_kinds set taken = $3, changed_ms = $4 where organizer_id = $1 and number = $2",
        organizer.0,
        i32::from(number),
        taken,
        app.now_ms()
    )
    .execute(&app.pool)
    .await?;
    Ok(changed.rows_affected() > 0)
}
