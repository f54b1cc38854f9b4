//! What is sold for an event: names, prices, quotas. A change of price touches no order: an order keeps its own.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::ids::{EventId, GateNo, OrganizerId, TypeNo, WindowNo};
use shared::roster::EntryRule;
use shared::wire::latest::ErrorCode;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::event::{EntryRuleRequest, RE_ENTRIES, word_of};
use super::fields::FieldErrors;
use super::organizers::Made;
use super::transaction::{self, LockEventError, lock_event};
use super::word::Word;
use crate::web::ApiError;

/// A million euros: a slip of the keyboard, not a price.
const HIGHEST_PRICE_MINOR: i64 = 100_000_000;

/// A ticket type as a client sends it, and as its organizer reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TicketTypeRequest {
    /// Chosen by the client, 1 to 65535, unique in the event for ever. In a `PUT` the address says it.
    pub no: Option<i64>,
    /// "Plein tarif".
    pub name: String,
    /// What it includes.
    pub description: String,
    /// With VAT, in cents of the event's currency.
    pub price_minor: Option<i64>,
    /// 550 = 5.5 %.
    pub vat_basis_points: Option<i64>,
    /// How many there are.
    pub quota: Option<i64>,
    /// On sale from, unix milliseconds; missing = as soon as the event is published.
    pub sale_from_ms: Option<i64>,
    /// On sale until; missing = to the event's end.
    pub sale_until_ms: Option<i64>,
    /// 1 to 100; 10 when missing.
    pub max_per_order: Option<i64>,
    /// 1 to `max_per_order`; 1 when missing. Whoever takes any takes so many.
    pub min_per_order: Option<i64>,
    /// From so many places in one order on, 2 to 100, each costs `group_price_minor`.
    pub group_from: Option<i64>,
    /// With VAT, in cents; goes with `group_from`.
    pub group_price_minor: Option<i64>,
    /// Sold only with a place of a type that stands by itself: a programme, a drink.
    pub needs_other: bool,
    /// 3 to 40 letters, digits, `-`, `_` and `.`: the type is neither shown nor sold without it.
    pub access_code: Option<String>,
    /// The entry window it admits in; 0 = whenever the event admits.
    pub window_no: Option<i64>,
    /// The gate printed on the ticket; 0 = any.
    pub home_gate: Option<i64>,
    /// Overrides the event's rule.
    pub entry_rule: Option<EntryRuleRequest>,
    /// Needs the code that changes every 15 seconds, besides the ticket.
    pub rotating: bool,
    /// Shown at the door on green: "vérifier le justificatif".
    pub door_note: Option<String>,
    /// Place in the list.
    pub position: Option<i64>,
}

/// What an organizer says of a ticket type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketType {
    /// Its number.
    pub no: TypeNo,
    /// Its name.
    pub name: String,
    /// What it includes.
    pub description: String,
    /// With VAT, in cents.
    pub price_minor: i64,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// How many there are.
    pub quota: u32,
    /// On sale from.
    pub sale_from_ms: Option<UnixMillis>,
    /// On sale until.
    pub sale_until_ms: Option<UnixMillis>,
    /// In one order.
    pub max_per_order: u32,
    /// Whoever takes any takes so many.
    pub min_per_order: u32,
    /// For many: from how many places on, and the price of one in cents.
    pub group: Option<(u32, i64)>,
    /// Goes only with a type that stands by itself.
    pub needs_other: bool,
    /// Neither shown nor sold without it.
    pub access_code: Option<Word>,
    /// Its window.
    pub window: WindowNo,
    /// Its gate.
    pub home_gate: GateNo,
    /// Overrides the event's rule.
    pub entry_rule: Option<EntryRule>,
    /// Whether a rotating code is asked.
    pub rotating: bool,
    /// For the door.
    pub door_note: Option<String>,
    /// Place in the list.
    pub position: i32,
}

/// A ticket type as its organizer reads it, with its counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TicketTypeWithStock {
    /// What the organizer said of it.
    #[serde(flatten)]
    pub details: TicketTypeRequest,
    /// In carts.
    pub held: u32,
    /// Paid.
    pub sold: u32,
    /// Lent to devices that sell.
    pub leased: u32,
}

/// A ticket type was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteTypeError {
    /// None of that organizer.
    #[error("the organizer has no such event")]
    NoSuchEvent,
    /// No such type, or a deleted one.
    #[error("the event has no such ticket type")]
    NoSuchType,
    /// A number is used once, also by a deleted type: tickets carry it.
    #[error("the number was used by a ticket type that was deleted")]
    NumberUsed,
    /// No such window.
    #[error("the event has no such window")]
    NoSuchWindow,
    /// No such gate.
    #[error("the event has no such gate")]
    NoSuchGate,
    /// Places can't be taken back from those who hold them.
    #[error("{taken} places are held, sold or lent: the quota can't be less")]
    QuotaBelowTaken {
        /// held + sold + leased.
        taken: i64,
    },
    /// The database failed.
    #[error("writing a ticket type")]
    Database(#[from] sqlx::Error),
}

impl From<LockEventError> for WriteTypeError {
    fn from(error: LockEventError) -> Self {
        match error {
            LockEventError::NoSuchEvent => Self::NoSuchEvent,
            LockEventError::Database(source) => Self::Database(source),
        }
    }
}

impl From<WriteTypeError> for ApiError {
    fn from(error: WriteTypeError) -> Self {
        match error {
            WriteTypeError::NoSuchEvent => Self::not_found("event"),
            WriteTypeError::NoSuchType => Self::not_found("ticket type"),
            WriteTypeError::NumberUsed => Self::new(
                ErrorCode::AlreadyExists,
                "This number was used by a ticket type that was deleted; choose another.",
            ),
            WriteTypeError::NoSuchWindow => {
                Self::invalid([("window_no", "is none of the event's windows; create it first")])
            }
            WriteTypeError::NoSuchGate => {
                Self::invalid([("home_gate", "is none of the event's gates; create it first")])
            }
            WriteTypeError::QuotaBelowTaken { taken } => Self::new(
                ErrorCode::Conflict,
                format!("{taken} places are in carts, sold or lent to box offices; the quota can be {taken} or more."),
            )
            .with_field("quota", format!("must be at least {taken}")),
            WriteTypeError::Database(source) => source.into(),
        }
    }
}

impl TicketTypeRequest {
    /// Checks all fields. `no`: from the address of a `PUT`, else from the body.
    pub fn parse(&self, no: Option<TypeNo>) -> Result<TicketType, FieldErrors> {
        let mut errors = FieldErrors::default();
        let no = match no {
            Some(no) => Some(no),
            None => errors
                .required("no", self.no)
                .map(|no| TypeNo(errors.within("no", no, 1..=65_535) as u16)),
        };
        let name = errors.text("name", &self.name, 1..=100);
        let description = errors.text("description", &self.description, 0..=2_000);
        let price_minor = errors.required("price_minor", self.price_minor);
        let price_minor =
            price_minor.map(|price| errors.within("price_minor", price, 0..=HIGHEST_PRICE_MINOR));
        let vat = errors.required("vat_basis_points", self.vat_basis_points);
        let vat = vat.map(|rate| errors.within("vat_basis_points", rate, 0..=10_000) as u32);
        let quota = errors.required("quota", self.quota);
        let quota = quota.map(|places| errors.within("quota", places, 0..=10_000_000) as u32);
        if let (Some(from), Some(until)) = (self.sale_from_ms, self.sale_until_ms)
            && from >= until
        {
            errors.add("sale_until_ms", "must be after sale_from_ms");
        }
        let max_per_order =
            errors.within("max_per_order", self.max_per_order.unwrap_or(10), 1..=100);
        let least = self.min_per_order.unwrap_or(1);
        let min_per_order = errors.within("min_per_order", least, 1..=max_per_order.max(1));
        let group = self.group(&mut errors);
        let access_code = self.access_code.as_deref().map(str::trim);
        let access_code = access_code
            .filter(|code| !code.is_empty())
            .and_then(|code| {
                let word = Word::typed(code).ok_or("must have 3 to 40 letters, digits, - _ .");
                errors.keep("access_code", word)
            });
        let window = errors.within("window_no", self.window_no.unwrap_or(0), 0..=255);
        let home_gate = errors.within("home_gate", self.home_gate.unwrap_or(0), 0..=65_535);
        let rule = self.entry_rule.as_ref();
        let entry_rule = rule.and_then(|rule| rule.parse("entry_rule", &mut errors));
        let door_note = errors.optional_text("door_note", self.door_note.as_deref(), 200);
        let position = errors.within("position", self.position.unwrap_or(0), 0..=100_000) as i32;
        let numbers = no.zip(price_minor).zip(vat).zip(quota);
        errors.finish(numbers.map(
            |(((no, price_minor), vat_basis_points), quota)| TicketType {
                no,
                name,
                description,
                price_minor,
                vat_basis_points,
                quota,
                sale_from_ms: self.sale_from_ms,
                sale_until_ms: self.sale_until_ms,
                max_per_order: max_per_order as u32,
                min_per_order: min_per_order as u32,
                group,
                needs_other: self.needs_other,
                access_code,
                window: WindowNo(window as u8),
                home_gate: GateNo(home_gate as u16),
                entry_rule,
                rotating: self.rotating,
                door_note,
                position,
            },
        ))
    }

    fn group(&self, errors: &mut FieldErrors) -> Option<(u32, i64)> {
        match (self.group_from, self.group_price_minor) {
            (None, None) => None,
            (Some(from), Some(price)) => Some((
                errors.within("group_from", from, 2..=100) as u32,
                errors.within("group_price_minor", price, 0..=HIGHEST_PRICE_MINOR),
            )),
            (Some(_), None) => {
                errors.add("group_price_minor", "is missing: group_from needs it");
                None
            }
            (None, Some(_)) => {
                errors.add("group_from", "is missing: group_price_minor needs it");
                None
            }
        }
    }
}

/// Makes a ticket type and its stock. A repeat changes nothing.
pub async fn create(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &TicketType,
) -> Result<Made, WriteTypeError> {
    let mut tx = transaction::begin(pool).await?;
    lock(&mut tx, (organizer, event), new).await?;
    let there = sqlx::query_scalar!(
        "select deleted from ticket_types where organizer_id = $1 and event_id = $2 and no = $3",
        organizer.0,
        event.0,
        i32::from(new.no.0)
    )
    .fetch_optional(&mut *tx)
    .await?;
    match there {
        Some(true) => return Err(WriteTypeError::NumberUsed),
        Some(false) => return Ok(Made::Before),
        None => {}
    }
    write(&mut tx, (organizer, event), new).await?;
    sqlx::query!(
        "insert into stock (organizer_id, event_id, type_no, quota) values ($1, $2, $3, $4)",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.quota.cast_signed()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Made::Now)
}

/// Writes a ticket type anew.
pub async fn replace(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    new: &TicketType,
) -> Result<(), WriteTypeError> {
    let mut tx = transaction::begin(pool).await?;
    lock(&mut tx, (organizer, event), new).await?;
    let known = sqlx::query_scalar!(
        "select no from ticket_types where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(new.no.0)
    )
    .fetch_optional(&mut *tx)
    .await?;
    known.ok_or(WriteTypeError::NoSuchType)?;
    write(&mut tx, (organizer, event), new).await?;
    set_quota(&mut tx, (organizer, event), new).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a type off sale for good; tickets that were sold stay good.
pub async fn delete(
    pool: &PgPool,
    (organizer, event): (OrganizerId, EventId),
    no: TypeNo,
) -> Result<(), WriteTypeError> {
    let mut tx = transaction::begin(pool).await?;
    lock_event(&mut tx, (organizer, event)).await?;
    let deleted = sqlx::query!(
        "update ticket_types set deleted = true where organizer_id = $1 and event_id = $2 and no = $3 and not deleted",
        organizer.0,
        event.0,
        i32::from(no.0)
    )
    .execute(&mut *tx)
    .await?;
    if deleted.rows_affected() == 0 {
        return Err(WriteTypeError::NoSuchType);
    }
    tx.commit().await?;
    Ok(())
}

/// Takes the event's lock and finds what the type points to.
async fn lock(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    new: &TicketType,
) -> Result<(), WriteTypeError> {
    lock_event(conn, (organizer, event)).await?;
    let known = sqlx::query!(
        r#"select
             $3 = 0 or exists (select from windows where organizer_id = $1 and event_id = $2 and no = $3 and not deleted)
               as "window!",
             $4 = 0 or exists (select from gates where organizer_id = $1 and event_id = $2 and no = $4 and not deleted)
               as "gate!""#,
        organizer.0,
        event.0,
        i32::from(new.window.0),
        i32::from(new.home_gate.0)
    )
    .fetch_one(conn)
    .await?;
    if !known.window {
        return Err(WriteTypeError::NoSuchWindow);
    }
    if !known.gate {
        return Err(WriteTypeError::NoSuchGate);
    }
    Ok(())
}

async fn write(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    new: &TicketType,
) -> Result<(), sqlx::Error> {
    let rule = new.entry_rule;
    sqlx::query!(
        "insert into ticket_types (organizer_id, event_id, no, name, description, price_minor, vat_basis_points,
             sale_from_ms, sale_until_ms, max_per_order, window_no, home_gate, re_entry, max_entries,
             max_entries_per_day, rotating, door_note, position, min_per_order, group_from, group_price_minor,
             needs_other, access_code)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
         on conflict (organizer_id, event_id, no) do update set
             name = excluded.name, description = excluded.description, price_minor = excluded.price_minor,
             vat_basis_points = excluded.vat_basis_points, sale_from_ms = excluded.sale_from_ms,
             sale_until_ms = excluded.sale_until_ms, max_per_order = excluded.max_per_order,
             window_no = excluded.window_no, home_gate = excluded.home_gate, re_entry = excluded.re_entry,
             max_entries = excluded.max_entries, max_entries_per_day = excluded.max_entries_per_day,
             rotating = excluded.rotating, door_note = excluded.door_note, position = excluded.position,
             min_per_order = excluded.min_per_order, group_from = excluded.group_from,
             group_price_minor = excluded.group_price_minor, needs_other = excluded.needs_other,
             access_code = excluded.access_code",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.name,
        new.description,
        new.price_minor,
        new.vat_basis_points.cast_signed(),
        new.sale_from_ms,
        new.sale_until_ms,
        new.max_per_order.cast_signed(),
        i32::from(new.window.0),
        i32::from(new.home_gate.0),
        rule.map(|rule| word_of(rule.re_entry, &RE_ENTRIES)),
        rule.and_then(|rule| rule.max_entries).map(i32::from),
        rule.and_then(|rule| rule.max_entries_per_day).map(i32::from),
        new.rotating,
        new.door_note,
        new.position,
        new.min_per_order.cast_signed(),
        new.group.map(|(from, _)| from.cast_signed()),
        new.group.map(|(_, price)| price),
        new.needs_other,
        new.access_code.as_ref().map(Word::as_str)
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Invariant S1: the row's own check would refuse too; asked first, it can say how many.
async fn set_quota(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
    new: &TicketType,
) -> Result<(), WriteTypeError> {
    let taken = sqlx::query_scalar!(
        r#"select held::bigint + sold + leased - written_off as "taken!" from stock
           where organizer_id = $1 and event_id = $2 and type_no = $3 for update"#,
        organizer.0,
        event.0,
        i32::from(new.no.0)
    )
    .fetch_one(&mut *conn)
    .await?;
    if taken > i64::from(new.quota) {
        return Err(WriteTypeError::QuotaBelowTaken { taken });
    }
    sqlx::query!(
        "update stock set quota = $4 where organizer_id = $1 and event_id = $2 and type_no = $3 and quota <> $4",
        organizer.0,
        event.0,
        i32::from(new.no.0),
        new.quota.cast_signed()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A number that no type of the event has or had.
pub async fn free_number(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<TypeNo, sqlx::Error> {
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(no), 0) as "last!" from ticket_types where organizer_id = $1 and event_id = $2"#,
        organizer.0,
        event.0
    )
    .fetch_one(conn)
    .await?;
    Ok(TypeNo(u16::try_from(last + 1).unwrap_or(u16::MAX)))
}

/// An event's types in the order of its list, without those deleted.
pub async fn types_of(
    conn: &mut PgConnection,
    (organizer, event): (OrganizerId, EventId),
) -> Result<Vec<TicketTypeWithStock>, sqlx::Error> {
    let rows = sqlx::query!(
        "select t.no, name, description, price_minor, vat_basis_points, sale_from_ms, sale_until_ms, max_per_order,
                window_no, home_gate, re_entry, max_entries, max_entries_per_day, rotating, door_note, position,
                min_per_order, group_from, group_price_minor, needs_other, access_code, quota, held, sold, leased
         from ticket_types t join stock s
           on s.organizer_id = t.organizer_id and s.event_id = t.event_id and s.type_no = t.no
         where t.organizer_id = $1 and t.event_id = $2 and not deleted order by position, t.no",
        organizer.0,
        event.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let rule = row.re_entry.map(|word| EntryRuleRequest {
                re_entry: word,
                max_entries: row.max_entries.map(i64::from),
                max_entries_per_day: row.max_entries_per_day.map(i64::from),
            });
            Ok(TicketTypeWithStock {
                details: TicketTypeRequest {
                    no: Some(row.no.into()),
                    name: row.name,
                    description: row.description,
                    price_minor: Some(row.price_minor),
                    vat_basis_points: Some(row.vat_basis_points.into()),
                    quota: Some(row.quota.into()),
                    sale_from_ms: row.sale_from_ms,
                    sale_until_ms: row.sale_until_ms,
                    max_per_order: Some(row.max_per_order.into()),
                    min_per_order: Some(row.min_per_order.into()),
                    group_from: row.group_from.map(i64::from),
                    group_price_minor: row.group_price_minor,
                    needs_other: row.needs_other,
                    access_code: row.access_code,
                    window_no: Some(row.window_no.into()),
                    home_gate: Some(row.home_gate.into()),
                    entry_rule: rule,
                    rotating: row.rotating,
                    door_note: row.door_note,
                    position: Some(row.position.into()),
                },
                held: row.held.cast_unsigned(),
                sold: row.sold.cast_unsigned(),
                leased: row.leased.cast_unsigned(),
            })
        })
        .collect()
}
