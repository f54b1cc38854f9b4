//! Which user PostgreSQL runs as, and which folders that user can enter. It refuses to run as root, so root hands over
//! to the user `postgres`; anybody else runs it as themselves.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::os;

/// The user that Debian's package makes for PostgreSQL.
const DATABASE_USER: &str = "postgres";

/// One line of the system's user database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Who calls and who serves: the same user, unless root calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accounts {
    pub(super) caller: Account,
    pub(super) server: Account,
}

/// Why no user could be found to run PostgreSQL as.
#[derive(Debug, thiserror::Error)]
pub enum FindAccountError {
    /// The system's user database could not be asked.
    #[error("asking `getent passwd {key}` for a user")]
    Ask {
        /// The name or number asked for.
        key: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A user id without a name, as in some containers; initdb refuses to run under one.
    #[error(
        "user id {uid} has no name on this system, and PostgreSQL needs one: give it a line in /etc/passwd, or set DATABASE_URL to a PostgreSQL that runs already"
    )]
    Nameless {
        /// The user id that this process runs as.
        uid: u32,
    },
    /// Root calls and there is nobody to hand over to.
    #[error(
        "PostgreSQL does not run as root and there is no user `{DATABASE_USER}` to hand over to: `adduser --system --group {DATABASE_USER}` makes it, or start this server as an ordinary user"
    )]
    NobodyToHandOverTo,
}

impl Accounts {
    /// Of this process.
    pub(super) fn find() -> Result<Self, FindAccountError> {
        let uid = os::effective_uid();
        let caller = look_up(&uid.to_string())?.ok_or(FindAccountError::Nameless { uid })?;
        let server = if uid == 0 {
            look_up(DATABASE_USER)?.ok_or(FindAccountError::NobodyToHandOverTo)?
        } else {
            caller.clone()
        };
        Ok(Self { caller, server })
    }

    /// Has `command` run as the serving user, without any of the caller's groups.
    pub(super) fn hand_over(&self, command: &mut Command) {
        if self.caller != self.server {
            command.gid(self.server.gid).uid(self.server.uid);
        }
    }

    /// Gives `path` to the serving user.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        if self.caller == self.server {
            return Ok(());
        }
        std::os::unix::fs::chown(path, Some(self.server.uid), Some(self.server.gid))
    }
}

impl Account {
    /// The first folder on the way to `path`, `path` included, that this user cannot enter.
    pub(super) fn first_closed_folder(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        for folder in way {
            let meta = std::fs::metadata(folder)?;
            if !may_enter(self, meta.uid(), meta.gid(), meta.mode()) {
                return Ok(Some(folder.to_path_buf()));
            }
        }
        Ok(None)
    }
}

fn may_enter(account: &Account, owner: u32, group: u32, mode: u32) -> bool {
    let enter = if account.uid == owner {
        0o100
    } else if account.gid == group {
        0o010
    } else {
        0o001
    };
    account.uid == 0 || mode & enter != 0
}

/// By `getent` and not from /etc/passwd, so that users of a directory service are found too.
fn look_up(key: &str) -> Result<Option<Account>, FindAccountError> {
    let answer = Command::new("getent")
        .args(["passwd", key])
        .output()
        .map_err(|source| FindAccountError::Ask {
            key: key.to_owned(),
            source,
        })?;
    Ok(parse(&String::from_utf8_lossy(&answer.stdout)))
}

/// `name:password:uid:gid:comment:home:shell`
fn parse(line: &str) -> Option<Account> {
    let mut fields = line.trim_end().split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name, uid, gid })
}

/// The name of user `uid`, or the number where it has none: for messages.
pub(super) fn name_of(uid: u32) -> String {
    match look_up(&uid.to_string()) {
        Ok(Some(account)) => account.name,
        Ok(None) | Err(_) => format!("number {uid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Account {
        Account {
            name: "alice".into(),
            uid: 1000,
            gid: 1000,
        }
    }

    #[test]
    fn a_line_of_the_user_database_is_read() {
        assert_eq!(
            parse("alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\n"),
            Some(alice())
        );
        assert_eq!(parse(""), None);
        assert_eq!(parse("alice:x:many:1000::/:/bin/sh"), None);
    }

    #[test]
    fn a_home_of_mode_0700_is_closed_to_others_and_open_to_its_owner() {
        assert!(may_enter(&alice(), 1000, 1000, 0o700));
        assert!(!may_enter(&alice(), 0, 0, 0o700));
        assert!(may_enter(&alice(), 0, 1000, 0o710));
        assert!(may_enter(&alice(), 0, 0, 0o711));
        assert!(
            !may_enter(&alice(), 1000, 1000, 0o077),
            "the owner's own bits count, not the world's"
        );
    }

    #[test]
    fn this_process_has_an_account_and_the_server_is_never_root() {
        let accounts = Accounts::find().unwrap();
        assert_eq!(accounts.caller.uid, os::effective_uid());
        assert_ne!(accounts.server.uid, 0);
    }
}
