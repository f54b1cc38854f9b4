//! A device signs off: it gives back what it holds, forgets its secrets, lets nobody in any more, and hands in its journals,
//! those of its till among them. A till whose shift is open can't: what its drawer holds would be told by nobody.
//! When the server has them all, the device is as new.
//!
//! Giving back, forgetting and the note of it are one transaction: whatever ends the program, either nothing of it was done or
//! all. The device's own key stays until the journals are there, since it opens the session that sends them.

use shared::clock::UnixMillis;

use super::ScanError;
use super::hand_back::{self, HandBackError, HandedBack, To};
use super::journal::Author;
use super::now_of;
use super::scene::Scene;
use crate::replica::identity::{Identity, SigningKeyError};
use crate::replica::sign_off::Outstanding;
use crate::replica::{
    Replica, ReplicaError, WriteTx, events, identity, peer_key, secrets, sign_off as state, till,
};
use crate::till::stock::{GiveBackError, Which, give_back_in};

/// The device works on as before.
#[derive(Debug, thiserror::Error)]
pub enum SignOffError {
    /// Nobody's device, or its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// It is a till whose drawer nobody has counted.
    #[error("the till's shift is open: count the drawer and close it, then sign off")]
    ShiftOpen,
    /// Its share of an event's tickets could not be given away.
    #[error(transparent)]
    HandBack(#[from] HandBackError),
    /// The places that it could have sold could not be given back.
    #[error(transparent)]
    GiveBack(#[from] GiveBackError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl From<ScanError> for SignOffError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Replica(error) => Self::Replica(error),
            other => Self::HandBack(HandBackError::Scan(other)),
        }
    }
}

impl SignOffError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::ShiftOpen => "shift_open",
            Self::HandBack(error) => error.code(),
            Self::GiveBack(error) => error.code(),
            Self::Replica(error) => error.code(),
        }
    }
}

/// What signing off did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignedOff {
    /// Tickets of strict events whose right of entry went to the door that was named.
    pub handed_over: u64,
    /// Those that went back to the server.
    pub released: u64,
    /// Places that this device could have sold, which went back to the server.
    pub places: u64,
}

/// Signs the device off. `to`: who gets its share of the tickets of events in strict mode; what that door can't take goes
/// back to the server. Signing off again gives back nothing more. Whoever has a door, a sync or an exchange at work on the
/// replica ends them; a driver that is started afterwards only hands in the journals.
pub fn sign_off(replica: &Replica, to: To, now_ms: UnixMillis) -> Result<SignedOff, SignOffError> {
    let key = replica.signing_key()?;
    let now = now_of(replica.time().now(now_ms));
    replica.write(move |tx| {
        let identity = identity::load(tx)?.ok_or(SigningKeyError::NotEnrolled)?;
        if state::since_ms(tx)?.is_some() {
            return Ok(SignedOff::default());
        }
        if till::has_open_shift(tx)? {
            return Err(SignOffError::ShiftOpen);
        }
        let author = Author {
            device: identity.device,
            key,
        };
        let mut done = give_back(tx, &author, &identity, to, now_ms)?;
        for (_, event) in events::all(tx)? {
            let all = (Which::All, now);
            done.places += give_back_in(tx, &author, identity.gate, event, all, now_ms)?;
        }
        secrets::erase(tx)?;
        peer_key::delete(tx)?;
        state::note(tx, now_ms)?;
        Ok(done)
    })
}

fn give_back(
    tx: &WriteTx<'_>,
    author: &Author,
    identity: &Identity,
    to: To,
    now_ms: UnixMillis,
) -> Result<SignedOff, SignOffError> {
    let mut done = SignedOff::default();
    for scene in strict_scenes(tx)? {
        let all = |to| hand_back::write_moves(tx, author, identity.gate, &scene, to, now_ms);
        match to {
            To::Server => done.released += all(To::Server)?.given,
            To::Door(_) => {
                let HandedBack { given, kept } = all(to)?;
                done.handed_over += given;
                if kept > 0 {
                    done.released += all(To::Server)?.given;
                }
            }
        }
    }
    Ok(done)
}

/// Of an event whose roster isn't here nothing is held.
fn strict_scenes(tx: &WriteTx<'_>) -> Result<Vec<Scene>, SignOffError> {
    let mut scenes = Vec::new();
    for (_, event) in events::all(tx)? {
        match Scene::load(tx, event) {
            Ok(scene) if scene.event.strict => scenes.push(scene),
            Ok(_) | Err(ScanError::RosterMissing(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(scenes)
}

/// How far a device that signed off is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandIn {
    /// It has not signed off.
    AtWork,
    /// The server lacks something yet.
    Waits(Outstanding),
    /// The server has everything: the replica goes at its next opening, or with `replica::remove_handed_in`.
    Done,
}

/// Notes that the server has everything, if it has. Call it when the driver is settled.
pub fn finish_sign_off(replica: &Replica) -> Result<HandIn, ReplicaError> {
    replica.write(|tx| {
        if state::since_ms(tx)?.is_none() {
            return Ok(HandIn::AtWork);
        }
        let outstanding = state::outstanding(tx)?;
        if !outstanding.is_nothing() {
            return Ok(HandIn::Waits(outstanding));
        }
        state::note_handed_in(tx)?;
        Ok(HandIn::Done)
    })
}
