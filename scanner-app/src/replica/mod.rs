//! The replica: one SQLite file with all that a door knows and did, owned by one thread.
//!
//! [`Replica::read`] and [`Replica::write`] run a synchronous closure on that thread, so nobody can
//! wait for a network inside a transaction. A commit is on the disk before `write` returns
//! (`synchronous=FULL`, A1). Facts are only ever added (A2); the roster is upserts, in slices so small
//! that a guest at the door waits for none of them (L3).
//!
//! One file for each group of tables; their functions take a `&Connection` to read and a
//! [`WriteTx`] to write.

pub mod carried;
pub mod clock;
pub mod contacts;
mod data_key;
pub mod error;
pub mod events;
pub mod facts;
pub(crate) mod handed_out;
pub mod heard;
pub mod held;
pub mod identity;
pub mod journals;
pub mod labels;
pub mod leases;
pub mod machine;
mod open;
pub mod parked;
pub mod peer_key;
pub mod peers;
pub(crate) mod place_asks;
pub mod print_jobs;
pub mod printers;
pub(crate) mod promotions;
mod removal;
pub mod rights;
pub mod roster;
pub mod schema;
pub mod secrets;
mod sets;
pub mod sign_off;
pub mod signed;
pub mod slices;
pub mod stock;
pub mod summaries;
pub mod supervisors;
pub mod sync_state;
mod thread;
pub mod tickets;
pub mod till;
pub mod till_terms;
mod transaction;
mod unread;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use shared::clock::offset::Offset;
use shared::clock::{DeviceTime, UnixMillis};
use shared::fact::FactSigningKey;
use tokio::sync::mpsc::UnboundedReceiver;

pub use data_key::Kept;
pub use error::{OpenReplicaError, ReplicaError};
pub use machine::{MachineState, Start};
pub use open::open_to_look;
pub use removal::{Removal, remove_handed_in};
pub use sets::Rest;
pub use transaction::{StoredFact, WriteTx};

use self::data_key::DataKey;
use crate::vault::Vault;
use thread::{Listener, Queue, Store};

/// File name of the replica inside a door's data folder.
pub const REPLICA_FILE: &str = "replica.db";

/// Whose work goes first on the replica's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// A guest waits.
    Door,
    /// Nobody waits.
    Background,
}

/// A handle on the open replica; clones share it. The file is closed when the last one is dropped.
#[derive(Clone)]
pub struct Replica {
    running: Arc<Running>,
    priority: Priority,
}

struct Running {
    queue: Arc<Queue>,
    thread: Option<std::thread::JoinHandle<()>>,
    time: Arc<Mutex<DeviceTime>>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    data_key: Option<DataKey>,
    start: Start,
    _lock: open::Lock,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // It catches the panics of jobs; there is nothing to learn from joining.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Replica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replica")
            .field("start", &self.running.start)
            .field("priority", &self.priority)
            .finish_non_exhaustive()
    }
}

impl Replica {
    /// Opens the replica in `data_dir`, making it if there is none, and holds it against every other
    /// process. `state` is outside of it: see [`machine`].
    pub fn open(data_dir: &Path, state: impl Into<MachineState>) -> Result<Self, OpenReplicaError> {
        let opened = open::open(data_dir, &state.into())?;
        let queue = Arc::new(Queue::default());
        let time = Arc::new(Mutex::new(DeviceTime::resume(opened.clock)));
        let listeners = Arc::default();
        let store = Store {
            connection: opened.connection,
            machine: opened.machine,
            time: Arc::clone(&time),
            listeners: Arc::clone(&listeners),
        };
        let thread = thread::start(store, Arc::clone(&queue)).map_err(OpenReplicaError::Thread)?;
        Ok(Self {
            running: Arc::new(Running {
                queue,
                thread: Some(thread),
                time,
                listeners,
                data_key: opened.data_key,
                start: opened.start,
                _lock: opened.lock,
            }),
            priority: Priority::Background,
        })
    }

    /// The same replica for work of another priority.
    pub fn with_priority(&self, priority: Priority) -> Self {
        Self {
            running: Arc::clone(&self.running),
            priority,
        }
    }

    /// What was found when it was opened: the replica as it was left, a copy, an old one put back.
    pub fn start(&self) -> Start {
        self.running.start
    }

    /// Runs `job` on the replica's thread and waits for it. It sees one moment of the data.
    pub fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReplicaError> + Send + 'static,
    {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.running.queue.push(
            self.priority,
            Box::new(move |store| {
                // Whoever asked may have gone.
                let _ = answer.send(store.read(job));
            }),
        );
        answered.recv().unwrap_or(Err(ReplicaError::Stopped.into()))
    }

    /// Runs `job` in one transaction on the replica's thread and waits until it is on the disk. If
    /// `job` fails, nothing of it remains.
    pub fn write<T, E>(
        &self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReplicaError> + Send + 'static,
    {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.running.queue.push(
            self.priority,
            Box::new(move |store| {
                // Whoever asked may have gone.
                let _ = answer.send(store.write(job));
            }),
        );
        answered.recv().unwrap_or(Err(ReplicaError::Stopped.into()))
    }

    /// [`Replica::read`] for async callers.
    pub async fn read_async<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReplicaError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.running.queue.push(
            self.priority,
            Box::new(move |store| {
                // Whoever asked may have gone.
                let _ = answer.send(store.read(job));
            }),
        );
        answered.await.unwrap_or(Err(ReplicaError::Stopped.into()))
    }

    /// [`Replica::write`] for async callers.
    pub async fn write_async<T, E>(
        &self,
        job: impl FnOnce(&WriteTx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ReplicaError> + Send + 'static,
    {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.running.queue.push(
            self.priority,
            Box::new(move |store| {
                // Whoever asked may have gone.
                let _ = answer.send(store.write(job));
            }),
        );
        answered.await.unwrap_or(Err(ReplicaError::Stopped.into()))
    }

    /// What this device knows of the time, now.
    pub fn time(&self) -> DeviceTime {
        self.running
            .time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What the clocks of the other devices come to: see [`DeviceTime::peers_say`]. Not kept on the disk.
    pub fn peers_say(&self, median: Option<Offset>, wall_ms: UnixMillis) {
        self.running
            .time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .peers_say(median, wall_ms);
    }

    /// Tells from now on of each fact that comes on the disk, right after the commit: what this device writes, what the
    /// server and what other devices bring.
    pub fn facts_stored(&self) -> UnboundedReceiver<Vec<StoredFact>> {
        let (listener, stored) = tokio::sync::mpsc::unbounded_channel();
        self.running
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(listener);
        stored
    }

    /// An answer of the server told its time: see [`DeviceTime::measured`]. Kept on the disk.
    pub fn time_measured(
        &self,
        sent_ms: UnixMillis,
        received_ms: UnixMillis,
        server_ms: UnixMillis,
    ) -> Result<(), ReplicaError> {
        self.write(move |tx| tx.update_time(|time| time.measured(sent_ms, received_ms, server_ms)))
    }

    /// Makes this the replica of an enrolled device: who it is, and its key, sealed.
    pub fn enrol(
        &self,
        identity: identity::Identity,
        key: &FactSigningKey,
    ) -> Result<(), identity::EnrolReplicaError> {
        let vault = self
            .vault()
            .ok_or(identity::EnrolReplicaError::KeysElsewhere)?;
        let sealed = vault.seal(identity::KEY_PURPOSE, &key.seed());
        self.write(move |tx| identity::save(tx, &identity, &sealed))
    }

    /// What opens sealed values; `None` on a machine that the replica's keys were not made on.
    pub(crate) fn vault(&self) -> Option<&Vault> {
        self.running.data_key.as_ref().map(|key| &key.vault)
    }

    /// What protects the secrets in it against theft.
    pub fn kept(&self) -> Kept {
        self.running
            .data_key
            .as_ref()
            .map_or(Kept::InFile, |key| key.kept)
    }

    /// The key that this device signs facts and sessions with.
    pub fn signing_key(&self) -> Result<FactSigningKey, identity::SigningKeyError> {
        use identity::SigningKeyError;
        let sealed = self
            .read(identity::sealed_key)
            .map_err(SigningKeyError::Replica)?
            .ok_or(SigningKeyError::NotEnrolled)?;
        let vault = self.vault().ok_or(SigningKeyError::KeysElsewhere)?;
        vault
            .unseal_array(identity::KEY_PURPOSE, &sealed)
            .map(|seed| FactSigningKey::from_seed(&seed))
            .map_err(SigningKeyError::Sealed)
    }

    /// The key and certificate that this device shows its peers; the key is made at the first call.
    pub async fn peer_key(&self) -> Result<peer_key::PeerKey, peer_key::PeerKeyError> {
        let vault = self
            .vault()
            .cloned()
            .ok_or(peer_key::PeerKeyError::KeysElsewhere)?;
        self.write_async(move |tx| peer_key::load_or_make(tx, &vault))
            .await
    }
}
