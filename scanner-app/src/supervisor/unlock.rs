//! One try at a PIN.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use shared::clock::UnixMillis;
use shared::ids::UserId;
use shared::supervisor::{Locked, Pin, Tries};

use super::{Duty, PeopleError, Supervisor, rows};
use crate::replica::{Replica, ReplicaError, WriteTx, supervisors};

/// It stays locked.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// Not 4 to 8 digits. Not counted: it can be nobody's.
    #[error("a PIN has 4 to 8 digits; type it again")]
    NotAPin,
    /// Another PIN.
    #[error("wrong PIN; {left} more wrong ones lock this door's supervision")]
    WrongPin {
        /// So many more may be wrong before the device locks.
        left: u32,
    },
    /// Too many were wrong: nobody may try at this device.
    #[error("too many wrong PINs: wait, or let another door's supervisor decide")]
    Locked {
        /// Until then, by this device's wall clock as it was passed in.
        until_ms: UnixMillis,
    },
    /// That person has no such duty here (any more).
    #[error(
        "this person may not do that at this device (any more); choose another, or ask the organizer"
    )]
    Nobody,
    /// The list can't be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The hash that the server told is none.
    #[error("this person's PIN can't be checked; ask the organizer to set it again, then sync")]
    Hash(#[source] argon2::password_hash::Error),
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl UnlockError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPin => "not_a_pin",
            Self::WrongPin { .. } => "wrong_pin",
            Self::Locked { .. } => "pin_locked",
            Self::Nobody => "no_supervisor",
            Self::People(error) => error.code(),
            Self::Hash(_) => "pin_unreadable",
            Self::Replica(error) => error.code(),
        }
    }
}

/// Compares a PIN with that of a person who has that duty. The try is counted on the disk before it is compared; a right one begins the count
/// anew. Takes as long as the hash, and doesn't hold the replica meanwhile. `now_ms` is this device's wall clock.
pub fn unlock(
    replica: &Replica,
    (person, duty): (UserId, Duty),
    pin: &str,
    now_ms: UnixMillis,
) -> Result<Supervisor, UnlockError> {
    let pin = Pin::typed(pin).ok_or(UnlockError::NotAPin)?;
    let rows = rows(replica, duty)?;
    let row = rows.iter().find(|row| row.person == person);
    let row = row.ok_or(UnlockError::Nobody)?;
    let counted = replica.write(move |tx| begin(tx, now_ms))?;
    let compared =
        Argon2::default().verify_password(pin.digits().as_bytes(), row.pin_hash.as_str());
    match compared {
        Ok(()) => {
            replica.write(|tx| supervisors::keep_tries(tx, Tries::default()))?;
            Ok(row.into())
        }
        Err(argon2::password_hash::Error::PasswordInvalid) => Err(wrong(counted, now_ms)),
        Err(error) => Err(UnlockError::Hash(error)),
    }
}

/// Until when nobody may try at this device, by its wall clock, which shows `now_ms`; for a screen.
pub fn locked_until(
    replica: &Replica,
    now_ms: UnixMillis,
) -> Result<Option<UnixMillis>, ReplicaError> {
    let own_ms = replica.time().own_ms(now_ms);
    let locked = replica.read(supervisors::tries)?.locked(own_ms);
    Ok(locked.map(|Locked { for_ms }| now_ms.saturating_add(for_ms)))
}

/// What is counted, and when by the device's own time: that never goes back by itself.
struct Counted {
    tries: Tries,
    own_ms: UnixMillis,
}

fn begin(tx: &WriteTx<'_>, now_ms: UnixMillis) -> Result<Counted, UnlockError> {
    let own_ms = tx.update_time(|time| {
        // Keeps that this time has passed.
        time.stamp(now_ms);
        time.own_ms(now_ms)
    })?;
    let tries = supervisors::tries(tx)?
        .begin(own_ms)
        .map_err(|locked| until(locked, now_ms))?;
    supervisors::keep_tries(tx, tries)?;
    Ok(Counted { tries, own_ms })
}

fn wrong(counted: Counted, now_ms: UnixMillis) -> UnlockError {
    match counted.tries.locked(counted.own_ms) {
        Some(locked) => until(locked, now_ms),
        None => UnlockError::WrongPin {
            left: counted.tries.left(),
        },
    }
}

fn until(Locked { for_ms }: Locked, now_ms: UnixMillis) -> UnlockError {
    UnlockError::Locked {
        until_ms: now_ms.saturating_add(for_ms),
    }
}
