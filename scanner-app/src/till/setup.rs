//! What a till goes by besides its journal: whose it is, its letters, its currency, its clock.

use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension as _};
use shared::admission::time_zone;
use shared::fact::till::TillSeries;
use shared::ids::{GateNo, OrganizerId};
use shared::money::Currency;
use shared::till::Calendar;

use super::TillError;
use crate::replica::events::{self, EventNo};
use crate::replica::identity::{self, SigningKeyError};
use crate::replica::{ReplicaError, signed};

#[derive(Debug)]
pub(super) struct Setup {
    pub(super) organizer: OrganizerId,
    pub(super) gate: GateNo,
    pub(super) series: TillSeries,
    pub(super) currency: Currency,
    /// Of the venue's clock, as IANA names it.
    pub(super) time_zone: String,
    pub(super) calendar: Calendar,
}

impl Setup {
    /// What the server said with the places that it leased to this till.
    pub(super) fn load(connection: &Connection) -> Result<Self, TillError> {
        let identity = identity::load(connection)?.ok_or(SigningKeyError::NotEnrolled)?;
        let own = signed::device(connection, identity.device)?;
        if !own.is_some_and(|row| row.rights.sell && row.revocation.is_none()) {
            return Err(TillError::NotATill);
        }
        let said: Option<(i64, String, String)> = connection
            .query_row(
                "select event, series, currency from till_event where series <> '' order by event limit 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(ReplicaError::from)?;
        let (event, series, currency) = said.ok_or(TillError::NothingLeased)?;
        let row = events::event_row(connection, EventNo(event))?;
        let name = row.map_or_else(|| "UTC".to_owned(), |row| row.time_zone);
        let zone = time_zone(&name);
        Ok(Self {
            organizer: identity.organizer,
            gate: identity.gate,
            series: TillSeries::from_text(&series).ok_or(TillError::NothingLeased)?,
            currency: Currency::from_code(&currency).ok_or(TillError::NothingLeased)?,
            calendar: Calendar::new(zone.unwrap_or(TimeZone::UTC)),
            time_zone: name,
        })
    }
}
