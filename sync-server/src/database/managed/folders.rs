//! What lies where below the data folder, and the lock that makes one server its owner.
//!
//! `postgres/` belongs to the caller; only `cluster/` and `run/` in it belong to the user that PostgreSQL runs as. So when
//! root calls, no file that root opens lies where that user could put a link in its place.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::StartPostgresError;
use super::account::{self, Accounts};

/// Bytes that the kernel takes for a socket's path, without the closing zero.
const SOCKET_PATH_LIMIT: usize = 107;
/// The number is part of the socket's file name; nothing listens on it.
pub(super) const PORT: u16 = 5432;

/// The folders and files of one managed PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) data_dir: PathBuf,
    pub(super) base: PathBuf,
}

impl Folders {
    /// Below `data_dir`, which is made absolute; nothing is touched.
    pub(super) fn below(data_dir: &Path) -> io::Result<Self> {
        let data_dir = std::path::absolute(data_dir)?;
        Ok(Self {
            base: data_dir.join("postgres"),
            data_dir,
        })
    }

    /// PostgreSQL's own data directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.base.join("cluster")
    }

    /// A cluster that is being made; found at a start, it is a half-made one.
    pub(super) fn cluster_in_the_making(&self) -> PathBuf {
        self.base.join("cluster.making")
    }

    /// Holds the socket.
    pub(super) fn run(&self) -> PathBuf {
        self.base.join("run")
    }

    /// What PostgreSQL writes about itself.
    pub(super) fn log(&self) -> PathBuf {
        self.base.join("postgres.log")
    }

    /// Who may log in.
    pub(super) fn hba(&self) -> PathBuf {
        self.base.join("pg_hba.conf")
    }

    /// Which system user is which database user.
    pub(super) fn ident(&self) -> PathBuf {
        self.base.join("pg_ident.conf")
    }

    /// Refuses a path that the kernel would cut.
    pub(super) fn check_socket_path(&self) -> Result<(), StartPostgresError> {
        let socket = self.run().join(format!(".s.PGSQL.{PORT}"));
        let length = socket.as_os_str().as_bytes().len();
        if length <= SOCKET_PATH_LIMIT {
            return Ok(());
        }
        let own = length - self.data_dir.as_os_str().as_bytes().len();
        Err(StartPostgresError::PathTooLong {
            data_dir: self.data_dir.clone(),
            limit: SOCKET_PATH_LIMIT - own,
        })
    }

    /// Makes what is missing (but not the cluster) and checks that what is there is ours to use.
    pub(super) fn prepare(&self, accounts: &Accounts) -> Result<(), StartPostgresError> {
        // The user that PostgreSQL runs as must be able to enter where that is another one.
        let mode = if accounts.caller == accounts.server {
            0o700
        } else {
            0o755
        };
        for folder in [&self.data_dir, &self.base] {
            make_folder(folder, mode)?;
        }
        check_owner(&self.base, &accounts.caller)?;
        let closed = accounts.server.first_closed_folder(&self.base);
        let closed = closed.map_err(|source| StartPostgresError::Folder {
            path: self.base.clone(),
            source,
        })?;
        if let Some(folder) = closed {
            return Err(StartPostgresError::FolderClosed {
                folder,
                user: accounts.server.name.clone(),
            });
        }
        make_folder(&self.run(), 0o700)?;
        give(&self.run(), accounts)?;
        if self.cluster().exists() {
            check_owner(&self.cluster(), &accounts.server)?;
        }
        Ok(())
    }

    /// Takes the lock that one server holds as long as it lives; the kernel drops it with the process.
    pub(super) fn lock(&self) -> Result<File, StartPostgresError> {
        let path = self.base.join("lock");
        let failed = |source| StartPostgresError::Folder {
            path: path.clone(),
            source,
        };
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&path);
        let mut file = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let _ = file.read_to_string(&mut owner);
                return Err(StartPostgresError::Held {
                    data_dir: self.data_dir.clone(),
                    owner: owner.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(file)
    }
}

/// Gives `path` to the user that PostgreSQL runs as.
pub(super) fn give(path: &Path, accounts: &Accounts) -> Result<(), StartPostgresError> {
    accounts
        .give(path)
        .map_err(|source| StartPostgresError::Folder {
            path: path.to_path_buf(),
            source,
        })
}

fn make_folder(path: &Path, mode: u32) -> Result<(), StartPostgresError> {
    let failed = |source| StartPostgresError::Folder {
        path: path.to_path_buf(),
        source,
    };
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
        make_folder(parent, mode)?;
    }
    DirBuilder::new().mode(mode).create(path).map_err(failed)?;
    // Whatever the umask took away.
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed)
}

fn check_owner(path: &Path, wanted: &account::Account) -> Result<(), StartPostgresError> {
    let meta = std::fs::metadata(path).map_err(|source| StartPostgresError::Folder {
        path: path.to_path_buf(),
        source,
    })?;
    if meta.uid() == wanted.uid {
        return Ok(());
    }
    Err(StartPostgresError::WrongOwner {
        path: path.to_path_buf(),
        owner: account::name_of(meta.uid()),
        wanted: wanted.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_folder_of_the_longest_path_is_taken_and_one_byte_more_is_refused() {
        let longest = 80;
        let folder = |length: usize| PathBuf::from(format!("/{}", "d".repeat(length - 1)));
        assert!(
            Folders::below(&folder(longest))
                .unwrap()
                .check_socket_path()
                .is_ok()
        );
        match Folders::below(&folder(longest + 1))
            .unwrap()
            .check_socket_path()
        {
            Err(StartPostgresError::PathTooLong { limit, .. }) => assert_eq!(limit, longest),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_folder_of_another_user_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let stranger = account::Account {
            name: "stranger".into(),
            uid: 4_000_000_000,
            gid: 0,
        };
        let error = check_owner(folder.path(), &stranger).unwrap_err();
        assert!(
            matches!(&error, StartPostgresError::WrongOwner { wanted, .. } if wanted == "stranger"),
            "{error}"
        );
    }

    #[test]
    fn the_lock_has_one_holder_and_names_it() {
        let data = tempfile::tempdir().unwrap();
        let folders = Folders::below(data.path()).unwrap();
        std::fs::create_dir(&folders.base).unwrap();
        let held = folders.lock().unwrap();
        match folders.lock() {
            Err(StartPostgresError::Held { owner, .. }) => {
                assert_eq!(owner, Some(std::process::id()));
            }
            other => panic!("{other:?}"),
        }
        drop(held);
        folders.lock().unwrap();
    }
}
