//! Who may decide against the rules at an organizer's doors, and who may sell at its tills, each by a PIN: members, or people without
//! a log-in.
//!
//! Devices with the right to supervise or to sell fetch the list over their own session. It is no signed object: those are relayed
//! between devices, and a PIN is guessed from its hash by whoever has that.

pub(super) mod api;
pub(super) mod pages;
mod texts;

use shared::clock::UnixMillis;
use shared::ids::{OrganizerId, UserId};
use shared::roster::Rights;
use shared::supervisor::{Pin, PinRefused};
use shared::wire::latest::{ErrorCode, SupervisorRow, SupervisorsAnswer};
use sqlx::PgConnection;

use super::signed;
use crate::accounts::{self, HashPasswordError, password::Password};
use crate::app::App;
use crate::database::transaction;
use crate::edge::OsRandom;
use crate::web::ApiError;

/// Doors show them as a list to choose from.
const MOST: i64 = 100;
/// In characters.
const LONGEST_NAME: usize = 100;

/// A person as the back office shows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SupervisorView {
    pub(super) person: UserId,
    pub(super) name: String,
    pub(super) has_account: bool,
    pub(super) pin_set_ms: UnixMillis,
    pub(super) duties: Duties,
}

/// What a person may do with their PIN: at least one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Duties {
    /// Let somebody in against a refusal.
    pub(super) supervises: bool,
    /// Sell at a till.
    pub(super) sells: bool,
}

/// Who gets a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// A member of the organizer, on the list or not.
    Member(UserId),
    /// Somebody without a log-in, new on the list.
    Named(String),
    /// Somebody who is on the list.
    Listed(UserId),
}

/// A person did not get a PIN.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetSupervisorError {
    /// The PIN can't be one.
    #[error(transparent)]
    Pin(#[from] PinRefused),
    /// The name is none.
    #[error("1 to 100 characters")]
    Name,
    /// No such member.
    #[error("this account is no member of the organizer; add it as one first, or give a name")]
    NoMember,
    /// Nobody of that id is on the list.
    #[error("nobody of that id is on the list of supervisors")]
    NotListed,
    /// Neither of the two.
    #[error("a person supervises, sells, or both; take them off the list instead")]
    NoDuty,
    /// The list is full.
    #[error("there are 100 supervisors already; remove one first")]
    TooMany,
    /// The PIN could not be hashed.
    #[error("hashing a PIN")]
    Hash(#[from] HashPasswordError),
    /// Reading or writing.
    #[error("setting a supervisor's PIN")]
    Database(#[from] sqlx::Error),
}

impl From<SetSupervisorError> for ApiError {
    fn from(error: SetSupervisorError) -> Self {
        let said = error.to_string();
        match error {
            SetSupervisorError::Pin(_) => Self::invalid([("pin", said)]),
            SetSupervisorError::Name => Self::invalid([("name", said)]),
            SetSupervisorError::NoDuty => Self::invalid([("sells", said)]),
            SetSupervisorError::NoMember => Self::invalid([("account_id", said)]),
            SetSupervisorError::NotListed => Self::not_found("supervisor"),
            SetSupervisorError::TooMany => {
                Self::new(ErrorCode::Conflict, format!("{said}. Nothing was changed."))
            }
            SetSupervisorError::Hash(source) => Self::internal(source),
            SetSupervisorError::Database(source) => source.into(),
        }
    }
}

/// All of an organizer's, by name.
pub(super) async fn list(
    conn: &mut PgConnection,
    organizer: OrganizerId,
) -> Result<Vec<SupervisorView>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select person_id, name, account_id is not null as "has_account!", pin_set_ms, may_supervise, may_sell from supervisors
           where organizer_id = $1 order by lower(name), person_id"#,
        organizer.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| SupervisorView {
            person: UserId(row.person_id),
            name: row.name,
            has_account: row.has_account,
            pin_set_ms: row.pin_set_ms,
            duties: Duties {
                supervises: row.may_supervise,
                sells: row.may_sell,
            },
        })
        .collect())
}

/// Gives a person a PIN for these duties, and puts the person on the list.
pub(super) async fn set(
    app: &App,
    organizer: OrganizerId,
    who: Who,
    pin: &str,
    duties: Duties,
) -> Result<SupervisorView, SetSupervisorError> {
    if !duties.supervises && !duties.sells {
        return Err(SetSupervisorError::NoDuty);
    }
    let pin = Pin::chosen(pin)?;
    let hash = Password::typed(pin.digits().to_owned());
    let hash = app.accounts.passwords.hash(hash).await?;
    let now_ms = app.now_ms();
    let mut tx = transaction::begin(&app.pool).await?;
    let row = match who {
        Who::Member(account) => {
            let name = accounts::member_name(&mut tx, organizer, account).await?;
            let name = name.ok_or(SetSupervisorError::NoMember)?;
            Row::of_member(account, name)
        }
        Who::Named(name) => Row::named(&name, now_ms)?,
        Who::Listed(person) => listed(&mut tx, organizer, person).await?,
    };
    changed(&mut tx, organizer, now_ms).await?;
    put(&mut tx, organizer, (&row, duties), &hash, now_ms).await?;
    if count(&mut tx, organizer).await? > MOST {
        return Err(SetSupervisorError::TooMany);
    }
    tx.commit().await?;
    Ok(SupervisorView {
        person: row.person,
        name: row.name,
        has_account: row.account.is_some(),
        pin_set_ms: now_ms,
        duties,
    })
}

/// Changes what a person on the list may do, and leaves the PIN as it is; `false` = there was no such person.
pub(super) async fn charge(
    app: &App,
    organizer: OrganizerId,
    person: UserId,
    duties: Duties,
) -> Result<bool, SetSupervisorError> {
    if !duties.supervises && !duties.sells {
        return Err(SetSupervisorError::NoDuty);
    }
    let mut tx = transaction::begin(&app.pool).await?;
    changed(&mut tx, organizer, app.now_ms()).await?;
    let charged = sqlx::query!(
        "update supervisors set may_supervise = $3, may_sell = $4 where organizer_id = $1 and person_id = $2",
        organizer.0,
        person.0,
        duties.supervises,
        duties.sells
    )
    .execute(&mut *tx)
    .await?;
    if charged.rows_affected() == 0 {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

struct Row {
    person: UserId,
    account: Option<UserId>,
    name: String,
}

impl Row {
    fn of_member(account: UserId, name: String) -> Self {
        Self {
            person: account,
            account: Some(account),
            name,
        }
    }

    fn named(name: &str, now_ms: UnixMillis) -> Result<Self, SetSupervisorError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(SetSupervisorError::Name);
        }
        Ok(Self {
            person: UserId::new(now_ms, &mut OsRandom),
            account: None,
            name: name.to_owned(),
        })
    }
}

async fn listed(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    person: UserId,
) -> Result<Row, SetSupervisorError> {
    let row = sqlx::query!(
        "select account_id, name from supervisors where organizer_id = $1 and person_id = $2",
        organizer.0,
        person.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or(SetSupervisorError::NotListed)?;
    Ok(Row {
        person,
        account: row.account_id.map(UserId),
        name: row.name,
    })
}

async fn put(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    (row, duties): (&Row, Duties),
    hash: &str,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into supervisors (organizer_id, person_id, account_id, name, pin_hash, pin_set_ms, may_supervise, may_sell)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (organizer_id, person_id) do update
         set name = excluded.name, pin_hash = excluded.pin_hash, pin_set_ms = excluded.pin_set_ms,
             may_supervise = excluded.may_supervise, may_sell = excluded.may_sell",
        organizer.0,
        row.person.0,
        row.account.map(|account| account.0),
        row.name,
        hash,
        now_ms,
        duties.supervises,
        duties.sells
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn count(conn: &mut PgConnection, organizer: OrganizerId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from supervisors where organizer_id = $1"#,
        organizer.0
    )
    .fetch_one(conn)
    .await
}

/// Takes a person off the list; `false` = there was no such person.
pub(super) async fn remove(
    app: &App,
    organizer: OrganizerId,
    person: UserId,
) -> Result<bool, sqlx::Error> {
    let mut tx = transaction::begin(&app.pool).await?;
    changed(&mut tx, organizer, app.now_ms()).await?;
    let removed = sqlx::query!(
        "delete from supervisors where organizer_id = $1 and person_id = $2",
        organizer.0,
        person.0
    )
    .execute(&mut *tx)
    .await?;
    if removed.rows_affected() == 0 {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

/// Somebody is no member of the organizer any more, and so off the list with it: devices hear of it. Call it after the
/// membership is deleted, in the same transaction.
pub(crate) async fn membership_ended(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    match version(conn, organizer).await? {
        0 => Ok(()),
        _ => changed(conn, organizer, now_ms).await,
    }
}

/// The list's next version. Locks the organizer's row.
async fn changed(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    now_ms: UnixMillis,
) -> Result<(), sqlx::Error> {
    let version = signed::next_version(conn, organizer, now_ms).await?;
    sqlx::query!(
        "insert into supervisor_lists (organizer_id, version) values ($1, $2)
         on conflict (organizer_id) do update set version = excluded.version",
        organizer.0,
        version
    )
    .execute(conn)
    .await
    .map(drop)
}

async fn version(conn: &mut PgConnection, organizer: OrganizerId) -> Result<i64, sqlx::Error> {
    let version = sqlx::query_scalar!(
        "select version from supervisor_lists where organizer_id = $1",
        organizer.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(version.unwrap_or(0))
}

/// The list for a device with these rights that has it as of `have`: whom it has no use for it is not told of. In one snapshot: `conn` is a transaction of that sort.
pub(super) async fn for_device(
    conn: &mut PgConnection,
    organizer: OrganizerId,
    rights: Rights,
    have: u64,
) -> Result<SupervisorsAnswer, sqlx::Error> {
    let version = version(conn, organizer).await?.cast_unsigned();
    if version == have {
        return Ok(SupervisorsAnswer {
            version,
            supervisors: None,
        });
    }
    let rows = sqlx::query!(
        "select person_id, name, pin_hash, may_supervise, may_sell from supervisors
         where organizer_id = $1 and ((may_supervise and $2) or (may_sell and $3)) order by person_id",
        organizer.0,
        rights.supervise,
        rights.sell
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| SupervisorRow {
        person: UserId(row.person_id),
        name: row.name,
        pin_hash: row.pin_hash,
        supervises: row.may_supervise,
        sells: row.may_sell,
    });
    Ok(SupervisorsAnswer {
        version,
        supervisors: Some(rows.collect()),
    })
}
