//! What is kept outside the data folder: the data key, which machine and folder the replica is bound
//! to, and the heads of its journals.
//!
//! A copied folder is noticed because its binding is not the one noted for its place; an old replica
//! that is put back, because the noted heads are ahead of it. In both cases the journals that stood
//! open are closed and new ones are opened, so that no place of a journal is ever written twice.
//!
//! `STATE/keys/REPLICA` holds a replica's data key (see `data_key`), `STATE/places/HASH OF THE FOLDER` its binding and
//! heads. Only the owner can read them.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::fact::Head;
use shared::fact::kind::OpeningCause;
use shared::ids::JournalId;

use super::data_key::{self, DataKey, Wanted};
use super::till::{self, TillNote};
use super::{ReplicaError, journals};
use crate::edge::random_bytes;
use crate::key_store::KeyStoreError;

/// Names the folder of [`MachineState`], when it is not the usual one.
pub const STATE_VARIABLE: &str = "TICKETHUB_STATE";

/// Where secrets of the machine are kept could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// No folder is known.
    #[error(
        "there is no place for this machine's keys: set HOME, XDG_STATE_HOME or {STATE_VARIABLE} to a folder of your own"
    )]
    NoFolder,
    /// Reading or writing failed.
    #[error(
        "keeping this machine's keys in {path}; make the folder writable for you, or set {STATE_VARIABLE} to another"
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The key file is damaged.
    #[error(
        "the key file {0} is damaged; put back a copy of it, or enrol this device again in a new folder"
    )]
    Key(PathBuf),
    /// The key that opens the key file is in the key store, which can't be had.
    #[error(
        "this device's key is in the system's key store; log in at this computer's desktop, unlock the key store, then start again"
    )]
    KeyStore(#[source] KeyStoreError),
}

/// Where a machine keeps what stays outside of data folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineState {
    pub(super) folder: PathBuf,
    pub(super) keys: Wanted,
}

/// A folder that somebody chose: the keys stay in its files.
impl<P: AsRef<Path>> From<P> for MachineState {
    fn from(folder: P) -> Self {
        Self {
            folder: folder.as_ref().to_owned(),
            keys: Wanted::File,
        }
    }
}

impl MachineState {
    /// The folder that `TICKETHUB_STATE` names; else `tickethub` below `XDG_STATE_HOME`, else below `~/.local/state`, with
    /// keys in the system's key store where there is one.
    pub fn of_this_user() -> Result<Self, MachineError> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        if let Some(folder) = set(STATE_VARIABLE) {
            return Ok(PathBuf::from(folder).into());
        }
        let below = set("XDG_STATE_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".local/state")))
            .ok_or(MachineError::NoFolder)?;
        Ok(Self {
            folder: below.join("tickethub"),
            keys: Wanted::KeyStore,
        })
    }
}

/// What was found when the replica was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing: it was made.
    New,
    /// The replica as it was left.
    AsLeft,
    /// It was made in another folder or on another machine.
    Copied,
    /// It is older than what this machine noted last.
    RolledBack,
}

impl Start {
    /// For JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::AsLeft => "as_left",
            Self::Copied => "copied",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// The notes on one replica.
pub(super) struct Machine {
    file: PathBuf,
    notes: Notes,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Notes {
    /// Of the replica in this place, base64.
    binding: String,
    /// Journal to (seq, hash in base64).
    heads: BTreeMap<String, (u64, String)>,
    /// Of the till's journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    till: Option<TillNote>,
}

struct Binding {
    replica: [u8; 16],
    machine: [u8; 16],
}

/// What [`bind`] found and made.
pub(super) struct Bound {
    pub(super) machine: Machine,
    pub(super) start: Start,
    /// Missing on a machine that the replica's keys were not made on.
    pub(super) data_key: Option<DataKey>,
}

/// Binds the replica to this place, closing its journals if it comes from elsewhere or from the past.
pub(super) fn bind(
    connection: &mut Connection,
    data_dir: &Path,
    state: &MachineState,
) -> Result<Bound, super::OpenReplicaError> {
    let file = place_file(state, data_dir)?;
    let notes = read_notes(&file)?;
    let found = load(connection)?;
    let start = match &found {
        None => Start::New,
        Some(binding) => compare(connection, binding, notes.as_ref())?,
    };
    let replica = found
        .as_ref()
        .map_or_else(random_bytes::<16>, |binding| binding.replica);
    let data_key = match start {
        Start::New => Some(data_key::make(state, replica)?),
        Start::AsLeft | Start::Copied | Start::RolledBack => data_key::read(state, replica)?,
    };
    let machine = match (&start, &found) {
        (Start::AsLeft | Start::RolledBack, Some(binding)) => binding.machine,
        (Start::New | Start::Copied, _) | (_, None) => random_bytes(),
    };
    let till = notes.as_ref().and_then(|notes| notes.till.clone());
    let heads = renew(connection, &Binding { replica, machine }, start, notes)?;
    let mut machine = Machine {
        file,
        notes: Notes {
            binding: STANDARD.encode(machine),
            heads: BTreeMap::new(),
            till: match start {
                Start::AsLeft | Start::RolledBack => till,
                // What is noted of this place is another replica's.
                Start::New | Start::Copied => None,
            },
        },
    };
    machine.note(&heads, None)?;
    Ok(Bound {
        machine,
        start,
        data_key,
    })
}

/// Where the notes on the replica in a folder are.
pub(super) fn place_file(
    state: &MachineState,
    data_dir: &Path,
) -> Result<PathBuf, super::OpenReplicaError> {
    let place = std::path::absolute(data_dir)
        .and_then(|path| path.canonicalize())
        .map_err(|source| super::OpenReplicaError::Folder {
            folder: data_dir.to_owned(),
            source,
        })?;
    let digest = Sha256::digest(place.as_os_str().as_encoded_bytes());
    Ok(state.folder.join("places").join(hex(&digest[..16])))
}

/// Which replica this is; `None` before it was first bound.
pub(super) fn replica_id(connection: &Connection) -> Result<Option<[u8; 16]>, ReplicaError> {
    load(connection).map(|found| found.map(|binding| binding.replica))
}

fn compare(
    connection: &Connection,
    binding: &Binding,
    notes: Option<&Notes>,
) -> Result<Start, ReplicaError> {
    let Some(notes) = notes.filter(|notes| notes.binding == STANDARD.encode(binding.machine))
    else {
        return Ok(Start::Copied);
    };
    let held = journals::heads(connection)?;
    let ahead = |(journal, (seq, hash)): (&String, &(u64, String))| {
        let Some(head) = journal.parse().ok().and_then(|id: JournalId| held.get(&id)) else {
            return true;
        };
        *seq > head.seq || (*seq == head.seq && *hash != STANDARD.encode(head.hash))
    };
    let till_is_behind = match &notes.till {
        None => false,
        Some(note) => till::is_behind(connection, note)?,
    };
    Ok(if till_is_behind || notes.heads.iter().any(ahead) {
        Start::RolledBack
    } else {
        Start::AsLeft
    })
}

/// Writes the binding and closes what must not be written any more; the heads to note.
fn renew(
    connection: &mut Connection,
    binding: &Binding,
    start: Start,
    notes: Option<Notes>,
) -> Result<BTreeMap<JournalId, Head>, ReplicaError> {
    let tx = connection.transaction()?;
    match start {
        Start::AsLeft => {}
        Start::New | Start::Copied | Start::RolledBack => {
            tx.execute(
                "insert into binding (only_row, replica, machine) values (1, ?1, ?2)
                 on conflict do update set machine = excluded.machine",
                params![binding.replica, binding.machine],
            )?;
        }
    }
    match start {
        Start::New | Start::AsLeft => {}
        Start::Copied => {
            journals::close_all(&tx, OpeningCause::Copied)?;
            till::close_all(&tx, OpeningCause::Copied)?;
            tx.execute("update binding set copied = 1", [])?;
        }
        Start::RolledBack => {
            journals::close_all(&tx, OpeningCause::RolledBack)?;
            till::close_all(&tx, OpeningCause::RolledBack)?;
            let notes = notes.unwrap_or_default();
            if let Some(note) = &notes.till
                && till::is_behind(&tx, note)?
            {
                till::put_note(&tx, note)?;
            }
            for (journal, head) in parse_heads(notes) {
                journals::raise_last(&tx, journal, head)?;
            }
        }
    }
    tx.commit()?;
    journals::heads(connection)
}

fn parse_heads(notes: Notes) -> impl Iterator<Item = (JournalId, Head)> {
    notes
        .heads
        .into_iter()
        .filter_map(|(journal, (seq, hash))| {
            let hash = STANDARD.decode(hash).ok()?.try_into().ok()?;
            Some((journal.parse().ok()?, Head { seq, hash }))
        })
}

fn load(connection: &Connection) -> Result<Option<Binding>, ReplicaError> {
    Ok(connection
        .query_row("select replica, machine from binding", [], |row| {
            Ok(Binding {
                replica: row.get(0)?,
                machine: row.get(1)?,
            })
        })
        .optional()?)
}

impl Machine {
    /// Notes how far journals have come. Written whole and renamed, so that it is never half; not
    /// forced to the disk: after a power cut it may lag, which is harmless.
    pub(super) fn note(
        &mut self,
        heads: &BTreeMap<JournalId, Head>,
        till: Option<TillNote>,
    ) -> Result<(), MachineError> {
        for (journal, head) in heads {
            self.notes
                .heads
                .insert(journal.to_string(), (head.seq, STANDARD.encode(head.hash)));
        }
        if till.is_some() {
            self.notes.till = till;
        }
        let text = serde_json::to_vec(&self.notes).unwrap_or_default();
        write_private(&self.file, &text)
    }
}

fn read_notes(file: &Path) -> Result<Option<Notes>, MachineError> {
    match std::fs::read(file) {
        // Notes that a power cut damaged say nothing: the replica counts as copied.
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(file, source)),
    }
}

pub(super) fn write_private(file: &Path, bytes: &[u8]) -> Result<(), MachineError> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let beside = file.with_extension("new");
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| {
            std::fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&beside)
        })
        .and_then(|mut opened| opened.write_all(bytes))
        .and_then(|()| std::fs::rename(&beside, file))
        .map_err(|source| failed(file, source))
}

pub(super) fn failed(path: &Path, source: io::Error) -> MachineError {
    MachineError::File {
        path: path.to_owned(),
        source,
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
