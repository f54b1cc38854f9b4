//! The tables of the replica, and how an older file becomes a newer one.
//!
//! A version is (major, minor). A newer minor only adds what an older program may ignore, so it
//! opens; a newer major is refused. Steps are added, never changed; none of them drops a fact.

use rusqlite::{Connection, TransactionBehavior};

use super::{ReplicaError, leases, rights, till};

/// In the file's header: "THDR". Tells a replica from other SQLite files.
const APPLICATION_ID: i32 = 0x5448_4452;

/// Of the file, as `user_version`: major * 1000 + minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Another one is another format.
    pub major: u32,
    /// More tables or columns.
    pub minor: u32,
}

impl Version {
    fn from_number(number: u32) -> Self {
        Self {
            major: number / 1000,
            minor: number % 1000,
        }
    }

    fn number(self) -> u32 {
        self.major * 1000 + self.minor
    }
}

type Fill = fn(&Connection) -> Result<(), ReplicaError>;

struct Step {
    to: Version,
    sql: &'static str,
    /// Made once for each of the two sets of roster tables, see `sets`.
    roster: &'static str,
    /// What SQL can't say: fills what is new from what is here.
    fill: Option<Fill>,
}

const STEPS: &[Step] = &[
    Step {
        to: Version { major: 1, minor: 0 },
        sql: include_str!("schema/1.0.sql"),
        roster: include_str!("schema/1.0-roster.sql"),
        fill: None,
    },
    // November 2026: journals of others, for the exchange with peers.
    Step {
        to: Version { major: 1, minor: 1 },
        sql: include_str!("schema/1.1.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: either set of roster tables may be the one in use, so that a swap moves no rows. An older program
    // would read the wrong one.
    Step {
        to: Version { major: 2, minor: 0 },
        sql: include_str!("schema/2.0.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: facts that an older program could not read are read again.
    Step {
        to: Version { major: 2, minor: 1 },
        sql: include_str!("schema/2.1.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: rights of strict mode.
    Step {
        to: Version { major: 2, minor: 2 },
        sql: include_str!("schema/2.2.sql"),
        roster: "",
        fill: Some(rights::note_all),
    },
    // November 2026: supervisors and their PINs; signing off.
    Step {
        to: Version { major: 2, minor: 4 },
        sql: include_str!("schema/2.4.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: names, sealed, which an older program leaves as they are; own facts by their ids.
    Step {
        to: Version { major: 2, minor: 5 },
        sql: include_str!("schema/2.5.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: which life of the server's database it was.
    Step {
        to: Version { major: 2, minor: 6 },
        sql: include_str!("schema/2.6.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: places that a till may sell.
    Step {
        to: Version { major: 2, minor: 7 },
        sql: include_str!("schema/2.7.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: the journals of a till, and what is to be printed.
    Step {
        to: Version { major: 2, minor: 8 },
        sql: include_str!("schema/2.8.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: what stands on a till's paper, its printers, and how each job went.
    Step {
        to: Version { major: 2, minor: 9 },
        sql: include_str!("schema/2.9.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: leased places and a till's sales one by one, found without reading all of them.
    Step {
        to: Version {
            major: 2,
            minor: 10,
        },
        sql: include_str!("schema/2.10.sql"),
        roster: "",
        fill: Some(|connection| {
            leases::read_again(connection)?;
            till::index_all(connection)
        }),
    },
    // November 2026: tickets of the store's orders while they are printed at a till.
    Step {
        to: Version {
            major: 2,
            minor: 11,
        },
        sql: include_str!("schema/2.11.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: what guests leave at a till, and what the organizer tells its tills.
    Step {
        to: Version {
            major: 2,
            minor: 12,
        },
        sql: include_str!("schema/2.12.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: places that tills of one building lend each other.
    Step {
        to: Version {
            major: 2,
            minor: 13,
        },
        sql: include_str!("schema/2.13.sql"),
        roster: "",
        fill: None,
    },
    // November 2026: promo codes of the store at a till.
    Step {
        to: Version {
            major: 2,
            minor: 15,
        },
        sql: include_str!("schema/2.15.sql"),
        roster: "",
        fill: None,
    },
];

/// What this program writes.
pub const CURRENT: Version = STEPS[STEPS.len() - 1].to;

/// What a file is to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// No tables yet, or older, or of this version, or of a newer minor one.
    Usable,
    /// Of a newer major version.
    Newer {
        /// Which.
        found: Version,
    },
    /// Another program's database.
    Foreign,
}

/// Looks before anything is changed.
pub fn fitness(connection: &Connection) -> Result<Fitness, ReplicaError> {
    let application: i32 = pragma(connection, "application_id")?;
    let tables: u32 =
        connection.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
    let found = version(connection)?;
    Ok(match application {
        APPLICATION_ID if found.major > CURRENT.major => Fitness::Newer { found },
        APPLICATION_ID => Fitness::Usable,
        0 if tables == 0 => Fitness::Usable,
        _ => Fitness::Foreign,
    })
}

/// The file's version; 0.0 for an empty one.
pub fn version(connection: &Connection) -> Result<Version, ReplicaError> {
    pragma::<u32>(connection, "user_version").map(Version::from_number)
}

fn pragma<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &str,
) -> Result<T, ReplicaError> {
    Ok(connection.pragma_query_value(None, name, |row| row.get(0))?)
}

/// Takes all pending steps, in one transaction.
pub fn migrate(connection: &mut Connection) -> Result<(), ReplicaError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    let pending: Vec<&Step> = STEPS.iter().filter(|step| step.to > found).collect();
    for step in &pending {
        tx.execute_batch(step.sql)?;
        tx.execute_batch(&step.roster.replace("{side}", ""))?;
        tx.execute_batch(&step.roster.replace("{side}", "shadow_"))?;
        step.fill.map_or(Ok(()), |fill| fill(&tx))?;
        tx.pragma_update(None, "user_version", step.to.number())?;
    }
    if !pending.is_empty() {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    Ok(tx.commit()?)
}
